// Split-and-merge moves from a fitted mixture.
import type { Arena } from "../engine/arena.ts";
import { isCollapse } from "../errors.ts";
import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import type { Parameters } from "../model/parameters.ts";
import type { Run } from "./climb.ts";
import type { Work } from "./drive.ts";
import { Em, regularisationOf } from "./em.ts";
import type { Fitted } from "./fit.ts";
import { follow, type Values } from "./follow.ts";
import { ordered } from "./order.ts";
import { type Problem, withProblem } from "./problem.ts";
import { reportOf } from "./report.ts";
import { type Component, componentsOf, type Shares, splitsOf, valuesOf, withMerged, withParts } from "./split.ts";
import { spuriousComponents } from "./spurious.ts";

/** A gain below this share of the log-likelihood may be rounding. */
const ROUNDING = 1e-10;

/** Continues a fit by moves; the settings' `init` is not looked at. */
export function improveWork(
  matrix: Matrix,
  settings: FitSettings,
  moves: number,
  start: Parameters,
  shared?: Arena,
): Work<Fitted> {
  const { covarianceType, nComponents, sampleWeight } = settings;
  const work = (problem: Problem): Work<Fitted> => improved(problem, matrix, settings, moves, start);
  return withProblem(matrix, covarianceType, nComponents, sampleWeight, work, shared);
}

/**
 * Split-and-merge EM (Ueda, Nakano, Ghahramani & Hinton 2000, Neural Comput. 12:2109): two components that share rows
 * become one, another becomes two, and EM goes on from there. A move counts if the log-likelihood ends higher by more
 * than the stopping rule leaves open and no component is spurious; then the search begins again, until none of `moves`
 * candidates in a row counts. Components split by EM on their own rows, not at random, which takes the place of partial EM.
 */
function* improved(
  problem: Problem,
  matrix: Matrix,
  settings: FitSettings,
  moves: number,
  start: Parameters,
): Work<Fitted> {
  const em = new Em(problem, regularisationOf(problem, settings.regCovar, settings.prior));
  const runs: Run[] = [];
  const tried = function* (values: Values, maxIter = settings.maxIter): ReturnType<typeof follow> {
    const end = yield* follow(em, values, { ...settings, maxIter }, (iteration, logLikelihood) => {
      settings.onIteration?.({ start: runs.length, iteration, logLikelihood });
    });
    runs.push(end.run);
    return end;
  };
  // without regularisation a component may collapse where EM goes on; the mixture itself is sound
  const begin = function* (): ReturnType<typeof follow> {
    try {
      return yield* tried(start);
    } catch (error) {
      if (!isCollapse(error)) throw error;
      return yield* tried(start, 0);
    }
  };
  let best = yield* begin();
  for (let moved = true; moved; ) {
    moved = false;
    for (const values of yield* candidates(em, best.parameters, moves, settings.seed)) {
      try {
        const next = yield* tried(values);
        const gain = next.run.objective - best.run.objective;
        const least = Math.max(settings.tol * problem.totalWeight, ROUNDING * Math.abs(best.run.objective));
        moved = gain > least && spuriousComponents(em, next.parameters).length === 0;
        if (moved) best = { ...next, parameters: ordered(problem, next.parameters) };
      } catch (error) {
        // a component has collapsed on the way
        if (!isCollapse(error)) throw error;
      }
      if (moved) break;
    }
  }
  const { parameters, run } = best;
  return { parameters, report: reportOf(em, matrix, settings, parameters, run, runs) };
}

/** Mixtures after a merge and a split, the most promising first. */
function* candidates({ problem, regularisation }: Em, values: Values, moves: number, seed: number): Work<Values[]> {
  const { covarianceType: type, K } = problem;
  const all = componentsOf(type, values);
  let changed: Component[][] = [];
  if (K === 2) {
    // the one that both become is the one to split
    const one = withMerged(type, all, 0, 1);
    const found = yield* splitsOf(problem, regularisation, one, seed);
    changed = found.map((split) => withParts(one, split));
  } else if (K > 2) {
    let pairs: Pair[] = [];
    const found = yield* splitsOf(problem, regularisation, all, seed, (shares) => {
      pairs = pairsOf(shares, K);
    });
    // a pair with a split of a third component: by the sum of their ranks, then by the pair's
    const ranked = pairs.flatMap(([i, j], rank) =>
      found
        .filter(({ component }) => component !== i && component !== j)
        .map((split, place) => ({ rank: rank + place, next: () => withMerged(type, withParts(all, split), i, j) })),
    );
    changed = ranked
      .sort((a, b) => a.rank - b.rank)
      .slice(0, moves)
      .map(({ next }) => next());
  }
  return changed.map((components) => valuesOf(type, components));
}

type Pair = readonly [i: number, j: number];

/** Pairs of components, those that share the most rows first: the cosine of their responsibilities. */
function pairsOf({ rows: { arena }, weights, stride }: Shares, K: number): Pair[] {
  const all = arena.viewF64(weights, K * stride);
  const dot = (i: number, j: number): number => {
    let sum = 0;
    for (let n = 0; n < stride; n++) sum += all[i * stride + n] * all[j * stride + n];
    return sum;
  };
  const squares = Float64Array.from({ length: K }, (_, k) => dot(k, k));
  const pairs: { readonly pair: Pair; readonly cosine: number }[] = [];
  for (let i = 0; i < K; i++) {
    for (let j = i + 1; j < K; j++) {
      const square = squares[i] * squares[j];
      pairs.push({ pair: [i, j], cosine: square > 0 ? dot(i, j) / Math.sqrt(square) : 1 });
    }
  }
  return pairs.sort((a, b) => b.cosine - a.cosine).map(({ pair }) => pair);
}

// Split-and-merge moves from a fitted mixture.

import type { Parameters } from "../../covariance/parameters.ts";
import type { Arena } from "../../engine/arena.ts";
import type { Work } from "../../engine/schedule.ts";
import { isCollapse } from "../../errors.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { FitSettings } from "../../input/options.ts";
import { modelSteps } from "../../model/model.ts";
import { reportOf } from "../diagnosis/report.ts";
import { areSound } from "../diagnosis/sound.ts";
import { ordered } from "../em/canonical-order.ts";
import { Em } from "../em/em.ts";
import type { Run } from "../em/iterate.ts";
import { iterateMonotonically, type Values } from "../em/monotone.ts";
import { withRows } from "../em/packing.ts";
import { type Problem, problemOf } from "../em/problem.ts";
import { regularisationOf } from "../em/regularisation.ts";
import type { RowSource } from "../em/row-source.ts";
import { LEAST_IMPROVEMENT } from "../policy.ts";
import type { Fitted } from "./fit.ts";
import { asAsked, blocksInside, settingsInside } from "./one-column.ts";
import { mergesAndSplits } from "./split-and-merge.ts";

/** Continues a fit by moves; the settings' `init` is not looked at. */
export function* improveWork(
  matrix: Matrix,
  asked: FitSettings,
  moves: number,
  start: Parameters,
  shared?: Arena,
): Work<Fitted> {
  const settings = settingsInside(matrix, asked);
  const { family, nComponents: K, sampleWeight } = settings;
  const work = (rows: RowSource): Work<Fitted> => {
    rows.watch = settings.watch;
    const problem = problemOf(rows, family, K);
    const covariances = settings === asked ? start.covariances : blocksInside(problem.form, start.covariances, K);
    return improved(problem, matrix, settings, moves, { ...start, covariances });
  };
  return asAsked(yield* withRows(matrix, K, sampleWeight, work, shared), asked);
}

/**
 * Split-and-merge EM (Ueda, Nakano, Ghahramani & Hinton 2000, Neural Comput. 12:2109): two components that share rows
 * become one, another becomes two, and EM goes on from there. A move counts if the log-likelihood ends higher by more
 * than the stopping rule leaves open and the components are sound; then the search begins again, until none of `moves`
 * candidates in a row counts. Components split by EM on their own rows, not at random, which takes the place of partial EM.
 */
function* improved(
  problem: Problem,
  matrix: Matrix,
  settings: FitSettings,
  moves: number,
  start: Parameters,
): Work<Fitted> {
  const em = new Em(problem, yield* regularisationOf(problem, settings.regCovar, settings.prior));
  const runs: Run[] = [];
  const tried = function* (values: Values, maxIter = settings.maxIter): ReturnType<typeof iterateMonotonically> {
    const end = yield* iterateMonotonically(em, values, { ...settings, maxIter }, (iteration, logLikelihood) => {
      settings.onIteration?.({ start: runs.length, iteration, logLikelihood });
    });
    runs.push(end.run);
    return end;
  };
  // without regularisation a component may collapse where EM goes on; the mixture itself is sound
  const begin = function* (): ReturnType<typeof iterateMonotonically> {
    try {
      return yield* tried(start);
    } catch (error) {
      if (!isCollapse(error)) throw error;
      return yield* tried(start, 0);
    }
  };
  let best = yield* begin();
  for (let moved = true; moved && !em.isTimeOver; ) {
    moved = false;
    for (const values of yield* mergesAndSplits(em, best.parameters, moves, settings.seed)) {
      if (em.isTimeOver) break;
      try {
        const next = yield* tried(values);
        const gain = next.run.objective - best.run.objective;
        const least = Math.max(
          settings.tol * problem.rows.totalWeight,
          LEAST_IMPROVEMENT * Math.abs(best.run.objective),
        );
        moved = gain > least && areSound(em, next.parameters);
        if (moved) best = { ...next, parameters: ordered(problem.rows, next.parameters) };
      } catch (error) {
        // a component has collapsed on the way
        if (!isCollapse(error)) throw error;
      }
      if (moved) break;
    }
  }
  const { parameters, run } = best;
  return {
    parameters,
    model: yield* modelSteps(parameters),
    report: yield* reportOf(em, matrix, settings, parameters, run, runs),
  };
}

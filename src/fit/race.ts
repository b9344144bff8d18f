// The search for a start: several contenders, few iterations each, the best continued.
import type { Pointer } from "../engine/kernels.ts";
import { isCollapse } from "../errors.ts";
import type { InitSettings } from "../input/options.ts";
import { isDiagonal } from "../model/parameters.ts";
import { attempt, type Contender, isApart, ranked, type Starter, taken } from "./contender.ts";
import { isVain } from "./demand.ts";
import type { Work } from "./drive.ts";
import type { Em } from "./em.ts";
import { evolve } from "./evolve.ts";
import { swapped } from "./halves.ts";
import { startFromNeighbour } from "./perturbation.ts";
import type { Problem } from "./problem.ts";
import { type SimpleStrategy, startBy } from "./strategies.ts";
import { raceRows, subsample, subsampleRows } from "./subsample.ts";

/** EM on a subsample: what it still gains per row after this is less than what the other rows will change. */
const SUBSAMPLE_CLIMB = { tol: 1e-4, maxIter: 20 };
/** Each larger subsample has so many times the rows of the one before, and at most one part in so many of all. */
const GROWTH = 16;
const LEAST_SAVING = 6;
/** EM on it ends when this much is left to gain for each parameter: chance has moved the optimum by half a unit. */
const REFINED_SHARE = 0.05;
const REFINED_ITERATIONS = 100;

/** Kinds of starts in the order in which they enter a race; after the last comes the first again. */
const ROSTER: readonly SimpleStrategy[] = [
  "kmeans-standardised",
  "kmeans-whitened",
  "kmeans",
  "k-means++-standardised",
  "adaptive",
  "random-from-data",
  "k-means++-whitened",
  "random-from-data",
  "k-means++",
  "random",
];
/** Components up to which adaptive seeding, whose cost grows with their square, takes part. */
const MOST_ADAPTIVE = 16;
/** Columns up to which starts with whitened rows, whose cost grows with their square, take part where that of the passes does not. */
const MOST_WHITENED = 64;

/** Microseconds that a race may take, about: at least, and in passes over all rows. The estimate, not a clock, decides. */
const LEAST_BUDGET = 500_000;
const LEAST_HASTY_BUDGET = 60_000;
const BUDGET_PASSES = 6;
/** Components from which a race may take so long; two, of which one is what the other leaves, take half. */
const FULL_BUDGET_COMPONENTS = 3;
/** Rows for each component and column from which a race may take so long. */
const ENOUGH_ROWS = 3;
/** What is left of it where covariances cannot be estimated, whatever the start. */
const VAIN_SHARE = 0.1;
/** Passes over the rows of the race that one contender takes, about. */
const CONTENDER_PASSES = 14;
/** A search by populations may take so many times the passes of a race, and less where it is not the only source of starts. */
const EVOLVE = 3;
const EVOLVE_AIDED = 1;
/** Passes that are enough for a population of optima, in place of a race. */
const MANY_PASSES = 1000;
const FEWEST_CONTENDERS = 4;
const MOST_CONTENDERS = 30;
/** Contenders in the neighbourhood of the leaders, in each of some rounds after the first. */
const OFFSPRING = 16;
const MOST_ROUNDS = 40;
/** Rounds without a better leader after which a race ends. */
const PATIENCE = 12;
const HASTY_PATIENCE = 1;
const HASTY_ROUNDS = 3;
/** Contenders of `"short-em"`. */
const SHORT_RUNS = 10;

/** How a field of contenders shrinks: M-steps for each, then how many stay. */
const HEATS: readonly { readonly maxIter: number; readonly share: number }[] = [
  { maxIter: 6, share: 1 / 3 },
  { maxIter: 16, share: 1 / 3 },
  { maxIter: 60, share: 1 },
];
const FINALISTS = 3;
/** Of those that have seen a large subsample: a climb over all rows is dear. */
const WIDE_FINALISTS = 1;
/** Contenders that are closer than this per row after the first heat will meet. */
const AGREED = 1e-4;

/**
 * Parameters to start from by a strategy, the most promising first. Where the data are large, on a subsample.
 *
 * @throws {MixtureError} What the last start failed with, if all did.
 */
export function* search(
  em: Em,
  { strategy, aided = false }: Extract<InitSettings, { kind: "strategy" }>,
  random: Pointer,
): Work<readonly Float64Array[]> {
  if (strategy !== "race" && strategy !== "short-em") {
    const rows = subsampleRows(em.problem);
    const small = rows === undefined ? em : em.on(subsample(em.problem, rows, random));
    yield* startBy(strategy, small, random);
    return yield* widened(em, small, [small.vector.slice()], random);
  }
  const rows = raceRows(em.problem);
  const small = rows === undefined ? em : em.on(subsample(em.problem, rows, random));
  return yield* widened(em, small, yield* race(em, small, strategy, aided, random), random);
}

/** From a subsample to a larger one, if there is, and to all rows: EM on as many as can tell, and the best first. */
function* widened(em: Em, small: Em, vectors: readonly Float64Array[], random: Pointer): Work<readonly Float64Array[]> {
  if (small === em) return vectors;
  const rows = subsampleRows(em.problem);
  if (rows === undefined) return vectors;
  const wide = rows === small.problem.N ? small : em.on(subsample(em.problem, rows, random));
  const field: Contender[] = [];
  for (const vector of vectors) {
    const outcome = yield* attempt(wide, () => taken(wide, vector), SUBSAMPLE_CLIMB);
    if (!isCollapse(outcome)) field.push(outcome);
  }
  if (field.length === 0) return vectors;
  const [best] = ranked(wide, field, WIDE_FINALISTS);
  return [yield* refined(em, best.vector, wide.problem.N, random)];
}

/** EM on ever larger subsamples: most of the way to the optimum costs a fraction of a pass over all rows. */
function* refined(em: Em, vector: Float64Array, seen: number, random: Pointer): Work<Float64Array> {
  const { arena, N } = em.problem;
  let best = vector;
  for (let rows = seen * GROWTH; rows * LEAST_SAVING <= N; rows *= GROWTH) {
    const mark = arena.mark();
    const part = em.on(subsample(em.problem, rows, random));
    const tol = (REFINED_SHARE * em.length) / rows;
    const outcome = yield* attempt(part, () => taken(part, best), { tol, maxIter: REFINED_ITERATIONS });
    arena.rewind(mark);
    if (!isCollapse(outcome)) best = outcome.vector;
  }
  return best;
}

function* race(
  em: Em,
  small: Em,
  strategy: "race" | "short-em",
  aided: boolean,
  random: Pointer,
): Work<readonly Float64Array[]> {
  const { K } = small.problem;
  if (K === 1) {
    yield* startBy("k-means++", small, random);
    return [small.vector.slice()];
  }
  if (strategy === "short-em") {
    const runs = Array.from({ length: SHORT_RUNS }, (): Starter => () => startBy("random-from-data", small, random));
    return vectorsOf(yield* contest(small, runs, []));
  }
  // on a sample: the rest is for all rows to say
  const hasty = small !== em;
  const least = hasty ? LEAST_HASTY_BUDGET : LEAST_BUDGET * budgetShare(em);
  const passes = Math.max(least, BUDGET_PASSES * passCost(em)) / passCost(small);
  const roster = rosterOf(small.problem);
  const startAt = (index: number): Work<void> => startBy(roster[index % roster.length], small, random, true);
  if (!hasty && passes >= MANY_PASSES) {
    return vectorsOf(yield* evolve(em, (aided ? EVOLVE_AIDED : EVOLVE) * passes, startAt, random));
  }
  const affordable = Math.min(MOST_CONTENDERS, Math.floor(passes / CONTENDER_PASSES / 2));
  if (affordable <= 1 && isVain(em.problem)) {
    yield* startAt(0);
    return [small.vector.slice()];
  }
  const count = Math.max(FEWEST_CONTENDERS, affordable);
  const starters = Array.from(
    { length: count },
    (_, i): Starter =>
      () =>
        startAt(i),
  );
  let field = yield* contest(small, starters, [], hasty);
  if (hasty && field.length === 1) return vectorsOf(field);
  const left = passes / CONTENDER_PASSES - count;
  // contenders that do not agree are at the foot of a long climb over all rows: some moves cost less
  const rounds = Math.max(hasty ? HASTY_ROUNDS : 0, Math.min(MOST_ROUNDS, Math.floor(left / OFFSPRING)));
  const size = Math.max(FEWEST_CONTENDERS, Math.min(OFFSPRING, Math.floor(left)));
  for (let round = 0, idle = 0; round < rounds && idle < (hasty ? HASTY_PATIENCE : PATIENCE); round++) {
    const parents = field;
    const offspring = Array.from({ length: size }, (_, i): Starter => {
      const { vector } = parents[Math.floor(i / 2) % parents.length];
      return i % 2 === 0 && !hasty
        ? () => startFromNeighbour(small, vector, random)
        : () => taken(small, swapped(small, vector, random));
    });
    field = yield* contest(small, offspring, parents, hasty);
    idle = field[0] !== parents[0] && isApart(small, field[0], parents[0]) ? 0 : idle + 1;
  }
  return vectorsOf(field);
}

function vectorsOf(field: readonly Contender[]): Float64Array[] {
  return field.map(({ vector }) => vector);
}

/** Microseconds of one pass and M-step, about (AMD EPYC, one thread, nothing left out). */
function passCost({ problem: { N, K, D, covarianceType }, regularisation }: Em): number {
  const isMatrix = covarianceType === "full" || covarianceType === "tied";
  const columns = isMatrix ? D * (D + 3) : 4 * D;
  const matrices = covarianceType === "full" ? K : 1;
  // factors, and eigenvectors of those below a floor; or what goes over every parameter: next to nothing where columns are few
  const cubes = matrices * D * D * D;
  const once = Math.floor(isMatrix ? cubes / (regularisation.floor ? 1_700 : 12_000) : (K * D) / 30);
  return 15 + (N * K * (columns + 30)) / 6_000 + once;
}

/** Share of the least budget that a race may take: less where little depends on where EM starts. */
function budgetShare({ problem }: Em): number {
  const { N, K, D } = problem;
  // where a component has hardly more rows than columns, nearly every way to part the rows is an optimum of its own
  const wide = Math.min(1, N / (K * D * ENOUGH_ROWS)) * Math.min(1, (K - 1) / (FULL_BUDGET_COMPONENTS - 1));
  return isVain(problem) ? wide * VAIN_SHARE : wide;
}

/** The starts that take part. */
function rosterOf(problem: Problem): readonly SimpleStrategy[] {
  const { N, K, D } = problem;
  const whitens = N > D && (D <= MOST_WHITENED || !isDiagonal(problem));
  return ROSTER.filter(
    (name) => (name !== "adaptive" || K <= MOST_ADAPTIVE) && (whitens || !name.endsWith("whitened")),
  );
}

/** Runs the heats. @returns the finalists, those without spurious components first, then the likelier first. */
function* contest(
  em: Em,
  starters: readonly Starter[],
  champions: readonly Contender[],
  hasty = false,
): Work<Contender[]> {
  let field: Contender[] = [];
  let failure: unknown;
  for (const start of starters) {
    const outcome = yield* attempt(em, start, HEATS[0]);
    if (isCollapse(outcome)) failure = outcome;
    else field.push(outcome);
    if (hasty && agree(em, field)) return ranked(em, [...champions, ...field], 1);
  }
  // all rows will have their say
  const heats = hasty ? HEATS.length - 1 : HEATS.length;
  for (let heat = 1; heat < heats; heat++) {
    const stay = Math.max(FINALISTS, Math.ceil(field.length * HEATS[heat - 1].share));
    const leaders = ranked(em, field, stay);
    field = leaders.filter(({ converged }) => converged);
    for (const { vector } of leaders.filter(({ converged }) => !converged)) {
      const outcome = yield* attempt(em, () => taken(em, vector), HEATS[heat]);
      if (isCollapse(outcome)) failure = outcome;
      else field.push(outcome);
    }
  }
  const finalists = ranked(em, [...champions, ...field], FINALISTS);
  if (finalists.length === 0) throw failure;
  return finalists;
}

/** Whether most contenders are at one place, and it is the best. */
function agree({ problem }: Em, field: readonly Contender[]): boolean {
  const least = Math.max(...field.map(({ objective }) => objective)) - AGREED * problem.totalWeight;
  const there = field.filter(({ objective }) => objective >= least);
  return there.length >= FEWEST_CONTENDERS && there.length > 0.6 * field.length;
}

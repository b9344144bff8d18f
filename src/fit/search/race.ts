// The search for a start: several contenders, few iterations each, the best continued.

import { blockCount } from "../../covariance/forms.ts";
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import { isCollapse } from "../../errors.ts";
import type { InitSettings } from "../../input/options.ts";
import { timeOver } from "../../input/watch.ts";
import { isVain } from "../diagnosis/demand.ts";
import type { Em } from "../em/em.ts";
import type { Problem } from "../em/problem.ts";
import { startFromNeighbour } from "../moves/half-sample.ts";
import { swapped } from "../moves/swap.ts";
import type { SimpleStrategy } from "../policy.ts";
import {
  AGREED,
  AGREED_SHARE,
  AIDED_POPULATION_BUDGET,
  BUDGET_PASSES,
  CONTENDER_PASSES,
  FEWEST_CONTENDERS,
  FINALISTS,
  FULL_BUDGET_COMPONENTS,
  FULL_BUDGET_ROWS,
  HASTY_PATIENCE,
  HASTY_ROUNDS,
  HEATS,
  LARGER_SAMPLE_PAYS,
  LEAST_BUDGET,
  LEAST_HASTY_BUDGET,
  MOST_ADAPTIVE,
  MOST_CONTENDERS,
  MOST_ROUNDS,
  MOST_WHITENED,
  OFFSPRING,
  POPULATION_BUDGET,
  POPULATION_PASSES,
  RACE_PATIENCE,
  ROSTER,
  SAMPLE_CLIMB,
  SAMPLE_GROWTH,
  SAMPLE_ITERATIONS,
  SAMPLE_TOL_PER_PARAMETER,
  SHORT_RUNS,
  VAIN_SHARE,
  WIDE_FINALISTS,
} from "../policy.ts";
import { startBy } from "../starts/strategies.ts";
import { attempt, type Contender, isApart, ranked, type Starter, taken } from "./contender.ts";
import { evolve } from "./memetic.ts";
import type { Optima } from "./optima.ts";
import { settled } from "./settled.ts";
import { raceRows, subsample, subsampleRows } from "./subsample.ts";

/**
 * Parameters to start from by a strategy, the most promising first. Where the data are large, on a subsample.
 *
 * @throws {MixtureError} What the last start failed with, if all did.
 */
export function* startsByStrategy(
  em: Em,
  { strategy, aided = false }: Extract<InitSettings, { kind: "strategy" }>,
  random: Pointer,
  stream: number,
  optima: Optima,
): Work<readonly Float64Array[]> {
  if (strategy === "quick" || strategy === "standard") {
    const small = onSample(em, raceRows(em), random);
    const field = yield* settled(small, strategy, aided, random, stream, optima);
    return yield* onAllRows(em, small, vectorsOf(small === em ? field : field.slice(0, 1)), random);
  }
  if (strategy !== "thorough" && strategy !== "race" && strategy !== "short-em") {
    const small = onSample(em, subsampleRows(em), random);
    yield* startBy(strategy, small, random);
    return yield* onAllRows(em, small, [small.vector.slice()], random);
  }
  const small = onSample(em, raceRows(em), random);
  return yield* onAllRows(em, small, yield* race(em, small, strategy, aided, random, optima), random);
}

/** The same on a subsample of so many rows; on all if their number is undefined. */
function onSample(em: Em, rows: number | undefined, random: Pointer): Em {
  return rows === undefined ? em : em.on(subsample(em, rows, random));
}

/** From a subsample to a larger one, if there is, and to all rows: EM on as many as can tell, and the best first. */
function* onAllRows(
  em: Em,
  small: Em,
  vectors: readonly Float64Array[],
  random: Pointer,
): Work<readonly Float64Array[]> {
  if (small === em) return vectors;
  const rows = subsampleRows(em);
  if (rows === undefined) return vectors;
  const wide = rows === small.rows.N ? small : em.on(subsample(em, rows, random));
  const field: Contender[] = [];
  for (const vector of vectors) {
    if (em.isTimeOver) break;
    const outcome = yield* attempt(wide, () => taken(wide, vector), SAMPLE_CLIMB);
    if (!isCollapse(outcome)) field.push(outcome);
  }
  if (field.length === 0) return vectors;
  const [best] = ranked(wide, field, WIDE_FINALISTS);
  return [yield* refined(em, best.vector, wide.rows.N, random)];
}

/** EM on ever larger subsamples: most of the way to the optimum costs a fraction of a pass over all rows. */
function* refined(em: Em, vector: Float64Array, seen: number, random: Pointer): Work<Float64Array> {
  const { arena, N } = em.rows;
  let best = vector;
  for (let rows = seen * SAMPLE_GROWTH; rows * LARGER_SAMPLE_PAYS <= N && !em.isTimeOver; rows *= SAMPLE_GROWTH) {
    const mark = arena.mark();
    const part = em.on(subsample(em, rows, random));
    const tol = (SAMPLE_TOL_PER_PARAMETER * em.length) / rows;
    const outcome = yield* attempt(part, () => taken(part, best), { tol, maxIter: SAMPLE_ITERATIONS });
    arena.rewind(mark);
    if (!isCollapse(outcome)) best = outcome.vector;
  }
  return best;
}

function* race(
  em: Em,
  small: Em,
  strategy: "thorough" | "race" | "short-em",
  aided: boolean,
  random: Pointer,
  optima: Optima,
): Work<readonly Float64Array[]> {
  const { K } = small;
  if (K === 1) {
    yield* startBy("k-means++", small, random);
    return [small.vector.slice()];
  }
  if (strategy === "short-em") {
    const runs = Array.from({ length: SHORT_RUNS }, (): Starter => () => startBy("random-from-data", small, random));
    return vectorsOf(yield* contest(small, runs, [], optima));
  }
  // on a sample: the rest is for all rows to say
  const hasty = small !== em;
  const least = hasty ? LEAST_HASTY_BUDGET : LEAST_BUDGET * budgetShare(em);
  const passes = Math.max(least, BUDGET_PASSES * passCost(em)) / passCost(small);
  const roster = rosterOf(small);
  const startAt = (index: number): Work<void> => startBy(roster[index % roster.length], small, random, true);
  if (!hasty && passes >= POPULATION_PASSES) {
    return vectorsOf(
      yield* evolve(em, (aided ? AIDED_POPULATION_BUDGET : POPULATION_BUDGET) * passes, startAt, random, optima),
    );
  }
  const affordable = Math.min(MOST_CONTENDERS, Math.floor(passes / CONTENDER_PASSES / 2));
  if (affordable <= 1 && isVain(em)) {
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
  let field = yield* contest(small, starters, [], optima, hasty);
  if (hasty && field.length === 1) return vectorsOf(field);
  const left = passes / CONTENDER_PASSES - count;
  // contenders that do not agree are at the foot of a long climb over all rows: some moves cost less
  const rounds = Math.max(hasty ? HASTY_ROUNDS : 0, Math.min(MOST_ROUNDS, Math.floor(left / OFFSPRING)));
  const size = Math.max(FEWEST_CONTENDERS, Math.min(OFFSPRING, Math.floor(left)));
  for (let round = 0, idle = 0; round < rounds && idle < (hasty ? HASTY_PATIENCE : RACE_PATIENCE); round++) {
    if (em.isTimeOver) break;
    const parents = field;
    const offspring = Array.from({ length: size }, (_, i): Starter => {
      const { vector } = parents[Math.floor(i / 2) % parents.length];
      return i % 2 === 0 && !hasty
        ? () => startFromNeighbour(small, vector, random)
        : () => taken(small, swapped(small, vector, random));
    });
    field = yield* contest(small, offspring, parents, optima, hasty);
    small.tell(0.5 + round / rounds / 2, field[0].objective);
    idle = field[0] !== parents[0] && isApart(small, field[0], parents[0]) ? 0 : idle + 1;
  }
  return vectorsOf(field);
}

function vectorsOf(field: readonly Contender[]): Float64Array[] {
  return field.map(({ vector }) => vector);
}

/** Microseconds of one pass and M-step, about (AMD EPYC, one thread, nothing left out). */
function passCost({ rows: { N, D }, form, K, regularisation }: Em): number {
  const columns = form.isDense ? D * (D + 3) : 4 * D;
  const matrices = blockCount(form, K);
  // factors, and eigenvectors of those below a floor; or what goes over every parameter: next to nothing where columns are few
  const cubes = matrices * D * D * D;
  const once = Math.floor(form.isDense ? cubes / (regularisation.floor ? 1_700 : 12_000) : (K * D) / 30);
  return 15 + (N * K * (columns + 30)) / 6_000 + once;
}

/** Share of the least budget that a race may take: less where little depends on where EM starts. */
function budgetShare(problem: Problem): number {
  const { rows, K } = problem;
  const { N, D } = rows;
  // where a component has hardly more rows than columns, nearly every way to part the rows is an optimum of its own
  const wide = Math.min(1, N / (K * D * FULL_BUDGET_ROWS)) * Math.min(1, (K - 1) / (FULL_BUDGET_COMPONENTS - 1));
  return isVain(problem) ? wide * VAIN_SHARE : wide;
}

/** The starts that take part. */
function rosterOf({ rows, form, K }: Problem): readonly SimpleStrategy[] {
  const { N, D } = rows;
  const whitens = N > D && (D <= MOST_WHITENED || form.isDense);
  return ROSTER.filter(
    (name) => (name !== "adaptive" || K <= MOST_ADAPTIVE) && (whitens || !name.endsWith("whitened")),
  );
}

/** Runs the heats. @returns the finalists, those without spurious components first, then the likelier first. */
function* contest(
  em: Em,
  starters: readonly Starter[],
  champions: readonly Contender[],
  optima: Optima,
  hasty = false,
): Work<Contender[]> {
  let field: Contender[] = [];
  let failure: unknown;
  for (const [i, start] of starters.entries()) {
    if (em.isTimeOver) break;
    const outcome = yield* attempt(em, start, HEATS[0]);
    if (isCollapse(outcome)) failure = outcome;
    else field.push(outcome);
    if (champions.length === 0) em.tell(i / starters.length / 2, field.at(-1)?.objective);
    if (hasty && agree(em, field)) return ranked(em, [...champions, ...field], 1);
  }
  // all rows will have their say
  const heats = hasty ? HEATS.length - 1 : HEATS.length;
  for (let heat = 1; heat < heats; heat++) {
    const stay = Math.max(FINALISTS, Math.ceil(field.length * HEATS[heat - 1].share));
    const leaders = ranked(em, field, stay);
    field = leaders.filter(({ converged }) => converged);
    for (const leader of leaders.filter(({ converged }) => !converged)) {
      const { vector } = leader;
      if (em.isTimeOver) {
        field.push(leader);
        continue;
      }
      const outcome = yield* attempt(em, () => taken(em, vector), HEATS[heat]);
      if (isCollapse(outcome)) failure = outcome;
      else field.push(outcome);
    }
  }
  for (const contender of field) if (contender.converged) optima.see(em, contender);
  const finalists = ranked(em, [...champions, ...field], FINALISTS);
  if (finalists.length === 0) throw failure ?? timeOver();
  return finalists;
}

/** Whether most contenders are at one place, and it is the best. */
function agree({ rows }: Em, field: readonly Contender[]): boolean {
  const least = Math.max(...field.map(({ objective }) => objective)) - AGREED * rows.totalWeight;
  const there = field.filter(({ objective }) => objective >= least);
  return there.length >= FEWEST_CONTENDERS && there.length > AGREED_SHARE * field.length;
}

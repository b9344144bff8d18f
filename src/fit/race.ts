// The search for a start: several contenders, few iterations each, the best continued.
import type { Pointer } from "../engine/kernels.ts";
import { MixtureError } from "../errors.ts";
import type { InitStrategy } from "../input/options.ts";
import { climb } from "./climb.ts";
import type { Work } from "./drive.ts";
import type { Em } from "./em.ts";
import { startFromNeighbour } from "./perturbation.ts";
import { spuriousComponents } from "./spurious.ts";
import { type SimpleStrategy, startBy } from "./strategies.ts";
import { raceRows, subsample, subsampleRows } from "./subsample.ts";

/** EM on a subsample: what it still gains per row after this is less than what the other rows will change. */
const SUBSAMPLE_CLIMB = { tol: 1e-4, maxIter: 20, accelerate: true };

/** Kinds of starts in the order in which they enter a race; after the last comes the first again. */
const ROSTER: readonly SimpleStrategy[] = [
  "kmeans-standardised",
  "kmeans-whitened",
  "kmeans",
  "random-from-data",
  "adaptive",
  "k-means++-standardised",
  "k-means++-whitened",
  "random-from-data",
  "k-means++",
  "random",
];
/** Components up to which adaptive seeding, whose cost grows with their square, takes part. */
const MOST_ADAPTIVE = 16;
/** Lloyd iterations of a contender: EM does the rest. */
const MOST_LLOYD = 10;

/** Microseconds that a race may take, about: at least, and in passes over all rows. The estimate, not a clock, decides. */
const LEAST_BUDGET = 60_000;
const BUDGET_PASSES = 3;
/** Passes over the rows of the race that one contender takes, about. */
const CONTENDER_PASSES = 14;
const FEWEST_CONTENDERS = 4;
const MOST_CONTENDERS = 40;
/** Contenders in the neighbourhood of the leaders, in each of some rounds after the first. */
const OFFSPRING = 12;
const MOST_ROUNDS = 3;
/** Contenders of `"short-em"`. */
const SHORT_RUNS = 10;

/** How a field of contenders shrinks: M-steps for each, then how many stay. */
const HEATS: readonly { readonly maxIter: number; readonly share: number }[] = [
  { maxIter: 6, share: 1 / 3 },
  { maxIter: 16, share: 1 / 3 },
  { maxIter: 60, share: 1 },
];
const FINALISTS = 3;
const TOL = 1e-6;

/** Parameters on their way, as a vector of the Em that they race in. */
interface Contender {
  vector: Float64Array;
  logLikelihood: number;
  converged: boolean;
}

type Starter = () => Work<void>;

/**
 * Parameters to start from by a strategy, the most promising first. Where the data are large, on a subsample.
 *
 * @throws {MixtureError} What the last start failed with, if all did.
 */
export function* search(em: Em, strategy: InitStrategy, random: Pointer): Work<readonly Float64Array[]> {
  if (strategy !== "race" && strategy !== "short-em") {
    const rows = subsampleRows(em.problem);
    const small = rows === undefined ? em : em.on(subsample(em.problem, rows, random));
    yield* startBy(strategy, small, random);
    return yield* widened(em, small, [small.vector.slice()]);
  }
  const rows = raceRows(em.problem);
  const small = rows === undefined ? em : em.on(subsample(em.problem, rows, random));
  return yield* widened(em, small, yield* race(em, small, strategy, random));
}

/** From a subsample to all rows: EM on those as far as they can tell. */
function* widened(em: Em, small: Em, vectors: readonly Float64Array[]): Work<readonly Float64Array[]> {
  if (small === em) {
    em.tryVector(vectors[0]);
    return vectors;
  }
  const wide: Float64Array[] = [];
  for (const vector of vectors) {
    small.tryVector(vector);
    yield* climb(small, SUBSAMPLE_CLIMB, () => undefined);
    if (em.tryVector(small.vector)) wide.push(small.vector.slice());
  }
  em.tryVector(wide[0]);
  return wide;
}

function* race(em: Em, small: Em, strategy: "race" | "short-em", random: Pointer): Work<readonly Float64Array[]> {
  const { K } = small.problem;
  if (K === 1) {
    yield* startBy("k-means++", small, random);
    return [small.vector.slice()];
  }
  const passes = Math.max(LEAST_BUDGET, BUDGET_PASSES * passCost(em)) / passCost(small);
  const starters: Starter[] = [];
  if (strategy === "short-em") {
    for (let i = 0; i < SHORT_RUNS; i++) starters.push(() => startBy("random-from-data", small, random));
    return vectorsOf(yield* contest(small, starters, []));
  }
  const roster = K > MOST_ADAPTIVE ? ROSTER.filter((name) => name !== "adaptive") : ROSTER;
  const count = Math.max(FEWEST_CONTENDERS, Math.min(MOST_CONTENDERS, Math.floor(passes / CONTENDER_PASSES / 2)));
  for (let i = 0; i < count; i++) {
    starters.push(() => startBy(roster[i % roster.length], small, random, MOST_LLOYD));
  }
  let field = yield* contest(small, starters, []);
  const rounds = Math.min(
    MOST_ROUNDS,
    Math.floor((passes - count * CONTENDER_PASSES) / (OFFSPRING * CONTENDER_PASSES)),
  );
  for (let round = 0; round < rounds; round++) {
    const parents = field;
    const offspring = Array.from({ length: OFFSPRING }, (_, i): Starter => {
      return () => startFromNeighbour(small, parents[i % parents.length].vector, random);
    });
    field = yield* contest(small, offspring, parents);
  }
  return vectorsOf(field);
}

function vectorsOf(field: readonly Contender[]): Float64Array[] {
  return field.map(({ vector }) => vector);
}

/** Microseconds of one pass, about (AMD EPYC, one thread, nothing left out). */
function passCost({ problem: { N, K, D, covarianceType } }: Em): number {
  const columns = covarianceType === "full" || covarianceType === "tied" ? D * (D + 3) : 4 * D;
  return 10 + (N * K * (columns + 30)) / 10_000;
}

/** Runs the heats. @returns the finalists, those without spurious components first, then the likelier first. */
function* contest(em: Em, starters: readonly Starter[], champions: readonly Contender[]): Work<Contender[]> {
  const { arena } = em.problem;
  let field: Contender[] = [];
  let failure: unknown;
  for (const start of starters) {
    const mark = arena.mark();
    try {
      yield* start();
      field.push(yield* advance(em, HEATS[0].maxIter));
    } catch (error) {
      if (!(error instanceof MixtureError) || error.code === "MEMORY") throw error;
      failure = error;
    } finally {
      arena.rewind(mark);
    }
  }
  for (let heat = 1; heat < HEATS.length; heat++) {
    const stay = Math.max(FINALISTS, Math.ceil(field.length * HEATS[heat - 1].share));
    const leaders = ranked(em, field).slice(0, stay);
    field = [];
    for (const contender of leaders) {
      if (!em.tryVector(contender.vector)) continue;
      field.push(contender.converged ? contender : yield* advance(em, HEATS[heat].maxIter));
    }
  }
  const finalists = ranked(em, [...champions, ...field]).slice(0, FINALISTS);
  if (finalists.length === 0) throw failure;
  return finalists;
}

function* advance(em: Em, maxIter: number): Work<Contender> {
  const { logLikelihood, converged } = yield* climb(em, { tol: TOL, maxIter, accelerate: true }, () => undefined);
  return { vector: em.vector.slice(), logLikelihood, converged };
}

/** Sound ones before spurious ones, then by likelihood; of two with the same likelihood the first. */
function ranked(em: Em, field: readonly Contender[]): Contender[] {
  const sound: Contender[] = [];
  const spurious: Contender[] = [];
  let last = Infinity;
  for (const contender of [...field].sort((a, b) => b.logLikelihood - a.logLikelihood)) {
    const tie = last - contender.logLikelihood <= 1e-9 * Math.abs(last);
    last = contender.logLikelihood;
    if (tie && sound.length + spurious.length > 0) continue;
    (spuriousComponents(em, em.read(contender.vector)).length > 0 ? spurious : sound).push(contender);
  }
  return [...sound, ...spurious];
}

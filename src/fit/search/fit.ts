import type { Parameters } from "../../covariance/parameters.ts";
import type { Arena } from "../../engine/arena.ts";
import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import { runHere, runOnThreads } from "../../engine/threads.ts";
import { isCollapse } from "../../errors.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { FitSettings, InitSettings } from "../../input/options.ts";
import { isTimeOver } from "../../input/watch.ts";
import { type Model, modelSteps } from "../../model/model.ts";
import { type FitReport, reportOf } from "../diagnosis/report.ts";
import { spuriousComponents } from "../diagnosis/spurious.ts";
import { idleComponents, withoutTwins } from "../diagnosis/twins.ts";
import { ordered } from "../em/canonical-order.ts";
import { Em } from "../em/em.ts";
import { FixedParameters } from "../em/fixed.ts";
import { type Checkpoint, iterate, type Run } from "../em/iterate.ts";
import { arrangedByLabel, spareForLabels } from "../em/labelled-rows.ts";
import { withRows } from "../em/packing.ts";
import { type Problem, problemOf } from "../em/problem.ts";
import { regularisationOf } from "../em/regularisation.ts";
import type { RowSource } from "../em/row-source.ts";
import { LATE_PASS, LATE_SAMPLE_ROWS, MOST_REPAIRS, MOST_REPAIRS_OF_GIVEN, SEARCH_SHARE } from "../policy.ts";
import { labelledStarts } from "../starts/labelled.ts";
import { startBy } from "../starts/strategies.ts";
import { asAsked, settingsInside } from "./one-column.ts";
import { Optima } from "./optima.ts";
import { repaired } from "./repair.ts";
import { startsOf } from "./starts.ts";
import { subsample } from "./subsample.ts";

/** Parameters with the story of how they were found. */
export interface Fitted {
  readonly parameters: Parameters;
  readonly report: FitReport;
  /** The parameters factorised, if they are already. */
  readonly model?: Model | undefined;
  /** Where a continuation of the run begins. */
  readonly resumable?: Resumable | undefined;
}

/** A run to go on with, and what tells whether data are those that it saw. */
export interface Resumable {
  readonly checkpoint: Checkpoint;
  /** Whether its components are to be put in canonical order at the end. */
  readonly inOrder: boolean;
  readonly seen: Pick<RowSource, "N" | "totalWeight"> & {
    /** Means and variances. */
    readonly columns: Float64Array;
    readonly K: number;
  } & Pick<FitSettings, "family" | "fixed" | "labels" | "regCovar" | "prior">;
}

/**
 * Fits a mixture on this thread, on the spot: the best of `nInit` starts.
 *
 * @param resumable - a run to go on with, if it has seen the same data; else the settings' start counts.
 */
export function fitSync(matrix: Matrix, settings: FitSettings, resumable?: Resumable): Fitted {
  return runHere(settings, (arena) => fitWork(matrix, settings, resumable, arena));
}

/**
 * {@link fitSync} without blocking, on several threads where that pays. If a thread dies, the fit starts again on this
 * one; the result has the same bits in any case.
 */
export function fitAsync(matrix: Matrix, settings: FitSettings, resumable?: Resumable): Promise<Fitted> {
  return runOnThreads(matrix, settings, (arena) => fitWork(matrix, settings, resumable, arena));
}

function* fitWork(matrix: Matrix, asked: FitSettings, resumable?: Resumable, arena?: Arena): Work<Fitted> {
  const settings = settingsInside(matrix, asked);
  const { family, nComponents: K, sampleWeight, labels } = settings;
  const work = function* (rows: RowSource): Work<Fitted> {
    rows.watch = settings.watch;
    const problem = problemOf(rows, family, K);
    if (!labels) return yield* bestFit(problem, matrix, settings, resumable);
    // starts are found among all rows as they come; then these are arranged by what is known of them
    const own = rows.kept ? rows.kept.map((row) => labels[row]) : labels;
    const mark = rows.arena.mark();
    const starts = yield* labelledStarts(problem, settings, own);
    rows.arena.rewind(mark);
    const arranged = yield* arrangedByLabel(rows, own, K, matrix);
    return yield* bestFit(problemOf(arranged, family, K), matrix, settings, resumable, starts);
  };
  const spare = labels && spareForLabels(matrix, K);
  return asAsked(yield* withRows(matrix, K, sampleWeight, work, arena, spare), asked);
}

/**
 * The best of the starts that the settings ask for, or the continuation of a run.
 *
 * @param starts - those starts, each in the form of `Em.vector`, if they are known.
 */
export function* bestFit(
  problem: Problem,
  matrix: Matrix,
  settings: FitSettings,
  resumable?: Resumable,
  starts?: readonly Float64Array[],
): Work<Fitted> {
  const em = new Em(problem, yield* regularisationOf(problem, settings.regCovar, settings.prior));
  const ends: End[] = [];
  let failure: unknown;
  const going = resumable && hasSeen(resumable, problem, settings) ? resumable : undefined;
  if (going) {
    em.fixed = settings.fixed && new FixedParameters(problem, settings.fixed, going.checkpoint.vector);
    ends.push(yield* runFrom(em, settings, 0, going.checkpoint));
  }
  const optima = new Optima();
  const { watch } = settings;
  em.isOpen = watch !== undefined;
  for (let stream = 0; stream < settings.nInit && !going; stream++) {
    if (em.isTimeOver && ends.length > 0) break;
    watch?.begin(stream / settings.nInit, (stream + SEARCH_SHARE) / settings.nInit);
    try {
      ends.push(yield* fitFrom(em, settings, stream, optima, starts?.[stream]));
    } catch (error) {
      if (!isCollapse(error)) throw error;
      failure = error;
    }
  }
  em.isOpen = false;
  if (ends.length === 0) throw failure;
  const { run, vector, ...best } = ends.reduce((a, b) => (isBetter(b, a) ? b : a));
  // a start of the caller's, known labels and weights by component have an order of their own
  const own =
    settings.init.kind !== "strategy" || settings.labels || new Set<unknown>(settings.fixed?.weights).size > 1;
  const inOrder = going ? going.inOrder : !own;
  // EM cannot leave twins, and no split of others was likelier: one of them is enough, but where both have rows that are known
  const isDone = settings.init.kind === "strategy" || run.converged;
  const single =
    isDone && !settings.fixed && !settings.labels ? withoutTwins(problem.rows, best.parameters) : best.parameters;
  const parameters = inOrder ? ordered(problem.rows, single) : single;
  const runs = ends.map((end) => end.run);
  const report = yield* reportOf(em, matrix, settings, parameters, run, runs);
  em.fixed = undefined;
  const met = yield* optima.report(em, { vector, run });
  watch?.begin(0, 1);
  em.tell(1, run.objective);
  return {
    parameters,
    model: yield* modelSteps(parameters),
    report: { ...report, optima: met },
    resumable: run.checkpoint && { checkpoint: run.checkpoint, inOrder, seen: seenOf(problem, settings) },
  };
}

/** Without the arena, which would outlive the fit. */
function seenOf({ rows, K }: Problem, { family, fixed, labels, regCovar, prior }: FitSettings): Resumable["seen"] {
  const { N, totalWeight, columnMeans, columnVariances } = rows;
  return {
    N,
    K,
    totalWeight,
    columns: Float64Array.of(...columnMeans, ...columnVariances),
    ...{ family, fixed, labels, regCovar, prior },
  };
}

/** Whether a run saw the same: as many rows, of the same weight, with the same means and variances to the bit. */
function hasSeen({ seen }: Resumable, problem: Problem, settings: FitSettings): boolean {
  const { labels: own, ...mine } = seenOf(problem, settings);
  const { labels: theirs, ...others } = seen;
  const alike = own === theirs || (own && theirs?.every((label, n) => label === own[n]));
  return Boolean(alike) && JSON.stringify(mine) === JSON.stringify(others);
}

/** Where a climb ended. */
interface End {
  readonly parameters: Parameters;
  /** The same in the form of {@link Em.vector}. */
  readonly vector: Float64Array;
  readonly run: Run;
  /** Components that are spurious. */
  readonly spurious: readonly number[];
  /** Components that add nothing: without weight, or the same as another. */
  readonly idle: readonly number[];
}

/**
 * A solution whose components all count before others, then the likelier; but not before a likelier one with fewer components,
 * the others idle: it is near a saddle.
 */
function isBetter(a: End, b: End): boolean {
  const sound = (end: End): boolean => end.spurious.length + end.idle.length === 0;
  const isLikelier = a.run.objective > b.run.objective;
  if (sound(a) === sound(b)) return isLikelier;
  const [first, other] = sound(a) ? [a, b] : [b, a];
  const isSurpassed = other.spurious.length === 0 && other.run.objective > first.run.objective;
  return isSurpassed ? isLikelier : sound(a);
}

/**
 * EM from one start. Should it end with components that are spurious, or the same as another, or without rows, or collapse, the next
 * best of its contenders has its turn; should none be better, others are taken apart in the place of such components. Of a start
 * of the caller's own only what EM cannot leave is left that way: components that are the same.
 */
function* fitFrom(em: Em, settings: FitSettings, stream: number, optima: Optima, given?: Float64Array): Work<End> {
  em.fixed = undefined;
  const queue = given ? [given] : [...(yield* startsInTime(em, settings, stream, optima))];
  em.fixed = settings.fixed && new FixedParameters(em, settings.fixed, queue[0]);
  // components with known labels stay with their rows
  const isOurs = settings.init.kind === "strategy";
  let repairs = given || settings.labels ? 0 : repairsFor(settings.init);
  let best: End | undefined;
  let failure: unknown;
  for (let vector = queue.shift(); vector; vector = queue.shift()) {
    try {
      // a continuation knows nothing of what the search for a start did to the rows
      yield* em.renew();
      yield* em.take(vector);
      const end = yield* runInTime(em, settings, stream, vector);
      if (!best || isBetter(end, best)) best = end;
      const faults = isOurs ? [...new Set([...end.spurious, ...end.idle])] : end.run.converged ? end.idle : [];
      if (faults.length === 0 || em.isTimeOver) break;
      if (faults.length === settings.nComponents || repairs-- <= 0) continue;
      const values = yield* repaired(em, end.parameters, faults, settings.seed + repairs);
      if (values) {
        em.seat(values);
        queue.push(em.vector.slice());
      }
    } catch (error) {
      if (!isCollapse(error)) throw error;
      failure = error;
    }
  }
  if (!best) throw failure;
  return best;
}

/** The starts of a search; if there was no time for one, one whose means are any rows. */
function* startsInTime(
  em: Em,
  { init, seed }: FitSettings,
  stream: number,
  optima: Optima,
): Work<readonly Float64Array[]> {
  try {
    return yield* startsOf(em, init, seed, stream, optima);
  } catch (error) {
    if (!isTimeOver(error) || init.kind !== "strategy") throw error;
    yield* startBy("random-from-data", em, randomState(em.rows.arena, seed, stream));
    return [em.vector.slice()];
  }
}

/** {@link runFrom}; if there is no time for a pass over all rows, parameters as they are, judged by a sample. */
function* runInTime(em: Em, settings: FitSettings, stream: number, vector: Float64Array): Work<End> {
  const { arena, N, D, totalWeight } = em.rows;
  const takesLong = N * D * em.K > LATE_PASS;
  try {
    if (!em.isTimeOver || !takesLong) return yield* runFrom(em, settings, stream);
  } catch (error) {
    if (!isTimeOver(error)) throw error;
  }
  em.isOpen = false;
  const mark = arena.mark();
  const small = takesLong ? em.on(subsample(em, LATE_SAMPLE_ROWS, randomState(arena, settings.seed, stream))) : em;
  yield* small.take(vector);
  const objective = ((yield* small.evaluate()) * totalWeight) / small.rows.totalWeight;
  arena.rewind(mark);
  yield* em.take(vector);
  return endOf(em, {
    ...{ objective, logLikelihood: em.logLikelihoodOf(objective), trace: Float64Array.of(objective) },
    ...{ converged: false, nIterations: 0, isEstimated: takesLong, checkpoint: undefined },
  });
}

/** How often components with faults may begin again. */
function repairsFor(init: InitSettings): number {
  if (init.kind !== "strategy") return MOST_REPAIRS_OF_GIVEN;
  return init.strategy === "quick" || isBrief(init) ? 0 : MOST_REPAIRS;
}

/** Whether a model is one of many that are to be compared soon. */
export function isBrief(init: InitSettings): boolean {
  return init.kind === "strategy" && Boolean(init.aided) && (init.strategy === "quick" || init.strategy === "standard");
}

function* runFrom(em: Em, settings: FitSettings, start: number, from?: Checkpoint): Work<End> {
  settings.watch?.begin((start + SEARCH_SHARE) / settings.nInit, (start + 1) / settings.nInit);
  const maxIter = settings.maxIter + (from?.nIterations ?? 0);
  const { onIteration } = settings;
  const onPass =
    onIteration && ((iteration: number, logLikelihood: number) => onIteration({ start, iteration, logLikelihood }));
  const run = yield* iterate(em, { ...settings, maxIter }, onPass, from);
  return endOf(em, run);
}

function endOf(em: Em, run: Run): End {
  const parameters = em.read();
  const [vector, spurious, idle] = [em.vector.slice(), spuriousComponents(em, parameters), idleComponents(parameters)];
  return { parameters, vector, run, spurious, idle };
}

import { Arena } from "../engine/arena.ts";
import { Crew, CrewLost } from "../engine/crew.ts";
import { instantiateKernels } from "../engine/kernels.ts";
import { machineThreads } from "../engine/worker.ts";
import { isCollapse } from "../errors.ts";
import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import { type Model, modelSteps, type Parameters } from "../model/parameters.ts";
import { type Checkpoint, climb, type Run } from "./climb.ts";
import { BRIEF, runAsync, runSync, runTogether, type Take, type Work } from "./drive.ts";
import { Em } from "./em.ts";
import { Hold } from "./hold.ts";
import { arranged, knownStarts } from "./known.ts";
import { asAsked, settingsInside } from "./one-column.ts";
import { ordered } from "./order.ts";
import { type Problem, withProblem } from "./problem.ts";
import { regularisationOf } from "./regularisation.ts";
import { repaired } from "./repair.ts";
import { type FitReport, relaxes, reportOf } from "./report.ts";
import { spuriousComponents } from "./spurious.ts";
import { startsOf } from "./starts.ts";
import { idleComponents, withoutTwins } from "./twins.ts";

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
  readonly seen: Pick<Problem, "N" | "K" | "covarianceType" | "totalWeight"> & {
    /** Means and variances. */
    readonly columns: Float64Array;
  } & Pick<FitSettings, "fixed" | "labels" | "regCovar" | "prior">;
}

/** Rows times components times columns from which a second thread saves more than it costs: to start one takes as long as a small fit. */
const THREADS_PAY = 1e7;
/** Rows up to which a kernel is one group, or a few where rows are wide or components many: candidates side by side keep threads busy instead. */
const MOST_SIDE_BY_SIDE = 6000;
/** Responsibilities and covariances up to which what is spare, below, is far more than enough for each. */
const MOST_EACH = 1e6;
/** What a fit allocates beside the packed rows, in bytes per thread and as a share of the rows; memory that is not used is not taken. */
const SPARE_BYTES = 256 * 1024 * 1024;
const SPARE_SHARE = 2;

/** How often the components of a solution with faults begin again in a fit from starts of ours. */
const MOST_REPAIRS = 2;
/** How often components that are the same begin again in a fit from a start of the caller's. */
const MOST_REPAIRS_OF_GIVEN = 1;

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

/** Makes work; its arena is one to use instead of one that this thread keeps at hand: shared, or with other kernels. */
type Begin<T> = (arena?: Arena) => Work<T>;

/** Runs work on this thread, on the spot. */
export function runHere<T>(settings: Pick<FitSettings, "reproducible" | "signal">, begin: Begin<T>): T {
  return runSync(begin(arenaOf(settings)), settings.signal);
}

/** Runs work without blocking, on several threads where that pays; if one dies, the work starts again on this thread. */
export async function runOnThreads<T>(
  { nRows, nColumns }: Matrix,
  settings: Pick<FitSettings, "threads" | "nComponents" | "reproducible" | "signal">,
  begin: Begin<T>,
): Promise<T> {
  const { nComponents, signal } = settings;
  const pays = nRows * nColumns * nComponents >= THREADS_PAY;
  const threads = settings.threads ?? (pays ? machineThreads() : 1);
  const bytes = nRows * nColumns * 8 * SPARE_SHARE + threads * SPARE_BYTES;
  const crew = Crew.assemble(threads, bytes, relaxes(settings));
  if (crew) {
    try {
      const result = await runAsync(begin(crew.arena), signal, crew);
      crew.rest();
      return result;
    } catch (error) {
      crew.dismiss();
      if (!(error instanceof CrewLost)) throw error;
    }
  }
  return runAsync(begin(arenaOf(settings)), signal);
}

/**
 * Runs many works side by side, each on a thread, where that pays: where the rows are too few to share out the work of each.
 * Gives undefined where it does not, or where a thread died.
 *
 * @param most - how many can run side by side.
 * @param begin - makes the works.
 */
export async function runSideBySide<T extends { readonly take: Take }>(
  { nRows, nColumns }: Matrix,
  settings: Pick<FitSettings, "threads" | "nComponents" | "reproducible" | "signal">,
  most: number,
  begin: () => T,
): Promise<T | undefined> {
  const size = nRows * nColumns * settings.nComponents;
  const threads = settings.threads ?? (size >= BRIEF ? machineThreads() : 1);
  const large = Math.max(nRows, nColumns * nColumns) * settings.nComponents > MOST_EACH;
  if (nRows > MOST_SIDE_BY_SIDE || large) return undefined;
  const bytes = nRows * nColumns * 8 * SPARE_SHARE + SPARE_BYTES;
  const crews: Crew[] = [];
  try {
    while (crews.length + 1 < Math.min(threads, most)) {
      const crew = Crew.assemble(2, bytes, relaxes(settings));
      if (!crew) break;
      crews.push(crew);
    }
    if (crews.length === 0) return undefined;
    const works = begin();
    await runTogether(works.take, crews, settings.signal, arenaOf(settings));
    for (const crew of crews) crew.rest();
    return works;
  } catch (error) {
    for (const crew of crews) crew.dismiss();
    if (!(error instanceof CrewLost)) throw error;
    return undefined;
  }
}

function arenaOf(settings: Pick<FitSettings, "reproducible">): Arena | undefined {
  return relaxes(settings) ? new Arena(instantiateKernels(true)) : undefined;
}

function* fitWork(matrix: Matrix, asked: FitSettings, resumable?: Resumable, arena?: Arena): Work<Fitted> {
  const settings = settingsInside(matrix, asked);
  const { covarianceType, nComponents, sampleWeight, labels } = settings;
  const work = (problem: Problem): Work<Fitted> => search(problem, matrix, settings, resumable);
  const fitted = labels
    ? yield* fitLabelled(matrix, settings, resumable, arena)
    : yield* withProblem(matrix, covarianceType, nComponents, sampleWeight, work, arena);
  return asAsked(fitted, asked);
}

/** Finds starts among all rows as they come, then fits with the rows arranged by what is known of them. */
function* fitLabelled(matrix: Matrix, settings: FitSettings, resumable?: Resumable, arena?: Arena): Work<Fitted> {
  const { covarianceType, nComponents: K, sampleWeight } = settings;
  const starts = yield* withProblem(
    ...([matrix, covarianceType, K, sampleWeight] as const),
    (problem) => knownStarts(problem, settings),
    arena,
  );
  arena?.clear();
  const { matrix: rows, weights, known, nRows: N, T } = arranged(matrix, settings, K);
  const work = (problem: Problem): Work<Fitted> =>
    search({ ...problem, N, known }, matrix, settings, resumable, starts);
  return yield* withProblem(rows, covarianceType, K, weights, work, arena, T);
}

/**
 * The best of the starts that the settings ask for, or the continuation of a run.
 *
 * @param starts - those starts, each in the form of `Em.vector`, if they are known.
 */
export function* search(
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
    em.hold = settings.fixed && new Hold(problem, settings.fixed, going.checkpoint.vector);
    ends.push(yield* runFrom(em, settings, 0, going.checkpoint));
  }
  for (let stream = 0; stream < settings.nInit && !going; stream++) {
    try {
      ends.push(yield* fitFrom(em, settings, stream, starts?.[stream]));
    } catch (error) {
      if (!isCollapse(error)) throw error;
      failure = error;
    }
  }
  if (ends.length === 0) throw failure;
  const { run, ...best } = ends.reduce((a, b) => (isBetter(b, a) ? b : a));
  // a start of the caller's, known labels and weights by component have an order of their own
  const own =
    settings.init.kind !== "strategy" || settings.labels || new Set<unknown>(settings.fixed?.weights).size > 1;
  const inOrder = going ? going.inOrder : !own;
  // EM cannot leave twins, and no split of others was likelier: one of them is enough, but where both have rows that are known
  const isDone = settings.init.kind === "strategy" || run.converged;
  const single =
    isDone && !settings.fixed && !settings.labels ? withoutTwins(problem, best.parameters) : best.parameters;
  const parameters = inOrder ? ordered(problem, single) : single;
  const runs = ends.map((end) => end.run);
  return {
    parameters,
    model: yield* modelSteps(parameters),
    report: yield* reportOf(em, matrix, settings, parameters, run, runs),
    resumable: run.checkpoint && { checkpoint: run.checkpoint, inOrder, seen: seenOf(problem, settings) },
  };
}

/** Without the arena, which would outlive the fit. */
function seenOf(
  { N, K, covarianceType, totalWeight, columnMeans, columnVariances }: Problem,
  { fixed, labels, regCovar, prior }: FitSettings,
): Resumable["seen"] {
  return {
    N,
    K,
    covarianceType,
    totalWeight,
    columns: Float64Array.of(...columnMeans, ...columnVariances),
    ...{ fixed, labels, regCovar, prior },
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
function* fitFrom(em: Em, settings: FitSettings, stream: number, given?: Float64Array): Work<End> {
  em.hold = undefined;
  const queue = given ? [given] : [...(yield* startsOf(em, settings.init, settings.seed, stream))];
  em.hold = settings.fixed && new Hold(em.problem, settings.fixed, queue[0]);
  // components with known labels stay with their rows
  const isOurs = settings.init.kind === "strategy";
  let repairs = given || settings.labels ? 0 : isOurs ? MOST_REPAIRS : MOST_REPAIRS_OF_GIVEN;
  let best: End | undefined;
  let failure: unknown;
  for (let vector = queue.shift(); vector; vector = queue.shift()) {
    try {
      // a continuation knows nothing of what the search for a start did to the rows
      yield* em.renew();
      yield* em.take(vector);
      const end = yield* runFrom(em, settings, stream);
      if (!best || isBetter(end, best)) best = end;
      const faults = isOurs ? [...new Set([...end.spurious, ...end.idle])] : end.run.converged ? end.idle : [];
      if (faults.length === 0) break;
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

function* runFrom(em: Em, settings: FitSettings, start: number, from?: Checkpoint): Work<End> {
  const maxIter = settings.maxIter + (from?.nIterations ?? 0);
  const onPass = (iteration: number, logLikelihood: number): void => {
    settings.onIteration?.({ start, iteration, logLikelihood });
  };
  const run = yield* climb(em, { ...settings, maxIter }, onPass, from);
  const parameters = em.read();
  return { parameters, run, spurious: spuriousComponents(em, parameters), idle: idleComponents(parameters) };
}

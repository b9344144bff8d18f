import { Arena } from "../engine/arena.ts";
import { Crew, CrewLost } from "../engine/crew.ts";
import { machineThreads } from "../engine/worker.ts";
import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import type { Parameters } from "../model/parameters.ts";
import { type Checkpoint, climb, type Run } from "./climb.ts";
import { runAsync, runSync, type Work } from "./drive.ts";
import { Em, regularisationOf } from "./em.ts";
import { type Problem, withProblem } from "./problem.ts";
import { type FitReport, reportOf } from "./report.ts";
import { spuriousComponents } from "./spurious.ts";
import { startsOf } from "./starts.ts";

/** Parameters with the story of how they were found. */
export interface Fitted {
  readonly parameters: Parameters;
  readonly report: FitReport;
  /** Where a continuation of the run begins. */
  readonly resumable?: Resumable | undefined;
}

/** A run to go on with, and what tells whether data are those that it saw. */
export interface Resumable {
  readonly checkpoint: Checkpoint;
  readonly seen: Pick<Problem, "N" | "K" | "covarianceType" | "totalWeight" | "columnMeans" | "columnVariances">;
}

/** Rows times components times columns from which a second thread saves more than it costs. */
const THREADS_PAY = 2e6;
/** What a fit allocates beside the packed rows, in bytes per thread and as a share of the rows; memory that is not used is not taken. */
const SPARE_BYTES = 256 * 1024 * 1024;
const SPARE_SHARE = 2;

/**
 * Fits a mixture on this thread, on the spot: the best of `nInit` starts.
 *
 * @param resumable - a run to go on with, if it has seen the same data; else the settings' start counts.
 */
export function fitSync(matrix: Matrix, settings: FitSettings, resumable?: Resumable): Fitted {
  return runSync(fitWork(matrix, settings, resumable), settings.signal);
}

/**
 * {@link fitSync} without blocking, on several threads where that pays. If a thread dies, the fit starts again on this
 * one; the result has the same bits in any case.
 */
export function fitAsync(matrix: Matrix, settings: FitSettings, resumable?: Resumable): Promise<Fitted> {
  return runOnThreads(matrix, settings, (shared) => fitWork(matrix, settings, resumable, shared));
}

/**
 * Runs work without blocking, on several threads where that pays; if one dies, the work starts again on this thread.
 *
 * @param begin - makes the work; its arena is over memory that the threads share, or its own to acquire.
 */
export async function runOnThreads<T>(
  { nRows, nColumns }: Matrix,
  { threads: wanted, nComponents, signal }: Pick<FitSettings, "threads" | "nComponents" | "signal">,
  begin: (shared?: Arena) => Work<T>,
): Promise<T> {
  const pays = nRows * nColumns * nComponents >= THREADS_PAY;
  const threads = wanted ?? (pays ? machineThreads() : 1);
  const crew = Crew.assemble(threads, nRows * nColumns * 8 * SPARE_SHARE + threads * SPARE_BYTES);
  if (crew) {
    try {
      return await runAsync(begin(new Arena(crew.instance)), signal, crew);
    } catch (error) {
      if (!(error instanceof CrewLost)) throw error;
    } finally {
      crew.dismiss();
    }
  }
  return runAsync(begin(), signal);
}

function fitWork(matrix: Matrix, settings: FitSettings, resumable?: Resumable, shared?: Arena): Work<Fitted> {
  const { covarianceType, nComponents, sampleWeight } = settings;
  const work = (problem: Problem): Work<Fitted> => search(problem, matrix, settings, resumable);
  return withProblem(matrix, covarianceType, nComponents, sampleWeight, work, shared);
}

/** The best of the starts that the settings ask for, or the continuation of a run. */
export function* search(problem: Problem, matrix: Matrix, settings: FitSettings, resumable?: Resumable): Work<Fitted> {
  const em = new Em(problem, regularisationOf(problem, settings.regCovar));
  const runs: Run[] = [];
  let best: { readonly parameters: Parameters; readonly run: Run; readonly sound: boolean } | undefined;
  const run = function* (stream: number, from?: Checkpoint): Work<boolean> {
    const maxIter = settings.maxIter + (from?.nIterations ?? 0);
    const onPass = (iteration: number, logLikelihood: number): void => {
      settings.onIteration?.({ start: stream, iteration, logLikelihood });
    };
    const end = yield* climb(em, { ...settings, maxIter }, onPass, from);
    runs[stream] = end;
    const parameters = em.read();
    const sound = spuriousComponents(em, parameters).length === 0;
    const better = !best || (sound === best.sound ? end.logLikelihood > best.run.logLikelihood : sound);
    if (better) best = { parameters, run: end, sound };
    return sound;
  };
  if (resumable && hasSeen(resumable, problem)) yield* run(0, resumable.checkpoint);
  else {
    for (let stream = 0; stream < settings.nInit; stream++) {
      for (const vector of yield* startsOf(em, settings.init, settings.seed, stream)) {
        // a continuation knows nothing of what the search for a start did to the rows
        yield* em.renew();
        // the next one only takes the place of a spurious solution
        if (em.tryVector(vector) && (yield* run(stream))) break;
      }
    }
  }
  const { parameters, run: end } = best as unknown as { parameters: Parameters; run: Run };
  return {
    parameters,
    report: reportOf(problem, matrix, settings, parameters, end, runs),
    resumable: { checkpoint: end.checkpoint, seen: seenOf(problem) },
  };
}

/** Without the arena, which would outlive the fit. */
function seenOf({ N, K, covarianceType, totalWeight, columnMeans, columnVariances }: Problem): Resumable["seen"] {
  return { N, K, covarianceType, totalWeight, columnMeans, columnVariances };
}

/** Whether a run saw the same data: as many rows, of the same weight, with the same means and variances to the bit. */
function hasSeen({ seen }: Resumable, problem: Problem): boolean {
  const alike = (a: Float64Array, b: Float64Array): boolean =>
    a.length === b.length && a.every((value, d) => value === b[d]);
  return (
    (["N", "K", "covarianceType", "totalWeight"] as const).every((key) => seen[key] === problem[key]) &&
    alike(seen.columnMeans, problem.columnMeans) &&
    alike(seen.columnVariances, problem.columnVariances)
  );
}

import { Arena } from "../engine/arena.ts";
import { Crew, CrewLost } from "../engine/crew.ts";
import { machineThreads } from "../engine/worker.ts";
import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import type { Parameters } from "../model/parameters.ts";
import { climb, type Run } from "./climb.ts";
import { runAsync, runSync, type Work } from "./drive.ts";
import { Em, type Regularisation, regularisationOf } from "./em.ts";
import { type Problem, withProblem } from "./problem.ts";
import { type FitReport, reportOf } from "./report.ts";
import { spuriousComponents } from "./spurious.ts";
import { startsOf } from "./starts.ts";

/** Parameters with the story of how they were found. */
export interface Fitted {
  readonly parameters: Parameters;
  readonly report: FitReport;
}

/** Rows times components times columns from which a second thread saves more than it costs. */
const THREADS_PAY = 2e6;
/** What a fit allocates beside the packed rows, in bytes per thread and as a share of the rows; memory that is not used is not taken. */
const SPARE_BYTES = 256 * 1024 * 1024;
const SPARE_SHARE = 2;

/** Fits a mixture on this thread, on the spot: the best of `nInit` starts. */
export function fitSync(matrix: Matrix, settings: FitSettings): Fitted {
  return runSync(fitWork(matrix, settings), settings.signal);
}

/**
 * {@link fitSync} without blocking, on several threads where that pays. If a thread dies, the fit starts again on this
 * one; the result has the same bits in any case.
 */
export function fitAsync(matrix: Matrix, settings: FitSettings): Promise<Fitted> {
  return runOnThreads(matrix, settings, (shared) => fitWork(matrix, settings, shared));
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

function fitWork(matrix: Matrix, settings: FitSettings, shared?: Arena): Work<Fitted> {
  const { covarianceType, nComponents, sampleWeight } = settings;
  const work = (problem: Problem): Work<Fitted> => search(problem, matrix, settings);
  return withProblem(matrix, covarianceType, nComponents, sampleWeight, work, shared);
}

/** The best of the starts that the settings ask for. */
export function* search(problem: Problem, matrix: Matrix, settings: FitSettings): Work<Fitted> {
  const regularisation: Regularisation = regularisationOf(problem, settings.regCovar);
  const em = new Em(problem, regularisation);
  const runs: Run[] = [];
  let best: { readonly parameters: Parameters; readonly run: Run; readonly sound: boolean } | undefined;
  for (let stream = 0; stream < settings.nInit; stream++) {
    for (const vector of yield* startsOf(em, settings.init, settings.seed, stream)) {
      if (!em.tryVector(vector)) continue;
      const run = yield* climb(em, settings, (iteration, logLikelihood) => {
        settings.onIteration?.({ start: stream, iteration, logLikelihood });
      });
      const parameters = em.read();
      const sound = spuriousComponents(em, parameters).length === 0;
      runs[stream] = run;
      const better = !best || (sound === best.sound ? run.logLikelihood > best.run.logLikelihood : sound);
      if (better) best = { parameters, run, sound };
      // the next one only takes the place of a spurious solution
      if (sound) break;
    }
  }
  const { parameters, run } = best as { parameters: Parameters; run: Run };
  return { parameters, report: reportOf(problem, matrix, settings, parameters, run, runs) };
}

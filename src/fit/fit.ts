import { Arena } from "../engine/arena.ts";
import { Crew, CrewLost } from "../engine/crew.ts";
import { machineThreads } from "../engine/worker.ts";
import { isCollapse } from "../errors.ts";
import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import type { Parameters } from "../model/parameters.ts";
import { climb, type Run } from "./climb.ts";
import { runAsync, runSync, type Work } from "./drive.ts";
import { Em, type Regularisation, regularisationOf } from "./em.ts";
import { revived } from "./halves.ts";
import { ordered } from "./order.ts";
import { type Problem, withProblem } from "./problem.ts";
import { type FitReport, warningsOf } from "./report.ts";
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

/** How often components that have died or collapsed begin again. */
const MOST_REVIVALS = 2;

/** Fits a mixture on this thread, on the spot: the best of `nInit` starts. */
export function fitSync(matrix: Matrix, settings: FitSettings): Fitted {
  return runSync(fitWork(matrix, settings), settings.signal);
}

/**
 * {@link fitSync} without blocking, on several threads where that pays. If a thread dies, the fit starts again on this
 * one; the result has the same bits in any case.
 */
export async function fitAsync(matrix: Matrix, settings: FitSettings): Promise<Fitted> {
  const { nRows, nColumns } = matrix;
  const pays = nRows * nColumns * settings.nComponents >= THREADS_PAY;
  const threads = settings.threads ?? (pays ? machineThreads() : 1);
  const crew = Crew.assemble(threads, nRows * nColumns * 8 * SPARE_SHARE + threads * SPARE_BYTES);
  if (crew) {
    try {
      return await runAsync(fitWork(matrix, settings, new Arena(crew.instance)), settings.signal, crew);
    } catch (error) {
      if (!(error instanceof CrewLost)) throw error;
    } finally {
      crew.dismiss();
    }
  }
  return runAsync(fitWork(matrix, settings), settings.signal);
}

function fitWork(matrix: Matrix, settings: FitSettings, shared?: Arena): Work<Fitted> {
  const { covarianceType, nComponents, sampleWeight } = settings;
  const work = (problem: Problem): Work<Fitted> => search(problem, matrix, settings);
  return withProblem(matrix, covarianceType, nComponents, sampleWeight, work, shared);
}

function* search(problem: Problem, matrix: Matrix, settings: FitSettings): Work<Fitted> {
  const regularisation: Regularisation = regularisationOf(problem, settings.regCovar, settings.prior);
  const em = new Em(problem, regularisation);
  const ends: End[] = [];
  let failure: unknown;
  for (let stream = 0; stream < settings.nInit; stream++) {
    try {
      ends.push(yield* fitFrom(em, settings, stream));
    } catch (error) {
      if (!isCollapse(error)) throw error;
      failure = error;
    }
  }
  if (ends.length === 0) throw failure;
  const { run, ...best } = ends.reduce((a, b) => (isBetter(b, a) ? b : a));
  const parameters = settings.init.kind === "strategy" ? ordered(problem, best.parameters) : best.parameters;
  const report: FitReport = {
    converged: run.converged,
    nIterations: run.nIterations,
    logLikelihood: run.logLikelihood,
    ...(settings.prior ? { logPosterior: run.objective } : {}),
    trace: run.trace,
    starts: ends.map(({ run: { logLikelihood, nIterations, converged } }) => ({
      logLikelihood,
      nIterations,
      converged,
    })),
    nRows: matrix.nRows,
    totalWeight: problem.totalWeight,
    warnings: warningsOf(em, matrix, parameters, run, settings),
  };
  return { parameters, report };
}

/** Where a climb ended. */
interface End {
  readonly parameters: Parameters;
  readonly run: Run;
  /** Whether no component is spurious. */
  readonly sound: boolean;
}

/** A sound solution before a spurious one, then the likelier. */
function isBetter(a: End, b: End): boolean {
  return a.sound === b.sound ? a.run.objective > b.run.objective : a.sound;
}

/**
 * EM from one start. Should it end with components that are spurious, or without rows, those begin again as halves of
 * others; should that not help, or EM collapse, the next best of its contenders has its turn. A start of the caller's own is
 * left as it is.
 */
function* fitFrom(em: Em, settings: FitSettings, stream: number): Work<End> {
  const queue = [...(yield* startsOf(em, settings.init, settings.seed, stream))];
  let revivals = settings.init.kind === "strategy" ? MOST_REVIVALS : 0;
  let best: End | undefined;
  let failure: unknown;
  for (let vector = queue.shift(); vector; vector = queue.shift()) {
    try {
      em.take(vector);
      const run = yield* climb(em, settings, (iteration, logLikelihood) => {
        settings.onIteration?.({ start: stream, iteration, logLikelihood });
      });
      const parameters = em.read();
      const spurious = spuriousComponents(em, parameters);
      const end = { parameters, run, sound: spurious.length === 0 };
      if (!best || isBetter(end, best)) best = end;
      if (end.sound) break;
      if (spurious.length < settings.nComponents && revivals-- > 0) queue.unshift(revived(em, spurious));
    } catch (error) {
      if (!isCollapse(error)) throw error;
      failure = error;
    }
  }
  if (!best) throw failure;
  return best;
}

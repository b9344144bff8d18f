import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import type { Parameters } from "../model/parameters.ts";
import { climb, type Run } from "./climb.ts";
import type { Work } from "./drive.ts";
import { Em, type Regularisation, regularisationOf } from "./em.ts";
import { type Problem, withProblem } from "./problem.ts";
import { type FitReport, warningsOf } from "./report.ts";
import { start } from "./starts.ts";

/** Parameters with the story of how they were found. */
export interface Fitted {
  readonly parameters: Parameters;
  readonly report: FitReport;
}

/** Fits a mixture: the best of `nInit` starts. Run it with `runSync` or `runAsync`. */
export function fitWork(matrix: Matrix, settings: FitSettings): Work<Fitted> {
  const { covarianceType, nComponents, sampleWeight } = settings;
  return withProblem(matrix, covarianceType, nComponents, sampleWeight, (problem) => search(problem, matrix, settings));
}

function* search(problem: Problem, matrix: Matrix, settings: FitSettings): Work<Fitted> {
  const regularisation: Regularisation = regularisationOf(problem, settings.regCovar);
  const em = new Em(problem, regularisation);
  const runs: Run[] = [];
  let best: { readonly parameters: Parameters; readonly run: Run } | undefined;
  for (let stream = 0; stream < settings.nInit; stream++) {
    yield* start(em, settings.init, settings.seed, stream);
    const run = yield* climb(em, settings, (iteration, logLikelihood) => {
      settings.onIteration?.({ start: stream, iteration, logLikelihood });
    });
    runs.push(run);
    if (!best || run.logLikelihood > best.run.logLikelihood) best = { parameters: em.read(), run };
  }
  const { parameters, run } = best as { parameters: Parameters; run: Run };
  const report: FitReport = {
    converged: run.converged,
    nIterations: run.nIterations,
    logLikelihood: run.logLikelihood,
    trace: run.trace,
    starts: runs.map(({ logLikelihood, nIterations, converged }) => ({ logLikelihood, nIterations, converged })),
    nRows: matrix.nRows,
    totalWeight: problem.totalWeight,
    warnings: warningsOf(problem, matrix, parameters, run, settings),
  };
  return { parameters, report };
}

import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import type { Parameters } from "../model/parameters.ts";
import type { Run } from "./climb.ts";
import type { Problem } from "./problem.ts";

/**
 * Something about the data or the fit that the caller may want to act on:
 *
 * - `NOT_CONVERGED`: `maxIter` was reached first.
 * - `CONSTANT_COLUMN`: a column has the same value in every row; it carries no information.
 * - `EMPTY_COMPONENT`: a component has lost all its rows; its weight is 0.
 */
export type FitWarningCode = "NOT_CONVERGED" | "CONSTANT_COLUMN" | "EMPTY_COMPONENT";

/** A typed remark; nothing is printed. */
export interface FitWarning {
  readonly code: FitWarningCode;
  readonly message: string;
  /** The component it is about, counted from 0, where there is one. */
  readonly component?: number;
  /** The column it is about, counted from 0, where there is one. */
  readonly column?: number;
}

/** How one start ended. */
export interface StartReport {
  /** Total log-likelihood, in nats. */
  readonly logLikelihood: number;
  readonly nIterations: number;
  readonly converged: boolean;
}

/** The story of a fit. */
export interface FitReport {
  /** Whether the log-likelihood left to gain was estimated below `tol` per row. */
  readonly converged: boolean;
  /** M-steps of the start that won. */
  readonly nIterations: number;
  /** Total log-likelihood of the data under the fitted parameters, each row times its weight, in nats. */
  readonly logLikelihood: number;
  /** The total log-likelihood at the winning start and after each of its iterations. */
  readonly trace: Float64Array;
  /** What each start reached, in order. */
  readonly starts: readonly StartReport[];
  /** Rows in the data, those of weight 0 included. */
  readonly nRows: number;
  /** Sum of the rows' weights; the number of rows if none were given. */
  readonly totalWeight: number;
  readonly warnings: readonly FitWarning[];
}

/** The report of a fit: the run that won, and all that were tried. */
export function reportOf(
  problem: Problem,
  matrix: Matrix,
  settings: FitSettings,
  parameters: Parameters,
  run: Run,
  runs: readonly Run[],
): FitReport {
  return {
    converged: run.converged,
    nIterations: run.nIterations,
    logLikelihood: run.logLikelihood,
    trace: run.trace,
    starts: runs.map(({ logLikelihood, nIterations, converged }) => ({ logLikelihood, nIterations, converged })),
    nRows: matrix.nRows,
    totalWeight: problem.totalWeight,
    warnings: warningsOf(problem, matrix, parameters, run, settings),
  };
}

/** What there is to say about a finished fit. */
function warningsOf(
  problem: Problem,
  matrix: Matrix,
  parameters: Parameters,
  run: Run,
  settings: FitSettings,
): FitWarning[] {
  const warnings: FitWarning[] = [];
  if (!run.converged && settings.tol > 0) {
    warnings.push({
      code: "NOT_CONVERGED",
      message: `the fit did not converge in ${run.nIterations} iterations; raise maxIter or tol`,
    });
  }
  problem.columnVariances.forEach((variance, column) => {
    if (variance > 0) return;
    const name = matrix.columns ? `"${matrix.columns[column]}"` : `${column}`;
    warnings.push({
      code: "CONSTANT_COLUMN",
      column,
      message: `column ${name} has the same value in every row; leave it out`,
    });
  });
  parameters.weights.forEach((weight, component) => {
    if (weight > 0) return;
    warnings.push({
      code: "EMPTY_COMPONENT",
      component,
      message: `component ${component} has no rows left; use fewer components`,
    });
  });
  return warnings;
}

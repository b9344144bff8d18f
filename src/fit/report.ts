import { hasRelaxed } from "../engine/kernels.ts";
import { columnLabel } from "../input/columns.ts";
import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import type { Parameters } from "../model/parameters.ts";
import type { Run } from "./climb.ts";
import type { Work } from "./drive.ts";
import type { Em } from "./em.ts";
import { freeParameters } from "./hold.ts";
import { dependentColumns } from "./spaces.ts";
import { spuriousComponents } from "./spurious.ts";

/**
 * Something about the data or the fit that the caller may want to act on:
 *
 * - `NOT_CONVERGED`: `maxIter` was reached first.
 * - `CONSTANT_COLUMN`: a column has the same value in every row; it carries no information.
 * - `DEPENDENT_COLUMN`: a column is a linear combination of columns before it, or a copy of one.
 * - `EMPTY_COMPONENT`: a component has lost all its rows; its weight is 0.
 * - `SPURIOUS_COMPONENT`: a component has shrunk onto few rows, or onto rows in a plane; its likelihood says little.
 */
export type FitWarningCode =
  | "NOT_CONVERGED"
  | "CONSTANT_COLUMN"
  | "DEPENDENT_COLUMN"
  | "EMPTY_COMPONENT"
  | "SPURIOUS_COMPONENT";

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
  /**
   * With a `prior`: what the fit has maximised, the log-likelihood and the log-density of the parameters under the prior
   * but for its normalising constant, in nats. Otherwise absent.
   */
  readonly logPosterior?: number;
  /** The total log-likelihood (with a `prior`, the log-posterior) at the winning start and after each of its iterations. */
  readonly trace: Float64Array;
  /** What each start reached, in order. */
  readonly starts: readonly StartReport[];
  /** Rows in the data, those of weight 0 included. */
  readonly nRows: number;
  /** Parameters that were free: all but those held by `fixed`. */
  readonly nParameters: number;
  /** Sum of the rows' weights; the number of rows if none were given. */
  readonly totalWeight: number;
  /** Whether the result has the same bits in every engine: false only after `reproducible: false`, where the engine can do so. */
  readonly reproducible: boolean;
  readonly warnings: readonly FitWarning[];
}

/** Whether kernels may round as the engine likes, and this one does. */
export function relaxes({ reproducible }: Pick<FitSettings, "reproducible">): boolean {
  return !reproducible && hasRelaxed();
}

/** The report of a fit: the run that won, and all that were tried. */
export function* reportOf(
  em: Em,
  matrix: Matrix,
  settings: FitSettings,
  parameters: Parameters,
  run: Run,
  runs: readonly Run[],
): Work<FitReport> {
  return {
    converged: run.converged,
    nIterations: run.nIterations,
    logLikelihood: run.logLikelihood,
    ...(settings.prior ? { logPosterior: run.objective } : {}),
    trace: run.trace,
    starts: runs.map(({ logLikelihood, nIterations, converged }) => ({ logLikelihood, nIterations, converged })),
    nRows: matrix.nRows,
    nParameters: freeParameters(parameters, settings.fixed),
    totalWeight: em.problem.totalWeight,
    reproducible: !relaxes(settings),
    warnings: yield* warningsOf(em, matrix, parameters, run, settings),
  };
}

/** What there is to say about a finished fit. */
function* warningsOf(
  em: Em,
  matrix: Matrix,
  parameters: Parameters,
  run: Run,
  settings: FitSettings,
): Work<FitWarning[]> {
  const warnings: FitWarning[] = [];
  if (!run.converged && settings.tol > 0) {
    warnings.push({
      code: "NOT_CONVERGED",
      message: `the fit did not converge in ${run.nIterations} iterations; raise maxIter or tol`,
    });
  }
  em.problem.columnVariances.forEach((variance, column) => {
    if (variance > 0) return;
    warnings.push({
      code: "CONSTANT_COLUMN",
      column,
      message: `column ${columnLabel(column, matrix.columns)} has the same value in every row; leave it out`,
    });
  });
  for (const column of yield* dependentColumns(em.problem)) {
    warnings.push({
      code: "DEPENDENT_COLUMN",
      column,
      message: `column ${columnLabel(column, matrix.columns)} follows from the columns before it; leave it out`,
    });
  }
  parameters.weights.forEach((weight, component) => {
    if (weight > 0) return;
    warnings.push({
      code: "EMPTY_COMPONENT",
      component,
      message: `component ${component} has no rows left; use fewer components`,
    });
  });
  for (const component of spuriousComponents(em, parameters, true)) {
    if (parameters.weights[component] === 0) continue;
    warnings.push({
      code: "SPURIOUS_COMPONENT",
      component,
      message: `component ${component} has shrunk onto few rows or a plane; use fewer components, a simpler covarianceType, or a larger regCovar`,
    });
  }
  return warnings;
}

import { formOf } from "../../covariance/forms.ts";
import { type Parameters, variancesOf } from "../../covariance/parameters.ts";
import type { Work } from "../../engine/schedule.ts";
import { relaxes } from "../../engine/threads.ts";
import { received } from "../../errors.ts";
import { columnLabel } from "../../input/columns.ts";
import type { LeftOut, Matrix } from "../../input/matrix.ts";
import type { FitSettings } from "../../input/options.ts";
import { selectRows } from "../../input/rows.ts";
import { modelSteps } from "../../model/model.ts";
import { scoreRows } from "../../model/score.ts";
import type { Em } from "../em/em.ts";
import { freeParameters } from "../em/fixed.ts";
import type { Run } from "../em/iterate.ts";
import { dependentColumns } from "../em/total-covariance.ts";
import { countingColumns } from "./counting.ts";
import { excessOf, scarcityOf } from "./demand.ts";
import { spuriousComponents } from "./spurious.ts";

/**
 * Something about the data or the fit that the caller may want to act on:
 *
 * - `NOT_CONVERGED`: `maxIter` was reached first.
 * - `TIME_LIMIT`: `timeLimit` was over before the search or the fit was; the message says how far it was.
 * - `TOO_MANY_PARAMETERS`: full or tied covariances have more columns than there are rows for them: regularisation has decided
 *   what the data could not. The message says how many rows it takes.
 * - `FEW_ROWS`: there are more parameters than rows; the message has both numbers.
 * - `ROWS_DROPPED`: rows with missing cells were left out, as `missing: "drop"` asks for; the message counts the cells by column.
 * - `LIKE_AN_ID`: a column counts the rows: its integers grow by 1 from row to row, or each of a range is there once. Looked for from
 *   10 rows on; in rows with weights only the former.
 * - `CONSTANT_COLUMN`: a column has the same value in every row; it carries no information.
 * - `DEPENDENT_COLUMN`: a column is a linear combination of columns before it, or a copy of one. Looked for where there are more
 *   rows than columns, for diagonal and spherical covariances up to 128 columns.
 * - `COLUMN_LEFT_OUT`: columns of records or of a table were left out, as they hold something other than numbers; see `leftOut`.
 * - `EMPTY_COMPONENT`: a component has lost all its rows; its weight is 0.
 * - `SPURIOUS_COMPONENT`: a component has shrunk onto few rows, or onto rows that lie in a plane by chance, which the message
 *   names; its likelihood says little.
 */
export type FitWarningCode =
  | "NOT_CONVERGED"
  | "TIME_LIMIT"
  | "TOO_MANY_PARAMETERS"
  | "FEW_ROWS"
  | "ROWS_DROPPED"
  | "LIKE_AN_ID"
  | "CONSTANT_COLUMN"
  | "DEPENDENT_COLUMN"
  | "COLUMN_LEFT_OUT"
  | "EMPTY_COMPONENT"
  | "SPURIOUS_COMPONENT";

/** A typed remark; nothing is printed. */
export interface FitWarning {
  /** What it is about, for a program to branch on. */
  readonly code: FitWarningCode;
  /** The same for a person, with a remedy; the text may change between releases. */
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
  /** M-steps. */
  readonly nIterations: number;
  /** Whether less than `tol` per row was estimated to be left. */
  readonly converged: boolean;
}

/** A place to which starts have led. */
export interface Optimum {
  /** Total log-likelihood, in nats; of other optima than the result estimated from a sample where rows are many. */
  readonly logLikelihood: number;
  /** The BIC less what the labels are unsure of: lower is better. Estimated from a sample where rows are many. */
  readonly icl: number;
  /** The weight of its smallest component, in rows: few rows may be outliers. */
  readonly smallest: number;
  /** How many starts of the search, and moves from other optima, have led there. */
  readonly nStarts: number;
  /** Whether it is what the fit returns. */
  readonly isResult: boolean;
}

/** The story of a fit. */
export interface FitReport {
  /** Whether the log-likelihood left to gain was estimated below `tol` per row. */
  readonly converged: boolean;
  /** M-steps of the start that won. */
  readonly nIterations: number;
  /**
   * Total log-likelihood of the data under the fitted parameters, each row times its weight, in nats; of rows with known
   * labels, together with their components.
   */
  readonly logLikelihood: number;
  /**
   * With a `prior`: what the fit has maximised, the log-likelihood and the log-density of the parameters under the prior
   * but for its normalising constant, in nats. Otherwise absent.
   */
  readonly logPosterior?: number;
  /** The total log-likelihood (with a `prior`, the log-posterior) at the winning start and after each of its iterations. A copy. */
  readonly trace: Float64Array;
  /** What each start reached, in order. */
  readonly starts: readonly StartReport[];
  /**
   * The optima that the starts led to, the likeliest first, at most nine: the result, and those that were left for it. Should one
   * be much likelier and its smallest component hold few rows, a `"thorough"` search would return that. Empty with known labels.
   */
  readonly optima: readonly Optimum[];
  /** Rows that were used, those of weight 0 included. */
  readonly nRows: number;
  /** Rows that were left out, as cells are missing in them; 0 but with `missing: "drop"`. */
  readonly nDropped: number;
  /** Columns of records or of a table that were left out, and why; none where the columns to use were named. */
  readonly leftOut: readonly LeftOut[];
  /** Parameters that were free: all but those held by `fixed`. */
  readonly nParameters: number;
  /** Sum of the rows' weights; the number of rows if none were given. */
  readonly totalWeight: number;
  /** Whether the result has the same bits in every engine: false only after `reproducible: false`, where the engine can do so. */
  readonly reproducible: boolean;
  /** What the caller may want to act on; nothing is printed. */
  readonly warnings: readonly FitWarning[];
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
    optima: [],
    nRows: matrix.nRows,
    nDropped: matrix.dropped ? matrix.dropped.nGiven - matrix.nRows : 0,
    leftOut: (matrix.leftOut ?? []).map((one) => ({ ...one })),
    nParameters: freeParameters(parameters, settings.fixed),
    totalWeight: em.rows.totalWeight,
    reproducible: !relaxes(settings),
    warnings: yield* warningsOf(em, matrix, parameters, run, settings),
  };
}

/** The most columns named in one warning. */
const MOST_NAMED = 12;

/** What there is to say about a finished fit. */
function* warningsOf(
  em: Em,
  matrix: Matrix,
  parameters: Parameters,
  run: Run,
  settings: FitSettings,
): Work<FitWarning[]> {
  const warnings: FitWarning[] = [];
  const isCut = settings.watch?.isOver;
  if (isCut) {
    const far = run.isEstimated
      ? "before all rows were looked at: the log-likelihood is estimated from a sample"
      : run.converged
        ? "before the search for better starts was over"
        : `after ${run.nIterations} iterations`;
    warnings.push({ code: "TIME_LIMIT", message: `timeLimit ended the fit ${far}; raise it` });
  } else if (!run.converged && settings.tol > 0) {
    warnings.push({
      code: "NOT_CONVERGED",
      message: `the fit did not converge in ${run.nIterations} iterations; raise maxIter or tol`,
    });
  }
  // a prior tells what the data do not
  const covariancesHeld = settings.fixed?.covariances.every((held) => held);
  if (!settings.prior) {
    const count = freeParameters(parameters, settings.fixed);
    const excess = covariancesHeld ? undefined : excessOf(em, count);
    const scarcity = scarcityOf(em, count);
    if (excess) warnings.push({ code: "TOO_MANY_PARAMETERS", message: excess });
    else if (scarcity) warnings.push({ code: "FEW_ROWS", message: scarcity });
  }
  warnings.push(...dataWarnings(matrix));
  for (const { column, from, to } of isCut ? [] : yield* countingColumns(em.rows, matrix, !!settings.sampleWeight)) {
    warnings.push({
      code: "LIKE_AN_ID",
      column,
      message: `column ${columnLabel(column, matrix.columns)} counts the rows from ${from} to ${to}, as an id does; leave it out`,
    });
  }
  em.rows.columnVariances.forEach((variance, column) => {
    if (variance > 0) return;
    warnings.push({
      code: "CONSTANT_COLUMN",
      column,
      message: `column ${columnLabel(column, matrix.columns)} has the same value in every row; leave it out`,
    });
  });
  for (const column of isCut ? [] : yield* dependentColumns(em)) {
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
  warnings.push(...(yield* spuriousWarnings(em, matrix, parameters, settings)));
  return warnings;
}

/** What there is to say about the data that were not used. */
function dataWarnings({ nRows, dropped, leftOut = [] }: Matrix): FitWarning[] {
  const warnings: FitWarning[] = [];
  if (dropped) {
    const { nGiven, text } = dropped;
    warnings.push({
      code: "ROWS_DROPPED",
      message: `${nGiven - nRows} of ${nGiven} rows are left out, as values are missing: ${text}; fill the values in to use the rows`,
    });
  }
  if (leftOut.length > 0) {
    const columns = leftOut.slice(0, MOST_NAMED).map(({ column, reason }) => `${received(column)} (${reason})`);
    const more = leftOut.length > MOST_NAMED ? ` and ${leftOut.length - MOST_NAMED} more` : "";
    warnings.push({
      code: "COLUMN_LEFT_OUT",
      message: `not used, as they hold no numbers: ${columns.join(", ")}${more}; convert them, or name the columns to use with columns`,
    });
  }
  return warnings;
}

/** Multiplications in one piece, some milliseconds. */
const PIECE = 4e6;
/** The most rows named in one warning. */
const MOST_ROWS = 8;

/** Which rows each spurious component rests on, and in which column it is narrowest beside all components. */
function* spuriousWarnings(
  em: Em,
  matrix: Matrix,
  parameters: Parameters,
  { regCovar }: Pick<FitSettings, "regCovar">,
): Work<FitWarning[]> {
  const spurious = spuriousComponents(em, parameters);
  if (spurious.length === 0) return [];
  const { nFeatures: D, nComponents: K, weights } = parameters;
  const labels = yield* labelsOf(matrix, parameters);
  const variances = variancesOf(parameters);
  // a variance that is mostly added is no group's, so a larger regCovar is no remedy
  const ways = [
    K > 1 && "fewer components",
    D > 1 && formOf(parameters).isDense && "a simpler covarianceType",
    regCovar && "a smaller regCovar",
    "more rows",
  ].filter(Boolean);
  return spurious.map((component) => {
    const rows: number[] = [];
    labels.forEach((label, n) => {
      if (label === component) rows.push(matrix.dropped?.kept[n] ?? n);
    });
    const relative = Array.from({ length: D }, (_, d) => {
      const average = weights.reduce((sum, weight, k) => sum + weight * variances[k * D + d], 0);
      return average > 0 ? variances[component * D + d] / average : Infinity;
    });
    const column = relative.indexOf(Math.min(...relative));
    const some = rows.slice(0, MOST_ROWS).join(", ") + (rows.length > MOST_ROWS ? ", …" : "");
    const count = rows.length === 1 ? "1 row" : `${rows.length} rows`;
    const what = K > 1 ? `, narrowest in column ${columnLabel(column, matrix.columns)}` : "";
    return {
      code: "SPURIOUS_COMPONENT",
      component,
      column,
      message: `component ${component} rests on ${count} (${some})${what}, as close as some are by chance; use ${ways.join(" or ")}`,
    };
  });
}

/** The likeliest component of each row; others come between. */
function* labelsOf(matrix: Matrix, parameters: Parameters): Work<Int32Array> {
  const { nFeatures: D, nComponents: K } = parameters;
  const model = yield* modelSteps(parameters);
  const labels = new Int32Array(matrix.nRows);
  const count = Math.max(1, Math.floor(PIECE / (K * D * D)));
  yield {
    groups: Math.ceil(matrix.nRows / count),
    run: (group) => {
      const own = labels.subarray(group * count, (group + 1) * count);
      const rows = Int32Array.from(own, (_, i) => group * count + i);
      scoreRows(model, selectRows(matrix, rows), { labels: own });
    },
  };
  return labels;
}

import type { FitReport, GaussianMixture } from "../index.ts";
import type { Numbers } from "./columns.ts";
import { count } from "./csv.ts";

/** A fit and what it is judged by: everything there is to print. */
export interface FitOutcome {
  readonly source: string;
  readonly numbers: Numbers;
  readonly mixture: GaussianMixture;
  readonly report: FitReport;
  readonly bic: number;
  readonly aic: number;
}

/** Digits that the largest number of a column of figures shows, and that the smallest one keeps at least. */
const DIGITS = 5;
const LEAST_DIGITS = 2;
/** Numbers smaller than this share of the largest are rounding errors and may be shown as 0. */
const NEGLIGIBLE = 1e-6;
/** Decimals beyond which powers of ten read better. */
const MOST_DECIMALS = 9;

/**
 * A fit, to be read: what was used, how it went, and every parameter.
 *
 * @returns the text, ending in a line end.
 */
export function printFit(outcome: FitOutcome): string {
  const { source, numbers, mixture, report, bic, aic } = outcome;
  const { nComponents: K, covarianceType } = mixture;
  const [nRows, nColumns] = numbers.shape;
  const leftOut = numbers.leftOut.map(({ column }) => column || "(no name)");
  const facts = [
    ["data", `${source}, ${count(nRows, "row")}`],
    [count(nColumns, "column"), numbers.columns.join(", ")],
    ...(leftOut.length > 0 ? [["left out", leftOut.join(", ")]] : []),
    ["converged", `${report.converged ? "yes" : "no"}, after ${count(report.nIterations, "iteration")}`],
    ["log-likelihood", report.logLikelihood.toFixed(4)],
    ["BIC", `${bic.toFixed(4)}  (${count(mixture.nParameters, "parameter")}; lower is better)`],
    ["AIC", aic.toFixed(4)],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = [
    `Gaussian mixture: ${count(K, "component")}, ${covarianceType} covariance`,
    "",
    ...facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...parameterLines(mixture, numbers.columns),
  ];
  return `${lines.join("\n")}\n`;
}

/** The components, one block each; the covariance that tied components share comes last. */
function parameterLines(mixture: GaussianMixture, columns: readonly string[]): string[] {
  const { nComponents: K, nFeatures: D, covarianceType, weights, means, covariances } = mixture;
  const lines: string[] = [];
  for (let k = 0; k < K; k++) {
    const mean: Figures = { title: "mean", values: [...means.subarray(k * D, (k + 1) * D)] };
    lines.push("", `component ${k}: weight ${weights[k].toFixed(4)}`);
    switch (covarianceType) {
      case "full":
        lines.push(...table(columns, [mean, ...square(covariances.subarray(k * D * D, (k + 1) * D * D), columns)]));
        break;
      case "diag":
        lines.push(
          ...table(columns, [mean, { title: "variance", values: [...covariances.subarray(k * D, (k + 1) * D)] }]),
        );
        break;
      case "spherical":
        lines.push(...table(columns, [mean, { title: "variance", values: new Array(D).fill(covariances[k]) }]));
        break;
      default:
        lines.push(...table(columns, [mean]));
    }
  }
  if (covarianceType === "tied")
    lines.push("", "covariance of every component", ...table(columns, square(covariances, columns)));
  return lines;
}

/** A column of figures below its title. */
interface Figures {
  readonly title: string;
  readonly values: readonly number[];
}

/** The columns of a covariance [D, D]; being symmetric, its rows are its columns. */
function square(covariance: Float64Array, columns: readonly string[]): Figures[] {
  const D = columns.length;
  return columns.map((name, d) => ({ title: `cov ${name}`, values: [...covariance.subarray(d * D, (d + 1) * D)] }));
}

/** Figures side by side, one line for each name; decimal points stand below each other. */
function table(names: readonly string[], figures: readonly Figures[]): string[] {
  const cells = [["", ...names], ...figures.map(({ title, values }) => [title, ...aligned(values)])];
  const widths = cells.map((column) => Math.max(...column.map((cell) => cell.length)));
  return cells[0].map((_, line) =>
    cells
      .map((column, i) => (i === 0 ? `  ${column[line].padEnd(widths[0])}` : column[line].padStart(widths[i])))
      .join("  "),
  );
}

/** Numbers with one number of decimals for all: enough for the smallest that matters; or with powers of ten. */
function aligned(values: readonly number[]): string[] {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const top = Math.max(...sizes);
  if (sizes.length === 0) return values.map(() => "0");
  const low = Math.min(...sizes.filter((size) => size >= top * NEGLIGIBLE));
  const decimals = Math.max(0, DIGITS - 1 - exponentOf(top), LEAST_DIGITS - 1 - exponentOf(low));
  if (decimals > MOST_DECIMALS || exponentOf(top) > MOST_DECIMALS) {
    return values.map((value) => value.toExponential(DIGITS - 1));
  }
  // a negative rounding error is 0, not -0
  return values.map((value) => value.toFixed(decimals).replace(/^-(?=[0.]*$)/, ""));
}

function exponentOf(size: number): number {
  return Math.floor(Math.log10(size));
}

/** A fit, for machines: the report and the model in one object, as JSON. */
export function printFitJSON(outcome: FitOutcome): string {
  const { source, numbers, mixture, report, bic, aic } = outcome;
  const { converged, nIterations, logLikelihood, starts, warnings } = report;
  const told = {
    source,
    nRows: numbers.shape[0],
    columns: numbers.columns,
    leftOut: numbers.leftOut,
    converged,
    nIterations,
    logLikelihood,
    bic,
    aic,
    nParameters: mixture.nParameters,
    starts,
    warnings,
  };
  return `${JSON.stringify({ report: told, model: mixture }, null, 2)}\n`;
}

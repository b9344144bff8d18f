import type { FitReport, GaussianMixture } from "../index.ts";
import type { Numbers } from "./columns.ts";
import { count } from "./words.ts";

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
const LEAST_DIGITS = 3;
/** Numbers smaller than this share of the largest are rounding errors and may be shown as 0. */
const NEGLIGIBLE = 1e-9;
/** Decimals beyond which powers of ten read better. */
const MOST_DECIMALS = 9;
/** Decimals beyond which the columns of a covariance each get their own number of them. */
const MOST_COMMON_DECIMALS = 6;

/** A fit, to be read: what was used, how it went, and every parameter. Lines in pieces, a component at a time. */
export function* printFit(outcome: FitOutcome): Generator<string> {
  const { source, numbers, mixture, report, bic, aic } = outcome;
  const { nComponents: K, covarianceType } = mixture;
  const { family } = mixture.toJSON();
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
  const width = widest(facts.map(([name]) => name));
  const lines = [
    `Gaussian mixture: ${count(K, "component")}, ${covarianceType} covariance${family ? ` (${family})` : ""}`,
    "",
    ...facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
  ];
  yield `${lines.join("\n")}\n`;
  for (const block of parameterBlocks(mixture, numbers.columns)) yield* block.map((line) => `${line}\n`);
}

/** The components, one block each; the covariance that tied components share comes last. */
function* parameterBlocks(mixture: GaussianMixture, columns: readonly string[]): Generator<string[]> {
  const { nComponents: K, nFeatures: D, covarianceType, weights, means, covariances } = mixture;
  for (let k = 0; k < K; k++) {
    const mean: Figures = { title: "mean", values: aligned([...means.subarray(k * D, (k + 1) * D)]) };
    const weight = `component ${k}: weight ${weights[k].toFixed(4)}`;
    switch (covarianceType) {
      case "full": {
        const figures = [mean, ...square(covariances.subarray(k * D * D, (k + 1) * D * D), columns)];
        const indent = " ".repeat(2 + widest(columns) + 2 + widest([mean.title, ...mean.values]) + 2);
        yield ["", weight, `${indent}covariance`, ...table(columns, figures)];
        break;
      }
      case "tied":
        yield ["", weight, ...table(columns, [mean])];
        break;
      case "diag": {
        const values = aligned([...covariances.subarray(k * D, (k + 1) * D)]);
        yield ["", weight, ...table(columns, [mean, { title: "variance", values }])];
        break;
      }
      default:
        yield ["", `${weight}, variance ${aligned([covariances[k]])[0]}`, ...table(columns, [mean])];
    }
  }
  if (covarianceType === "tied") {
    yield ["", "covariance of every component", ...table(columns, square(covariances, columns))];
  }
}

/** A column of figures below its title. */
interface Figures {
  readonly title: string;
  readonly values: readonly string[];
}

/**
 * The columns of a covariance [D, D], with the same decimals throughout unless the scales are too different. The
 * variances decide: a covariance near 0 may be shown as 0.
 */
function square(covariance: Float64Array, columns: readonly string[]): Figures[] {
  const D = columns.length;
  const decimals = decimalsOf(columns.map((_, d) => covariance[d * D + d]));
  return columns.map((title, d) => {
    const values = [...covariance.subarray(d * D, (d + 1) * D)]; // a row: it is symmetric
    return { title, values: aligned(values, decimals > MOST_COMMON_DECIMALS ? undefined : decimals) };
  });
}

/** Figures side by side, a line for each name below a line of titles. */
function table(names: readonly string[], figures: readonly Figures[]): string[] {
  const nameWidth = widest(names);
  const widths = figures.map(({ title, values }) => widest([title, ...values]));
  const line = (name: string, cells: readonly string[]): string =>
    `  ${[name.padEnd(nameWidth), ...cells.map((cell, i) => cell.padStart(widths[i]))].join("  ")}`;
  const titles = figures.map(({ title }) => title);
  const lines = names.map((name, d) => {
    const cells = figures.map(({ values }) => values[d]);
    return line(name, cells);
  });
  return [line("", titles), ...lines];
}

/** The length of the longest text. */
function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}

/** Numbers with the same number of decimals; or with powers of ten, where that would take too many. */
function aligned(values: readonly number[], decimals: number = decimalsOf(values)): string[] {
  if (decimals > MOST_DECIMALS) return values.map((value) => value.toExponential(DIGITS - 1));
  // a negative rounding error is 0, not -0
  return values.map((value) => value.toFixed(decimals).replace(/^-(?=[0.]*$)/, ""));
}

/** Decimals enough for the smallest number that matters; infinite if powers of ten read better. */
function decimalsOf(values: ArrayLike<number>): number {
  const sizes = Array.from(values, Math.abs).filter((size) => size > 0);
  if (sizes.length === 0) return 0;
  const top = sizes.reduce((a, b) => Math.max(a, b));
  const low = sizes.filter((size) => size >= top * NEGLIGIBLE).reduce((a, b) => Math.min(a, b));
  if (exponentOf(top) > MOST_DECIMALS) return Infinity;
  return Math.max(0, DIGITS - 1 - exponentOf(top), LEAST_DIGITS - 1 - exponentOf(low));
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

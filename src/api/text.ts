// What people see of a mixture: a text for print and consoles, and its components as plain objects.
import { blockOf, formOf } from "../covariance/forms.ts";
import { variancesOf } from "../covariance/parameters.ts";
import type { FitReport } from "../fit/diagnosis/report.ts";
import { type Column, columnLabel } from "../input/columns.ts";
import { logOf } from "../model/elementary.ts";
import type { Model } from "../model/model.ts";
import type { Threshold } from "../model/threshold.ts";

/** A model with the names of its columns, if these have any. */
export interface NamedModel extends Model {
  readonly columns: readonly string[] | undefined;
  /** What the mixture calls an anomaly, if it has been told. */
  readonly anomalyThreshold?: Threshold | undefined;
}

/** A value for each column: by name in an object where columns have names, else by place in an array. */
export type ByColumn<Value> = Readonly<Record<Column, Value>>;

/**
 * One component of a mixture as a plain object. `Object.values` lists its mean, and the rows of its covariance, whether
 * columns have names or not.
 */
export interface Component {
  /** Its share of the mixture. */
  readonly weight: number;
  /** In the unit of the data. */
  readonly mean: ByColumn<number>;
  /** Standard deviation of each column, in the unit of the data. */
  readonly sd: ByColumn<number>;
  /** Row by row, a whole matrix for each covariance type, in the unit of the data squared. */
  readonly covariance: ByColumn<ByColumn<number>>;
}

/** Numbers up to which covariance matrices are written out that take fewer in their form: as properties of objects, 50 MB. */
const MOST_WRITTEN = 2 ** 20;

/** Values by the names of columns, or in an array where these have none. */
export function byColumn<Value>(columns: readonly string[] | undefined, values: ArrayLike<Value>): ByColumn<Value> {
  // not by assignment, as a column may be called __proto__
  const named = columns && Object.fromEntries(columns.map((name, d) => [name, values[d]]));
  return (named ?? Array.from(values)) as ByColumn<Value>;
}

/** The components of a mixture as plain objects. @throws as `mixture.components`. */
export function plainComponents(model: NamedModel): Component[] {
  const { nComponents: K, nFeatures: D, weights, means, covariances, columns } = model;
  const count = K * D * D;
  if (count > Math.max(MOST_WRITTEN, covariances.length)) {
    throw new RangeError(
      `components: expected matrices of up to ${MOST_WRITTEN} numbers, got ${count}; read weights, means and covariances`,
    );
  }
  const form = formOf(model);
  const by = <Value>(value: (column: number) => Value): ByColumn<Value> =>
    byColumn(
      columns,
      Array.from({ length: D }, (_, d) => value(d)),
    );
  return Array.from(weights, (weight, k) => {
    const block = blockOf(form, covariances, K, k);
    return {
      weight,
      mean: by((d) => means[k * D + d]),
      sd: by((d) => Math.sqrt(block[form.at(d, d, D)])),
      covariance: by((i) => by((j) => block[form.at(i, j, D)] ?? 0)),
    };
  });
}

/** Components, and columns, that a text shows of many. */
const MOST_SHOWN = 8;
/** Characters of a column's label that are shown: those of a name in quotes that an error would show, but for escapes. */
const LONGEST_LABEL = 44;

/** What a text says of a fit. */
type Ending = Pick<FitReport, "converged" | "nIterations" | "logLikelihood" | "warnings">;

/**
 * A mixture as text: what it is in the first line, how its fit ended if there was one, then a table of weights and means.
 *
 * @param name - of its class.
 */
export function textOf(name: string, model: NamedModel, report?: Ending): string {
  const { means, nFeatures: D } = model;
  return tableOf(name, model, {
    lines: report ? [endingOf(report)] : [],
    heading: "mean by column",
    cellOf: (k, d) => short(means[k * D + d]),
  });
}

/** {@link textOf} with what a fit is judged by, how many of its rows each component holds, and standard deviations. */
export function summaryOf(name: string, model: NamedModel, report?: FitReport): string {
  const { means, weights, nFeatures: D } = model;
  const variances = variancesOf(model);
  return tableOf(name, model, {
    lines: report ? [endingOf(report), judgementOf(report)] : [],
    rowsOf: report && ((k) => short(weights[k] * report.totalWeight)),
    heading: "mean ± sd by column",
    cellOf: (k, d) => `${short(means[k * D + d])} ± ${short(Math.sqrt(variances[k * D + d]))}`,
  });
}

/** What a table of components shows. */
interface Shown {
  /** Lines above it. */
  readonly lines: readonly string[];
  /** How many rows a component holds, if that is known. */
  readonly rowsOf?: ((k: number) => string) | undefined;
  /** What the cells are. */
  readonly heading: string;
  readonly cellOf: (k: number, d: number) => string;
}

/** A first line, more lines, and a table with a column for each component. */
function tableOf(
  name: string,
  { nComponents: K, nFeatures: D, covarianceType, family, weights, columns }: NamedModel,
  { lines, rowsOf, heading, cellOf }: Shown,
): string {
  const more = (count: number): string => (count > MOST_SHOWN ? `… ${count - MOST_SHOWN} more` : "");
  const shown = { length: Math.min(D, MOST_SHOWN) };
  const labels = Array.from(shown, (_, d) => `  ${columnLabel(d, columns).slice(0, LONGEST_LABEL)}`);
  const table = [
    ["component", "weight", ...(rowsOf ? ["rows"] : []), heading, ...labels, more(D)],
    ...Array.from(weights.subarray(0, MOST_SHOWN), (weight, k) => {
      const size = rowsOf ? [rowsOf(k)] : [];
      return [`${k}`, short(weight), ...size, "", ...Array.from(shown, (_, d) => cellOf(k, d))];
    }),
    [more(K)],
  ].map((cells, i) => {
    const width = Math.max(...cells.map(({ length }) => length));
    return cells.map((cell) => cell[i > 0 ? "padStart" : "padEnd"](width));
  });
  return [
    `${name} of ${counted(K, "component")} over ${counted(D, "column")}, ${covarianceType}${family ? ` (${family})` : ""} covariance`,
    ...lines,
    ...table[0].map((_, row) => table.map((cells) => cells[row]).join("  ")),
  ]
    .join("\n")
    .replace(/\s+$/gm, "");
}

/** What a fit is judged by, in a line. */
function judgementOf({ nRows, nParameters, logLikelihood, totalWeight, optima }: FitReport): string {
  const icl = optima.find(({ isResult }) => isResult)?.icl;
  const figures: readonly (readonly [string, number | undefined])[] = [
    ["BIC", -2 * logLikelihood + nParameters * logOf(totalWeight)],
    ["AIC", -2 * logLikelihood + 2 * nParameters],
    ["ICL", icl],
  ];
  const known = figures
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${label} ${short(value as number, 6)}`);
  return [counted(nRows, "row"), counted(nParameters, "free parameter"), ...known].join(", ");
}

/** How a fit ended, in a line. */
function endingOf({ converged, nIterations, logLikelihood, warnings }: Ending): string {
  const end = `${converged ? "converged" : "stopped"} after ${counted(nIterations, "iteration")}, log-likelihood ${short(logLikelihood)}`;
  return [end, ...new Set(warnings.map(({ code }) => code))].join(", ");
}

/** `1 row`, `2 rows`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** A number to some significant digits; with an exponent only from 1e10 on and below 1e-6. */
export function short(value: number, digits = 4): string {
  return value.toPrecision(digits).replace(/.*e\+\d$/, (text) => `${+text}`);
}

/** Gives an object a property of its own that is not listed. */
export function hide(object: object, key: symbol, value: unknown): void {
  // without a prototype: what lies in Object.prototype would be a part of the description
  Object.defineProperty(object, key, { __proto__: null, value } as PropertyDescriptor);
}

/**
 * Says what Node, Deno and Bun show of an object in a console, by a hidden property of the object's own: a class that has a
 * member with a computed name is one that bundlers do not drop.
 *
 * @param show - gives it, or another object to show instead, from the levels that may still be looked into and those that
 *   there were at first.
 */
export function showAs(object: object, show: (depth?: number, options?: { readonly depth?: number }) => unknown): void {
  hide(object, Symbol.for("nodejs.util.inspect.custom"), show);
}

// What people see of a mixture: a text for print and consoles, and its components as plain objects.
import { blockOf, formOf } from "../covariance/forms.ts";
import type { FitReport } from "../fit/diagnosis/report.ts";
import { type Column, columnLabel } from "../input/columns.ts";
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
  /** Row by row, a whole matrix for each covariance type, in the unit of the data squared. */
  readonly covariance: ByColumn<ByColumn<number>>;
}

/** Numbers up to which covariance matrices are written out that take fewer in their form: as properties of objects, 50 MB. */
const MOST_WRITTEN = 2 ** 20;

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
  const byColumn = <Value>(value: (column: number) => Value): ByColumn<Value> => {
    const values = Array.from({ length: D }, (_, d) => value(d));
    // not by assignment, as a column may be called __proto__
    return (columns ? Object.fromEntries(columns.map((name, d) => [name, values[d]])) : values) as ByColumn<Value>;
  };
  return Array.from(weights, (weight, k) => {
    const block = blockOf(form, covariances, K, k);
    return {
      weight,
      mean: byColumn((d) => means[k * D + d]),
      covariance: byColumn((i) => byColumn((j) => block[form.at(i, j, D)] ?? 0)),
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
  const { nComponents: K, nFeatures: D, covarianceType, family, weights, means, columns } = model;
  const more = (count: number): string => (count > MOST_SHOWN ? `… ${count - MOST_SHOWN} more` : "");
  const first = (values: Float64Array): Float64Array => values.subarray(0, MOST_SHOWN);
  const meanOf = (k: number): Float64Array => first(means.subarray(k * D, (k + 1) * D));
  const labels = Array.from(meanOf(0), (_, d) => `  ${columnLabel(d, columns).slice(0, LONGEST_LABEL)}`);
  const table = [
    ["component", "weight", "mean by column", ...labels, more(D)],
    ...Array.from(first(weights), (weight, k) => [`${k}`, short(weight), "", ...Array.from(meanOf(k), short)]),
    [more(K)],
  ].map((cells, i) => {
    const width = Math.max(...cells.map(({ length }) => length));
    return cells.map((cell) => cell[i > 0 ? "padStart" : "padEnd"](width));
  });
  return [
    `${name} of ${counted(K, "component")} over ${counted(D, "column")}, ${covarianceType}${family ? ` (${family})` : ""} covariance`,
    ...(report ? [endingOf(report)] : []),
    ...table[0].map((_, row) => table.map((cells) => cells[row]).join("  ")),
  ]
    .join("\n")
    .replace(/\s+$/gm, "");
}

/** How a fit ended, in a line. */
function endingOf({ converged, nIterations, logLikelihood, warnings }: Ending): string {
  const end = `${converged ? "converged" : "stopped"} after ${counted(nIterations, "iteration")}, log-likelihood ${short(logLikelihood)}`;
  return [end, ...new Set(warnings.map(({ code }) => code))].join(", ");
}

/** `1 row`, `2 rows`. */
function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** A number to four significant digits; with an exponent only from 1e10 on and below 1e-6. */
function short(value: number): string {
  return value.toPrecision(4).replace(/.*e\+\d$/, (text) => `${+text}`);
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

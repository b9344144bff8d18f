// What tells the components of a mixture apart, in numbers and in words.
import { variancesOf } from "../covariance/parameters.ts";
import { type Column, columnLabel } from "../input/columns.ts";
import type { DataInput } from "../input/data.ts";
import type { Model } from "../model/model.ts";
import { scoreRows } from "../model/score.ts";
import { givenModel } from "./given.ts";
import { type Mixture, rowsFor } from "./mixture.ts";
import { type ByColumn, byColumn, counted, hide, type NamedModel, short } from "./text.ts";

/** How a component differs from the others in one column. */
export interface Distinction {
  /** The column, by name where columns have names, else counted from 0. */
  readonly column: Column;
  /**
   * How far the component lies from the others: the mean over the other components, by their weights, of the difference of the two
   * means over the root of the mean of the two variances, which is the standardised difference of Cohen (1988, Statistical Power
   * Analysis for the Behavioral Sciences, 2nd ed., eq. 2.3.2). He calls 0.2 small, 0.5 medium and 0.8 large.
   */
  readonly separation: number;
  /** The share of the other components, by their weights, whose mean is lower: 1 where the component is the highest, 0 where it is the lowest. */
  readonly above: number;
  /** The component's mean, in the unit of the column. */
  readonly mean: number;
  /** Its standard deviation. */
  readonly sd: number;
  /** The mean of all other components together. */
  readonly othersMean: number;
  /** The standard deviation of all other components together. */
  readonly othersSd: number;
}

/** One component in numbers and in words. */
export interface ComponentDescription {
  /** Which, counted from 0: as `predict` numbers it. */
  readonly component: number;
  /** Its share of the mixture. */
  readonly weight: number;
  /** How many rows are most likely its; undefined where no rows were given. */
  readonly size: number | undefined;
  /** These as a share of the rows; where none were given the weight. */
  readonly share: number;
  /** In the unit of the data. */
  readonly mean: ByColumn<number>;
  /** In the unit of the data. */
  readonly sd: ByColumn<number>;
  /** Its columns, those first that tell it from the others best; none where there are no others. */
  readonly distinctions: readonly Distinction[];
  /** The same in plain words. */
  readonly sentence: string;
}

/** What {@link describe} says. It survives JSON as it is; as a string it is `text`. */
export interface Description {
  /** K. */
  readonly nComponents: number;
  /** D. */
  readonly nFeatures: number;
  /** How many rows were given; undefined where none were. */
  readonly nRows: number | undefined;
  /** One after the other, as `predict` numbers them. */
  readonly components: readonly ComponentDescription[];
  /** A sentence for each component, below a first line with their number. */
  readonly text: string;
}

/** The most columns that a sentence names. */
const MOST_NAMED = 3;
/** Columns with a standardised difference below this are not worth naming: Cohen's "medium". */
const LEAST_NAMED = 0.5;
/** A component above this share of the others is called higher, one below this share lower. */
const MOSTLY = 0.9;

/**
 * Describes each component: how many rows are its, what they are like on average, and which columns tell it from the others, in
 * order; in numbers, and in a sentence of plain words.
 *
 * @param mixture - over any columns; where these have names, the description uses them.
 * @param data - N rows in any form, for sizes. Default: none; then shares are the weights.
 * @returns plain data.
 * @throws {TypeError | RangeError} If the width of the rows does not fit or a value is not a finite number.
 * @example
 * const found = await GaussianMixture.fit(rows);
 * console.log(describe(found, rows).text);
 */
export function describe(mixture: Mixture, data?: DataInput): Description {
  const model = givenModel(mixture);
  const sizes = data === undefined ? undefined : sizesOf(mixture, model, data);
  const nRows = sizes?.reduce((sum, size) => sum + size, 0);
  const components = Array.from(model.weights, (weight, component) => {
    const size = sizes?.[component];
    const share = size === undefined ? weight : size / (nRows as number);
    const described = { component, weight, size, share, ...shapeOf(model, component) };
    return { ...described, sentence: sentenceOf(described, nRows, model) };
  });
  const { nComponents, nFeatures } = model;
  const rows = nRows === undefined ? "" : ` of ${counted(nRows, "row")}`;
  const first = `${counted(nComponents, "component")} over ${counted(nFeatures, "column")}${rows}`;
  const text = [first, ...components.map(({ sentence }) => sentence)].join("\n");
  const description = { nComponents, nFeatures, nRows, components, text };
  hide(description, Symbol.toPrimitive, () => text);
  return description;
}

/** [K]: how many rows are most likely each component's. */
function sizesOf(mixture: Mixture, model: Model, data: DataInput): number[] {
  const matrix = rowsFor(mixture, data);
  const labels = new Int32Array(matrix.nRows);
  scoreRows(model, matrix, { labels });
  const sizes = new Array<number>(model.nComponents).fill(0);
  for (const label of labels) sizes[label]++;
  return sizes;
}

/** What a component is like, and what the others are not. */
function shapeOf(model: NamedModel, k: number): Pick<ComponentDescription, "mean" | "sd" | "distinctions"> {
  const { nFeatures: D, weights, means, columns } = model;
  const variances = variancesOf(model);
  const mean = means.slice(k * D, (k + 1) * D);
  const sd = variances.slice(k * D, (k + 1) * D).map(Math.sqrt);
  const others = Array.from(weights.keys()).filter((j) => j !== k && weights[j] > 0);
  const distinctions = Array.from(others.length > 0 ? mean : [], (own, d) => {
    const beside = others.map((j) => ({ weight: weights[j], mean: means[j * D + d], variance: variances[j * D + d] }));
    const column = columns?.[d] ?? d;
    return { column, mean: own, sd: sd[d], ...distinctionOf({ mean: own, variance: variances[k * D + d] }, beside) };
  });
  distinctions.sort((a, b) => b.separation - a.separation);
  return { mean: byColumn(columns, mean), sd: byColumn(columns, sd), distinctions };
}

/** Mean and variance of a component in one column. */
interface Spread {
  readonly mean: number;
  readonly variance: number;
}

/** How a component differs in one column from others, of which there is one at least. */
function distinctionOf(
  { mean: own, variance: ownVariance }: Spread,
  others: readonly (Spread & { readonly weight: number })[],
): Pick<Distinction, "separation" | "above" | "othersMean" | "othersSd"> {
  let [total, mean, squares, distance, lower] = [0, 0, 0, 0, 0];
  for (const { weight, mean: theirs, variance } of others) {
    total += weight;
    // a running mean, and squares about it (Chan, Golub & LeVeque 1983): nothing cancels far from zero
    const step = theirs - mean;
    mean += (weight / total) * step;
    squares += weight * (variance + step * (theirs - mean));
    distance += weight * (Math.abs(own / 2 - theirs / 2) / Math.sqrt(ownVariance / 2 + variance / 2));
    if (theirs < own) lower += weight;
  }
  const finite = (value: number): number => Math.min(value, Number.MAX_VALUE);
  return {
    separation: finite(2 * (distance / total)),
    above: lower / total,
    othersMean: mean,
    othersSd: finite(Math.sqrt(squares / total)),
  };
}

/** A component in plain words. */
function sentenceOf(
  { component, size, share, distinctions, mean, sd }: Omit<ComponentDescription, "sentence">,
  nRows: number | undefined,
  { columns, nFeatures }: NamedModel,
): string {
  const of = size === undefined ? "of the mixture" : `of the rows (${size} of ${nRows})`;
  const holds = `component ${component} holds ${percent(share)} ${of}`;
  const label = (column: Column): string =>
    typeof column === "string" ? columnLabel(0, [column]) : `column ${column}`;
  const telling = distinctions.filter(({ separation }) => separation >= LEAST_NAMED).slice(0, MOST_NAMED);
  if (telling.length > 0) {
    const parts = telling.map(({ column, above, mean: own, sd: spread, othersMean, othersSd }) => {
      const where = above >= MOSTLY ? "higher" : above <= 1 - MOSTLY ? "lower" : "in between";
      return `${label(column)} is ${where} (${spoken(own, spread)}, elsewhere ${spoken(othersMean, othersSd)})`;
    });
    return `${holds}: ${parts.join(", ")}`;
  }
  if (distinctions.length > 0) return `${holds}: no column tells it from the others by its mean`;
  const parts = Array.from({ length: Math.min(nFeatures, MOST_NAMED) }, (_, d) => {
    const column = columns?.[d] ?? d;
    return `${label(column)} is ${spoken(mean[column], sd[column])}`;
  });
  return `${holds}: ${parts.join(", ")}${nFeatures > MOST_NAMED ? ", …" : ""}`;
}

/** A mean and its standard deviation, to three digits. */
function spoken(mean: number, sd: number): string {
  return `${short(mean, 3)} ± ${short(sd, 3)}`;
}

/** A share as people write it: whole per cents, but for small ones. */
function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 1 ? value.toPrecision(1) : value.toFixed(0)} %`;
}

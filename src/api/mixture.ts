import { familyOf, parameterCount } from "../covariance/forms.ts";
import { ofFamily, parametersOf } from "../covariance/given.ts";
import type { Parameters } from "../covariance/parameters.ts";
import { finite, precisionsOf } from "../covariance/roots.ts";
import { received } from "../errors.ts";
import { integerIn, isPlain, knownKeys, membersOf, optionsOf, seedOf } from "../input/checks.ts";
import { type DataInput, type Matrix, matrixOf, namesOf, vectorOf } from "../input/data.ts";
import {
  type CovarianceType,
  DEFAULT_COVARIANCE_TYPE,
  type FamilyName,
  kindOf,
  type NestedOrFlat,
} from "../input/options.ts";
import { logOf } from "../model/elementary.ts";
import { fromJSON, type MixtureJSON, toJSON } from "../model/json.ts";
import { type Model, modelOf } from "../model/model.ts";
import { drawSample, type Sample } from "../model/sample.ts";
import { scoreRows } from "../model/score.ts";
import { sumOf } from "../model/sums.ts";
import { type Threshold, thresholdOf } from "../model/threshold.ts";
import type { GaussianMixture } from "./gaussian-mixture.ts";
import { type Component, hide, type NamedModel, plainComponents, showAs, summaryOf, textOf } from "./text.ts";

/**
 * Parameters of a mixture, nested or flat. A {@link Mixture} will do wherever they are asked for, and is neither checked
 * nor factorised again.
 */
export interface MixtureParameters {
  /** [K], 0 or more, sum 1. */
  readonly weights: ArrayLike<number>;
  /** [K, D]. */
  readonly means: NestedOrFlat;
  /** full [K, D, D], tied [D, D], diag [K, D], spherical [K]. */
  readonly covariances: NestedOrFlat;
  /** Default "full". */
  readonly covarianceType?: CovarianceType | FamilyName | undefined;
  /** mclust's name of a family, where the covariances are of a narrower one than their shape says. Default: they are not. */
  readonly family?: FamilyName | undefined;
  /** Names of the D columns, by which records and tables are read. */
  readonly columns?: readonly string[] | undefined;
  /** What `isAnomaly` takes for this mixture where it is given no other. */
  readonly anomalyThreshold?: Threshold | undefined;
}

const PARAMETER_KEYS: readonly (keyof MixtureParameters | keyof Parameters)[] = [
  "weights",
  "means",
  "covariances",
  "covarianceType",
  "family",
  "columns",
  "anomalyThreshold",
  // what an M-step gives has them
  "nComponents",
  "nFeatures",
];

/** Refuses what is no object, and a literal with a mistyped key; another object has other members, and passes. */
function checkParameters(argument: string, parameters: unknown): void {
  if (typeof parameters !== "object" || parameters === null) {
    throw new TypeError(
      `${argument}: expected an object with weights, means and covariances, got ${received(parameters)}; give all three`,
    );
  }
  if (isPlain(parameters)) knownKeys(argument, parameters, PARAMETER_KEYS);
}

/**
 * The model of a mixture: its own if it is one, else made from parameters, checked. Also their sizes, as an M-step gives
 * them, are checked against the arrays beside them.
 *
 * @param path - how errors name the parts, for example `"p."`.
 */
export function modelGiven(argument: string, given: MixtureParameters, path = `${argument}.`): NamedModel {
  const own = modelIn(given);
  if (own) return own;
  checkParameters(argument, given);
  const read = membersOf<MixtureParameters & Partial<Parameters>>(given, PARAMETER_KEYS);
  const { covarianceType = DEFAULT_COVARIANCE_TYPE, weights, means, covariances } = read;
  const kind = kindOf(`${path}covarianceType`, covarianceType);
  const shaped = parametersOf({ weights, means, covariances } as MixtureParameters, kind.covarianceType, path);
  const checked = ofFamily(shaped, read.family ?? kind.family, `${path}family`);
  for (const size of ["nComponents", "nFeatures"] as const) {
    const value = read[size];
    if (value === undefined || value === checked[size]) continue;
    throw new RangeError(
      `${argument}: expected ${size} to be ${checked[size]}, as in the means, got ${received(value)}; leave it out`,
    );
  }
  const columns =
    read.columns === undefined ? undefined : namesOf(read.columns, checked.nFeatures, "the columns of the means");
  const threshold = read.anomalyThreshold;
  return named(modelOf(checked), columns, threshold && thresholdOf(threshold, `${path}anomalyThreshold`));
}

/** A model with names of columns that nobody can change. */
export function named(
  model: Model,
  columns: readonly string[] | undefined,
  anomalyThreshold?: Threshold | undefined,
): NamedModel {
  return { ...model, columns: columns && Object.freeze([...columns]), anomalyThreshold };
}

/** Weights for the rows of a log-likelihood or a criterion. */
export interface WeightOptions {
  /** [N], 0 or more. Default: all 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
}

/** How to draw from a mixture. */
export interface SampleOptions {
  /** All random choice: an integer from 0 to 2^53 - 1. Default 0. */
  readonly seed?: number | undefined;
}

/** Rows for a mixture, by its columns. @throws as {@link matrixOf}. */
export function rowsFor({ nFeatures, columns }: Pick<Mixture, "nFeatures" | "columns">, data: DataInput): Matrix {
  return matrixOf(data, { nFeatures, columns, widthName: MODEL_WIDTH });
}

/** What the width of rows for a mixture is called. */
export const MODEL_WIDTH = "the mixture's nFeatures";

/** The model of JSON, checked, and the report beside it as it stands. @throws as {@link Mixture.fromJSON}. */
export function modelOfJSON(json: string | MixtureJSON): { readonly model: NamedModel; readonly report: unknown } {
  const { parameters, columns, anomalyThreshold, report } = fromJSON(json);
  return { model: named(modelOf(parameters), columns, anomalyThreshold), report };
}

/** Finds the model of an object that is a mixture. The first mixture sets it: a static block would keep bundlers from dropping the class. */
let look: ((object: object) => NamedModel | undefined) | undefined;

/** The model of a mixture, not a copy; undefined of anything else. */
export function modelIn(value: unknown): NamedModel | undefined {
  return typeof value === "object" && value !== null ? look?.(value) : undefined;
}

/** Only who has this can call the constructors. */
export const KEY: symbol = /* @__PURE__ */ Symbol("gaussmix");

/** A mixture that has this model: for what reads mixtures without the code of fitting. */
export function made(model: NamedModel): Mixture {
  // not in the class: one that names itself gets a second name from bundlers
  const Made = Mixture as unknown as new (key: symbol, model: NamedModel) => Mixture;
  const mixture = new Made(KEY, model);
  Object.freeze(mixture);
  return mixture;
}

/** A mixture of the same class, with the same report, that has another model. */
export function remade<M extends Mixture>(mixture: M, model: NamedModel): M {
  const Made = mixture.constructor as unknown as new (key: symbol, model: NamedModel, report: unknown) => M;
  const copy = new Made(KEY, model, (mixture as Partial<GaussianMixture>).report);
  Object.freeze(copy);
  return copy;
}

/**
 * A mixture of K multivariate normals over D columns: an immutable distribution. All of a `GaussianMixture` but how to fit
 * one, for programs that only use models made elsewhere.
 *
 * @example
 * const model = Mixture.fromJSON(JSON.stringify(mixture));
 * model.scoreSamples([[4.4, 5]]); // Float64Array: the log-density of one row
 */
export class Mixture {
  /** The shape of the covariances. */
  readonly covarianceType: CovarianceType;
  /** The number of components K. */
  readonly nComponents: number;
  /** The number of columns D. */
  readonly nFeatures: number;
  readonly #model: NamedModel;

  protected constructor(key: symbol, model: NamedModel) {
    if (key !== KEY) {
      const { name } = this.constructor;
      throw new TypeError(
        `${name}: expected no new, got new ${name}(); write await GaussianMixture.fit(rows, { nComponents: 3 }), or ${name}.fromJSON(text)`,
      );
    }
    this.#model = model;
    look ??= (object) => (#model in object ? object.#model : undefined);
    ({ covarianceType: this.covarianceType, nComponents: this.nComponents, nFeatures: this.nFeatures } = model);
    // engines that ask nothing tell the class by this, also where a minifier has renamed it
    hide(this, Symbol.toStringTag, this.constructor.name);
    // the first line where the mixture is but a part of what is shown
    showAs(this, (depth, options) => `${this}`.split("\n", depth === options?.depth ? undefined : 1).join("\n"));
  }

  /**
   * The name of the class, also where a minifier has renamed it.
   *
   * @internal
   */
  static get name(): string {
    return "Mixture";
  }

  /**
   * A mixture with given parameters.
   *
   * @param parameters - nested or flat arrays; another mixture will do.
   * @returns the mixture.
   * @throws {TypeError} If a value is not a number.
   * @throws {RangeError} If a shape does not fit, weights do not sum to 1, or a covariance is not symmetric.
   * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
   * @example
   * Mixture.fromParameters({ weights: [0.5, 0.5], means: [[0], [4]], covariances: [[1], [2]], covarianceType: "diag" });
   */
  static fromParameters(parameters: MixtureParameters): Mixture {
    return made(modelGiven("parameters", parameters, ""));
  }

  /**
   * A mixture from what {@link Mixture.toJSON} gave, as text or parsed. Parameters are the same to the last bit.
   *
   * @param json - the text, or the parsed object.
   * @returns the mixture.
   * @throws {SyntaxError} If the text is not JSON.
   * @throws {TypeError | RangeError} If it is not a mixture of this version, or its parts do not fit each other.
   * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
   * @example
   * const copy = Mixture.fromJSON(JSON.stringify(mixture));
   */
  static fromJSON(json: string | MixtureJSON): Mixture {
    return made(modelOfJSON(json).model);
  }

  /**
   * The mixture as plain, versioned data; `JSON.stringify(mixture)` uses it. The report is left out.
   *
   * @returns nested arrays and names.
   * @example
   * const text = JSON.stringify(mixture);
   */
  toJSON(): MixtureJSON {
    return toJSON(this.#model, this.columns, this.anomalyThreshold);
  }

  /**
   * The mixture as a text to read: its covariance type and sizes, how the fit ended, then weights and means by column, to
   * four digits; of many components or columns the first 8. `console.log(mixture)` shows it in Node, Deno and Bun; a
   * browser's console does with `console.log(String(mixture))`.
   *
   * @returns lines without one at the end.
   * @example
   * console.log(String(mixture));
   */
  toString(): string {
    return textOf(this.constructor.name, this.#model, (this as Partial<GaussianMixture>).report);
  }

  /**
   * The mixture as a longer text than `String(mixture)`: with standard deviations beside the means, and after a fit the number of
   * rows and of free parameters, BIC, AIC and ICL, and how many of the rows each component holds.
   *
   * @returns lines without one at the end.
   * @example
   * console.log(mixture.summary());
   */
  summary(): string {
    return summaryOf(this.constructor.name, this.#model, (this as Partial<GaussianMixture>).report);
  }

  /** Names of the columns, if the data had names. */
  get columns(): readonly string[] | undefined {
    return this.#model.columns;
  }

  /** The log-density below which a row is an anomaly, if the mixture has been given one by `withThreshold`. */
  get anomalyThreshold(): Threshold | undefined {
    return this.#model.anomalyThreshold;
  }

  /** mclust's name of what the covariances may be: volume, shape and orientation, each equal (E), variable (V) or none to choose (I). */
  get family(): FamilyName {
    return familyOf(this.#model);
  }

  /** [K]: the share of each component. A copy. */
  get weights(): Float64Array {
    return this.#model.weights.slice();
  }

  /** [K, D], row-major, in the unit of the data. A copy. */
  get means(): Float64Array {
    return this.#model.means.slice();
  }

  /** full [K, D, D], tied [D, D], diag [K, D], spherical [K], row-major, in the unit of the data squared. A copy. */
  get covariances(): Float64Array {
    return this.#model.covariances.slice();
  }

  /**
   * The components one by one, as plain objects: weight, mean and a whole covariance matrix each, by name where columns
   * have names, else in nested arrays. Copies.
   *
   * @throws {RangeError} If covariances of a type that is shorter than its matrices come to more than a million numbers.
   * @example
   * mixture.components[0].mean.x;
   * mixture.components[0].covariance.x.y;
   * marginal(mixture, [0]).components; // [{ weight, mean: { x: … }, covariance: { x: { x: … } } }, …]
   */
  get components(): readonly Component[] {
    return plainComponents(this.#model);
  }

  /** The inverses of the covariances, in the same shape. A copy. @throws {MixtureError} `NOT_FINITE` if one overflows. */
  get precisions(): Float64Array {
    return finite(precisionsOf(this.#model), "inverses");
  }

  /**
   * The most likely component of each row, the first of equals.
   *
   * @param data - N rows of {@link nFeatures} numbers, in any form; records and tables are read by {@link columns}.
   * @param out - where to write; length N. Allocated when omitted.
   * @returns Int32Array of length N, values 0 to K - 1.
   * @throws {TypeError | RangeError} If the width does not fit or a value is not a finite number.
   * @example
   * mixture.predict([[4.4, 5]]); // one row
   */
  predict(data: DataInput, out?: Int32Array): Int32Array {
    const matrix = rowsFor(this, data);
    const labels = outputOf(out, matrix.nRows, Int32Array);
    scoreRows(this.#model, matrix, { labels });
    return labels;
  }

  /**
   * Responsibilities: how likely each component has made each row. Rows sum to 1; a row so far away that every density is
   * 0 gets 1 / K each.
   *
   * @param data - N rows of {@link nFeatures} numbers, in any form.
   * @param out - where to write; length N * K. Allocated when omitted.
   * @returns Float64Array [N, K], row-major.
   * @throws as {@link predict}.
   * @example
   * mixture.predictProba([[4.4, 5]]); // K numbers that sum to 1
   */
  predictProba(data: DataInput, out?: Float64Array): Float64Array {
    const matrix = rowsFor(this, data);
    const responsibilities = outputOf(out, matrix.nRows * this.nComponents, Float64Array);
    scoreRows(this.#model, matrix, { responsibilities });
    return responsibilities;
  }

  /**
   * Log-density of each row under the mixture.
   *
   * @param data - N rows of {@link nFeatures} numbers, in any form.
   * @param out - where to write; length N. Allocated when omitted.
   * @returns Float64Array of length N, in nats; `-Infinity` where every component's density is 0.
   * @throws as {@link predict}.
   * @example
   * mixture.scoreSamples([[4.4, 5]]); // low for a row unlike those of the fit
   */
  scoreSamples(data: DataInput, out?: Float64Array): Float64Array {
    const matrix = rowsFor(this, data);
    const density = outputOf(out, matrix.nRows, Float64Array);
    scoreRows(this.#model, matrix, { density });
    return density;
  }

  /**
   * Mean log-density of the rows; with weights, their weighted mean.
   *
   * @param data - N rows of {@link nFeatures} numbers, in any form.
   * @param options - `sampleWeight`: what each row counts for, [N], 0 or more; default all 1.
   * @returns in nats.
   * @throws as {@link predict}.
   * @example
   * mixture.score(rows);
   */
  score(data: DataInput, options: WeightOptions = {}): number {
    const { logLikelihood, totalWeight } = this.#total(data, options);
    return logLikelihood / totalWeight;
  }

  /**
   * Total log-likelihood of the rows, each times its weight.
   *
   * @param data - N rows of {@link nFeatures} numbers, in any form.
   * @param options - `sampleWeight`: what each row counts for, [N], 0 or more; default all 1.
   * @returns in nats.
   * @throws as {@link predict}.
   * @example
   * mixture.logLikelihood(rows, { sampleWeight: rows.map(() => 2) });
   */
  logLikelihood(data: DataInput, options: WeightOptions = {}): number {
    return this.#total(data, options).logLikelihood;
  }

  /**
   * Mahalanobis distance of each row to each component: sqrt((x - mean)' covariance⁻¹ (x - mean)).
   *
   * @param data - N rows of {@link nFeatures} numbers, in any form.
   * @param out - where to write; length N * K. Allocated when omitted.
   * @returns Float64Array [N, K], row-major, in standard deviations.
   * @throws as {@link predict}.
   * @example
   * mixture.mahalanobis([[4.4, 5]]); // K distances
   */
  mahalanobis(data: DataInput, out?: Float64Array): Float64Array {
    const matrix = rowsFor(this, data);
    const distances = outputOf(out, matrix.nRows * this.nComponents, Float64Array);
    scoreRows(this.#model, matrix, { distances });
    return distances;
  }

  /** The number of free parameters: what `bic` and `aic` charge for. */
  get nParameters(): number {
    return parameterCount(this);
  }

  /**
   * Bayesian information criterion, -2 logL + p log N (Schwarz 1978): lower is better. N is the total weight, p
   * {@link nParameters}. R's mclust has the opposite sign.
   *
   * @param data - N rows of {@link nFeatures} numbers, in any form.
   * @param options - `sampleWeight`: what each row counts for, [N], 0 or more; default all 1.
   * @returns the criterion.
   * @throws as {@link predict}.
   * @example
   * mixture.bic(rows);
   */
  bic(data: DataInput, options: WeightOptions = {}): number {
    const { logLikelihood, totalWeight } = this.#total(data, options);
    return -2 * logLikelihood + this.nParameters * logOf(totalWeight);
  }

  /**
   * Akaike's information criterion, -2 logL + 2 p (Akaike 1974): lower is better.
   *
   * @param data - N rows of {@link nFeatures} numbers, in any form.
   * @param options - `sampleWeight`: what each row counts for, [N], 0 or more; default all 1.
   * @returns the criterion.
   * @throws as {@link predict}.
   * @example
   * mixture.aic(rows);
   */
  aic(data: DataInput, options: WeightOptions = {}): number {
    return -2 * this.#total(data, options).logLikelihood + 2 * this.nParameters;
  }

  /**
   * Draws rows from the mixture.
   *
   * @param n - how many: an integer, 1 or more.
   * @param options - `seed`: all random choice; default 0.
   * @returns rows, row-major with their shape, and the component that each came from.
   * @throws {TypeError | RangeError} If n or the seed is not such an integer.
   * @example
   * const { data, shape, labels } = mixture.sample(1000, { seed: 2 });
   */
  sample(n: number, options: SampleOptions = {}): Sample {
    const { seed } = optionsOf("options", options, ["seed"]);
    const rows = integerIn("n", n, 1, "say how many rows to draw", 2 ** 31 - 1);
    return drawSample(this.#model, rows, seedOf(seed));
  }

  #total(data: DataInput, options: WeightOptions): { readonly logLikelihood: number; readonly totalWeight: number } {
    const matrix = rowsFor(this, data);
    const weights = sampleWeightsOf(options, matrix.nRows);
    const density = new Float64Array(matrix.nRows);
    scoreRows(this.#model, matrix, { density });
    if (!weights) return { logLikelihood: sumOf(density), totalWeight: matrix.nRows };
    // a row of weight 0 is not there, even where its density is 0
    const weighted = density.map((value, n) => (weights[n] === 0 ? 0 : value * weights[n]));
    return { logLikelihood: sumOf(weighted), totalWeight: sumOf(weights) };
  }
}

/** Weights of the rows, checked; undefined if none are given. */
export function sampleWeightsOf(options: WeightOptions, nRows: number): Float64Array | undefined {
  const { sampleWeight } = optionsOf("options", options, ["sampleWeight"]);
  if (sampleWeight === undefined) return undefined;
  const weights = vectorOf(sampleWeight, nRows, "sampleWeight", { expected: "one weight per row" });
  const total = sumOf(weights);
  if (!(total > 0 && total < Infinity) || weights.some((weight) => !(weight >= 0))) {
    throw new RangeError(
      `sampleWeight: expected finite numbers, 0 or more, not all 0, got the sum ${total}; give one weight per row`,
    );
  }
  return weights;
}

/** Where results go: what the caller gave, checked, or a fresh array. */
export function outputOf<T extends Float64Array | Int32Array>(
  out: T | undefined,
  length: number,
  type: new (length: number) => T,
): T {
  if (out === undefined) return new type(length);
  if (!(out instanceof type))
    throw new TypeError(
      `out: expected ${type.name.startsWith("I") ? "an" : "a"} ${type.name}, got ${received(out)}; leave it out to have one made`,
    );
  if (out.length !== length)
    throw new RangeError(`out: expected length ${length}, got ${out.length}; leave it out to have one made`);
  return out;
}

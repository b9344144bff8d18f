import { received } from "../errors.ts";
import { copyOfNested, isList, isPlain, knownKeys, membersOf, oneOf } from "./checks.ts";
import { matrixOf, type RowInput, type ShapedInput, vectorOf } from "./data.ts";
import { type RowCount, valuesOfRows } from "./rows.ts";

/**
 * How starts are found; scikit-learn's words where it has them:
 *
 * - `"race"`: starts of several kinds, some EM iterations each, the best of them continued;
 * - `"kmeans"`: the rows are clustered by k-means, each cluster makes a component;
 * - `"k-means++"`: rows far from each other become the first means;
 * - `"kmeans-standardised"`, `"k-means++-standardised"` (or `-standardized`): the same, with each column in units of its standard deviation;
 * - `"kmeans-whitened"`, `"k-means++-whitened"`: the same, with the correlation of the columns taken out, too;
 * - `"adaptive"`: one component after the other, each where those so far explain the rows worst;
 * - `"short-em"`: ten times any rows as means, some EM iterations each, the best of them continued;
 * - `"random-from-data"`: any rows become the first means;
 * - `"random"`: random responsibilities.
 */
export type InitStrategy = (typeof INIT_STRATEGIES)[number];

/** Every {@link InitStrategy}, the default first. */
export const INIT_STRATEGIES = [
  "race",
  "kmeans",
  "k-means++",
  "kmeans-standardised",
  "k-means++-standardised",
  "kmeans-whitened",
  "k-means++-whitened",
  "adaptive",
  "short-em",
  "random-from-data",
  "random",
] as const;

/** A strategy by its name; American spelling will do. */
export type InitName = InitStrategy | "kmeans-standardized" | "k-means++-standardized";

/**
 * How long to search for a start:
 *
 * - `"quick"`: from a few kinds of clusters some EM iterations each, of which the best goes on;
 * - `"standard"`: from each of them to where EM leads; of these the one that people recognise, which is the likeliest
 *   unless that spends a component on few rows, or is hardly likelier;
 * - `"thorough"`: many starts and ways from one solution to others, for the likeliest that can be found: for densities.
 */
export type Effort = (typeof EFFORTS)[number];

/** Every {@link Effort}. */
export const EFFORTS = ["quick", "standard", "thorough"] as const;

/** Numbers in nested arrays (vectors, matrices, a list of matrices) or in one flat array, row-major. */
export type NestedOrFlat = ArrayLike<number> | readonly ArrayLike<number>[] | readonly (readonly ArrayLike<number>[])[];

/** Parameters to start from, for K components of D columns. A fitted mixture is one, too. */
export interface ParameterInput {
  /** [K], 0 or more, sum 1. Default: equal ones. */
  readonly weights?: ArrayLike<number> | undefined;
  /** [K, D], in the unit of the data. */
  readonly means: NestedOrFlat;
  /**
   * "full" [K, D, D], "tied" [D, D], "diag" [K, D], "spherical" [K], in the unit of the data squared. Default: the
   * variances of the columns.
   */
  readonly covariances?: NestedOrFlat | undefined;
}

/** Responsibilities [N, K]: a row sums to 1. Rows of numbers, `{ data, shape }`, or one flat array, row-major. */
export type ResponsibilitiesInput = ArrayLike<number> | readonly RowInput[] | ShapedInput;

/**
 * Where to start: a strategy; the component of each row, from 0 to K - 1 (a bare list of numbers); responsibilities (a
 * bare array of rows); or parameters.
 *
 * @example
 * "k-means++";
 * [0, 0, 1, 1, 2];                                // labels, one per row
 * ({ labels: Int32Array.of(0, 0, 1, 1, 2) });
 * ({ responsibilities: [[1, 0], [0.5, 0.5]] });   // two rows, two components
 * ({ means: [[0, 0], [5, 5]] });                  // two components, two columns
 */
export type Init =
  | InitName
  | ArrayLike<number>
  | readonly RowInput[]
  | { readonly labels: ArrayLike<number> }
  | { readonly responsibilities: ResponsibilitiesInput }
  | ParameterInput;

/** {@link Init}, checked and in one form for each kind; parameters are checked with the model. */
export type InitSettings =
  /** `aided` where the solutions of smaller models are starts, too: a shorter search will do. */
  | { readonly kind: "strategy"; readonly strategy: InitStrategy | Effort; readonly aided?: boolean }
  /** labels: [N], 0 to K - 1, each at least once. */
  | { readonly kind: "labels"; readonly labels: Int32Array }
  /** responsibilities: [N, K], row-major; rows sum to 1 within 1e-6. */
  | { readonly kind: "responsibilities"; readonly responsibilities: Float64Array }
  | {
      readonly kind: "parameters";
      readonly weights: ArrayLike<number> | undefined;
      readonly means: NestedOrFlat;
      readonly covariances: NestedOrFlat | undefined;
    };

/** The keys of {@link ParameterInput}. */
export const PARAMETER_KEYS = ["weights", "means", "covariances"] as const;
type Starts = Readonly<Record<(typeof START_KEYS)[number], unknown>>;
const START_KEYS = ["labels", "responsibilities", ...PARAMETER_KEYS] as const;

/** Responsibilities of one row may miss 1 by this much: K float32 roundings, and what a text file cuts off. */
const SUM_TOLERANCE = 1e-6;

/**
 * Reads where to start.
 *
 * @param init - what came.
 * @param rows - the number of rows N, and which of them are used.
 * @param nComponents - the number of components K.
 * @throws {TypeError} If it is none of the forms of {@link Init}, has an unknown key, or holds a value that is not a
 *   number.
 * @throws {RangeError} If a strategy is unknown, a length is not N or N x K, a label is not an integer from 0 to K - 1,
 *   a row of responsibilities does not sum to 1, or a component gets no row.
 */
export function initSettings(init: unknown, rows: RowCount, nComponents: number): InitSettings {
  if (typeof init === "string") return { kind: "strategy", strategy: strategyOf(init) };
  if (isList(init)) {
    return typeof init[0] === "object" && init[0] !== null
      ? responsibilitiesStart(init, rows, nComponents, "init")
      : labelsStart(init, rows, nComponents, "init");
  }
  if (typeof init !== "object" || init === null) throw notInit(init);
  const given = membersOf<Starts>(init, START_KEYS);
  const { labels, responsibilities, means } = given;
  // a mixture, too, has means; only a literal can be mistyped
  if (means !== undefined && !isPlain(init)) return parametersStart(given);
  knownKeys("init", init, START_KEYS);
  if (labels !== undefined) {
    knownKeys("init with labels", init, ["labels"]);
    return labelsStart(labels, rows, nComponents, "init.labels");
  }
  if (responsibilities !== undefined) {
    knownKeys("init with responsibilities", init, ["responsibilities"]);
    return responsibilitiesStart(responsibilities, rows, nComponents, "init.responsibilities");
  }
  if (means !== undefined) return parametersStart(given);
  throw notInit(init);
}

/** A strategy by its name, in British or American spelling. @throws {TypeError | RangeError} If there is none of that name. */
export function strategyOf(name: unknown): InitStrategy {
  return oneOf("init", typeof name === "string" ? name.replace("standardized", "standardised") : name, INIT_STRATEGIES);
}

function notInit(init: unknown): TypeError {
  return new TypeError(
    `init: expected a strategy, labels, responsibilities or parameters, got ${received(init)}; ` +
      'write for example "kmeans", { labels } or { means }',
  );
}

/** Parameters, copied: they are checked with the model, when the caller's may have changed. */
function parametersStart(given: Partial<Starts>): InitSettings {
  const copy = (key: (typeof PARAMETER_KEYS)[number]): unknown => {
    const value = given[key];
    if (isList(value) || (value === undefined && key !== "means")) return copyOfNested(value, `init.${key}`);
    throw new TypeError(
      `init.${key}: expected an array of numbers or nested arrays, got ${received(value)}; ` +
        "see the shapes of ParameterInput",
    );
  };
  const [weights, means, covariances] = PARAMETER_KEYS.map(copy);
  return {
    kind: "parameters",
    weights: weights as ParameterInput["weights"],
    means: means as NestedOrFlat,
    covariances: covariances as ParameterInput["covariances"],
  };
}

function labelsStart(input: unknown, { nRows, kept }: RowCount, nComponents: number, argument: string): InitSettings {
  const given = vectorOf(input as ArrayLike<number>, nRows, argument, {
    expected: "one label per row",
    remedy: "give labels for the rows of the fit, or { responsibilities } or { means }",
  });
  const values = valuesOfRows(given, kept);
  const labels = new Int32Array(values.length);
  const counts = new Float64Array(nComponents);
  for (let n = 0; n < values.length; n++) {
    const k = values[n];
    if (!(Number.isInteger(k) && k >= 0 && k < nComponents)) {
      throw new RangeError(
        `${argument}: expected integers from 0 to nComponents - 1 (${nComponents - 1}), got ${k} at index ${kept?.[n] ?? n}; ` +
          "number the components from 0, or change nComponents",
      );
    }
    labels[n] = k;
    counts[k] += 1;
  }
  requireEvery(counts, argument, "a row with its label");
  return { kind: "labels", labels };
}

function responsibilitiesStart(input: unknown, rows: RowCount, nComponents: number, argument: string): InitSettings {
  return { kind: "responsibilities", responsibilities: checkedResponsibilities(input, rows, nComponents, argument) };
}

/**
 * Responsibilities [N, K], row-major, checked: rows sum to 1 and every component has a share somewhere. A copy.
 *
 * @throws {TypeError | RangeError} As {@link initSettings} does.
 */
export function checkedResponsibilities(
  input: unknown,
  { nRows, kept }: RowCount,
  nComponents: number,
  argument: string,
): Float64Array {
  const given = responsibilitiesOf(input, nRows, nComponents, argument);
  const responsibilities = valuesOfRows(given, kept, nComponents);
  const totals = new Float64Array(nComponents);
  for (let i = 0, at = 0; at < responsibilities.length; i++) {
    const n = kept?.[i] ?? i;
    let sum = 0;
    for (let k = 0; k < nComponents; k++, at++) {
      const r = responsibilities[at];
      if (!(r >= 0 && r < Infinity)) {
        throw new RangeError(
          `${argument}: expected finite numbers, 0 or more, got ${r} in row ${n}, component ${k}; ` +
            "give each row's shares of the components",
        );
      }
      sum += r;
      totals[k] += r;
    }
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      throw new RangeError(
        `${argument}: expected every row to sum to 1, got ${sum} in row ${n}; divide each row by its sum`,
      );
    }
  }
  requireEvery(totals, argument, "a row with a responsibility above 0");
  return responsibilities;
}

/** Nested or flat responsibilities as [N, K], row-major; their values are unchecked. */
function responsibilitiesOf(input: unknown, nRows: number, nComponents: number, argument: string): Float64Array {
  const nested = isList(input) ? typeof input[0] === "object" && input[0] !== null : typeof input === "object";
  if (!nested) {
    return vectorOf(input as ArrayLike<number>, nRows * nComponents, argument, {
      expected: "a number for each row and component",
      remedy: "give rows x nComponents numbers, row-major",
    });
  }
  const matrix = matrixOf(input as readonly RowInput[], { argument, nFeatures: nComponents, widthName: "nComponents" });
  if (matrix.nRows !== nRows) {
    throw new RangeError(
      `${argument}: expected as many rows as the data has (${nRows}), got ${matrix.nRows}; ` +
        "give responsibilities for every row",
    );
  }
  const out = new Float64Array(nRows * nComponents);
  matrix.copyRows(0, nRows, out);
  return out;
}

/** A component that no row starts in has neither mean nor covariance. */
function requireEvery(totals: Float64Array, argument: string, expected: string): void {
  const k = totals.indexOf(0);
  if (k < 0) return;
  throw new RangeError(
    `${argument}: expected ${expected} for every component, got none for component ${k}; ` +
      `give it rows, or use fewer components than ${totals.length}`,
  );
}

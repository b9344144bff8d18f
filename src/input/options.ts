import { received } from "../errors.ts";
import { copyOfNested, integerIn, isPlain, membersOf, nonNegative, oneOf, optionsOf, seedOf } from "./checks.ts";
import { type DataInput, type Dropped, type Matrix, vectorOf } from "./data.ts";
import {
  COVARIANCE_TYPES,
  type CovarianceType,
  DEFAULT_COVARIANCE_TYPE,
  FAMILY_FORMS,
  FAMILY_NAMES,
  type FamilyName,
  familyNameOf,
  sharesCovariance,
} from "./families.ts";
import { type DataOptions, fitMatrix } from "./fit-data.ts";
import { type Fixed, type FixedSettings, fixedSettings } from "./fixed.ts";
import {
  EFFORTS,
  type Effort,
  type Init,
  type InitSettings,
  initSettings,
  type NestedOrFlat,
  PARAMETER_KEYS,
  type ParameterInput,
} from "./init.ts";
import { type KnownLabels, knownLabels } from "./labels.ts";
import { type RowCount, valuesOfRows } from "./rows.ts";
import { type FitProgress, Watch } from "./watch.ts";

export { oneOf } from "./checks.ts";
export {
  COVARIANCE_TYPES,
  type CovarianceType,
  DEFAULT_COVARIANCE_TYPE,
  type FamilyName,
} from "./families.ts";
export type { DataOptions, MissingCells, MissingValue } from "./fit-data.ts";
export type { Fixed } from "./fixed.ts";
export {
  type Effort,
  INIT_STRATEGIES,
  type Init,
  type InitName,
  type InitSettings,
  type InitStrategy,
  type NestedOrFlat,
  type ParameterInput,
  type ResponsibilitiesInput,
  strategyOf,
} from "./init.ts";
export type { KnownLabels } from "./labels.ts";
export type { FitProgress } from "./watch.ts";

/** What a fit tells after each iteration. */
export interface Progress {
  /** Which start, counted from 0. */
  readonly start: number;
  /** Which iteration of this start, counted from 1. */
  readonly iteration: number;
  /** The total log-likelihood of the rows, each times its weight, in nats, under the parameters of this iteration. */
  readonly logLikelihood: number;
}

/** The parts of a conjugate prior; what is left out follows the data (Fraley & Raftery 2007). */
export interface PriorOptions {
  /** How many rows the prior mean weighs as much as: 0 or more. Default 0.01. */
  readonly shrinkage?: number | undefined;
  /** [D], in the unit of the data. Default: the mean of the data. */
  readonly mean?: ArrayLike<number> | undefined;
  /** 0 or more. Default: D + 2. */
  readonly degreesOfFreedom?: number | undefined;
  /**
   * In the unit of the data squared: "full" and "tied" a matrix [D, D], otherwise one number. Default: the covariance of
   * the data, or the mean of its variances, over K^(2/D).
   */
  readonly scale?: NestedOrFlat | number | undefined;
}

/** How to fit a mixture. Only `nComponents` is needed. */
export interface FitOptions extends DataOptions {
  /** The number of components K: an integer from 1 to the number of rows. */
  readonly nComponents: number;
  /** What the covariances may be: a shape, or a family by mclust's name, as `"EEI"`. Default "full". */
  readonly covarianceType?: CovarianceType | FamilyName | undefined;
  /**
   * The fit stops when the log-likelihood left to gain is estimated below this, per row (nats): 0 or more; at 0 it takes
   * exactly `maxIter` steps. Default 1e-7, for 10,000 rows and more 1e-6.
   */
  readonly tol?: number | undefined;
  /** The most iterations of each start: an integer, 0 or more; at 0 the start itself is the result. Default 1000. */
  readonly maxIter?: number | undefined;
  /**
   * Added to every variance, in the unit of the data squared: 0 or more. Default: a small share of each column's
   * variance, so that the unit of the data does not matter.
   */
  readonly regCovar?: number | undefined;
  /**
   * A conjugate prior of means and covariances, for maximum a posteriori estimates: true for the one of Fraley & Raftery
   * (2007), or its parts. It takes the place of the automatic `regCovar`. Default: none.
   */
  readonly prior?: boolean | PriorOptions | undefined;
  /**
   * How many times to search for a start; the best fit wins. An integer, 1 or more; 1 with a start of your own.
   * Default 1.
   */
  readonly nInit?: number | undefined;
  /** How long to search for a start, where `init` does not say where to begin. Default "standard". */
  readonly effort?: Effort | undefined;
  /** Where to start: a strategy, labels [N], responsibilities [N, K], or parameters. Default: what `effort` finds. */
  readonly init?: Init | undefined;
  /**
   * A mixture to go on from, in place of `init`: `maxIter` more iterations. On the data that it was fitted to, with the
   * same options, two runs are one long run, to the bit; on other data it is a start.
   */
  readonly warmStart?: WarmStart | undefined;
  /**
   * The component of each row where it is known, from 0; -1, `null` or `undefined` where it is not: [N]. Known rows belong
   * to their component alone, and components keep the order of the labels. Default: none is known.
   */
  readonly labels?: KnownLabels | undefined;
  /** Parameters to leave as they are; what is held must be given by `init`, but for weights. Default: none. */
  readonly fixed?: Fixed | undefined;
  /** All random choice: an integer from 0 to 2^53 - 1. Same seed and data, same bits. Default 0. */
  readonly seed?: number | undefined;
  /** The weight of each row, [N], 0 or more and not all 0; a row of weight 2 counts as two rows. Default: all 1. */
  readonly sampleWeight?: ArrayLike<number> | undefined;
  /** Ends the fit when it aborts; the fit then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Ends the fit after this many milliseconds, a little more where one step takes longer, with the best solution found by
   * then, of which the report says `TIME_LIMIT`: above 0. How far a fit comes then depends on the machine. Default: none.
   */
  readonly timeLimit?: number | undefined;
  /** Called after each iteration. Should a worker thread die, the fit starts again, and so do the calls. */
  readonly onIteration?: ((progress: Progress) => void) | undefined;
  /** Called as the search for a start and the fit proceed: how much is done, and how good the best solution so far is. */
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
  /** Whether to take longer steps where they raise the likelihood, for fewer iterations. Default true. */
  readonly accelerate?: boolean | undefined;
  /**
   * Threads that share the work, this one included: an integer from 1 to 64. The result has the same bits for any number.
   * Default: as many as the machine has, where the data are large enough to pay and the engine shares memory; else 1.
   * `fitSync` uses one.
   */
  readonly threads?: number | undefined;
  /**
   * `false` lets kernels multiply and add in one instruction where the engine can (relaxed SIMD): somewhat faster for many
   * columns, and the last bits depend on the engine and the processor. Default true: the same bits everywhere.
   */
  readonly reproducible?: boolean | undefined;
}

/** A mixture, as far as a fit can go on from it. */
export interface WarmStart extends ParameterInput {
  /** The number of components K. */
  readonly nComponents: number;
  /** The shape of its covariances. */
  readonly covarianceType: CovarianceType;
  /** Default: the family that has no restriction but its shape. */
  readonly family?: FamilyName | undefined;
}

/** {@link FitOptions}, checked and complete. How to read the data is the matrix's business. */
export interface FitSettings {
  readonly nComponents: number;
  /** The shape of the covariances. */
  readonly covarianceType: CovarianceType;
  readonly family: FamilyName;
  readonly tol: number;
  readonly maxIter: number;
  /** `undefined`: chosen by the scale of the data. */
  readonly regCovar: number | undefined;
  /** `undefined`: none. Its parts are checked with the data. */
  readonly prior: PriorOptions | undefined;
  readonly nInit: number;
  readonly init: InitSettings;
  readonly fixed: FixedSettings | undefined;
  /** [N], -1 where unknown; undefined if all are. */
  readonly labels: Int32Array | undefined;
  readonly seed: number;
  /** [N]. `undefined`: all 1. */
  readonly sampleWeight: Float64Array | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onIteration: ((progress: Progress) => void) | undefined;
  /** The clock, from the call on; undefined where nobody looks at it. */
  readonly watch: Watch | undefined;
  readonly accelerate: boolean;
  /** `undefined`: chosen by the size of the data. */
  readonly threads: number | undefined;
  readonly reproducible: boolean;
}

/** From here on iterations cost more than the last thousandth of a log-likelihood is worth. */
const MANY_ROWS = 10_000;

/** More threads than this only wait for memory. */
const MOST_THREADS = 64;

/** Every key of {@link FitOptions}; the type sees that none is forgotten. */
const FIT_KEYS: Readonly<Record<keyof FitOptions, true>> = {
  nComponents: true,
  covarianceType: true,
  tol: true,
  maxIter: true,
  regCovar: true,
  prior: true,
  nInit: true,
  effort: true,
  init: true,
  warmStart: true,
  labels: true,
  fixed: true,
  seed: true,
  sampleWeight: true,
  signal: true,
  timeLimit: true,
  onIteration: true,
  onProgress: true,
  accelerate: true,
  threads: true,
  reproducible: true,
  nFeatures: true,
  columns: true,
  missing: true,
  missingValues: true,
};

/**
 * Reads the data and the options of a fit together: a mistyped option is reported before the data is looked at, so that
 * `nfeatures` is not answered with "give nFeatures".
 *
 * @param data - N rows of D numbers, in any form.
 * @param options - how to fit them.
 * @throws {TypeError | RangeError} As {@link fitMatrix} and {@link fitSettings} do.
 */
export function fitInput(
  data: DataInput,
  options: FitOptions,
): { readonly matrix: Matrix; readonly settings: FitSettings; readonly warmStart: WarmStart | undefined } {
  const given = fitOptions(options);
  const matrix = fitMatrix(data, given);
  return {
    matrix,
    settings: fitSettings(given as FitOptions, matrix.nRows, matrix.dropped),
    warmStart: given.warmStart,
  };
}

/**
 * Checks the options of a fit and fills in the defaults. Parameters to start from are checked with the model.
 *
 * @param options - what the caller gave; a key that is `undefined` counts as left out.
 * @param nRows - the number of rows N.
 * @param dropped - which rows of the data these are, if some were left out: lists with something for each row speak of all.
 * @returns settings in which nothing is left to decide but what depends on the values of the data.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a value is out of bounds or a length does not fit the data.
 * @example
 * fitSettings({ nComponents: 3 }, 150).covarianceType; // "full"
 */
export function fitSettings(options: FitOptions, nRows: number, dropped?: Dropped): FitSettings {
  const given = fitOptions(options);
  const rows: RowCount = { nRows: dropped?.nGiven ?? nRows, kept: dropped?.kept };
  const nComponents = componentCount(given.nComponents, nRows);
  const warmStart = ifGiven(given.warmStart, (start) => warmStartOf(start, given));
  const kind = kindOf(
    "covarianceType",
    given.covarianceType ?? (warmStart ? kindOfStart(warmStart) : DEFAULT_COVARIANCE_TYPE),
  );
  const { tol = nRows < MANY_ROWS ? 1e-7 : 1e-6, maxIter = 1000, regCovar, nInit = 1, seed } = given;
  const prior = priorSettings(given.prior);
  const start = warmStart ? membersOf<ParameterInput>(warmStart, PARAMETER_KEYS) : given.init;
  const effort = given.effort === undefined ? "standard" : oneOf("effort", given.effort, EFFORTS);
  const init: InitSettings =
    start === undefined ? { kind: "strategy", strategy: effort } : initSettings(start, rows, nComponents);
  const { accelerate = true, reproducible = true } = given;
  for (const [name, value] of Object.entries({ accelerate, reproducible })) {
    if (typeof value !== "boolean") {
      throw new TypeError(`${name}: expected true or false, got ${received(value)}; leave it out for true`);
    }
  }
  return {
    nComponents,
    ...kind,
    tol: nonNegative("tol", tol, "leave it out for the default"),
    maxIter: integerIn("maxIter", maxIter, 0, "leave it out for 1000"),
    regCovar: ifGiven(regCovar, (value) => nonNegative("regCovar", value, "leave it out to follow the data's scale")),
    prior,
    nInit: startCount(nInit, init),
    init,
    labels: ifGiven(given.labels, (labels) => knownLabels(labels, rows, nComponents)),
    fixed: ifGiven(given.fixed, (fixed) =>
      fixedSettings(fixed, nComponents, sharesCovariance(kind.family), init, prior),
    ),
    seed: seedOf(seed),
    sampleWeight: ifGiven(given.sampleWeight, (weights) => sampleWeightOf(weights, rows, nComponents)),
    signal: ifGiven(given.signal, signalOf),
    onIteration: ifGiven(given.onIteration, (listener) => listenerOf("onIteration", listener)),
    watch: watchOf(given),
    accelerate,
    threads: ifGiven(given.threads, (threads) => integerIn("threads", threads, 1, "leave it out", MOST_THREADS)),
    reproducible,
  };
}

/** A shape and a family. */
export type Kind = Pick<FitSettings, "covarianceType" | "family">;

/** The shape and the family of either's name. @throws {TypeError | RangeError} If there is none of that name. */
export function kindOf(argument: string, name: unknown): Kind {
  const known = oneOf(argument, name, [...COVARIANCE_TYPES, ...FAMILY_NAMES]);
  const family = familyNameOf(known);
  return { covarianceType: FAMILY_FORMS[family], family };
}

/** What a reader makes of an option; undefined where that is left out. */
function ifGiven<In, Out>(value: In | undefined, read: (value: In) => Out): Out | undefined {
  return value === undefined ? undefined : read(value);
}

/**
 * The options of a fit, or of what takes most of them, each read once.
 *
 * @param others - keys of a fit that mean nothing here.
 * @param own - keys that a fit does not know.
 * @throws {TypeError} If it is no object, or has an unknown key.
 */
export function fitOptions<Options extends object>(
  options: Options,
  others: readonly (keyof FitOptions)[] = [],
  own: readonly (keyof Options & string)[] = [],
): Partial<Options> {
  const keys = Object.keys(FIT_KEYS) as (keyof FitOptions)[];
  const known = keys.filter((key) => !others.includes(key)) as string[] as (keyof Options & string)[];
  return optionsOf("options", options, [...known, ...own]);
}

function componentCount(value: unknown, nRows: number): number {
  const remedy =
    value === undefined ? "say how many, for example { nComponents: 3 }" : "use fewer components or more data";
  return integerIn("nComponents", value, 1, remedy, nRows, `an integer from 1 to the number of rows (${nRows})`);
}

/** The mixture to go on from, its parts read once. */
function warmStartOf(warmStart: unknown, options: Partial<FitOptions>): WarmStart {
  const { nComponents, covarianceType, init } = options;
  if (typeof warmStart !== "object" || warmStart === null || !("means" in warmStart)) {
    throw new TypeError(`warmStart: expected a mixture, got ${received(warmStart)}; give what a fit returned`);
  }
  if (init !== undefined) {
    throw new TypeError(`init: expected none beside warmStart, got ${received(init)}; leave out one of them`);
  }
  const start = membersOf<WarmStart>(warmStart as WarmStart, WARM_START_KEYS) as WarmStart;
  if (start.nComponents !== nComponents) {
    throw new RangeError(
      `nComponents: expected the number of components of warmStart (${received(start.nComponents)}), got ${nComponents}; make them agree`,
    );
  }
  if (
    covarianceType !== undefined &&
    kindOf("covarianceType", covarianceType).family !== kindOf("warmStart.family", kindOfStart(start)).family
  ) {
    throw new RangeError(`covarianceType: expected that of warmStart, got ${received(covarianceType)}; leave it out`);
  }
  return start;
}

const WARM_START_KEYS = [...PARAMETER_KEYS, "nComponents", "covarianceType", "family"] as const;

/** What a mixture names its covariances by. */
function kindOfStart({ covarianceType, family }: WarmStart): CovarianceType | FamilyName {
  return family ?? covarianceType;
}

const PRIOR_KEYS = ["shrinkage", "mean", "degreesOfFreedom", "scale"] as const;

/** The parts of a prior, copied: they are checked with the data, when the caller's may have changed. */
export function priorSettings(prior: unknown): PriorOptions | undefined {
  if (prior === undefined || prior === false) return undefined;
  if (prior === true) return priorSettings({});
  if (typeof prior !== "object" || prior === null || !isPlain(prior)) {
    throw new TypeError(
      `prior: expected true, false or an object, got ${received(prior)}; write true, or for example { shrinkage: 0.01 }`,
    );
  }
  const { shrinkage, mean, degreesOfFreedom, scale } = optionsOf<PriorOptions>("prior", prior, PRIOR_KEYS);
  return {
    shrinkage,
    mean: copyOfNested(mean, "prior.mean") as PriorOptions["mean"],
    degreesOfFreedom,
    scale: copyOfNested(scale, "prior.scale") as PriorOptions["scale"],
  };
}

function startCount(value: unknown, init: InitSettings): number {
  const nInit = integerIn("nInit", value, 1, "leave it out for 1");
  if (nInit > 1 && init.kind !== "strategy") {
    throw new RangeError(
      `nInit: expected 1 with a start given by init, got ${nInit}; ` +
        "leave nInit out, as the same start gives the same fit",
    );
  }
  return nInit;
}

function sampleWeightOf(values: ArrayLike<number>, { nRows, kept }: RowCount, nComponents: number): Float64Array {
  const weights = valuesOfRows(vectorOf(values, nRows, "sampleWeight", { expected: "one weight per row" }), kept);
  let total = 0;
  let counted = 0;
  for (let n = 0; n < weights.length; n++) {
    const weight = weights[n];
    if (!(weight >= 0 && weight < Infinity)) {
      throw new RangeError(
        `sampleWeight: expected finite numbers, 0 or more, got ${weight} at index ${kept?.[n] ?? n}; ` +
          "give the row a weight of 0 to ignore it",
      );
    }
    total += weight;
    if (weight > 0) counted++;
  }
  if (counted === 0 || total === Infinity) {
    const got = counted === 0 ? "only zeros" : "an infinite sum";
    throw new RangeError(`sampleWeight: expected weights with a finite sum above 0, got ${got}; rescale the weights`);
  }
  componentsFit(nComponents, counted);
  return weights;
}

function componentsFit(nComponents: number, counted: number): void {
  if (nComponents <= counted) return;
  throw new RangeError(
    `nComponents: expected at most the number of rows with a weight above 0 (${counted}), got ${nComponents}; ` +
      "use fewer components or more data",
  );
}

/** Settings for another number of components, sharing all that does not depend on it. @throws as {@link fitSettings}. */
export function withComponents(settings: FitSettings, nComponents: number, nRows: number): FitSettings {
  componentCount(nComponents, nRows);
  const { sampleWeight } = settings;
  if (sampleWeight)
    componentsFit(
      nComponents,
      sampleWeight.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0),
    );
  return { ...settings, nComponents };
}

/** The clock of a call, if it is to be looked at: it begins now. */
function watchOf({ timeLimit, onProgress }: Partial<FitOptions>): Watch | undefined {
  const limit = ifGiven(timeLimit, (value) => {
    if (typeof value === "number" && value > 0) return value;
    throw new RangeError(
      `timeLimit: expected milliseconds above 0, got ${received(value)}; leave it out for as long as it takes`,
    );
  });
  const listener = ifGiven(onProgress, (value) => listenerOf<FitProgress>("onProgress", value));
  return limit === undefined && !listener ? undefined : new Watch(limit, listener);
}

function signalOf(value: unknown): AbortSignal {
  const signal = value as Partial<AbortSignal> | null;
  if (typeof signal?.aborted === "boolean" && typeof signal.addEventListener === "function")
    return value as AbortSignal;
  throw new TypeError(
    `signal: expected an AbortSignal, got ${received(value)}; give the signal of an AbortController: controller.signal`,
  );
}

/** A function that is told of progress. */
export function listenerOf<T>(argument: string, value: unknown): (progress: T) => void {
  if (typeof value === "function") return value as (progress: T) => void;
  throw new TypeError(
    `${argument}: expected a function, got ${received(value)}; write for example (progress) => show(progress)`,
  );
}

// Where most of a mixture is, and from that what to call an anomaly.
import { received } from "../errors.ts";
import { integerIn, memberOf, optionsOf } from "../input/checks.ts";
import type { DataInput } from "../input/data.ts";
import { chiSquaredBeyond } from "../model/chi-squared.ts";
import { lineRegion } from "../model/density-region.ts";
import { lineOf } from "../model/line.ts";
import { type Threshold, thresholdOf } from "../model/threshold.ts";
import { givenModel, givenShare } from "./given.ts";
import { type Mixture, remade } from "./mixture.ts";

/** How a threshold is found where it has no closed form. */
export interface ThresholdOptions {
  /** Rows to take it from, in any form: best not those that the mixture was fitted to. Default: the mixture itself. */
  readonly data?: DataInput | undefined;
  /** How many rows to draw from the mixture where there is no exact way. Default 100,000. */
  readonly nSamples?: number | undefined;
  /** Seed of these rows: an integer from 0 to 2^53 - 1. Default 0. */
  readonly seed?: number | undefined;
}

/** A highest-density region: all points whose log-density is at least `threshold`. */
export interface DensityRegion extends Threshold {
  /** [intervals, 2]: their ends, ascending; for a mixture over one column without `data`. */
  readonly intervals?: Float64Array;
}

/** What mass a region is to hold, and {@link ThresholdOptions}. */
export interface RegionOptions extends ThresholdOptions {
  /** Share of the mixture inside: between 0 and 1. */
  readonly mass: number;
}

/** At what level to raise an alarm, and {@link ThresholdOptions}. */
export interface AnomalyOptions extends ThresholdOptions {
  /** Share of rows from the mixture that may be flagged: between 0 and 1, for example 0.001. */
  readonly level: number;
}

const DEFAULT_SAMPLES = 100_000;
/** Rows expected on either side of a threshold for it to be worth drawing them. */
const LEAST_DRAWN = 10;

/**
 * The smallest region that holds a given mass: all points whose density is at least a threshold (Hyndman 1996).
 *
 * Exact for one column, where its intervals are given too, and for one component. Otherwise the threshold is a quantile
 * of the log-densities of rows drawn from the mixture, or of `data`.
 *
 * @param mixture - over any number of columns.
 * @param options - `mass`, the share inside; how to find the threshold where there is no formula.
 * @returns the threshold of the log-density, the share outside, and how it was found.
 * @throws {TypeError | RangeError} If an option is malformed, or the rows are too few for the mass.
 * @example
 * highestDensityRegion(mixture, { mass: 0.95 }).intervals; // of a mixture over one column
 */
export function highestDensityRegion(mixture: Mixture, options: RegionOptions): DensityRegion {
  return regionOf(mixture, options, "mass");
}

/**
 * The log-density below which a row counts as an anomaly, so that a given share of the mixture's own rows would. Exact
 * for one column and for one component; otherwise from rows drawn. With `data` the share holds for rows like them, whether
 * the mixture is right or not, if they were not used in the fit (split conformal: Vovk, Gammerman & Shafer 2005).
 *
 * @param mixture - what is normal.
 * @param options - `level`, the share that may be flagged; how to find the threshold where there is no formula.
 * @returns the threshold of the log-density, the share outside, and how it was found.
 * @throws {TypeError | RangeError} If an option is malformed, or the rows are too few for the level.
 * @example
 * const alarm = anomalyThreshold(mixture, { level: 0.001 });
 * isAnomaly(mixture, rows, alarm); // Uint8Array: 1 for an anomaly
 */
export function anomalyThreshold(mixture: Mixture, options: AnomalyOptions): DensityRegion {
  return regionOf(mixture, options, "level");
}

/**
 * Whether each row is an anomaly: its log-density is below the threshold.
 *
 * @param mixture - what is normal.
 * @param data - N rows in any form.
 * @param region - from {@link anomalyThreshold} or {@link highestDensityRegion}. Default: the mixture's own, from
 *   {@link withThreshold}.
 * @returns Uint8Array of length N: 1 for an anomaly, else 0.
 * @throws {TypeError} If there is no threshold; and as `mixture.scoreSamples`.
 * @example
 * isAnomaly(mixture, [[2, 3], [9, 1]], anomalyThreshold(mixture, { level: 0.01 })); // 0 and 1
 */
export function isAnomaly(mixture: Mixture, data: DataInput, region?: Pick<Threshold, "threshold">): Uint8Array {
  const { anomalyThreshold: own } = givenModel(mixture);
  const threshold = memberOf(Object(region ?? own), "threshold");
  if (typeof threshold !== "number") {
    throw new TypeError(
      `region: expected what anomalyThreshold gives, got ${received(region)}; find one first, or take a mixture that has one by withThreshold`,
    );
  }
  return Uint8Array.from(mixture.scoreSamples(data), (density) => (density < threshold ? 1 : 0));
}

/**
 * The same mixture with a threshold that travels with it: through JSON, the binary form, and to {@link isAnomaly}, which takes it
 * where it is given no other.
 *
 * @param mixture - what is normal.
 * @param region - from {@link anomalyThreshold} or {@link highestDensityRegion}.
 * @returns a mixture of the same class with the same report; the one given is as it was.
 * @throws {TypeError | RangeError} If the region is not such a one.
 * @example
 * const watched = withThreshold(mixture, anomalyThreshold(mixture, { level: 0.01 }));
 * isAnomaly(GaussianMixture.fromJSON(JSON.stringify(watched)), [[2, 3], [9, 1]]); // 0 and 1
 */
export function withThreshold<M extends Mixture>(mixture: M, region: Threshold): M {
  const model = givenModel(mixture);
  return remade(mixture, { ...model, anomalyThreshold: thresholdOf(region, "region") });
}

function regionOf(
  mixture: Mixture,
  options: Partial<RegionOptions & AnomalyOptions>,
  argument: "mass" | "level",
): DensityRegion {
  const parameters = givenModel(mixture);
  const given = optionsOf("options", options ?? {}, [argument, "data", "nSamples", "seed"]);
  const share = givenShare(argument, given[argument]);
  const level = argument === "mass" ? 1 - share : share;
  const { nFeatures: D, nComponents } = parameters;
  const { data, nSamples = DEFAULT_SAMPLES, seed } = given;
  if (data !== undefined) return quantileOf(mixture.scoreSamples(data), level, "data", 1, "empirical");
  const exact = { level, standardError: 0, method: "exact" } as const;
  if (D === 1) return { ...lineRegion(lineOf(parameters), level), ...exact };
  if (nComponents === 1) {
    const [most] = mixture.scoreSamples(parameters.means);
    return { threshold: most - chiSquaredBeyond(level, D) / 2, ...exact };
  }
  integerIn("nSamples", nSamples, 1, `leave it out for ${DEFAULT_SAMPLES}`, 2 ** 31 - 1);
  const drawn = mixture.sample(nSamples, { seed });
  return quantileOf(mixture.scoreSamples(drawn), level, "nSamples", LEAST_DRAWN, "monte-carlo");
}

/** From the score with rank floor(level (N + 1)) of N: the share of the scores' source below it is beta distributed. */
function quantileOf(
  scores: Float64Array,
  wanted: number,
  argument: string,
  least: number,
  method: DensityRegion["method"],
): DensityRegion {
  const ranks = scores.length + 1;
  const rank = Math.floor(wanted * ranks);
  if (Math.min(rank, ranks - rank) < least) {
    const enough = Math.ceil(least / Math.min(wanted, 1 - wanted));
    throw new RangeError(
      `${argument}: expected ${enough} rows or more for a share of ${wanted}, got ${ranks - 1}; take more, or another share`,
    );
  }
  const level = rank / ranks;
  const standardError = Math.sqrt((level * (1 - level)) / (ranks + 1));
  return { threshold: scores.sort()[rank - 1], level, standardError, method };
}

import { TIED } from "../../covariance/dense.ts";
import type { Form } from "../../covariance/form.ts";
import { blockCount, blockLength, blockOf, formOf } from "../../covariance/forms.ts";
import { covariancesOf, meansOf } from "../../covariance/given.ts";
import type { Parameters } from "../../covariance/parameters.ts";
import { precisionsOf, rootsOf } from "../../covariance/roots.ts";
import { withArena } from "../../engine/arena.ts";
import { runSync } from "../../engine/schedule.ts";
import { type Family, shareOfBlock } from "../../families/family.ts";
import { nonNegative, wrongNumber } from "../../input/checks.ts";
import { sharesCovariance } from "../../input/families.ts";
import type { PriorOptions } from "../../input/options.ts";
import { haveRows, type Sums } from "../../statistics/sums.ts";
import type { Problem } from "./problem.ts";
import { totalCovariance } from "./total-covariance.ts";

/** The mean of the prior weighs as much as so many rows: Fraley & Raftery's default. */
const SHRINKAGE = 0.01;
/** Share of a column's variance that is added to it in the scale, and what a constant column has there, squared units. */
const SCALE_REG = 1e-8;
const CONSTANT_SCALE = 1e-6;

/**
 * A conjugate prior of each component's mean and covariance (Fraley & Raftery 2007, J. Classification 24:155): the mean is
 * normal about `mean` with covariance Σ / shrinkage, Σ is inverse Wishart with `degreesOfFreedom` and `scale`; for diagonal
 * and spherical covariances each variance is inverse gamma with shape degreesOfFreedom / 2 and rate scale / 2.
 */
export interface Prior {
  readonly shrinkage: number;
  /** [D]. */
  readonly mean: Float64Array;
  readonly degreesOfFreedom: number;
  /** Full and tied [D, D]; otherwise [1]. */
  readonly scale: Float64Array;
}

/**
 * The prior that the options ask for; what they leave out as Fraley & Raftery do.
 *
 * @throws {TypeError | RangeError} If a part does not fit the data.
 */
export function priorOf(problem: Problem, options: PriorOptions): Prior {
  const { rows, form } = problem;
  const { D, columnMeans } = rows;
  return priorFrom(options, { form, D }, { mean: () => columnMeans, scale: () => standardScale(problem) });
}

/**
 * {@link priorOf} some other source of what options leave out.
 *
 * @throws {TypeError | RangeError} If a part does not fit the form.
 */
export function priorFrom(
  { shrinkage = SHRINKAGE, degreesOfFreedom, mean, scale }: PriorOptions,
  { form, D }: { readonly form: Form; readonly D: number },
  standard: { readonly mean: () => Float64Array; readonly scale: () => Float64Array },
): Prior {
  return {
    shrinkage: nonNegative("prior.shrinkage", shrinkage, "leave it out for 0.01"),
    mean: mean === undefined ? standard.mean() : meanOf(mean, D),
    degreesOfFreedom: nonNegative("prior.degreesOfFreedom", degreesOfFreedom ?? D + 2, "leave it out for D + 2"),
    scale:
      scale === undefined
        ? standard.scale()
        : form.isDense
          ? definite(covariancesOf(scale, TIED.name, 1, D, "prior.scale"), D)
          : Float64Array.of(positive(scale)),
  };
}

function meanOf(given: unknown, D: number): Float64Array {
  const mean = meansOf(given, 1, "prior.mean");
  if (mean.length === D) return mean;
  throw new RangeError(
    `prior.mean: expected one number per column (${D}), got ${mean.length}; leave it out for the mean of the data`,
  );
}

function definite(scale: Float64Array, D: number): Float64Array {
  for (let d = 0; d < D; d++) {
    if (!(scale[d * (D + 1)] > 0)) {
      throw new RangeError(
        `prior.scale: expected variances above 0 on the diagonal, got ${scale[d * (D + 1)]} in column ${d}; leave it out to follow the data`,
      );
    }
  }
  return scale;
}

function positive(scale: unknown): number {
  if (typeof scale === "number" && scale > 0 && scale < Infinity) return scale;
  const expected = "a finite number above 0 for diagonal and spherical covariances";
  throw wrongNumber("prior.scale", expected, scale, "leave it out to follow the data");
}

/**
 * The covariance of the data (divisor N - 1), or its mean variance, over K^(2/D): K components share the volume. It is
 * kept positive definite where columns are constant or depend on each other.
 */
function standardScale({ rows, form, K }: Problem): Float64Array {
  const { arena, N, D, columnVariances } = rows;
  const share = N / Math.max(1, N - 1) / arena.kernels.exp((2 / D) * arena.kernels.log(K));
  if (form.isDense) {
    return runSync(totalCovariance(rows, SCALE_REG, CONSTANT_SCALE)).map((value) => value * share);
  }
  const variance = columnVariances.reduce((sum, value) => sum + value, 0) / D;
  return Float64Array.of((variance || CONSTANT_SCALE) * share);
}

/**
 * Sums with what the prior adds to them: to the means `shrinkage` rows at its mean, to each covariance its scale, and to the
 * divisors the exponents of the densities. The M-step of these is the posterior's maximum. A component without rows has no
 * rows of the prior's.
 */
export function withPrior(sums: Sums, prior: Prior, family: Family): Sums {
  const { form } = family;
  const { K, D } = sums;
  const share = shareOfBlock(family, K);
  const scatter = sums.scatter.slice();
  const moments = sums.moments.slice();
  const meanDivisors = sums.meanDivisors.slice();
  const hasRows = haveRows(sums);
  for (let k = 0; k < K; k++) {
    if (!hasRows[k]) continue;
    const shift = prior.mean.map((value, d) => value - sums.means[k * D + d]);
    const spread = form.outer(shift);
    const block = blockOf(form, scatter, K, k);
    for (let i = 0; i < block.length; i++) block[i] += prior.shrinkage * spread[i];
    for (let d = 0; d < D; d++) moments[k * D + d] += prior.shrinkage * shift[d];
    meanDivisors[k] += prior.shrinkage;
  }
  const scale = scaleBlock(prior, family, D);
  const counted = countedOf(prior, family, D) * (sharesCovariance(family.name) ? 1 / K : 1);
  return {
    ...sums,
    scatter: scatter.map((value, i) => value + share * scale[i % scale.length]),
    moments,
    meanDivisors,
    // one more for the mean
    divisors: sums.divisors.map((divisor) => divisor + 1 + counted),
  };
}

/** The scale as a block: of one variance for all columns the mean, which is as much of the scale as of its D columns. */
function scaleBlock({ scale }: Prior, { form }: Family, D: number): Float64Array {
  if (form.isDense) return scale;
  return new Float64Array(blockLength(form, D)).fill(form.isIsotropic ? scale[0] / D : scale[0]);
}

/** What the prior of a covariance adds to its divisor, in rows: an inverse Wishart density has |Σ| to the power of -(degrees + D + 1) / 2. */
function countedOf({ degreesOfFreedom }: Prior, { form }: Family, D: number): number {
  if (form.isDense) return degreesOfFreedom + D + 1;
  return (degreesOfFreedom + 2) / (form.isIsotropic ? D : 1);
}

/** Log-density of the parameters under the prior, but for its normalising constant, in nats. */
export function logPrior(prior: Prior, parameters: Parameters, family: Family): number {
  const { nComponents: K, nFeatures: D, means } = parameters;
  const { form } = family;
  const precisions = precisionsOf(parameters);
  const logDets = logDeterminants(parameters);
  // traces and determinants of a block are those of all columns
  const repeats = form.isIsotropic ? D : 1;
  const scale = scaleBlock(prior, family, D);
  const counted = countedOf(prior, family, D);
  const count = sharesCovariance(family.name) ? 1 : K;
  let sum = 0;
  for (let k = 0; k < K; k++) {
    const precision = blockOf(form, precisions, K, k);
    const spread = form.outer(prior.mean.map((value, d) => means[k * D + d] - value));
    let trace = 0;
    for (let i = 0; i < precision.length; i++) {
      trace += precision[i] * (prior.shrinkage * spread[i] + (k < count ? scale[i] : 0));
    }
    sum += repeats * (trace + ((k < count ? counted : 0) + 1) * logDets[form.isShared ? 0 : k]);
  }
  return -sum / 2;
}

/** log|Σ| of every block; of spherical ones the logarithm of the variance. */
function logDeterminants(parameters: Parameters): Float64Array {
  const { nComponents: K, nFeatures: D } = parameters;
  const form = formOf(parameters);
  return withArena((arena) => {
    const roots = rootsOf(arena, parameters);
    return Float64Array.from({ length: blockCount(form, K) }, (_, k) => {
      const block = blockOf(form, roots, K, k);
      const step = form.isDense ? D + 1 : 1;
      let sum = 0;
      for (let i = 0; i < block.length; i += step) sum += 2 * arena.kernels.log(block[i]);
      return sum;
    });
  });
}

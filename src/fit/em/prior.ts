import { covariancesOf, meansOf } from "../../covariance/given.ts";
import type { Parameters } from "../../covariance/parameters.ts";
import { precisionsOf, rootsOf } from "../../covariance/roots.ts";
import { withArena } from "../../engine/arena.ts";
import { runSync } from "../../engine/schedule.ts";
import { nonNegative, wrongNumber } from "../../input/checks.ts";
import type { PriorOptions } from "../../input/options.ts";
import type { Problem } from "./dataset.ts";
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
  const { D, columnMeans, covarianceType } = problem;
  const { shrinkage = SHRINKAGE, degreesOfFreedom = D + 2, mean, scale } = options;
  return {
    shrinkage: nonNegative("prior.shrinkage", shrinkage, "leave it out for 0.01"),
    mean: mean === undefined ? columnMeans : meanOf(mean, D),
    degreesOfFreedom: nonNegative("prior.degreesOfFreedom", degreesOfFreedom, "leave it out for D + 2"),
    scale:
      scale === undefined
        ? standardScale(problem)
        : covarianceType === "full" || covarianceType === "tied"
          ? definite(covariancesOf(scale, "tied", 1, D, "prior.scale"), D)
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
function standardScale(problem: Problem): Float64Array {
  const { arena, N, D, K, covarianceType, columnVariances } = problem;
  const share = N / Math.max(1, N - 1) / arena.kernels.exp((2 / D) * arena.kernels.log(K));
  if (covarianceType === "full" || covarianceType === "tied") {
    return runSync(totalCovariance(problem, SCALE_REG, CONSTANT_SCALE)).map((value) => value * share);
  }
  const variance = columnVariances.reduce((sum, value) => sum + value, 0) / D;
  return Float64Array.of((variance || CONSTANT_SCALE) * share);
}

/**
 * Maximum likelihood estimates to those of the posterior's maximum, in place.
 *
 * @param totalWeight - W: component k has weights[k] W rows. One without rows stays as it is.
 */
export function shrink(prior: Prior, totalWeight: number, parameters: Parameters): void {
  const { covarianceType, nComponents: K, nFeatures: D, weights, means, covariances } = parameters;
  const { shrinkage, mean, degreesOfFreedom, scale } = prior;
  const full = covarianceType === "full" || covarianceType === "tied";
  const size = covarianceType === "tied" ? 0 : covariances.length / K;
  const shift = new Float64Array(D);
  if (covarianceType === "tied") scaleBy(covariances, totalWeight);
  for (let k = 0; k < K; k++) {
    const n = weights[k] * totalWeight;
    if (n === 0) continue;
    const covariance = covariances.subarray(k * size, k * size + (size || covariances.length));
    if (size > 0) scaleBy(covariance, covarianceType === "spherical" ? n * D : n);
    const pull = (shrinkage * n) / (shrinkage + n);
    for (let d = 0; d < D; d++) {
      const at = k * D + d;
      shift[d] = means[at] - mean[d];
      means[at] = mean[d] + (shift[d] * n) / (n + shrinkage);
    }
    for (let i = 0; i < D; i++) {
      if (covarianceType === "spherical") covariance[0] += pull * shift[i] * shift[i];
      else if (!full) covariance[i] += pull * shift[i] * shift[i];
      else {
        // both triangles alike, to the bit
        for (let j = i; j < D; j++) {
          covariance[i * D + j] += pull * shift[i] * shift[j];
          covariance[j * D + i] = covariance[i * D + j];
        }
      }
    }
    if (size > 0) addScale(covariance, scale, degreesOfFreedom + countOf(covarianceType, n, D));
  }
  if (covarianceType === "tied") addScale(covariances, scale, degreesOfFreedom + totalWeight + D + K + 1);
}

/** What n rows and the prior of the mean add to the degrees of freedom, as the density's exponent has them. */
function countOf(covarianceType: Parameters["covarianceType"], n: number, D: number): number {
  if (covarianceType === "full") return n + D + 2;
  return covarianceType === "diag" ? n + 3 : (n + 1) * D + 2;
}

function scaleBy(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}

/** values = (values + scale) / count; a scale of one number is added to all. */
function addScale(values: Float64Array, scale: Float64Array, count: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] + scale[scale.length > 1 ? i : 0]) / count;
}

/** Log-density of the parameters under the prior, but for its normalising constant, in nats. */
export function logPrior(prior: Prior, parameters: Parameters): number {
  const { covarianceType, nComponents: K, nFeatures: D, means } = parameters;
  const { shrinkage, mean, degreesOfFreedom, scale } = prior;
  const precisions = precisionsOf(parameters);
  const full = covarianceType === "full" || covarianceType === "tied";
  const size = covarianceType === "tied" ? 0 : precisions.length / K;
  const length = size || precisions.length;
  const tied = covarianceType === "tied";
  const logDets = logDeterminants(parameters);
  const exponent = degreesOfFreedom + (tied ? D + 1 + K : countOf(covarianceType, 0, D));
  let sum = 0;
  for (let k = 0; k < (tied ? 1 : K); k++) {
    let trace = 0;
    for (let i = 0; i < length; i++) trace += precisions[k * size + i] * scale[scale.length > 1 ? i : 0];
    sum += exponent * logDets[k] + trace;
  }
  for (let k = 0; k < K; k++) {
    for (let i = 0; i < D; i++) {
      const shift = means[k * D + i] - mean[i];
      for (let j = full ? 0 : i; j < (full ? D : i + 1); j++) {
        const at = k * size + (full ? i * D + j : covarianceType === "diag" ? i : 0);
        sum += shrinkage * shift * (means[k * D + j] - mean[j]) * precisions[at];
      }
    }
  }
  return -sum / 2;
}

/** log|Σ| of every covariance; of spherical ones the logarithm of the variance. */
function logDeterminants(parameters: Parameters): Float64Array {
  const { covarianceType, nComponents: K, nFeatures: D } = parameters;
  return withArena((arena) => {
    const roots = rootsOf(arena, parameters);
    const count = covarianceType === "tied" ? 1 : K;
    const size = roots.length / count;
    const step = covarianceType === "full" || covarianceType === "tied" ? D + 1 : 1;
    return Float64Array.from({ length: count }, (_, k) => {
      let sum = 0;
      for (let i = k * size; i < (k + 1) * size; i += step) sum += 2 * arena.kernels.log(roots[i]);
      return sum;
    });
  });
}

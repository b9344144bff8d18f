import { MixtureError } from "../errors.ts";
import { combined, type Normal, normalsOf } from "../model/normals.ts";
import { type MixtureOrComponent, operandOf } from "./operand.ts";

/** Moments of a mixture as a whole. */
export interface Moments {
  /** [D]. */
  readonly mean: Float64Array;
  /** [D, D], row-major, in the unit of the data squared. */
  readonly covariance: Float64Array;
  /** [D]: third central moment over the cube of the standard deviation, of each column. */
  readonly skewness: Float64Array;
  /** [D]: fourth central moment over the square of the variance, less 3 (so that a normal has 0), of each column. */
  readonly kurtosis: Float64Array;
}

/**
 * Mean, covariance, skewness and excess kurtosis of a mixture as one distribution.
 *
 * @param mixture - or one component of a mixture.
 * @throws {TypeError | RangeError} If parameters are malformed.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite, `NOT_FINITE` if a moment overflows.
 * @example
 * moments({ weights: [0.5, 0.5], means: [[-1], [1]], covariances: [[[1]], [[1]]] }).covariance; // [2]
 */
export function moments(mixture: MixtureOrComponent): Moments {
  const model = operandOf("mixture", mixture);
  const normals = normalsOf(model, true);
  const { mean, covariance } = combined(normals);
  if (!covariance.every(Number.isFinite)) {
    throw new MixtureError(
      "NOT_FINITE",
      "mixture: expected moments below 1.8e308, got one that is not finite; divide the columns by their scale",
    );
  }
  const D = mean.length;
  const central = (d: number, term: (shift: number, variance: number) => number): number => {
    const variance = covariance[d * (D + 1)];
    const deviation = Math.sqrt(variance);
    const termOf = (normal: Normal): number =>
      normal.weight * term((normal.mean[d] - mean[d]) / deviation, normal.covariance[d * (D + 1)] / variance);
    return normals.reduce((sum, normal) => sum + termOf(normal), 0);
  };
  return {
    mean,
    covariance,
    skewness: mean.map((_, d) => central(d, (z, v) => z * (z * z + 3 * v))),
    kurtosis: mean.map((_, d) => central(d, (z, v) => z * z * (z * z + 6 * v) + 3 * v * v) - 3),
  };
}

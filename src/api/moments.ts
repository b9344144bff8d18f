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
 * @returns mean [D], covariance [D, D], and skewness and kurtosis of each column.
 * @throws {TypeError | RangeError} If parameters are malformed.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * moments({ weights: [0.5, 0.5], means: [[-1], [1]], covariances: [[[1]], [[1]]] }).covariance; // [2]
 */
export function moments(mixture: MixtureOrComponent): Moments {
  const model = operandOf("mixture", mixture);
  const normals = normalsOf(model, true);
  const { mean, covariance } = combined(normals);
  const D = mean.length;
  // of z, the shifts in standard deviations, and v, the variances over the whole's; weights first, so that nothing overflows
  const central = (d: number, term: (w: number, z: number, v: number) => number): number => {
    const variance = covariance[d * (D + 1)];
    const termOf = (normal: Normal): number =>
      term(normal.weight, (normal.mean[d] - mean[d]) / Math.sqrt(variance), normal.covariance[d * (D + 1)] / variance);
    return normals.reduce((sum, normal) => sum + termOf(normal), 0);
  };
  return {
    mean,
    covariance,
    skewness: mean.map((_, d) => central(d, (w, z, v) => w * z * z * z + 3 * w * z * v)),
    kurtosis: mean.map((_, d) => central(d, (w, z, v) => w * z * z * z * z + 6 * w * z * z * v + 3 * w * v * v) - 3),
  };
}

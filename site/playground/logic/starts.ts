// Where EM begins when it is watched: any rows as means, and the spread of all rows, made smaller, around each.
import type { CovarianceType, Parameters } from "gaussmix";
import { sampleOf, uniform } from "./random.ts";

/** What is looked at of many rows to find their spread. */
const LOOKED_AT = 20_000;

/**
 * @param values - [N, D], row-major.
 * @param D - columns.
 * @param K - components: no more than rows.
 * @param covarianceType - their shape.
 * @param seed - all random choice.
 */
export function randomStart(
  values: Float64Array,
  D: number,
  K: number,
  covarianceType: CovarianceType,
  seed: number,
): Parameters {
  const N = values.length / D;
  const means = new Float64Array(K * D);
  const chosen = sampleOf(N, K, uniform(seed));
  chosen.forEach((row, k) => {
    means.set(values.subarray(row * D, (row + 1) * D), k * D);
  });
  const variances = variancesOf(values, D).map((variance) => variance / K ** (2 / D));
  return {
    covarianceType,
    nComponents: K,
    nFeatures: D,
    weights: new Float64Array(K).fill(1 / K),
    means,
    covariances: covariancesOf(variances, K, covarianceType),
  };
}

/** Covariances of a type with the same variances for all components. */
function covariancesOf(variances: Float64Array, K: number, type: CovarianceType): Float64Array {
  const D = variances.length;
  const mean = variances.reduce((sum, variance) => sum + variance, 0) / D;
  if (type === "spherical") return new Float64Array(K).fill(mean);
  const one = type === "diag" ? variances : new Float64Array(D * D);
  if (type !== "diag") for (let d = 0; d < D; d++) one[d * D + d] = variances[d];
  const copies = type === "tied" ? 1 : K;
  const all = new Float64Array(copies * one.length);
  for (let k = 0; k < copies; k++) all.set(one, k * one.length);
  return all;
}

/** The variance of each column; a little above 0 where a column does not vary. */
export function variancesOf(values: Float64Array, D: number): Float64Array {
  const N = values.length / D;
  const step = Math.max(1, Math.floor(N / LOOKED_AT));
  return Float64Array.from({ length: D }, (_, d) => {
    let count = 0;
    let mean = 0;
    let squares = 0;
    for (let n = 0; n < N; n += step) {
      // Welford 1962
      const off = values[n * D + d] - mean;
      mean += off / ++count;
      squares += off * (values[n * D + d] - mean);
    }
    const variance = count > 0 ? squares / count : 0;
    return variance > 0 ? variance : 1e-6 * (mean * mean || 1);
  });
}

/** What is added to variances in steps, so that a component on equal rows keeps a width: a millionth of the spread. */
export function floorOf(values: Float64Array, D: number): number {
  const variances = variancesOf(values, D);
  return 1e-6 * variances.reduce((least, variance) => Math.min(least, variance), Number.POSITIVE_INFINITY);
}

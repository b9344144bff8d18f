import type { Parameters } from "../model/parameters.ts";

/** Weights that agree to so many parts of 1 count as equal: the rounding of sums must not decide. */
const WEIGHT_STEPS = 1e6;

/**
 * The same mixture with its components in canonical order: the heaviest first, and of equal weights (rounded to a
 * millionth) the one whose mean is smaller in the first column in which they differ. To move or scale the data, or to
 * permute columns, does not change an order by weight; nor does another start that leads to the same solution.
 */
export function ordered(parameters: Parameters): Parameters {
  const { covarianceType, nComponents: K, nFeatures: D, weights, means, covariances } = parameters;
  const order = Array.from({ length: K }, (_, k) => k).sort((a, b) => {
    const heavier = Math.round(weights[b] * WEIGHT_STEPS) - Math.round(weights[a] * WEIGHT_STEPS);
    if (heavier !== 0) return heavier;
    for (let d = 0; d < D; d++) {
      const further = means[a * D + d] - means[b * D + d];
      if (further !== 0) return further;
    }
    return 0;
  });
  const arranged = (values: Float64Array): Float64Array => {
    const size = values.length / K;
    const out = new Float64Array(values.length);
    order.forEach((from, k) => {
      out.set(values.subarray(from * size, (from + 1) * size), k * size);
    });
    return out;
  };
  return {
    ...parameters,
    weights: arranged(weights),
    means: arranged(means),
    covariances: covarianceType === "tied" ? covariances : arranged(covariances),
  };
}

import { formOf } from "../../covariance/forms.ts";
import type { Parameters } from "../../covariance/parameters.ts";
import type { RowSource } from "./row-source.ts";

/** Means that agree to so many parts of a standard deviation count as equal: the rounding of sums must not decide. */
const STEPS = 1e6;

/**
 * The same mixture with its components in canonical order: by their means in the first column, the smallest first; where
 * those agree to a millionth of the column's standard deviation by the next column, and so on; at last by weight, the
 * heaviest first. Other starts that lead to the same solution, other row orders, shifts and units do not change it.
 */
export function ordered({ columnMeans, columnVariances }: RowSource, parameters: Parameters): Parameters {
  const { nComponents: K, nFeatures: D, weights, means, covariances } = parameters;
  const steps = means.map((mean, i) => {
    const d = i % D;
    return columnVariances[d] > 0 ? Math.round(((mean - columnMeans[d]) / Math.sqrt(columnVariances[d])) * STEPS) : 0;
  });
  const order = Array.from({ length: K }, (_, k) => k).sort((a, b) => {
    for (let d = 0; d < D; d++) {
      const further = steps[a * D + d] - steps[b * D + d];
      if (further !== 0) return further;
    }
    return weights[b] - weights[a];
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
    covariances: formOf(parameters).isShared ? covariances : arranged(covariances),
  };
}

import type { Em } from "./em.ts";

/**
 * The parameters as they are, but the first component without rows has half of the heaviest one: the two lie half a
 * standard deviation to each side of where that was, along the column in which it is widest for the data.
 */
export function revived(em: Em): Float64Array {
  const { K, D, covarianceType, columnVariances } = em.problem;
  const vector = em.vector.slice();
  const weights = vector.subarray(0, K);
  const dead = weights.indexOf(0);
  const heaviest = weights.indexOf(Math.max(...weights));
  const covariances = vector.subarray(K + K * D);
  const size = covarianceType === "tied" ? 0 : covariances.length / K;
  const step = { full: D + 1, tied: D + 1, diag: 1, spherical: 0 }[covarianceType];
  let widest = 0;
  const relative = (d: number): number => covariances[heaviest * size + d * step] / (columnVariances[d] || Infinity);
  for (let d = 1; d < D; d++) if (relative(d) > relative(widest)) widest = d;
  const means = vector.subarray(K, K + K * D);
  means.copyWithin(dead * D, heaviest * D, (heaviest + 1) * D);
  covariances.copyWithin(dead * size, heaviest * size, (heaviest + 1) * size);
  const offset = Math.sqrt(covariances[heaviest * size + widest * step]) / 2;
  means[dead * D + widest] += offset;
  means[heaviest * D + widest] -= offset;
  weights[heaviest] /= 2;
  weights[dead] = weights[heaviest];
  return vector;
}

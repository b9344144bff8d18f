import { tileRows } from "../../src/engine/tiles.ts";
import type { GaussianMixture } from "../../src/index.ts";
import { covarianceIndex } from "./forms.mjs";
import type { Shaped } from "./problems.ts";

const EPSILON = Number.EPSILON;

/**
 * Bound on the rounding in a computed total log-likelihood of the rows, to first order.
 *
 * A covariance is C = S H S with S its standard deviations. Cholesky's factor belongs to a matrix whose H differs by at
 * most (D + 1) u in each entry (Higham, ASNA 2e, theorem 10.5; eps = 2 u covers inverting and applying the factor, of the
 * same order). That moves a squared distance q by at most D (D + 1) u |H^-1| q and half the log-determinant by
 * D (D + 1) u |H^-1| / 2; |H^-1| <= tau = trace H^-1 = Σ C_ii (C^-1)_ii. "tied" subtracts whitened rows and means, so there
 * the distance of the mean from the centre of the data counts like q. Then come the roundings of the logarithms and of
 * the sum of N terms in tiles.
 */
export function likelihoodRounding(mixture: GaussianMixture, set: Shaped): number {
  const { nComponents: K, nFeatures: D, covarianceType, covariances, weights } = mixture;
  const [N] = set.shape;
  const responsibilities = mixture.predictProba(set);
  const distances = mixture.mahalanobis(set);
  const toCentre = covarianceType === "tied" ? mixture.mahalanobis([centre(set)]) : new Float64Array(K);
  const tau = taus(mixture);
  const logs = new Float64Array(K);
  for (let k = 0; k < K; k++) {
    for (let d = 0; d < D; d++) {
      const at = covarianceIndex(mixture, k, d, d);
      logs[k] += Math.abs(Math.log(covariances[at])) + 2;
    }
    logs[k] += D * Math.log(tau[k]) + Math.abs(Math.log(weights[k] || 1));
  }
  let factors = 0;
  for (let i = 0; i < N * K; i++) {
    const k = i % K;
    if (responsibilities[i] === 0) continue;
    const reach = distances[i] ** 2 + 1 + 4 * toCentre[k] ** 2;
    factors += responsibilities[i] * (D * (D + 1) * tau[k] * reach + (D + 4) * logs[k]);
  }
  const sizeOfTerms = mixture.scoreSamples(set).reduce((sum, value) => sum + Math.abs(value), 0);
  const T = tileRows(D, N);
  return EPSILON * (factors + (T / 8 + Math.ceil(N / T) + 8) * sizeOfTerms);
}

/**
 * trace H^-1 of each component's covariance, H its correlations: how far a rounding in a covariance is blown up. D for
 * columns without correlation.
 */
export function taus(mixture: GaussianMixture): number[] {
  const { covariances, precisions, nFeatures: D, nComponents: K } = mixture;
  return Array.from({ length: K }, (_, k) => {
    const places = Array.from({ length: D }, (_d, d) => covarianceIndex(mixture, k, d, d));
    return places.reduce((tau, at) => tau + covariances[at] * precisions[at], 0);
  });
}

/** Mean of each column. */
function centre({ data, shape: [N, D] }: Shaped): number[] {
  const means = new Array<number>(D).fill(0);
  data.forEach((value, i) => {
    means[i % D] += value / N;
  });
  return means;
}

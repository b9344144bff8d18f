// Parameters that EM leaves as they are.
import type { FixedSettings } from "../../input/fixed.ts";
import { type Parameters, parameterCount } from "../../model/parameters.ts";
import type { Problem } from "./dataset.ts";

/** Some parameters of one fit, held at their values. */
export class FixedParameters {
  readonly #problem: Problem;
  readonly #fixed: FixedSettings;
  /** What is held, at its place in a vector of the form of `Em.vector`. */
  readonly #held: readonly { readonly at: number; readonly values: Float64Array }[];

  /** @param vector - where the fit starts, in the form of `Em.vector`. */
  constructor(problem: Problem, fixed: FixedSettings, vector: Float64Array) {
    const { K, D, covarianceType } = problem;
    this.#problem = problem;
    this.#fixed = fixed;
    const held: { at: number; values: Float64Array }[] = [];
    const keep = (at: number, length: number): void => {
      held.push({ at, values: vector.slice(at, at + length) });
    };
    if (fixed.weights === "start") keep(0, K);
    else if (fixed.weights) held.push({ at: 0, values: Float64Array.from(fixed.weights) });
    const first = K + K * D;
    const size = covarianceType === "tied" ? 0 : (vector.length - first) / K;
    for (let k = 0; k < K; k++) {
      if (fixed.means[k]) keep(K + k * D, D);
      if (fixed.covariances[k] && size > 0) keep(first + k * size, size);
    }
    if (fixed.covariances[0] && size === 0) keep(first, vector.length - first);
    this.#held = held;
  }

  /** Puts back what is held. */
  restore(vector: Float64Array): void {
    for (const { at, values } of this.#held) vector.set(values, at);
  }

  /**
   * Corrects what an M-step found. Its covariances are about the new means; about a mean that stays, that is a distance δ
   * from the new one, a covariance is larger by δ δ' (in tied ones by the share of the component). With means held, the
   * M-step maximises over the rest in closed form still: the likelihood cannot fall.
   *
   * @param vector - weights, means and covariances of the M-step.
   * @param shift - the [D] that it moved the mean of a component by.
   */
  correct(vector: Float64Array, shift: (k: number) => Float64Array): void {
    const { K, D, covarianceType: type } = this.#problem;
    const covariances = vector.subarray(K + K * D);
    const size = type === "tied" ? 0 : covariances.length / K;
    for (let k = 0; k < K; k++) {
      // a component without rows has not moved
      if (!this.#fixed.means[k] || !(vector[k] > 0)) continue;
      const delta = shift(k);
      const one = covariances.subarray(k * size, size ? (k + 1) * size : undefined);
      const share = type === "tied" ? vector[k] : 1;
      if (type === "spherical") one[0] += delta.reduce((sum, value) => sum + value * value, 0) / D;
      else if (type === "diag") for (let d = 0; d < D; d++) one[d] += delta[d] * delta[d];
      else for (let i = 0; i < D * D; i++) one[i] += share * (delta[Math.floor(i / D)] * delta[i % D]);
    }
    this.restore(vector);
  }
}

/** The number of parameters that a fit was free to choose. */
export function freeParameters({ covarianceType, nComponents, nFeatures }: Parameters, fixed?: FixedSettings): number {
  const all = parameterCount(covarianceType, nComponents, nFeatures);
  if (!fixed) return all;
  const count = (held: readonly boolean[]): number => held.filter((one) => one).length;
  // what one more component would need beside a weight and a mean; of tied covariances there is one
  const means = nComponents * (1 + nFeatures) - 1;
  const covariance = (all - means) / (covarianceType === "tied" ? 1 : nComponents);
  const covariances = covarianceType === "tied" ? Number(fixed.covariances[0]) : count(fixed.covariances);
  return all - (fixed.weights ? nComponents - 1 : 0) - count(fixed.means) * nFeatures - covariances * covariance;
}

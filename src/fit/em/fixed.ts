// Parameters that EM leaves as they are.

import { blockCount, blockOf, formOf, parameterCount } from "../../covariance/forms.ts";
import type { Parameters } from "../../covariance/parameters.ts";
import type { FixedSettings } from "../../input/fixed.ts";
import type { Problem } from "./dataset.ts";

/** Some parameters of one fit, held at their values. */
export class FixedParameters {
  readonly #problem: Problem;
  readonly #fixed: FixedSettings;
  /** What is held, at its place in a vector of the form of `Em.vector`. */
  readonly #held: readonly { readonly at: number; readonly values: Float64Array }[];

  /** @param vector - where the fit starts, in the form of `Em.vector`. */
  constructor(problem: Problem, fixed: FixedSettings, vector: Float64Array) {
    const { K, D, form } = problem;
    this.#problem = problem;
    this.#fixed = fixed;
    const held: { at: number; values: Float64Array }[] = [];
    const keep = (at: number, length: number): void => {
      held.push({ at, values: vector.slice(at, at + length) });
    };
    if (fixed.weights === "start") keep(0, K);
    else if (fixed.weights) held.push({ at: 0, values: Float64Array.from(fixed.weights) });
    const first = K + K * D;
    const size = form.isShared ? 0 : (vector.length - first) / K;
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
    const { K, D, form } = this.#problem;
    const covariances = vector.subarray(K + K * D);
    for (let k = 0; k < K; k++) {
      // a component without rows has not moved
      if (!this.#fixed.means[k] || !(vector[k] > 0)) continue;
      const spread = form.outer(shift(k));
      const block = blockOf(form, covariances, K, k);
      const share = form.isShared ? vector[k] : 1;
      for (let i = 0; i < block.length; i++) block[i] += share * spread[i];
    }
    this.restore(vector);
  }
}

/** The number of parameters that a fit was free to choose. */
export function freeParameters(parameters: Parameters, fixed?: FixedSettings): number {
  const { nComponents, nFeatures } = parameters;
  const form = formOf(parameters);
  const all = parameterCount(form, nComponents, nFeatures);
  if (!fixed) return all;
  const count = (held: readonly boolean[]): number => held.filter((one) => one).length;
  const covariance = form.freeParameters(nFeatures);
  const covariances = count(fixed.covariances.slice(0, blockCount(form, nComponents)));
  return all - (fixed.weights ? nComponents - 1 : 0) - count(fixed.means) * nFeatures - covariances * covariance;
}

// Parameters that EM leaves as they are.

import { familyOf, parameterCount } from "../../covariance/forms.ts";
import type { Parameters } from "../../covariance/parameters.ts";
import { covarianceParameters, sharesCovariance } from "../../input/families.ts";
import type { FixedSettings } from "../../input/fixed.ts";
import type { Problem } from "./problem.ts";

/** Some parameters of one fit, held at their values. */
export class FixedParameters {
  readonly #fixed: FixedSettings;
  /** What is held, at its place in a vector of the form of `Em.vector`. */
  readonly #held: readonly { readonly at: number; readonly values: Float64Array }[];

  /** @param vector - where the fit starts, in the form of `Em.vector`. */
  constructor(problem: Problem, fixed: FixedSettings, vector: Float64Array) {
    const { rows, form, K } = problem;
    const { D } = rows;
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
   * Whether the mean of component k stays: sums about it then say nothing of a new one, and the M-step of what is left
   * maximises over the rest, so that the likelihood cannot fall.
   */
  holdsMean(k: number): boolean {
    return this.#fixed.means[k];
  }
}

/** The number of parameters that a fit was free to choose. */
export function freeParameters(parameters: Parameters, fixed?: FixedSettings): number {
  const { nComponents: K, nFeatures: D } = parameters;
  const all = parameterCount(parameters);
  if (!fixed) return all;
  const count = (held: readonly boolean[]): number => held.filter((one) => one).length;
  const family = familyOf(parameters);
  const one = covarianceParameters(family, 1, D);
  const covariances = sharesCovariance(family) ? Number(fixed.covariances[0]) : count(fixed.covariances);
  return all - (fixed.weights ? K - 1 : 0) - count(fixed.means) * D - covariances * one;
}

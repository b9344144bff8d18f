// How far components, or two mixtures, share the same ground.
import { misclassifications } from "../model/misclassification.ts";
import type { Estimate } from "../model/monte-carlo.ts";
import { factored, normalsOf } from "../model/normals.ts";
import { bothParts, contrast } from "./divergence.ts";
import type { MixtureParameters } from "./mixture.ts";
import { type EstimateOptions, estimateSettings, type MixtureOrComponent, modelFrom, operandsOf } from "./operand.ts";

/** How often rows of one component are taken for another's. */
export interface Overlap {
  /**
   * [K, K]: how likely a row drawn from component i is taken for one of j, were there only these two; 1 where i = j.
   */
  readonly probabilities: Float64Array;
  /** [K, K]: standard errors of the probabilities; 0 where they are exact. */
  readonly standardErrors: Float64Array;
  /** The overlap of a pair, (i, j) and (j, i) together: its mean over the pairs. 0 for one component. */
  readonly mean: number;
  /** The largest overlap of a pair. */
  readonly max: number;
}

/**
 * Overlap of the components, pair by pair, as the probability that a row drawn from one has the larger weighted density
 * under the other (Maitra & Melnykov 2010). Exact for equal covariances and in one dimension; otherwise one direction is
 * integrated exactly and the others by random rows.
 *
 * @throws {TypeError | RangeError} If parameters or options are malformed.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const { probabilities, max } = overlap(mixture);
 */
export function overlap(mixture: MixtureParameters, options: EstimateOptions = {}): Overlap {
  const { nSamples, seed } = estimateSettings(options);
  const normals = normalsOf(modelFrom("mixture", mixture)).map(factored);
  const K = normals.length;
  const probabilities = new Float64Array(K * K).fill(1);
  const standardErrors = new Float64Array(K * K);
  const pairs: number[] = [];
  for (let i = 0; i < K; i++) {
    misclassifications(normals, i, nSamples, seed).forEach(({ value, standardError }, j) => {
      if (i === j) return;
      probabilities[i * K + j] = value;
      standardErrors[i * K + j] = standardError;
      if (j < i) pairs.push(value + probabilities[j * K + i]);
    });
  }
  const total = pairs.reduce((sum, pair) => sum + pair, 0);
  return {
    probabilities,
    standardErrors,
    mean: total / Math.max(1, pairs.length),
    max: pairs.reduce((most, pair) => Math.max(most, pair), 0),
  };
}

/**
 * Overlap coefficient ∫ min(p, q) (Weitzman 1970): 1 where p and q are the same, near 0 where they hardly meet. For two
 * normals exact or estimated as {@link overlap} is; for mixtures a mean over rows drawn half from p, half from q.
 *
 * @param p - a mixture or a component.
 * @param q - another over the same columns.
 * @throws as {@link overlap}, and {RangeError} if the columns differ.
 * @example
 * overlapCoefficient({ mixture, component: 0 }, { mixture, component: 1 });
 */
export function overlapCoefficient(
  p: MixtureOrComponent,
  q: MixtureOrComponent,
  options: EstimateOptions = {},
): Estimate {
  const models = operandsOf(p, q);
  const { nSamples, seed } = estimateSettings(options);
  const [partsP, partsQ] = bothParts(...models);
  if (partsP.length > 1 || partsQ.length > 1) return contrast(models, options, (u) => (2 * u) / (1 + u));
  const both = [...partsP, ...partsQ];
  const [there, back] = [0, 1].map((k) => misclassifications(both, k, nSamples, seed)[1 - k]);
  // not independent: their errors add up
  return { value: there.value + back.value, standardError: there.standardError + back.standardError };
}

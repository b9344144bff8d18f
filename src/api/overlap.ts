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
  /** [K, K]: standard errors of the probabilities: 0, as they are exact. */
  readonly standardErrors: Float64Array;
  /** The overlap of a pair, (i, j) and (j, i) together: its mean over the pairs. 0 for one component. */
  readonly mean: number;
  /** The largest overlap of a pair. */
  readonly max: number;
}

/**
 * Overlap of the components, pair by pair, as the probability that a row drawn from one has the larger weighted density
 * under the other (Maitra & Melnykov 2010): exact, by a closed form or an integral in the complex plane. Each is right to
 * 1e-9 of itself, or to 1e-15 where that is more. Nothing is drawn: options do not change the result.
 *
 * @param mixture - or its parameters.
 * @param options - as for the divergences; they are checked and have no effect.
 * @returns the probabilities, their standard errors (0), and mean and largest overlap of a pair.
 * @throws {TypeError | RangeError} If parameters or options are malformed.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const { probabilities, max } = overlap(mixture);
 */
export function overlap(mixture: MixtureParameters, options: EstimateOptions = {}): Overlap {
  estimateSettings(options);
  const normals = normalsOf(modelFrom("mixture", mixture)).map(factored);
  const K = normals.length;
  const probabilities = new Float64Array(K * K).fill(1);
  const pairs: number[] = [];
  for (let i = 0; i < K; i++) {
    for (let j = 0; j < i; j++) {
      const [there, back] = misclassifications(normals[j], normals[i]);
      probabilities[j * K + i] = there;
      probabilities[i * K + j] = back;
      pairs.push(there + back);
    }
  }
  const total = pairs.reduce((sum, pair) => sum + pair, 0);
  return {
    probabilities,
    standardErrors: new Float64Array(K * K),
    mean: total / Math.max(1, pairs.length),
    max: pairs.reduce((most, pair) => Math.max(most, pair), 0),
  };
}

/**
 * Overlap coefficient ∫ min(p, q) (Weitzman 1970): 1 where p and q are the same, near 0 where they hardly meet. For two
 * normals exact, as {@link overlap} is; for mixtures a mean over rows drawn half from p, half from q.
 *
 * @param p - a mixture or a component.
 * @param q - another over the same columns.
 * @param options - `nSamples`, how many rows to draw where there is no formula (default 10,000), and `seed` (default 0).
 * @returns the coefficient and its standard error (0 for two normals).
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
  estimateSettings(options);
  const [partsP, partsQ] = bothParts(...models);
  if (partsP.length > 1 || partsQ.length > 1) return contrast(models, options, (u) => (2 * u) / (1 + u));
  const [there, back] = misclassifications(partsP[0], partsQ[0]);
  return { value: there + back, standardError: 0 };
}

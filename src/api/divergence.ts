// How much there is in a mixture, and how far two distributions lie apart: entropy and divergences, in nats.

import { formOf } from "../covariance/forms.ts";
import type { Matrix } from "../input/data.ts";
import { commonGround } from "../model/affinity.ts";
import { entropyBounds, klVariational } from "../model/bounds.ts";
import { expOf, logOf } from "../model/elementary.ts";
import type { Model } from "../model/model.ts";
import { type Estimate, meansOver } from "../model/monte-carlo.ts";
import { entropyOf, type FactoredNormal, factored, klOf, normalsOf } from "../model/normals.ts";
import { scoreRows } from "../model/score.ts";
import { type EstimateOptions, estimateSettings, type MixtureOrComponent, operandOf, operandsOf } from "./operand.ts";

/** Differential entropy, in nats, between bounds that hold for certain. */
export interface Entropy extends Estimate {
  /** A bound from below. */
  readonly lower: number;
  /** A bound from above: for a mixture at most the entropy of a normal with its covariance. */
  readonly upper: number;
}

/** Kullback-Leibler divergence, in nats. */
export interface KlDivergence extends Estimate {
  /** A closed form near the value (Hershey & Olsen 2007, variational approximation). */
  readonly approximation: number;
  /** A bound that holds for certain (their variational upper bound). */
  readonly upper: number;
}

/** Bhattacharyya's measures of affinity. */
export interface Bhattacharyya {
  /** ∫ sqrt(p q): 1 where p and q are the same, near 0 where they hardly meet. */
  readonly coefficient: number;
  /** -log coefficient, in nats. */
  readonly distance: number;
  /** Of the distance; times the coefficient, of the coefficient. */
  readonly standardError: number;
}

/** The components that have weight. */
function partsOf(model: Model, dense?: boolean): FactoredNormal[] {
  return normalsOf(model, dense)
    .map(factored)
    .filter(({ weight }) => weight > 0);
}

/** The components of two models that have weight, in one form. */
export function bothParts(p: Model, q: Model): [FactoredNormal[], FactoredNormal[]] {
  const dense = formOf(p).isDense || formOf(q).isDense;
  return [partsOf(p, dense), partsOf(q, dense)];
}

function densityOf(model: Model, rows: Matrix): Float64Array {
  const density = new Float64Array(rows.nRows);
  scoreRows(model, rows, { density });
  return density;
}

/**
 * Differential entropy -∫ p log p: exact for one component; for more, a mean over rows drawn from the mixture, and bounds
 * (Huber, Bailey, Durrant-Whyte & Hanebeck 2008).
 *
 * @param mixture - or one component of a mixture.
 * @param options - `nSamples`, how many rows to draw where there is no formula (default 10,000), and `seed` (default 0).
 * @returns the entropy, its standard error (0 where exact), and bounds that hold for certain.
 * @throws {TypeError | RangeError} If parameters or options are malformed.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const { value, standardError } = entropy(mixture, { nSamples: 100_000 });
 */
export function entropy(mixture: MixtureOrComponent, options: EstimateOptions = {}): Entropy {
  const { nSamples, seed } = estimateSettings(options);
  const model = operandOf("mixture", mixture);
  const parts = partsOf(model);
  if (parts.length === 1) {
    const value = entropyOf(parts[0]);
    return { value, standardError: 0, lower: value, upper: value };
  }
  const [estimate] = meansOver(model, nSamples, seed, (rows) => densityOf(model, rows).map((value) => -value));
  return { ...estimate, ...entropyBounds(parts) };
}

/**
 * Kullback-Leibler divergence of q from p, ∫ p log(p / q): exact for two normals; otherwise a mean over rows drawn from p
 * (near 0 it may come out below), with an approximation and an upper bound in closed form (Hershey & Olsen 2007).
 *
 * @param p - a mixture or a component: what is true.
 * @param q - another over the same columns: what is taken in its place.
 * @param options - `nSamples`, how many rows to draw where there is no formula (default 10,000), and `seed` (default 0).
 * @returns the divergence, its standard error (0 where exact), an approximation, and a bound that holds for certain.
 * @throws {TypeError | RangeError} If parameters or options are malformed, or the columns differ.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * klDivergence(mixture, { mixture, component: 0 });
 * klDivergence({ mixture, component: 0 }, { mixture, component: 1 }).value; // exact
 */
export function klDivergence(
  p: MixtureOrComponent,
  q: MixtureOrComponent,
  options: EstimateOptions = {},
): KlDivergence {
  const { nSamples, seed } = estimateSettings(options);
  const [modelP, modelQ] = operandsOf(p, q);
  const [partsP, partsQ] = bothParts(modelP, modelQ);
  if (partsP.length === 1 && partsQ.length === 1) {
    const value = klOf(partsP[0], partsQ[0]);
    return { value, standardError: 0, approximation: value, upper: value };
  }
  const [estimate] = meansOver(modelP, nSamples, seed, (rows) => {
    const other = densityOf(modelQ, rows);
    return densityOf(modelP, rows).map((density, n) => density - other[n]);
  });
  return { ...estimate, ...klVariational(partsP, partsQ) };
}

/**
 * ∫ ½ (p + q) f with f between 0 and 1 or thereabouts: half of the rows from each side.
 *
 * @param f - of u = min(p, q) / max(p, q) and |log p - log q|.
 */
export function contrast(
  [p, q]: readonly [Model, Model],
  options: EstimateOptions,
  f: (u: number, gap: number) => number,
): Estimate {
  const { nSamples, seed } = estimateSettings(options);
  const [a, b] = [p, q].map(
    (model, part) =>
      meansOver(
        model,
        Math.max(2, Math.floor((nSamples + part) / 2)),
        seed,
        (rows) => {
          const other = densityOf(q, rows);
          return densityOf(p, rows).map((density, n) => {
            const gap = Math.abs(density - other[n]);
            return f(expOf(-gap), gap);
          });
        },
        part,
      )[0],
  );
  const spread = a.standardError * a.standardError + b.standardError * b.standardError;
  return { value: (a.value + b.value) / 2, standardError: Math.sqrt(spread) / 2 };
}

/**
 * Jensen-Shannon divergence, ½ KL(p || m) + ½ KL(q || m) with m = ½ (p + q): from 0 to log 2. A mean over rows drawn half
 * from p, half from q (Lin 1991).
 *
 * @param p - a mixture or a component.
 * @param q - another over the same columns.
 * @param options - `nSamples`, how many rows to draw where there is no formula (default 10,000), and `seed` (default 0).
 * @returns the divergence, from 0 to log 2 but for chance, and its standard error.
 * @throws as {@link klDivergence}.
 * @example
 * jsDivergence(mixture, { mixture, component: 0 }, { nSamples: 100_000 }).value;
 */
export function jsDivergence(p: MixtureOrComponent, q: MixtureOrComponent, options: EstimateOptions = {}): Estimate {
  // log 2 + s log s + t log t, s and t = u / (1 + u) the shares of p and q in the density
  return contrast(operandsOf(p, q), options, (u, gap) => -logOf((1 + u) / 2) - (gap * u) / (1 + u));
}

/**
 * Bhattacharyya coefficient ∫ sqrt(p q) and distance (Bhattacharyya 1943): exact for two normals. For mixtures the rows are
 * drawn where the components of p and q meet, so that the error stays small beside the coefficient however far apart
 * they lie: at most sqrt(Kp Kq / nSamples) of it.
 *
 * @param p - a mixture or a component.
 * @param q - another over the same columns.
 * @param options - `nSamples`, how many rows to draw where there is no formula (default 10,000), and `seed` (default 0).
 * @returns the coefficient, the distance, and the standard error of the distance (0 where exact).
 * @throws as {@link klDivergence}.
 * @example
 * bhattacharyya({ mixture, component: 0 }, { mixture, component: 1 }).distance;
 */
export function bhattacharyya(
  p: MixtureOrComponent,
  q: MixtureOrComponent,
  options: EstimateOptions = {},
): Bhattacharyya {
  const { nSamples, seed } = estimateSettings(options);
  const models = operandsOf(p, q);
  const parts = bothParts(...models);
  const { logTotal, mixture } = commonGround(...parts);
  const exact = parts.every(({ length }) => length === 1);
  // sqrt(p q) over the density drawn from is 1 / (Σ sqrt(r) Σ sqrt(s)), r and s the responsibilities in p and in q
  const [{ value, standardError }] = meansOver(mixture, exact ? 2 : nSamples, seed, (rows) => {
    const [r, s] = models.map((model) => rootSums(model, rows));
    return r.map((root, n) => 1 / (root * s[n]));
  });
  const distance = 0 - logTotal - logOf(value); // from 0, so that it is not -0
  return { coefficient: expOf(-distance), distance, standardError: standardError / value };
}

/** Σ_k sqrt(responsibility of component k), of each row. */
function rootSums(model: Model, rows: Matrix): Float64Array {
  const { nComponents: K } = model;
  const responsibilities = new Float64Array(rows.nRows * K);
  scoreRows(model, rows, { responsibilities });
  const sums = new Float64Array(rows.nRows);
  responsibilities.forEach((r, i) => {
    sums[Math.floor(i / K)] += Math.sqrt(r);
  });
  return sums;
}

import type { Formed } from "./forms.mjs";

/** A mixture or a start: what the comparisons read of it. */
export interface Compared extends Formed {
  readonly nComponents: number;
  readonly weights: ArrayLike<number>;
  readonly means: ArrayLike<number>;
}

/** Largest |a - b| / scale(i); NaN, which no bound passes, where a number is missing or NaN. */
export function worst(a: ArrayLike<number>, b: ArrayLike<number>, scale: (i: number) => number): number {
  if (a.length !== b.length) return Number.NaN;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const error = a[i] === b[i] ? 0 : Math.abs(a[i] - b[i]) / scale(i);
    if (!(error <= largest)) largest = error;
  }
  return largest;
}

/** sqrt(variance_i variance_j) of entry (i, j): what an off-diagonal entry, which may be 0, is measured by. */
export function covarianceScale(model: Compared): (i: number) => number {
  const { covarianceType, nFeatures: D, covariances } = model;
  if (covarianceType === "diag" || covarianceType === "spherical") return (i) => Math.abs(covariances[i]);
  return (at) => {
    const start = at - (at % (D * D));
    const i = Math.floor((at - start) / D);
    const j = at % D;
    return Math.sqrt(covariances[start + i * D + i] * covariances[start + j * D + j]);
  };
}

/** How far two mixtures are apart, parameter by parameter. */
export interface Distance {
  /** Relative to each weight. */
  readonly weights: number;
  /** In standard deviations of the column. */
  readonly means: number;
  /** Relative to sqrt(variance_i variance_j). */
  readonly covariances: number;
}

/**
 * The worst difference of each kind of parameter, each on its own scale.
 *
 * A mean is measured in standard deviations of its column, not by itself: a mean may be 0, and moving the origin of a
 * scale must not change how wrong it is. Where a column lies far from 0 in its own units this is the stricter of the two.
 */
export function distance(actual: Compared, expected: Compared, spread: ArrayLike<number>): Distance {
  const D = expected.nFeatures;
  return {
    weights: worst(actual.weights, expected.weights, (k) => expected.weights[k]),
    means: worst(actual.means, expected.means, (i) => spread[i % D]),
    covariances: worst(actual.covariances, expected.covariances, covarianceScale(expected)),
  };
}

/** The largest of the three; NaN stays NaN. */
export function largest({ weights, means, covariances }: Distance): number {
  return Math.max(weights, means, covariances);
}

/** Whether two lists hold the same bits; -0 is not 0. */
export function sameBits(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

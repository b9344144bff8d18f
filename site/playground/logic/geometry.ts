// Means and covariances as the picture needs them: ellipses over two columns, and what dragging does to them.
import type { CovarianceType, Parameters } from "gaussmix";

/** The covariance over two columns: variance of the first, covariance, variance of the second. */
export type Pair = readonly [xx: number, xy: number, yy: number];

/** An ellipse of one standard deviation: half-lengths, the longer first, and its direction in radians. */
export interface Axes {
  readonly long: number;
  readonly short: number;
  readonly angle: number;
}

/** Half-lengths in standard deviations of the ellipse with this share of a component of two columns. */
export function radiusOf(mass: number): number {
  return Math.sqrt(-2 * Math.log(1 - mass));
}

/** The whole covariance matrix of a component, [D, D]. */
export function matrixOf({ covarianceType, covariances, nFeatures: D }: Parameters, k: number): Float64Array {
  if (covarianceType === "full") return covariances.slice(k * D * D, (k + 1) * D * D);
  if (covarianceType === "tied") return covariances.slice();
  const matrix = new Float64Array(D * D);
  for (let d = 0; d < D; d++) matrix[d * D + d] = covarianceType === "diag" ? covariances[k * D + d] : covariances[k];
  return matrix;
}

/** The covariance of a component over columns i and j. */
export function pairOf(parameters: Parameters, k: number, i: number, j: number): Pair {
  const D = parameters.nFeatures;
  const matrix = matrixOf(parameters, k);
  return [matrix[i * D + i], matrix[i * D + j], matrix[j * D + j]];
}

/** The axes of a covariance: eigenvalues of a matrix of two rows. */
export function axesOf([xx, xy, yy]: Pair): Axes {
  const middle = (xx + yy) / 2;
  const half = Math.hypot((xx - yy) / 2, xy);
  const angle = half === 0 ? 0 : Math.atan2(2 * xy, xx - yy) / 2;
  // the product of both is the determinant: no digits are lost where the ellipse is thin
  const large = middle + half;
  const small = large > 0 ? Math.max(0, (xx * yy - xy * xy) / large) : 0;
  return { long: Math.sqrt(large), short: Math.sqrt(small), angle };
}

/** The covariance with given axes. */
export function pairWith({ long, short, angle }: Axes): Pair {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const [a, b] = [long * long, short * short];
  return [a * cos * cos + b * sin * sin, (a - b) * sin * cos, a * sin * sin + b * cos * cos];
}

/** A symmetric square root, or with `power` -0.5 that of the inverse: [xx, xy, yy]. */
function rootOf(pair: Pair, power: 0.5 | -0.5): Pair {
  const { long, short, angle } = axesOf(pair);
  const sign = power > 0 ? 1 : -1;
  return pairWith({ long: long ** (sign / 2), short: short ** (sign / 2), angle });
}

/** Parameters with the mean of a component elsewhere in some columns. */
export function withMean(parameters: Parameters, k: number, at: ReadonlyMap<number, number>): Parameters {
  const means = parameters.means.slice();
  for (const [column, value] of at) means[k * parameters.nFeatures + column] = value;
  return { ...parameters, means };
}

/**
 * Parameters where a component has another covariance over columns i and j. The other columns follow by the linear map
 * that makes the new ellipse of the old one, so that the matrix stays positive definite; the type of the covariances
 * keeps what it can hold.
 */
export function withPair(parameters: Parameters, k: number, i: number, j: number, pair: Pair): Parameters {
  const D = parameters.nFeatures;
  const [a, b, c] = rootOf(pair, 0.5);
  const [p, q, r] = rootOf(pairOf(parameters, k, i, j), -0.5);
  const map = [a * p + b * q, a * q + b * r, b * p + c * q, b * q + c * r];
  const matrix = matrixOf(parameters, k);
  for (let d = 0; d < D; d++) mapPair(matrix, d * D + i, d * D + j, map);
  for (let d = 0; d < D; d++) mapPair(matrix, i * D + d, j * D + d, map);
  // rounding may leave the two halves a bit apart
  for (let d = 0; d < D; d++) for (let e = 0; e < d; e++) matrix[d * D + e] = matrix[e * D + d];
  return withMatrix(parameters, k, matrix);
}

function mapPair(matrix: Float64Array, first: number, second: number, map: readonly number[]): void {
  const [u, v] = [matrix[first], matrix[second]];
  matrix[first] = map[0] * u + map[1] * v;
  matrix[second] = map[2] * u + map[3] * v;
}

/** Parameters where a component has another variance in column i; all of it, where there is only one. */
export function withVariance(parameters: Parameters, k: number, i: number, variance: number): Parameters {
  const D = parameters.nFeatures;
  const matrix = matrixOf(parameters, k);
  const factor = Math.sqrt(variance / matrix[i * D + i]);
  for (let d = 0; d < D; d++) {
    matrix[d * D + i] *= factor;
    matrix[i * D + d] *= factor;
  }
  return withMatrix(parameters, k, matrix);
}

function withMatrix(parameters: Parameters, k: number, matrix: Float64Array): Parameters {
  const { nFeatures: D, covarianceType } = parameters;
  const covariances = parameters.covariances.slice();
  const diagonal = Float64Array.from({ length: D }, (_, d) => matrix[d * D + d]);
  const put: Readonly<Record<CovarianceType, () => void>> = {
    full: () => covariances.set(matrix, k * D * D),
    tied: () => covariances.set(matrix),
    diag: () => covariances.set(diagonal, k * D),
    spherical: () => covariances.fill(diagonal.reduce((sum, v) => sum + v, 0) / D, k, k + 1),
  };
  put[covarianceType]();
  return { ...parameters, covariances };
}

/** Parameters part of the way from one mixture to another of the same shape: covariances stay positive definite. */
export function partWay(from: Parameters, to: Parameters, share: number): Parameters {
  const isAlike = from.nComponents === to.nComponents && from.covariances.length === to.covariances.length;
  if (share >= 1 || !isAlike || from.nFeatures !== to.nFeatures) return to;
  const mix = (a: Float64Array, b: Float64Array): Float64Array => b.map((value, i) => a[i] + (value - a[i]) * share);
  return {
    ...to,
    weights: mix(from.weights, to.weights),
    means: mix(from.means, to.means),
    covariances: mix(from.covariances, to.covariances),
  };
}

// Components with the same parameters: a saddle, which EM by itself does not leave.

import type { Form } from "../../covariance/form.ts";
import { familyOf, formOf } from "../../covariance/forms.ts";
import { type Parameters, variancesOf } from "../../covariance/parameters.ts";
import { precisionsOf } from "../../covariance/roots.ts";
import { runSync } from "../../engine/schedule.ts";
import { sharesCovariance } from "../../input/families.ts";
import type { RowSource } from "../em/row-source.ts";
import { totalCovariance } from "../em/total-covariance.ts";

/** Twins are closer than this in the symmetrised divergence of Kullback and Leibler, in nats: some 1/100 of a standard deviation. */
const APART = 1e-4;
/** Means that are farther apart than this share of a standard deviation in some column are no twins'. */
const FAR = 0.02;

/** Pairs of components that are the same but for their weights, the first of each being the first of its kind. */
export function twinsOf(parameters: Parameters): (readonly [first: number, second: number])[] {
  const { nComponents: K, nFeatures: D, weights, means } = parameters;
  const pairs: [number, number][] = [];
  if (K === 1) return pairs;
  const form = formOf(parameters);
  const { covariances } = parameters;
  const size = form.isShared ? 0 : covariances.length / K;
  let variances: Float64Array | undefined;
  let precisions: Float64Array | undefined;
  const areTwins = (j: number, k: number): boolean => {
    for (let d = 0; d < D; d++) {
      const variance = covariances[j * size + form.at(d, d, D)];
      if (!(Math.abs(means[j * D + d] - means[k * D + d]) <= FAR * Math.sqrt(variance))) return false;
    }
    if (!form.isDense) {
      variances ??= variancesOf(parameters);
      return divergenceOfVariances(means, variances, D, j, k) <= APART;
    }
    precisions ??= precisionsOf(parameters);
    return divergence(parameters, precisions, j, k) <= APART;
  };
  for (let k = 1; k < K; k++) {
    if (weights[k] === 0) continue;
    for (let j = 0; j < k; j++) {
      if (weights[j] === 0 || pairs.some(([, second]) => second === j) || !areTwins(j, k)) continue;
      pairs.push([j, k]);
      break;
    }
  }
  return pairs;
}

function divergenceOfVariances(means: Float64Array, variances: Float64Array, D: number, j: number, k: number): number {
  let sum = 0;
  for (let d = 0; d < D; d++) {
    const apart = means[j * D + d] - means[k * D + d];
    const [a, b] = [variances[j * D + d], variances[k * D + d]];
    sum += (a + apart * apart) / b + (b + apart * apart) / a - 2;
  }
  return sum / 2;
}

/** ½ tr(Σ_j⁻¹ Σ_k + Σ_k⁻¹ Σ_j) - D + ½ δ' (Σ_j⁻¹ + Σ_k⁻¹) δ, of full or tied covariances. */
function divergence(parameters: Parameters, precisions: Float64Array, j: number, k: number): number {
  const { nFeatures: D, means, covariances } = parameters;
  const size = formOf(parameters).isShared ? 0 : D * D;
  let sum = -2 * D;
  for (let a = 0; a < D; a++) {
    const apart = means[j * D + a] - means[k * D + a];
    for (let b = 0; b < D; b++) {
      const at = a * D + b;
      const square = apart * (means[j * D + b] - means[k * D + b]);
      sum += precisions[j * size + at] * (covariances[k * size + at] + square);
      sum += precisions[k * size + at] * (covariances[j * size + at] + square);
    }
  }
  return sum / 2;
}

/** Components that add nothing to the density: without weight, or the same as one before them. */
export function idleComponents(parameters: Parameters): number[] {
  const idle: number[] = [];
  parameters.weights.forEach((weight, k) => {
    if (weight === 0) idle.push(k);
  });
  for (const [, second] of twinsOf(parameters)) idle.push(second);
  return idle;
}

/**
 * The same density, with the second of each pair of twins given up: its weight goes to the first, and it gets the mean and
 * covariance of all rows, with weight 0.
 */
export function withoutTwins(rows: RowSource, parameters: Parameters): Parameters {
  const pairs = twinsOf(parameters);
  if (pairs.length === 0) return parameters;
  const { nFeatures: D } = parameters;
  const [weights, means, covariances] = [
    parameters.weights.slice(),
    parameters.means.slice(),
    parameters.covariances.slice(),
  ];
  for (const [first, second] of pairs) {
    weights[first] += weights[second];
    weights[second] = 0;
    means.set(rows.columnMeans, second * D);
    if (!sharesCovariance(familyOf(parameters)))
      covariances.set(wholeCovariance(rows, formOf(parameters)), (second * covariances.length) / weights.length);
  }
  return { ...parameters, weights, means, covariances };
}

/** The covariance of all rows in the shape of the type; not singular. */
function wholeCovariance(rows: RowSource, form: Form): Float64Array {
  if (form.isDense) return runSync(totalCovariance(rows, 1e-6, 1));
  return form.ofVariances(rows.columnVariances.map((variance) => variance || 1));
}

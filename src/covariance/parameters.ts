// The parameters of a mixture, and its covariances written in other ways.
import type { CovarianceType, FamilyName } from "../input/options.ts";
import { blockOf, formOf, variancesIn } from "./forms.ts";

/** The parameters of a mixture of K components over D columns, flat and row-major. */
export interface Parameters {
  /** The shape of the covariances. */
  readonly covarianceType: CovarianceType;
  /** The family that the covariances are of, where it is narrower than their shape says. */
  readonly family?: FamilyName | undefined;
  /** The number of components K. */
  readonly nComponents: number;
  /** The number of columns D. */
  readonly nFeatures: number;
  /** [K], 0 or more, sum 1. */
  readonly weights: Float64Array;
  /** [K, D]. */
  readonly means: Float64Array;
  /** "full" [K, D, D], "tied" [D, D], "diag" [K, D], "spherical" [K]. */
  readonly covariances: Float64Array;
}

/** Covariances and their form. */
export type Covariances = Omit<Parameters, "weights" | "means">;

/** The variances [K, D]. */
export function variancesOf(parameters: Covariances): Float64Array {
  const { nComponents: K, nFeatures: D, covariances } = parameters;
  const form = formOf(parameters);
  const variances = new Float64Array(K * D);
  for (let k = 0; k < K; k++) variances.set(variancesIn(form, blockOf(form, covariances, K, k), D), k * D);
  return variances;
}

/** The covariances as matrices [K, D, D]. */
export function matricesOf(parameters: Covariances): Float64Array {
  const { nComponents: K, nFeatures: D, covariances } = parameters;
  const form = formOf(parameters);
  const size = D * D;
  const matrices = new Float64Array(K * size);
  if (form.isDense) return matrices.map((_, i) => covariances[i % covariances.length]);
  variancesOf(parameters).forEach((variance, i) => {
    matrices[Math.floor(i / D) * size + (i % D) * (D + 1)] = variance;
  });
  return matrices;
}

/** Σ_k weight_k Σ_k, as a block. */
export function withinCovariance(parameters: Parameters): Float64Array {
  const { nComponents: K, weights, covariances } = parameters;
  if (formOf(parameters).isShared) return covariances;
  const size = covariances.length / K;
  const within = new Float64Array(size);
  for (let k = 0; k < K; k++) {
    for (let i = 0; i < size; i++) within[i] += weights[k] * covariances[k * size + i];
  }
  return within;
}

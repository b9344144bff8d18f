// Components taken one by one, as normals, and what is known of one, of two, or of some together in closed form.
//
// A matrix here has blocks along its diagonal and nothing else: one of D x D, or D of 1 x 1 where covariances are
// diagonal. Its length tells which: `side` = length / D. Row i begins at i * side, with column `i - (i % side)`.

import { FULL } from "../covariance/dense.ts";
import { DIAG } from "../covariance/diag.ts";
import { formOf } from "../covariance/forms.ts";
import { matricesOf, type Parameters, variancesOf } from "../covariance/parameters.ts";
import { pivotTolerance, precisionsOf, singularCovariance } from "../covariance/roots.ts";
import { withArena } from "../engine/arena.ts";
import { joined, sumOf } from "./sums.ts";

/** One component. */
export interface Normal {
  /** Its share of the mixture. */
  readonly weight: number;
  /** [D]. */
  readonly mean: Float64Array;
  /** In blocks, see above. */
  readonly covariance: Float64Array;
}

/** The factors of a covariance: L L', in blocks. */
interface Factor {
  /** U = L', upper triangles. */
  readonly root: Float64Array;
  /** P = L⁻¹, lower triangles. */
  readonly inverse: Float64Array;
  readonly logDet: number;
}

export type FactoredNormal = Normal & Factor;

/**
 * The components, their weights divided by the sum.
 *
 * @param dense - whether to write covariances out as one block. Default: where they are not diagonal.
 */
export function normalsOf(parameters: Parameters, dense: boolean = formOf(parameters).isDense): Normal[] {
  const { nComponents: K, nFeatures: D, weights, means } = parameters;
  const total = sumOf(weights);
  const covariances = dense ? matricesOf(parameters) : variancesOf(parameters);
  const length = covariances.length / K;
  return Array.from(weights, (weight, k) => ({
    weight: weight / total,
    mean: means.subarray(k * D, (k + 1) * D),
    covariance: covariances.subarray(k * length, (k + 1) * length),
  }));
}

/** The parameters of a mixture of normals: "full" or "diag", as their blocks are. */
export function mixtureOf(normals: readonly Normal[]): Parameters {
  const nFeatures = normals[0].mean.length;
  return {
    covarianceType: (normals[0].covariance.length > nFeatures ? FULL : DIAG).name,
    nComponents: normals.length,
    nFeatures,
    weights: Float64Array.from(normals, ({ weight }) => weight),
    means: joined(normals.map(({ mean }) => mean)),
    covariances: joined(normals.map(({ covariance }) => covariance)),
  };
}

/** Normals, each with the inverse of its covariance. */
export function withInverse<T extends Normal>(normals: readonly T[]): (T & { readonly precision: Float64Array })[] {
  const inverses = precisionsOf(mixtureOf(normals));
  const { length } = normals[0].covariance;
  return normals.map((normal, k) => ({ ...normal, precision: inverses.subarray(k * length, (k + 1) * length) }));
}

/** A normal with the factors of its covariance; where that is singular, or all but, `logDet` is Infinity. */
export function factored(normal: Normal): FactoredNormal {
  const { mean, covariance } = normal;
  const D = mean.length;
  const { length } = covariance;
  const side = length / D;
  return withArena((arena) => {
    const u = arena.copyOf(covariance);
    const p = arena.f64(length);
    const diagonal = arena.f64(D);
    let status = 0;
    for (let at = 0; at < length * 8; at += side * side * 8) {
      status += arena.kernels.cholesky(u + at, side, pivotTolerance(side));
      arena.kernels.invertFactor(u + at, p + at, side);
    }
    const root = arena.readF64(u, length);
    const logs = arena.viewF64(diagonal, D);
    for (let d = 0; d < D; d++) logs[d] = root[d * side + (d % side)];
    arena.kernels.logArray(diagonal, diagonal, D);
    return { ...normal, root, inverse: arena.readF64(p, length), logDet: status === 0 ? 2 * sumOf(logs) : Infinity };
  });
}

/** M v. */
export function multiply(m: Float64Array, v: Float64Array): Float64Array {
  const side = m.length / v.length;
  return v.map((_, i) => {
    const first = i - (i % side);
    let sum = 0;
    for (let j = 0; j < side; j++) sum += m[i * side + j] * v[first + j];
    return sum;
  });
}

/** P L, lower triangles: the root of one covariance in the metric of another. */
export function relativeRoot(metric: FactoredNormal, of: FactoredNormal): Float64Array {
  const D = of.mean.length;
  const side = of.root.length / D;
  const product = new Float64Array(of.root.length);
  for (let i = 0; i < D; i++) {
    const first = i - (i % side);
    for (let j = first; j <= i; j++) {
      let sum = 0;
      for (let m = j; m <= i; m++) sum += metric.inverse[i * side + m - first] * of.root[j * side + m - first];
      product[i * side + j - first] = sum;
    }
  }
  return product;
}

/** Σ v². */
export function squared(v: Float64Array): number {
  return v.reduce((sum, value) => sum + value * value, 0);
}

/** ½ (a + b). */
export function halfway(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value / 2 + b[i] / 2);
}

/** a - b. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, d) => value - b[d]);
}

/** Entropy: ½ (D log 2πe + log |Σ|). */
export function entropyOf({ mean, logDet }: FactoredNormal): number {
  return (mean.length * 2.8378770664093453 + logDet) / 2;
}

/** Kullback-Leibler divergence of b from a: ½ (tr Σ_b⁻¹ Σ_a + |P_b (μ_a - μ_b)|² - D + log |Σ_b| - log |Σ_a|). */
export function klOf(a: FactoredNormal, b: FactoredNormal): number {
  const trace = squared(relativeRoot(b, a));
  const distance = squared(multiply(b.inverse, difference(a.mean, b.mean)));
  return Math.max(0, (trace + distance - a.mean.length + b.logDet - a.logDet) / 2);
}

/** What two normals have in common. */
interface Common {
  /** Bhattacharyya distance: -log ∫ sqrt(a b). */
  readonly distance: number;
  /** log ∫ a b. */
  readonly logProduct: number;
}

/** With Σ the mean of the covariances: ⅛ |P (μ_b - μ_a)|² + ½ log (|Σ| / sqrt(|Σ_a| |Σ_b|)), and log N(μ_b - μ_a; 0, 2 Σ). */
export function commonOf(a: FactoredNormal, b: FactoredNormal): Common {
  const { inverse, logDet } = factored({ ...a, covariance: halfway(a.covariance, b.covariance) });
  if (logDet === Infinity) throw singularCovariance(FULL.name, 0, "bring the columns to one scale");
  const q = squared(multiply(inverse, difference(b.mean, a.mean)));
  return {
    distance: q / 8 + (logDet - (a.logDet + b.logDet) / 2) / 2,
    logProduct: -(a.mean.length * 2.5310242469692907 + logDet + q / 2) / 2, // log 4π
  };
}

/** One normal with the weight, the mean and the covariance, as far as the blocks hold it, of several together. */
export function combined(parts: readonly Normal[]): Normal {
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  // without weight the first stands for all
  const shares = parts.map((part, i) => (weight > 0 ? part.weight / weight : i === 0 ? 1 : 0));
  // sums are taken about the mean with most weight, which so comes out exact where the others have none
  const origin = parts[shares.indexOf(shares.reduce((most, share) => Math.max(most, share)))].mean;
  const mean = origin.slice();
  const covariance = new Float64Array(parts[0].covariance.length);
  const D = mean.length;
  const side = covariance.length / D;
  parts.forEach((part, k) => {
    for (let d = 0; d < D; d++) mean[d] += shares[k] * (part.mean[d] - origin[d]);
  });
  parts.forEach((part, k) => {
    for (let i = 0; i < D; i++) {
      const shift = part.mean[i] - mean[i];
      const first = i - (i % side);
      for (let j = 0; j < side; j++) {
        const at = i * side + j;
        covariance[at] += shares[k] * (part.covariance[at] + shift * (part.mean[first + j] - mean[first + j]));
      }
    }
  });
  return { weight, mean, covariance };
}

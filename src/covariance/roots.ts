// Roots and inverses of covariances.
import { type Arena, withArena } from "../engine/arena.ts";
import { MixtureError } from "../errors.ts";
import type { CovarianceType } from "../input/options.ts";
import { formOf } from "./forms.ts";
import type { Parameters } from "./parameters.ts";

/** The smallest share of a variance that a pivot may keep: below it, the pivot is rounding. */
export const pivotTolerance = (nFeatures: number): number => nFeatures * Number.EPSILON;

/** The error for a covariance that is not positive definite. */
export function singularCovariance(type: CovarianceType, component: number, remedy: string): MixtureError {
  const { isShared } = formOf({ covarianceType: type });
  const what = isShared ? "the tied covariance" : `the covariance of component ${component}`;
  return new MixtureError(
    "SINGULAR_COVARIANCE",
    `covariances: expected positive definite ones, got one that is not (${what}); ${remedy}`,
    isShared ? {} : { component },
  );
}

/** Cholesky factors for sampling: upper triangles [K, D, D] or [D, D], standard deviations [K, D] or [K]. */
export function rootsOf(arena: Arena, parameters: Parameters): Float64Array {
  const { nFeatures: D, covariances } = parameters;
  if (!formOf(parameters).isDense) return covariances.map(Math.sqrt);
  const roots = arena.copyOf(covariances);
  for (let start = 0; start < covariances.length; start += D * D) arena.kernels.cholesky(roots + start * 8, D, 0);
  return arena.readF64(roots, covariances.length);
}

/**
 * What turns a difference from the mean into standard normals, in the shape of the covariances: P = L⁻¹ of each
 * covariance L L', lower triangular; 1 / standard deviation for "diag" and "spherical".
 */
export function whiteningsOf(parameters: Parameters): Float64Array {
  const { nFeatures: D, covariances } = parameters;
  if (!formOf(parameters).isDense) return covariances.map((v) => 1 / Math.sqrt(v));
  return withArena((arena) => invertTriangles(arena, rootsOf(arena, parameters), D));
}

/** Inverses of the transposes of upper triangles [.., D, D]: lower triangles, 0 above the diagonal. */
export function invertTriangles(arena: Arena, triangles: Float64Array, D: number): Float64Array {
  const inverses = new Float64Array(triangles.length);
  const u = arena.f64(D * D);
  const p = arena.f64(D * D);
  for (let start = 0; start < triangles.length; start += D * D) {
    arena.viewF64(u, D * D).set(triangles.subarray(start, start + D * D));
    arena.kernels.invertFactor(u, p, D);
    inverses.set(arena.viewF64(p, D * D), start);
  }
  return inverses;
}

/** Values that are to be handed out. @throws {MixtureError} `NOT_FINITE` if one has overflowed. */
export function finite(values: Float64Array, what: string): Float64Array {
  if (values.every(Number.isFinite)) return values;
  throw new MixtureError(
    "NOT_FINITE",
    `mixture: expected covariances with finite ${what}, got an overflow; divide the columns by their scale`,
  );
}

/** Precisions, in the shape of the covariances: their inverses, P' P. */
export function precisionsOf(parameters: Parameters): Float64Array {
  const { nFeatures: D, covariances } = parameters;
  if (!formOf(parameters).isDense) return covariances.map((variance) => 1 / variance);
  const whitenings = whiteningsOf(parameters);
  const precisions = new Float64Array(covariances.length);
  const none = new Float64Array(D);
  for (let start = 0; start < covariances.length; start += D * D) {
    const p = whitenings.subarray(start, start + D * D);
    // rows of P as they lie, four at a time: entry after entry would go through memory D times as often
    for (let row = 0; row < D; row += 4) {
      const last = Math.min(row + 4, D);
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => (row + k < D ? p.subarray((row + k) * D, (row + k + 1) * D) : none));
      for (let i = 0; i < last; i++) {
        const sums = precisions.subarray(start + i * D, start + i * D + i + 1);
        const [ai, bi, ci, di] = [a[i], b[i], c[i], d[i]];
        for (let j = 0; j <= i; j++) sums[j] = sums[j] + ai * a[j] + bi * b[j] + ci * c[j] + di * d[j];
      }
    }
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < i; j++) precisions[start + j * D + i] = precisions[start + i * D + j];
    }
  }
  return precisions;
}

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

/** Precisions, in the shape of the covariances: their inverses, P' P. @param arena - one to work in, if there is one at hand. */
export function precisionsOf(parameters: Parameters, arena?: Arena): Float64Array {
  const { nFeatures: D, covariances } = parameters;
  if (!formOf(parameters).isDense) return covariances.map((variance) => 1 / variance);
  if (!arena) return withArena((own) => precisionsOf(parameters, own));
  const precisions = new Float64Array(covariances.length);
  const mark = arena.mark();
  const roots = arena.copyOf(covariances);
  const p = arena.f64(D * D);
  for (let start = 0; start < covariances.length; start += D * D) {
    const root = roots + start * 8;
    arena.kernels.cholesky(root, D, 0);
    arena.kernels.invertFactor(root, p, D);
    addSquare(arena.viewF64(p, D * D), precisions, start, D);
  }
  arena.rewind(mark);
  return precisions;
}

/** P' P of a lower triangle P [D, D], added to a matrix [D, D] of zeros that begins at `start` of others. */
function addSquare(p: Float64Array, sums: Float64Array, start: number, D: number): void {
  // rows of P as they lie, four at a time: entry after entry would go through memory D times as often
  let row = 0;
  for (; row + 4 <= D; row += 4) {
    const [a, b, c, d] = [row * D, (row + 1) * D, (row + 2) * D, (row + 3) * D];
    for (let i = 0; i < row + 4; i++) {
      const [ai, bi, ci, di] = [p[a + i], p[b + i], p[c + i], p[d + i]];
      const to = start + i * D;
      for (let j = 0; j <= i; j++) {
        sums[to + j] = sums[to + j] + ai * p[a + j] + bi * p[b + j] + ci * p[c + j] + di * p[d + j];
      }
    }
  }
  for (let i = 0; i < D; i++) {
    const to = start + i * D;
    for (let j = 0; j <= i; j++) {
      let sum = sums[to + j];
      for (let at = row * D; at < D * D; at += D) sum += p[at + i] * p[at + j];
      sums[to + j] = sum;
      sums[start + j * D + i] = sum;
    }
  }
}

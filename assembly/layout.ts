// Where things lie: the covariance types, the packed triangle, and the tile of one index. No loops over data.

/** Covariance types as numbers; the same as in src/engine/kernels.ts. */
export const FULL: i32 = 0;
export const TIED: i32 = 1;
export const DIAG: i32 = 2;
export const SPHERICAL: i32 = 3;

/** Rows handled together in the E-step: four vectors of two. A tile holds 1 to 32 such blocks. */
// @ts-ignore: decorator
@inline export const BLOCK: i32 = 8;
// @ts-ignore: decorator
@inline export const BLOCK_BYTES: usize = 64;

/**
 * Numbers in a packed lower triangle of order D. Rows are taken in pairs (i, i + 1), i even; an odd last row alone:
 *
 *     factor   p00 p10 0 p11 | p20 p30 p21 p31 p22 p32 0 p33 | …      column by column, the pair side by side
 *     scatter  s00 – s10 s11 | (2x4 blocks, row i then row i + 1) … then 2x2 blocks up to the diagonal | …
 *
 * Both hold i + 2 columns for the pair at i, so both have this length.
 */
// @ts-ignore: decorator
@inline
export function triangleLength(D: i32): i32 {
  const even = D & ~1;
  return ((even * (even + 2)) >> 1) + (D & 1) * D;
}

/** f64x2 lane sums that one component needs beside its weight and D first moments. The tied scatter is shared: see `statisticsLength`. */
export function scatterLength(type: i32, D: i32): i32 {
  if (type == FULL) return triangleLength(D);
  if (type == DIAG) return D;
  if (type == SPHERICAL) return 1;
  return 0;
}

/** Lane sums ahead of the components in a statistics block: the log-likelihood, and the rows that are not at home in their tile. */
// @ts-ignore: decorator
@inline export const HEADER: i32 = 2;
// @ts-ignore: decorator
@inline export const HEADER_BYTES: usize = 32;

/**
 * Length of a statistics block, in f64x2 lane sums (16 bytes each):
 *
 *     [ log-likelihood, strays | K × ( weight, first moments D, scatter ) | tied: shared scatter ]
 *
 * Every entry is a pair of lanes whose sum is the statistic: no horizontal sums in the hot loops. Two blocks merge by addition.
 */
export function statisticsLength(type: i32, D: i32, K: i32): i32 {
  return HEADER + K * (1 + D + scatterLength(type, D)) + (type == TIED ? triangleLength(D) : 0);
}

/** Numbers in the E-step factor of all K components: full K triangles; tied one triangle, the centre [D] and the whitened means [K, D]; diag [K, D]; spherical [K]. */
export function factorLength(type: i32, D: i32, K: i32): i32 {
  if (type == FULL) return K * triangleLength(D);
  if (type == TIED) return triangleLength(D) + D + K * D;
  return type == DIAG ? K * D : K;
}

/** Numbers in the covariances of all K components: full [K, D, D], tied [D, D], diag [K, D], spherical [K]. */
export function covarianceLength(type: i32, D: i32, K: i32): i32 {
  if (type == FULL) return K * D * D;
  if (type == TIED) return D * D;
  return type == DIAG ? K * D : K;
}

/** A bit for every block of a tile of T rows. */
// @ts-ignore: decorator
@inline
export function allBlocks(T: i32): i32 {
  return T == 256 ? -1 : (1 << (T >> 3)) - 1;
}

/** First byte of memory that is not static data of this module: where the host's arena starts. */
export function heapBase(): usize {
  return __heap_base;
}

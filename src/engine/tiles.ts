import { notFinite } from "../input/data.ts";
import type { Matrix } from "../input/matrix.ts";
import type { Arena } from "./arena.ts";
import type { Pointer } from "./kernels.ts";

/** Numbers copied from the caller's data at a time. */
const WINDOW_NUMBERS = 16384;

/** Most rows of a tile: it and one component's scratch stay in the first-level cache. Measured; see docs/memory.md. */
export function mostTileRows(nFeatures: number): number {
  return nFeatures <= 16 ? 128 : 64;
}

/** Of many rows each component should have so many tiles, to be alone in some once they are sorted, if that leaves tiles of so many rows. */
const MANY_ROWS = 2048;
const TILES_EACH = 4;
const LEAST_TILE_ROWS = 32;

/**
 * Rows per tile, T, a multiple of 8: of as few tiles as can be, each as short as can be, so that few rows fill up the last.
 *
 * @param nComponents - of a fit.
 */
export function tileRows(nFeatures: number, nRows: number, nComponents = 1): number {
  const each = nRows / (TILES_EACH * nComponents);
  const most = mostTileRows(nFeatures);
  const isShort = nRows >= MANY_ROWS && each >= LEAST_TILE_ROWS;
  const tiles = Math.ceil(nRows / (isShort ? Math.min(most, each) : most));
  return 8 * Math.ceil(nRows / (8 * tiles));
}

/** Rows that fit in a window of about {@link WINDOW_NUMBERS}, in whole tiles. */
export function windowRows(nRows: number, nFeatures: number, T: number): number {
  const tiles = Math.max(1, Math.floor(WINDOW_NUMBERS / (nFeatures * T)));
  return Math.min(tiles * T, Math.ceil(nRows / T) * T);
}

/**
 * Copies rows of the caller's data, checks them and packs them into tiles.
 *
 * @param staging - room for `count` rows.
 * @param x - where the tiles go.
 * @param origin - for each row of the matrix, its index in the caller's data, where that differs.
 * @throws {RangeError} If a value is NaN or infinite, naming its row and column.
 */
export function packRows(
  arena: Arena,
  matrix: Matrix,
  first: number,
  count: number,
  staging: Pointer,
  x: Pointer,
  T: number,
  origin?: Int32Array | undefined,
): void {
  const { nColumns } = matrix;
  const rows = arena.viewF64(staging, count * nColumns);
  matrix.copyRows(first, count, rows);
  const bad = arena.kernels.firstNotFinite(staging, count * nColumns);
  if (bad >= 0) {
    const row = first + Math.floor(bad / nColumns);
    throw notFinite(matrix, (origin?.[row] ?? row) * nColumns + (bad % nColumns), rows[bad]);
  }
  arena.kernels.pack(staging, x, count, nColumns, T);
}

// Whitened rows: a copy of the tiles in which the data have unit covariance.
import { whiten } from "./density";

/**
 * y = P (x - centre) for tiles 0 … tiles - 1.
 *
 * x       [tiles, D, T] f64, in. y the same shape, out; they must not overlap.
 * factor  in: packed triangle P and centre [D], as `factorise` writes them for tied covariances.
 * scratch [D * 8] f64.
 */
export function whitenTiles(x: usize, factor: usize, y: usize, scratch: usize, D: i32, T: i32, tiles: i32): void {
  const tileBytes = <usize>D * <usize>T << 3;
  for (let t = 0; t < tiles; ++t, x += tileBytes, y += tileBytes) whiten(x, factor, y, scratch, D, T);
}

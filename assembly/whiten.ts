// Whitened rows: a copy of the tiles in which the data have unit covariance.
import { whiten } from "./density";
import { Model, Rows } from "./descriptors";

/**
 * y = P (x - centre) for tiles first … last - 1.
 *
 * model   tied: of its factor the packed triangle P and the centre count.
 * y       [tiles, D, T] f64, out; it must not overlap the rows.
 * scratch [D * 8] f64.
 */
export function whitenTiles(rows: usize, model: usize, first: i32, last: i32, y: usize, scratch: usize): void {
  const data = changetype<Rows>(rows), mixture = changetype<Model>(model);
  const D = data.D, T = data.T;
  const factor = mixture.factor;
  const tileBytes = <usize>D * <usize>T << 3;
  let x = data.x + <usize>first * tileBytes;
  y += <usize>first * tileBytes;
  for (let t = first; t < last; ++t, x += tileBytes, y += tileBytes) whiten(x, factor, y, scratch, D, T);
}

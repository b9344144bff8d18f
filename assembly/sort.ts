// Sorting rows by their most likely component, so that tiles are pure and the lazy pass can drop the others early.
import { tileLogDensities } from "./accumulate";
import { Model, Rows } from "./descriptors";
import { Pass, passAt, passScratchBytes } from "./pass";

/**
 * Scratch of `sortRows` over `tiles` tiles, in bytes: counts [K] and places [tiles * T] i32, a copy of the tiles and of
 * their weights, and that of a pass.
 */
export function sortScratchBytes(type: i32, D: i32, T: i32, K: i32, tiles: i32): usize {
  const rows = <usize>tiles * <usize>T;
  return (<usize>K + 3 & ~3) * 4 + rows * 4 + rows * <usize>D * 8 + rows * 8 + passScratchBytes(type, D, T, K);
}

/**
 * Reorders the rows of tiles first … last - 1 by their most likely component, in place; equal ones keep their order.
 *
 * rows       in/out: tiles and, if wStep is not 0, weights move together. Padding rows stay last.
 * homes      [tiles] i32, in/out: becomes the component of each tile's middle row.
 * scratch    `sortScratchBytes`.
 * The rest   as `accumulate`.
 */
export function sortRows(rows: usize, model: usize, first: i32, last: i32, homes: usize, margin: f64, scratch: usize): void {
  const data = changetype<Rows>(rows), mixture = changetype<Model>(model);
  if (first >= last) return;
  const w = data.w, wStep = data.wStep;
  const N = data.N, D = data.D, T = data.T;
  const type = mixture.type, K = mixture.K;
  const laneBytes = <usize>T << 3;
  const tileBytes = <usize>D * laneBytes;
  const count = min((last - first) * T, N - first * T);
  const counts = scratch;
  const places = counts + ((<usize>K + 3 & ~3) << 2);
  const copy = places + (<usize>(last - first) * <usize>T << 2);
  const weightCopy = copy + <usize>(last - first) * tileBytes;
  const pass = passAt(weightCopy + (<usize>(last - first) * <usize>T << 3), type, D, T, K);
  const tiles = data.x + <usize>first * tileBytes;
  memory.fill(counts, 0, <usize>K << 2);
  for (let t = first; t < last; ++t) {
    const inTile = min(T, N - t * T);
    const labels = places + (<usize>((t - first) * T) << 2);
    labelTile(pass, mixture, tiles + <usize>(t - first) * tileBytes, load<i32>(homes + (<usize>t << 2)), T, margin, inTile, labels);
    for (let n = 0; n < inTile; ++n) {
      const at = counts + (<usize>load<i32>(labels + (<usize>n << 2)) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
  }
  placeRows(counts, places, count, K);
  memory.copy(copy, tiles, <usize>(last - first) * tileBytes);
  if (wStep) {
    const weights = w + <usize>first * wStep;
    memory.copy(weightCopy, weights, <usize>count << 3);
    for (let n = 0; n < count; ++n) {
      store<f64>(weights + (<usize>load<i32>(places + (<usize>n << 2)) << 3), load<f64>(weightCopy + (<usize>n << 3)));
    }
  }
  // places in bytes from here on: a column's rows go to as many streams as there are components
  for (let n = 0; n < count; ++n) {
    const at = places + (<usize>n << 2);
    const place = load<i32>(at);
    store<i32>(at, (place / T) * <i32>tileBytes + (place % T << 3));
  }
  for (let d = 0; d < D; ++d) {
    const column = <usize>d * laneBytes;
    for (let start = 0, from = copy + column; start < count; start += T, from += tileBytes) {
      const inTile = min(T, count - start);
      const to = places + (<usize>start << 2);
      for (let n: usize = 0; n < <usize>inTile; ++n) {
        store<f64>(tiles + column + <usize>load<i32>(to + (n << 2)), load<f64>(from + (n << 3)));
      }
    }
  }
  // counts now holds where each component's rows end
  let k = 0;
  for (let t = first; t < last; ++t) {
    const middle = (t - first) * T + (min(T, N - t * T) >> 1);
    while (k < K - 1 && middle >= load<i32>(counts + (<usize>k << 2))) ++k;
    store<i32>(homes + (<usize>t << 2), k);
  }
}

/** Most likely component of each of the first `count` rows of a tile, into labels [count] i32. */
function labelTile(pass: Pass, model: Model, x: usize, home: i32, T: i32, margin: f64, count: i32, labels: usize): void {
  const laneBytes = <usize>T << 3;
  const A = tileLogDensities(pass, model, x, home, home, home, model.reach, T, margin);
  for (let n = 0; n < count; ++n) store<i32>(labels + (<usize>n << 2), home);
  for (let a = 0; a < A; ++a) {
    const live = load<i32>(pass.masks + (<usize>a << 2));
    const k = load<i32>(pass.active + (<usize>a << 2));
    const row = pass.logp + <usize>a * laneBytes;
    for (let n = 0; n < count; ++n) {
      const at = <usize>n << 3;
      if ((live >> (n >> 3)) & 1 && load<f64>(row + at) == load<f64>(pass.top + at)) store<i32>(labels + (<usize>n << 2), k);
    }
  }
}

/** Labels to places: a stable counting sort. counts [K], in: rows of each label; out: where they end. places [rows], in: labels. */
function placeRows(counts: usize, places: usize, rows: i32, K: i32): void {
  let start = 0;
  for (let k = 0; k < K; ++k) {
    const at = counts + (<usize>k << 2);
    const count = load<i32>(at);
    store<i32>(at, start);
    start += count;
  }
  for (let n = 0; n < rows; ++n) {
    const at = places + (<usize>n << 2);
    const next = counts + (<usize>load<i32>(at) << 2);
    const place = load<i32>(next);
    store<i32>(at, place);
    store<i32>(next, place + 1);
  }
}

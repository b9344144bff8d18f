// k-means on the packed tiles: seeding (Arthur & Vassilvitskii 2007) and Lloyd's iterations (Lloyd 1982).
// Distances are Σ_d metric_d (x_d - c_d)²: a metric of ones is the plain one, 1 / variance the standardised one.
// In Lloyd's iterations blocks of eight rows are passed over where the triangle inequality says that nothing changes for any of them (Hamerly
// 2010): with a billionth to spare, so that rounding cannot tell otherwise and every bit is as without.
import { Clusters, Rows, tileWeights } from "./descriptors";
import { laneSum, multiplyAdd } from "./lanes";
import { BLOCK_BYTES } from "./layout";
import { readAhead } from "./tiles";

/** sum + scale (x - c)² */
// @ts-ignore: decorator
@inline
function addSquare(sum: v128, scale: v128, x: v128, c: v128): v128 {
  const z = f64x2.sub(x, c);
  return multiplyAdd(scale, f64x2.mul(z, z), sum);
}

/** Σ w d over the eight rows of a block. */
// @ts-ignore: decorator
@inline
function weightedSum(w: usize, d0: v128, d1: v128, d2: v128, d3: v128): v128 {
  const wd01 = multiplyAdd(v128.load(w, 16), d1, f64x2.mul(v128.load(w), d0));
  const wd23 = multiplyAdd(v128.load(w, 48), d3, f64x2.mul(v128.load(w, 32), d2));
  return f64x2.add(wd01, wd23);
}

/** Σ w min(d, before) over the eight rows of a block. */
// @ts-ignore: decorator
@inline
function weightedLeast(before: usize, w: usize, d0: v128, d1: v128, d2: v128, d3: v128): v128 {
  return weightedSum(
    w, f64x2.pmin(d0, v128.load(before)), f64x2.pmin(d1, v128.load(before, 16)), f64x2.pmin(d2, v128.load(before, 32)),
    f64x2.pmin(d3, v128.load(before, 48)),
  );
}

/** Squared distances of the eight rows of a block to c, into out [8]. */
// @ts-ignore: decorator
@inline
function blockDistances(x: usize, c: usize, metric: usize, out: usize, D: i32, laneBytes: usize): void {
  let q0 = f64x2.splat(0), q1 = q0, q2 = q0, q3 = q0;
  for (const end = c + (<usize>D << 3); c < end; c += 8, metric += 8, x += laneBytes) {
    const centre = v128.load64_splat(c);
    const m = v128.load64_splat(metric);
    q0 = addSquare(q0, m, v128.load(x), centre);
    q1 = addSquare(q1, m, v128.load(x, 16), centre);
    q2 = addSquare(q2, m, v128.load(x, 32), centre);
    q3 = addSquare(q3, m, v128.load(x, 48), centre);
  }
  v128.store(out, q0);
  v128.store(out, q1, 16);
  v128.store(out, q2, 32);
  v128.store(out, q3, 48);
}

/** What a bound must be short of the truth by to be believed. */
// @ts-ignore: decorator
@inline const SURE: f64 = 1 - 1e-9;

/**
 * to_n = min(from_n, distance of row n to c) for tiles first … last - 1; result Σ w to.
 *
 * c, metric [D] f64, in. from, to [tiles, T] f64, in and out; they may be the same place.
 */
export function nearest(rows: usize, first: i32, last: i32, c: usize, metric: usize, from: usize, to: usize): f64 {
  const data = changetype<Rows>(rows);
  const x = data.x, D = data.D, T = data.T;
  const laneBytes = <usize>T << 3;
  from += <usize>first * laneBytes;
  to += <usize>first * laneBytes;
  let sum = f64x2.splat(0);
  for (let t = first; t < last; ++t, from += laneBytes, to += laneBytes) {
    const weights = tileWeights(data, t);
    const tile = x + <usize>t * <usize>D * laneBytes;
    readAhead(tile, <usize>D * laneBytes);
    let part = f64x2.splat(0);
    for (let s: usize = 0; s < laneBytes; s += BLOCK_BYTES) {
      const before0 = v128.load(from + s);
      const before1 = v128.load(from + s, 16);
      const before2 = v128.load(from + s, 32);
      const before3 = v128.load(from + s, 48);
      const at = to + s;
      blockDistances(tile + s, c, metric, at, D, laneBytes);
      const d0 = f64x2.pmin(v128.load(at), before0);
      const d1 = f64x2.pmin(v128.load(at, 16), before1);
      const d2 = f64x2.pmin(v128.load(at, 32), before2);
      const d3 = f64x2.pmin(v128.load(at, 48), before3);
      v128.store(at, d0);
      v128.store(at, d1, 16);
      v128.store(at, d2, 32);
      v128.store(at, d3, 48);
      part = f64x2.add(part, weightedSum(weights + s, d0, d1, d2, d3));
    }
    sum = f64x2.add(sum, part);
  }
  return laneSum(sum);
}

/**
 * Σ w min(from, distance to c_m) over tiles first … last - 1 for each of M places: what `nearest` gives for each, to the bit.
 *
 * c [M, D] f64, in. out [M, 2] f64, out: the sum, and no more than room.
 */
export function potentials(
  rows: usize, first: i32, last: i32, c: usize, metric: usize, from: usize, out: usize, M: i32,
): void {
  const data = changetype<Rows>(rows);
  const x = data.x, D = data.D, T = data.T;
  const laneBytes = <usize>T << 3;
  const bytes = <usize>D << 3;
  memory.fill(out, 0, <usize>M << 4);
  for (let t = first; t < last; ++t) {
    const weights = tileWeights(data, t);
    const tile = x + <usize>t * <usize>D * laneBytes;
    const before = from + <usize>t * laneBytes;
    readAhead(tile, bytes * <usize>T);
    // two places at a time, so that rows are read half as often; the last of an odd number twice
    for (let m = 0; m < M; m += 2) {
      const even = c + <usize>m * bytes;
      const odd = m + 1 < M ? even + bytes : even;
      let evenPart = f64x2.splat(0), oddPart = evenPart;
      for (let s: usize = 0; s < laneBytes; s += BLOCK_BYTES) {
        let p0 = f64x2.splat(0), p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0;
        for (let d: usize = 0, at = tile + s; d < bytes; d += 8, at += laneBytes) {
          const a = v128.load64_splat(even + d);
          const b = v128.load64_splat(odd + d);
          const scale = v128.load64_splat(metric + d);
          p0 = addSquare(p0, scale, v128.load(at), a);
          q0 = addSquare(q0, scale, v128.load(at), b);
          p1 = addSquare(p1, scale, v128.load(at, 16), a);
          q1 = addSquare(q1, scale, v128.load(at, 16), b);
          p2 = addSquare(p2, scale, v128.load(at, 32), a);
          q2 = addSquare(q2, scale, v128.load(at, 32), b);
          p3 = addSquare(p3, scale, v128.load(at, 48), a);
          q3 = addSquare(q3, scale, v128.load(at, 48), b);
        }
        evenPart = f64x2.add(evenPart, weightedLeast(before + s, weights + s, p0, p1, p2, p3));
        oddPart = f64x2.add(oddPart, weightedLeast(before + s, weights + s, q0, q1, q2, q3));
      }
      const sums = out + (<usize>m << 4);
      v128.store(sums, f64x2.add(v128.load(sums), evenPart));
      if (m + 1 < M) v128.store(sums, f64x2.add(v128.load(sums, 16), oddPart), 16);
    }
  }
  for (let m = 0; m < M; ++m) {
    const sums = out + (<usize>m << 4);
    store<f64>(sums, laneSum(v128.load(sums)));
  }
}

/**
 * The first row whose running sum of w_n v_n exceeds target, or the last row with w_n v_n > 0 if rounding keeps the
 * sum below it; -1 when there is none. v [tiles, T] f64, in; 0 counts as a row of ones.
 */
export function pickRow(rows: usize, v: usize, target: f64): i32 {
  const data = changetype<Rows>(rows);
  const N = data.N, T = data.T;
  let sum: f64 = 0;
  let last = -1;
  for (let first = 0, t = 0; first < N; first += T, ++t) {
    const weights = tileWeights(data, t);
    const count = min(T, N - first);
    for (let n = 0; n < count; ++n) {
      const at = <usize>n << 3;
      const p = load<f64>(weights + at) * (v ? load<f64>(v + (<usize>first << 3) + at) : 1);
      if (!(p > 0)) continue;
      sum += p;
      last = first + n;
      if (sum > target) return last;
    }
  }
  return last;
}

/** Index of the row with the largest v among those with weight > 0, or -1. v [tiles, T] f64, in. */
export function farthestRow(rows: usize, v: usize): i32 {
  const data = changetype<Rows>(rows);
  const N = data.N, T = data.T;
  let most: f64 = -1;
  let row = -1;
  for (let n = 0; n < N; ++n) {
    const value = load<f64>(v + (<usize>n << 3));
    if (value > most && load<f64>(tileWeights(data, n / T) + (<usize>(n % T) << 3)) > 0) {
      most = value;
      row = n;
    }
  }
  return row;
}

/**
 * Moves the bounds of a block's rows with the centres; true when every row's own centre is still surely the nearest.
 * drift [K, 2] f64: how far each centre has moved, and the farthest that another has.
 */
// @ts-ignore: decorator
@inline
function settled(labels: usize, upper: usize, lower: usize, drift: usize): bool {
  let all = true;
  for (let i: usize = 0; i < BLOCK_BYTES; i += 8) {
    const moved = drift + (<usize>load<i32>(labels + (i >> 1)) << 4);
    const u = load<f64>(upper + i) + load<f64>(moved);
    const l = load<f64>(lower + i) - load<f64>(moved, 8);
    store<f64>(upper + i, u);
    store<f64>(lower + i, l);
    all = all && u < SURE * l;
  }
  return all;
}

/** Nearest centre of each row of a block to best [8] f64, its distance to near [8], that of the next nearest to second [8] unless that is 0. */
// @ts-ignore: decorator
@inline
function nearestOfAll(
  x: usize, centres: usize, metric: usize, K: i32, near: usize, second: usize, best: usize, trial: usize, D: i32, laneBytes: usize,
): void {
  blockDistances(x, centres, metric, near, D, laneBytes);
  const infinite = f64x2.splat(Infinity);
  if (second) for (let i: usize = 0; i < BLOCK_BYTES; i += 16) v128.store(second + i, infinite);
  memory.fill(best, 0, BLOCK_BYTES);
  for (let k = 1; k < K; ++k) {
    blockDistances(x, centres + (<usize>k * <usize>D << 3), metric, trial, D, laneBytes);
    const kv = f64x2.splat(<f64>k);
    for (let i: usize = 0; i < BLOCK_BYTES; i += 16) {
      const d = v128.load(trial + i);
      const old = v128.load(near + i);
      const closer = f64x2.lt(d, old);
      v128.store(near + i, v128.bitselect(d, old, closer));
      if (second) v128.store(second + i, f64x2.pmin(v128.load(second + i), v128.bitselect(old, d, closer)));
      v128.store(best + i, v128.bitselect(kv, v128.load(best + i), closer));
    }
  }
}

/**
 * One Lloyd assignment of tiles first … last - 1: each row to its nearest centre, the first of equals.
 *
 * clusters its centres, metric and drift, in; its labels and bounds, in/out; its distance, out: in blocks that are passed over,
 *          as it was.
 * sums     [K, 1 + D] f64, in/out: Σ w and Σ w (x - centre) of the rows of each cluster; the caller zeroes.
 * scratch  [2, 8] f64.
 * result   number of rows that changed their label.
 */
export function assign(rows: usize, clusters: usize, first: i32, last: i32, sums: usize, scratch: usize): i32 {
  const data = changetype<Rows>(rows), groups = changetype<Clusters>(clusters);
  const x = data.x, N = data.N, D = data.D, T = data.T;
  const K = groups.K, centres = groups.centres, metric = groups.metric;
  const labels = groups.labels, distance = groups.distance, bounds = groups.bounds, drift = groups.drift;
  const laneBytes = <usize>T << 3;
  const rowBytes = <usize>D << 3;
  const best = scratch + BLOCK_BYTES;
  let changed = 0;
  for (let t = first; t < last; ++t) {
    const tile = x + <usize>t * <usize>D * laneBytes;
    const near = distance + <usize>t * laneBytes;
    const label = labels + (<usize>(t * T) << 2);
    const upper = bounds + <usize>t * (laneBytes << 1);
    const lower = upper + laneBytes;
    const count = min(T, N - t * T);
    readAhead(tile, rowBytes * <usize>T);
    for (let s: usize = 0; s < laneBytes; s += BLOCK_BYTES) {
      const own = label + (s >> 1);
      if (drift && settled(own, upper + s, lower + s, drift)) continue;
      nearestOfAll(tile + s, centres, metric, K, near + s, bounds ? lower + s : 0, best, scratch, D, laneBytes);
      for (let i: usize = s; bounds && i < s + BLOCK_BYTES; i += 16) {
        v128.store(upper + i, f64x2.sqrt(v128.load(near + i)));
        v128.store(lower + i, f64x2.sqrt(v128.load(lower + i)));
      }
      const from = <i32>(s >> 3);
      for (let i = 0; i < 8; ++i) {
        const k = <i32>load<f64>(best + (<usize>i << 3));
        const at = own + (<usize>i << 2);
        if (load<i32>(at) == k) continue;
        store<i32>(at, k);
        changed += i32(from + i < count);
      }
    }
    const weights = tileWeights(data, t);
    for (let n = 0; n < count; ++n) {
      const at = <usize>n << 3;
      const k = <usize>load<i32>(label + (at >> 1));
      const weight = load<f64>(weights + at);
      const sum = sums + k * (rowBytes + 8);
      store<f64>(sum, load<f64>(sum) + weight);
      let column = tile + at;
      for (let d: usize = 0; d < rowBytes; d += 8, column += laneBytes) {
        const z = load<f64>(column) - load<f64>(centres + k * rowBytes + d);
        store<f64>(sum + 8 + d, load<f64>(sum + 8 + d) + weight * z);
      }
    }
  }
  return changed;
}

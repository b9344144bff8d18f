// The fused pass: E-step and M-step sums over a range of tiles. The N x K responsibilities exist one tile at a time.
import { addLanes, BLOCK_BYTES, HEADER_BYTES, laneSum, scatterLength, TIED, tileWeights } from "./layout";
import { logDensity, whiten } from "./density";
import { responsibilities } from "./responsibilities";
import { addMoments } from "./moments";

/**
 * Scratch of one pass, in bytes, laid out as
 *
 *     active [K] i32 | masks [K] i32 | top [T] | z [D * 8 + 8] | v [1 + D, T] | u [D, T] (tied) | logp [K, T]
 */
export function passScratchBytes(type: i32, D: i32, T: i32, K: i32): usize {
  const fixed = T + (D * 8 + 8) + (1 + D) * T + (type == TIED ? D * T : 0);
  return listBytes(K) * 2 + (<usize>fixed << 3) + (<usize>K * <usize>T << 3);
}

/** Bytes of K i32, rounded up so that what follows stays 16-byte aligned. */
// @ts-ignore: decorator
@inline
function listBytes(K: i32): usize {
  return (<usize>K + 3 & ~3) << 2;
}

/**
 * stats += E-step and M-step sums of tiles first … last - 1, in tile order.
 *
 * x         [tiles, D, T] f64, in. w, wStep, N: see `tileWeights`.
 * mu        [K, D] f64, factor (see `factorLength`) f64, logc [K] f64, in: the current parameters.
 * homes     [tiles] i32, in/out: the component to try first in each tile; becomes the one with most weight there.
 * stats     `statisticsLength` lane pairs, in/out: the caller zeroes once per pass.
 * margin    components below exp(-margin) of a row's best are dropped (design note, section 3); Infinity keeps all.
 * exact     tied only: not 0 sums the scatter about the means; 0 leaves it to `tiedScatter`.
 * scratch   `passScratchBytes`.
 */
export function accumulate(
  type: i32, x: usize, w: usize, wStep: usize, N: i32, D: i32, T: i32, first: i32, last: i32,
  K: i32, mu: usize, factor: usize, logc: usize, margin: f64, homes: usize, stats: usize, exact: i32, scratch: usize,
): void {
  const active = scratch;
  const masks = active + listBytes(K);
  const top = masks + listBytes(K);
  const z = top + (<usize>T << 3);
  const v = z + (<usize>(D * 8 + 8) << 3);
  const u = v + (<usize>(1 + D) * <usize>T << 3);
  const logp = u + (type == TIED ? <usize>D * <usize>T << 3 : 0);
  const laneBytes = <usize>T << 3;
  const tileBytes = <usize>D * laneBytes;
  const blockBytes = <usize>(1 + D + scatterLength(type, D)) << 4;
  const blocks = stats + HEADER_BYTES;
  const shared = type == TIED && exact ? blocks + <usize>K * blockBytes : 0;
  x += <usize>first * tileBytes;
  for (let t = first; t < last; ++t, x += tileBytes) {
    if (type == TIED) whiten(x, factor, u, z, D, T);
    const home = load<i32>(homes + (<usize>t << 2));
    const A = tileLogDensities(type, x, u, home, mu, factor, logc, logp, active, masks, top, z, D, T, K, margin);
    addLanes(stats + 16, f64x2.replace_lane(f64x2.splat(0), 0, <f64>strays(logp, active, masks, top, home, A, T)));
    addLanes(stats, responsibilities(logp, masks, top, tileWeights(w, wStep, t, N, T), A, T, margin));
    store<i32>(homes + (<usize>t << 2), tileMoments(type, x, logp, active, masks, mu, blocks, blockBytes, shared, v, D, T, A, home));
  }
}

/**
 * Log-densities of one tile under all components, the home component first, then in order. Kept components are listed
 * in active [A] i32, their live blocks in masks [A] i32, their log-densities in logp [A, T]; result A.
 */
export function tileLogDensities(
  type: i32, x: usize, u: usize, home: i32, mu: usize, factor: usize, logc: usize, logp: usize,
  active: usize, masks: usize, top: usize, z: usize, D: i32, T: i32, K: i32, margin: f64,
): i32 {
  const laneBytes = <usize>T << 3;
  const lowest = f64x2.splat(-Infinity);
  for (let n: usize = 0; n < laneBytes; n += 16) v128.store(top + n, lowest);
  let A = 0;
  for (let i = 0; i < K; ++i) {
    const k = i == 0 ? home : i <= home ? i - 1 : i;
    const live = logDensity(type, x, u, k, mu, factor, logc, logp, top, z, D, T, margin);
    if (!live) continue;
    store<i32>(active + (<usize>A << 2), k);
    store<i32>(masks + (<usize>A << 2), live);
    logp += laneBytes;
    ++A;
  }
  return A;
}

/** Rows of a tile whose most likely component is not the tile's home: many of them say that it is time to sort again. */
function strays(logp: usize, active: usize, masks: usize, top: usize, home: i32, A: i32, T: i32): i32 {
  if (A == 0 || load<i32>(active) != home) return T;
  let atHome = 0;
  for (let bits = load<i32>(masks); bits; bits &= bits - 1) {
    const s = <usize>ctz(bits) * BLOCK_BYTES;
    for (let n = s; n < s + BLOCK_BYTES; n += 16) {
      atHome += popcnt(i64x2.bitmask(f64x2.eq(v128.load(logp + n), v128.load(top + n))));
    }
  }
  return T - atHome;
}

/** M-step sums of one tile for its A kept components; result: the one with most weight. */
function tileMoments(
  type: i32, x: usize, r: usize, active: usize, masks: usize, mu: usize, blocks: usize, blockBytes: usize, shared: usize,
  v: usize, D: i32, T: i32, A: i32, home: i32,
): i32 {
  let most: f64 = -1;
  for (let a = 0; a < A; ++a, r += <usize>T << 3) {
    const live = load<i32>(masks + (<usize>a << 2));
    if (!live) continue;
    const k = load<i32>(active + (<usize>a << 2));
    const block = blocks + <usize>k * blockBytes;
    const before = laneSum(v128.load(block));
    addMoments(type, x, r, live, mu + (<usize>k * <usize>D << 3), block, shared, v, D, T);
    const weight = laneSum(v128.load(block)) - before;
    if (weight > most) {
      most = weight;
      home = k;
    }
  }
  return home;
}

/** a += b, lane sum by lane sum: two partial passes become one. length: `statisticsLength`. */
export function merge(a: usize, b: usize, length: i32): void {
  for (const end = a + (<usize>length << 4); a < end; a += 16, b += 16) addLanes(a, v128.load(b));
}

// The fused pass: E-step and M-step sums over a range of tiles. The N x K responsibilities exist one tile at a time.
import { allBlocks, BLOCK_BYTES, HEADER_BYTES, scatterLength, TIED, tileWeights } from "./layout";
import { logDensity, whiten } from "./density";
import { addLanes, laneSum } from "./lanes";
import { responsibilities } from "./responsibilities";
import { addMoments } from "./moments";
import { Pass, passAt } from "./pass";
import { wantedBlocks } from "./separators";

/**
 * stats += E-step and M-step sums of tiles first … last - 1, in tile order.
 *
 * x         [tiles, D, T] f64, in. w, wStep, N: see `tileWeights`.
 * mu        [K, D] f64, factor (see `factorLength`) f64, logc [K] f64, in: the current parameters.
 * separators  [K, K, 1 + D] f64, in: from `separate`; 0 does without.
 * homes     [tiles] i32, in/out: the component to try first in each tile; becomes the one with most weight there.
 * stats     `statisticsLength` lane pairs, in/out: the caller zeroes once per pass.
 * margin    components below exp(-margin) of a row's best are dropped (docs/numerics.md); Infinity keeps all.
 * exact     tied only: not 0 sums the scatter about the means; 0 leaves it to `tiedScatter`.
 * scratch   `passScratchBytes`.
 */
export function accumulate(
  type: i32, x: usize, w: usize, wStep: usize, N: i32, D: i32, T: i32, first: i32, last: i32,
  K: i32, mu: usize, factor: usize, logc: usize, separators: usize, margin: f64, homes: usize, stats: usize, exact: i32, scratch: usize,
): void {
  const pass = passAt(scratch, type, D, T, K);
  const tileBytes = <usize>D * <usize>T << 3;
  const blockBytes = <usize>(1 + D + scatterLength(type, D)) << 4;
  const blocks = stats + HEADER_BYTES;
  const shared = type == TIED && exact ? blocks + <usize>K * blockBytes : 0;
  x += <usize>first * tileBytes;
  for (let t = first; t < last; ++t, x += tileBytes) {
    const home = load<i32>(homes + (<usize>t << 2));
    const A = tileLogDensities(pass, type, x, home, mu, factor, logc, separators, D, T, K, margin);
    addLanes(stats + 16, f64x2.replace_lane(f64x2.splat(0), 0, <f64>strays(pass, home, A, T)));
    const weights = tileWeights(w, wStep, t, N, T);
    addLanes(stats, responsibilities(pass.logp, pass.masks, pass.top, weights, pass.list, A, T, margin));
    store<i32>(homes + (<usize>t << 2), tileMoments(pass, type, x, mu, blocks, blockBytes, shared, D, T, A, home));
  }
}

/**
 * Log-densities of one tile under all components, the home component first, then in order. Kept components are listed
 * in pass.active, their live blocks in pass.masks, their log-densities in pass.logp; the result is their number A.
 */
export function tileLogDensities(
  pass: Pass, type: i32, x: usize, home: i32, mu: usize, factor: usize, logc: usize, separators: usize,
  D: i32, T: i32, K: i32, margin: f64,
): i32 {
  const laneBytes = <usize>T << 3;
  const lowest = f64x2.splat(-Infinity);
  const active = pass.active;
  const masks = pass.masks;
  const top = pass.top;
  const z = pass.z;
  const u = pass.u;
  let logp = pass.logp;
  if (type == TIED) whiten(x, factor, u, z, D, T);
  for (let n: usize = 0; n < laneBytes; n += 16) v128.store(top + n, lowest);
  let A = 0;
  for (let i = 0; i < K; ++i) {
    const k = i == 0 ? home : i <= home ? i - 1 : i;
    if (separators && i == 1) {
      const mean = mu + (<usize>home * <usize>D << 3);
      const ofHome = separators + (<usize>home * <usize>K * <usize>(1 + D) << 3);
      wantedBlocks(x, mean, top, ofHome, logc, pass.list, pass.v, D, T, K, margin);
    }
    const wanted = separators && i > 0 ? load<i32>(pass.list + (<usize>k << 2)) : allBlocks(T);
    if (!wanted) continue;
    const live = logDensity(type, x, u, k, wanted, mu, factor, logc, logp, top, z, D, T, margin);
    if (!live) continue;
    store<i32>(active + (<usize>A << 2), k);
    store<i32>(masks + (<usize>A << 2), live);
    logp += laneBytes;
    ++A;
  }
  return A;
}

/** Rows of a tile whose most likely component is not the tile's home: many of them say that it is time to sort again. */
function strays(pass: Pass, home: i32, A: i32, T: i32): i32 {
  if (A == 0 || load<i32>(pass.active) != home) return T;
  const logp = pass.logp;
  const top = pass.top;
  let atHome = 0;
  for (let bits = load<i32>(pass.masks); bits; bits &= bits - 1) {
    const s = <usize>ctz(bits) * BLOCK_BYTES;
    for (let n = s; n < s + BLOCK_BYTES; n += 16) {
      atHome += popcnt(i64x2.bitmask(f64x2.eq(v128.load(logp + n), v128.load(top + n))));
    }
  }
  return T - atHome;
}

/** M-step sums of one tile for its A kept components; result: the one with most weight. */
function tileMoments(
  pass: Pass, type: i32, x: usize, mu: usize, blocks: usize, blockBytes: usize, shared: usize, D: i32, T: i32, A: i32, home: i32,
): i32 {
  let most: f64 = -1;
  let r = pass.logp;
  for (let a: usize = 0; a < <usize>A << 2; a += 4, r += <usize>T << 3) {
    const live = load<i32>(pass.masks + a);
    if (!live) continue;
    const k = load<i32>(pass.active + a);
    const block = blocks + <usize>k * blockBytes;
    const before = laneSum(v128.load(block));
    addMoments(type, x, r, live, mu + (<usize>k * <usize>D << 3), block, shared, pass.v, D, T);
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

// The fused pass: E-step and M-step sums over a range of tiles. The N x K responsibilities exist one tile at a time.
import { allBlocks, BLOCK_BYTES, HEADER_BYTES, scatterLength, statisticsLength, TIED } from "./layout";
import { logDensity, whiten } from "./density";
import { Model, Rows, tileWeights } from "./descriptors";
import { addLanes, laneSum } from "./lanes";
import { responsibilities } from "./responsibilities";
import { readAhead } from "./tiles";
import { addMoments } from "./moments";
import { Pass, passAt } from "./pass";
import { offerHome, startRadii, wantedByReach } from "./reach";
import { wantedBlocks } from "./separators";

/** Columns up to which a whole distance costs no more than a projection. */
// @ts-ignore: decorator
@inline const SMALL_D: i32 = 4;

/**
 * E-step and M-step sums of tiles first … last - 1, in tile order.
 *
 * model     its mu, factor and logc count, and separators and reach if they are not 0.
 * homes     [tiles] i32, in/out: the component to try first in each tile; becomes the one with most weight there.
 * stats     `statisticsLength` lane pairs, out.
 * exact     tied only: not 0 sums the scatter about the means; 0 leaves it to `tiedScatter`.
 * margin    components below exp(-margin) of a row's best are dropped (docs/numerics.md); Infinity keeps all.
 * scratch   `passScratchBytes`.
 */
export function accumulate(
  rows: usize, model: usize, first: i32, last: i32, homes: usize, stats: usize, exact: i32, margin: f64, scratch: usize,
): void {
  const data = changetype<Rows>(rows), mixture = changetype<Model>(model);
  const D = data.D, T = data.T;
  const type = mixture.type, K = mixture.K;
  const mu = mixture.mu, reach = mixture.reach;
  const pass = passAt(scratch, type, D, T, K);
  memory.fill(stats, 0, <usize>statisticsLength(type, D, K) << 4);
  const tileBytes = <usize>D * <usize>T << 3;
  const blockBytes = <usize>(1 + D + scatterLength(type, D)) << 4;
  const blocks = stats + HEADER_BYTES;
  const shared = type == TIED && exact ? blocks + <usize>K * blockBytes : 0;
  let x = data.x + <usize>first * tileBytes;
  for (let t = first; t < last; ++t, x += tileBytes) {
    const home = load<i32>(homes + (<usize>t << 2));
    const before = reach && t > first ? load<i32>(homes + (<usize>(t - 1) << 2)) : home;
    const after = reach && t + 1 < last ? load<i32>(homes + (<usize>(t + 1) << 2)) : home;
    const A = tileLogDensities(pass, mixture, x, home, before, after, reach, T, margin);
    addLanes(stats + 16, f64x2.replace_lane(f64x2.splat(0), 0, <f64>strays(pass, home, A, T)));
    const weights = tileWeights(data, t);
    addLanes(stats, responsibilities(pass.logp, pass.masks, pass.top, weights, pass.list, A, T, margin));
    store<i32>(homes + (<usize>t << 2), tileMoments(pass, type, x, mu, blocks, blockBytes, shared, D, T, A, home));
  }
}

/**
 * Log-densities of one tile under all components, the home component first, then in order. Kept components are listed in
 * pass.active, their live blocks in pass.masks, their log-densities in pass.logp; the result is their number A. before, after:
 * the homes of the tiles beside it. Where there are bounds for pairs of components, those two are looked at before the
 * others: a tile on a border is explained by them. reach: that of the model, or 0 to do without what is known of pairs.
 */
export function tileLogDensities(
  pass: Pass, model: Model, x: usize, home: i32, before: i32, after: i32, reach: usize, T: i32, margin: f64,
): i32 {
  const type = model.type, D = model.D, K = model.K;
  const mu = model.mu, factor = model.factor, logc = model.logc, separators = model.separators;
  const laneBytes = <usize>T << 3;
  const lowest = f64x2.splat(-Infinity);
  const top = pass.top;
  const z = pass.z;
  const u = pass.u;
  const all = allBlocks(T);
  readAhead(x, <usize>D * laneBytes);
  if (type == TIED) whiten(x, factor, u, z, D, T);
  for (let n: usize = 0; n < laneBytes; n += 16) v128.store(top + n, lowest);
  let logp = pass.logp;
  let A = keep(pass, 0, home, logDensity(type, x, u, home, all, mu, factor, logc, logp, top, z, D, T, margin));
  logp += A ? laneBytes : 0;
  // both, or one, or the home itself, which has had its turn; the last places of pass.logp are free until they have theirs
  const low = min(before, after);
  const high = max(before, after) == home ? low : max(before, after);
  const lowPlace = pass.logp + <usize>(K - 2) * laneBytes;
  const highPlace = lowPlace + laneBytes;
  let lowLive = 0;
  let highLive = 0;
  if (reach) {
    if (low != home && low != high) lowLive = logDensity(type, x, u, low, all, mu, factor, logc, lowPlace, top, z, D, T, margin);
    if (high != home) highLive = logDensity(type, x, u, high, all, mu, factor, logc, highPlace, top, z, D, T, margin);
    startRadii(pass, T);
    if (A) offerHome(pass, home, load<i32>(pass.masks), pass.logp, logc, T);
    offerHome(pass, low, lowLive, lowPlace, logc, T);
    offerHome(pass, high, highLive, highPlace, logc, T);
    const any = wantedByReach(pass, home, low, high, reach, T, K);
    if (!any && !lowLive && !highLive) return A;
    if (any && separators && D > SMALL_D) {
      const mean = mu + (<usize>home * <usize>D << 3);
      const ofHome = separators + (<usize>home * <usize>K * <usize>(1 + D) << 3);
      wantedBlocks(x, mean, top, ofHome, logc, pass.list, pass.v, D, T, K, margin);
    }
  }
  for (let k = 0; k < K; ++k) {
    if (k == home) continue;
    let live = 0;
    if (reach && (k == low || k == high)) {
      live = k == high ? highLive : lowLive;
      if (live) memory.copy(logp, k == high ? highPlace : lowPlace, laneBytes);
    } else {
      const wanted = reach ? load<i32>(pass.list + (<usize>k << 2)) : all;
      if (wanted) live = logDensity(type, x, u, k, wanted, mu, factor, logc, logp, top, z, D, T, margin);
    }
    const kept = keep(pass, A, k, live);
    logp += kept > A ? laneBytes : 0;
    A = kept;
  }
  return A;
}

/** Lists component k after the A that are kept, if any of its blocks lives; result: how many are kept then. */
// @ts-ignore: decorator
@inline
function keep(pass: Pass, A: i32, k: i32, live: i32): i32 {
  store<i32>(pass.active + (<usize>A << 2), k);
  store<i32>(pass.masks + (<usize>A << 2), live);
  return A + i32(live != 0);
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

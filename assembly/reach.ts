// How far a row may lie from the mean of its home before another component can matter to it: a number for each pair of
// components, against which a whole tile is judged by its farthest row.
//
// With r = |P_h (x - m_h)| the distance of a row from its home h, and Δ, g of the pair as in separators.ts,
//
//   |P_k (x - m_k)| >= Δ - |g' (x - m_h)| >= Δ - ρ r,   ρ² = g' Σ_h g      (Cauchy-Schwarz in the metric of the home)
//
// and k holds less than exp(-margin) of the row where that is at least sqrt(r² + C), C = 2 (margin - logc_h + logc_k):
//
//   r <= reach = (Δ² - C) / (Δ ρ + sqrt(Δ² + C (ρ² - 1)))
import { Model } from "./descriptors";
import { multiplyAdd } from "./lanes";
import { BLOCK_BYTES, DIAG, FULL, TIED, triangleLength } from "./layout";
import { Pass } from "./pass";
import { gatherQuad, separate } from "./separators";

/** Distances beyond this say nothing: the rounding of their differences could matter. */
// @ts-ignore: decorator
@inline const FARTHEST: f64 = 1e6;
/** ρ is taken so much too large, for the rounding of factors. */
// @ts-ignore: decorator
@inline const WIDER: f64 = 1 + 1e-6;
// @ts-ignore: decorator
@inline const EPSILON: f64 = 2.220446049250313e-16;

/** The reach of a pair; -1 where its component may matter everywhere. */
function reachOf(delta: f64, rho: f64, logcHome: f64, logc: f64, margin: f64): f64 {
  if (!(delta < FARTHEST)) return -1;
  const c = max(0, 2 * (margin - logcHome + logc));
  const square = delta * delta;
  // a component without weight has c = 0, and so has one that is far denser than the home: safe, if not sharp
  if (!(square > c)) return -1;
  const wide = rho * WIDER;
  return (square - c) / (delta * wide + Math.sqrt(square + c * (wide * wide - 1)));
}

/** g'Σg of four pairs of one home and what rounding may have taken from it, as ρ, into rho [4]. g [D, 4], cov [D, D], sigma [D]: square roots of its diagonal. */
function spreadsAlong(g: usize, cov: usize, sigma: usize, rho: usize, D: i32): void {
  const zero = f64x2.splat(0);
  let sum0 = zero, sum1 = zero, size0 = zero, size1 = zero;
  const end = g + (<usize>D << 5);
  for (let gi = g; gi < end; gi += 32, sigma += 8) {
    let row0 = zero, row1 = zero;
    for (let gj = g; gj < end; gj += 32, cov += 8) {
      const c = v128.load64_splat(cov);
      row0 = multiplyAdd(c, v128.load(gj), row0);
      row1 = multiplyAdd(c, v128.load(gj, 16), row1);
    }
    const g0 = v128.load(gi);
    const g1 = v128.load(gi, 16);
    const s = v128.load64_splat(sigma);
    sum0 = multiplyAdd(g0, row0, sum0);
    sum1 = multiplyAdd(g1, row1, sum1);
    size0 = multiplyAdd(f64x2.abs(g0), s, size0);
    size1 = multiplyAdd(f64x2.abs(g1), s, size1);
  }
  const rounding = f64x2.splat(4 * <f64>D * EPSILON);
  v128.store(rho, f64x2.sqrt(multiplyAdd(f64x2.mul(rounding, size0), size0, f64x2.max(zero, sum0))));
  v128.store(rho, f64x2.sqrt(multiplyAdd(f64x2.mul(rounding, size1), size1, f64x2.max(zero, sum1))), 16);
}

/** The row of reach of one home, for full components: see `relate`. scratch [5 D + 4] f64. */
function reachesOfFull(
  cov: usize, atHome: f64, logc: usize, separators: usize, margin: f64, reach: usize, scratch: usize, D: i32, K: i32,
): void {
  const rowBytes = <usize>D << 3;
  const g = scratch;
  const rho = g + (rowBytes << 2);
  const sigma = rho + 32;
  for (let d: usize = 0; d < rowBytes; d += 8) store<f64>(sigma + d, Math.sqrt(load<f64>(cov + d * <usize>(D + 1))));
  for (let k = 0; k < K; k += 4) {
    const count = min(4, K - k);
    gatherQuad(separators + 8, rowBytes + 8, count, g, D);
    spreadsAlong(g, cov, sigma, rho, D);
    for (let lane: usize = 0; lane < <usize>count; ++lane, reach += 8, logc += 8, separators += rowBytes + 8) {
      store<f64>(reach, reachOf(load<f64>(separators), load<f64>(rho + (lane << 3)), atHome, load<f64>(logc), margin));
    }
  }
}

/** Δ² of two means [D] that lie 1 / p apart in each column, and ρ²Δ² where the home's own are 1 / home: p, home [D]. */
function reachOfDiagonal(m: usize, mean: usize, home: usize, p: usize, D: i32, logcHome: f64, logc: f64, margin: f64): f64 {
  let square: f64 = 0;
  let spread: f64 = 0;
  for (let d: usize = 0; d < <usize>D << 3; d += 8) {
    const pd = load<f64>(p + d);
    const z = pd * (load<f64>(m + d) - load<f64>(mean + d));
    const g = z * (pd / load<f64>(home + d));
    square += z * z;
    spread += g * g;
  }
  const delta = Math.sqrt(square);
  return reachOf(delta, delta > 0 ? Math.sqrt(spread) / delta : 0, logcHome, logc, margin);
}

/** |p (m - mean)| of two means [D]. */
function distanceOf(m: usize, mean: usize, p: f64, D: i32): f64 {
  let square: f64 = 0;
  for (let d: usize = 0; d < <usize>D << 3; d += 8) {
    const z = p * (load<f64>(m + d) - load<f64>(mean + d));
    square += z * z;
  }
  return Math.sqrt(square);
}

/**
 * What is known of pairs of components, for the homes from first to last - 1; ranges of homes are independent of each other.
 *
 * model    its mu, factor, logc and (full) the cov that the factors were made of, in; its separators (full, see `separate`) and
 *          its reach, for each home and component, out.
 * margin   as `accumulate` has it. scratch [12 D] f64 (full).
 */
export function relate(model: usize, first: i32, last: i32, margin: f64, scratch: usize): void {
  const mixture = changetype<Model>(model);
  const type = mixture.type, D = mixture.D, K = mixture.K;
  const mu = mixture.mu, cov = mixture.cov, factor = mixture.factor, logc = mixture.logc;
  let separators = mixture.separators, reach = mixture.reach;
  const rowBytes = <usize>D << 3;
  const whitened = factor + (<usize>(triangleLength(D) + D) << 3);
  if (type == FULL) separate(mu, factor, separators, D, K, first, last, scratch);
  reach += <usize>(first * K) << 3;
  separators += <usize>(first * K) * (rowBytes + 8);
  for (let h = <usize>first; h < <usize>last; ++h) {
    const atHome = load<f64>(logc + (h << 3));
    const m = mu + h * rowBytes;
    if (type == FULL) {
      reachesOfFull(cov + h * <usize>D * rowBytes, atHome, logc, separators, margin, reach, scratch, D, K);
      reach += <usize>K << 3;
      separators += <usize>K * (rowBytes + 8);
      continue;
    }
    for (let k: usize = 0; k < <usize>K; ++k, reach += 8) {
      const c = load<f64>(logc + (k << 3));
      let r: f64;
      if (type == TIED) {
        r = reachOf(distanceOf(whitened + h * rowBytes, whitened + k * rowBytes, 1, D), 1, atHome, c, margin);
      } else if (type == DIAG) {
        r = reachOfDiagonal(m, mu + k * rowBytes, factor + h * rowBytes, factor + k * rowBytes, D, atHome, c, margin);
      } else {
        const p = load<f64>(factor + (k << 3));
        r = reachOf(distanceOf(m, mu + k * rowBytes, p, D), p / load<f64>(factor + (h << 3)), atHome, c, margin);
      }
      store<f64>(reach, r);
    }
  }
}

// For each block of a tile its home and how far its farthest row lies from that: radii [T / 8] f64, then homes [T / 8] i32,
// in pass.v.

// @ts-ignore: decorator
@inline
function homesOf(pass: Pass, T: i32): usize {
  return pass.v + <usize>T;
}

/** No block has a home yet: each is -1. */
export function startRadii(pass: Pass, T: i32): void {
  memory.fill(homesOf(pass, T), 255, <usize>T >> 1);
}

/** Component k becomes the home of the blocks of whose first row it is the likeliest. live, logp: of this component. */
export function offerHome(pass: Pass, k: i32, live: i32, logp: usize, logc: usize, T: i32): void {
  const c = load<f64>(logc + (<usize>k << 3));
  for (; live; live &= live - 1) {
    const b = <usize>ctz(live);
    const at = logp + b * BLOCK_BYTES;
    if (load<f64>(at) != load<f64>(pass.top + b * BLOCK_BYTES)) continue;
    const low = f64x2.min(f64x2.min(v128.load(at), v128.load(at, 16)), f64x2.min(v128.load(at, 32), v128.load(at, 48)));
    const least = min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
    store<f64>(pass.v + (b << 3), Math.sqrt(max(0, 2 * (c - least))));
    store<i32>(homesOf(pass, T) + (b << 2), k);
  }
}

/**
 * In which blocks of a tile each component but three may matter, as far as the radii tell: pass.list [K] i32, out, a bit for
 * each block. True when any bit is set. reach: from `relate`.
 */
export function wantedByReach(pass: Pass, home: i32, low: i32, high: i32, reach: usize, T: i32, K: i32): bool {
  const blocks = T >> 3;
  const radii = pass.v;
  const homes = homesOf(pass, T);
  let farthest: f64 = 0;
  let pure = true;
  for (let b = 0; b < blocks; ++b) {
    pure = pure && load<i32>(homes + (<usize>b << 2)) == home;
    farthest = max(farthest, load<f64>(radii + (<usize>b << 3)));
  }
  let any = 0;
  for (let k = 0; k < K; ++k) {
    let wanted = 0;
    const out = pure && farthest <= load<f64>(reach + (<usize>(home * K + k) << 3));
    if (!out && k != home && k != low && k != high) {
      for (let b = 0; b < blocks; ++b) {
        const own = load<i32>(homes + (<usize>b << 2));
        const beyond = own >= 0 && load<f64>(radii + (<usize>b << 3)) <= load<f64>(reach + (<usize>(own * K + k) << 3));
        wanted |= i32(!beyond) << b;
      }
    }
    store<i32>(pass.list + (<usize>k << 2), wanted);
    any |= wanted;
  }
  return any != 0;
}

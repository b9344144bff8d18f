// Cheap lower bounds on distances: one projection per pair of components instead of a whole quadratic form.
//
// For rows near component h, component k's distance is at least its projection on the direction from m_k to m_h:
//
//   |P_k (x - m_k)| >= e' P_k (x - m_k) = Δ + g' (x - m_h),   e = P_k (m_h - m_k) / Δ,   g = P_k' e,   Δ = |P_k (m_h - m_k)|
//
// (Cauchy-Schwarz). D multiply-adds a row instead of D² / 2; exact, as a bound may only drop what cannot matter.
import { multiplyPacked, multiplyPackedTransposed } from "./cholesky";
import { multiplyAdd } from "./lanes";
import { BLOCK_BYTES, triangleLength } from "./layout";

/** Distance in standard deviations up to which rounding stays below 1e-3 of one. */
// @ts-ignore: decorator
@inline const FARTHEST: f64 = 1e12;

/**
 * separators [K, K, 1 + D] f64, out: for each home h and component k, Δ and g (of a component and itself: zeros).
 * mu [K, D], factor (full) f64, in. scratch [2, D] f64.
 */
export function separate(mu: usize, factor: usize, separators: usize, scratch: usize, D: i32, K: i32): void {
  const rowBytes = <usize>D << 3;
  const delta = scratch;
  const y = scratch + rowBytes;
  for (let h = 0; h < K; ++h) {
    const home = mu + <usize>h * rowBytes;
    for (let k = 0; k < K; ++k, separators += rowBytes + 8) {
      const mean = mu + <usize>k * rowBytes;
      const packed = factor + (<usize>k * <usize>triangleLength(D) << 3);
      for (let d: usize = 0; d < rowBytes; d += 8) store<f64>(delta + d, load<f64>(home + d) - load<f64>(mean + d));
      multiplyPacked(packed, delta, y, D);
      let q: f64 = 0;
      for (let d: usize = 0; d < rowBytes; d += 8) q += load<f64>(y + d) * load<f64>(y + d);
      // beyond FARTHEST the projection of a row at m_k would be rounding of Δ: no bound then, NaN and infinity included
      const length = Math.sqrt(q);
      const distance = length < FARTHEST ? length : 0;
      const inverse = distance > 0 ? 1 / distance : 0;
      for (let d: usize = 0; d < rowBytes; d += 8) store<f64>(y + d, inverse > 0 ? load<f64>(y + d) * inverse : 0);
      store<f64>(separators, distance);
      multiplyPackedTransposed(packed, y, separators + 8, D);
    }
  }
}

/** 1 when some row's projection stays below its bound, room + 2 logc; s the projections, room [8] in four vectors. */
// @ts-ignore: decorator
@inline
function mayMatter(s0: v128, s1: v128, s2: v128, s3: v128, r0: v128, r1: v128, r2: v128, r3: v128, logc: usize): i32 {
  const c = f64x2.splat(2 * load<f64>(logc));
  const a = v128.or(f64x2.lt(f64x2.mul(s0, s0), f64x2.add(r0, c)), f64x2.lt(f64x2.mul(s1, s1), f64x2.add(r1, c)));
  const b = v128.or(f64x2.lt(f64x2.mul(s2, s2), f64x2.add(r2, c)), f64x2.lt(f64x2.mul(s3, s3), f64x2.add(r3, c)));
  return <i32>v128.any_true(v128.or(a, b));
}

/** z [D, T] = x - mu for one tile. */
function centreTile(x: usize, mu: usize, z: usize, D: i32, T: i32): void {
  const laneBytes = <usize>T << 3;
  for (const end = mu + (<usize>D << 3); mu < end; mu += 8) {
    const m = v128.load64_splat(mu);
    for (const columnEnd = x + laneBytes; x < columnEnd; x += 16, z += 16) v128.store(z, f64x2.sub(v128.load(x), m));
  }
}

/**
 * In which blocks of a tile each component may matter, as far as the projections tell: wanted [K] i32, out.
 *
 * x     [D, T] f64, in: the tile. mean [D] f64, in: of its home component.
 * top   [T] f64, in: log-densities under the home component.
 * separators  in: [K, 1 + D] f64 of the home, from `separate`. logc [K] f64, in.
 * v     [1 + D, T] f64, scratch.
 * Two components share every load of a row.
 */
export function wantedBlocks(
  x: usize, mean: usize, top: usize, separators: usize, logc: usize, wanted: usize, v: usize, D: i32, T: i32, K: i32, margin: f64,
): void {
  const laneBytes = <usize>T << 3;
  const two = f64x2.splat(2);
  const slack = f64x2.splat(margin);
  const strideBytes = <usize>(1 + D) << 3;
  let room = v;
  let z = v + laneBytes;
  centreTile(x, mean, z, D, T);
  memory.fill(wanted, 0, <usize>K << 2);
  for (let n: usize = 0; n < laneBytes; n += 16) v128.store(room + n, f64x2.mul(two, f64x2.sub(slack, v128.load(top + n))));
  for (let b = 0; b < T >> 3; ++b, z += BLOCK_BYTES, room += BLOCK_BYTES) {
    const r0 = v128.load(room);
    const r1 = v128.load(room, 16);
    const r2 = v128.load(room, 32);
    const r3 = v128.load(room, 48);
    let p = separators;
    let at = wanted;
    let c = logc;
    for (let k = 0; k + 2 <= K; k += 2, p += strideBytes << 1, at += 8, c += 16) {
      const other = p + strideBytes;
      let a0 = v128.load64_splat(p), a1 = a0, a2 = a0, a3 = a0;
      let b0 = v128.load64_splat(other), b1 = b0, b2 = b0, b3 = b0;
      let zd = z;
      for (let g = p + 8; g < other; g += 8, zd += laneBytes) {
        const x0 = v128.load(zd);
        const x1 = v128.load(zd, 16);
        const x2 = v128.load(zd, 32);
        const x3 = v128.load(zd, 48);
        const ga = v128.load64_splat(g);
        a0 = multiplyAdd(ga, x0, a0);
        a1 = multiplyAdd(ga, x1, a1);
        a2 = multiplyAdd(ga, x2, a2);
        a3 = multiplyAdd(ga, x3, a3);
        const gb = v128.load64_splat(g + strideBytes);
        b0 = multiplyAdd(gb, x0, b0);
        b1 = multiplyAdd(gb, x1, b1);
        b2 = multiplyAdd(gb, x2, b2);
        b3 = multiplyAdd(gb, x3, b3);
      }
      store<i32>(at, load<i32>(at) | (mayMatter(a0, a1, a2, a3, r0, r1, r2, r3, c) << b));
      store<i32>(at, load<i32>(at, 4) | (mayMatter(b0, b1, b2, b3, r0, r1, r2, r3, c + 8) << b), 4);
    }
    if (K & 1) {
      let a0 = v128.load64_splat(p), a1 = a0, a2 = a0, a3 = a0;
      let zd = z;
      for (let g = p + 8; g < p + strideBytes; g += 8, zd += laneBytes) {
        const ga = v128.load64_splat(g);
        a0 = multiplyAdd(ga, v128.load(zd), a0);
        a1 = multiplyAdd(ga, v128.load(zd, 16), a1);
        a2 = multiplyAdd(ga, v128.load(zd, 32), a2);
        a3 = multiplyAdd(ga, v128.load(zd, 48), a3);
      }
      store<i32>(at, load<i32>(at) | (mayMatter(a0, a1, a2, a3, r0, r1, r2, r3, c) << b));
    }
  }
}

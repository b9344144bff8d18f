// Cheap lower bounds on distances: one projection per pair of components instead of a whole quadratic form.
//
// For rows near component h, component k's distance is at least its projection on the direction from m_k to m_h:
//
//   |P_k (x - m_k)| >= e' P_k (x - m_k) = Δ + g' (x - m_h),   e = P_k (m_h - m_k) / Δ,   g = P_k' e,   Δ = |P_k (m_h - m_k)|
//
// (Cauchy-Schwarz). D multiply-adds a row instead of D² / 2; exact, as a bound may only drop what cannot matter.
import { multiplyAdd } from "./lanes";
import { BLOCK_BYTES, triangleLength } from "./layout";

/** Distance in standard deviations up to which rounding stays below 1e-3 of one. */
// @ts-ignore: decorator
@inline const FARTHEST: f64 = 1e12;

/** *p += c q, for four numbers each. */
// @ts-ignore: decorator
@inline
function addQuad(p: usize, c: v128, q: usize): void {
  v128.store(p, multiplyAdd(c, v128.load(q), v128.load(p)));
  v128.store(p, multiplyAdd(c, v128.load(q, 16), v128.load(p, 16)), 16);
}

/** y = P z of four vectors: z, y [D, 4] f64, for a packed P. The same bits as one by one. */
function multiplyQuad(packed: usize, z: usize, y: usize, D: i32): void {
  const zero = f64x2.splat(0);
  for (let i = 0; i + 2 <= D; i += 2, y += 64) {
    let a0 = zero, a1 = zero, b0 = zero, b1 = zero;
    for (let zj = z; zj < z + (<usize>(i + 2) << 5); zj += 32, packed += 16) {
      const z0 = v128.load(zj);
      const z1 = v128.load(zj, 16);
      const pa = v128.load64_splat(packed);
      a0 = multiplyAdd(pa, z0, a0);
      a1 = multiplyAdd(pa, z1, a1);
      const pb = v128.load64_splat(packed, 8);
      b0 = multiplyAdd(pb, z0, b0);
      b1 = multiplyAdd(pb, z1, b1);
    }
    v128.store(y, a0);
    v128.store(y, a1, 16);
    v128.store(y, b0, 32);
    v128.store(y, b1, 48);
  }
  if (D & 1) {
    let a0 = zero, a1 = zero;
    for (let zj = z; zj < z + (<usize>D << 5); zj += 32, packed += 8) {
      const pa = v128.load64_splat(packed);
      a0 = multiplyAdd(pa, v128.load(zj), a0);
      a1 = multiplyAdd(pa, v128.load(zj, 16), a1);
    }
    v128.store(y, a0);
    v128.store(y, a1, 16);
  }
}

/** y = P' e of four vectors: e, y [D, 4] f64, for a packed P; they must not overlap. */
function multiplyQuadTransposed(packed: usize, e: usize, y: usize, D: i32): void {
  memory.fill(y, 0, <usize>D << 5);
  for (let i = 0; i + 2 <= D; i += 2, e += 64) {
    for (let yj = y; yj < y + (<usize>(i + 2) << 5); yj += 32, packed += 16) {
      addQuad(yj, v128.load64_splat(packed), e);
      addQuad(yj, v128.load64_splat(packed, 8), e + 32);
    }
  }
  if (D & 1) for (let yj = y; yj < y + (<usize>D << 5); yj += 32, packed += 8) addQuad(yj, v128.load64_splat(packed), e);
}

/**
 * Four vectors [D] side by side: to [D, 4] f64. They lie strideBytes apart; where there are fewer than four, the last stands for those that
 * are not there.
 */
export function gatherQuad(from: usize, strideBytes: usize, count: i32, to: usize, D: i32): void {
  for (let lane = 0; lane < 4; ++lane, to += 8) {
    const vector = from + <usize>min(lane, count - 1) * strideBytes;
    for (let d: usize = 0; d < <usize>D; ++d) store<f64>(to + (d << 5), load<f64>(vector + (d << 3)));
  }
}

/** For two of four pairs: Δ, 0 where it is no bound, from Δ²; and y becomes the direction of its difference, 0 there. Lanes lie 32 bytes apart. */
// @ts-ignore: decorator
@inline
function normalise(square: v128, y: usize, D: i32): v128 {
  // beyond FARTHEST the projection of a row at m_k would be rounding of Δ: no bound then, NaN and infinity included
  const length = f64x2.sqrt(square);
  const distance = v128.and(length, f64x2.lt(length, f64x2.splat(FARTHEST)));
  const positive = f64x2.gt(distance, f64x2.splat(0));
  const inverse = f64x2.div(f64x2.splat(1), distance);
  for (const end = y + (<usize>D << 5); y < end; y += 32) v128.store(y, v128.and(f64x2.mul(v128.load(y), inverse), positive));
  return distance;
}

/**
 * separators [K, K, 1 + D] f64, out: for each home h from first to last - 1 and component k, Δ and g (of a component and itself: zeros).
 * mu [K, D], factor (full) f64, in. scratch [12, D] f64.
 * Four homes at a time, so that the sums of one do not wait for each other.
 */
export function separate(mu: usize, factor: usize, separators: usize, D: i32, K: i32, first: i32, last: i32, scratch: usize): void {
  const rowBytes = <usize>D << 3;
  const pairBytes = rowBytes + 8;
  const homes = scratch;
  const delta = homes + (rowBytes << 2);
  const y = delta + (rowBytes << 2);
  separators += <usize>(first * K) * pairBytes;
  for (let h = first; h < last; h += 4) {
    const count = min(4, last - h);
    gatherQuad(mu + <usize>h * rowBytes, rowBytes, count, homes, D);
    let mean = mu;
    let packed = factor;
    for (let k = 0; k < K; ++k, mean += rowBytes, packed += <usize>triangleLength(D) << 3, separators += pairBytes) {
      for (let d: usize = 0; d < rowBytes; d += 8) {
        const m = v128.load64_splat(mean + d);
        const at = d << 2;
        v128.store(delta + at, f64x2.sub(v128.load(homes + at), m));
        v128.store(delta + at, f64x2.sub(v128.load(homes + at, 16), m), 16);
      }
      multiplyQuad(packed, delta, y, D);
      let q0 = f64x2.splat(0), q1 = q0;
      for (let yd = y; yd < y + (rowBytes << 2); yd += 32) {
        const y0 = v128.load(yd);
        const y1 = v128.load(yd, 16);
        q0 = multiplyAdd(y0, y0, q0);
        q1 = multiplyAdd(y1, y1, q1);
      }
      const d0 = normalise(q0, y, D);
      const d1 = normalise(q1, y + 16, D);
      multiplyQuadTransposed(packed, y, delta, D); // the differences have had their turn
      for (let lane = 0; lane < count; ++lane) {
        let to = separators + <usize>(lane * K) * pairBytes;
        const pair = lane < 2 ? d0 : d1;
        store<f64>(to, lane & 1 ? f64x2.extract_lane(pair, 1) : f64x2.extract_lane(pair, 0));
        for (let from = delta + (<usize>lane << 3); from < y; from += 32) store<f64>(to += 8, load<f64>(from));
      }
    }
    separators += <usize>((count - 1) * K) * pairBytes;
  }
}

/** 1 when some row's projection stays below its bound, room + 2 logc; s the projections, room [8] f64. */
// @ts-ignore: decorator
@inline
function mayMatter(s0: v128, s1: v128, s2: v128, s3: v128, room: usize, logc: usize): i32 {
  const c = f64x2.splat(2 * load<f64>(logc));
  const r0 = f64x2.add(v128.load(room), c);
  const r1 = f64x2.add(v128.load(room, 16), c);
  const r2 = f64x2.add(v128.load(room, 32), c);
  const r3 = f64x2.add(v128.load(room, 48), c);
  const a = v128.or(f64x2.lt(f64x2.mul(s0, s0), r0), f64x2.lt(f64x2.mul(s1, s1), r1));
  const b = v128.or(f64x2.lt(f64x2.mul(s2, s2), r2), f64x2.lt(f64x2.mul(s3, s3), r3));
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
 * In which blocks of a tile each component may matter, as far as the projections tell.
 *
 * x     [D, T] f64, in: the tile. mean [D] f64, in: of its home component.
 * top   [T] f64, in: log-densities under the home component.
 * separators  in: [K, 1 + D] f64 of the home, from `separate`. logc [K] f64, in.
 * wanted [K] i32, in/out: 0 where a component is not asked about, and left so.
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
  const z = v + laneBytes;
  centreTile(x, mean, z, D, T);
  for (let n: usize = 0; n < laneBytes; n += 16) v128.store(v + n, f64x2.mul(two, f64x2.sub(slack, v128.load(top + n))));
  let k = 0;
  for (; k + 2 <= K; k += 2, separators += strideBytes << 1, wanted += 8, logc += 16) {
    if (load<u64>(wanted)) wantedByPair(v, z, separators, strideBytes, logc, wanted, laneBytes);
  }
  if (k < K && load<i32>(wanted)) wantedByOne(v, z, separators, strideBytes, logc, wanted, laneBytes);
}

/** For two components whose separators lie side by side. */
function wantedByPair(room: usize, z: usize, p: usize, strideBytes: usize, logc: usize, wanted: usize, laneBytes: usize): void {
  const other = p + strideBytes;
  let wantA = 0;
  let wantB = 0;
  for (let s: usize = 0, b = 0; s < laneBytes; s += BLOCK_BYTES, ++b) {
    let a0 = v128.load64_splat(p), a1 = a0, a2 = a0, a3 = a0;
    let b0 = v128.load64_splat(other), b1 = b0, b2 = b0, b3 = b0;
    let zd = z + s;
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
    wantA |= mayMatter(a0, a1, a2, a3, room + s, logc) << b;
    wantB |= mayMatter(b0, b1, b2, b3, room + s, logc + 8) << b;
  }
  store<i32>(wanted, load<i32>(wanted) & wantA);
  store<i32>(wanted, load<i32>(wanted, 4) & wantB, 4);
}

/** For one component. */
function wantedByOne(room: usize, z: usize, p: usize, strideBytes: usize, logc: usize, wanted: usize, laneBytes: usize): void {
  let want = 0;
  for (let s: usize = 0, b = 0; s < laneBytes; s += BLOCK_BYTES, ++b) {
    let a0 = v128.load64_splat(p), a1 = a0, a2 = a0, a3 = a0;
    let zd = z + s;
    for (let g = p + 8; g < p + strideBytes; g += 8, zd += laneBytes) {
      const ga = v128.load64_splat(g);
      a0 = multiplyAdd(ga, v128.load(zd), a0);
      a1 = multiplyAdd(ga, v128.load(zd, 16), a1);
      a2 = multiplyAdd(ga, v128.load(zd, 32), a2);
      a3 = multiplyAdd(ga, v128.load(zd, 48), a3);
    }
    want |= mayMatter(a0, a1, a2, a3, room + s, logc) << b;
  }
  store<i32>(wanted, load<i32>(wanted) & want);
}

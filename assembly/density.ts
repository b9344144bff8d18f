// E-step distances: log-densities of one component over one tile, in blocks of eight rows.
//
// Every kernel here has the same contract:
//
//   logp_n = logc - ½ |P (x_n - mu)|²       P = L⁻¹, Σ = L L'  (Bishop, PRML, eq. 2.43)
//
//   x      [D, T] f64, in: one tile.
//   mu     [D] f64, in.
//   logc   log weight + log|P| - D/2 log 2π; minus infinity for a component without weight.
//   logp   [T] f64, out: written for live blocks only.
//   top    [T] f64, in/out: the largest logp of a row so far; minus infinity at first.
//   margin a block is dropped when logp < top - margin in all its rows; Infinity keeps all but impossible ones.
//   result bit b is set when block b (rows 8b … 8b + 7) is live.
//
// A distance that overflows or is NaN counts as impossible. Nothing traps.
import { multiplyAdd } from "./lanes";
import { BLOCK_BYTES, DIAG, FULL, TIED, triangleLength } from "./layout";

/**
 * Log-densities of component k, for every covariance type. wanted: the blocks in which it may matter, a bit each (the
 * cheaper kernels look at all). factor: see `factorLength`; z [D * 8 + 8] f64, scratch;
 * u: the whitened tile when tied.
 */
export function logDensity(
  type: i32, x: usize, u: usize, k: i32, wanted: i32, mu: usize, factor: usize, logc: usize,
  logp: usize, top: usize, z: usize, D: i32, T: i32, margin: f64,
): i32 {
  const c = load<f64>(logc + (<usize>k << 3));
  const mean = mu + (<usize>k * <usize>D << 3);
  if (type == FULL) {
    const p = factor + (<usize>k * <usize>triangleLength(D) << 3);
    if (D == 1) return logDensityFull1(x, mean, p, c, logp, top, T, margin);
    if (D == 2) return logDensityFull2(x, mean, p, c, logp, top, T, margin);
    if (D == 3) return logDensityFull3(x, mean, p, c, logp, top, T, margin);
    if (D == 4) return logDensityFull4(x, mean, p, c, logp, top, z, T, margin);
    return logDensityFull(x, wanted, mean, p, c, logp, top, z, D, T, margin);
  }
  if (type == DIAG) return logDensityDiag(x, mean, factor + (<usize>k * <usize>D << 3), c, logp, top, z, D, T, margin);
  if (type == TIED) {
    const whitened = factor + (<usize>(triangleLength(D) + D + k * D) << 3);
    return logDensitySpherical(u, whitened, 1, c, logp, top, z, D, T, margin);
  }
  return logDensitySpherical(x, mean, load<f64>(factor + (<usize>k << 3)), c, logp, top, z, D, T, margin);
}

/** Ends a block: logp = c - q/2 in four vectors, unless all eight rows are below top - margin. True when the block lives. */
// @ts-ignore: decorator
@inline
function keepBlock(q0: v128, q1: v128, q2: v128, q3: v128, c: v128, margin: v128, logp: usize, top: usize): bool {
  const half = f64x2.splat(0.5);
  const l0 = f64x2.sub(c, f64x2.mul(half, q0));
  const l1 = f64x2.sub(c, f64x2.mul(half, q1));
  const l2 = f64x2.sub(c, f64x2.mul(half, q2));
  const l3 = f64x2.sub(c, f64x2.mul(half, q3));
  const t0 = v128.load(top);
  const t1 = v128.load(top, 16);
  const t2 = v128.load(top, 32);
  const t3 = v128.load(top, 48);
  const live01 = v128.or(f64x2.gt(l0, f64x2.sub(t0, margin)), f64x2.gt(l1, f64x2.sub(t1, margin)));
  const live23 = v128.or(f64x2.gt(l2, f64x2.sub(t2, margin)), f64x2.gt(l3, f64x2.sub(t3, margin)));
  if (!v128.any_true(v128.or(live01, live23))) return false;
  v128.store(logp, l0);
  v128.store(logp, l1, 16);
  v128.store(logp, l2, 32);
  v128.store(logp, l3, 48);
  v128.store(top, f64x2.pmax(t0, l0));
  v128.store(top, f64x2.pmax(t1, l1), 16);
  v128.store(top, f64x2.pmax(t2, l2), 32);
  v128.store(top, f64x2.pmax(t3, l3), 48);
  return true;
}

// @ts-ignore: decorator
@inline
function square1(x: usize, m0: v128, p00: v128): v128 {
  const y = f64x2.mul(f64x2.sub(v128.load(x), m0), p00);
  return f64x2.mul(y, y);
}

function logDensityFull1(x: usize, mu: usize, p: usize, logc: f64, logp: usize, top: usize, T: i32, margin: f64): i32 {
  const m0 = v128.load64_splat(mu);
  const p00 = v128.load64_splat(p);
  const c = f64x2.splat(logc);
  const slack = f64x2.splat(margin);
  let live = 0;
  for (let b = 0; b < T >> 3; ++b, x += BLOCK_BYTES, logp += BLOCK_BYTES, top += BLOCK_BYTES) {
    const q0 = square1(x, m0, p00);
    const q1 = square1(x + 16, m0, p00);
    const q2 = square1(x + 32, m0, p00);
    const q3 = square1(x + 48, m0, p00);
    if (keepBlock(q0, q1, q2, q3, c, slack, logp, top)) live |= 1 << b;
  }
  return live;
}

// @ts-ignore: decorator
@inline
function square2(x: usize, x1: usize, m0: v128, m1: v128, p00: v128, p10: v128, p11: v128): v128 {
  const z0 = f64x2.sub(v128.load(x), m0);
  const z1 = f64x2.sub(v128.load(x1), m1);
  const y0 = f64x2.mul(p00, z0);
  const y1 = multiplyAdd(p11, z1, f64x2.mul(p10, z0));
  return multiplyAdd(y1, y1, f64x2.mul(y0, y0));
}

function logDensityFull2(x: usize, mu: usize, p: usize, logc: f64, logp: usize, top: usize, T: i32, margin: f64): i32 {
  const m0 = v128.load64_splat(mu);
  const m1 = v128.load64_splat(mu, 8);
  const p00 = v128.load64_splat(p);
  const p10 = v128.load64_splat(p, 8);
  const p11 = v128.load64_splat(p, 24);
  const c = f64x2.splat(logc);
  const slack = f64x2.splat(margin);
  let x1 = x + (<usize>T << 3);
  let live = 0;
  for (let b = 0; b < T >> 3; ++b, x += BLOCK_BYTES, x1 += BLOCK_BYTES, logp += BLOCK_BYTES, top += BLOCK_BYTES) {
    const q0 = square2(x, x1, m0, m1, p00, p10, p11);
    const q1 = square2(x + 16, x1 + 16, m0, m1, p00, p10, p11);
    const q2 = square2(x + 32, x1 + 32, m0, m1, p00, p10, p11);
    const q3 = square2(x + 48, x1 + 48, m0, m1, p00, p10, p11);
    if (keepBlock(q0, q1, q2, q3, c, slack, logp, top)) live |= 1 << b;
  }
  return live;
}

// @ts-ignore: decorator
@inline
function square3(
  x: usize, x1: usize, x2: usize, m0: v128, m1: v128, m2: v128, p00: v128, p10: v128, p11: v128, p20: v128, p21: v128, p22: v128,
): v128 {
  const z0 = f64x2.sub(v128.load(x), m0);
  const z1 = f64x2.sub(v128.load(x1), m1);
  const z2 = f64x2.sub(v128.load(x2), m2);
  const y0 = f64x2.mul(p00, z0);
  const y1 = multiplyAdd(p11, z1, f64x2.mul(p10, z0));
  const y2 = multiplyAdd(p22, z2, multiplyAdd(p21, z1, f64x2.mul(p20, z0)));
  return multiplyAdd(y2, y2, multiplyAdd(y1, y1, f64x2.mul(y0, y0)));
}

function logDensityFull3(x: usize, mu: usize, p: usize, logc: f64, logp: usize, top: usize, T: i32, margin: f64): i32 {
  const m0 = v128.load64_splat(mu);
  const m1 = v128.load64_splat(mu, 8);
  const m2 = v128.load64_splat(mu, 16);
  const p00 = v128.load64_splat(p);
  const p10 = v128.load64_splat(p, 8);
  const p11 = v128.load64_splat(p, 24);
  const p20 = v128.load64_splat(p, 32);
  const p21 = v128.load64_splat(p, 40);
  const p22 = v128.load64_splat(p, 48);
  const c = f64x2.splat(logc);
  const slack = f64x2.splat(margin);
  let x1 = x + (<usize>T << 3);
  let x2 = x1 + (<usize>T << 3);
  let live = 0;
  for (let b = 0; b < T >> 3; ++b) {
    const q0 = square3(x, x1, x2, m0, m1, m2, p00, p10, p11, p20, p21, p22);
    const q1 = square3(x + 16, x1 + 16, x2 + 16, m0, m1, m2, p00, p10, p11, p20, p21, p22);
    const q2 = square3(x + 32, x1 + 32, x2 + 32, m0, m1, m2, p00, p10, p11, p20, p21, p22);
    const q3 = square3(x + 48, x1 + 48, x2 + 48, m0, m1, m2, p00, p10, p11, p20, p21, p22);
    if (keepBlock(q0, q1, q2, q3, c, slack, logp, top)) live |= 1 << b;
    x += BLOCK_BYTES;
    x1 += BLOCK_BYTES;
    x2 += BLOCK_BYTES;
    logp += BLOCK_BYTES;
    top += BLOCK_BYTES;
  }
  return live;
}

/** q [4] = |P z|² of four rows, D = 4: two vectors share every load of mu and p. Columns are laneBytes apart. */
// @ts-ignore: decorator
@inline
function square4(x: usize, laneBytes: usize, mu: usize, p: usize, q: usize): void {
  const m0 = v128.load64_splat(mu);
  const z0 = f64x2.sub(v128.load(x), m0);
  const u0 = f64x2.sub(v128.load(x, 16), m0);
  x += laneBytes;
  const m1 = v128.load64_splat(mu, 8);
  const z1 = f64x2.sub(v128.load(x), m1);
  const u1 = f64x2.sub(v128.load(x, 16), m1);
  x += laneBytes;
  const m2 = v128.load64_splat(mu, 16);
  const z2 = f64x2.sub(v128.load(x), m2);
  const u2 = f64x2.sub(v128.load(x, 16), m2);
  x += laneBytes;
  const m3 = v128.load64_splat(mu, 24);
  const z3 = f64x2.sub(v128.load(x), m3);
  const u3 = f64x2.sub(v128.load(x, 16), m3);

  let c = v128.load64_splat(p);
  let y = f64x2.mul(c, z0);
  let v = f64x2.mul(c, u0);
  let a = f64x2.mul(y, y);
  let b = f64x2.mul(v, v);
  c = v128.load64_splat(p, 8);
  y = f64x2.mul(c, z0);
  v = f64x2.mul(c, u0);
  c = v128.load64_splat(p, 24);
  y = multiplyAdd(c, z1, y);
  v = multiplyAdd(c, u1, v);
  a = multiplyAdd(y, y, a);
  b = multiplyAdd(v, v, b);
  c = v128.load64_splat(p, 32);
  y = f64x2.mul(c, z0);
  v = f64x2.mul(c, u0);
  c = v128.load64_splat(p, 48);
  y = multiplyAdd(c, z1, y);
  v = multiplyAdd(c, u1, v);
  c = v128.load64_splat(p, 64);
  y = multiplyAdd(c, z2, y);
  v = multiplyAdd(c, u2, v);
  a = multiplyAdd(y, y, a);
  b = multiplyAdd(v, v, b);
  c = v128.load64_splat(p, 40);
  y = f64x2.mul(c, z0);
  v = f64x2.mul(c, u0);
  c = v128.load64_splat(p, 56);
  y = multiplyAdd(c, z1, y);
  v = multiplyAdd(c, u1, v);
  c = v128.load64_splat(p, 72);
  y = multiplyAdd(c, z2, y);
  v = multiplyAdd(c, u2, v);
  c = v128.load64_splat(p, 88);
  y = multiplyAdd(c, z3, y);
  v = multiplyAdd(c, u3, v);
  v128.store(q, multiplyAdd(y, y, a));
  v128.store(q, multiplyAdd(v, v, b), 16);
}

/** q [8] f64, scratch. */
function logDensityFull4(x: usize, mu: usize, p: usize, logc: f64, logp: usize, top: usize, q: usize, T: i32, margin: f64): i32 {
  const laneBytes = <usize>T << 3;
  const c = f64x2.splat(logc);
  const slack = f64x2.splat(margin);
  let live = 0;
  for (let b = 0; b < T >> 3; ++b, x += BLOCK_BYTES, logp += BLOCK_BYTES, top += BLOCK_BYTES) {
    square4(x, laneBytes, mu, p, q);
    square4(x + 32, laneBytes, mu, p, q + 32);
    const q0 = v128.load(q);
    const q1 = v128.load(q, 16);
    const q2 = v128.load(q, 32);
    const q3 = v128.load(q, 48);
    if (keepBlock(q0, q1, q2, q3, c, slack, logp, top)) live |= 1 << b;
  }
  return live;
}

/** z [8] = x - mu for one column of a block. */
// @ts-ignore: decorator
@inline
function centreColumn(x: usize, mu: usize, z: usize): void {
  const m = v128.load64_splat(mu);
  v128.store(z, f64x2.sub(v128.load(x), m));
  v128.store(z, f64x2.sub(v128.load(x, 16), m), 16);
  v128.store(z, f64x2.sub(v128.load(x, 32), m), 32);
  v128.store(z, f64x2.sub(v128.load(x, 48), m), 48);
}

/** True when some row's partial distance is still below its bound. bound [8] f64. */
// @ts-ignore: decorator
@inline
function belowBound(q0: v128, q1: v128, q2: v128, q3: v128, bound: usize): bool {
  const a = v128.or(f64x2.lt(q0, v128.load(bound)), f64x2.lt(q1, v128.load(bound, 16)));
  const b = v128.or(f64x2.lt(q2, v128.load(bound, 32)), f64x2.lt(q3, v128.load(bound, 48)));
  return v128.any_true(v128.or(a, b));
}

/** bound [8] = scale (c + margin - top): what a distance, in units of 2 / scale, must stay below. */
// @ts-ignore: decorator
@inline
function writeBound(bound: usize, top: usize, limit: v128, scale: f64): void {
  const factor = f64x2.splat(scale);
  v128.store(bound, f64x2.mul(factor, f64x2.sub(limit, v128.load(top))));
  v128.store(bound, f64x2.mul(factor, f64x2.sub(limit, v128.load(top, 16))), 16);
  v128.store(bound, f64x2.mul(factor, f64x2.sub(limit, v128.load(top, 32))), 32);
  v128.store(bound, f64x2.mul(factor, f64x2.sub(limit, v128.load(top, 48))), 48);
}

/**
 * Any D: two rows of P against eight rows of data, q grows with every pair of rows of P and the block ends as soon as
 * it cannot matter. Only wanted blocks are looked at. p: packed triangle (layout.ts). z [D * 8 + 8] f64, scratch.
 */
function logDensityFull(
  tile: usize, wanted: i32, mu: usize, p: usize, logc: f64, logps: usize, tops: usize, z: usize, D: i32, T: i32, margin: f64,
): i32 {
  const laneBytes = <usize>T << 3;
  const bound = z + <usize>D * BLOCK_BYTES;
  const pairsEnd = z + <usize>(D & ~1) * BLOCK_BYTES;
  const c = f64x2.splat(logc);
  const limit = f64x2.splat(logc + margin);
  const slack = f64x2.splat(margin);
  let live = 0;
  for (let bits = wanted; bits; bits &= bits - 1) {
    const b = ctz(bits);
    const at = <usize>b * BLOCK_BYTES;
    const x = tile + at;
    const logp = logps + at;
    const top = tops + at;
    writeBound(bound, top, limit, 2);
    let q0 = f64x2.splat(0), q1 = q0, q2 = q0, q3 = q0;
    let row = p;
    let column = x;
    let mean = mu;
    let possible = true;
    for (let zEnd = z + 2 * BLOCK_BYTES; zEnd <= pairsEnd; zEnd += 2 * BLOCK_BYTES) {
      // two columns at a time: a block that ends early never touches the rest of its data
      centreColumn(column, mean, zEnd - 2 * BLOCK_BYTES);
      centreColumn(column + laneBytes, mean + 8, zEnd - BLOCK_BYTES);
      column += laneBytes << 1;
      mean += 16;
      let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
      let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (let zj = z; zj < zEnd; zj += BLOCK_BYTES, row += 16) {
        const x0 = v128.load(zj);
        const x1 = v128.load(zj, 16);
        const x2 = v128.load(zj, 32);
        const x3 = v128.load(zj, 48);
        const pa = v128.load64_splat(row);
        a0 = multiplyAdd(pa, x0, a0);
        a1 = multiplyAdd(pa, x1, a1);
        a2 = multiplyAdd(pa, x2, a2);
        a3 = multiplyAdd(pa, x3, a3);
        const pb = v128.load64_splat(row, 8);
        b0 = multiplyAdd(pb, x0, b0);
        b1 = multiplyAdd(pb, x1, b1);
        b2 = multiplyAdd(pb, x2, b2);
        b3 = multiplyAdd(pb, x3, b3);
      }
      q0 = f64x2.add(q0, multiplyAdd(b0, b0, f64x2.mul(a0, a0)));
      q1 = f64x2.add(q1, multiplyAdd(b1, b1, f64x2.mul(a1, a1)));
      q2 = f64x2.add(q2, multiplyAdd(b2, b2, f64x2.mul(a2, a2)));
      q3 = f64x2.add(q3, multiplyAdd(b3, b3, f64x2.mul(a3, a3)));
      if (!belowBound(q0, q1, q2, q3, bound)) {
        possible = false;
        break;
      }
    }
    if (!possible) continue;
    if (D & 1) {
      centreColumn(column, mean, pairsEnd);
      let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
      for (let zj = z; zj < bound; zj += BLOCK_BYTES, row += 8) {
        const pa = v128.load64_splat(row);
        a0 = multiplyAdd(pa, v128.load(zj), a0);
        a1 = multiplyAdd(pa, v128.load(zj, 16), a1);
        a2 = multiplyAdd(pa, v128.load(zj, 32), a2);
        a3 = multiplyAdd(pa, v128.load(zj, 48), a3);
      }
      q0 = multiplyAdd(a0, a0, q0);
      q1 = multiplyAdd(a1, a1, q1);
      q2 = multiplyAdd(a2, a2, q2);
      q3 = multiplyAdd(a3, a3, q3);
    }
    if (keepBlock(q0, q1, q2, q3, c, slack, logp, top)) live |= 1 << b;
  }
  return live;
}

/** q + (x - m)² p² for one vector. */
// @ts-ignore: decorator
@inline
function addScaledSquare(q: v128, x: v128, m: v128, p: v128): v128 {
  const y = f64x2.mul(f64x2.sub(x, m), p);
  return multiplyAdd(y, y, q);
}

/** Columns between two looks at whether a diagonal or spherical distance can still matter. */
// @ts-ignore: decorator
@inline const COLUMNS_BYTES: usize = 64;

/** Diagonal: p [D] f64, in: 1 / standard deviation. bound [8] f64, scratch. */
function logDensityDiag(
  x: usize, mu: usize, p: usize, logc: f64, logp: usize, top: usize, bound: usize, D: i32, T: i32, margin: f64,
): i32 {
  const laneBytes = <usize>T << 3;
  const muEnd = mu + (<usize>D << 3);
  const c = f64x2.splat(logc);
  const limit = f64x2.splat(logc + margin);
  const slack = f64x2.splat(margin);
  let live = 0;
  for (let b = 0; b < T >> 3; ++b, x += BLOCK_BYTES, logp += BLOCK_BYTES, top += BLOCK_BYTES) {
    let q0 = f64x2.splat(0), q1 = q0, q2 = q0, q3 = q0;
    if (D > 8) writeBound(bound, top, limit, 2);
    let xd = x;
    let pd = p;
    let m = mu;
    for (let end = min(mu + COLUMNS_BYTES, muEnd); ; end = min(end + COLUMNS_BYTES, muEnd)) {
      for (; m < end; m += 8, pd += 8, xd += laneBytes) {
        const mean = v128.load64_splat(m);
        const scale = v128.load64_splat(pd);
        q0 = addScaledSquare(q0, v128.load(xd), mean, scale);
        q1 = addScaledSquare(q1, v128.load(xd, 16), mean, scale);
        q2 = addScaledSquare(q2, v128.load(xd, 32), mean, scale);
        q3 = addScaledSquare(q3, v128.load(xd, 48), mean, scale);
      }
      if (end == muEnd || !belowBound(q0, q1, q2, q3, bound)) break;
    }
    // a block that ended early has a partial distance, which is beyond the margin already
    if (keepBlock(q0, q1, q2, q3, c, slack, logp, top)) live |= 1 << b;
  }
  return live;
}

/** Spherical: p = 1 / standard deviation. Also the tied type, on a whitened tile with p = 1. bound [8] f64, scratch. */
function logDensitySpherical(
  x: usize, mu: usize, p: f64, logc: f64, logp: usize, top: usize, bound: usize, D: i32, T: i32, margin: f64,
): i32 {
  const laneBytes = <usize>T << 3;
  const muEnd = mu + (<usize>D << 3);
  const c = f64x2.splat(logc);
  const limit = f64x2.splat(logc + margin);
  const slack = f64x2.splat(margin);
  const scale = f64x2.splat(p * p);
  let live = 0;
  for (let b = 0; b < T >> 3; ++b, x += BLOCK_BYTES, logp += BLOCK_BYTES, top += BLOCK_BYTES) {
    let q0 = f64x2.splat(0), q1 = q0, q2 = q0, q3 = q0;
    if (D > 8) writeBound(bound, top, limit, 2 / (p * p));
    let xd = x;
    let m = mu;
    for (let end = min(mu + COLUMNS_BYTES, muEnd); ; end = min(end + COLUMNS_BYTES, muEnd)) {
      for (; m < end; m += 8, xd += laneBytes) {
        const mean = v128.load64_splat(m);
        const z0 = f64x2.sub(v128.load(xd), mean);
        const z1 = f64x2.sub(v128.load(xd, 16), mean);
        const z2 = f64x2.sub(v128.load(xd, 32), mean);
        const z3 = f64x2.sub(v128.load(xd, 48), mean);
        q0 = multiplyAdd(z0, z0, q0);
        q1 = multiplyAdd(z1, z1, q1);
        q2 = multiplyAdd(z2, z2, q2);
        q3 = multiplyAdd(z3, z3, q3);
      }
      if (end == muEnd || !belowBound(q0, q1, q2, q3, bound)) break;
    }
    q0 = f64x2.mul(q0, scale);
    q1 = f64x2.mul(q1, scale);
    q2 = f64x2.mul(q2, scale);
    q3 = f64x2.mul(q3, scale);
    if (keepBlock(q0, q1, q2, q3, c, slack, logp, top)) live |= 1 << b;
  }
  return live;
}

/**
 * u = P (x - centre) for one tile: the tied type's distances are then |u - v_k|² with v_k = P (mu_k - centre).
 * factor: packed triangle and centre [D]. u [D, T] f64, out. z [D * 8] f64, scratch.
 */
export function whiten(x: usize, factor: usize, u: usize, z: usize, D: i32, T: i32): void {
  const laneBytes = <usize>T << 3;
  const centre = factor + (<usize>triangleLength(D) << 3);
  for (let b = 0; b < T >> 3; ++b, x += BLOCK_BYTES, u += BLOCK_BYTES) {
    for (let d: usize = 0; d < <usize>D; ++d) centreColumn(x + d * laneBytes, centre + (d << 3), z + d * BLOCK_BYTES);
    let row = factor;
    let to = u;
    for (let i = 0; i < D; ++i, to += laneBytes) {
      // a pair's two rows interleave; an odd last row is plain
      const paired = (i | 1) < D;
      const step: usize = paired ? 16 : 8;
      let at = paired && (i & 1) ? row + 8 : row;
      let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
      for (let zj = z; zj <= z + <usize>i * BLOCK_BYTES; zj += BLOCK_BYTES, at += step) {
        const p = v128.load64_splat(at);
        a0 = multiplyAdd(p, v128.load(zj), a0);
        a1 = multiplyAdd(p, v128.load(zj, 16), a1);
        a2 = multiplyAdd(p, v128.load(zj, 32), a2);
        a3 = multiplyAdd(p, v128.load(zj, 48), a3);
      }
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
      if (i & 1) row += <usize>(i + 1) << 4;
    }
  }
}

// M-step sums of one component over one tile, about its current mean: nothing cancels (docs/numerics.md).
//
// Every kernel here adds
//
//   nk += Σ r,   s1_d += Σ r z_d,   scatter += Σ r z z'   (its shape follows the covariance type),   z = x - mu
//
//   x      [D, T] f64, in: one tile.
//   r      [T] f64, in: weighted responsibilities, read in live blocks only.
//   live   bit b set: block b counts.
//   mu     [D] f64, in.
//   stats  [1 + D + scatter] f64x2 lane sums, in/out: see `statisticsLength`.
import { addLanes, multiplyAdd } from "./lanes";
import { BLOCK_BYTES, DIAG, FULL, SPHERICAL, TIED } from "./layout";

/**
 * Sums of component k for every covariance type. block: its statistics; shared: the tied scatter, or 0 to leave that
 * out (the driver derives it from the total). v [D + 1, T] f64, scratch.
 */
export function addMoments(
  type: i32, x: usize, r: usize, live: i32, mean: usize, block: usize, shared: usize, v: usize, D: i32, T: i32,
): void {
  if (type == DIAG) return addMomentsDiag(x, r, live, mean, block, D, T);
  if (type == SPHERICAL) return addMomentsSpherical(x, r, live, mean, block, D, T);
  if (type == TIED && !shared) return addFirstMoments(x, r, live, mean, block, D, T);
  const scatter = type == FULL ? block + (<usize>(1 + D) << 4) : shared;
  if (D == 1) return addMoments1(x, r, live, mean, block, scatter, T);
  if (D == 2) return addMoments2(x, r, live, mean, block, scatter, T);
  if (D == 3) return addMoments3(x, r, live, mean, block, scatter, T);
  if (D == 4) return addMoments4(x, r, live, mean, block, scatter, T);
  const columns = gather(x, r, live, mean, block, v, D, T);
  addScatter(v + (<usize>T << 3), scatter, D, columns, <usize>T << 3);
}

/** Bytes of live rows of a tile: eight rows of f64 for every bit. */
// @ts-ignore: decorator
@inline
function liveBytes(live: i32): usize {
  return <usize>popcnt(live) * BLOCK_BYTES;
}

function addMoments1(x: usize, r: usize, live: i32, mu: usize, block: usize, scatter: usize, T: i32): void {
  const m0 = v128.load64_splat(mu);
  let n = f64x2.splat(0), a0 = n, s00 = n;
  for (; live; live &= live - 1) {
    const from = <usize>ctz(live) * BLOCK_BYTES;
    for (let s = from; s < from + BLOCK_BYTES; s += 16) {
      const rv = v128.load(r + s);
      const z0 = f64x2.sub(v128.load(x + s), m0);
      const w0 = f64x2.mul(rv, z0);
      n = f64x2.add(n, rv);
      a0 = f64x2.add(a0, w0);
      s00 = multiplyAdd(w0, z0, s00);
    }
  }
  addLanes(block, n);
  addLanes(block + 16, a0);
  addLanes(scatter, s00);
}

function addMoments2(x: usize, r: usize, live: i32, mu: usize, block: usize, scatter: usize, T: i32): void {
  const x1 = x + (<usize>T << 3);
  const m0 = v128.load64_splat(mu);
  const m1 = v128.load64_splat(mu, 8);
  let n = f64x2.splat(0), a0 = n, a1 = n, s00 = n, s10 = n, s11 = n;
  for (; live; live &= live - 1) {
    const from = <usize>ctz(live) * BLOCK_BYTES;
    for (let s = from; s < from + BLOCK_BYTES; s += 16) {
      const rv = v128.load(r + s);
      const z0 = f64x2.sub(v128.load(x + s), m0);
      const z1 = f64x2.sub(v128.load(x1 + s), m1);
      const w0 = f64x2.mul(rv, z0);
      const w1 = f64x2.mul(rv, z1);
      n = f64x2.add(n, rv);
      a0 = f64x2.add(a0, w0);
      a1 = f64x2.add(a1, w1);
      s00 = multiplyAdd(w0, z0, s00);
      s10 = multiplyAdd(w1, z0, s10);
      s11 = multiplyAdd(w1, z1, s11);
    }
  }
  addLanes(block, n);
  addLanes(block + 16, a0);
  addLanes(block + 32, a1);
  addLanes(scatter, s00);
  addLanes(scatter + 32, s10);
  addLanes(scatter + 48, s11);
}

function addMoments3(x: usize, r: usize, live: i32, mu: usize, block: usize, scatter: usize, T: i32): void {
  const x1 = x + (<usize>T << 3);
  const x2 = x1 + (<usize>T << 3);
  const m0 = v128.load64_splat(mu);
  const m1 = v128.load64_splat(mu, 8);
  const m2 = v128.load64_splat(mu, 16);
  let n = f64x2.splat(0), a0 = n, a1 = n, a2 = n;
  let s00 = n, s10 = n, s11 = n, s20 = n, s21 = n, s22 = n;
  for (; live; live &= live - 1) {
    const from = <usize>ctz(live) * BLOCK_BYTES;
    for (let s = from; s < from + BLOCK_BYTES; s += 16) {
      const rv = v128.load(r + s);
      n = f64x2.add(n, rv);
      const z0 = f64x2.sub(v128.load(x + s), m0);
      const w0 = f64x2.mul(rv, z0);
      a0 = f64x2.add(a0, w0);
      s00 = multiplyAdd(w0, z0, s00);
      const z1 = f64x2.sub(v128.load(x1 + s), m1);
      const w1 = f64x2.mul(rv, z1);
      a1 = f64x2.add(a1, w1);
      s10 = multiplyAdd(w1, z0, s10);
      s11 = multiplyAdd(w1, z1, s11);
      const z2 = f64x2.sub(v128.load(x2 + s), m2);
      const w2 = f64x2.mul(rv, z2);
      a2 = f64x2.add(a2, w2);
      s20 = multiplyAdd(w2, z0, s20);
      s21 = multiplyAdd(w2, z1, s21);
      s22 = multiplyAdd(w2, z2, s22);
    }
  }
  addLanes(block, n);
  addLanes(block + 16, a0);
  addLanes(block + 32, a1);
  addLanes(block + 48, a2);
  addLanes(scatter, s00);
  addLanes(scatter + 32, s10);
  addLanes(scatter + 48, s11);
  addLanes(scatter + 64, s20);
  addLanes(scatter + 80, s21);
  addLanes(scatter + 96, s22);
}

/** In two sweeps, of eight and of seven sums: fifteen would not stay in registers. */
function addMoments4(x: usize, r: usize, live: i32, mu: usize, block: usize, scatter: usize, T: i32): void {
  const x1 = x + (<usize>T << 3);
  const x2 = x1 + (<usize>T << 3);
  const x3 = x2 + (<usize>T << 3);
  const m0 = v128.load64_splat(mu);
  const m1 = v128.load64_splat(mu, 8);
  const m2 = v128.load64_splat(mu, 16);
  const m3 = v128.load64_splat(mu, 24);
  let n = f64x2.splat(0), a0 = n, a1 = n, s00 = n, s10 = n, s11 = n, s20 = n, s21 = n;
  for (let bits = live; bits; bits &= bits - 1) {
    const from = <usize>ctz(bits) * BLOCK_BYTES;
    for (let s = from; s < from + BLOCK_BYTES; s += 16) {
      const rv = v128.load(r + s);
      const z0 = f64x2.sub(v128.load(x + s), m0);
      const z1 = f64x2.sub(v128.load(x1 + s), m1);
      const z2 = f64x2.sub(v128.load(x2 + s), m2);
      const w0 = f64x2.mul(rv, z0);
      const w1 = f64x2.mul(rv, z1);
      n = f64x2.add(n, rv);
      a0 = f64x2.add(a0, w0);
      a1 = f64x2.add(a1, w1);
      s00 = multiplyAdd(w0, z0, s00);
      s10 = multiplyAdd(w1, z0, s10);
      s11 = multiplyAdd(w1, z1, s11);
      s20 = multiplyAdd(w0, z2, s20);
      s21 = multiplyAdd(w1, z2, s21);
    }
  }
  addLanes(block, n);
  addLanes(block + 16, a0);
  addLanes(block + 32, a1);
  addLanes(scatter, s00);
  addLanes(scatter + 32, s10);
  addLanes(scatter + 48, s11);
  addLanes(scatter + 64, s20);
  addLanes(scatter + 80, s21);
  let a2 = f64x2.splat(0), a3 = a2, s22 = a2, s30 = a2, s31 = a2, s32 = a2, s33 = a2;
  for (let bits = live; bits; bits &= bits - 1) {
    const from = <usize>ctz(bits) * BLOCK_BYTES;
    for (let s = from; s < from + BLOCK_BYTES; s += 16) {
      const rv = v128.load(r + s);
      const z0 = f64x2.sub(v128.load(x + s), m0);
      const z1 = f64x2.sub(v128.load(x1 + s), m1);
      const z2 = f64x2.sub(v128.load(x2 + s), m2);
      const z3 = f64x2.sub(v128.load(x3 + s), m3);
      const w2 = f64x2.mul(rv, z2);
      const w3 = f64x2.mul(rv, z3);
      a2 = f64x2.add(a2, w2);
      a3 = f64x2.add(a3, w3);
      s22 = multiplyAdd(w2, z2, s22);
      s30 = multiplyAdd(w3, z0, s30);
      s31 = multiplyAdd(w3, z1, s31);
      s32 = multiplyAdd(w3, z2, s32);
      s33 = multiplyAdd(w3, z3, s33);
    }
  }
  addLanes(block + 48, a2);
  addLanes(block + 64, a3);
  addLanes(scatter + 128, s22);
  addLanes(scatter + 96, s30);
  addLanes(scatter + 112, s31);
  addLanes(scatter + 160, s32);
  addLanes(scatter + 176, s33);
}

/**
 * v_d = sqrt(r) z_d over the live blocks, side by side, so that the scatter is the plain product V V'; nk and s1 on the way.
 * v [1 + D, T] f64, out: row 0 is sqrt(r). Result: bytes used of each row of v.
 */
function gather(x: usize, r: usize, live: i32, mu: usize, block: usize, v: usize, D: i32, T: i32): usize {
  const laneBytes = <usize>T << 3;
  const bytes = liveBytes(live);
  let n = f64x2.splat(0);
  let to = v;
  for (let bits = live; bits; bits &= bits - 1) {
    const from = r + <usize>ctz(bits) * BLOCK_BYTES;
    for (let s = from; s < from + BLOCK_BYTES; s += 16, to += 16) {
      const rv = v128.load(s);
      n = f64x2.add(n, rv);
      v128.store(to, f64x2.sqrt(rv));
    }
  }
  addLanes(block, n);
  let row = v + laneBytes;
  for (const end = mu + (<usize>D << 3); mu < end; mu += 8, x += laneBytes, row += laneBytes) {
    block += 16;
    const m = v128.load64_splat(mu);
    let a = f64x2.splat(0), b = a;
    let root = v;
    to = row;
    for (let bits = live; bits; bits &= bits - 1, root += BLOCK_BYTES, to += BLOCK_BYTES) {
      const from = x + <usize>ctz(bits) * BLOCK_BYTES;
      const r0 = v128.load(root);
      const r1 = v128.load(root, 16);
      const r2 = v128.load(root, 32);
      const r3 = v128.load(root, 48);
      const v0 = f64x2.mul(r0, f64x2.sub(v128.load(from), m));
      const v1 = f64x2.mul(r1, f64x2.sub(v128.load(from, 16), m));
      const v2 = f64x2.mul(r2, f64x2.sub(v128.load(from, 32), m));
      const v3 = f64x2.mul(r3, f64x2.sub(v128.load(from, 48), m));
      v128.store(to, v0);
      v128.store(to, v1, 16);
      v128.store(to, v2, 32);
      v128.store(to, v3, 48);
      a = f64x2.add(a, multiplyAdd(r2, v2, f64x2.mul(r0, v0)));
      b = f64x2.add(b, multiplyAdd(r3, v3, f64x2.mul(r1, v1)));
    }
    addLanes(block, f64x2.add(a, b));
  }
  return bytes;
}

/**
 * scatter += V V', lower triangle, in the block order of layout.ts. Four rows at a time: 2x4 blocks left of the diagonal, and
 * the triangle on it; then what is left. v [D, …] f64, in: rows laneBytes apart, the first `bytes` of each are used.
 */
function addScatter(v: usize, scatter: usize, D: i32, bytes: usize, laneBytes: usize): void {
  let left = v;
  const end = v + <usize>(D & ~3) * laneBytes;
  for (; left < end; left += laneBytes << 2) {
    const upper = addLeftBlocks(v, left, left, scatter, bytes, laneBytes);
    const lower = addLeftBlocks(v, left, left + (laneBytes << 1), upper + 64, bytes, laneBytes);
    addTriangle(left, upper, lower, bytes, laneBytes);
    scatter = lower + 128;
  }
  if (D & 2) {
    scatter = addLeftBlocks(v, left, left, scatter, bytes, laneBytes);
    addDiagonal(left, scatter, bytes, laneBytes);
    scatter += 64;
    left += laneBytes << 1;
  }
  if (D & 1) {
    for (let right = v; right <= left; right += laneBytes, scatter += 16) addBlock11(left, right, scatter, bytes);
  }
}

/** The 2x4 blocks of the pair of rows at left with rows v up to rightEnd; result: the end of their sums. */
function addLeftBlocks(v: usize, rightEnd: usize, left: usize, scatter: usize, bytes: usize, laneBytes: usize): usize {
  for (let right = v; right < rightEnd; right += laneBytes << 2, scatter += 128) addBlock24(left, right, scatter, bytes, laneBytes);
  return scatter;
}

// @ts-ignore: decorator
@inline
function addBlock24(left: usize, right: usize, scatter: usize, bytes: usize, laneBytes: usize): void {
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const left1 = left + laneBytes;
  const right1 = right + laneBytes;
  const right2 = right1 + laneBytes;
  const right3 = right2 + laneBytes;
  for (let s: usize = 0; s < bytes; s += 16) {
    const l0 = v128.load(left + s);
    const l1 = v128.load(left1 + s);
    const y0 = v128.load(right + s);
    a0 = multiplyAdd(l0, y0, a0);
    b0 = multiplyAdd(l1, y0, b0);
    const y1 = v128.load(right1 + s);
    a1 = multiplyAdd(l0, y1, a1);
    b1 = multiplyAdd(l1, y1, b1);
    const y2 = v128.load(right2 + s);
    a2 = multiplyAdd(l0, y2, a2);
    b2 = multiplyAdd(l1, y2, b2);
    const y3 = v128.load(right3 + s);
    a3 = multiplyAdd(l0, y3, a3);
    b3 = multiplyAdd(l1, y3, b3);
  }
  addLanes(scatter, a0);
  addLanes(scatter + 16, a1);
  addLanes(scatter + 32, a2);
  addLanes(scatter + 48, a3);
  addLanes(scatter + 64, b0);
  addLanes(scatter + 80, b1);
  addLanes(scatter + 96, b2);
  addLanes(scatter + 112, b3);
}

/** The lower triangle of four rows with themselves: upper gets the first pair's 2x2 block, lower the second pair's two. */
function addTriangle(v: usize, upper: usize, lower: usize, bytes: usize, laneBytes: usize): void {
  let a00 = f64x2.splat(0), a10 = a00, a11 = a00, a20 = a00, a21 = a00, a22 = a00, a30 = a00, a31 = a00, a32 = a00, a33 = a00;
  const v1 = v + laneBytes;
  const v2 = v1 + laneBytes;
  const v3 = v2 + laneBytes;
  for (let s: usize = 0; s < bytes; s += 16) {
    const y0 = v128.load(v + s);
    a00 = multiplyAdd(y0, y0, a00);
    const y1 = v128.load(v1 + s);
    a10 = multiplyAdd(y1, y0, a10);
    a11 = multiplyAdd(y1, y1, a11);
    const y2 = v128.load(v2 + s);
    a20 = multiplyAdd(y2, y0, a20);
    a21 = multiplyAdd(y2, y1, a21);
    a22 = multiplyAdd(y2, y2, a22);
    const y3 = v128.load(v3 + s);
    a30 = multiplyAdd(y3, y0, a30);
    a31 = multiplyAdd(y3, y1, a31);
    a32 = multiplyAdd(y3, y2, a32);
    a33 = multiplyAdd(y3, y3, a33);
  }
  addLanes(upper, a00);
  addLanes(upper + 32, a10);
  addLanes(upper + 48, a11);
  addLanes(lower, a20);
  addLanes(lower + 16, a21);
  addLanes(lower + 32, a30);
  addLanes(lower + 48, a31);
  addLanes(lower + 64, a22);
  addLanes(lower + 96, a32);
  addLanes(lower + 112, a33);
}

/** The lower triangle of two rows with themselves. */
function addDiagonal(v: usize, scatter: usize, bytes: usize, laneBytes: usize): void {
  addBlock11(v, v, scatter, bytes);
  addBlock11(v + laneBytes, v, scatter + 32, bytes);
  addBlock11(v + laneBytes, v + laneBytes, scatter + 48, bytes);
}

function addBlock11(left: usize, right: usize, scatter: usize, bytes: usize): void {
  let a = f64x2.splat(0), b = a;
  for (let s: usize = 0; s < bytes; s += 32) {
    a = multiplyAdd(v128.load(left + s), v128.load(right + s), a);
    b = multiplyAdd(v128.load(left + s, 16), v128.load(right + s, 16), b);
  }
  addLanes(scatter, f64x2.add(a, b));
}

/** Sum of r over the live blocks, added to nk. */
function addWeight(r: usize, live: i32, nk: usize): void {
  let a = f64x2.splat(0), b = a;
  for (; live; live &= live - 1) {
    const from = r + <usize>ctz(live) * BLOCK_BYTES;
    a = f64x2.add(a, f64x2.add(v128.load(from), v128.load(from, 16)));
    b = f64x2.add(b, f64x2.add(v128.load(from, 32), v128.load(from, 48)));
  }
  addLanes(nk, f64x2.add(a, b));
}

function addFirstMoments(x: usize, r: usize, live: i32, mu: usize, block: usize, D: i32, T: i32): void {
  addWeight(r, live, block);
  for (const end = mu + (<usize>D << 3); mu < end; mu += 8, x += <usize>T << 3) {
    block += 16;
    const m = v128.load64_splat(mu);
    let a = f64x2.splat(0), b = a;
    for (let bits = live; bits; bits &= bits - 1) {
      const from = <usize>ctz(bits) * BLOCK_BYTES;
      const at = x + from;
      const rv = r + from;
      const w0 = f64x2.mul(v128.load(rv), f64x2.sub(v128.load(at), m));
      const w1 = f64x2.mul(v128.load(rv, 16), f64x2.sub(v128.load(at, 16), m));
      const w2 = f64x2.mul(v128.load(rv, 32), f64x2.sub(v128.load(at, 32), m));
      const w3 = f64x2.mul(v128.load(rv, 48), f64x2.sub(v128.load(at, 48), m));
      a = f64x2.add(a, f64x2.add(w0, w1));
      b = f64x2.add(b, f64x2.add(w2, w3));
    }
    addLanes(block, f64x2.add(a, b));
  }
}

/** Column d of a diagonal or spherical scatter: s1 gets Σ r z; the result is Σ r z², in lanes. */
// @ts-ignore: decorator
@inline
function addColumn(x: usize, r: usize, live: i32, mean: usize, s1: usize): v128 {
  const m = v128.load64_splat(mean);
  let a = f64x2.splat(0), b = a, c = a, d = a;
  for (let bits = live; bits; bits &= bits - 1) {
    const from = <usize>ctz(bits) * BLOCK_BYTES;
    const at = x + from;
    const rv = r + from;
    const z0 = f64x2.sub(v128.load(at), m);
    const z1 = f64x2.sub(v128.load(at, 16), m);
    const z2 = f64x2.sub(v128.load(at, 32), m);
    const z3 = f64x2.sub(v128.load(at, 48), m);
    const w0 = f64x2.mul(v128.load(rv), z0);
    const w1 = f64x2.mul(v128.load(rv, 16), z1);
    const w2 = f64x2.mul(v128.load(rv, 32), z2);
    const w3 = f64x2.mul(v128.load(rv, 48), z3);
    a = f64x2.add(a, f64x2.add(w0, w1));
    b = f64x2.add(b, f64x2.add(w2, w3));
    c = f64x2.add(c, multiplyAdd(w1, z1, f64x2.mul(w0, z0)));
    d = f64x2.add(d, multiplyAdd(w3, z3, f64x2.mul(w2, z2)));
  }
  addLanes(s1, f64x2.add(a, b));
  return f64x2.add(c, d);
}

function addMomentsDiag(x: usize, r: usize, live: i32, mu: usize, block: usize, D: i32, T: i32): void {
  addWeight(r, live, block);
  const toScatter = <usize>D << 4;
  for (const end = mu + (<usize>D << 3); mu < end; mu += 8, x += <usize>T << 3) {
    block += 16;
    addLanes(block + toScatter, addColumn(x, r, live, mu, block));
  }
}

function addMomentsSpherical(x: usize, r: usize, live: i32, mu: usize, block: usize, D: i32, T: i32): void {
  addWeight(r, live, block);
  let scatter = f64x2.splat(0);
  for (const end = mu + (<usize>D << 3); mu < end; mu += 8, x += <usize>T << 3) {
    block += 16;
    scatter = f64x2.add(scatter, addColumn(x, r, live, mu, block));
  }
  addLanes(block + 16, scatter);
}

// Packing rows into tiles, and what can be read off the tiles before there is a model.
import { multiplyAdd } from "./lanes";
import { Rows, tileWeights } from "./descriptors";
import { BLOCK_BYTES } from "./layout";

/**
 * Rows to tiles: x[t][d][n] = rows[t * T + n][d].
 *
 * rows  [N, D] f64, in: row-major.
 * x     [ceil(N / T), D, T] f64, out: tiles; the padding rows of the last repeat the last row.
 * N >= 0, D >= 1, T a multiple of 8. Rows and tiles must not overlap.
 */
export function pack(rows: usize, x: usize, N: i32, D: i32, T: i32): void {
  const rowBytes = <usize>D << 3;
  const laneBytes = <usize>T << 3;
  const tileBytes = rowBytes * <usize>T;
  for (let first = 0; first < N; first += T, x += tileBytes) {
    const count = min(T, N - first);
    const whole = count & ~7;
    for (let n = 0; n < whole; n += 8, rows += rowBytes << 3) {
      let to = x + (<usize>n << 3);
      for (let from = rows; from < rows + rowBytes; from += 8, to += laneBytes) {
        let p = from;
        for (let i: usize = 0; i < BLOCK_BYTES; i += 8, p += rowBytes) store<f64>(to + i, load<f64>(p));
      }
    }
    for (let n = whole; n < T; ++n) {
      // padding repeats a real row: whatever is computed for it and weighed with 0 stays finite
      const row = n < count ? rows + <usize>(n - whole) * rowBytes : rows + <usize>(count - whole) * rowBytes - rowBytes;
      let to = x + (<usize>n << 3);
      for (let from = row; from < row + rowBytes; from += 8, to += laneBytes) store<f64>(to, load<f64>(from));
    }
    rows += <usize>(count - whole) * rowBytes;
  }
}

/** What was read last: it is stored so that no compiler leaves the reading out. */
let lastRead: i64 = 0;

/**
 * Reads `bytes` in order, one word of each line of the cache. A kernel that goes through a tile in blocks of eight
 * rows reads one line here and one a column further on, which no processor foresees; what is read in order comes ahead of time.
 */
// @ts-ignore: decorator
@inline
export function readAhead(x: usize, bytes: usize): void {
  let all: i64 = 0;
  for (const end = x + bytes; x < end; x += 64) all |= load<i64>(x);
  lastRead = all;
}

/** Index of the first NaN or infinity among `length` numbers at p, or -1. */
export function firstNotFinite(p: usize, length: i32): i32 {
  let i = 0;
  // v - v is 0 for finite v and NaN otherwise; four at a time, then the exact place
  let bad = f64x2.splat(0);
  for (; i + 4 <= length; i += 4) {
    const at = p + (<usize>i << 3);
    const a = v128.load(at);
    const b = v128.load(at, 16);
    bad = f64x2.add(f64x2.sub(a, a), f64x2.sub(b, b));
    if (v128.any_true(f64x2.ne(bad, bad))) break;
  }
  for (; i < length; ++i) {
    const v = load<f64>(p + (<usize>i << 3));
    if (!(v - v == 0)) return i;
  }
  return -1;
}

/**
 * s1_d += Σ w (x_d - c_d), s2_d += Σ w (x_d - c_d)² over tiles first … last - 1.
 *
 * c      [D] f64, in: a centre near the data; a column equal to c_d everywhere gives exactly 0.
 * s1 s2  [D] f64, in/out: the caller zeroes.
 */
export function columnMoments(rows: usize, first: i32, last: i32, c: usize, s1: usize, s2: usize): void {
  const data = changetype<Rows>(rows);
  const x = data.x, D = data.D, T = data.T;
  const laneBytes = <usize>T << 3;
  for (let t = first; t < last; ++t) {
    const weights = tileWeights(data, t);
    let column = x + <usize>t * <usize>D * laneBytes;
    for (let d: usize = 0; d < <usize>D << 3; d += 8, column += laneBytes) {
      const centre = v128.load64_splat(c + d);
      let a1 = f64x2.splat(0);
      let a2 = f64x2.splat(0);
      for (let n: usize = 0; n < laneBytes; n += 16) {
        const z = f64x2.sub(v128.load(column + n), centre);
        const wz = f64x2.mul(v128.load(weights + n), z);
        a1 = f64x2.add(a1, wz);
        a2 = multiplyAdd(wz, z, a2);
      }
      store<f64>(s1 + d, load<f64>(s1 + d) + f64x2.extract_lane(a1, 0) + f64x2.extract_lane(a1, 1));
      store<f64>(s2 + d, load<f64>(s2 + d) + f64x2.extract_lane(a2, 0) + f64x2.extract_lane(a2, 1));
    }
  }
}

/** Copies row n to out [D] f64. */
export function readRow(rows: usize, n: i32, out: usize): void {
  const data = changetype<Rows>(rows);
  const D = data.D, T = data.T;
  const laneBytes = <usize>T << 3;
  let from = data.x + (<usize>(n / T) * <usize>D * <usize>T + <usize>(n % T) << 3);
  for (const end = out + (<usize>D << 3); out < end; out += 8, from += laneBytes) store<f64>(out, load<f64>(from));
}

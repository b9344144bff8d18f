// Small dense linear algebra: Cholesky factor, its inverse, and the packed form that the E-step reads.

/** Rows that are subtracted at once: the one that they are taken from is read and written a quarter as often. */
// @ts-ignore: decorator
@inline const TOGETHER: i32 = 4;

/** y_i -= a x_i for i < length. x, y f64, 8-byte aligned. */
// @ts-ignore: decorator
@inline
export function subtractScaled(y: usize, x: usize, a: f64, length: i32): void {
  const av = f64x2.splat(a);
  const end = y + (<usize>(length & ~1) << 3);
  for (; y < end; y += 16, x += 16) v128.store(y, f64x2.sub(v128.load(y), f64x2.mul(av, v128.load(x))));
  if (length & 1) store<f64>(y, load<f64>(y) - a * load<f64>(x));
}

/** The same with {@link TOGETHER} rows x, one after the other: they lie rowBytes apart, and so do their factors a. */
// @ts-ignore: decorator
@inline
function subtractRows(y: usize, x: usize, a: usize, rowBytes: usize, length: i32): void {
  const a0 = v128.load64_splat(a);
  const a1 = v128.load64_splat(a + rowBytes);
  const a2 = v128.load64_splat(a + 2 * rowBytes);
  const a3 = v128.load64_splat(a + 3 * rowBytes);
  let x1 = x + rowBytes;
  let x2 = x1 + rowBytes;
  let x3 = x2 + rowBytes;
  const end = y + (<usize>(length & ~1) << 3);
  for (; y < end; y += 16, x += 16, x1 += 16, x2 += 16, x3 += 16) {
    let v = f64x2.sub(v128.load(y), f64x2.mul(a0, v128.load(x)));
    v = f64x2.sub(v, f64x2.mul(a1, v128.load(x1)));
    v = f64x2.sub(v, f64x2.mul(a2, v128.load(x2)));
    v128.store(y, f64x2.sub(v, f64x2.mul(a3, v128.load(x3))));
  }
  if (!(length & 1)) return;
  let v = load<f64>(y) - f64x2.extract_lane(a0, 0) * load<f64>(x);
  v -= f64x2.extract_lane(a1, 0) * load<f64>(x1);
  v -= f64x2.extract_lane(a2, 0) * load<f64>(x2);
  store<f64>(y, v - f64x2.extract_lane(a3, 0) * load<f64>(x3));
}

/**
 * A = U' U, U upper triangular, in place; row i of U is column i of the usual L.
 *
 * a         [D, D] f64, in: symmetric, its upper triangle is read. Out: U in the upper triangle; the lower is left alone.
 * tolerance a pivot must exceed tolerance * a_ii (0: any positive pivot).
 * result    0, or 1 + the index of the first pivot that does not (NaN and infinity included).
 * Right-looking by rows, so that every inner loop runs along a row (Golub & Van Loan, Matrix Computations, 4th ed., section 4.2.6).
 */
export function cholesky(a: usize, D: i32, tolerance: f64): i32 {
  const rowBytes = <usize>D << 3;
  let row = a;
  for (let i = 0; i < D; ++i, row += rowBytes) {
    const diagonal = row + (<usize>i << 3);
    // column i above the diagonal holds the rows already done: what they took from a_ii bounds the rounding in the pivot
    const pivot = load<f64>(diagonal);
    let taken: f64 = 0;
    for (let above = a + (<usize>i << 3); above < diagonal; above += rowBytes) taken += load<f64>(above) * load<f64>(above);
    if (!(pivot > tolerance * (pivot + taken)) || !(pivot > 0) || pivot == Infinity) return 1 + i;
    const root = Math.sqrt(pivot);
    const inverse = 1 / root;
    store<f64>(diagonal, root);
    for (let p = diagonal + 8; p < row + rowBytes; p += 8) store<f64>(p, load<f64>(p) * inverse);
    // from the rows of its panel at once, from those below when the panel is whole
    const first = i - i % TOGETHER;
    const panelEnd = min(first + TOGETHER, D);
    let below = row + rowBytes;
    for (let j = i + 1; j < panelEnd; ++j, below += rowBytes) {
      const at = <usize>j << 3;
      subtractScaled(below + at, row + at, load<f64>(row + at), D - j);
    }
    if (i + 1 < panelEnd) continue;
    const panel = a + <usize>first * rowBytes;
    for (let j = panelEnd; j < D; ++j, below += rowBytes) {
      const at = <usize>j << 3;
      subtractRows(below + at, panel + at, panel + at, rowBytes, D - j);
    }
  }
  return 0;
}

/**
 * P = L⁻¹ with L = U', lower triangular.
 *
 * u  [D, D] f64, in: upper triangle of U from `cholesky`.
 * p  [D, D] f64, out: P; above its diagonal 0. Must not overlap u.
 */
export function invertFactor(u: usize, p: usize, D: i32): void {
  const rowBytes = <usize>D << 3;
  memory.fill(p, 0, rowBytes * <usize>D);
  let row = p;
  for (let i = 0; i < D; ++i, row += rowBytes) {
    const column = u + (<usize>i << 3);
    store<f64>(row + (<usize>i << 3), 1);
    let j = 0;
    // beyond their diagonals the rows are 0
    for (; j + TOGETHER <= i; j += TOGETHER) {
      subtractRows(row, p + <usize>j * rowBytes, column + <usize>j * rowBytes, rowBytes, j + TOGETHER);
    }
    for (; j < i; ++j) subtractScaled(row, p + <usize>j * rowBytes, load<f64>(column + <usize>j * rowBytes), j + 1);
    const inverse = 1 / load<f64>(column + <usize>i * rowBytes);
    for (let at = row; at <= row + (<usize>i << 3); at += 8) store<f64>(at, load<f64>(at) * inverse);
  }
}

/** Packs P [D, D] (lower triangular, 0 above the diagonal) into pairs of rows: see layout.ts. */
export function packFactor(p: usize, packed: usize, D: i32): void {
  const rowBytes = <usize>D << 3;
  let row = p;
  for (let i = 0; i + 2 <= D; i += 2, row += rowBytes << 1) {
    const end = row + (<usize>(i + 2) << 3);
    for (let at = row; at < end; at += 8, packed += 16) {
      store<f64>(packed, load<f64>(at));
      store<f64>(packed, load<f64>(at + rowBytes), 8);
    }
  }
  if (D & 1) memory.copy(packed, row, rowBytes);
}

/** y = P z for a packed P. z, y [D] f64; they must not overlap. */
export function multiplyPacked(packed: usize, z: usize, y: usize, D: i32): void {
  for (let i = 0; i + 2 <= D; i += 2, y += 16) {
    let a: f64 = 0;
    let b: f64 = 0;
    for (let zj = z; zj < z + (<usize>(i + 2) << 3); zj += 8, packed += 16) {
      a += load<f64>(packed) * load<f64>(zj);
      b += load<f64>(packed, 8) * load<f64>(zj);
    }
    store<f64>(y, a);
    store<f64>(y, b, 8);
  }
  if (D & 1) {
    let a: f64 = 0;
    for (let zj = z; zj < z + (<usize>D << 3); zj += 8, packed += 8) a += load<f64>(packed) * load<f64>(zj);
    store<f64>(y, a);
  }
}

// Eigenvalues and eigenvectors of a symmetric matrix.
import { subtractScaled } from "./cholesky";

/** Steps of QL for one eigenvalue, at most: it takes two on average, and never more than some ten in practice. */
// @ts-ignore: decorator
@inline const MOST_STEPS: i32 = 40;

/** Σ x_i y_i for i < length. */
// @ts-ignore: decorator
@inline
export function dot(x: usize, y: usize, length: i32): f64 {
  let sum: f64 = 0;
  for (const end = x + (<usize>length << 3); x < end; x += 8, y += 8) sum += load<f64>(x) * load<f64>(y);
  return sum;
}

/**
 * A = V' diag(λ) V: Householder's reduction to a tridiagonal matrix, then QL steps with implicit shifts.
 *
 * a         [D, D] f64, in: symmetric. It is overwritten.
 * values    [D] f64, out: λ, in no order.
 * vectors   [D, D] f64, out: V, an eigenvector in each row.
 * offsets   [D] f64, scratch.
 * Values within some D eps of the largest; NaN gives NaN, in as many steps.
 * Source: Golub & Van Loan, Matrix Computations, 4th ed., sections 8.3.1 and 8.3.5.
 */
export function eigen(a: usize, values: usize, vectors: usize, offsets: usize, D: i32): void {
  tridiagonalise(a, values, vectors, offsets, D);
  for (let l = 0; l < D; ++l) {
    for (let step = 0; step < MOST_STEPS; ++step) {
      const m = blockEnd(values, offsets, l, D);
      if (m == l) break;
      stepQL(values, offsets, vectors, l, m, D);
    }
  }
}

/** A = V' T V, T tridiagonal: its diagonal goes to `values`, what is beside it to `offsets` (the last is 0). */
function tridiagonalise(a: usize, values: usize, vectors: usize, offsets: usize, D: i32): void {
  const rowBytes = <usize>D << 3;
  for (let k = 0; k < D - 1; ++k) {
    const row = a + <usize>k * rowBytes;
    const first = <usize>(k + 1) << 3;
    const v = row + first;
    const length = D - 1 - k;
    const beside = load<f64>(v);
    const norm = Math.sqrt(dot(v, v, length));
    // I - 2 v v' / |v|² takes the row's rest to (-sign norm, 0, ..., 0)
    const to = beside > 0 ? -norm : norm;
    store<f64>(v, beside - to);
    const squared = dot(v, v, length);
    const beta = squared > 0 ? 2 / squared : 0;
    store<f64>(offsets + (<usize>k << 3), beta > 0 ? to : beside);
    reflect(a, v, beta, values + first, k + 1, D);
    const diagonal = row + (<usize>k << 3);
    store<f64>(values + (<usize>k << 3), load<f64>(diagonal));
    // for the vectors, below
    store<f64>(diagonal, beta);
  }
  store<f64>(values + (<usize>(D - 1) << 3), load<f64>(a + <usize>(D - 1) * (rowBytes + 8)));
  store<f64>(offsets + (<usize>(D - 1) << 3), 0);
  memory.fill(vectors, 0, rowBytes * <usize>D);
  for (let i = 0; i < D; ++i) store<f64>(vectors + <usize>i * (rowBytes + 8), 1);
  for (let k = D - 2; k >= 0; --k) {
    const row = a + <usize>k * rowBytes;
    const beta = load<f64>(row + (<usize>k << 3));
    const first = <usize>(k + 1) << 3;
    for (let i = k + 1; i < D; ++i) {
      const to = vectors + <usize>i * rowBytes + first;
      subtractScaled(to, row + first, beta * dot(to, row + first, D - 1 - k), D - 1 - k);
    }
  }
}

/** A := H A H for rows and columns from `first` on, H = I - beta v v'. w [D - first] f64, scratch. */
function reflect(a: usize, v: usize, beta: f64, w: usize, first: i32, D: i32): void {
  const rowBytes = <usize>D << 3;
  const length = D - first;
  const corner = a + <usize>first * (rowBytes + 8);
  for (let i = 0; i < length; ++i) store<f64>(w + (<usize>i << 3), beta * dot(corner + <usize>i * rowBytes, v, length));
  subtractScaled(w, v, 0.5 * beta * dot(w, v, length), length);
  for (let i = 0; i < length; ++i) {
    const row = corner + <usize>i * rowBytes;
    subtractScaled(row, w, load<f64>(v + (<usize>i << 3)), length);
    subtractScaled(row, v, load<f64>(w + (<usize>i << 3)), length);
  }
}

/** The last row of the block that begins at l: beyond it what is beside the diagonal is nothing to its neighbours. */
function blockEnd(values: usize, offsets: usize, l: i32, D: i32): i32 {
  let m = l;
  for (; m < D - 1; ++m) {
    const at = <usize>m << 3;
    const around = Math.abs(load<f64>(values + at)) + Math.abs(load<f64>(values + at, 8));
    if (!(Math.abs(load<f64>(offsets + at)) > f64.EPSILON * around)) break;
  }
  return m;
}

/** One QL step on rows l to m with Wilkinson's shift, which is chased from the bottom to the top by rotations. */
function stepQL(values: usize, offsets: usize, vectors: usize, l: i32, m: i32, D: i32): void {
  const rowBytes = <usize>D << 3;
  const at = <usize>l << 3;
  const b0 = load<f64>(offsets + at);
  const half = (load<f64>(values + at, 8) - load<f64>(values + at)) / (2 * b0);
  const root = Math.sqrt(half * half + 1);
  const shift = load<f64>(values + at) - b0 / (half + (half < 0 ? -root : root));
  let x = load<f64>(values + (<usize>m << 3)) - shift;
  let z = load<f64>(offsets + (<usize>(m - 1) << 3));
  for (let i = m - 1; i >= l; --i) {
    // a rotation of rows i and i + 1 that takes (z, x) to (0, r)
    const r = Math.sqrt(x * x + z * z);
    const c = r > 0 ? x / r : 1;
    const s = r > 0 ? z / r : 0;
    const upper = values + (<usize>i << 3);
    const beside = offsets + (<usize>i << 3);
    const p = load<f64>(upper);
    const q = load<f64>(upper, 8);
    const b = load<f64>(beside);
    if (i < m - 1) store<f64>(beside, r, 8);
    const cross = 2 * c * s * b;
    store<f64>(upper, c * c * p - cross + s * s * q);
    store<f64>(upper, s * s * p + cross + c * c * q, 8);
    x = (c * c - s * s) * b + c * s * (p - q);
    store<f64>(beside, x);
    rotate(vectors + <usize>i * rowBytes, vectors + <usize>(i + 1) * rowBytes, c, s, D);
    if (i > l) {
      const above = load<f64>(beside - 8);
      z = s * above;
      store<f64>(beside - 8, c * above);
    }
  }
}

/** (x, y) := (c x - s y, s x + c y). */
function rotate(x: usize, y: usize, c: f64, s: f64, length: i32): void {
  for (const end = x + (<usize>length << 3); x < end; x += 8, y += 8) {
    const xi = load<f64>(x);
    const yi = load<f64>(y);
    store<f64>(x, c * xi - s * yi);
    store<f64>(y, s * xi + c * yi);
  }
}

/** Eigenvalues and eigenvectors of a symmetric matrix. */
export interface Eigen {
  /** [D], descending. */
  readonly values: Float64Array;
  /** [D, D]: one unit vector after the other; the largest entry of each is positive. */
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 60;

/**
 * Jacobi's method, sweep after sweep over the off-diagonal entries (Golub & Van Loan, Matrix Computations, 4th ed.,
 * section 8.5). For a positive definite matrix also small eigenvalues are accurate relative to what the scales of its
 * columns allow (Demmel & Veselić 1992).
 *
 * @param matrix - [D, D], symmetric and positive definite. It is overwritten.
 */
export function eigenOf(matrix: Float64Array, D: number): Eigen {
  const a = matrix;
  const v = new Float64Array(D * D);
  for (let i = 0; i < D; i++) v[i * D + i] = 1;
  /** (x_p, x_q) -> (c x_p - s x_q, s x_p + c x_q). */
  const rotate = (x: Float64Array, p: number, q: number, c: number, s: number): void => {
    const [xp, xq] = [x[p], x[q]];
    x[p] = c * xp - s * xq;
    x[q] = s * xp + c * xq;
  };
  for (let sweep = 0, turned = true; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < D; p++) {
      for (let q = p + 1; q < D; q++) {
        const off = a[p * D + q];
        const [app, aqq] = [a[p * D + p], a[q * D + q]];
        if (!(Math.abs(off) > Number.EPSILON * Math.sqrt(Math.abs(app)) * Math.sqrt(Math.abs(aqq)))) continue;
        turned = true;
        const theta = (aqq - app) / 2 / off;
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        for (let i = 0; i < D; i++) rotate(a, i * D + p, i * D + q, c, t * c);
        for (let i = 0; i < D; i++) rotate(a, p * D + i, q * D + i, c, t * c);
        a[p * D + p] = app - t * off;
        a[q * D + q] = aqq + t * off;
        a[p * D + q] = a[q * D + p] = 0;
        for (let i = 0; i < D; i++) rotate(v, p * D + i, q * D + i, c, t * c);
      }
    }
  }
  const order = Array.from({ length: D }, (_, i) => i).sort((i, j) => a[j * D + j] - a[i * D + i]);
  const vectors = new Float64Array(D * D);
  order.forEach((from, to) => {
    const vector = v.subarray(from * D, from * D + D);
    const largest = vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most));
    for (let i = 0; i < D; i++) vectors[to * D + i] = largest < 0 ? -vector[i] : vector[i];
  });
  return { values: Float64Array.from(order, (i) => a[i * D + i]), vectors };
}

/** Cosine and sine, by their series: angle from -π to π. Within some 4e-16 (test/ellipsoids.test.ts). */
export function cosineSine(angle: number): [number, number] {
  let [cosine, sine] = [1, angle];
  let term = angle;
  for (let n = 2; n < 34; n += 2) {
    term *= -angle / n;
    cosine += term;
    term *= angle / (n + 1);
    sine += term;
  }
  return [cosine, sine];
}

/** The angle of a unit vector whose first entry is 0 or more, by Newton's method: from -π/2 to π/2. */
export function angleOf(x: number, y: number): number {
  let angle = y;
  for (let i = 0; i < 4; i++) {
    const [cosine, sine] = cosineSine(angle);
    angle += y * cosine - x * sine;
  }
  return angle;
}

// EM for Gaussian mixtures in plain TypeScript: typed arrays and nothing else. What this library would be without
// WebAssembly, and what it is compared with as such; see ../peers/.
//
// Every pass is fused: a row's log-densities, their log-sum-exp and what the row adds to the sums. No [N, K] array.

export type CovarianceType = "full" | "tied" | "diag" | "spherical";

export interface Shape {
  readonly N: number;
  readonly d: number;
  readonly K: number;
}

export interface Parameters {
  readonly weights: Float64Array;
  /** [K, d] */
  readonly means: Float64Array;
  /** full [K, d, d], tied [d, d], diag [K, d], spherical [K] */
  readonly covariances: Float64Array;
}

/** What a pass adds up: per component r, r (x - c) and its second moments, all about a centre c. */
interface Sums {
  readonly counts: Float64Array;
  /** [K, d] */
  readonly first: Float64Array;
  /** full [K, d (d + 1) / 2], lower triangles; tied none; diag [K, d]; spherical [K] */
  readonly second: Float64Array;
}

const LOG_TWO_PI = Math.log(2 * Math.PI);

/**
 * Lower triangle of L^-1 where L L' is the matrix, row by row without gaps; its log-determinant.
 *
 * @throws {RangeError} If the matrix is not positive definite.
 */
function inverseCholesky(matrix: Float64Array, d: number, out: Float64Array): number {
  const L = new Float64Array(d * d);
  let logDeterminant = 0;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * d + j]!;
      for (let k = 0; k < j; k++) sum -= L[i * d + k]! * L[j * d + k]!;
      if (j < i) {
        L[i * d + j] = sum / L[j * d + j]!;
        continue;
      }
      if (!(sum > 0)) throw new RangeError("a covariance is not positive definite");
      L[i * d + i] = Math.sqrt(sum);
    }
  }
  for (let i = 0, row = 0; i < d; row += ++i) {
    const inverse = 1 / L[i * d + i]!;
    logDeterminant += Math.log(inverse);
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j, at = (j * (j + 3)) / 2; k < i; at += ++k) sum -= L[i * d + k]! * out[at]!;
      out[row + j] = sum * inverse;
    }
    out[row + i] = inverse;
  }
  return logDeterminant;
}

/** Turns log-densities into responsibilities, in place. Returns their log-sum-exp. */
function normalise(p: Float64Array): number {
  let max = p[0]!;
  for (let k = 1; k < p.length; k++) if (p[k]! > max) max = p[k]!;
  let sum = 0;
  for (let k = 0; k < p.length; k++) {
    const value = Math.exp(p[k]! - max);
    p[k] = value;
    sum += value;
  }
  const scale = 1 / sum;
  for (let k = 0; k < p.length; k++) p[k] = p[k]! * scale;
  return max + Math.log(sum);
}

interface Family {
  /** Adds all rows to the sums under these parameters. Returns the log-likelihood. */
  pass(parameters: Parameters, sums: Sums): number;
  /** Writes the covariances that belong to the sums; the means are the new ones, moved by `shifts` [K, d] from the centres. */
  covariances(sums: Sums, shifts: Float64Array, out: Float64Array): void;
  /** Numbers in `Sums.second`. */
  readonly seconds: number;
  /** About what the sums are taken, where that is not the component's mean: [d]. */
  readonly centre?: Float64Array;
}

/** Four rows at a time share what is loaded of a component: twice as fast as row by row at 16 columns. */
function full(rows: Float64Array, { N, d, K }: Shape): Family {
  const triangle = (d * (d + 1)) / 2;
  const factors = new Float64Array(K * triangle);
  const constants = new Float64Array(K);
  /** Log-densities, then responsibilities, of four rows. */
  const lanes = Array.from({ length: 4 }, () => new Float64Array(K));
  const [p0, p1, p2, p3] = lanes as [Float64Array, Float64Array, Float64Array, Float64Array];
  /** [d, 4]: rows less a mean. */
  const z = new Float64Array(4 * d);

  /** z of rows n to n + 3; beyond the end the last row stands in. */
  function centre(n: number, means: Float64Array, k: number): void {
    const row0 = n * d;
    const row1 = Math.min(n + 1, N - 1) * d;
    const row2 = Math.min(n + 2, N - 1) * d;
    const row3 = Math.min(n + 3, N - 1) * d;
    for (let i = 0, at = 0; i < d; i++, at += 4) {
      const mean = means[k * d + i]!;
      z[at] = rows[row0 + i]! - mean;
      z[at + 1] = rows[row1 + i]! - mean;
      z[at + 2] = rows[row2 + i]! - mean;
      z[at + 3] = rows[row3 + i]! - mean;
    }
  }

  function densities(k: number): void {
    let q0 = 0;
    let q1 = 0;
    let q2 = 0;
    let q3 = 0;
    for (let i = 0, at = k * triangle; i < d; i++) {
      let y0 = 0;
      let y1 = 0;
      let y2 = 0;
      let y3 = 0;
      for (let j = 0; j <= 4 * i; j += 4, at++) {
        const factor = factors[at]!;
        y0 += factor * z[j]!;
        y1 += factor * z[j + 1]!;
        y2 += factor * z[j + 2]!;
        y3 += factor * z[j + 3]!;
      }
      q0 += y0 * y0;
      q1 += y1 * y1;
      q2 += y2 * y2;
      q3 += y3 * y3;
    }
    p0[k] = constants[k]! - 0.5 * q0;
    p1[k] = constants[k]! - 0.5 * q1;
    p2[k] = constants[k]! - 0.5 * q2;
    p3[k] = constants[k]! - 0.5 * q3;
  }

  function accumulate(k: number, { counts, first, second }: Sums): void {
    const r0 = p0[k]!;
    const r1 = p1[k]!;
    const r2 = p2[k]!;
    const r3 = p3[k]!;
    counts[k] = counts[k]! + (r0 + r1 + r2 + r3);
    for (let i = 0, at = k * triangle; i < d; i++) {
      const w0 = r0 * z[4 * i]!;
      const w1 = r1 * z[4 * i + 1]!;
      const w2 = r2 * z[4 * i + 2]!;
      const w3 = r3 * z[4 * i + 3]!;
      first[k * d + i] = first[k * d + i]! + (w0 + w1 + w2 + w3);
      for (let j = 0; j <= 4 * i; j += 4, at++) {
        second[at] = second[at]! + (w0 * z[j]! + w1 * z[j + 1]! + w2 * z[j + 2]! + w3 * z[j + 3]!);
      }
    }
  }

  function pass({ weights, means, covariances }: Parameters, sums: Sums): number {
    for (let k = 0; k < K; k++) {
      const factor = factors.subarray(k * triangle, (k + 1) * triangle);
      const logDeterminant = inverseCholesky(covariances.subarray(k * d * d, (k + 1) * d * d), d, factor);
      constants[k] = Math.log(weights[k]!) + logDeterminant - 0.5 * d * LOG_TWO_PI;
    }
    let logLikelihood = 0;
    for (let n = 0; n < N; n += 4) {
      for (let k = 0; k < K; k++) {
        centre(n, means, k);
        densities(k);
      }
      for (let lane = 0; lane < 4; lane++) {
        const p = lanes[lane]!;
        if (n + lane < N) logLikelihood += normalise(p);
        else p.fill(0);
      }
      for (let k = 0; k < K; k++) {
        if (p0[k] === 0 && p1[k] === 0 && p2[k] === 0 && p3[k] === 0) continue;
        centre(n, means, k);
        accumulate(k, sums);
      }
    }
    return logLikelihood;
  }

  function covariances({ counts, second }: Sums, shifts: Float64Array, out: Float64Array): void {
    for (let k = 0, at = 0; k < K; k++) {
      for (let i = 0; i < d; i++) {
        for (let j = 0; j <= i; j++, at++) {
          const value = second[at]! / counts[k]! - shifts[k * d + i]! * shifts[k * d + j]!;
          out[(k * d + i) * d + j] = value;
          out[(k * d + j) * d + i] = value;
        }
      }
    }
  }

  return { pass, covariances, seconds: K * triangle };
}

/** Rows are whitened once per pass; their scatter about the mean of all never changes and is summed up once. */
function tied(rows: Float64Array, { N, d, K }: Shape): Family {
  const centre = new Float64Array(d);
  for (let at = 0; at < N * d; at++) centre[at % d] = centre[at % d]! + rows[at]!;
  for (let i = 0; i < d; i++) centre[i] = centre[i]! / N;
  const scatter = new Float64Array(d * d);
  for (let row = 0; row < N * d; row += d) {
    for (let i = 0; i < d; i++) {
      const zi = rows[row + i]! - centre[i]!;
      for (let j = 0; j <= i; j++) {
        scatter[i * d + j] = scatter[i * d + j]! + zi * (rows[row + j]! - centre[j]!);
      }
    }
  }
  const factor = new Float64Array((d * (d + 1)) / 2);
  const constants = new Float64Array(K);
  const whiteMeans = new Float64Array(K * d);
  const p = new Float64Array(K);
  const z = new Float64Array(d);
  const white = new Float64Array(d);

  /** white = factor (x - centre), leaving x - centre in z. */
  function whiten(values: Float64Array, offset: number): void {
    for (let i = 0, at = 0; i < d; i++) {
      z[i] = values[offset + i]! - centre[i]!;
      let y = 0;
      for (let j = 0; j <= i; j++) y += factor[at++]! * z[j]!;
      white[i] = y;
    }
  }

  function pass({ weights, means, covariances }: Parameters, { counts, first }: Sums): number {
    const logDeterminant = inverseCholesky(covariances, d, factor);
    for (let k = 0; k < K; k++) {
      constants[k] = Math.log(weights[k]!) + logDeterminant - 0.5 * d * LOG_TWO_PI;
      whiten(means, k * d);
      whiteMeans.set(white, k * d);
    }
    let logLikelihood = 0;
    for (let n = 0, row = 0; n < N; n++, row += d) {
      whiten(rows, row);
      for (let k = 0, mean = 0; k < K; k++, mean += d) {
        let distance = 0;
        for (let i = 0; i < d; i++) {
          const y = white[i]! - whiteMeans[mean + i]!;
          distance += y * y;
        }
        p[k] = constants[k]! - 0.5 * distance;
      }
      logLikelihood += normalise(p);
      for (let k = 0; k < K; k++) {
        const r = p[k]!;
        if (r === 0) continue;
        counts[k] = counts[k]! + r;
        for (let i = 0, at = k * d; i < d; i++, at++) first[at] = first[at]! + r * z[i]!;
      }
    }
    return logLikelihood;
  }

  function covariances({ counts }: Sums, shifts: Float64Array, out: Float64Array): void {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        let value = scatter[i * d + j]!;
        for (let k = 0; k < K; k++) value -= counts[k]! * shifts[k * d + i]! * shifts[k * d + j]!;
        out[i * d + j] = value / N;
        out[j * d + i] = value / N;
      }
    }
  }

  return { pass, covariances, seconds: 0, centre };
}

function diag(rows: Float64Array, { N, d, K }: Shape): Family {
  const precisions = new Float64Array(K * d);
  const constants = new Float64Array(K);
  const p = new Float64Array(K);

  function pass({ weights, means, covariances }: Parameters, { counts, first, second }: Sums): number {
    for (let k = 0; k < K; k++) {
      let constant = Math.log(weights[k]!) - 0.5 * d * LOG_TWO_PI;
      for (let at = k * d; at < (k + 1) * d; at++) {
        precisions[at] = 1 / covariances[at]!;
        constant -= 0.5 * Math.log(covariances[at]!);
      }
      constants[k] = constant;
    }
    let logLikelihood = 0;
    for (let n = 0, row = 0; n < N; n++, row += d) {
      for (let k = 0, at = 0; k < K; k++) {
        let distance = 0;
        for (let i = 0; i < d; i++, at++) {
          const z = rows[row + i]! - means[at]!;
          distance += z * z * precisions[at]!;
        }
        p[k] = constants[k]! - 0.5 * distance;
      }
      logLikelihood += normalise(p);
      for (let k = 0; k < K; k++) {
        const r = p[k]!;
        if (r === 0) continue;
        counts[k] = counts[k]! + r;
        for (let i = 0, at = k * d; i < d; i++, at++) {
          const z = rows[row + i]! - means[at]!;
          const w = r * z;
          first[at] = first[at]! + w;
          second[at] = second[at]! + w * z;
        }
      }
    }
    return logLikelihood;
  }

  function covariances({ counts, second }: Sums, shifts: Float64Array, out: Float64Array): void {
    for (let at = 0; at < K * d; at++) out[at] = second[at]! / counts[(at / d) | 0]! - shifts[at]! ** 2;
  }

  return { pass, covariances, seconds: K * d };
}

function spherical(rows: Float64Array, { N, d, K }: Shape): Family {
  const halves = new Float64Array(K);
  const constants = new Float64Array(K);
  const distances = new Float64Array(K);
  const p = new Float64Array(K);

  function pass({ weights, means, covariances }: Parameters, { counts, first, second }: Sums): number {
    for (let k = 0; k < K; k++) {
      halves[k] = 0.5 / covariances[k]!;
      constants[k] = Math.log(weights[k]!) - 0.5 * d * (LOG_TWO_PI + Math.log(covariances[k]!));
    }
    let logLikelihood = 0;
    for (let n = 0, row = 0; n < N; n++, row += d) {
      for (let k = 0, at = 0; k < K; k++) {
        let distance = 0;
        for (let i = 0; i < d; i++, at++) {
          const z = rows[row + i]! - means[at]!;
          distance += z * z;
        }
        distances[k] = distance;
        p[k] = constants[k]! - halves[k]! * distance;
      }
      logLikelihood += normalise(p);
      for (let k = 0; k < K; k++) {
        const r = p[k]!;
        if (r === 0) continue;
        counts[k] = counts[k]! + r;
        second[k] = second[k]! + r * distances[k]!;
        for (let i = 0, at = k * d; i < d; i++, at++) first[at] = first[at]! + r * (rows[row + i]! - means[at]!);
      }
    }
    return logLikelihood;
  }

  function covariances({ counts, second }: Sums, shifts: Float64Array, out: Float64Array): void {
    for (let k = 0; k < K; k++) {
      let moved = 0;
      for (let at = k * d; at < (k + 1) * d; at++) moved += shifts[at]! ** 2;
      out[k] = (second[k]! / counts[k]! - moved) / d;
    }
  }

  return { pass, covariances, seconds: K };
}

const FAMILIES = { full, tied, diag, spherical };

/** EM from given parameters, without regularisation. */
export class PlainEm {
  readonly #shape: Shape;
  readonly #family: Family;
  readonly #parameters: Parameters;
  readonly #sums: Sums;
  readonly #shifts: Float64Array;
  /** Of the current parameters. */
  logLikelihood: number;

  /** @param rows [N, d], kept, not copied. */
  constructor(rows: Float64Array, shape: Shape, covarianceType: CovarianceType, start: Parameters) {
    const { d, K } = shape;
    this.#shape = shape;
    this.#family = FAMILIES[covarianceType](rows, shape);
    this.#parameters = {
      weights: start.weights.slice(),
      means: start.means.slice(),
      covariances: start.covariances.slice(),
    };
    this.#sums = {
      counts: new Float64Array(K),
      first: new Float64Array(K * d),
      second: new Float64Array(this.#family.seconds),
    };
    this.#shifts = new Float64Array(K * d);
    this.logLikelihood = this.#family.pass(this.#parameters, this.#sums);
  }

  /** An M-step, then an E-step. */
  step(): void {
    const { N, d, K } = this.#shape;
    const { weights, means, covariances } = this.#parameters;
    const { counts, first, second } = this.#sums;
    const { centre } = this.#family;
    for (let k = 0; k < K; k++) {
      weights[k] = counts[k]! / N;
      for (let i = 0, at = k * d; i < d; i++, at++) {
        const shift = first[at]! / counts[k]!;
        this.#shifts[at] = shift;
        means[at] = (centre === undefined ? means[at]! : centre[i]!) + shift;
      }
    }
    this.#family.covariances(this.#sums, this.#shifts, covariances);
    for (const sums of [counts, first, second]) sums.fill(0);
    this.logLikelihood = this.#family.pass(this.#parameters, this.#sums);
  }
}

// The dense prototype, which the library is measured against: every component for every row, no bounds, one thread.
import { compile } from "../compile.mjs";

const PAGE_BYTES = 65536;
/** The prototype needs whole tiles: what N must be a multiple of. */
export const WHOLE_TILES = 128;

/** Floating-point operations of one EM iteration for one row and component, exp and log not counted. @param {number} d */
export function flopsPerPair(d) {
  return 2 * d * (d + 1) + 4 * d;
}

/** Rows per tile. @param {number} d */
function tileRows(d) {
  if (d <= 4) return 128;
  return d <= 32 ? 64 : 32;
}

/** Lower triangular factor of a symmetric matrix of which the lower half is read. */
function cholesky(a, d, stride) {
  const l = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let s = a[i * stride + j];
      for (let k = 0; k < j; k++) s -= l[i * d + k] * l[j * d + k];
      if (i !== j) l[i * d + j] = s / l[j * d + j];
      else if (s > 0) l[i * d + i] = Math.sqrt(s);
      else throw new Error(`prototype: covariance is not positive definite in column ${i}`);
    }
  }
  return l;
}

/** Inverse of a lower triangular matrix. */
function invertLower(l, d) {
  const p = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    p[i * d + i] = 1 / l[i * d + i];
    for (let j = 0; j < i; j++) {
      let s = 0;
      for (let k = j; k < i; k++) s -= l[i * d + k] * p[k * d + j];
      p[i * d + j] = s / l[i * d + i];
    }
  }
  return p;
}

/** A fit in progress. */
class Dense {
  #kernels;
  #memory;
  #d;
  /** d rounded up to an even number: the kernels take rows of P in pairs. The column of padding is all zeros. */
  #width;
  #N;
  #K;
  #T;
  #reg;
  #at;

  /**
   * @param {WebAssembly.Module} module
   * @param {Float64Array} rows [N, d]
   * @param {import("../data.mjs").Shape} shape N a multiple of {@link WHOLE_TILES}.
   * @param {import("../data.mjs").Start} start full covariances.
   * @param {number} reg added to every variance.
   */
  constructor(module, rows, { N, d, K }, start, reg) {
    const width = d + (d & 1);
    const T = tileRows(d);
    let top = PAGE_BYTES;
    const room = (length) => {
      const at = top;
      top = (top + length * 8 + 63) & ~63;
      return at;
    };
    this.#at = {
      X: room(N * width),
      mu: room(K * width),
      P: room(K * width * width),
      logc: room(K),
      Z: room(width * T),
      W: room(width * T),
      L: room(K * T),
      Nk: room(K),
      S1: room(K * width),
      S2: room(K * width * width),
    };
    const memory = new WebAssembly.Memory({ initial: Math.ceil(top / PAGE_BYTES) });
    const abort = () => {
      throw new Error("prototype: aborted");
    };
    const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
    this.#kernels = exports;
    this.#memory = new Float64Array(memory.buffer);
    this.#d = d;
    this.#width = width;
    this.#N = N;
    this.#K = K;
    this.#T = T;
    this.#reg = reg;
    this.#packRows(rows);
    for (let k = 0; k < K; k++) {
      this.#memory.set(start.means.subarray(k * d, (k + 1) * d), (this.#at.mu >> 3) + k * width);
      this.#setComponent(k, start.weights[k], start.covariances.subarray(k * d * d, (k + 1) * d * d), d);
    }
  }

  /** E-step and sums. @returns {number} the log-likelihood of the parameters that it ran with. */
  pass() {
    const { X, mu, P, logc, Z, W, L, Nk, S1, S2 } = this.#at;
    const [K, width] = [this.#K, this.#width];
    const f64 = this.#memory;
    f64.fill(0, Nk >> 3, (Nk >> 3) + K);
    f64.fill(0, S1 >> 3, (S1 >> 3) + K * width);
    f64.fill(0, S2 >> 3, (S2 >> 3) + K * width * width);
    return this.#kernels.emPass(X, this.#N / this.#T, width, this.#T, K, mu, P, logc, Z, W, L, Nk, S1, S2, 0);
  }

  /** M-step from the sums of the last pass. */
  maximise() {
    const [d, width] = [this.#d, this.#width];
    const f64 = this.#memory;
    const covariance = new Float64Array(d * d);
    const delta = new Float64Array(d);
    for (let k = 0; k < this.#K; k++) {
      const nk = f64[(this.#at.Nk >> 3) + k];
      const mu = (this.#at.mu >> 3) + k * width;
      const s1 = (this.#at.S1 >> 3) + k * width;
      const s2 = (this.#at.S2 >> 3) + k * width * width;
      for (let i = 0; i < d; i++) delta[i] = f64[s1 + i] / nk;
      for (let i = 0; i < d; i++) {
        for (let j = 0; j <= i; j++) covariance[i * d + j] = f64[s2 + i * width + j] / nk - delta[i] * delta[j];
        covariance[i * (d + 1)] += this.#reg;
        f64[mu + i] += delta[i];
      }
      this.#setComponent(k, nk / this.#N, covariance, d);
    }
  }

  /** One EM iteration. @returns {number} the log-likelihood after it. */
  step() {
    this.maximise();
    return this.pass();
  }

  #packRows(rows) {
    const [d, width, T] = [this.#d, this.#width, this.#T];
    const x = this.#at.X >> 3;
    for (let n = 0; n < this.#N; n++) {
      const row = x + Math.floor(n / T) * width * T + (n % T);
      for (let i = 0; i < d; i++) this.#memory[row + i * T] = rows[n * d + i];
    }
  }

  #setComponent(k, weight, covariance, stride) {
    const [d, width] = [this.#d, this.#width];
    const inverse = invertLower(cholesky(covariance, d, stride), d);
    const p = (this.#at.P >> 3) + k * width * width;
    let logc = Math.log(weight) - 0.5 * d * Math.log(2 * Math.PI);
    for (let i = 0; i < d; i++) {
      this.#memory.set(inverse.subarray(i * d, (i + 1) * d), p + i * width);
      logc += Math.log(inverse[i * (d + 1)]);
    }
    this.#memory[(this.#at.logc >> 3) + k] = logc;
  }
}

/**
 * Where the prototype cuts its exponentials off. As it was, at the smallest normal number, products with the
 * responsibilities of far components are subnormal, which many processors compute several times slower; cut off at
 * exp(-300) they are not, and the sums are the same.
 */
export const EXP_FLOOR = { asItWas: 708, noSubnormals: 300 };

/**
 * Compiles the prototype.
 *
 * @param {number} floor of {@link EXP_FLOOR}.
 * @returns {Promise<(rows: Float64Array, shape: import("../data.mjs").Shape, start: import("../data.mjs").Start, reg: number) => Dense>}
 */
export async function densePrototype(floor) {
  const module = await compile("prototype/em-kernels.ts", { EXP_FLOOR: floor });
  return (rows, shape, start, reg) => new Dense(module, rows, shape, start, reg);
}

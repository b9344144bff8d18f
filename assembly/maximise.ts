// M-step in closed form: statistics to parameters, and parameters to what the E-step reads.
import { Model } from "./descriptors";
import { DIAG, FULL, HEADER_BYTES, scatterLength, SPHERICAL, TIED, triangleLength } from "./layout";
import { cholesky, invertFactor, multiplyPacked, packFactor } from "./cholesky";
import { log } from "./elementary";
import { laneSum } from "./lanes";

// @ts-ignore: decorator
@inline const LOG_2PI: f64 = 1.8378770664093453;
/** A component with less than this share of the total weight has nothing left to estimate from. */
// @ts-ignore: decorator
@inline const EMPTY_SHARE: f64 = 1e-12;

/** Sum of the two lanes of entry i of a block of lane sums. */
// @ts-ignore: decorator
@inline
function statistic(block: usize, i: i32): f64 {
  return laneSum(v128.load(block + (<usize>i << 4)));
}

/**
 * New parameters from statistics about the current means m: with δ = s1 / nk,
 *
 *     weight = nk / W,   mean = m + δ,   covariance = scatter / nk - δ δ' + diag(ridge) / nk + diag(reg)
 *
 * (tied: the sum over k of nk times that, over W; spherical: its mean diagonal.)
 *
 * model    its mu, in: m; its weights, mu and cov, out.
 * stats    `statisticsLength` lane pairs, in.
 * reg      [D] f64, in: added to every variance. ridge [D] f64, in: added to every scatter (a prior's weight; 0 for none).
 * result   number of empty components (under 1e-12 of the total weight): weight 0, mean and covariance as before.
 * Source: Bishop, PRML, eq. 9.24 to 9.26, written about the current mean.
 */
export function maximise(model: usize, stats: usize, reg: usize, ridge: usize): i32 {
  const mixture = changetype<Model>(model);
  const type = mixture.type, D = mixture.D, K = mixture.K;
  const weights = mixture.weights, mu = mixture.mu, cov = mixture.cov;
  const blocks = stats + HEADER_BYTES;
  const blockLength = 1 + D + scatterLength(type, D);
  const blockBytes = <usize>blockLength << 4;
  let total: f64 = 0;
  for (let k = 0; k < K; ++k) total += statistic(blocks + <usize>k * blockBytes, 0);
  if (type == TIED && total > 0) tiedCovariance(blocks, blockBytes, reg, ridge, cov, D, K, total);
  let empty = 0;
  for (let k = 0; k < K; ++k) {
    const block = blocks + <usize>k * blockBytes;
    const nk = statistic(block, 0);
    if (!(nk > EMPTY_SHARE * total)) {
      store<f64>(weights + (<usize>k << 3), 0);
      ++empty;
      continue;
    }
    store<f64>(weights + (<usize>k << 3), nk / total);
    if (type == FULL) fullCovariance(block, reg, ridge, cov + (<usize>k * <usize>D * <usize>D << 3), D, nk);
    else if (type == DIAG) diagCovariance(block, reg, ridge, cov + (<usize>k * <usize>D << 3), D, nk);
    else if (type == SPHERICAL) sphericalCovariance(block, reg, ridge, cov + (<usize>k << 3), D, nk);
    const mean = mu + (<usize>k * <usize>D << 3);
    for (let d = 0; d < D; ++d) {
      const at = mean + (<usize>d << 3);
      store<f64>(at, load<f64>(at) + statistic(block, 1 + d) / nk);
    }
  }
  return empty;
}

/** Writes the scatter's lower triangle, divided by n, into both triangles of cov [D, D]. */
export function unpackScatter(scatter: usize, cov: usize, D: i32, n: f64): void {
  for (let i = 0; i + 2 <= D; i += 2) {
    let j = 0;
    for (; j + 4 <= i; j += 4, scatter += 128) {
      for (let b = 0; b < 4; ++b) {
        setSymmetric(cov, D, i, j + b, statistic(scatter, b) / n);
        setSymmetric(cov, D, i + 1, j + b, statistic(scatter, 4 + b) / n);
      }
    }
    for (; j <= i; j += 2, scatter += 64) {
      setSymmetric(cov, D, i, j, statistic(scatter, 0) / n);
      if (j < i) setSymmetric(cov, D, i, j + 1, statistic(scatter, 1) / n);
      setSymmetric(cov, D, i + 1, j, statistic(scatter, 2) / n);
      setSymmetric(cov, D, i + 1, j + 1, statistic(scatter, 3) / n);
    }
  }
  if (D & 1) {
    for (let j = 0; j < D; ++j, scatter += 16) setSymmetric(cov, D, D - 1, j, statistic(scatter, 0) / n);
  }
}

// @ts-ignore: decorator
@inline
function setSymmetric(a: usize, D: i32, i: i32, j: i32, value: f64): void {
  store<f64>(a + (<usize>i * <usize>D + <usize>j << 3), value);
  store<f64>(a + (<usize>j * <usize>D + <usize>i << 3), value);
}

function fullCovariance(block: usize, reg: usize, ridge: usize, cov: usize, D: i32, nk: f64): void {
  unpackScatter(block + (<usize>(1 + D) << 4), cov, D, nk);
  for (let i = 0; i < D; ++i) {
    const di = statistic(block, 1 + i) / nk;
    for (let j = 0; j <= i; ++j) {
      const at = cov + (<usize>i * <usize>D + <usize>j << 3);
      let value = load<f64>(at) - di * (statistic(block, 1 + j) / nk);
      if (j == i) value += load<f64>(ridge + (<usize>i << 3)) / nk + load<f64>(reg + (<usize>i << 3));
      setSymmetric(cov, D, i, j, value);
    }
  }
}

/** a b / n, where a b may be too large or too small for a number, as sums grow with the weights of rows: the same bits for all. */
// @ts-ignore: decorator
@inline
function productOver(a: f64, b: f64, n: f64): f64 {
  // 2^600, 2^-600
  const scale: f64 = n < 1e-100 ? 4.149515568880993e180 : n > 1e100 ? 2.409919865102884e-181 : 1;
  return a * scale * (b * scale) / (n * scale) / scale;
}

function tiedCovariance(blocks: usize, blockBytes: usize, reg: usize, ridge: usize, cov: usize, D: i32, K: i32, total: f64): void {
  unpackScatter(blocks + <usize>K * blockBytes, cov, D, total);
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j <= i; ++j) {
      let shift: f64 = 0;
      for (let k = 0; k < K; ++k) {
        const block = blocks + <usize>k * blockBytes;
        const nk = statistic(block, 0);
        if (nk > EMPTY_SHARE * total) shift += productOver(statistic(block, 1 + i), statistic(block, 1 + j), nk);
      }
      const at = cov + (<usize>i * <usize>D + <usize>j << 3);
      let value = load<f64>(at) - shift / total;
      if (j == i) value += load<f64>(ridge + (<usize>i << 3)) / total + load<f64>(reg + (<usize>i << 3));
      setSymmetric(cov, D, i, j, value);
    }
  }
}

function diagCovariance(block: usize, reg: usize, ridge: usize, cov: usize, D: i32, nk: f64): void {
  for (let d = 0; d < D; ++d) {
    const shift = statistic(block, 1 + d) / nk;
    const at = <usize>d << 3;
    store<f64>(cov + at, statistic(block, 1 + D + d) / nk - shift * shift + load<f64>(ridge + at) / nk + load<f64>(reg + at));
  }
}

function sphericalCovariance(block: usize, reg: usize, ridge: usize, cov: usize, D: i32, nk: f64): void {
  let shift: f64 = 0;
  let extra: f64 = 0;
  for (let d = 0; d < D; ++d) {
    const s = statistic(block, 1 + d) / nk;
    shift += s * s;
    extra += load<f64>(ridge + (<usize>d << 3)) / nk + load<f64>(reg + (<usize>d << 3));
  }
  store<f64>(cov, (statistic(block, 1 + D) / nk - shift + extra) / <f64>D);
}

/**
 * Derives the tied scatter from the total scatter about a fixed centre, so that the pass itself needs none:
 *
 *     Σ_k Σ_n r (x - m_k)(x - m_k)' = total - Σ_k ( s1_k δ_k' + δ_k s1_k' + nk δ_k δ_k' ),   δ_k = m_k - centre
 *
 * model   tied: its mu, the means the statistics are about, and its centre count.
 * stats   in/out: its shared scatter is overwritten.
 * total   statistics of one full component, in: their scatter is that of all rows about the centre.
 * result  largest ratio of a total to a remaining variance: how much of the precision the subtraction cost. Infinity or
 *         NaN-free: a variance that is not positive gives Infinity.
 */
export function tiedScatter(model: usize, stats: usize, total: usize): f64 {
  const mixture = changetype<Model>(model);
  const D = mixture.D, K = mixture.K;
  const mu = mixture.mu, centre = mixture.centre;
  const blockBytes = <usize>(1 + D) << 4;
  const blocks = stats + HEADER_BYTES;
  const scatter = blocks + <usize>K * blockBytes;
  total += HEADER_BYTES + blockBytes;
  let worst: f64 = 1;
  let e = 0;
  for (let i = 0; i < D; i += 2) {
    const rows = min(2, D - i);
    for (let j = 0; j < (rows == 2 ? i + 2 : D);) {
      // the shapes of layout.ts: 2 x 4 left of the diagonal, 2 x 2 at it, a plain last row
      const width = rows == 1 ? 1 : j + 4 <= i ? 4 : 2;
      for (let a = 0; a < rows; ++a) {
        for (let b = 0; b < width; ++b, ++e) {
          const whole = statistic(total, e);
          const rest = whole - betweenScatter(blocks, blockBytes, mu, centre, D, K, i + a, j + b);
          const at = scatter + (<usize>e << 4);
          v128.store(at, f64x2.replace_lane(f64x2.splat(0), 0, rest));
          if (i + a == j + b && whole > 0) worst = rest > 0 ? max(worst, whole / rest) : Infinity;
        }
      }
      j += width;
    }
  }
  return worst;
}

/** Entry (i, j) of Σ_k ( s1 δ' + δ s1' + nk δ δ' ). */
function betweenScatter(blocks: usize, blockBytes: usize, mu: usize, centre: usize, D: i32, K: i32, i: i32, j: i32): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < K; ++k, blocks += blockBytes, mu += <usize>D << 3) {
    const di = load<f64>(mu + (<usize>i << 3)) - load<f64>(centre + (<usize>i << 3));
    const dj = load<f64>(mu + (<usize>j << 3)) - load<f64>(centre + (<usize>j << 3));
    sum += statistic(blocks, 1 + i) * dj + di * statistic(blocks, 1 + j) + statistic(blocks, 0) * di * dj;
  }
  return sum;
}

/**
 * What the E-step reads of components first … last - 1 (tied: of all, whatever the range): factors P = L⁻¹ of every covariance
 * and logc = log weight + log|P| - D/2 log 2π.
 *
 * model   its weights and cov, and tied mu and centre, in; its factor and logc, out: minus infinity for weight 0.
 * scratch [2, D, D] f64. It may begin where cov does, as may factor unless the type is tied (full: with K = 1): what is
 *         read is done with before anything is written there.
 * tolerance  see `cholesky`.
 * result  0, or 1 + the first component whose covariance is not positive definite (tied: 1).
 */
export function factorise(model: usize, first: i32, last: i32, tolerance: f64, scratch: usize): i32 {
  const mixture = changetype<Model>(model);
  const type = mixture.type, D = mixture.D;
  const weights = mixture.weights, cov = mixture.cov, factor = mixture.factor, logc = mixture.logc;
  const half = -0.5 * <f64>D * LOG_2PI;
  const matrixBytes = <usize>D * <usize>D << 3;
  let logDet: f64 = 0;
  if (type == TIED) {
    logDet = factoriseOne(cov, factor, scratch, D, tolerance);
    if (logDet != logDet) return 1;
    const at = factor + (<usize>triangleLength(D) << 3);
    memory.copy(at, mixture.centre, <usize>D << 3);
    whitenMeans(factor, mixture.mu, mixture.centre, at + (<usize>D << 3), scratch, D, mixture.K);
  }
  for (let k = first; k < last; ++k) {
    if (type == FULL) {
      logDet = factoriseOne(cov + <usize>k * matrixBytes, factor + (<usize>k * <usize>triangleLength(D) << 3), scratch, D, tolerance);
    } else if (type == DIAG) {
      const at = <usize>k * <usize>D << 3;
      logDet = invertRoots(cov + at, factor + at, D);
    } else if (type == SPHERICAL) {
      logDet = <f64>D * invertRoots(cov + (<usize>k << 3), factor + (<usize>k << 3), 1);
    }
    if (logDet != logDet) return 1 + k;
    store<f64>(logc + (<usize>k << 3), log(load<f64>(weights + (<usize>k << 3))) + logDet + half);
  }
  return 0;
}

/** Packed P of one covariance; result log|P|, or NaN when the covariance is not positive definite. */
function factoriseOne(cov: usize, packed: usize, scratch: usize, D: i32, tolerance: f64): f64 {
  const matrixBytes = <usize>D * <usize>D << 3;
  memory.copy(scratch, cov, matrixBytes);
  if (cholesky(scratch, D, tolerance)) return NaN;
  const inverse = scratch + matrixBytes;
  invertFactor(scratch, inverse, D);
  packFactor(inverse, packed, D);
  let logDet: f64 = 0;
  for (let d = 0; d < D; ++d) logDet += log(load<f64>(inverse + (<usize>d * <usize>(D + 1) << 3)));
  return logDet;
}

/** p_d = 1 / sqrt(variance_d); result Σ log p_d, or NaN when a variance is not positive and finite. */
function invertRoots(variance: usize, p: usize, D: i32): f64 {
  let logDet: f64 = 0;
  for (let d: usize = 0; d < <usize>D << 3; d += 8) {
    const v = load<f64>(variance + d);
    if (!(v > 0) || v == Infinity) return NaN;
    const root = 1 / Math.sqrt(v);
    store<f64>(p + d, root);
    logDet += log(root);
  }
  return logDet;
}

/** v_k = P (mu_k - centre). scratch [D] f64. */
function whitenMeans(packed: usize, mu: usize, centre: usize, out: usize, scratch: usize, D: i32, K: i32): void {
  const rowBytes = <usize>D << 3;
  for (let k = 0; k < K; ++k, mu += rowBytes, out += rowBytes) {
    for (let d: usize = 0; d < rowBytes; d += 8) store<f64>(scratch + d, load<f64>(mu + d) - load<f64>(centre + d));
    multiplyPacked(packed, scratch, out, D);
  }
}

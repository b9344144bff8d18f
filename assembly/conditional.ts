// Gaussian mixture regression: what rows of input columns say of target columns (Ghahramani & Jordan 1994; Sung 2004).
//
// For component k over inputs x and targets y, with B_k = Σ_yx Σ_xx⁻¹ and C_k = Σ_yy - B_k Σ_xy,
//
//   p(y | x) = Σ_k r_k(x) N(y | m_k(x), C_k),   m_k(x) = nu_k + B_k (x - mu_k),   r_k(x) = responsibility under p(x)
import { multiplyPacked } from "./cholesky";
import { Model, Rows } from "./descriptors";
import { exp, log } from "./elementary";
import { triangleLength } from "./layout";

/**
 * m_k = nu_k + B_k (x - mu_k) for N rows x in tiles, two at a time.
 *
 * rows     the inputs. model: of its mixture of the inputs the means count.
 * nu       [K, M] f64, in: means of the targets. slopes [K, M, D] f64, in: B.
 * means    [N, K, M] f64, out: m.
 */
export function conditionalMeans(rows: usize, model: usize, nu: usize, slopes: usize, means: usize, M: i32): void {
  const data = changetype<Rows>(rows), mixture = changetype<Model>(model);
  const N = data.N, D = data.D, T = data.T;
  const K = mixture.K, mu = mixture.mu;
  let x = data.x;
  const laneBytes = <usize>T << 3;
  const rowBytes = <usize>K * <usize>M << 3;
  for (let first = 0; first < N; first += T, x += <usize>D * laneBytes, means += <usize>T * rowBytes) {
    for (let e = 0; e < K * M; ++e) {
      const mean = mu + (<usize>(e / M) * <usize>D << 3);
      const slope = slopes + (<usize>e * <usize>D << 3);
      let to = means + (<usize>e << 3);
      for (let n = first; n < min(N, first + T); n += 2, to += rowBytes << 1) {
        let m = v128.load64_splat(nu + (<usize>e << 3));
        let at = x + (<usize>(n - first) << 3);
        for (let d: usize = 0; d < <usize>D << 3; d += 8, at += laneBytes) {
          const z = f64x2.sub(v128.load(at), v128.load64_splat(mean + d));
          m = f64x2.add(m, f64x2.mul(v128.load64_splat(slope + d), z));
        }
        store<f64>(to, f64x2.extract_lane(m, 0));
        if (n + 1 < N) store<f64>(to + rowBytes, f64x2.extract_lane(m, 1));
      }
    }
  }
}

/**
 * Moments of the targets given each row: mean = Σ r m, covariance = Σ r (C + (m - mean)(m - mean)').
 *
 * resp [N, K], means [N, K, M] f64, in: from `score` and `conditionalMeans`. cov [K, M, M] f64, in: C.
 * mean [N, M] f64, out. covariance [N, M, M] f64, out; 0 leaves it out.
 */
export function mixMoments(resp: usize, means: usize, cov: usize, N: i32, K: i32, M: i32, mean: usize, covariance: usize): void {
  const meanBytes = <usize>M << 3;
  const covBytes = meanBytes * <usize>M;
  memory.fill(mean, 0, <usize>N * meanBytes);
  if (covariance) memory.fill(covariance, 0, <usize>N * covBytes);
  for (let n = 0; n < N; ++n, mean += meanBytes) {
    for (let k = 0; k < K; ++k) {
      const r = load<f64>(resp + (<usize>k << 3));
      const m = means + <usize>k * meanBytes;
      for (let i: usize = 0; i < meanBytes; i += 8) store<f64>(mean + i, load<f64>(mean + i) + r * load<f64>(m + i));
    }
    if (covariance) {
      for (let k = 0; k < K; ++k) {
        const r = load<f64>(resp + (<usize>k << 3));
        // however far away its mean is
        if (r == 0) continue;
        addSpread(r, means + <usize>k * meanBytes, mean, cov + <usize>k * covBytes, meanBytes, covariance);
      }
      covariance += covBytes;
    }
    resp += <usize>K << 3;
    means += <usize>K * meanBytes;
  }
}

/** out += r (C + (m - mean)(m - mean)'). */
function addSpread(r: f64, m: usize, mean: usize, c: usize, meanBytes: usize, out: usize): void {
  for (let i: usize = 0; i < meanBytes; i += 8) {
    const di = load<f64>(m + i) - load<f64>(mean + i);
    for (let j: usize = 0; j < meanBytes; j += 8, c += 8, out += 8) {
      const dj = load<f64>(m + j) - load<f64>(mean + j);
      const spread = load<f64>(c) + di * dj;
      // what r makes small again may have overflowed
      const part = isFinite(spread) ? r * spread : r * load<f64>(c) + r * di * dj;
      store<f64>(out, load<f64>(out) + part);
    }
  }
}

/**
 * density_n = log Σ_k r_nk exp( logc_k - ½ |P_k (y_n - m_nk)|² ), the log-density of targets given inputs.
 *
 * model  full, over the M targets: its factor and logc as `factorise` leaves them of C, for weights of 1.
 * resp [N, K], means [N, K, M] f64, in: as `mixMoments`. y [N, M] f64, in: targets.
 * density [N] f64, out: minus infinity where it overflows. scratch [2 M] f64.
 */
export function conditionalDensity(
  model: usize, resp: usize, means: usize, y: usize, density: usize, N: i32, scratch: usize,
): void {
  const mixture = changetype<Model>(model);
  const M = mixture.D, K = mixture.K;
  const factor = mixture.factor, logc = mixture.logc;
  const targetBytes = <usize>M << 3;
  const z = scratch;
  const white = z + targetBytes;
  const packedBytes = <usize>triangleLength(M) << 3;
  for (let n = 0; n < N; ++n, y += targetBytes, density += 8) {
    let top: f64 = -Infinity;
    let sum: f64 = 0;
    for (let k: usize = 0; k < <usize>K << 3; k += 8, resp += 8, means += targetBytes) {
      for (let i: usize = 0; i < targetBytes; i += 8) store<f64>(z + i, load<f64>(y + i) - load<f64>(means + i));
      multiplyPacked(factor + (k >> 3) * packedBytes, z, white, M);
      let q: f64 = 0;
      for (let i: usize = 0; i < targetBytes; i += 8) q += load<f64>(white + i) * load<f64>(white + i);
      const l = log(load<f64>(resp)) + load<f64>(logc + k) - 0.5 * q;
      if (l > top) {
        sum = sum * exp(top - l) + 1;
        top = l;
      } else if (l > -Infinity) sum += exp(l - top); // NaN neither: Infinity - Infinity is as impossible as Infinity
    }
    store<f64>(density, top + log(sum));
  }
}

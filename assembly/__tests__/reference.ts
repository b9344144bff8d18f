// Plain references for the kernels of the E- and the M-step: every covariance type as dense matrices, one row and one
// component at a time, with a bound on the rounding of both sides.
import { describeFactors, describeModel, describeRows, RECORD_BYTES } from "../descriptors";
import { exp, log } from "../elementary";
import { covarianceLength, DIAG, factorLength, FULL, HEADER, SPHERICAL, TIED } from "../layout";
import { add, at, between, EPS, f64s, fill, filled, pairAt, put, ratio, room } from "./support.include";

const LOG_2PI: f64 = 1.8378770664093453;

/** A mixture with known factors: no Cholesky, no packing kernel is needed to make one. */
export class Mixture {
  type: i32 = 0;
  D: i32 = 0;
  K: i32 = 0;
  /** [K, D]. */
  mu: usize = 0;
  /** [K, D, D], P of every component, lower triangular, whatever the type. */
  p: usize = 0;
  /** [K]. */
  logc: usize = 0;
  /** [D]: the tied type's centre. */
  centre: usize = 0;
  /** As the kernels read it. */
  factor: usize = 0;
}

/** Rows with weights, in tiles. */
export class Data {
  N: i32 = 0;
  D: i32 = 0;
  T: i32 = 0;
  nTiles: i32 = 0;
  /** [N, D]. */
  rows: usize = 0;
  /** [N]. */
  weights: usize = 0;
  x: usize = 0;
  w: usize = 0;
  wStep: usize = 0;
}

/** The rows as kernels are told of them, as they lie now. */
export function rowsOf(d: Data): usize {
  const rows = room(RECORD_BYTES);
  describeRows(rows, d.x, d.w, d.wStep, d.N, d.D, d.T);
  return rows;
}

/** Parameters as kernels are told of them. Places that are not described are none: who reads there traps. */
export function parametersOf(type: i32, D: i32, K: i32, weights: usize, mu: usize, cov: usize, centre: usize): usize {
  const model = room(RECORD_BYTES);
  describeModel(model, type, D, K, weights, mu, cov, centre);
  return model;
}

/** The mixture as kernels are told of it. */
export function modelOf(m: Mixture, cov: usize = 0, separators: usize = 0, reach: usize = 0): usize {
  const model = parametersOf(m.type, m.D, m.K, 0, m.mu, cov, m.centre);
  describeFactors(model, m.factor, m.logc, separators, reach);
  return model;
}

/** Index of p_ij, j <= i | 1, in a packed triangle: the picture in layout.ts. */
export function packedIndex(i: i32, j: i32, D: i32): i32 {
  const pair = i & ~1;
  const start = (pair * (pair + 2)) / 2;
  return pair + 1 < D ? start + 2 * j + (i - pair) : start + j;
}

/** Index of s_ij, j <= i, in a packed scatter: 2x4 blocks, then 2x2 up to the diagonal; an odd last row is plain. */
export function scatterIndex(i: i32, j: i32, D: i32): i32 {
  const pair = i & ~1;
  const start = (pair * (pair + 2)) / 2;
  if (pair + 1 >= D) return start + j;
  const wide = pair / 4;
  if (j < 4 * wide) return start + 8 * (j / 4) + 4 * (i - pair) + (j % 4);
  const rest = j - 4 * wide;
  return start + 8 * wide + 4 * (rest / 2) + 2 * (i - pair) + (rest % 2);
}

/** Packs P [D, D] by the picture. */
export function packByIndex(p: usize, packed: usize, D: i32): void {
  for (let i = 0; i < D; ++i) {
    const columns = (i | 1) < D ? (i | 1) + 1 : i + 1;
    for (let j = 0; j < columns; ++j) put(packed, packedIndex(i, j, D), at(p, i * D + j));
  }
}

/**
 * A random mixture whose means and standard deviations are of order 1. Behind the K components that the kernels know of
 * lies another, flat and very likely, so that one that goes too far is seen.
 */
export function makeMixture(type: i32, D: i32, K: i32): Mixture {
  const m = new Mixture();
  m.type = type;
  m.D = D;
  m.K = K;
  m.mu = f64s((K + 1) * D);
  fill(m.mu, (K + 1) * D, -2, 2);
  m.centre = f64s(D);
  fill(m.centre, D, -0.5, 0.5);
  m.p = filled(K * D * D, 0);
  for (let k = 0; k < K; ++k) {
    const scale = between(0.5, 2);
    for (let i = 0; i < D; ++i) {
      for (let j = 0; j <= i; ++j) {
        let value = between(-0.5, 0.5) / Math.sqrt(<f64>D);
        if (j == i) value = between(0.5, 2);
        else if (type == DIAG) value = 0;
        if (type == SPHERICAL) value = j == i ? scale : 0;
        if (type == TIED && k > 0) value = at(m.p, i * D + j);
        put(m.p, (k * D + i) * D + j, value);
      }
    }
  }
  m.logc = f64s(K + 1);
  put(m.logc, K, 1000);
  for (let k = 0; k < K; ++k) {
    let logc = log(between(0.1, 1)) - 0.5 * <f64>D * LOG_2PI;
    for (let i = 0; i < D; ++i) logc += log(at(m.p, (k * D + i) * D + i));
    put(m.logc, k, logc);
  }
  m.factor = filled(factorLength(type, D, K + 1), 0);
  packMixture(m);
  return m;
}

/** Writes `factor` from `p`, `mu` and `centre`. */
export function packMixture(m: Mixture): void {
  const D = m.D;
  if (m.type == TIED) {
    const triangle = factorLength(FULL, D, 1);
    packByIndex(m.p, m.factor, D);
    for (let d = 0; d < D; ++d) put(m.factor, triangle + d, at(m.centre, d));
    for (let k = 0; k < m.K; ++k) {
      for (let i = 0; i < D; ++i) {
        let v: f64 = 0;
        for (let j = 0; j <= i; ++j) v += at(m.p, i * D + j) * (at(m.mu, k * D + j) - at(m.centre, j));
        put(m.factor, triangle + D + k * D + i, v);
      }
    }
    return;
  }
  for (let k = 0; k < m.K; ++k) {
    const p = m.p + (<usize>(k * D * D) << 3);
    if (m.type == FULL) packByIndex(p, m.factor + (<usize>(k * factorLength(FULL, D, 1)) << 3), D);
    else if (m.type == DIAG) for (let d = 0; d < D; ++d) put(m.factor, k * D + d, at(p, d * D + d));
    else put(m.factor, k, at(p, 0));
  }
}

/** Random rows around the means. Weighted: between 0 and 2, some of them 0; otherwise as the kernels want ones. */
export function makeData(N: i32, D: i32, T: i32, weighted: bool): Data {
  const d = new Data();
  d.N = N;
  d.D = D;
  d.T = T;
  d.nTiles = (N + T - 1) / T;
  d.rows = f64s(N * D);
  fill(d.rows, N * D, -3, 3);
  d.weights = filled(N, 1);
  if (weighted) for (let n = 0; n < N; ++n) put(d.weights, n, n % 5 == 3 ? 0 : between(0, 2));
  d.x = f64s(d.nTiles * T * D);
  d.w = f64s(weighted ? d.nTiles * T : 2 * T);
  d.wStep = weighted ? <usize>T << 3 : 0;
  packData(d);
  return d;
}

/** Writes tiles and their weights from `rows` and `weights`. */
export function packData(d: Data): void {
  for (let n = 0; n < d.nTiles * d.T; ++n) {
    for (let j = 0; j < d.D; ++j) {
      put(d.x, ((n / d.T) * d.D + j) * d.T + (n % d.T), at(d.rows, min(n, d.N - 1) * d.D + j));
    }
    if (d.wStep) put(d.w, n, n < d.N ? at(d.weights, n) : 0);
  }
  if (d.wStep) return;
  const last = d.N - (d.nTiles - 1) * d.T;
  for (let n = 0; n < d.T; ++n) {
    put(d.w, n, 1);
    put(d.w, d.T + n, n < last ? 1 : 0);
  }
}

/** Bound on the difference of the last `logDensityOf` to a kernel's. */
export let logDensityBound: f64 = 0;

/**
 * logc_k - ½ |P_k (x - mu_k)|². Rounding: each of the D squares is a sum of at most D products, each with a difference;
 * so on either side |δq| <= (3D + 4) u Σ_i (Σ_j |P_ij| a_j)² to first order, with a = |x - mu|, or, for the tied type,
 * which takes differences of whitened rows, a = |x - centre| + |mu - centre|.
 */
export function logDensityOf(m: Mixture, k: i32, row: usize): f64 {
  const D = m.D;
  let q: f64 = 0;
  let scale: f64 = 0;
  for (let i = 0; i < D; ++i) {
    let y: f64 = 0;
    let a: f64 = 0;
    for (let j = 0; j <= i; ++j) {
      const p = at(m.p, (k * D + i) * D + j);
      const x = at(row, j);
      const mean = at(m.mu, k * D + j);
      const c = at(m.centre, j);
      y += p * (x - mean);
      a += Math.abs(p) * (m.type == TIED ? Math.abs(x - c) + Math.abs(mean - c) : Math.abs(x - mean));
    }
    q += y * y;
    scale += a * a;
  }
  const logc = at(m.logc, k);
  logDensityBound = 0.5 * (3 * <f64>D + 4) * EPS * scale + EPS * (Math.abs(logc) + q);
  return logc - 0.5 * q;
}

/** Bound on the log-density of the last row that `explain` took; also on the relative error of its responsibilities, halved. */
export let rowBound: f64 = 0;

/** Responsibilities of one row, in r [K]; result its log-density. Minus infinity, and 1 / K each, if there is no density. */
export function explain(m: Mixture, row: usize, r: usize): f64 {
  let most = -Infinity;
  rowBound = 0;
  for (let k = 0; k < m.K; ++k) {
    const l = logDensityOf(m, k, row);
    put(r, k, l);
    most = max(most, l);
    if (l > -Infinity) rowBound = max(rowBound, logDensityBound);
  }
  // exp, log: 1 ulp each, on either side; the sum of K terms
  rowBound += (<f64>m.K + 6) * EPS + 2 * EPS * Math.abs(most);
  if (most == -Infinity) {
    for (let k = 0; k < m.K; ++k) put(r, k, 1 / <f64>m.K);
    return most;
  }
  let sum: f64 = 0;
  for (let k = 0; k < m.K; ++k) {
    put(r, k, exp(at(r, k) - most));
    sum += at(r, k);
  }
  for (let k = 0; k < m.K; ++k) put(r, k, at(r, k) / sum);
  return most + log(sum);
}

/** Covariance of component k as a dense matrix, whatever the type. */
export function denseCovariance(type: i32, cov: usize, k: i32, D: i32, out: usize): void {
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j < D; ++j) {
      let value: f64 = 0;
      if (type == FULL) value = at(cov, (k * D + i) * D + j);
      else if (type == TIED) value = at(cov, i * D + j);
      else if (i == j) value = type == DIAG ? at(cov, k * D + i) : at(cov, k);
      put(out, i * D + j, value);
    }
  }
}

/** Bound on the difference of the last `textbook` to a density from `factorise`. */
export let textbookBound: f64 = 0;

/**
 * log weight - D/2 log 2π - ½ log|Σ| - ½ z'Σ⁻¹z by Cholesky, row by row, and forward substitution. A factor computed in
 * f64 is that of Σ + ΔΣ with |ΔΣ| <= (D + 1) eps trace Σ (Higham, theorem 10.3), so that on either side
 * |δq| <= (4D + 8) eps trace(Σ) trace(Σ⁻¹) q, and the logarithm of each of the D pivots is off by as much of 1.
 */
export function textbook(cov: usize, weight: f64, mu: usize, row: usize, D: i32): f64 {
  const l = f64s(D * D);
  const y = f64s(D);
  let q: f64 = 0;
  let logDet: f64 = 0;
  let trace: f64 = 0;
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j <= i; ++j) {
      let sum = at(cov, i * D + j);
      for (let a = 0; a < j; ++a) sum -= at(l, i * D + a) * at(l, j * D + a);
      put(l, i * D + j, i == j ? Math.sqrt(sum) : sum / at(l, j * D + j));
    }
    let z = at(row, i) - at(mu, i);
    for (let j = 0; j < i; ++j) z -= at(l, i * D + j) * at(y, j);
    put(y, i, z / at(l, i * D + i));
    q += at(y, i) * at(y, i);
    logDet += log(at(l, i * D + i));
    trace += at(cov, i * D + i);
  }
  const condition = trace * inverseTrace(l, D);
  const logc = log(weight) - logDet - 0.5 * <f64>D * LOG_2PI;
  textbookBound = (4 * <f64>D + 8) * EPS * condition * (q + <f64>D) + 4 * EPS * Math.abs(logc);
  return logc - 0.5 * q;
}

/** trace Σ⁻¹ = Σ |column of L⁻¹|². */
function inverseTrace(l: usize, D: i32): f64 {
  let trace: f64 = 0;
  const column = f64s(D);
  for (let c = 0; c < D; ++c) {
    for (let i = c; i < D; ++i) {
      let sum: f64 = i == c ? 1 : 0;
      for (let j = c; j < i; ++j) sum -= at(l, i * D + j) * at(column, j);
      put(column, i, sum / at(l, i * D + i));
      trace += at(column, i) * at(column, i);
    }
  }
  return trace;
}

/** Random covariances of a type, well conditioned. Result: `covarianceLength` numbers. */
export function makeCovariances(type: i32, D: i32, K: i32): usize {
  const cov = f64s(covarianceLength(type, D, K));
  if (type == DIAG || type == SPHERICAL) {
    fill(cov, covarianceLength(type, D, K), 0.3, 3);
    return cov;
  }
  const b = f64s(D * D);
  for (let k = 0; k < (type == FULL ? K : 1); ++k) {
    fill(b, D * D, -1, 1);
    for (let i = 0; i < D; ++i) {
      for (let j = 0; j < D; ++j) {
        let sum: f64 = i == j ? 0.3 : 0;
        for (let a = 0; a < D; ++a) sum += (at(b, i * D + a) * at(b, j * D + a)) / <f64>D;
        put(cov, (k * D + i) * D + j, sum);
      }
    }
  }
  return cov;
}

/** Sums of a pass, dense: [ log-likelihood | K × ( weight, first moments D, scatter D × D ) ], and a bound for each. */
export class Sums {
  D: i32 = 0;
  K: i32 = 0;
  value: usize = 0;
  bound: usize = 0;
}

export function makeSums(D: i32, K: i32): Sums {
  const s = new Sums();
  s.D = D;
  s.K = K;
  s.value = filled(1 + K * (1 + D + D * D), 0);
  s.bound = filled(1 + K * (1 + D + D * D), 0);
  return s;
}

function addTo(s: Sums, i: i32, value: f64, bound: f64): void {
  add(s.value, i, value);
  add(s.bound, i, bound);
}

/**
 * One row with responsibility r (weight included) for component k about mean. `relative` bounds the relative error of
 * each term, `absolute` what r itself may be off by (rows that a margin dropped).
 */
export function addRow(s: Sums, k: i32, row: usize, mean: usize, r: f64, relative: f64, absolute: f64): void {
  const D = s.D;
  const from = 1 + k * (1 + D + D * D);
  const slack = Math.abs(r) * relative + absolute;
  addTo(s, from, r, slack);
  for (let i = 0; i < D; ++i) {
    const zi = at(row, i) - at(mean, i);
    addTo(s, from + 1 + i, r * zi, slack * Math.abs(zi));
    for (let j = 0; j < D; ++j) {
      const zj = at(row, j) - at(mean, j);
      addTo(s, from + 1 + D + i * D + j, r * zi * zj, slack * Math.abs(zi * zj));
    }
  }
}

/** Relative error of a sum of N terms of at most four factors, on both sides together. */
export function sumBound(N: i32): f64 {
  return (<f64>N + 8) * EPS;
}

/**
 * The pass over tiles first … last - 1 as a double loop over rows and components. margin as in `accumulate`: what is
 * dropped is below exp(-margin) of a row, for each component, and as much again is missing from the row's sum.
 */
export function passOf(m: Mixture, d: Data, first: i32, last: i32, margin: f64): Sums {
  const s = makeSums(m.D, m.K);
  const r = f64s(m.K);
  const dropped = <f64>m.K * exp(-margin);
  const n0 = min(first * d.T, d.N);
  const n1 = min(last * d.T, d.N);
  for (let n = n0; n < n1; ++n) {
    const row = d.rows + (<usize>(n * m.D) << 3);
    const weight = at(d.weights, n);
    const l = explain(m, row, r);
    addTo(s, 0, weight * l, weight * (rowBound + dropped + sumBound(n1 - n0) * Math.abs(l)));
    for (let k = 0; k < m.K; ++k) {
      const mean = m.mu + (<usize>(k * m.D) << 3);
      addRow(s, k, row, mean, weight * at(r, k), 2 * rowBound + sumBound(n1 - n0), weight * dropped + 1e-300);
    }
  }
  return s;
}

/** Which scatter a statistics block is to hold: `NONE` for the tied type that leaves it to `tiedScatter`. */
export const NONE: i32 = 9;

/** Largest error of a statistics block against the reference, as a share of the bound: at most 1 is right. */
export function worstOf(type: i32, stats: usize, s: Sums): f64 {
  const D = s.D;
  const shape = type == NONE ? 0 : type == FULL ? factorLength(FULL, D, 1) : type == DIAG ? D : type == SPHERICAL ? 1 : 0;
  const length = 1 + D + shape;
  let most = ratio(pairAt(stats, 0), at(s.value, 0), at(s.bound, 0));
  for (let k = 0; k < s.K; ++k) {
    const from = 1 + k * (1 + D + D * D);
    const block = HEADER + k * length;
    for (let i = 0; i <= D; ++i) {
      most = max(most, ratio(pairAt(stats, block + i), at(s.value, from + i), at(s.bound, from + i)));
    }
    const dense = from + 1 + D;
    if (type == SPHERICAL) {
      let trace: f64 = 0;
      let bound: f64 = 0;
      for (let i = 0; i < D; ++i) {
        trace += at(s.value, dense + i * (D + 1));
        bound += at(s.bound, dense + i * (D + 1)) + <f64>D * EPS * Math.abs(at(s.value, dense + i * (D + 1)));
      }
      most = max(most, ratio(pairAt(stats, block + 1 + D), trace, bound));
    }
    if (type == DIAG) {
      for (let i = 0; i < D; ++i) {
        const e = dense + i * (D + 1);
        most = max(most, ratio(pairAt(stats, block + 1 + D + i), at(s.value, e), at(s.bound, e)));
      }
    }
    if (type == FULL) most = max(most, worstScatter(stats + (<usize>(block + 1 + D) << 4), s, k, k + 1));
  }
  if (type == TIED) most = max(most, worstScatter(stats + (<usize>(HEADER + s.K * length) << 4), s, 0, s.K));
  return most;
}

/** Error of a packed scatter against the sum of those of components first … last - 1. */
export function worstScatter(scatter: usize, s: Sums, first: i32, last: i32): f64 {
  const D = s.D;
  let most: f64 = 0;
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j <= i; ++j) {
      let sum: f64 = 0;
      let bound: f64 = 0;
      for (let k = first; k < last; ++k) {
        const e = 1 + k * (1 + D + D * D) + 1 + D + i * D + j;
        sum += at(s.value, e);
        bound += at(s.bound, e) + <f64>(last - first) * EPS * Math.abs(at(s.value, e));
      }
      most = max(most, ratio(pairAt(scatter, scatterIndex(i, j, D)), sum, bound));
    }
  }
  return most;
}

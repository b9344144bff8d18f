// Answers for new rows, one window of tiles at a time: every component counts, nothing is dropped.
import { tileLogDensities } from "./accumulate";
import { logDensity, whiten } from "./density";
import { Model, Rows } from "./descriptors";
import { allBlocks, TIED } from "./layout";
import { Pass, passAt, passScratchBytes } from "./pass";
import { responsibilities } from "./responsibilities";

/** Scratch of `score` and `mahalanobis`, in bytes: no more than that of a pass and a row of ones [T]. */
export function scoreScratchBytes(type: i32, D: i32, T: i32, K: i32): usize {
  return passScratchBytes(type, D, T, K) + (<usize>T << 3);
}

/**
 * Log-densities, responsibilities and labels of all rows. An output pointer of 0 is left out.
 *
 * model    its mu, factor and logc count.
 * density  [N] f64, out: log-density under the mixture; minus infinity where no component gives any.
 * resp     [N, K] f64, out: responsibilities, row-major; 1 / K each where no component gives any density.
 * labels   [N] i32, out: the most likely component; the first of equals, 0 where none gives any density.
 * scratch  `scoreScratchBytes`.
 * A row's answers do not depend on the rows beside it.
 */
export function score(rows: usize, model: usize, density: usize, resp: usize, labels: usize, scratch: usize): void {
  const data = changetype<Rows>(rows), mixture = changetype<Model>(model);
  const N = data.N, D = data.D, T = data.T, K = mixture.K;
  const laneBytes = <usize>T << 3;
  const ones = scratch;
  const one = f64x2.splat(1);
  for (let n: usize = 0; n < laneBytes; n += 16) v128.store(ones + n, one);
  const pass = passAt(ones + laneBytes, mixture.type, D, T, K);
  let x = data.x;
  for (let n = 0; n < N; n += T, x += <usize>D * laneBytes) {
    const count = min(T, N - n);
    const A = tileLogDensities(pass, mixture, x, 0, 0, 0, 0, T, Infinity);
    dropNaN(pass.logp, A * T);
    if (labels) writeLabels(pass, labels + (<usize>n << 2), T, count);
    if (!density && !resp) continue;
    responsibilities(pass.logp, pass.masks, pass.top, ones, pass.list, A, T, Infinity);
    if (density) writeDensities(pass, density + (<usize>n << 3), count);
    if (resp) writeResponsibilities(pass, resp + (<usize>n * <usize>K << 3), A, T, K, count);
  }
}

/** NaN to minus infinity: a distance of Infinity - Infinity is as impossible as one of Infinity. */
function dropNaN(logp: usize, length: i32): void {
  const lowest = f64x2.splat(-Infinity);
  // pmax keeps its first argument when the second is NaN
  for (const end = logp + (<usize>length << 3); logp < end; logp += 16) v128.store(logp, f64x2.pmax(lowest, v128.load(logp)));
}

/** Whether any component gives the row density; `responsibilities` leaves about -1.8e308 in top where none does. */
// @ts-ignore: decorator
@inline
function explained(pass: Pass, n: i32): bool {
  return load<f64>(pass.top + (<usize>n << 3)) > -1e308;
}

// @ts-ignore: decorator
@inline
function lives(pass: Pass, a: i32, n: i32): bool {
  return <bool>((load<i32>(pass.masks + (<usize>a << 2)) >> (n >> 3)) & 1);
}

function writeLabels(pass: Pass, labels: usize, T: i32, count: i32): void {
  for (let n = 0; n < count; ++n) {
    let label = 0;
    if (explained(pass, n)) {
      const best = load<f64>(pass.top + (<usize>n << 3));
      let a = 0;
      while (!lives(pass, a, n) || load<f64>(pass.logp + (<usize>(a * T + n) << 3)) != best) ++a;
      label = load<i32>(pass.active + (<usize>a << 2));
    }
    store<i32>(labels + (<usize>n << 2), label);
  }
}

function writeDensities(pass: Pass, density: usize, count: i32): void {
  for (let n = 0; n < count; ++n) {
    store<f64>(density + (<usize>n << 3), explained(pass, n) ? load<f64>(pass.top + (<usize>n << 3)) : -Infinity);
  }
}

function writeResponsibilities(pass: Pass, resp: usize, A: i32, T: i32, K: i32, count: i32): void {
  const rowBytes = <usize>K << 3;
  for (let n = 0; n < count; ++n, resp += rowBytes) {
    if (!explained(pass, n)) {
      for (let k: usize = 0; k < rowBytes; k += 8) store<f64>(resp + k, 1 / <f64>K);
      continue;
    }
    memory.fill(resp, 0, rowBytes);
    for (let a = 0; a < A; ++a) {
      if (!lives(pass, a, n)) continue;
      const k = load<i32>(pass.active + (<usize>a << 2));
      store<f64>(resp + (<usize>k << 3), load<f64>(pass.logp + (<usize>(a * T + n) << 3)));
    }
  }
}

/**
 * Mahalanobis distance of every row to every component: sqrt((x - mu_k)' Σ_k⁻¹ (x - mu_k)).
 *
 * model    its mu and factor count.
 * zeros    [K] f64, in: zeros, in place of logc.
 * distance [N, K] f64, out: row-major; Infinity where it overflows.
 * scratch  `scoreScratchBytes`.
 */
export function mahalanobis(rows: usize, model: usize, zeros: usize, distance: usize, scratch: usize): void {
  const data = changetype<Rows>(rows), mixture = changetype<Model>(model);
  const N = data.N, D = data.D, T = data.T;
  const type = mixture.type, K = mixture.K;
  const mu = mixture.mu, factor = mixture.factor;
  let x = data.x;
  const laneBytes = <usize>T << 3;
  const pass = passAt(scratch, type, D, T, K);
  const top = pass.top;
  const logp = pass.logp;
  const lowest = f64x2.splat(-Infinity);
  for (let n = 0; n < N; n += T, x += <usize>D * laneBytes, distance += <usize>T * <usize>K << 3) {
    const count = min(T, N - n);
    if (type == TIED) whiten(x, factor, pass.u, pass.z, D, T);
    for (let k = 0; k < K; ++k) {
      for (let i: usize = 0; i < laneBytes; i += 16) v128.store(top + i, lowest);
      const live = logDensity(type, x, pass.u, k, allBlocks(T), mu, factor, zeros, logp, top, pass.z, D, T, Infinity);
      for (let i = 0; i < count; ++i) {
        const q = (live >> (i >> 3)) & 1 ? 0 - 2 * load<f64>(logp + (<usize>i << 3)) : Infinity;
        store<f64>(distance + (<usize>(i * K + k) << 3), q == q ? Math.sqrt(q) : Infinity);
      }
    }
  }
}

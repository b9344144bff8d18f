// Answers for new rows, one window of tiles at a time: every component counts, nothing is dropped.
import { TIED } from "./layout";
import { logDensity, whiten } from "./density";
import { responsibilities } from "./responsibilities";
import { passScratchBytes, tileLogDensities } from "./accumulate";

/** Scratch of `score` and `mahalanobis`, in bytes: no more than that of a pass and a row of ones [T]. */
export function scoreScratchBytes(type: i32, D: i32, T: i32, K: i32): usize {
  return passScratchBytes(type, D, T, K) + (<usize>T << 3);
}

/**
 * Log-densities, responsibilities and labels of N rows in tiles. An output pointer of 0 is left out.
 *
 * x        [ceil(N / T), D, T] f64, in. mu, factor, logc: the parameters, as `accumulate` reads them.
 * density  [N] f64, out: log-density under the mixture; minus infinity where no component gives any.
 * resp     [N, K] f64, out: responsibilities, row-major; 1 / K each where no component gives any density.
 * labels   [N] i32, out: the most likely component; the first of equals, 0 where none gives any density.
 * scratch  `scoreScratchBytes`.
 * A row's answers do not depend on the rows beside it.
 */
export function score(
  type: i32, x: usize, N: i32, D: i32, T: i32, K: i32, mu: usize, factor: usize, logc: usize,
  density: usize, resp: usize, labels: usize, scratch: usize,
): void {
  const laneBytes = <usize>T << 3;
  const ones = scratch;
  const one = f64x2.splat(1);
  for (let n: usize = 0; n < laneBytes; n += 16) v128.store(ones + n, one);
  const listBytes = (<usize>K + 3 & ~3) << 2;
  const active = ones + laneBytes;
  const masks = active + listBytes;
  const top = masks + listBytes;
  const z = top + laneBytes;
  const u = z + (<usize>(D * 8 + 8) << 3);
  const logp = u + (type == TIED ? <usize>D * laneBytes : 0);
  for (let n = 0; n < N; n += T, x += <usize>D * laneBytes) {
    const count = min(T, N - n);
    if (type == TIED) whiten(x, factor, u, z, D, T);
    const A = tileLogDensities(type, x, u, 0, mu, factor, logc, logp, active, masks, top, z, D, T, K, Infinity);
    if (labels) writeLabels(labels + (<usize>n << 2), logp, active, masks, top, A, T, count);
    if (!density && !resp) continue;
    responsibilities(logp, masks, top, ones, A, T, Infinity);
    if (density) writeDensities(density + (<usize>n << 3), top, count);
    if (resp) writeResponsibilities(resp + (<usize>n * <usize>K << 3), logp, active, masks, top, A, T, K, count);
  }
}

/** Whether any component gives the row density; `responsibilities` leaves about -1.8e308 in top where none does. */
// @ts-ignore: decorator
@inline
function explained(top: usize, n: i32): bool {
  return load<f64>(top + (<usize>n << 3)) > -1e308;
}

// @ts-ignore: decorator
@inline
function lives(masks: usize, a: i32, n: i32): bool {
  return <bool>((load<i32>(masks + (<usize>a << 2)) >> (n >> 3)) & 1);
}

function writeLabels(labels: usize, logp: usize, active: usize, masks: usize, top: usize, A: i32, T: i32, count: i32): void {
  for (let n = 0; n < count; ++n) {
    let label = 0;
    if (explained(top, n)) {
      const best = load<f64>(top + (<usize>n << 3));
      let a = 0;
      while (!lives(masks, a, n) || load<f64>(logp + (<usize>(a * T + n) << 3)) != best) ++a;
      label = load<i32>(active + (<usize>a << 2));
    }
    store<i32>(labels + (<usize>n << 2), label);
  }
}

function writeDensities(density: usize, top: usize, count: i32): void {
  for (let n = 0; n < count; ++n) {
    store<f64>(density + (<usize>n << 3), explained(top, n) ? load<f64>(top + (<usize>n << 3)) : -Infinity);
  }
}

function writeResponsibilities(
  resp: usize, logp: usize, active: usize, masks: usize, top: usize, A: i32, T: i32, K: i32, count: i32,
): void {
  const rowBytes = <usize>K << 3;
  for (let n = 0; n < count; ++n, resp += rowBytes) {
    if (!explained(top, n)) {
      for (let k: usize = 0; k < rowBytes; k += 8) store<f64>(resp + k, 1 / <f64>K);
      continue;
    }
    memory.fill(resp, 0, rowBytes);
    for (let a = 0; a < A; ++a) {
      if (!lives(masks, a, n)) continue;
      const k = load<i32>(active + (<usize>a << 2));
      store<f64>(resp + (<usize>k << 3), load<f64>(logp + (<usize>(a * T + n) << 3)));
    }
  }
}

/**
 * Mahalanobis distance of every row to every component: sqrt((x - mu_k)' Σ_k⁻¹ (x - mu_k)).
 *
 * zeros    [K] f64, in: zeros, in place of logc.
 * distance [N, K] f64, out: row-major; Infinity where it overflows. The rest as `score`.
 */
export function mahalanobis(
  type: i32, x: usize, N: i32, D: i32, T: i32, K: i32, mu: usize, factor: usize, zeros: usize, distance: usize, scratch: usize,
): void {
  const laneBytes = <usize>T << 3;
  const top = scratch;
  const z = top + laneBytes;
  const u = z + (<usize>(D * 8 + 8) << 3);
  const logp = u + (type == TIED ? <usize>D * laneBytes : 0);
  const lowest = f64x2.splat(-Infinity);
  for (let n = 0; n < N; n += T, x += <usize>D * laneBytes, distance += <usize>T * <usize>K << 3) {
    const count = min(T, N - n);
    if (type == TIED) whiten(x, factor, u, z, D, T);
    for (let k = 0; k < K; ++k) {
      for (let i: usize = 0; i < laneBytes; i += 16) v128.store(top + i, lowest);
      const live = logDensity(type, x, u, k, mu, factor, zeros, logp, top, z, D, T, Infinity);
      for (let i = 0; i < count; ++i) {
        const q = (live >> (i >> 3)) & 1 ? -2 * load<f64>(logp + (<usize>i << 3)) : Infinity;
        store<f64>(distance + (<usize>(i * K + k) << 3), Math.sqrt(q));
      }
    }
  }
}

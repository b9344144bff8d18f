// The squared extrapolation of three points on the way of EM (assembly/climb.ts).
import { Model } from "./descriptors";
import { DIAG, SPHERICAL, TIED } from "./layout";

/**
 * One over the natural size of each parameter: 1 for weights; for means p, one over the column's spread; for covariances p_i p_j
 * (spherical: the mean of the squares). A column that is constant has a spread of 1.
 *
 * model     its sizes alone.
 * variances [D] f64, in: of the columns.
 * scale     weights [K], means [K, D] and covariances, f64, out.
 */
export function naturalScale(model: Model, variances: usize, scale: usize): void {
  const type = model.type, D = model.D, K = model.K;
  const rowBytes = <usize>D << 3;
  for (const end = scale + (<usize>K << 3); scale < end; scale += 8) store<f64>(scale, 1);
  // of the first mean
  const p = scale;
  let squares: f64 = 0;
  for (let d: usize = 0; d < rowBytes; d += 8) {
    const variance = load<f64>(variances + d);
    const one: f64 = variance > 0 ? 1 / Math.sqrt(variance) : 1;
    squares += one * one;
    for (let k = 0; k < K; ++k) store<f64>(p + <usize>k * rowBytes + d, one);
  }
  scale += <usize>K * rowBytes;
  for (let k = 0, count = type == TIED ? 1 : K; k < count; ++k) {
    if (type == SPHERICAL) {
      store<f64>(scale, squares / <f64>D);
      scale += 8;
      continue;
    }
    for (let i = p; i < p + rowBytes; i += 8) {
      const first = type == DIAG ? i : p;
      const last = type == DIAG ? i + 8 : p + rowBytes;
      for (let j = first; j < last; j += 8, scale += 8) store<f64>(scale, load<f64>(i) * load<f64>(j));
    }
  }
}

/**
 * Squared lengths of the first step r = once - start, of the second s = twice - once, and of their difference v = s - r.
 *
 * start, once, twice [length] f64, in: parameters one after the other.
 * scale   [length] f64, in: one over the natural size of each.
 * squares [3] f64, out: r'r, s's, v'v, each summed in order.
 */
export function stepSquares(start: usize, once: usize, twice: usize, scale: usize, squares: usize, length: i32): void {
  let rr: f64 = 0, ss: f64 = 0, vv: f64 = 0;
  const end = start + (<usize>length << 3);
  for (; start < end; start += 8, once += 8, twice += 8, scale += 8) {
    const unit = load<f64>(scale);
    const r = (load<f64>(once) - load<f64>(start)) * unit;
    const s = (load<f64>(twice) - load<f64>(once)) * unit;
    const v = s - r;
    rr += r * r;
    ss += s * s;
    vv += v * v;
  }
  store<f64>(squares, rr);
  store<f64>(squares, ss, 8);
  store<f64>(squares, vv, 16);
}

/**
 * start + 2 step r + step² v, with r and v as above but not scaled; then weights are divided by their sum.
 *
 * start, once, twice [length] f64, in: parameters, K weights ahead.
 * to     [length] f64, out. Must not overlap the others.
 * Weights sum to 1 but for rounding, and step² multiplies that: left alone it would count as likelihood.
 */
export function extrapolate(start: usize, once: usize, twice: usize, to: usize, K: i32, length: i32, step: f64): void {
  for (let i: usize = 0; i < <usize>length << 3; i += 8) {
    const a = load<f64>(start + i);
    const b = load<f64>(once + i);
    const r = b - a;
    store<f64>(to + i, a + 2 * step * r + step * step * (load<f64>(twice + i) - b - r));
  }
  const end = to + (<usize>K << 3);
  let sum: f64 = 0;
  for (let p = to; p < end; p += 8) sum += load<f64>(p);
  for (let p = to; p < end; p += 8) store<f64>(p, load<f64>(p) / sum);
}

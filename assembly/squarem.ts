// The squared extrapolation of three points on the way of EM (src/fit/em/squarem.ts).

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

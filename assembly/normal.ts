// Tails and quantiles of mixtures over one column. JavaScript has no erfc, and those of C libraries differ.
import { expv, log } from "./elementary";

/** Beyond this many standard deviations a tail is 0 in 64 bits; some way before, exp(-x²/2) loses digits to denormals. */
// @ts-ignore: decorator
@inline const FARTHEST: f64 = 40;
// @ts-ignore: decorator
@inline const INV_SQRT_2PI: f64 = 0.3989422804014327;

/**
 * H(x) = (1 + x) Q(x) exp(x²/2) for 0 <= x <= 39, as a polynomial of degree 22 in t = (1 / (x + 6) - MIDDLE) SCALE, from
 * the highest power down (a 0 makes pairs). H is nearly flat, 0.399 to 0.524, so that no digits cancel. Minimax by Remez
 * exchange in 50 digits; relative error 6.3e-17 with the coefficients as rounded here, 3.6e-18 without. The idea to map
 * the half-line and to take out exp and 1 + x: Schonfelder 1978, Shepherd & Laframboise 1981 (Math. Comp. 32 and 36).
 */
const H: usize = memory.data<f64>([
  0, 6.459883256077996e-11, 8.250893005612136e-11, -9.811231588905517e-10, -1.7773440944169664e-9, 9.447113101831452e-9,
  2.9231397208894762e-8, -6.259790349589493e-8, -4.261394002382633e-7, -1.555191217431482e-7, 4.666153351964554e-6,
  1.5824855585206852e-5, -4.064610020921103e-6, -2.345036021998849e-4, -1.1544684559810507e-3, -3.6020771250435232e-3,
  -8.415322771025828e-3, -1.5377451233884867e-2, -2.1716362817772866e-2, -2.1295109738017445e-2, -6.088845419672825e-3,
  2.9441203105965354e-2, 8.292325468956122e-2, 4.655038651584301e-1,
], 16);
// @ts-ignore: decorator
@inline const H_BYTES: usize = 192;
// @ts-ignore: decorator
@inline const MIDDLE: f64 = 0.09444444444444444;
// @ts-ignore: decorator
@inline const SCALE: f64 = 13.846153846153847;

/** min(|z|, 40): what `bell` and `upperTail` take. NaN stays NaN. */
// @ts-ignore: decorator
@inline
function clamped(z: v128): v128 {
  return f64x2.min(f64x2.abs(z), f64x2.splat(FARTHEST));
}

/** exp(-a²/2) for 0 <= a <= 40. What rounding takes from a² is put back: at a = 38 it would cost 700 ULP. */
function bell(a: v128): v128 {
  const square = f64x2.mul(a, a);
  // 26 bits of a, whose square is exact (Dekker 1971)
  const high = v128.and(a, i64x2.splat(~0x7ffffff));
  const missing = f64x2.add(
    f64x2.sub(f64x2.mul(high, high), square),
    f64x2.mul(f64x2.add(a, high), f64x2.sub(a, high)),
  );
  const half = f64x2.splat(-0.5);
  const e = expv(f64x2.mul(half, square));
  return f64x2.add(e, f64x2.mul(e, f64x2.mul(half, missing)));
}

/** Q(z), the upper tail of the standard normal, from a = clamped(z) and e = bell(a). */
function upperTail(z: v128, a: v128, e: v128): v128 {
  const one = f64x2.splat(1);
  const s = f64x2.div(one, f64x2.add(a, f64x2.splat(6)));
  const t = f64x2.mul(f64x2.sub(s, f64x2.splat(MIDDLE)), f64x2.splat(SCALE));
  const t2 = f64x2.mul(t, t);
  const t4 = f64x2.mul(t2, t2);
  // every fourth power apart: a quarter as long to wait
  let h3 = v128.load64_splat(H);
  let h2 = v128.load64_splat(H, 8);
  let h1 = v128.load64_splat(H, 16);
  let h0 = v128.load64_splat(H, 24);
  for (let at = H + 32; at < H + H_BYTES; at += 32) {
    h3 = f64x2.add(f64x2.mul(h3, t4), v128.load64_splat(at));
    h2 = f64x2.add(f64x2.mul(h2, t4), v128.load64_splat(at, 8));
    h1 = f64x2.add(f64x2.mul(h1, t4), v128.load64_splat(at, 16));
    h0 = f64x2.add(f64x2.mul(h0, t4), v128.load64_splat(at, 24));
  }
  const h = f64x2.add(f64x2.add(h0, f64x2.mul(t, h1)), f64x2.mul(t2, f64x2.add(h2, f64x2.mul(t, h3))));
  const q = f64x2.div(f64x2.mul(e, h), f64x2.add(one, a));
  return v128.bitselect(f64x2.sub(one, q), q, f64x2.lt(z, f64x2.splat(0)));
}

/** Q(z), the upper tail of the standard normal; accuracy as `tails`. */
export function normalTail(z: f64): f64 {
  const v = f64x2.splat(z);
  const a = clamped(v);
  return f64x2.extract_lane(upperTail(v, a, bell(a)), 0);
}

/**
 * out_n = Σ_k weight_k Q(side (x_n - mu_k) / sigma_k): the share of the mixture above x (side 1) or below it (side -1).
 *
 * x, out   [length] f64, in and out, infinities too; room for an even number of each.
 * weights, mu, sigma  [K] f64, in: weights with sum 1, standard deviations > 0.
 * Relative error: below 3 eps for one component at the z as rounded, and z² eps for the rounding of z; results below
 * 2.2e-308 are denormal. At most 1. NaN gives NaN.
 */
export function tails(
  x: usize, length: i32, weights: usize, mu: usize, sigma: usize, K: i32, side: f64, out: usize,
): void {
  const one = f64x2.splat(1);
  const sides = f64x2.splat(side);
  for (const end = x + (<usize>length << 3); x < end; x += 16, out += 16) {
    const v = v128.load(x);
    let sum = f64x2.splat(0);
    for (let k: usize = 0; k < <usize>K << 3; k += 8) {
      const z = f64x2.mul(sides, f64x2.div(f64x2.sub(v, v128.load64_splat(mu + k)), v128.load64_splat(sigma + k)));
      const a = clamped(z);
      sum = f64x2.add(sum, f64x2.mul(v128.load64_splat(weights + k), upperTail(z, a, bell(a))));
    }
    v128.store(out, f64x2.min(sum, one));
  }
}

/**
 * out_i = the x that has the share p_i of the mixture above it (side 1) or below it (side -1).
 *
 * p, out   [length] f64, in (0 to 1) and out: infinite at 0 and 1. They may be the same place.
 * weights, mu, sigma  as `tails`; a component of weight 0 does not count.
 */
export function quantiles(
  p: usize, length: i32, weights: usize, mu: usize, sigma: usize, K: i32, side: f64, out: usize,
): void {
  for (const end = p + (<usize>length << 3); p < end; p += 8, out += 8) {
    const share = load<f64>(p);
    // the nearer tail keeps its digits; 1 - p is exact for p > 1/2
    const x = share > 0.5 ? quantile(1 - share, weights, mu, sigma, K, -side) : quantile(share, weights, mu, sigma, K, side);
    store<f64>(out, x);
  }
}

/** Steps of Newton's after which only bisection goes on, which ends after some 2,100 more, whatever the mixture. */
// @ts-ignore: decorator
@inline const MOST_STEPS: i32 = 100;

/**
 * The root of log tail(y) - log p in y = side x, for p <= 1/2: Newton's method (on the logarithm the far tail of one
 * normal is nearly a parabola), with bisection where a step leaves the bracket or does not shrink by half.
 */
function quantile(p: f64, weights: usize, mu: usize, sigma: usize, K: i32, side: f64): f64 {
  if (p == 0) return side * Infinity;
  const end = <usize>K << 3;
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  for (let k: usize = 0; k < end; k += 8) {
    if (!(load<f64>(weights + k) > 0)) continue;
    const m = side * load<f64>(mu + k);
    low = min(low, m);
    high = max(high, m + FARTHEST * load<f64>(sigma + k));
  }
  let y = low;
  let last = Infinity;
  let steps = 0;
  while (true) {
    let tail: f64 = 0;
    let density: f64 = 0;
    let reach: f64 = 0;
    for (let k: usize = 0; k < end; k += 8) {
      const w = load<f64>(weights + k);
      const s = load<f64>(sigma + k);
      const d = y - side * load<f64>(mu + k);
      const z = f64x2.splat(d / s);
      const a = clamped(z);
      const e = bell(a);
      const f = w / s * INV_SQRT_2PI * f64x2.extract_lane(e, 0);
      tail += w * f64x2.extract_lane(upperTail(z, a, e), 0);
      density += f;
      reach += f * Math.abs(d);
    }
    if (tail > p) low = y;
    else high = y;
    const gap = log(tail / p);
    let step = gap * (tail / density);
    // the roundings of y, of y - mu and of the tail, as they show in y; a component narrower than they may make a jump
    const rounding = 1.1e-16 * (Math.abs(y) + (reach + tail) / density);
    if (Math.abs(step) < rounding && Math.abs(gap) < 1e-6) return side * (y + step);
    if (++steps > MOST_STEPS || !(y + step > low && y + step < high && Math.abs(step) <= 0.5 * last)) {
      // halves first, as the difference may overflow
      step = low + (0.5 * high - 0.5 * low) - y;
      if (y + step == low || y + step == high) return side * (y + step);
    }
    last = Math.abs(step);
    y += step;
  }
}

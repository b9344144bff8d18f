// exp and log of two f64 lanes. JavaScript's Math.exp and Math.log differ between engines; these do not, because
// WebAssembly's f64 arithmetic is the same to the bit everywhere. Bounds: test/elementary.test.ts, docs/numerics.md.
import { multiplyAdd } from "./lanes";

/**
 * 1.5 * 2^52 + 1023: adding it rounds a small double to an integer n and leaves n + 1023 in the low bits, so that a
 * shift by 52 gives the double 2^n. (A product with 2^n keeps NaN; an integer sum of exponents would not: R's NA has
 * low payload bits.)
 */
// @ts-ignore: decorator
@inline const ROUNDER: f64 = 6755399441056767.0;
// @ts-ignore: decorator
@inline const LOG2_E: f64 = 1.4426950408889634;
/** log 2 in two parts: the high part has 21 bits, so n * LN2_HI is exact for every exponent n (Cody & Waite 1980, ch. 6). */
// @ts-ignore: decorator
@inline const LN2_HI: f64 = 6.93145751953125e-1;
// @ts-ignore: decorator
@inline const LN2_LO: f64 = 1.42860682030941723212e-6;
/** Bits of sqrt(1/2): a mantissa is taken from [sqrt(1/2), sqrt(2)), so that log is accurate on both sides of 1. */
// @ts-ignore: decorator
@inline const SQRT_HALF_BITS: i64 = 0x3fe6a09e667f3bcd;
// @ts-ignore: decorator
@inline const ONE_BITS: i64 = 0x3ff0000000000000;
/** 2^52 as bits: or-ing an integer below 2^52 into it gives the double 2^52 + integer. */
// @ts-ignore: decorator
@inline const TWO52_BITS: i64 = 0x4330000000000000;
// @ts-ignore: decorator
@inline const TWO52_PLUS_BIAS: f64 = 4503599627371519.0;

/** a + x * y, rounded after each operation (the reproducible build has no fused one). */
// @ts-ignore: decorator
@inline
function mulAdd(a: f64, x: v128, y: v128): v128 {
  return multiplyAdd(x, y, f64x2.splat(a));
}

/**
 * exp(r) for |r| <= 1.0001 * log(2) / 2, as 1 + (r + (r^2 q(r) + e)). e is what rounding took from r.
 * q, of degree 9, is the minimax polynomial of (exp(r) - 1 - r) / r^2, by Remez exchange in 50 digits:
 * relative error of exp(r) below 5.3e-18 with the coefficients as rounded here. It is summed as a tree (Estrin 1960): a
 * chain of nine multiply-adds keeps a processor waiting.
 */
// @ts-ignore: decorator
@inline
function expReduced(r: v128, e: v128): v128 {
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const q01 = mulAdd(0.500000000000001, r, f64x2.splat(1.666666666666642e-1));
  const q23 = mulAdd(4.1666666666535505e-2, r, f64x2.splat(8.333333333493087e-3));
  const q45 = mulAdd(1.3888888942400408e-3, r, f64x2.splat(1.984126950670667e-4));
  const q67 = mulAdd(2.4801494243726717e-5, r, f64x2.splat(2.7557588088590943e-6));
  const q89 = mulAdd(2.7629875064210700e-7, r, f64x2.splat(2.4999083615974722e-8));
  const q03 = multiplyAdd(r2, q23, q01);
  const q47 = multiplyAdd(r2, q67, q45);
  const q49 = multiplyAdd(r4, q89, q47);
  const q = multiplyAdd(r4, q49, q03);
  const tail = multiplyAdd(r2, q, e);
  return f64x2.add(f64x2.splat(1), f64x2.add(r, tail));
}

/**
 * exp(x) for x <= 0, as the E-step needs it: 0 below -708 (and at minus infinity), NaN stays NaN.
 * At most 1 ULP. Seven operations fewer than `expv`, which also handles x > 0 and denormal results.
 */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  const t = multiplyAdd(x, f64x2.splat(LOG2_E), f64x2.splat(ROUNDER));
  const n = f64x2.sub(t, f64x2.splat(ROUNDER));
  const high = f64x2.sub(x, f64x2.mul(n, f64x2.splat(LN2_HI)));
  const low = f64x2.mul(n, f64x2.splat(LN2_LO));
  const r = f64x2.sub(high, low);
  const p = expReduced(r, f64x2.sub(f64x2.sub(high, r), low));
  const scaled = f64x2.mul(p, i64x2.shl(t, 52));
  // "not below" instead of "above": NaN compares false and keeps its payload.
  return v128.andnot(scaled, f64x2.lt(x, f64x2.splat(-708.0)));
}

/**
 * exp(x) for every x: +Infinity above 709.79, correct denormals down to exp(-745.14), 0 below and at minus infinity,
 * NaN for NaN. At most 1 ULP.
 */
// @ts-ignore: decorator
@inline
export function expv(x: v128): v128 {
  // beyond these ends the result is 0 or infinite anyway, and n stays within two exponent fields; NaN passes min and max
  const c = f64x2.max(f64x2.min(x, f64x2.splat(720)), f64x2.splat(-760));
  const t = multiplyAdd(c, f64x2.splat(LOG2_E), f64x2.splat(ROUNDER));
  const n = f64x2.sub(t, f64x2.splat(ROUNDER));
  const high = f64x2.sub(c, f64x2.mul(n, f64x2.splat(LN2_HI)));
  const low = f64x2.mul(n, f64x2.splat(LN2_LO));
  const r = f64x2.sub(high, low);
  const p = expReduced(r, f64x2.sub(f64x2.sub(high, r), low));
  // 2^n in two factors, each a normal number; only the last product rounds when the result is denormal
  const t1 = multiplyAdd(n, f64x2.splat(0.5), f64x2.splat(ROUNDER));
  const n1 = f64x2.sub(t1, f64x2.splat(ROUNDER));
  const t2 = f64x2.add(f64x2.sub(n, n1), f64x2.splat(ROUNDER));
  return f64x2.mul(f64x2.mul(p, i64x2.shl(t1, 52)), i64x2.shl(t2, 52));
}

/**
 * log(x) for normal, finite x > 0; anything else gives an unspecified number. At most 1 ULP.
 * x = 2^k m, m in [sqrt(1/2), sqrt(2)); f = m - 1, s = f / (2 + f), log m = f - (f^2/2 - s (f^2/2 + s^2 L(s^2))).
 * L, of degree 6, is the minimax polynomial of (log((1 + s) / (1 - s)) - 2s) / s^3 in s^2, by Remez exchange in
 * 50 digits (relative error below 2.5e-18). The series is that of Muller, Elementary Functions, 3rd ed., section 4.4.
 */
// @ts-ignore: decorator
@inline
export function logPositive(x: v128): v128 {
  return logBiased(x, f64x2.splat(TWO52_PLUS_BIAS));
}

/** logPositive with the exponent k lowered by (bias - 2^52 - 1023): how `logv` takes back the scaling of a denormal. */
// @ts-ignore: decorator
@inline
function logBiased(x: v128, bias: v128): v128 {
  const biased = i64x2.shr_u(i64x2.add(x, i64x2.splat(ONE_BITS - SQRT_HALF_BITS)), 52);
  const k = f64x2.sub(v128.or(biased, i64x2.splat(TWO52_BITS)), bias);
  const m = i64x2.add(i64x2.sub(x, i64x2.shl(biased, 52)), i64x2.splat(ONE_BITS));
  const f = f64x2.sub(m, f64x2.splat(1));
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const z = f64x2.mul(s, s);
  const z2 = f64x2.mul(z, z);
  const l01 = mulAdd(0.6666666666666735, z, f64x2.splat(0.39999999999412883));
  const l23 = mulAdd(0.28571428742825183, z, f64x2.splat(0.2222219852458902));
  const l45 = mulAdd(0.18183567032717465, z, f64x2.splat(0.15313976901358553));
  const l46 = multiplyAdd(z2, f64x2.splat(0.1479672877415009), l45);
  const l26 = multiplyAdd(z2, l46, l23);
  const l = multiplyAdd(z2, l26, l01);
  const half = f64x2.mul(f64x2.splat(0.5), f64x2.mul(f, f));
  const tail = multiplyAdd(k, f64x2.splat(LN2_LO), f64x2.mul(s, multiplyAdd(z, l, half)));
  return f64x2.sub(f64x2.mul(k, f64x2.splat(LN2_HI)), f64x2.sub(f64x2.sub(half, tail), f));
}

/** log(x) for every x: denormals exact, 0 (either sign) gives -Infinity, x < 0 and NaN give NaN, +Infinity stays. At most 1 ULP. */
// @ts-ignore: decorator
@inline
export function logv(x: v128): v128 {
  const tiny = f64x2.lt(x, f64x2.splat(2.2250738585072014e-308));
  const lifted = v128.bitselect(f64x2.mul(x, f64x2.splat(18014398509481984.0)), x, tiny); // 2^54
  let y = logBiased(lifted, f64x2.add(f64x2.splat(TWO52_PLUS_BIAS), v128.and(tiny, f64x2.splat(54))));
  const infinity = f64x2.splat(Infinity);
  y = v128.bitselect(x, y, f64x2.eq(x, infinity));
  y = v128.bitselect(f64x2.splat(-Infinity), y, f64x2.eq(x, f64x2.splat(0)));
  // x >= 0 is false for NaN too
  return v128.bitselect(y, f64x2.splat(NaN), f64x2.ge(x, f64x2.splat(0)));
}

/** log(x) of one number; special values as `logv`. */
export function log(x: f64): f64 {
  return f64x2.extract_lane(logv(f64x2.splat(x)), 0);
}

/** exp(x) of one number; special values as `expv`. */
export function exp(x: f64): f64 {
  return f64x2.extract_lane(expv(f64x2.splat(x)), 0);
}

/**
 * y_i = exp(x_i). x, y [length] f64, in and out; they may be the same place.
 * `negative` not 0 takes the E-step's variant (x_i <= 0, flushed to 0 below -708).
 */
export function expArray(x: usize, y: usize, length: i32, negative: i32): void {
  const end = x + (<usize>length << 3);
  for (; x < end; x += 8, y += 8) {
    const v = v128.load64_splat(x);
    store<f64>(y, f64x2.extract_lane(negative ? expNegative(v) : expv(v), 0));
  }
}

/** y_i = log(x_i). x, y [length] f64, in and out; they may be the same place. */
export function logArray(x: usize, y: usize, length: i32): void {
  const end = x + (<usize>length << 3);
  for (; x < end; x += 8, y += 8) store<f64>(y, log(load<f64>(x)));
}

// Reference exp and log in double-double arithmetic: an unevaluated sum hi + lo of two doubles, |lo| <= ulp(hi) / 2, some
// 106 bits. Only + - * / of doubles are used, so no engine's Math.exp or Math.log is trusted. Relative error of both
// functions below 2^-104 at 24000 points (measured against mpmath; test/elementary.test.ts holds a sample of those values).
// Algorithms of the arithmetic: Dekker 1971; Joldes, Muller and Popescu 2017, "Tight and rigorous error bounds".

export interface DoubleDouble {
  readonly hi: number;
  readonly lo: number;
}

/** The number (hi + lo) 2^exponent: exp's results lie beyond the range of a double's low part at both ends. */
export interface Scaled extends DoubleDouble {
  readonly exponent: number;
}

const SPLITTER = 134217729; // 2^27 + 1
const TWO54 = 18014398509481984;

/** log 2 in three parts; the first two have 42 bits each, so an exponent (11 bits) times either is exact. Error 2^-140. */
const LN2_1 = 0.6931471805598903;
const LN2_2 = 5.49792301870721e-14;
const LN2_3 = 1.1612227229362532e-26;

/** a + b exactly, |a| >= |b| or a = 0. */
function quickTwoSum(a: number, b: number): DoubleDouble {
  const hi = a + b;
  return { hi, lo: b - (hi - a) };
}

/** a + b exactly. */
function twoSum(a: number, b: number): DoubleDouble {
  const hi = a + b;
  const bb = hi - a;
  return { hi, lo: a - (hi - bb) + (b - bb) };
}

/** a b exactly, for products that neither overflow nor leave bits below 2^-1074. */
function twoProduct(a: number, b: number): DoubleDouble {
  const hi = a * b;
  const ta = SPLITTER * a;
  const a1 = ta - (ta - a);
  const a2 = a - a1;
  const tb = SPLITTER * b;
  const b1 = tb - (tb - b);
  const b2 = b - b1;
  return { hi, lo: a1 * b1 - hi + a1 * b2 + a2 * b1 + a2 * b2 };
}

/** Relative error below 3 * 2^-106. */
export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const s = twoSum(a.hi, b.hi);
  const t = twoSum(a.lo, b.lo);
  const u = quickTwoSum(s.hi, s.lo + t.hi);
  return quickTwoSum(u.hi, u.lo + t.lo);
}

/** Relative error below 8 * 2^-106. */
export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const p = twoProduct(a.hi, b.hi);
  return quickTwoSum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

/** Relative error below 16 * 2^-106: a quotient of doubles, corrected twice by the remainder. */
export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const q1 = a.hi / b.hi;
  const r1 = add(a, multiply(b, { hi: -q1, lo: 0 }));
  const q2 = r1.hi / b.hi;
  const r2 = add(r1, multiply(b, { hi: -q2, lo: 0 }));
  return add(quickTwoSum(q1, q2), { hi: r2.hi / b.hi, lo: 0 });
}

const ONE: DoubleDouble = { hi: 1, lo: 0 };
const reciprocal = (n: number): DoubleDouble => divide(ONE, { hi: n, lo: 0 });

// Coefficients from the highest degree down. The terms a plain double can carry come first: they are below 2^-54 of the
// sum, so their own rounding is below 2^-106.
const EXP_TAIL: readonly number[] = series(27, 15, factorial).map((c) => c.hi);
const EXP_HEAD: readonly DoubleDouble[] = series(14, 0, factorial);
const LOG_TAIL: readonly number[] = series(23, 11, (i) => 2 * i + 1).map((c) => c.hi);
const LOG_HEAD: readonly DoubleDouble[] = series(10, 0, (i) => 2 * i + 1);

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i; // exact up to 22!; above, only the tail uses it
  return product;
}

/** 1 / denominator(i) for i = from, from - 1, ..., to. */
function series(from: number, to: number, denominator: (i: number) => number): DoubleDouble[] {
  const out: DoubleDouble[] = [];
  for (let i = from; i >= to; i--) out.push(reciprocal(denominator(i)));
  return out;
}

/** Horner's rule: the tail in doubles, the head in double-doubles. */
function evaluate(tail: readonly number[], head: readonly DoubleDouble[], x: DoubleDouble): DoubleDouble {
  let t = 0;
  for (const c of tail) t = t * x.hi + c;
  let sum: DoubleDouble = { hi: t, lo: 0 };
  for (const c of head) sum = add(multiply(sum, x), c);
  return sum;
}

/**
 * exp(x) for finite x, |x| <= 1000, as 2^n exp(r), |r| <= 0.35: the Taylor series of r to degree 27 (remainder below
 * 2^-138). hi is in (0.7, 1.42).
 */
export function expReference(x: number): Scaled {
  const n = Math.round(x * Math.LOG2E);
  const high = twoSum(x, -n * LN2_1);
  const r = add(add(high, { hi: -n * LN2_2, lo: 0 }), { hi: -n * LN2_3, lo: 0 });
  const e = evaluate(EXP_TAIL, EXP_HEAD, r);
  return { hi: e.hi, lo: e.lo, exponent: n };
}

/**
 * log(x) for finite x > 0, as k log 2 + 2 atanh(s), s = (m - 1) / (m + 1), x = 2^k m, m in [0.7, 1.42): the series of
 * atanh in s^2 <= 0.0304, to s^47 (remainder below 2^-126).
 */
export function logReference(x: number): DoubleDouble {
  const denormal = x < 2.2250738585072014e-308;
  const lifted = denormal ? x * TWO54 : x;
  let k = exponentOf(lifted);
  let m = timesPowerOfTwo(lifted, -k);
  if (m > Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  if (denormal) k -= 54;
  const s = divide(twoSum(m, -1), twoSum(m, 1));
  const atanh = multiply(s, evaluate(LOG_TAIL, LOG_HEAD, multiply(s, s)));
  const log2k = add(twoSum(k * LN2_1, k * LN2_2), { hi: k * LN2_3, lo: 0 });
  return add(log2k, { hi: 2 * atanh.hi, lo: 2 * atanh.lo });
}

const word = new Float64Array(1);
const bits = new BigInt64Array(word.buffer);
const halves = new Uint32Array(word.buffer); // little-endian, as every machine that runs WebAssembly engines we test on

/** floor(log2 |x|) of a normal double. */
function exponentOf(x: number): number {
  word[0] = x;
  return ((halves[1] >>> 20) & 0x7ff) - 1023;
}

/** x 2^n, in steps that stay within the exponent's range; exact unless the result is denormal. */
export function timesPowerOfTwo(x: number, n: number): number {
  let y = x;
  let left = n;
  for (; left > 1000; left -= 1000) y *= powerOfTwo(1000);
  for (; left < -1000; left += 1000) y *= powerOfTwo(-1000);
  return y * powerOfTwo(left);
}

function powerOfTwo(n: number): number {
  halves[0] = 0;
  halves[1] = (n + 1023) << 20;
  return word[0];
}

/**
 * Distance of `value` from the true result in units in the last place of the true result: 2^(e - 52) for one in
 * [2^e, 2^(e+1)), 2^-1074 where that would be smaller. A true result of 2^1024 and more asks for Infinity: the error is
 * then 0 or infinite. NaN gives Infinity, so that no comparison can pass by accident.
 */
export function ulpError(value: number, truth: DoubleDouble, exponent = 0): number {
  let top = exponentOf(truth.hi);
  // just below a power of two the spacing is that of the lower binade
  if (truth.lo !== 0 && truth.lo < 0 === truth.hi > 0 && Math.abs(truth.hi) === powerOfTwo(top)) top -= 1;
  if (top + exponent >= 1024) return value === Infinity ? 0 : Infinity;
  const spacing = powerOfTwo(Math.max(top + exponent - 52, -1074) - exponent);
  const error = Math.abs(timesPowerOfTwo(value, -exponent) - truth.hi - truth.lo) / spacing;
  return Number.isNaN(error) ? Infinity : error;
}

/** The double `steps` places above x (below, if negative), through zero if need be. x finite. */
export function neighbour(x: number, steps: number): number {
  word[0] = x;
  const ordered = (bits[0] < 0n ? -9223372036854775808n - bits[0] : bits[0]) + BigInt(steps);
  bits[0] = ordered < 0n ? -9223372036854775808n - ordered : ordered;
  return word[0];
}

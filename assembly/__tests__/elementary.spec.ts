// exp and log: special values, arrays, lanes. Their accuracy is measured in test/elementary.test.ts.
import { exp, expArray, expNegative, expv, log, logArray, logPositive, logv } from "../elementary";

const CANARY: u64 = 0x5ca1ab1edeadbeef;
const SMALLEST: f64 = 5e-324;
const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308;
const LARGEST: f64 = 1.7976931348623157e308;
const QUIET_NAN: u64 = 0x7ff8000000000000;
/** R's missing value: a NaN with 1954 in its low bits. */
const R_NA: u64 = 0x7ff00000000007a2;

const INPUT: usize = memory.data(64 * 8, 16);
const OUTPUT: usize = memory.data(64 * 8, 16);

function setWord(at: usize, i: i32, bits: u64): void {
  store<u64>(at + (<usize>i << 3), bits);
}

function setNumber(at: usize, i: i32, x: f64): void {
  store<f64>(at + (<usize>i << 3), x);
}

function bitsAt(at: usize, i: i32): u64 {
  return load<u64>(at + (<usize>i << 3));
}

function bitsOf(x: f64): u64 {
  return reinterpret<u64>(x);
}

function isNaNBits(bits: u64): bool {
  return (bits & 0x7fffffffffffffff) > 0x7ff0000000000000;
}

/** The i-th of 20 arguments: special values first, then ordinary ones of both signs. */
function argument(i: i32): u64 {
  if (i == 0) return bitsOf(0.0);
  if (i == 1) return bitsOf(-0.0);
  if (i == 2) return bitsOf(Infinity);
  if (i == 3) return bitsOf(-Infinity);
  if (i == 4) return QUIET_NAN;
  if (i == 5) return R_NA;
  if (i == 6) return bitsOf(SMALLEST);
  if (i == 7) return bitsOf(SMALLEST_NORMAL);
  if (i == 8) return bitsOf(LARGEST);
  if (i == 9) return bitsOf(-708.0);
  if (i == 10) return bitsOf(-740.5);
  if (i == 11) return bitsOf(709.7);
  return bitsOf((<f64>i - 15.5) * 1.7);
}

const ARGUMENTS: i32 = 20;

// The scalar functions and the four of vectors, by number, so that one loop covers them.
const EXP: i32 = 0;
const EXP_NEGATIVE: i32 = 1;
const LOG: i32 = 2;
const LOG_POSITIVE: i32 = 3;

function apply(f: i32, x: v128): v128 {
  if (f == EXP) return expv(x);
  if (f == EXP_NEGATIVE) return expNegative(x);
  if (f == LOG) return logv(x);
  return logPositive(x);
}

function applyArray(f: i32, x: usize, y: usize, length: i32): void {
  if (f == LOG) logArray(x, y, length);
  else expArray(x, y, length, f);
}

/** Equal bits, or both NaN (the bits of a NaN are the engine's choice). */
function same(a: u64, b: u64): bool {
  return a == b || (isNaNBits(a) && isNaNBits(b));
}

/** What `f` gives for the i-th argument alone. */
function single(f: i32, i: i32): u64 {
  return bitsOf(f64x2.extract_lane(apply(f, i64x2.splat(argument(i))), 0));
}

/** Whether the i-th argument is one that `f` promises something for. */
function inDomain(f: i32, i: i32): bool {
  const x = reinterpret<f64>(argument(i));
  if (f == EXP_NEGATIVE) return !(x > 0);
  if (f == LOG_POSITIVE) return x >= SMALLEST_NORMAL && x <= LARGEST;
  return true;
}

describe("exp", () => {
  test("is exactly 1 at both zeros", () => {
    expect(exp(0.0)).toBe(1.0);
    expect(exp(-0.0)).toBe(1.0);
  });

  test("is +0 at minus infinity and below the smallest denormal", () => {
    expect(bitsOf(exp(-Infinity))).toBe(0);
    expect(bitsOf(exp(-745.2))).toBe(0);
    expect(bitsOf(exp(-LARGEST))).toBe(0);
  });

  test("is infinite at infinity and above the largest double", () => {
    expect(exp(Infinity)).toBe(Infinity);
    expect(exp(709.79)).toBe(Infinity);
    expect(exp(LARGEST)).toBe(Infinity);
  });

  test("reaches the smallest denormal and stays finite up to 709.78", () => {
    expect(exp(-745.1332191019411)).toBe(SMALLEST);
    expect(exp(709.782712893384)).toBe(1.7976931348622732e308);
  });

  test("is NaN for NaN, whatever its payload", () => {
    expect(exp(reinterpret<f64>(QUIET_NAN))).toBeNaN();
    expect(exp(reinterpret<f64>(R_NA))).toBeNaN();
  });

  test("is 1 for arguments too small to tell from 0", () => {
    expect(exp(SMALLEST)).toBe(1.0);
    expect(exp(-SMALLEST)).toBe(1.0);
    expect(exp(SMALLEST_NORMAL)).toBe(1.0);
  });
});

describe("expNegative", () => {
  test("is exactly 1 at both zeros", () => {
    expect(f64x2.extract_lane(expNegative(f64x2.splat(0.0)), 0)).toBe(1.0);
    expect(f64x2.extract_lane(expNegative(f64x2.splat(-0.0)), 0)).toBe(1.0);
  });

  test("is positive at -708 and +0 from there down to minus infinity", () => {
    expect(f64x2.extract_lane(expNegative(f64x2.splat(-708.0)), 0)).toBe(3.307553003638408e-308);
    expect(bitsOf(f64x2.extract_lane(expNegative(f64x2.splat(-708.0000000000001)), 0))).toBe(0);
    expect(bitsOf(f64x2.extract_lane(expNegative(f64x2.splat(-1e300)), 0))).toBe(0);
    expect(bitsOf(f64x2.extract_lane(expNegative(f64x2.splat(-Infinity)), 0))).toBe(0);
  });

  test("is NaN for NaN, whatever its payload", () => {
    expect(f64x2.extract_lane(expNegative(i64x2.splat(QUIET_NAN)), 0)).toBeNaN();
    expect(f64x2.extract_lane(expNegative(i64x2.splat(R_NA)), 0)).toBeNaN();
    expect(f64x2.extract_lane(expNegative(i64x2.splat(-1)), 0)).toBeNaN();
  });
});

describe("log", () => {
  test("is +0 at 1", () => {
    expect(bitsOf(log(1.0))).toBe(0);
  });

  test("is minus infinity at both zeros", () => {
    expect(log(0.0)).toBe(-Infinity);
    expect(log(-0.0)).toBe(-Infinity);
  });

  test("is infinite at infinity", () => {
    expect(log(Infinity)).toBe(Infinity);
  });

  test("is finite for denormals and for the largest double", () => {
    expect(log(SMALLEST)).toBe(-744.4400719213812);
    expect(log(SMALLEST_NORMAL)).toBe(-708.3964185322641);
    expect(log(LARGEST)).toBe(709.782712893384);
  });

  test("is NaN for negative numbers", () => {
    expect(log(-SMALLEST)).toBeNaN();
    expect(log(-1.0)).toBeNaN();
    expect(log(-Infinity)).toBeNaN();
  });

  test("is NaN for NaN, whatever its payload", () => {
    expect(log(reinterpret<f64>(QUIET_NAN))).toBeNaN();
    expect(log(reinterpret<f64>(R_NA))).toBeNaN();
  });

  test("logPositive agrees with log on normal numbers", () => {
    for (let k = -1022; k <= 1023; k++) {
      const x = reinterpret<f64>((<u64>(k + 1023) << 52) | 0x5555555555555);
      expect(f64x2.extract_lane(logPositive(f64x2.splat(x)), 0)).toBe(log(x));
    }
  });
});

describe("two lanes", () => {
  test("are treated alike: a value gives the same bits in either, whatever is in the other", () => {
    for (let f = EXP; f <= LOG_POSITIVE; f++) {
      for (let i = 0; i < ARGUMENTS; i++) {
        for (let j = 0; j < ARGUMENTS; j++) {
          const y = apply(f, i64x2.replace_lane(i64x2.splat(argument(i)), 1, argument(j)));
          if (inDomain(f, i)) expect(same(i64x2.extract_lane(y, 0), single(f, i))).toBe(true);
          if (inDomain(f, j)) expect(same(i64x2.extract_lane(y, 1), single(f, j))).toBe(true);
        }
      }
    }
  });
});

describe("expArray and logArray", () => {
  test("write the values of the single functions, for every length, and nothing around them", () => {
    for (let f = EXP; f <= LOG; f++) {
      for (let i = 0; i < ARGUMENTS; i++) setWord(INPUT, i, argument(i));
      for (let length = 0; length <= ARGUMENTS; length++) {
        for (let i = 0; i < 64; i++) setWord(OUTPUT, i, CANARY);
        // one word on, so that odd alignments of 16 bytes are covered too
        applyArray(f, INPUT, OUTPUT + 8, length);
        expect(bitsAt(OUTPUT, 0)).toBe(CANARY);
        for (let i = 0; i < length; i++) {
          if (inDomain(f, i)) expect(same(bitsAt(OUTPUT, i + 1), single(f, i))).toBe(true);
        }
        for (let i = length + 1; i < 64; i++) expect(bitsAt(OUTPUT, i)).toBe(CANARY);
      }
    }
  });

  test("leave the input as it was", () => {
    for (let f = EXP; f <= LOG; f++) {
      for (let i = 0; i < ARGUMENTS; i++) setWord(INPUT, i, argument(i));
      applyArray(f, INPUT, OUTPUT, ARGUMENTS);
      for (let i = 0; i < ARGUMENTS; i++) expect(bitsAt(INPUT, i)).toBe(argument(i));
    }
  });

  test("may write over their input", () => {
    for (let f = EXP; f <= LOG; f++) {
      for (let i = 0; i < 64; i++) setWord(OUTPUT, i, CANARY);
      for (let i = 0; i < ARGUMENTS; i++) setWord(OUTPUT, i + 1, argument(i));
      applyArray(f, OUTPUT + 8, OUTPUT + 8, ARGUMENTS);
      expect(bitsAt(OUTPUT, 0)).toBe(CANARY);
      for (let i = 0; i < ARGUMENTS; i++) {
        if (inDomain(f, i)) expect(same(bitsAt(OUTPUT, i + 1), single(f, i))).toBe(true);
      }
      for (let i = ARGUMENTS + 1; i < 64; i++) expect(bitsAt(OUTPUT, i)).toBe(CANARY);
    }
  });

  test("write nothing for length 0", () => {
    for (let f = EXP; f <= LOG; f++) {
      setNumber(INPUT, 0, 1.0);
      setWord(OUTPUT, 0, CANARY);
      applyArray(f, INPUT, OUTPUT, 0);
      expect(bitsAt(OUTPUT, 0)).toBe(CANARY);
    }
  });

  test("take any value of `negative` but 0 for the variant of the E-step", () => {
    setNumber(INPUT, 0, -709.0);
    expArray(INPUT, OUTPUT, 1, 0);
    expect(load<f64>(OUTPUT)).toBeGreaterThan(0.0);
    expArray(INPUT, OUTPUT, 1, 1);
    expect(bitsAt(OUTPUT, 0)).toBe(0);
    expArray(INPUT, OUTPUT, 1, -1);
    expect(bitsAt(OUTPUT, 0)).toBe(0);
  });
});

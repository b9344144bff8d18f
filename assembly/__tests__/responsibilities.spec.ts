// Log-densities to responsibilities, over the components that are alive in a block.
import { exp, log } from "../elementary";
import { laneSum } from "../lanes";
import { responsibilities } from "../responsibilities";
import {
  at, below, between, damaged, EPS, f64s, fill, filled, i32s, intAt, isFresh, put, putInt, ratio, reset, room, seal, unseal,
} from "./support.include";

const T_COUNT: i32 = 4;

function rowsOf(i: i32): i32 {
  return i == 0 ? 8 : i == 1 ? 32 : i == 2 ? 128 : 256;
}

/** One call's arrays. */
let logp: usize = 0;
let masks: usize = 0;
let top: usize = 0;
let w: usize = 0;
let list: usize = 0;

function makeArrays(A: i32, T: i32): void {
  logp = f64s(A * T);
  masks = i32s(A);
  top = filled(T, -Infinity);
  w = f64s(T);
  list = room(<usize>(A + 1) * sizeof<usize>());
  fill(w, T, 0, 3);
  for (let a = 0; a < A; ++a) putInt(masks, a, 0);
}

/** Makes block b of component a live, with log-densities from low to high. */
function fillBlock(a: i32, b: i32, T: i32, low: f64, high: f64): void {
  putInt(masks, a, intAt(masks, a) | (1 << b));
  for (let n = 8 * b; n < 8 * b + 8; ++n) {
    put(logp, a * T + n, between(low, high));
    put(top, n, max(at(top, n), at(logp, a * T + n)));
  }
}

function isLive(a: i32, b: i32): bool {
  return <bool>((intAt(masks, a) >> b) & 1);
}

/** Random live blocks, at least one for each block of rows; then the plain sums, row by row. */
function check(A: i32, T: i32, low: f64, high: f64): void {
  reset(A * 512 + T);
  makeArrays(A, T);
  for (let b = 0; b < T >> 3; ++b) {
    const sure = below(A);
    for (let a = 0; a < A; ++a) if (a == sure || below(3) > 0) fillBlock(a, b, T, low, high);
  }
  put(w, 3, 0);
  const expected = f64s(A * T);
  const density = f64s(T);
  let total: f64 = 0;
  let totalBound: f64 = 0;
  for (let n = 0; n < T; ++n) {
    let sum: f64 = 0;
    for (let a = 0; a < A; ++a) if (isLive(a, n >> 3)) sum += exp(at(logp, a * T + n) - at(top, n));
    for (let a = 0; a < A; ++a) {
      if (isLive(a, n >> 3)) put(expected, a * T + n, at(w, n) * (exp(at(logp, a * T + n) - at(top, n)) / sum));
    }
    put(density, n, at(top, n) + log(sum));
    total += at(w, n) * at(density, n);
    totalBound += at(w, n) * (<f64>(T + A + 6) * EPS * (1 + Math.abs(at(density, n))));
  }
  seal();
  unseal(logp);
  unseal(top);
  unseal(list);
  const result = responsibilities(logp, masks, top, w, list, A, T, Infinity);
  let most = ratio(laneSum(result), total, totalBound);
  let touched = 0;
  for (let n = 0; n < T; ++n) {
    most = max(most, ratio(at(top, n), at(density, n), EPS * (<f64>(A + 6) + Math.abs(at(density, n)))));
    for (let a = 0; a < A; ++a) {
      const place = logp + (<usize>(a * T + n) << 3);
      if (!isLive(a, n >> 3)) {
        touched += i32(!isFresh(place, 8));
        continue;
      }
      const r = at(expected, a * T + n);
      most = max(most, ratio(load<f64>(place), r, <f64>(A + 10) * EPS * r + 1e-300));
    }
  }
  const name = "A " + A.toString() + ", T " + T.toString();
  expect(most).toBeLessThanOrEqual(1, name);
  expect(touched).toBe(0, name);
  expect(damaged()).toBe(0, name);
}

describe("responsibilities", () => {
  test("are the plain quotients, and the result the weighted log-likelihood", () => {
    for (let A = 1; A <= 9; ++A) {
      for (let i = 0; i < T_COUNT; ++i) {
        check(A, rowsOf(i), -5, 5);
        check(A, rowsOf(i), -2000, -1000);
      }
    }
    check(17, 32, -100, 0);
  });

  test("sum to the weight of each row", () => {
    for (let A = 1; A <= 9; ++A) {
      reset(A);
      makeArrays(A, 32);
      for (let b = 0; b < 4; ++b) for (let a = 0; a < A; ++a) fillBlock(a, b, 32, -30, 3);
      responsibilities(logp, masks, top, w, list, A, 32, Infinity);
      let most: f64 = 0;
      for (let n = 0; n < 32; ++n) {
        let sum: f64 = 0;
        for (let a = 0; a < A; ++a) sum += at(logp, a * 32 + n);
        most = max(most, ratio(sum, at(w, n), <f64>(A + 6) * EPS * at(w, n)));
      }
      expect(most).toBeLessThanOrEqual(1, "A " + A.toString());
    }
  });

  test("of a block with one live component are its weights and its log-densities, to the same bits", () => {
    for (let A = 1; A <= 9; ++A) {
      reset(A);
      makeArrays(A, 256);
      const density = f64s(256);
      for (let b = 0; b < 32; ++b) fillBlock((b * 7) % A, b, 256, -1e5, 1e3);
      memory.copy(density, top, 2048);
      responsibilities(logp, masks, top, w, list, A, 256, 40);
      let wrong = 0;
      for (let n = 0; n < 256; ++n) {
        if (at(logp, (((n >> 3) * 7) % A) * 256 + n) != at(w, n) || at(top, n) != at(density, n)) ++wrong;
      }
      expect(wrong).toBe(0, "A " + A.toString());
      expect(damaged()).toBe(0, "A " + A.toString());
    }
  });

  test("clear the bit of a block in which every responsibility is below exp(-margin), and leave that one out", () => {
    for (let margin: f64 = 1; margin < 60; margin += 7.5) {
      reset();
      makeArrays(3, 32);
      // component 1 is within the margin in one row of blocks 0 and 2, in none of 1 and 3; 2 lives in block 3 only
      for (let b = 0; b < 4; ++b) {
        fillBlock(0, b, 32, 0, 0);
        fillBlock(1, b, 32, -margin - 0.9, -margin - 0.01);
      }
      put(logp, 32 + 5, -margin + 0.01);
      put(logp, 32 + 16, -margin + 0.01);
      fillBlock(2, 3, 32, -0.5, 0);
      const small = at(logp, 32 + 5);
      const middle = at(logp, 64 + 30);
      responsibilities(logp, masks, top, w, list, 3, 32, margin);
      const name = "margin " + margin.toString();
      expect(intAt(masks, 0)).toBe(0b1111, name);
      expect(intAt(masks, 1)).toBe(0b0101, name);
      expect(intAt(masks, 2)).toBe(0b1000, name);
      // exactly: block 1 has one component left, row 5 and row 30 have two
      expect(at(logp, 9)).toBe(at(w, 9), name);
      expect(at(top, 9)).toBe(0, name);
      expect(ratio(at(logp, 32 + 5), at(w, 5) * (exp(small) / (1 + exp(small))), 16 * EPS * at(w, 5))).toBeLessThanOrEqual(1, name);
      expect(ratio(at(top, 30), log(1 + exp(middle)), 8 * EPS)).toBeLessThanOrEqual(1, name);
      expect(damaged()).toBe(0, name);
    }
  });

  test("keep a block for the sake of any single row, each against its own maximum", () => {
    for (let row = 0; row < 8; ++row) {
      for (let within = 0; within < 2; ++within) {
        reset();
        makeArrays(2, 8);
        fillBlock(0, 0, 8, 0, 0);
        fillBlock(1, 0, 8, -50, -50);
        for (let n = 0; n < 8; ++n) {
          // maxima that lie far apart, in no order
          const highest = <f64>((n * 5) % 8) * 1000;
          put(top, n, highest);
          put(logp, n, highest);
          put(logp, 8 + n, highest - (n == row && within ? 39.99 : 40.01));
        }
        responsibilities(logp, masks, top, w, list, 2, 8, 40);
        const name = "row " + row.toString() + ", within " + within.toString();
        expect(intAt(masks, 0)).toBe(1, name);
        expect(intAt(masks, 1)).toBe(within, name);
      }
    }
  });

  test("keep a block that only a later component overtook in some of its rows", () => {
    reset();
    makeArrays(2, 8);
    fillBlock(0, 0, 8, -100, -100);
    fillBlock(1, 0, 8, 0, 0);
    put(logp, 7, 2);
    put(top, 7, 2);
    responsibilities(logp, masks, top, w, list, 2, 8, 40);
    expect(intAt(masks, 0)).toBe(1);
    expect(intAt(masks, 1)).toBe(1);
    expect(at(logp, 0)).toBeLessThan(1e-40);
    expect(at(logp, 8)).toBe(at(w, 0));
    expect(ratio(at(logp, 7), at(w, 7) / (1 + exp(-2)), 16 * EPS * at(w, 7))).toBeLessThanOrEqual(1);
  });

  test("mark rows that no component explains: about -1.8e308 in top, weight 0 adds nothing", () => {
    reset();
    makeArrays(2, 16);
    fill(w, 16, 0, 0);
    fillBlock(1, 0, 16, -3, -3);
    fill(w, 8, 1, 1);
    const result = responsibilities(logp, masks, top, w, list, 2, 16, 40);
    expect(laneSum(result)).toBe(-24);
    for (let n = 8; n < 16; ++n) {
      expect(at(top, n)).toBeLessThan(-1.79e308);
      expect(at(top, n)).toBeGreaterThan(-Infinity);
    }
    expect(damaged()).toBe(0);
  });

  test("are the same with none kept at all", () => {
    reset();
    makeArrays(0, 8);
    fill(w, 8, 0, 0);
    expect(laneSum(responsibilities(logp, masks, top, w, list, 0, 8, Infinity))).toBe(0);
    expect(at(top, 0)).toBeLessThan(-1.79e308);
    expect(damaged()).toBe(0);
  });

  test("are 0, and never NaN, where no component explains a row, beside rows that are explained by several", () => {
    for (let weight: f64 = 0; weight < 2; ++weight) {
      reset();
      makeArrays(2, 8);
      fillBlock(0, 0, 8, -1, 1);
      fillBlock(1, 0, 8, -1, 1);
      put(w, 2, weight);
      put(top, 2, -Infinity);
      put(logp, 2, -Infinity);
      put(logp, 10, -Infinity);
      responsibilities(logp, masks, top, w, list, 2, 8, 40);
      const name = "weight " + weight.toString();
      expect(at(logp, 2)).toBe(0, name);
      expect(at(logp, 10)).toBe(0, name);
      expect(at(top, 2)).toBeLessThan(-1.79e308, name);
      expect(at(logp, 3)).toBeGreaterThan(0, name);
    }
  });
});

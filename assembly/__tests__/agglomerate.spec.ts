// Ward's agglomeration against all pairs of clusters: each merge is of two that are each other's nearest.
import { agglomerate, agglomerateScratchBytes } from "../agglomerate";
import {
  at, below, between, copyOf, damaged, EPS, f64s, filled, firstDifference, i32s, intAt, put, ratio, reset, room, seal, sizeAt,
  SIZES, where,
} from "./support.include";

/** What the kernel wrote, and what it was given. */
let merges: usize = 0;
let heights: usize = 0;

/** The least stride of n points: even, and larger than n. */
function strideOf(n: i32): i32 {
  return (n | 1) + 1;
}

/** Runs the kernel on copies: rows [n, D], weights [n]. */
function run(rows: usize, weights: usize, n: i32, D: i32, stride: i32): void {
  const points = f64s(D * stride);
  const mass = f64s(stride);
  for (let i = 0; i < n; ++i) {
    for (let d = 0; d < D; ++d) put(points, d * stride + i, at(rows, i * D + d));
    put(mass, i, at(weights, i));
  }
  merges = i32s(2 * (n - 1));
  heights = f64s(n - 1);
  agglomerate(points, mass, n, D, stride, merges, heights, room(agglomerateScratchBytes(n, D)));
}

function apart(centres: usize, masses: usize, D: i32, a: i32, b: i32): f64 {
  let sum: f64 = 0;
  for (let d = 0; d < D; ++d) {
    const z = at(centres, a * D + d) - at(centres, b * D + d);
    sum += z * z;
  }
  const ma = at(masses, a), mb = at(masses, b);
  return (ma * mb) / (ma + mb) * sum;
}

/**
 * Follows the merges in plain arithmetic. Centres are means of up to n points, each sum of which rounds n times; heights are squares of
 * their differences, of numbers of up to `size`.
 */
function follow(rows: usize, weights: usize, n: i32, D: i32, size: f64, name: string): void {
  const centres = copyOf(rows, <usize>(n * D) << 3);
  const masses = copyOf(weights, <usize>n << 3);
  let mass: f64 = 0;
  for (let i = 0; i < n; ++i) mass += at(weights, i);
  const slack = <f64>(8 * n * D) * EPS;
  let isRight = true;
  let most: f64 = 0;
  for (let step = 0; step < n - 1; ++step) {
    const a = intAt(merges, 2 * step), b = intAt(merges, 2 * step + 1);
    isRight = isRight && a >= 0 && a < b && b < n && at(masses, a) > 0 && at(masses, b) > 0;
    if (!isRight) break;
    const height = apart(centres, masses, D, a, b);
    const tolerance = slack * (height + mass * size * size * EPS + size * Math.sqrt(mass * height));
    most = max(most, ratio(at(heights, step), height, tolerance));
    for (let c = 0; c < n; ++c) {
      if (c == a || c == b || at(masses, c) == 0) continue;
      const least = min(apart(centres, masses, D, a, c), apart(centres, masses, D, b, c));
      if (!(least >= height)) most = max(most, ratio(least, height, tolerance));
    }
    const share = at(masses, b) / (at(masses, a) + at(masses, b));
    for (let d = 0; d < D; ++d) {
      const c = at(centres, a * D + d);
      put(centres, a * D + d, c + share * (at(centres, b * D + d) - c));
    }
    put(masses, a, at(masses, a) + at(masses, b));
    put(masses, b, 0);
  }
  expect(isRight).toBe(true, name);
  expect(most).toBeLessThanOrEqual(1, name);
}

function check(n: i32, D: i32, places: i32, weighted: bool): void {
  reset(100 * n + 10 * D + places);
  const rows = f64s(n * D);
  // decimals, so that equal distances are not equal once they have been rounded; or a few roundings apart
  const step: f64 = places > 0 ? 0.1 : EPS;
  for (let i = 0; i < n * D; ++i) put(rows, i, places ? step * <f64>below(abs(places)) + 1.3 : between(-3, 3));
  const weights = f64s(n);
  for (let i = 0; i < n; ++i) put(weights, i, weighted ? <f64>(1 + below(4)) : 1);
  seal();
  const name = where(weighted ? "agglomerate, weighted" : "agglomerate", 0, D, places, n, 0);
  run(rows, weights, n, D, strideOf(n));
  expect(damaged()).toBe(0, name);
  follow(rows, weights, n, D, 3, name);
  // a larger stride is no other problem
  const first = merges, height = heights;
  run(rows, weights, n, D, strideOf(n) + 6);
  expect(damaged()).toBe(0, name);
  expect(firstDifference(height, heights, n - 1)).toBe(-1, name);
  expect(firstDifference(first, merges, n - 1)).toBe(-1, name);
}

describe("agglomerate", () => {
  test("merges two that are each other's nearest, for every D and even and odd numbers of points, weighted or not", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let n = 1; n <= 12; ++n) check(n, sizeAt(i), 0, n % 3 == 0);
      check(40, sizeAt(i), 0, i % 2 == 0);
      check(41, sizeAt(i), 0, i % 2 == 1);
    }
  });

  test("does so where many are equally near, or would be but for rounding", () => {
    for (let D = 1; D <= 3; ++D) {
      for (let places = -9; places <= 6; ++places) {
        if (places == 0) continue;
        for (let n = 2; n <= 40; ++n) check(n, D, places, n % 4 == 0);
      }
    }
  });

  test("takes the one before in the chain, then the first in memory", () => {
    reset();
    const rows = f64s(4);
    for (let i = 0; i < 4; ++i) put(rows, i, <f64>i);
    run(rows, filled(4, 1), 4, 1, 6);
    const expected: StaticArray<i32> = [0, 1, 2, 3, 0, 2];
    for (let i = 0; i < 6; ++i) expect(intAt(merges, i)).toBe(expected[i]);
    expect(at(heights, 0)).toBe(0.5);
    expect(at(heights, 1)).toBe(0.5);
    expect(at(heights, 2)).toBe(4);
  });

  test("has nothing to do with one point, and one merge of two", () => {
    reset();
    const rows = f64s(6);
    for (let i = 0; i < 6; ++i) put(rows, i, <f64>(i * i));
    seal();
    run(rows, filled(2, 3), 1, 3, 2);
    expect(damaged()).toBe(0);
    run(rows, filled(2, 3), 2, 3, 4);
    expect(damaged()).toBe(0);
    expect(intAt(merges, 0)).toBe(0);
    expect(intAt(merges, 1)).toBe(1);
    // 3 x 3 / 6 (3² - 0)² + (4² - 1)² + (5² - 2²)²
    expect(at(heights, 0)).toBe(1.5 * (81 + 225 + 441));
  });

  test("ends, without a trap, where distances are too large for a number, or none", () => {
    for (let kind = 0; kind < 3; ++kind) {
      for (let n = 2; n <= 9; ++n) {
        reset(n);
        const rows = f64s(n);
        for (let i = 0; i < n; ++i) {
          const value = <f64>(i - n / 2) * 1e200;
          put(rows, i, kind == 0 ? value : i % 3 == 1 ? (kind == 1 ? NaN : Infinity) : <f64>i);
        }
        seal();
        run(rows, filled(n, 1), n, 1, strideOf(n));
        const name = where("agglomerate, kind " + kind.toString(), 0, 1, 0, n, 0);
        expect(damaged()).toBe(0, name);
        // each point goes into another once
        const gone = filled(n, 0);
        for (let step = 0; step < n - 1; ++step) {
          const a = intAt(merges, 2 * step), b = intAt(merges, 2 * step + 1);
          expect(a >= 0 && a < b && b < n && at(gone, a) == 0 && at(gone, b) == 0).toBe(true, name);
          put(gone, b, 1);
        }
      }
    }
  });
});

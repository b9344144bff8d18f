// Sums from given labels or responsibilities.
import { DIAG, FULL, HEADER, scatterLength, SPHERICAL, statisticsLength } from "../layout";
import { accumulateGiven, givenScratchBytes } from "../starts";
import { addRow, Data, makeData, makeSums, packData, parametersOf, rowsOf, Sums, sumBound, worstOf } from "./reference";
import {
  at, below, between, countAt, COUNTS, damaged, f64s, fill, filled, firstDifference, i32s, intAt, isFresh, pairAt, put,
  putInt, reset, room, seal, sizeAt, SIZES, tileAt, TILES, where,
} from "./support.include";

/** Where the responsibilities come from. */
const LABELS: i32 = 0;
const ROWS: i32 = 1;
const EVERY: i32 = 2;

function sumsOf(d: Data, K: i32, mu: usize, labels: usize, resp: usize, first: i32, last: i32): Sums {
  const s = makeSums(d.D, K);
  for (let n = first * d.T; n < min(d.N, last * d.T); ++n) {
    for (let k = 0; k < K; ++k) {
      let r = at(d.weights, n);
      if (labels) r = intAt(labels, n) == k ? r : 0;
      else if (resp) r *= at(resp, n * K + k);
      addRow(s, k, d.rows + (<usize>(n * d.D) << 3), mu + (<usize>(k * d.D) << 3), r, sumBound(d.N), 1e-300);
    }
  }
  return s;
}

/** A model of which nothing but the means is known. */
function aboutMeans(type: i32, D: i32, K: i32, mu: usize): usize {
  return parametersOf(type, D, K, 0, mu, 0, 0);
}

function check(type: i32, source: i32, D: i32, K: i32, N: i32, T: i32, weighted: bool, first: i32): void {
  reset(D * 16 + K + N);
  const d = makeData(N, D, T, weighted);
  const mu = f64s(K * D);
  fill(mu, K * D, -1, 1);
  const labels = source == LABELS ? i32s(N) : 0;
  const resp = source == ROWS ? f64s(N * K) : 0;
  for (let n = 0; n < N; ++n) {
    // some rows belong to no component: -1 and K
    if (labels) putInt(labels, n, below(K + 2) - 1);
    for (let k = 0; resp && k < K; ++k) put(resp, n * K + k, (n + k) % 3 == 0 ? 0 : between(0, 1));
  }
  const last = d.nTiles;
  first = min(first, last);
  const expected = sumsOf(d, K, mu, labels, resp, first, last);
  seal();
  const stats = filled(2 * statisticsLength(type, D, K), 0);
  const scratch = room(givenScratchBytes(D, T));
  const from = resp ? resp + (<usize>(first * T * K) << 3) : 0;
  accumulateGiven(rowsOf(d), aboutMeans(type, D, K, mu), first, last, labels, from, stats, scratch);
  const name = where("source " + source.toString() + (weighted ? ", weighted" : ""), type, D, K, N, T);
  expect(worstOf(type, stats, expected)).toBeLessThanOrEqual(1, name);
  expect(firstDifference(stats, filled(2 * HEADER, 0), 2 * HEADER)).toBe(-1, name);
  expect(damaged()).toBe(0, name);
}

describe("accumulateGiven", () => {
  test("equals the plain sums from labels, from responsibilities and from neither, for every type, D and N", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let source = LABELS; source <= EVERY; ++source) {
        for (let i = 0; i < SIZES; ++i) {
          for (let j = 0; j < TILES; ++j) {
            if (tileAt(j) == 128 && sizeAt(i) > 5) continue;
            for (let c = 0; c < COUNTS; ++c) check(type, source, sizeAt(i), 3, countAt(c, tileAt(j)), tileAt(j), c % 2 == 0, 0);
          }
        }
      }
    }
  });

  test("equals the plain sums for K from 1 to 9 and 17, weighted or not", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let source = LABELS; source <= EVERY; ++source) {
        for (let i = 0; i < SIZES; ++i) {
          check(type, source, 4, sizeAt(i), 37, 32, true, 0);
          check(type, source, 3, sizeAt(i), 37, 32, false, 0);
        }
      }
    }
  });

  test("takes the responsibilities from the first row of its own tiles on, the labels from row 0 on", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let source = LABELS; source <= EVERY; ++source) {
        for (let first = 0; first <= 5; ++first) {
          check(type, source, 4, 3, 37, 8, true, first);
          check(type, source, 5, 2, 37, 8, false, first);
        }
      }
    }
  });

  test("uses every block of a tile of 256 rows", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let source = LABELS; source <= EVERY; ++source) {
        check(type, source, 2, 2, 256, 256, false, 0);
        check(type, source, 5, 2, 259, 256, true, 0);
      }
    }
  });

  test("adds range by range to the same bits", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const d = makeData(27, 5, 8, true);
      const mu = filled(10, 0.25);
      const labels = i32s(27);
      for (let n = 0; n < 27; ++n) putInt(labels, n, below(2));
      seal();
      const length = 2 * statisticsLength(type, 5, 2);
      const one = filled(length, 0);
      const two = filled(length, 0);
      const scratch = room(givenScratchBytes(5, 8));
      const rows = rowsOf(d);
      const model = aboutMeans(type, 5, 2, mu);
      accumulateGiven(rows, model, 0, 4, labels, 0, one, scratch);
      for (let t = 0; t < 4; ++t) accumulateGiven(rows, model, t, t + 1, labels, 0, two, scratch);
      expect(firstDifference(one, two, length)).toBe(-1, where("ranges", type, 5, 2, 27, 8));
      expect(damaged()).toBe(0);
    }
  });

  test("reads labels when both are given, and nothing when there are no tiles", () => {
    reset();
    const d = makeData(9, 2, 8, false);
    const mu = filled(4, 0);
    const labels = i32s(9);
    for (let n = 0; n < 9; ++n) putInt(labels, n, 1);
    const resp = filled(18, NaN);
    seal();
    const length = statisticsLength(DIAG, 2, 2);
    const stats = filled(2 * length, 0);
    const scratch = room(givenScratchBytes(2, 8));
    accumulateGiven(rowsOf(d), aboutMeans(DIAG, 2, 2, mu), 0, 2, labels, resp, stats, scratch);
    expect(pairAt(stats, HEADER)).toBe(0);
    expect(pairAt(stats, HEADER + 1 + 2 + scatterLength(DIAG, 2))).toBe(9);
    const untouched = f64s(2 * length);
    accumulateGiven(rowsOf(d), aboutMeans(DIAG, 2, 2, mu), 1, 1, 0, resp, untouched, scratch);
    expect(isFresh(untouched, <usize>length << 4)).toBe(true);
    expect(damaged()).toBe(0);
  });

  test("keeps rows of weight 0 out, and shows NaN of others without a trap", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const d = makeData(16, 4, 8, true);
      for (let n = 0; n < 16; ++n) put(d.weights, n, n < 8 ? 0 : 1);
      put(d.rows, 20, NaN);
      packData(d);
      const mu = filled(4, 0);
      const length = statisticsLength(type, 4, 1);
      const stats = filled(2 * length, 0);
      const scratch = room(givenScratchBytes(4, 8));
      // the first tile has no weight at all: it is not even read
      accumulateGiven(rowsOf(d), aboutMeans(type, 4, 1, mu), 0, 2, 0, 0, stats, scratch);
      expect(pairAt(stats, HEADER)).toBe(8);
      for (let i = 0; i < 2 * length; ++i) expect(Math.abs(at(stats, i))).toBeLessThan(1e6);
      put(d.rows, 60, NaN);
      packData(d);
      accumulateGiven(rowsOf(d), aboutMeans(type, 4, 1, mu), 0, 2, 0, 0, stats, scratch);
      expect(pairAt(stats, HEADER + 1)).toBeNaN();
      expect(pairAt(stats, HEADER)).toBe(16);
    }
  });
});

describe("givenScratchBytes", () => {
  test("holds responsibilities and D + 1 rows", () => {
    for (let i = 0; i < SIZES; ++i) expect(givenScratchBytes(sizeAt(i), 32)).toBe(<usize>((2 + sizeAt(i)) * 256));
    expect(givenScratchBytes(3, 8)).toBe(320);
  });
});

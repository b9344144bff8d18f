// Sorting rows by their most likely component.
import { FULL, SPHERICAL } from "../layout";
import { sortRows, sortScratchBytes } from "../sort";
import { Data, logDensityOf, makeData, makeMixture, Mixture, modelOf, packData, rowsOf } from "./reference";
import {
  at, copyOf, countAt, COUNTS, damaged, firstDifference, i32s, intAt, isFresh, put, putInt, reset, room, seal, sizeAt, SIZES,
  tileAt, TILES, unseal, where,
} from "./support.include";

function sort(m: Mixture, d: Data, first: i32, last: i32, margin: f64, homes: usize): void {
  const scratch = room(sortScratchBytes(m.type, m.D, d.T, m.K, last - first));
  sortRows(rowsOf(d), modelOf(m), first, last, homes, margin, scratch);
}

function labelOf(m: Mixture, d: Data, n: i32): i32 {
  const row = d.rows + (<usize>(n * d.D) << 3);
  let best = 0;
  for (let k = 1; k < m.K; ++k) if (logDensityOf(m, k, row) > logDensityOf(m, best, row)) best = k;
  return best;
}

/** The same data with the rows of tiles first … last - 1 in order of their labels; sorted [N] gets the labels. */
function sortedCopy(m: Mixture, d: Data, first: i32, last: i32, labels: usize): Data {
  const e = makeData(d.N, d.D, d.T, d.wStep != 0);
  memory.copy(e.rows, d.rows, <usize>(d.N * d.D) << 3);
  memory.copy(e.weights, d.weights, <usize>d.N << 3);
  let to = first * d.T;
  for (let k = 0; k < m.K; ++k) {
    for (let n = first * d.T; n < min(d.N, last * d.T); ++n) {
      if (labelOf(m, d, n) != k) continue;
      memory.copy(e.rows + (<usize>(to * d.D) << 3), d.rows + (<usize>(n * d.D) << 3), <usize>d.D << 3);
      put(e.weights, to, at(d.weights, n));
      putInt(labels, to, k);
      ++to;
    }
  }
  packData(e);
  // padding rows stay what they were
  for (let n = d.N; n < d.nTiles * d.T; ++n) {
    for (let j = 0; j < d.D; ++j) {
      const place = ((n / d.T) * d.D + j) * d.T + (n % d.T);
      put(e.x, place, at(d.x, place));
    }
  }
  return e;
}

function check(type: i32, D: i32, K: i32, N: i32, T: i32, weighted: bool, first: i32, last: i32, margin: f64): void {
  reset(D * 16 + K);
  const m = makeMixture(type, D, K);
  const d = makeData(N, D, T, weighted);
  const labels = i32s(N);
  const expected = sortedCopy(m, d, first, last, labels);
  seal();
  unseal(d.x);
  if (weighted) unseal(d.w);
  const homes = i32s(d.nTiles);
  for (let t = first; t < last; ++t) putInt(homes, t, t % K);
  sort(m, d, first, last, margin, homes);
  const name = where("sortRows" + (weighted ? ", weighted" : ""), type, D, K, N, T) + ", margin " + margin.toString();
  expect(firstDifference(d.x, expected.x, d.nTiles * D * T)).toBe(-1, name);
  expect(firstDifference(d.w, expected.w, weighted ? d.nTiles * T : 2 * T)).toBe(-1, name);
  for (let t = 0; t < d.nTiles; ++t) {
    if (t < first || t >= last) expect(isFresh(homes + (<usize>t << 2), 4)).toBe(true, name);
    else expect(intAt(homes, t)).toBe(intAt(labels, t * T + min(T, N - t * T) / 2), name);
  }
  expect(damaged()).toBe(0, name);
}

describe("sortRows", () => {
  test("puts rows, and their weights, in the order of their most likely components, equal ones in the order they had", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let j = 0; j < TILES; ++j) {
          const T = tileAt(j);
          if (T == 128 && sizeAt(i) > 5) continue;
          for (let c = 0; c < COUNTS; ++c) {
            const N = countAt(c, T);
            check(type, sizeAt(i), 3, N, T, c % 2 == 0, 0, (N + T - 1) / T, i % 2 ? 40 : Infinity);
          }
        }
      }
    }
  });

  test("does so for K from 1 to 9 and 17", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        check(type, 4, sizeAt(i), 43, 8, true, 0, 6, 40);
        check(type, 3, sizeAt(i), 48, 8, false, 0, 6, 40);
      }
    }
  });

  test("leaves the tiles outside its range alone", () => {
    for (let first = 0; first < 6; ++first) {
      for (let last = first + 1; last <= 6; ++last) {
        check(FULL, 4, 3, 43, 8, true, first, last, 40);
        check(FULL, 2, 5, 43, 8, false, first, last, 40);
      }
    }
  });

  test("does nothing with an empty range, wherever it is", () => {
    for (let first = 0; first <= 6; ++first) {
      check(FULL, 2, 3, 43, 8, false, first, first, 40);
      check(FULL, 2, 3, 43, 8, true, first, first, 40);
    }
  });

  test("is done when it has been done: a second time moves nothing", () => {
    reset();
    const m = makeMixture(FULL, 3, 4);
    const d = makeData(61, 3, 8, true);
    const homes = i32s(8);
    for (let t = 0; t < 8; ++t) putInt(homes, t, 0);
    sort(m, d, 0, 8, 40, homes);
    const x = copyOf(d.x, 8 * 8 * 3 * 8);
    const before = copyOf(homes, 32);
    sort(m, d, 0, 8, 40, homes);
    expect(firstDifference(x, d.x, 8 * 8 * 3)).toBe(-1);
    expect(firstDifference(homes, before, 4)).toBe(-1);
    expect(damaged()).toBe(0);
  });

  test("keeps rows that no component explains with the home of their tile", () => {
    for (let home = 0; home < 3; ++home) {
      reset();
      const m = makeMixture(FULL, 2, 3);
      const d = makeData(8, 2, 8, false);
      for (let n = 0; n < 16; ++n) put(d.rows, n, 1e200);
      packData(d);
      const homes = i32s(1);
      putInt(homes, 0, home);
      sort(m, d, 0, 1, 40, homes);
      expect(intAt(homes, 0)).toBe(home);
      expect(damaged()).toBe(0);
    }
  });
});

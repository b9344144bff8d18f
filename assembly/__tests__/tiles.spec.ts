// Packing, and what can be read off the tiles.
import { columnMoments, firstNotFinite, pack, readRow } from "../tiles";
import { Data, makeData, rowsOf, sumBound } from "./reference";
import {
  add, at, between, countAt, COUNTS, damaged, EPS, f64s, fill, filled, firstDifference, put, ratio, reset, seal,
  sizeAt, SIZES, tileAt, TILES, where,
} from "./support.include";

describe("pack", () => {
  test("moves every row to its place and repeats the last row to the end of its tile", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      for (let j = 0; j < TILES; ++j) {
        const T = tileAt(j);
        for (let c = 0; c < COUNTS; ++c) {
          const N = countAt(c, T);
          reset();
          const d = makeData(N, D, T, false);
          seal();
          const length = d.nTiles * T * D;
          const x = f64s(length);
          pack(d.rows, x, N, D, T);
          const name = where("pack", 0, D, 0, N, T);
          expect(firstDifference(x, d.x, length)).toBe(-1, name);
          expect(damaged()).toBe(0, name);
        }
      }
    }
  });

  test("packs every number of rows of one tile", () => {
    for (let N = 0; N <= 33; ++N) {
      reset();
      const d = makeData(N, 3, 32, false);
      seal();
      const x = f64s(d.nTiles * 96);
      pack(d.rows, x, N, 3, 32);
      expect(firstDifference(x, d.x, d.nTiles * 96)).toBe(-1, "N " + N.toString());
      expect(damaged()).toBe(0, "N " + N.toString());
    }
  });

  test("keeps NaN, infinities and the sign of zero", () => {
    reset();
    const rows = f64s(9);
    put(rows, 0, NaN);
    put(rows, 1, Infinity);
    put(rows, 2, -Infinity);
    for (let i = 3; i < 9; ++i) put(rows, i, -0.0);
    const x = f64s(24);
    pack(rows, x, 3, 3, 8);
    expect(at(x, 0)).toBeNaN();
    expect(at(x, 8)).toBe(Infinity);
    expect(at(x, 16)).toBe(-Infinity);
    expect(load<u64>(x + 8)).toBe(0x8000000000000000);
    expect(load<u64>(x + 24)).toBe(0x8000000000000000, "padding repeats the last row");
  });
});

describe("firstNotFinite", () => {
  test("is -1 for finite numbers of every length, the largest and the smallest included", () => {
    for (let length = 0; length <= 12; ++length) {
      reset();
      const p = f64s(length);
      for (let i = 0; i < length; ++i) put(p, i, i % 3 == 0 ? f64.MAX_VALUE : i % 3 == 1 ? -f64.MAX_VALUE : 5e-324);
      // the canaries behind are NaN: a read too far is seen
      expect(firstNotFinite(p, length)).toBe(-1, "length " + length.toString());
    }
  });

  test("finds NaN and both infinities at each place, and the first of two", () => {
    const length = 10;
    for (let place = 0; place < length; ++place) {
      for (let kind = 0; kind < 3; ++kind) {
        reset();
        // finite numbers behind: only what is inside can end the search
        seal();
        const p = f64s(length);
        fill(p, length, -1, 1);
        put(p, place, kind == 0 ? NaN : kind == 1 ? Infinity : -Infinity);
        expect(firstNotFinite(p, length)).toBe(place);
        for (let later = place + 1; later < length; ++later) {
          const before = at(p, later);
          put(p, later, NaN);
          expect(firstNotFinite(p, length)).toBe(place);
          put(p, later, before);
        }
        expect(firstNotFinite(p, place)).toBe(-1);
      }
    }
  });
});

/** Sums about c over the rows of tiles first … last - 1, with their bounds: [s1 | s2 | bound of s1 | bound of s2]. */
function momentsOf(d: Data, c: usize, first: i32, last: i32): usize {
  const D = d.D;
  const out = filled(4 * D, 0);
  for (let n = first * d.T; n < min(d.N, last * d.T); ++n) {
    for (let i = 0; i < D; ++i) {
      const z = at(d.rows, n * D + i) - at(c, i);
      const weight = at(d.weights, n);
      add(out, i, weight * z);
      add(out, D + i, weight * z * z);
      add(out, 2 * D + i, sumBound(d.N) * weight * Math.abs(z));
      add(out, 3 * D + i, sumBound(d.N) * weight * z * z);
    }
  }
  return out;
}

function worstMoments(s1: usize, s2: usize, expected: usize, D: i32): f64 {
  let most: f64 = 0;
  for (let i = 0; i < D; ++i) {
    most = max(most, ratio(at(s1, i), at(expected, i), at(expected, 2 * D + i)));
    most = max(most, ratio(at(s2, i), at(expected, D + i), at(expected, 3 * D + i)));
  }
  return most;
}

function checkMoments(D: i32, N: i32, T: i32, weighted: bool): void {
  reset();
  const d = makeData(N, D, T, weighted);
  const c = f64s(D);
  fill(c, D, -1, 1);
  const expected = momentsOf(d, c, 0, d.nTiles);
  seal();
  const s1 = filled(D, 0);
  const s2 = filled(D, 0);
  columnMoments(rowsOf(d), 0, d.nTiles, c, s1, s2);
  const name = where(weighted ? "columnMoments, weighted" : "columnMoments", 0, D, 0, N, T);
  expect(worstMoments(s1, s2, expected, D)).toBeLessThanOrEqual(1, name);
  expect(damaged()).toBe(0, name);
}

describe("columnMoments", () => {
  test("equals the plain sums, weighted or not", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let j = 0; j < TILES; ++j) {
        const T = tileAt(j);
        for (let c = 0; c < COUNTS; ++c) {
          checkMoments(sizeAt(i), countAt(c, T), T, false);
          checkMoments(sizeAt(i), countAt(c, T), T, true);
        }
      }
    }
  });

  test("adds to what is there, and the same range by range", () => {
    reset();
    const d = makeData(27, 3, 8, true);
    const c = filled(3, 0.25);
    seal();
    const one1 = filled(3, 0);
    const one2 = filled(3, 0);
    const rows = rowsOf(d);
    columnMoments(rows, 0, 4, c, one1, one2);
    const two1 = filled(3, 0);
    const two2 = filled(3, 0);
    for (let t = 0; t < 4; ++t) columnMoments(rows, t, t + 1, c, two1, two2);
    expect(firstDifference(one1, two1, 3)).toBe(-1);
    expect(firstDifference(one2, two2, 3)).toBe(-1);
    const middle = momentsOf(d, c, 1, 3);
    const three1 = filled(3, 0);
    const three2 = filled(3, 0);
    columnMoments(rows, 1, 3, c, three1, three2);
    expect(worstMoments(three1, three2, middle, 3)).toBeLessThanOrEqual(1);
    expect(damaged()).toBe(0);
  });

  test("gives exactly 0 for a column that equals its centre, whatever that is", () => {
    for (let kind = 0; kind < 5; ++kind) {
      const value: f64 = kind == 0 ? 0.1 : kind == 1 ? -1e15 / 3 : kind == 2 ? 1e150 : kind == 3 ? 5e-324 : 0;
      for (let weighted = 0; weighted < 2; ++weighted) {
        reset();
        const d = makeData(11, 2, 8, weighted == 1);
        for (let n = 0; n < 11; ++n) put(d.rows, 2 * n + 1, value);
        pack(d.rows, d.x, 11, 2, 8);
        const c = f64s(2);
        put(c, 0, between(-1, 1));
        put(c, 1, value);
        const s1 = filled(2, 0);
        const s2 = filled(2, 0);
        columnMoments(rowsOf(d), 0, 2, c, s1, s2);
        expect(at(s1, 1)).toBe(0, value.toString());
        expect(at(s2, 1)).toBe(0, value.toString());
        expect(at(s2, 0)).toBeGreaterThan(EPS);
      }
    }
  });
});

describe("readRow", () => {
  test("gives every row back, padding rows as the last", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      for (let j = 0; j < TILES; ++j) {
        const T = tileAt(j);
        const N = 2 * T + 3;
        reset();
        const d = makeData(N, D, T, false);
        seal();
        const out = f64s(D);
        const rows = rowsOf(d);
        let wrong = 0;
        for (let n = 0; n < d.nTiles * T; ++n) {
          readRow(rows, n, out);
          const expected = d.rows + (<usize>(min(n, N - 1) * D) << 3);
          if (firstDifference(out, expected, D) >= 0) ++wrong;
        }
        expect(wrong).toBe(0, where("readRow", 0, D, 0, N, T));
        expect(damaged()).toBe(0);
      }
    }
  });
});

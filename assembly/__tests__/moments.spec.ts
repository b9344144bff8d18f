// Sums of one component over one tile: weight, first moments and scatter, in live blocks only.
import { DIAG, FULL, HEADER, scatterLength, SPHERICAL, TIED, triangleLength } from "../layout";
import { addMoments } from "../moments";
import { addRow, Data, makeData, makeSums, NONE, Sums, sumBound, worstOf, worstScatter } from "./reference";
import {
  at, below, between, damaged, EPS, f64s, fill, filled, firstDifference, isFresh, pairAt, put, ratio, reset, seal, sizeAt,
  SIZES, where,
} from "./support.include";

/** Statistics of one component; the tied scatter is apart. */
let block: usize = 0;
let shared: usize = 0;

function makeBlock(type: i32, D: i32, exact: bool): void {
  block = filled(2 * (1 + D + scatterLength(type, D)), 0);
  shared = type == TIED && exact ? filled(2 * triangleLength(D), 0) : 0;
}

/** Worst error of `block` and `shared`; `worstOf` wants a header before the block. */
function errorOf(type: i32, D: i32, s: Sums): f64 {
  const entries = 1 + D + scatterLength(type, D);
  const stats = filled(2 * (HEADER + entries), 0);
  memory.copy(stats + (<usize>HEADER << 4), block, <usize>entries << 4);
  const most = worstOf(type == TIED ? NONE : type, stats, s);
  return shared ? max(most, worstScatter(shared, s, 0, 1)) : most;
}

/** Random responsibilities in live blocks (a third of them 0); the rest stays NaN. */
function makeResponsibilities(live: i32, T: i32): usize {
  const r = f64s(T);
  for (let n = 0; n < T; ++n) if ((live >> (n >> 3)) & 1) put(r, n, below(3) == 0 ? 0 : between(0, 2));
  return r;
}

function sumsOf(d: Data, r: usize, live: i32, mean: usize): Sums {
  const s = makeSums(d.D, 1);
  for (let n = 0; n < d.T; ++n) {
    if ((live >> (n >> 3)) & 1) addRow(s, 0, d.rows + (<usize>(n * d.D) << 3), mean, at(r, n), sumBound(d.T), 1e-300);
  }
  return s;
}

function check(type: i32, D: i32, T: i32, live: i32, exact: bool): void {
  reset(D * 16 + type);
  const d = makeData(T, D, T, false);
  const r = makeResponsibilities(live, T);
  const mean = f64s(D);
  fill(mean, D, -1, 1);
  const s = sumsOf(d, r, live, mean);
  seal();
  makeBlock(type, D, exact);
  const v = f64s((1 + D) * T);
  addMoments(type, d.x, r, live, mean, block, shared, v, D, T);
  const name = where(exact ? "addMoments, exact" : "addMoments", type, D, 1, T, T) + ", live " + live.toString();
  expect(damaged()).toBe(0, name);
  expect(errorOf(type, D, s)).toBeLessThanOrEqual(1, name);
}

/** Patterns of live blocks: none, the first, the last, every other, all, at random. */
const PATTERNS: i32 = 6;

function patternAt(i: i32, T: i32): i32 {
  const blocks = T >> 3;
  const all = blocks == 32 ? -1 : (1 << blocks) - 1;
  if (i == 0) return 0;
  if (i == 1) return 1;
  if (i == 2) return 1 << (blocks - 1);
  if (i == 3) return 0x55555555 & all;
  return i == 4 ? all : 0x6ad4b1c9 & all;
}

describe("addMoments", () => {
  test("equals the plain sums over the live blocks and reads no others, for every type, D and tile", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let t = 0; t < 4; ++t) {
          const T = t == 0 ? 8 : t == 1 ? 32 : t == 2 ? 128 : 256;
          for (let p = 0; p < PATTERNS; ++p) {
            check(type, sizeAt(i), T, patternAt(p, T), true);
            if (type == TIED) check(type, sizeAt(i), T, patternAt(p, T), false);
          }
        }
      }
    }
  });

  test("has every shape of 2x4, 2x2 and last-row blocks right, for D up to 33", () => {
    for (let D = 1; D <= 33; ++D) {
      check(FULL, D, 32, 0b1011, true);
      check(TIED, D, 32, 0b1011, true);
    }
  });

  test("adds to what is there", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        reset(D);
        const d = makeData(32, D, 32, false);
        const r = makeResponsibilities(0b1101, 32);
        const mean = filled(D, 0.5);
        makeBlock(type, D, true);
        const v = f64s((1 + D) * 32);
        addMoments(type, d.x, r, 0b1101, mean, block, shared, v, D, 32);
        const entries = 1 + D + scatterLength(type, D);
        const before = block;
        const sharedBefore = shared;
        makeBlock(type, D, true);
        fill(block, 2 * entries, 2, 2);
        if (shared) fill(shared, 2 * triangleLength(D), 2, 2);
        addMoments(type, d.x, r, 0b1101, mean, block, shared, v, D, 32);
        let most: f64 = 0;
        for (let e = 0; e < entries; ++e) {
          most = max(most, ratio(pairAt(block, e), 4 + pairAt(before, e), 8 * EPS * (4 + Math.abs(pairAt(before, e)))));
        }
        for (let e = 0; shared && e < triangleLength(D); ++e) {
          const old = pairAt(sharedBefore, e);
          most = max(most, ratio(pairAt(shared, e), 4 + old, 8 * EPS * (4 + Math.abs(old))));
        }
        expect(most).toBeLessThanOrEqual(1, where("twice", type, D, 1, 32, 32));
      }
    }
  });

  test("of rows at the mean are their weight and exact zeros", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        reset(D);
        const mean = f64s(D);
        fill(mean, D, -1e10, 1e10);
        const x = f64s(D * 8);
        for (let d = 0; d < D; ++d) for (let n = 0; n < 8; ++n) put(x, d * 8 + n, at(mean, d));
        const r = filled(8, 0.5);
        makeBlock(type, D, true);
        addMoments(type, x, r, 1, mean, block, shared, f64s((1 + D) * 8), D, 8);
        const name = where("at the mean", type, D, 1, 8, 8);
        expect(pairAt(block, 0)).toBe(4, name);
        const zeros = filled(2 * (D + scatterLength(type, D)), 0);
        expect(firstDifference(block + 16, zeros, 2 * (D + scatterLength(type, D)))).toBe(-1, name);
      }
    }
  });

  test("without live blocks leave everything as it was", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        reset();
        // everything NaN: sums that took part would be too
        const x = f64s(D * 32);
        const r = f64s(32);
        makeBlock(type, D, true);
        addMoments(type, x, r, 0, filled(D, 0), block, shared, f64s((1 + D) * 32), D, 32);
        const entries = 2 * (1 + D + scatterLength(type, D));
        expect(firstDifference(block, filled(entries, 0), entries)).toBe(-1, where("none live", type, D, 1, 0, 32));
        expect(damaged()).toBe(0);
      }
    }
  });

  test("shows NaN in the sums, and only of the component that has it", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      if (type == TIED) continue;
      reset();
      const d = makeData(8, 4, 8, false);
      put(d.x, 2 * 8 + 3, NaN);
      const r = filled(8, 1);
      makeBlock(type, 4, true);
      addMoments(type, d.x, r, 1, filled(4, 0), block, shared, f64s(5 * 8), 4, 8);
      expect(pairAt(block, 0)).toBe(8);
      expect(pairAt(block, 3)).toBeNaN();
      expect(pairAt(block, type == DIAG ? 7 : 5 + (type == FULL ? 4 : 0))).toBeNaN();
      expect(isFresh(r, 8)).toBe(false);
    }
  });
});

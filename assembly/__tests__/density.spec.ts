// Log-densities of one component over one tile, and the whitened tile of the tied type.
import { logDensity, whiten } from "../density";
import { allBlocks, FULL, SPHERICAL, TIED } from "../layout";
import { Data, logDensityBound, logDensityOf, makeData, makeMixture, Mixture, packData, packMixture } from "./reference";
import {
  at, below, between, damaged, EPS, f64s, filled, firstDifference, isFresh, put, ratio, reset, seal, sizeAt, SIZES,
  tileAt, TILES, where,
} from "./support.include";

/** u of the tied type, or a place without meaning. */
function whitened(m: Mixture, d: Data): usize {
  const u = filled(2 * d.D * d.T, 0);
  if (m.type == TIED) whiten(d.x, m.factor, u, f64s(d.D * 8), d.D, d.T);
  return u;
}

function rowOf(d: Data, n: i32): usize {
  return d.rows + (<usize>(n * d.D) << 3);
}

function checkAll(type: i32, D: i32, T: i32): void {
  const K = 3;
  reset(D * 4 + type);
  const m = makeMixture(type, D, K);
  // a second tile, and room for it: only the first may be looked at
  const d = makeData(2 * T, D, T, false);
  const u = whitened(m, d);
  seal();
  for (let k = 0; k < K; ++k) {
    const logp = f64s(2 * T);
    const top = filled(2 * T, -Infinity);
    const z = f64s(D * 8 + 8);
    const live = logDensity(type, d.x, u, k, allBlocks(T), m.mu, m.factor, m.logc, logp, top, z, D, T, Infinity);
    let most: f64 = 0;
    for (let n = 0; n < T; ++n) {
      const expected = logDensityOf(m, k, rowOf(d, n));
      most = max(most, ratio(at(logp, n), expected, logDensityBound));
    }
    const name = where("logDensity", type, D, k, T, T);
    expect(live).toBe(allBlocks(T), name);
    expect(most).toBeLessThanOrEqual(1, name);
    expect(firstDifference(logp, top, T)).toBe(-1, name);
    expect(isFresh(logp + (<usize>T << 3), <usize>T << 3)).toBe(true, name);
    expect(damaged()).toBe(0, name);
  }
}

/**
 * Every other block gets maxima that lie more than the margin above, in all its rows; the others have a random row within
 * the margin, so that the block must be kept.
 */
function checkMargin(type: i32, D: i32, T: i32, margin: f64): void {
  reset(D * 8 + type);
  const m = makeMixture(type, D, 2);
  const d = makeData(T, D, T, false);
  const u = whitened(m, d);
  const expected = f64s(T);
  const before = f64s(T);
  let mask = 0;
  for (let b = 0; b < T >> 3; ++b) {
    const keep = (b ^ D) & 1;
    const chosen = below(8);
    mask |= keep << b;
    for (let n = 8 * b; n < 8 * b + 8; ++n) {
      put(expected, n, logDensityOf(m, 1, rowOf(d, n)));
      const gap = keep && n == 8 * b + chosen ? between(-10, margin - 0.01) : between(margin + 0.01, margin + 50);
      put(before, n, at(expected, n) + gap);
    }
  }
  seal();
  const top = f64s(T);
  memory.copy(top, before, <usize>T << 3);
  const logp = f64s(T);
  const live = logDensity(type, d.x, u, 1, allBlocks(T), m.mu, m.factor, m.logc, logp, top, f64s(D * 8 + 8), D, T, margin);
  const name = where("margin " + margin.toString(), type, D, 2, T, T);
  expect(live).toBe(mask, name);
  let wrong = 0;
  for (let b = 0; b < T >> 3; ++b) {
    const kept = (mask >> b) & 1;
    if (!kept && !isFresh(logp + (<usize>b << 6), 64)) ++wrong;
    for (let n = 8 * b; n < 8 * b + 8; ++n) {
      if (at(top, n) != (kept ? max(at(before, n), at(logp, n)) : at(before, n))) ++wrong;
      if (kept && !(Math.abs(at(logp, n) - at(expected, n)) < 1e-9)) ++wrong;
    }
  }
  expect(wrong).toBe(0, name);
  expect(damaged()).toBe(0, name);
}

/** Block 0 has one impossible row, block 1 only such; the rest are ordinary. */
function checkImpossible(type: i32, D: i32, value: f64, margin: f64): void {
  const T = 32;
  reset(D * 8 + type);
  const m = makeMixture(type, D, 1);
  const d = makeData(T, D, T, false);
  for (let n = 8; n < 16; ++n) put(d.rows, n * D + (n % D), value);
  put(d.rows, 5 * D + D - 1, value);
  packData(d);
  const u = whitened(m, d);
  seal();
  const logp = f64s(T);
  const top = filled(T, -Infinity);
  const live = logDensity(type, d.x, u, 0, allBlocks(T), m.mu, m.factor, m.logc, logp, top, f64s(D * 8 + 8), D, T, margin);
  const name = where("a value of " + value.toString(), type, D, 1, T, T);
  expect(live).toBe(0b1101, name);
  let wrong = 0;
  for (let n = 0; n < T; ++n) {
    const impossible = n == 5 || (n >= 8 && n < 16);
    if (impossible ? at(top, n) != -Infinity : at(top, n) != at(logp, n)) ++wrong;
  }
  expect(wrong).toBe(0, name);
  expect(isFresh(logp + 64, 64)).toBe(true, name);
  expect(damaged()).toBe(0, name);
}

describe("logDensity", () => {
  test("equals the plain quadratic form in every row, for every type, D and tile", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) for (let j = 0; j < TILES; ++j) checkAll(type, sizeAt(i), tileAt(j));
    }
  });

  test("uses all 32 bits of the result in a tile of 256 rows", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) for (let D = 1; D <= 5; ++D) checkAll(type, D, 256);
  });

  test("looks at wanted blocks only, from five full columns on", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      if (D < 5) continue;
      for (let wanted = 0; wanted < 16; ++wanted) {
        reset(D);
        const m = makeMixture(FULL, D, 1);
        const d = makeData(32, D, 32, false);
        const u = whitened(m, d);
        seal();
        const logp = f64s(32);
        const top = filled(32, -Infinity);
        const live = logDensity(FULL, d.x, u, 0, wanted, m.mu, m.factor, m.logc, logp, top, f64s(D * 8 + 8), D, 32, 40);
        let wrong = 0;
        for (let n = 0; n < 32; ++n) {
          const bound = (wanted >> (n >> 3)) & 1 ? logDensityOf(m, 0, rowOf(d, n)) : -Infinity;
          wrong += i32(!(ratio(at(top, n), bound, logDensityBound) <= 1));
          if (bound == -Infinity) wrong += i32(!isFresh(logp + (<usize>n << 3), 8));
        }
        const name = where("wanted " + wanted.toString(), FULL, D, 1, 32, 32);
        expect(live).toBe(wanted, name);
        expect(wrong).toBe(0, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("drops a block when all its rows lie below the margin, and only then; a dropped block is not touched", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let j = 0; j < TILES; ++j) {
          checkMargin(type, sizeAt(i), tileAt(j), 40);
          checkMargin(type, sizeAt(i), tileAt(j), 0.5);
        }
        checkMargin(type, sizeAt(i), 256, 40);
      }
    }
  });

  test("counts a distance that overflows or is NaN as impossible", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let margin = 0; margin < 2; ++margin) {
          const slack = margin ? 40 : Infinity;
          checkImpossible(type, sizeAt(i), NaN, slack);
          checkImpossible(type, sizeAt(i), Infinity, slack);
          checkImpossible(type, sizeAt(i), -Infinity, slack);
          checkImpossible(type, sizeAt(i), 1e200, slack);
          checkImpossible(type, sizeAt(i), -1.7e308, slack);
        }
      }
    }
  });

  test("is nowhere alive for a component without weight, or with NaN for its constant", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let kind = 0; kind < 8; ++kind) {
          const D = sizeAt(i);
          reset(D);
          const m = makeMixture(type, D, 1);
          const d = makeData(32, D, 32, false);
          put(m.logc, 0, kind & 1 ? NaN : -Infinity);
          const u = whitened(m, d);
          seal();
          const logp = f64s(32);
          const top = filled(32, kind & 2 ? -3 : -Infinity);
          const margin: f64 = kind & 4 ? 40 : Infinity;
          const name = where("logc", type, D, 1, 32, 32) + ", kind " + kind.toString();
          const z = f64s(D * 8 + 8);
          const live = logDensity(type, d.x, u, 0, allBlocks(32), m.mu, m.factor, m.logc, logp, top, z, D, 32, margin);
          expect(live).toBe(0, name);
          expect(isFresh(logp, 256)).toBe(true, name);
          expect(at(top, 31)).toBe(kind & 2 ? -3 : -Infinity, name);
          expect(damaged()).toBe(0, name);
        }
      }
    }
  });

  test("is logc exactly for rows at the mean", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        reset(D);
        const m = makeMixture(type, D, 1);
        // about the mean itself, the tied type rounds nothing either
        memory.copy(m.centre, m.mu, <usize>D << 3);
        packMixture(m);
        const d = makeData(8, D, 8, false);
        for (let n = 0; n < 8; ++n) memory.copy(rowOf(d, n), m.mu, <usize>D << 3);
        packData(d);
        const logp = f64s(8);
        const top = filled(8, -Infinity);
        logDensity(type, d.x, whitened(m, d), 0, allBlocks(8), m.mu, m.factor, m.logc, logp, top, f64s(D * 8 + 8), D, 8, 40);
        for (let n = 0; n < 8; ++n) expect(at(logp, n)).toBe(at(m.logc, 0), where("logc", type, D, 1, 8, 8));
      }
    }
  });
});

describe("whiten", () => {
  test("equals P (x - centre) in every row", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let j = 0; j < TILES; ++j) {
        const D = sizeAt(i);
        const T = tileAt(j);
        reset(D);
        const m = makeMixture(TIED, D, 1);
        const d = makeData(T, D, T, false);
        seal();
        const u = f64s(D * T);
        whiten(d.x, m.factor, u, f64s(D * 8), D, T);
        let most: f64 = 0;
        for (let n = 0; n < T; ++n) {
          for (let a = 0; a < D; ++a) {
            let sum: f64 = 0;
            let scale: f64 = 0;
            for (let b = 0; b <= a; ++b) {
              const term = at(m.p, a * D + b) * (at(d.rows, n * D + b) - at(m.centre, b));
              sum += term;
              scale += Math.abs(term);
            }
            most = max(most, ratio(at(u, a * T + n), sum, <f64>(D + 2) * EPS * scale));
          }
        }
        const name = where("whiten", TIED, D, 1, T, T);
        expect(most).toBeLessThanOrEqual(1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });
});

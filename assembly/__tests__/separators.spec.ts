// Lower bounds on distances by one projection: they may drop what cannot matter, and nothing else.
import { accumulate } from "../accumulate";
import { describeRows, RECORD_BYTES } from "../descriptors";
import { allBlocks, FULL, statisticsLength } from "../layout";
import { passScratchBytes } from "../pass";
import { separate, wantedBlocks } from "../separators";
import { sortRows, sortScratchBytes } from "../sort";
import {
  Data, logDensityBound, logDensityOf, makeData, makeMixture, Mixture, modelOf, packData, packMixture, passOf, rowsOf,
  worstOf,
} from "./reference";
import {
  at, between, copyOf, damaged, EPS, f64s, filled, firstDifference, i32s, intAt, put, putInt, ratio, reset, room, seal, sizeAt,
  SIZES, tileAt, TILES, unseal, where,
} from "./support.include";

/** Separators of a mixture, as `separate` writes them. */
function separatorsOf(m: Mixture): usize {
  const separators = f64s(m.K * m.K * (1 + m.D));
  separate(m.mu, m.factor, separators, m.D, m.K, 0, m.K, f64s(12 * m.D));
  return separators;
}

/** Δ and g of home h and component k by the formula, into out [1 + D]; result a bound on their rounding. */
function separatorOf(m: Mixture, h: i32, k: i32, out: usize): f64 {
  const D = m.D;
  const y = filled(D, 0);
  let q: f64 = 0;
  let scale: f64 = 0;
  for (let i = 0; i < D; ++i) {
    let sum: f64 = 0;
    for (let j = 0; j <= i; ++j) {
      const term = at(m.p, (k * D + i) * D + j) * (at(m.mu, h * D + j) - at(m.mu, k * D + j));
      sum += term;
      scale += Math.abs(term);
    }
    put(y, i, sum);
    q += sum * sum;
  }
  const distance = Math.sqrt(q);
  put(out, 0, distance);
  let largest: f64 = 1;
  for (let j = 0; j < D; ++j) {
    let sum: f64 = 0;
    let column: f64 = 0;
    for (let i = j; i < D; ++i) {
      sum += at(m.p, (k * D + i) * D + j) * (distance > 0 ? at(y, i) / distance : 0);
      column += Math.abs(at(m.p, (k * D + i) * D + j));
    }
    put(out, 1 + j, sum);
    largest = max(largest, column);
  }
  // each y_i is off by at most (D + 2) eps of its terms, and with it Δ and the direction, which P' stretches
  return 2 * <f64>(D + 4) * EPS * (distance > 0 ? 1 + scale + (largest * scale) / distance + largest : 1);
}

function rowOf(d: Data, n: i32): usize {
  return d.rows + (<usize>(n * d.D) << 3);
}

/** Components far enough apart that some blocks of a tile lie beyond the margin of some. */
function makeSpread(D: i32, K: i32, spread: f64): Mixture {
  const m = makeMixture(FULL, D, K);
  for (let i = 0; i < K * D; ++i) put(m.mu, i, between(-spread, spread));
  packMixture(m);
  return m;
}

/** Rows around the means, eight of a kind, so that there are blocks for every component. */
function makeGrouped(m: Mixture, N: i32, T: i32): Data {
  const d = makeData(N, m.D, T, true);
  for (let n = 0; n < N; ++n) {
    for (let j = 0; j < m.D; ++j) put(d.rows, n * m.D + j, at(m.mu, ((n / 8) % m.K) * m.D + j) + between(-2, 2));
  }
  packData(d);
  return d;
}

describe("separate", () => {
  test("gives the distance of the means and the direction of the formula, for every pair", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let K = 1; K <= 9; ++K) {
        const D = sizeAt(i);
        reset(D * 16 + K);
        const m = makeSpread(D, K, 5);
        seal();
        const separators = separatorsOf(m);
        const expected = f64s(1 + D);
        let most: f64 = 0;
        for (let h = 0; h < K; ++h) {
          for (let k = 0; k < K; ++k) {
            const bound = separatorOf(m, h, k, expected);
            for (let e = 0; e <= D; ++e) {
              most = max(most, ratio(at(separators, (h * K + k) * (1 + D) + e), at(expected, e), bound));
            }
          }
        }
        const name = where("separate", FULL, D, K, 0, 0);
        expect(most).toBeLessThanOrEqual(1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("gives zeros for a component and itself, and for one with the same mean", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      reset(D);
      const m = makeSpread(D, 2, 5);
      memory.copy(m.mu + (<usize>D << 3), m.mu, <usize>D << 3);
      packMixture(m);
      const separators = separatorsOf(m);
      for (let e = 0; e < 4 * (1 + D); ++e) expect(at(separators, e)).toBe(0, where("zeros", FULL, D, 2, 0, 0));
    }
  });
});

/** Every row that matters keeps its block; a block whose projections all lie clearly beyond the bound is dropped. */
function checkWanted(D: i32, K: i32, T: i32, home: i32, margin: f64): void {
  reset(D * 16 + K);
  const m = makeSpread(D, K, 8);
  const d = makeGrouped(m, T, T);
  const top = f64s(T);
  for (let n = 0; n < T; ++n) put(top, n, logDensityOf(m, home, rowOf(d, n)));
  const separators = separatorsOf(m);
  seal();
  // one component is not asked about
  const silent = K > 2 ? (home + 1) % K : -1;
  const wanted = i32s(K);
  for (let k = 0; k < K; ++k) putInt(wanted, k, k == silent ? 0 : allBlocks(T));
  const v = f64s((1 + D) * T);
  const mean = m.mu + (<usize>(home * D) << 3);
  const ofHome = separators + (<usize>(home * K * (1 + D)) << 3);
  wantedBlocks(d.x, mean, top, ofHome, m.logc, wanted, v, D, T, K, margin);
  let lost = 0;
  let kept = 0;
  for (let k = 0; k < K; ++k) {
    kept += i32((intAt(wanted, k) & ~allBlocks(T)) != 0);
    for (let b = 0; b < T >> 3; ++b) {
      let matters = false;
      let possible = false;
      for (let n = 8 * b; n < 8 * b + 8; ++n) {
        const l = logDensityOf(m, k, rowOf(d, n));
        if (l - logDensityBound > at(top, n) - margin + 1e-9) matters = true;
        let s = at(ofHome, k * (1 + D));
        for (let j = 0; j < D; ++j) s += at(ofHome, k * (1 + D) + 1 + j) * (at(d.rows, n * D + j) - at(mean, j));
        if (s * s < 2 * (margin - at(top, n) + at(m.logc, k)) + 1e-6 * (1 + s * s)) possible = true;
      }
      const bit = (intAt(wanted, k) >> b) & 1;
      if (k != home && k != silent && matters && !bit) ++lost;
      if ((!possible || k == silent) && bit) ++kept;
    }
  }
  const name = where("wantedBlocks, home " + home.toString(), FULL, D, K, 0, T) + ", margin " + margin.toString();
  expect(lost).toBe(0, name);
  expect(kept).toBe(0, name);
  expect(damaged()).toBe(0, name);
}

describe("wantedBlocks", () => {
  test("keeps every block with a row that matters, and drops those whose projections all lie beyond the margin", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let K = 1; K <= 9; ++K) {
        for (let j = 0; j < TILES; ++j) checkWanted(sizeAt(i), K, tileAt(j), K / 2, 40);
        checkWanted(sizeAt(i), K, 32, 0, 1);
        checkWanted(sizeAt(i), K, 32, K - 1, Infinity);
      }
      checkWanted(sizeAt(i), 3, 256, 1, 40);
    }
  });

  test("keeps everything where the home explains nothing, but components without weight", () => {
    reset();
    const m = makeSpread(5, 3, 5);
    put(m.logc, 2, -Infinity);
    const d = makeGrouped(m, 16, 16);
    const wanted = i32s(3);
    for (let k = 0; k < 3; ++k) putInt(wanted, k, 3);
    wantedBlocks(d.x, m.mu, filled(16, -Infinity), separatorsOf(m), m.logc, wanted, f64s(6 * 16), 5, 16, 3, 40);
    expect(intAt(wanted, 1)).toBe(3);
    expect(intAt(wanted, 2)).toBe(0);
    expect(damaged()).toBe(0);
  });
});

/** A reach by which every component may matter everywhere: what is left out is left out by the separators. */
function everywhere(K: i32): usize {
  return filled(K * K, -1);
}

function pass(m: Mixture, d: Data, separators: usize, margin: f64, homes: usize, stats: usize): void {
  const scratch = room(passScratchBytes(FULL, m.D, d.T, m.K));
  accumulate(rowsOf(d), modelOf(m, 0, separators, everywhere(m.K)), 0, d.nTiles, homes, stats, 0, margin, scratch);
}

function checkPass(D: i32, K: i32, N: i32, T: i32, home: i32, margin: f64): void {
  reset(D * 16 + K);
  const m = makeSpread(D, K, 8);
  const d = makeGrouped(m, N, T);
  const expected = passOf(m, d, 0, d.nTiles, margin);
  const separators = separatorsOf(m);
  seal();
  const stats = filled(2 * statisticsLength(FULL, D, K), 0);
  const homes = i32s(d.nTiles);
  for (let t = 0; t < d.nTiles; ++t) putInt(homes, t, home);
  pass(m, d, separators, margin, homes, stats);
  const name = where("with separators", FULL, D, K, N, T);
  expect(worstOf(FULL, stats, expected)).toBeLessThanOrEqual(1, name);
  expect(damaged()).toBe(0, name);
}

describe("accumulate with separators", () => {
  test("equals the double loop, whatever the homes", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let K = 1; K <= 9; ++K) {
        checkPass(sizeAt(i), K, 43, 32, K - 1, 40);
        checkPass(sizeAt(i), K, 67, 32, 0, 40);
        checkPass(sizeAt(i), K, 19, 8, K / 2, Infinity);
      }
      checkPass(sizeAt(i), 3, 131, 128, 1, 40);
    }
  });

  test("keeps a component far narrower than the home for the rows at its own mean", () => {
    for (let power = 2; power <= 30; power += 4) {
      reset();
      const D = 6;
      const m = makeMixture(FULL, D, 2);
      // component 0 at 0 with standard deviations of about 10^-power, component 1 at 1 with about 1
      let scale: f64 = 1;
      for (let e = 0; e < power; ++e) scale *= 10;
      for (let e = 0; e < D; ++e) {
        put(m.mu, e, 0);
        put(m.mu, D + e, 1);
      }
      for (let e = 0; e < D * D; ++e) put(m.p, e, at(m.p, e) * scale);
      put(m.logc, 0, at(m.logc, 0) + <f64>D * 2.302585092994046 * <f64>power);
      packMixture(m);
      const d = makeData(16, D, 8, false);
      for (let n = 0; n < 8; ++n) for (let j = 0; j < D; ++j) put(d.rows, n * D + j, between(-1, 1) / scale);
      packData(d);
      const expected = passOf(m, d, 0, 2, 40);
      const separators = separatorsOf(m);
      const homes = i32s(2);
      putInt(homes, 0, 1);
      putInt(homes, 1, 1);
      const stats = filled(2 * statisticsLength(FULL, D, 2), 0);
      pass(m, d, separators, 40, homes, stats);
      expect(worstOf(FULL, stats, expected)).toBeLessThanOrEqual(1, "10^-" + power.toString());
    }
  });
});

describe("sortRows with separators", () => {
  test("gives the same order as without", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let K = 1; K <= 5; ++K) {
        const D = sizeAt(i);
        reset(D * 16 + K);
        const m = makeSpread(D, K, 8);
        const d = makeGrouped(m, 43, 8);
        const separators = separatorsOf(m);
        seal();
        unseal(d.x);
        unseal(d.w);
        const x = copyOf(d.x, <usize>(48 * D) << 3);
        const homes = i32s(6);
        const others = i32s(6);
        for (let t = 0; t < 6; ++t) {
          putInt(homes, t, t % K);
          putInt(others, t, t % K);
        }
        const scratch = room(sortScratchBytes(FULL, D, 8, K, 6));
        const w = copyOf(d.w, 48 * 8);
        sortRows(rowsOf(d), modelOf(m, 0, separators, everywhere(K)), 0, 6, homes, 40, scratch);
        const copied = room(RECORD_BYTES);
        describeRows(copied, x, w, 64, 43, D, 8);
        sortRows(copied, modelOf(m), 0, 6, others, 40, scratch);
        const name = where("sortRows", FULL, D, K, 43, 8);
        expect(firstDifference(x, d.x, 48 * D)).toBe(-1, name);
        expect(firstDifference(w, d.w, 48)).toBe(-1, name);
        expect(firstDifference(homes, others, 3)).toBe(-1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });
});

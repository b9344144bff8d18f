// Radii within which a component cannot matter: they may drop what cannot matter, and nothing else.
import { accumulate } from "../accumulate";
import { FULL, statisticsLength } from "../layout";
import { passScratchBytes } from "../pass";
import { relate } from "../reach";
import { Data, logDensityOf, makeData, makeMixture, Mixture, modelOf, packData, packMixture, passOf, rowsOf, worstOf } from "./reference";
import {
  add, at, below, between, damaged, f64s, fill, filled, i32s, put, putInt, reset, room, seal, sizeAt, SIZES, unseal, where,
} from "./support.include";

/** The covariances of a full mixture: inverse of P' P. */
function covariancesOf(m: Mixture): usize {
  const D = m.D;
  const cov = filled(m.K * D * D, 0);
  const l = f64s(D * D);
  for (let k = 0; k < m.K; ++k) {
    const p = m.p + (<usize>(k * D * D) << 3);
    fill(l, D * D, 0, 0);
    for (let j = 0; j < D; ++j) {
      for (let i = j; i < D; ++i) {
        let sum: f64 = i == j ? 1 : 0;
        for (let e = j; e < i; ++e) sum -= at(p, i * D + e) * at(l, e * D + j);
        put(l, i * D + j, sum / at(p, i * D + i));
      }
    }
    for (let i = 0; i < D; ++i) {
      for (let j = 0; j < D; ++j) for (let e = 0; e <= min(i, j); ++e) add(cov, (k * D + i) * D + j, at(l, i * D + e) * at(l, j * D + e));
    }
  }
  return cov;
}

/** What `relate` writes: separators of a full mixture, 0 for the other types, and reach. */
class Related {
  constructor(public separators: usize, public reach: usize) {}
}

/** Of a mixture, some homes at a time. */
function relatedOf(m: Mixture, margin: f64, homes: i32): Related {
  const cov = m.type == FULL ? covariancesOf(m) : 0;
  seal();
  const related = new Related(m.type == FULL ? f64s(m.K * m.K * (1 + m.D)) : 0, f64s(m.K * m.K));
  const scratch = f64s(12 * m.D);
  for (let first = 0; first < m.K; first += homes) {
    relate(modelOf(m, cov, related.separators, related.reach), first, min(m.K, first + homes), margin, scratch);
  }
  return related;
}

/** Means within `spread` of 0; a component of each kind is made wide, narrow and light. */
function makeSpread(type: i32, D: i32, K: i32, spread: f64): Mixture {
  const m = makeMixture(type, D, K);
  for (let i = 0; i < K * D; ++i) put(m.mu, i, between(-spread, spread));
  for (let k = 0; k < K; ++k) put(m.logc, k, at(m.logc, k) + between(-6, 6));
  packMixture(m);
  return m;
}

/** A row at about r standard deviations from the mean of component h, towards component k or anywhere. */
function placeRow(m: Mixture, h: i32, k: i32, r: f64, row: usize): void {
  const D = m.D;
  const aim = between(0, 1) < 0.7;
  for (let d = 0; d < D; ++d) {
    const towards = at(m.mu, k * D + d) - at(m.mu, h * D + d);
    put(row, d, at(m.mu, h * D + d) + (aim ? towards * r : between(-1, 1) * r * 10));
  }
}

/** Rows within reach of which a component matters all the same; adds those that are dropped to counts. */
function lostIn(m: Mixture, margin: f64, counts: usize): i32 {
  const reach = relatedOf(m, margin, m.K).reach;
  unseal(counts);
  const row = f64s(m.D);
  let lost = 0;
  for (let h = 0; h < m.K; ++h) {
    for (let k = 0; k < m.K; ++k) {
      for (let trial = 0; trial < 12; ++trial) {
        placeRow(m, h, k, between(0, 1.2), row);
        const atHome = logDensityOf(m, h, row);
        const r = Math.sqrt(max(0, 2 * (at(m.logc, h) - atHome)));
        if (!(r <= at(reach, h * m.K + k))) continue;
        add(counts, 0, 1);
        if (h == k || logDensityOf(m, k, row) > atHome - margin + 1e-6) ++lost;
      }
    }
  }
  expect(damaged()).toBe(0, where("reach", m.type, m.D, m.K, 0, 0));
  return lost;
}

describe("relate", () => {
  test("holds no row to which the component matters, and many to which it does not", () => {
    for (let type = 0; type < 4; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        let dropped: f64 = 0;
        for (let K = 1; K <= 9; K += 2) {
          for (let round = 0; round < 3; ++round) {
            reset(D * 64 + K * 4 + round);
            const m = makeSpread(type, D, K, round == 0 ? 3 : round == 1 ? 30 : 300);
            const found = filled(1, 0);
            expect(lostIn(m, round == 0 ? 4 : 40, found)).toBe(0, where("reach", type, D, K, 0, 0));
            dropped += at(found, 0);
          }
        }
        expect(dropped).toBeGreaterThan(8, where("dropped", type, D, 0, 0, 0));
      }
    }
  });

  test("is where the two meet, on the line between two like components", () => {
    for (let type = 0; type < 4; ++type) {
      reset();
      const m = makeMixture(type, 1, 2);
      put(m.mu, 0, 0);
      put(m.mu, 1, 30);
      put(m.p, 0, 1);
      put(m.p, 1, 1);
      put(m.logc, 0, 0);
      put(m.logc, 1, 0);
      packMixture(m);
      const reach = relatedOf(m, 40, m.K).reach;
      // (30 - r)² = r² + 80
      expect(Math.abs(at(reach, 1) - (900 - 80) / 60)).toBeLessThan(1e-4);
      expect(at(reach, 1)).toBeLessThan((900 - 80) / 60);
      expect(at(reach, 0)).toBe(-1);
      expect(at(reach, 3)).toBe(-1);
    }
  });

  test("says nothing of means that coincide, of infinite distances and of NaN", () => {
    for (let type = 0; type < 4; ++type) {
      reset();
      const m = makeMixture(type, 3, 3);
      for (let d = 0; d < 3; ++d) {
        put(m.mu, d, 1);
        put(m.mu, 3 + d, 1);
        put(m.mu, 6 + d, d == 1 ? 1e200 : 2);
      }
      packMixture(m);
      const reach = relatedOf(m, 40, m.K).reach;
      for (let e = 0; e < 9; ++e) expect(at(reach, e)).toBe(-1, where("nothing", type, 3, 3, 0, 0));
    }
  });

  test("gives the same bits for ranges of homes", () => {
    for (let type = 0; type < 4; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let K = 3; K <= 9; K += 3) {
          reset(K);
          const m = makeSpread(type, sizeAt(i), K, 30);
          const whole = relatedOf(m, 40, K);
          for (let homes = 1; homes <= 4; homes += 3) {
            const parts = relatedOf(m, 40, homes);
            const name = where("ranges", type, m.D, K, homes, 0);
            expect(memory.compare(parts.reach, whole.reach, (K * K) << 3)).toBe(0, name);
            if (type == FULL) expect(memory.compare(parts.separators, whole.separators, (K * K * (1 + m.D)) << 3)).toBe(0, name);
            expect(damaged()).toBe(0, name);
          }
        }
      }
    }
  });
});

/** Rows about the means in runs, so that most tiles have one home and some two. */
function makeRuns(m: Mixture, N: i32, T: i32): Data {
  const d = makeData(N, m.D, T, true);
  for (let n = 0; n < N; ++n) {
    const k = (n * m.K) / N;
    for (let j = 0; j < m.D; ++j) put(d.rows, n * m.D + j, at(m.mu, k * m.D + j) + between(-2, 2));
  }
  packData(d);
  return d;
}

function checkPass(type: i32, D: i32, K: i32, N: i32, T: i32, right: bool): void {
  reset(D * 16 + K);
  const m = makeSpread(type, D, K, 30);
  const d = makeRuns(m, N, T);
  const expected = passOf(m, d, 0, d.nTiles, 40);
  const related = relatedOf(m, 40, K);
  const homes = i32s(d.nTiles);
  for (let t = 0; t < d.nTiles; ++t) putInt(homes, t, right ? (min(N - 1, t * T + T / 2) * K) / N : below(K));
  const stats = filled(2 * statisticsLength(type, D, K), 0);
  const scratch = room(passScratchBytes(type, D, T, K));
  accumulate(rowsOf(d), modelOf(m, 0, related.separators, related.reach), 0, d.nTiles, homes, stats, 1, 40, scratch);
  const name = where(right ? "with reach" : "with reach, wrong homes", type, D, K, N, T);
  expect(worstOf(type, stats, expected)).toBeLessThanOrEqual(1, name);
  expect(damaged()).toBe(0, name);
}

describe("accumulate with reach", () => {
  test("equals the double loop for every type, in pure tiles and mixed ones, whatever the homes", () => {
    for (let type = 0; type < 4; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let K = 3; K <= 9; K += 3) {
          checkPass(type, sizeAt(i), K, 43, 32, true);
          for (let round = 0; round < 4; ++round) checkPass(type, sizeAt(i), K, 43 + round, 16, false);
          checkPass(type, sizeAt(i), K, 19, 8, true);
        }
        checkPass(type, sizeAt(i), 5, 301, 128, true);
        checkPass(type, sizeAt(i), 5, 301, 128, false);
      }
    }
  });
});

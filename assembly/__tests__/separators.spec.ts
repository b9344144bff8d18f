// Projections that bound distances from below, and the pass that drops components by them.
import { accumulate } from "../accumulate";
import { FULL, statisticsLength } from "../layout";
import { passScratchBytes } from "../pass";
import { separate } from "../separators";
import { logDensityOf, makeData, makeMixture, Mixture } from "./reference";
import { at, damaged, f64s, filled, firstDifference, i32s, putInt, reset, room, seal, sizeAt, SIZES, where } from "./support.include";

function separatorsOf(m: Mixture): usize {
  const separators = f64s(m.K * m.K * (1 + m.D));
  separate(m.mu, m.factor, separators, f64s(2 * m.D), m.D, m.K);
  return separators;
}

describe("separate", () => {
  test("gives projections that are never longer than the distance, for rows near and far", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      const K = 4;
      reset(D);
      const m = makeMixture(FULL, D, K);
      const d = makeData(24, D, 8, false);
      seal();
      const separators = separatorsOf(m);
      let worst: f64 = 0;
      for (let h = 0; h < K; ++h) {
        for (let k = 0; k < K; ++k) {
          const s = separators + (<usize>((h * K + k) * (1 + D)) << 3);
          for (let n = 0; n < d.N; ++n) {
            const row = d.rows + (<usize>(n * D) << 3);
            let projection = at(s, 0);
            for (let j = 0; j < D; ++j) projection += at(s, 1 + j) * (at(row, j) - at(m.mu, h * D + j));
            const q = 2 * (at(m.logc, k) - logDensityOf(m, k, row));
            worst = max(worst, projection * projection - q * (1 + 1e-10) - 1e-9);
          }
        }
      }
      expect(worst).toBeLessThanOrEqual(0, where("separate", FULL, D, K, d.N, 8));
      expect(damaged()).toBe(0);
    }
  });

  test("reaches the distance at the home mean itself", () => {
    reset(5);
    const m = makeMixture(FULL, 6, 3);
    const separators = separatorsOf(m);
    for (let h = 0; h < 3; ++h) {
      for (let k = 0; k < 3; ++k) {
        const q = 2 * (at(m.logc, k) - logDensityOf(m, k, m.mu + (<usize>(h * 6) << 3)));
        const s = at(separators, (h * 3 + k) * 7);
        expect(Math.abs(s * s - q)).toBeLessThanOrEqual(1e-10 * (1 + q));
      }
    }
  });
});

describe("accumulate with separators", () => {
  test("keeps what it keeps without: the same statistics and homes, to the bit", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      for (let K = 1; K <= 9; K += 2) {
        for (let spread = 0; spread < 2; ++spread) {
          reset(D * 16 + K);
          const m = makeMixture(FULL, D, K);
          // far apart, so that most components drop; or as they are, so that most stay
          if (spread) for (let n = 0; n < K * D; ++n) store<f64>(m.mu + (<usize>n << 3), at(m.mu, n) * 40);
          const d = makeData(67, D, 32, true);
          const separators = separatorsOf(m);
          seal();
          const length = 2 * statisticsLength(FULL, D, K);
          const plain = filled(length, 0);
          const quick = filled(length, 0);
          const homes = i32s(d.nTiles);
          const others = i32s(d.nTiles);
          for (let t = 0; t < d.nTiles; ++t) {
            putInt(homes, t, t % K);
            putInt(others, t, t % K);
          }
          const scratch = room(passScratchBytes(FULL, D, 32, K));
          accumulate(FULL, d.x, d.w, d.wStep, d.N, D, 32, 0, d.nTiles, K, m.mu, m.factor, m.logc, 0, 40, homes, plain, 0, scratch);
          accumulate(
            FULL, d.x, d.w, d.wStep, d.N, D, 32, 0, d.nTiles, K, m.mu, m.factor, m.logc, separators, 40, others, quick, 0, scratch,
          );
          const name = where("separators, spread " + spread.toString(), FULL, D, K, d.N, 32);
          expect(firstDifference(plain, quick, length)).toBe(-1, name);
          for (let t = 0; t < d.nTiles; ++t) expect(load<i32>(others + (<usize>t << 2))).toBe(load<i32>(homes + (<usize>t << 2)), name);
          expect(damaged()).toBe(0, name);
        }
      }
    }
  });
});

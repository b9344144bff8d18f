// Lengths and places: the pictures in layout.ts, counted out.
import {
  covarianceLength, DIAG, factorLength, FULL, HEADER, HEADER_BYTES, heapBase, scatterLength, SPHERICAL,
  statisticsLength, TIED, triangleLength,
} from "../layout";
import { laneSum } from "../lanes";
import { packedIndex, scatterIndex } from "./reference";
import { sizeAt, SIZES, tileAt, TILES, where } from "./support.include";

/** Numbers in a packed triangle, pair by pair: a pair of rows at i has i + 2 columns, a single last row D. */
function countTriangle(D: i32): i32 {
  let count = 0;
  let i = 0;
  for (; i + 2 <= D; i += 2) count += 2 * (i + 2);
  return i < D ? count + D : count;
}

describe("triangleLength", () => {
  test("counts the pairs of rows and an odd last row, for D from 0 to 130", () => {
    for (let D = 0; D <= 130; ++D) expect(triangleLength(D)).toBe(countTriangle(D), "D " + D.toString());
  });

  test("is one more than the largest index of the factor and of the scatter, which use every place at most once", () => {
    for (let D = 1; D <= 33; ++D) {
      const seen = new StaticArray<u8>(triangleLength(D));
      const seenScatter = new StaticArray<u8>(triangleLength(D));
      let twice = 0;
      for (let i = 0; i < D; ++i) {
        for (let j = 0; j <= i; ++j) {
          if (seen[packedIndex(i, j, D)]++ > 0) ++twice;
          if (seenScatter[scatterIndex(i, j, D)]++ > 0) ++twice;
        }
      }
      expect(twice).toBe(0, "D " + D.toString());
      expect(packedIndex(D - 1, D - 1, D)).toBe(triangleLength(D) - 1);
      expect(scatterIndex(D - 1, D - 1, D)).toBe(triangleLength(D) - 1);
    }
  });
});

describe("the lengths of statistics, factors and covariances", () => {
  test("of the header are 16 bytes a lane sum", () => {
    expect(HEADER_BYTES).toBe(<usize>HEADER << 4);
  });

  test("of the scatter of one component are a triangle, nothing, D and 1", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      expect(scatterLength(FULL, D)).toBe(countTriangle(D));
      expect(scatterLength(TIED, D)).toBe(0);
      expect(scatterLength(DIAG, D)).toBe(D);
      expect(scatterLength(SPHERICAL, D)).toBe(1);
    }
  });

  test("are those of the pictures, for every type, D and K", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      const triangle = countTriangle(D);
      for (let K = 1; K <= 9; ++K) {
        const name = where("lengths", 0, D, K, 0, 0);
        expect(statisticsLength(FULL, D, K)).toBe(HEADER + K * (1 + D + triangle), name);
        expect(statisticsLength(TIED, D, K)).toBe(HEADER + K * (1 + D) + triangle, name);
        expect(statisticsLength(DIAG, D, K)).toBe(HEADER + K * (1 + 2 * D), name);
        expect(statisticsLength(SPHERICAL, D, K)).toBe(HEADER + K * (2 + D), name);
        expect(factorLength(FULL, D, K)).toBe(K * triangle, name);
        expect(factorLength(TIED, D, K)).toBe(triangle + D + K * D, name);
        expect(factorLength(DIAG, D, K)).toBe(K * D, name);
        expect(factorLength(SPHERICAL, D, K)).toBe(K, name);
        expect(covarianceLength(FULL, D, K)).toBe(K * D * D, name);
        expect(covarianceLength(TIED, D, K)).toBe(D * D, name);
        expect(covarianceLength(DIAG, D, K)).toBe(K * D, name);
        expect(covarianceLength(SPHERICAL, D, K)).toBe(K, name);
      }
    }
  });
});

test("laneSum adds the two lanes", () => {
  expect(laneSum(f64x2.replace_lane(f64x2.splat(3), 1, 0.25))).toBe(3.25);
  expect(laneSum(f64x2.splat(Infinity))).toBe(Infinity);
});

test("heapBase lies above the static data", () => {
  expect(heapBase()).toBe(__heap_base);
  expect(heapBase()).toBeGreaterThan(memory.data(8));
});

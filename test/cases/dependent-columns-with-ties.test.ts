// A column that follows from others, beside values that are tied or crowd together: places, indicators, zeros.
import { describe, expect, test } from "vitest";
import { GaussianMixture, selectSync } from "../../src/index.ts";
import { EFFORTS } from "../../src/input/init.ts";
import { uniforms } from "../support/problems.ts";

describe("columns that depend on each other", () => {
  test.each(["full", "tied"] as const)("tight and distant places, a column twice: %s", (covarianceType) => {
    const random = uniforms(1);
    const rows = Array.from({ length: 30 }, (_, n) => {
      const at = (n % 3) * 10 + 1e-5 * random();
      return [at, at];
    });
    for (const nComponents of [1, 2, 3]) {
      for (const effort of EFFORTS) {
        const { report } = GaussianMixture.fitSync(rows, { nComponents, covarianceType, effort });
        expect(report?.converged).toBe(true);
        expect(report?.nIterations).toBeLessThan(20);
      }
    }
  });

  test("indicators and a number: weights times a number, and a shift, change nothing", () => {
    const random = uniforms(2);
    const rows = Array.from({ length: 300 }, () => {
      const kind = random() < 0.2 ? 0 : random() < 0.5 ? 1 : 2;
      return [Number(kind === 0), Number(kind === 1), Number(kind === 2), random() + (kind === 0 ? 6 : 0)];
    });
    const heightOf = (data: number[][], weight: number): number => {
      const sampleWeight = data.map(() => weight);
      const { report } = GaussianMixture.fitSync(data, { nComponents: 1, sampleWeight });
      return (report?.logLikelihood as number) / weight;
    };
    // rounding is magnified where nothing but the floor is left: 1e-4 for each row at most
    const height = heightOf(rows, 1);
    for (const weight of [0.1, 0.3, 3, 7]) expect(heightOf(rows, weight)).toBeCloseTo(height, 1);
    const shifted = rows.map((row) => row.map((value) => value + 1234.5));
    expect(heightOf(shifted, 1)).toBeCloseTo(height, 1);
  });

  test("zeros and whole numbers, twice: converged in tens of iterations", () => {
    for (const seed of [31, 37, 38, 40, 47, 78]) {
      const random = uniforms(seed);
      const rows = Array.from({ length: 200 }, () => {
        const value = random() < 0.4 ? 0 : 4 + Math.floor(4 * random());
        return [value, value];
      });
      for (const effort of EFFORTS) {
        const { report } = GaussianMixture.fitSync(rows, { nComponents: 2, effort });
        expect(report?.converged).toBe(true);
        expect(report?.nIterations).toBeLessThan(100);
      }
    }
  });
});

test("a candidate that can only be the smaller model written out has converged as that one did", () => {
  for (const seed of [5, 11, 28, 32]) {
    const random = uniforms(seed);
    const count = (): number => (random() < 0.5 ? Math.floor(3 * random() * random()) : 40 + Math.floor(40 * random()));
    const rows = Array.from({ length: 120 }, () => [Math.log1p(count())]);
    for (const effort of EFFORTS) {
      const { candidates } = selectSync(rows, { nComponents: [3, 4, 5], covarianceType: "full", effort });
      expect(candidates.map(({ converged }) => converged)).toEqual([true, true, true]);
    }
  }
});

// What columns can tell apart: the step in which they are recorded, and what that does to a fit.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runSync } from "../src/engine/schedule.ts";
import { withRows } from "../src/fit/em/packing.ts";
import { type Resolution, resolutionOf } from "../src/fit/em/resolution.ts";
import { GaussianMixture } from "../src/index.ts";
import { matrixOf } from "../src/input/data.ts";
import { covarianceIndex } from "./support/forms.mjs";
import { clouds, normals, runs, TYPES, uniforms } from "./support/problems.ts";

function resolution(column: readonly number[], sampleWeight?: readonly number[]): Resolution {
  const matrix = matrixOf(Float64Array.from(column), { nFeatures: 1 });
  const weights = sampleWeight && Float64Array.from(sampleWeight);
  return runSync(withRows(matrix, 1, weights, resolutionOf));
}

const stepOf = (column: readonly number[], weights?: readonly number[]): number => resolution(column, weights).steps[0];

/** N normal numbers. */
const normal = (N: number, seed: number, sd = 1): number[] =>
  Array.from({ length: N }, normals(seed)).map((z) => sd * z);

describe("the step of a column", () => {
  const grid = fc.record({
    step: fc.constantFrom(1, 0.1, 0.25, 2.54, 1e-3, 1 / 3, 7e5, 3e-7),
    origin: fc.constantFrom(0, -0.4, 12.7, 1e3),
    spread: fc.integer({ min: 1, max: 200 }),
    N: fc.integer({ min: 12, max: 3000 }),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  });

  test("is found whatever its unit and origin, in double and single precision", () => {
    fc.assert(
      fc.property(grid, fc.boolean(), ({ step, origin, spread, N, seed }, single) => {
        const counts = normal(N, seed, spread).map(Math.round);
        // two neighbours, so that the step is there to be seen
        counts.push(0, 1, 0, 1);
        const column = counts.map((count) => (single ? Math.fround(step * (origin + count)) : step * (origin + count)));
        expect(stepOf(column) / step).toBeCloseTo(1, 3);
      }),
      runs(200),
    );
  });

  test("is the last of four digits, where numbers are rounded to those", () => {
    const sizes = fc.record({ N: fc.integer({ min: 60, max: 1000 }), seed: fc.integer({ min: 0, max: 2 ** 30 }) });
    fc.assert(
      fc.property(sizes, ({ N, seed }) => {
        const column = normal(N, seed, 4).map((value) => Number(Math.max(1.5, 12 + value).toPrecision(4)));
        column.push(9.001, 9.002);
        expect(stepOf(column)).toBeCloseTo(0.001, 9);
      }),
      runs(100),
    );
  });

  test("is the same with one row in two hundred off it", () => {
    fc.assert(
      fc.property(grid, ({ step, origin, seed }) => {
        const column = normal(1000, seed, 8).map((value) => step * (origin + Math.round(value)));
        const uniform = uniforms(seed);
        for (let i = 0; i < 5; i++) column[i * 200] = step * (origin + 16 * uniform());
        expect(stepOf(column) / step).toBeCloseTo(1, 6);
      }),
      runs(100),
    );
  });

  test("is 0 for continuous numbers, from three of them on", () => {
    const sizes = fc.record({ N: fc.integer({ min: 3, max: 3000 }), seed: fc.integer({ min: 0, max: 2 ** 30 }) });
    fc.assert(
      fc.property(sizes, ({ N, seed }) => {
        expect(stepOf(normal(N, seed))).toBe(0);
        expect(stepOf(normal(N, seed).map((value) => value + 1e6))).toBe(0);
        expect(stepOf(normal(N, seed).map(Math.exp))).toBe(0);
      }),
      runs(300),
    );
  });

  test("is 0 for a continuous column of which all rows are there twice, or with a weight of two", () => {
    const column = normal(300, 5);
    expect(stepOf([...column, ...column])).toBe(0);
    expect(
      stepOf(
        column,
        column.map(() => 2),
      ),
    ).toBe(0);
    expect(resolution([...column, ...column]).unit).toBe(2);
  });

  test("of numbers that are mostly zero is what sets zero apart from the others, and less than their spread", () => {
    for (const [share, level, sd] of [
      [0.3, 5, 1],
      [0.9, 5, 1],
      [0.6, 100, 0.5],
      [0.5, 0, 1],
    ]) {
      const values = normal(1000, 9).map((z, n) => (n < 1000 * share ? 0 : level + sd * Math.abs(z)));
      const step = stepOf(values);
      expect(step).toBeGreaterThan(sd / 100);
      expect(step).toBeLessThan(2 * sd);
    }
  });

  test("of a column that a row of weight 0 would change is what it is without that row", () => {
    const column = normal(200, 3).map((value) => Math.round(value * 10));
    expect(stepOf([...column, 0.123456], [...column.map(() => 1), 0])).toBe(stepOf(column));
  });
});

describe("covariances of discrete columns", () => {
  /** Yes and no, whole numbers, tenths and a continuous column. */
  function mixed(N: number, seed: number): { data: Float64Array; shape: [number, number] } {
    const { data } = clouds(N, 4, 3, seed, 6);
    return {
      data: data.map(
        (value, i) => [Math.abs(Math.round(value)) % 2, Math.round(value), Math.round(value * 10) / 10, value][i % 4],
      ),
      shape: [N, 4],
    };
  }

  test("of one component are those of the rows, but for what is added to every variance", () => {
    for (const covarianceType of TYPES) {
      for (const N of [30, 400]) {
        const set = mixed(N, N);
        const fitted = GaussianMixture.fitSync(set, { nComponents: 1, covarianceType });
        const plain = GaussianMixture.fitSync(set, { nComponents: 1, covarianceType, regCovar: 0 });
        fitted.covariances.forEach((value, i) => {
          expect(Math.abs(value - plain.covariances[i])).toBeLessThan(1e-8 * Math.max(1, Math.abs(value)));
        });
      }
    }
  });

  test("are no narrower than their steps can tell, for any number of components and by any start", () => {
    for (const covarianceType of TYPES) {
      for (const [nComponents, init] of [
        [2, "race"],
        [5, "race"],
        [2, undefined],
        [5, undefined],
        [8, "random-from-data"],
      ] as const) {
        const mixture = GaussianMixture.fitSync(mixed(120, 4), { nComponents, covarianceType, init, seed: 2 });
        const floors = covarianceType === "spherical" ? [0.08] : [0.08, 0.08, 0.0008];
        for (let k = 0; k < nComponents; k++) {
          for (const [d, floor] of floors.entries()) {
            const least = covarianceType === "spherical" ? (2 / 12 + 0.01 / 12) / 4 : floor;
            expect(mixture.covariances[covarianceIndex(mixture, k, d, d)]).toBeGreaterThanOrEqual(least);
          }
        }
      }
    }
  });

  test("with an explicit regCovar are what that says", () => {
    const labels = Array.from({ length: 60 }, (_, n) => (n < 40 ? 0 : 1));
    const rows = labels.map((label, n) => [label, (n * 7) % 11]);
    for (const regCovar of [1e-6, 1e-3]) {
      const mixture = GaussianMixture.fitSync(rows, {
        nComponents: 2,
        covarianceType: "diag",
        regCovar,
        init: { labels },
      });
      expect(mixture.covariances[0]).toBeCloseTo(regCovar, 12);
    }
  });

  test("do not depend on how rows are repeated or weighted", () => {
    const set = mixed(80, 6);
    const options = {
      nComponents: 3,
      init: { means: [0, 40, 79].map((n) => [...set.data.subarray(4 * n, 4 * n + 4)]) },
    };
    const twice = { data: Float64Array.of(...set.data, ...set.data), shape: [160, 4] as const };
    const once = GaussianMixture.fitSync(set, { ...options, sampleWeight: new Float64Array(80).fill(2) });
    const copied = GaussianMixture.fitSync(twice, options);
    once.covariances.forEach((value, i) => {
      expect(Math.abs(value - copied.covariances[i])).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
    });
    expect(copied.report?.warnings).toEqual(once.report?.warnings);
  });
});

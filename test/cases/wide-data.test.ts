// More columns than rows: memory and work follow the size of the data where covariances are diagonal, and full covariances that
// the rows cannot tell are found in a few steps, with a warning.
import { afterEach, describe, expect, test, vi } from "vitest";
import { wideRows } from "../../bench/quality/wide-rows.mjs";
import { type CovarianceType, GaussianMixture } from "../../src/index.ts";
import { EFFORTS } from "../../src/input/init.ts";
import { allocatedBy } from "../support/allocations.ts";
import { SEARCHES, searchOf } from "../support/searches.ts";
import { counted } from "../support/steps.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Expects steps to have been counted, and fewer than so many. */
function expectSteps(count: number, most: number): void {
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(most);
}

describe("30 rows of thousands of columns, diagonal or spherical covariances", () => {
  test.each(["diag", "spherical"] as const)("%s: two groups of 20,000 columns are found", (covarianceType) => {
    const D = 20_000;
    const data = Float64Array.from({ length: 30 * D }, (_, i) => Math.sin(i * i) + 3 * (Math.floor(i / D) % 2));
    for (const search of [{ init: "kmeans" }, { effort: "standard" }, { effort: "thorough" }] as const) {
      const mixture = GaussianMixture.fitSync(data, { nFeatures: D, nComponents: 2, covarianceType, ...search });
      expect(Math.abs(mixture.weights[0] - 0.5)).toBeLessThan(1e-6);
      expect(mixture.report!.converged).toBe(true);
      expect([...mixture.predict(data)]).toEqual(
        Array.from({ length: 30 }, (_, n) => ((n % 2 === 0) === (mixture.predict(data)[0] === 0) ? 0 : 1)),
      );
    }
  });

  test.each(SEARCHES.map((search) => [searchOf(search), search] as const))(
    "a fit from %s takes memory in proportion to the data",
    (_, search) => {
      for (const covarianceType of ["diag", "spherical"] as const) {
        for (const K of [1, 2, 3]) {
          const [D, N] = [6000, 30];
          const data = wideRows("groups", N, D);
          const options = { nFeatures: D, nComponents: K, covarianceType, ...search };
          const { arrays, pages } = allocatedBy(() => GaussianMixture.fitSync(data, options));
          // a square of the columns would be 200 times the data
          expect(arrays + pages).toBeLessThan(64 * data.byteLength);
        }
      }
    },
  );

  test("and takes few steps where there is nothing to find", () => {
    const count = counted();
    for (const effort of ["standard", "thorough"] as const) {
      count.clear();
      for (const D of [1000, 2000]) {
        const options = { nFeatures: D, nComponents: 2, covarianceType: "diag", effort } as const;
        const { report } = GaussianMixture.fitSync(wideRows("noise", 30, D), options);
        expect(report!.converged).toBe(true);
      }
      // M-steps of 120,000 numbers at most, a fifth of a millisecond each: thousands would be half a second
      expectSteps(count.steps, 100);
    }
  });
});

describe("full and tied covariances of more columns than rows", () => {
  test.each(EFFORTS)("200 rows of 500 columns, three components: a warning and not many factors, %s", (effort) => {
    const count = counted();
    const [N, D] = [200, 500];
    const options = { nFeatures: D, nComponents: 3, effort } as const;
    const mixture = GaussianMixture.fitSync(wideRows("groups", N, D), options);
    const { converged, warnings, nParameters } = mixture.report!;
    expect(converged).toBe(true);
    expect(nParameters).toBe(377_252);
    expect(warnings[0]).toEqual({
      code: "TOO_MANY_PARAMETERS",
      message:
        '377252 parameters from 200 rows of 500 columns: covarianceType "full" takes 1503 rows and more; ' +
        'use covarianceType "diag", or fewer columns',
    });
    expectSteps(count.steps, 20);
  });

  test.each([
    ["full", 10, 100],
    ["full", 30, 300],
    ["full", 100, 100],
    ["tied", 10, 100],
    ["tied", 100, 300],
  ] as const)("%s, %i rows of %i columns: a few steps", (covarianceType, N, D) => {
    const count = counted();
    for (const effort of EFFORTS) {
      count.clear();
      const options = { nFeatures: D, nComponents: 2, covarianceType, effort };
      const { report } = GaussianMixture.fitSync(wideRows("noise", N, D), options);
      expect(report!.converged).toBe(true);
      expectSteps(count.steps, 40);
    }
  });

  test("warn below the least number of rows, and advice that works", () => {
    const codes = (rows: Float64Array, D: number, K: number, covarianceType: CovarianceType, extra = {}): string[] => {
      const options = { nFeatures: D, nComponents: K, covarianceType, init: "kmeans", ...extra } as const;
      const { warnings } = GaussianMixture.fitSync(rows, options).report!;
      return warnings.map(({ code }) => code).filter((code) => code === "TOO_MANY_PARAMETERS");
    };
    const warned = ["TOO_MANY_PARAMETERS"];
    for (const D of [2, 5, 12]) {
      for (const K of [1, 2, 3]) {
        const least = { full: K * (D + 1), tied: K + D };
        for (const type of ["full", "tied"] as const) {
          const few = wideRows("noise", least[type] - 1, D);
          expect(codes(few, D, K, type)).toEqual(warned);
          expect(codes(few, D, K, "diag")).toEqual([]);
          expect(codes(few, D, K, "spherical")).toEqual([]);
          // a prior tells what the rows do not
          expect(codes(few, D, K, type, { prior: true })).toEqual([]);
          expect(codes(wideRows("noise", least[type], D), D, K, type)).toEqual([]);
        }
      }
    }
    // constant columns ask for nothing, and in one column all types are the same
    const constant = wideRows("noise", 6, 12).map((value, i) => (i % 12 < 3 ? value : 5));
    expect(codes(constant, 12, 1, "full")).toEqual([]);
    expect(codes(wideRows("noise", 3, 1), 1, 2, "full")).toEqual([]);
    // covariances that are given need no rows
    const identity = Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => Number(i === j)));
    const held = {
      init: { means: [new Array<number>(5).fill(0)], covariances: [identity] },
      fixed: { covariances: true },
    };
    expect(codes(wideRows("noise", 3, 5), 5, 1, "full", held)).toEqual([]);
  });
});

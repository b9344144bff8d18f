// Rows that share values: zeros, masses, yes and no. What anyone sees in them is what a fit finds, and nothing is there twice.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { twinsOf } from "../../src/fit/diagnosis/twins.ts";
import { adjustedRandIndex, type CovarianceType, GaussianMixture, selectSync } from "../../src/index.ts";
import { EFFORTS } from "../../src/input/init.ts";
import { codesOf } from "../support/mixtures.ts";
import { normals, runs, TYPES, uniforms } from "../support/problems.ts";

const effort = fc.constantFrom(...EFFORTS);

/** A share of rows on one value, and the others in a group apart from it. */
const masses = fc.record({
  N: fc.integer({ min: 12, max: 800 }),
  share: fc.double({ min: 0.2, max: 0.95, noNaN: true }),
  /** Distance of the group, in its standard deviations. */
  gap: fc.integer({ min: 8, max: 200 }),
  decimals: fc.constantFrom(undefined, 0, 1, 3),
  unit: fc.constantFrom(1, 1e-6, 1e6),
  at: fc.constantFrom(0, -3, 1000),
  type: fc.constantFrom(...TYPES.filter((type) => type !== "tied")),
  D: fc.integer({ min: 1, max: 3 }),
  effort,
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
});

test("20 zeros and 4, 5, 6 are two groups", () => {
  const rows = [...new Array<number>(20).fill(0), 4, 5, 6];
  for (const covarianceType of TYPES) {
    for (const effort of EFFORTS) {
      const mixture = GaussianMixture.fitSync(rows, { nFeatures: 1, nComponents: 2, covarianceType, effort });
      expect(Math.abs(mixture.weights[0] - 20 / 23)).toBeLessThan(0.01);
      expect(Math.abs(mixture.means[0])).toBeLessThan(0.01);
      expect(Math.abs(mixture.means[1] - 5)).toBeLessThan(0.01);
      expect(codesOf(mixture)).toEqual([]);
    }
  }
});

test("equal values are a component of their own, whatever their share, place and unit", () => {
  fc.assert(
    fc.property(masses, ({ N, share, gap, decimals, unit, at, type, D, effort, seed }) => {
      const normal = normals(seed);
      const count = Math.min(N - 5, Math.max(5, Math.round(share * N)));
      const labels = Array.from({ length: N }, (_, n) => (n < count ? 0 : 1));
      const value = (label: number): number => {
        const place = label === 0 ? at : at + gap + normal();
        return unit * (decimals === undefined ? place : Number(place.toFixed(decimals)));
      };
      const rows = labels.map((label) => Array.from({ length: D }, () => value(label)));
      const options = { covarianceType: type, effort, seed };
      const mixture = GaussianMixture.fitSync(rows, { ...options, nComponents: 2 });
      expect(adjustedRandIndex(mixture.predict(rows), labels)).toBe(1);
      expect(codesOf(mixture)).not.toContain("SPURIOUS_COMPONENT");
      expect(selectSync(rows, { ...options, nComponents: { from: 1, to: 2 } }).best.nComponents).toBe(2);
    }),
    runs(60),
  );
});

describe("a narrow group with most rows, and a long tail,", () => {
  const tails = fc.record({
    N: fc.integer({ min: 100, max: 3000 }),
    share: fc.double({ min: 0.5, max: 0.95, noNaN: true }),
    /** The tail reaches this far, in standard deviations of the group. */
    reach: fc.constantFrom(1e3, 1e5, 1e7, 1e9),
    unit: fc.constantFrom(1, 1e-6, 1e6),
    effort,
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  });

  test("are two components without a warning, with the variance that the group has, and one is worse by far", () => {
    fc.assert(
      fc.property(tails, ({ N, share, reach, unit, effort, seed }) => {
        const normal = normals(seed);
        const count = Math.round(share * N);
        const group = Array.from({ length: count }, () => 12 + normal());
        const tail = Array.from({ length: N - count }, (_, i) => 12 + reach * (0.05 + (i + 0.5) / (N - count)));
        const rows = [...group, ...tail].map((value) => unit * value);
        const { best, candidates } = selectSync(rows, {
          nFeatures: 1,
          nComponents: { from: 1, to: 2 },
          covarianceType: "full",
          effort,
          seed,
        });
        expect(best.nComponents).toBe(2);
        expect(candidates[0].bic! - candidates[1].bic!).toBeGreaterThan(N);
        expect(best.weights[0]).toBeCloseTo(count / N, 2);
        const mean = group.reduce((sum, value) => sum + value, 0) / count;
        const variance = group.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
        expect(best.covariances[0] / unit / unit / variance).toBeCloseTo(1, 1);
        expect(codesOf(best)).toEqual([]);
      }),
      runs(40),
    );
  });
});

test("two groups six deviations apart are found with every type, beside columns of yes and no", () => {
  const problem = fc.record({
    N: fc.integer({ min: 100, max: 600 }),
    /** How often the yes or no of a row is not its group's. */
    mistakes: fc.constantFrom(0, 0.02, 0.5),
    columns: fc.integer({ min: 1, max: 3 }),
    type: fc.constantFrom<CovarianceType>("full", "tied", "diag"),
    effort,
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  });
  fc.assert(
    fc.property(problem, ({ N, mistakes, columns, type, effort, seed }) => {
      const normal = normals(seed);
      const uniform = uniforms(seed + 1);
      const labels = Array.from({ length: N }, (_, n) => n % 2);
      const rows = labels.map((label) => [
        6 * label + normal(),
        label + normal(),
        ...Array.from({ length: columns }, () => (uniform() < mistakes ? 1 - label : label)),
      ]);
      const mixture = GaussianMixture.fitSync(rows, { nComponents: 2, covarianceType: type, effort, seed });
      expect(adjustedRandIndex(mixture.predict(rows), labels)).toBeGreaterThan(0.95);
      expect(codesOf(mixture).filter((code) => code !== "DEPENDENT_COLUMN")).toEqual([]);
    }),
    runs(40),
  );
});

test("columns of yes and no have the same sound solution for every seed", () => {
  const uniform = uniforms(28);
  for (const D of [3, 6]) {
    const rows = Array.from({ length: 300 }, () => Array.from({ length: D }, () => Math.floor(uniform() * 2)));
    for (const covarianceType of TYPES) {
      const fits = Array.from({ length: 6 }, (_, seed) =>
        GaussianMixture.fitSync(rows, { nComponents: 3, covarianceType, effort: EFFORTS[seed % 3], seed }),
      );
      for (const fit of fits) {
        expect(codesOf(fit)).not.toContain("SPURIOUS_COMPONENT");
        expect(twinsOf(fit)).toEqual([]);
      }
    }
  }
});

describe("components that would be the same", () => {
  test("are left, from a start of the caller's too", () => {
    const normal = normals(3);
    const rows = Array.from({ length: 200 }, (_, n) => [(n % 2) * 8 + normal(), normal()]);
    for (const covarianceType of TYPES) {
      const options = {
        nComponents: 2,
        covarianceType,
        init: {
          means: [
            [4, 0],
            [4, 0],
          ],
        },
      };
      const mixture = GaussianMixture.fitSync(rows, options);
      const labels = rows.map((_, n) => n % 2);
      expect(adjustedRandIndex(mixture.predict(rows), labels)).toBeGreaterThan(0.98);
    }
  });

  test("are one where there is nothing to tell two apart, and the other is empty, with a warning", () => {
    const two = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? [2, 3] : [5, 1]));
    for (const covarianceType of TYPES) {
      for (const nComponents of [3, 5]) {
        for (const effort of EFFORTS) {
          const mixture = GaussianMixture.fitSync(two, { nComponents, covarianceType, effort });
          expect(twinsOf(mixture)).toEqual([]);
          expect(codesOf(mixture)).toContain("EMPTY_COMPONENT");
          const [a, b] = mixture.predict(two);
          expect(a).not.toBe(b);
          const fewer = GaussianMixture.fitSync(two, { nComponents: 2, covarianceType, effort });
          expect(mixture.report!.logLikelihood).toBeGreaterThan(fewer.report!.logLikelihood - 1e-6);
        }
      }
    }
  });
});

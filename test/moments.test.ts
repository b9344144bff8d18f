// Moments of a whole mixture.
import { describe, expect, test } from "vitest";
import { GaussianMixture, moments } from "../src/index.ts";
import { worst } from "./support/compare.ts";
import { expectError } from "./support/errors.ts";
import { integral, logDensityAt } from "./support/integrals.ts";
import { randomMixture, TYPES } from "./support/problems.ts";
import { writtenOut } from "./support/reference.ts";

describe("the moments of a mixture", () => {
  for (const type of TYPES) {
    test(`are the means of the components' and of their squares: ${type}`, () => {
      for (const [D, K] of [
        [1, 1],
        [1, 4],
        [3, 2],
        [7, 5],
      ]) {
        const mixture = randomMixture({ D, K, type, seed: 10 * D + K });
        const { weights, means, covariances } = writtenOut(mixture);
        const mean = means[0].map((_, d) => weights.reduce((sum, w, k) => sum + w * means[k][d], 0));
        const second = mean.map((_, i) =>
          mean.map((_m, j) =>
            weights.reduce((sum, w, k) => sum + w * (covariances[k][i][j] + means[k][i] * means[k][j]), 0),
          ),
        );
        const covariance = second.flatMap((row, i) => row.map((value, j) => value - mean[i] * mean[j]));
        const found = moments(mixture);
        // sums of K terms up to some 100 in size
        expect(worst(found.mean, mean, () => 1)).toBeLessThan(1e-13);
        expect(worst(found.covariance, covariance, () => 1)).toBeLessThan(1e-12);
      }
    });
  }

  test("in one dimension are those of the density, integrated", () => {
    const mixture = GaussianMixture.fromParameters({
      weights: [0.2, 0.5, 0.3],
      means: [[-2], [1], [4]],
      covariances: [0.5, 1, 3],
      covarianceType: "spherical",
    });
    const plain = writtenOut(mixture);
    const log = logDensityAt(plain);
    const moment = (f: (x: number) => number): number => integral([plain], 2000, ([x]) => f(x) * Math.exp(log([x])));
    const mean = moment((x) => x);
    const variance = moment((x) => (x - mean) ** 2);
    const { mean: m, covariance, skewness, kurtosis } = moments(mixture);
    expect(m[0]).toBeCloseTo(mean, 12);
    expect(covariance[0]).toBeCloseTo(variance, 12);
    expect(skewness[0]).toBeCloseTo(moment((x) => (x - mean) ** 3) / variance ** 1.5, 12);
    expect(kurtosis[0]).toBeCloseTo(moment((x) => (x - mean) ** 4) / variance ** 2 - 3, 12);
  });

  test("of one component are its parameters, with neither skewness nor kurtosis", () => {
    for (const type of TYPES) {
      const mixture = randomMixture({ D: 3, K: 4, type, seed: 5 });
      const { means, covariances } = writtenOut(mixture);
      const { mean, covariance, skewness, kurtosis } = moments({ mixture, component: 2 });
      expect([...mean]).toEqual(means[2]);
      expect([...covariance]).toEqual(covariances[2].flat());
      expect([...skewness, ...kurtosis].map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });

  test("lose nothing to an offset, to a unit, or to weights that sum to 1 only nearly", () => {
    const at = (offset: number, unit: number, weights = [0.25, 0.75]): ReturnType<typeof moments> =>
      moments({ weights, means: [[offset], [offset + 3 * unit]], covariances: [[[unit ** 2]], [[2 * unit ** 2]]] });
    const plain = at(0, 1);
    const scale = 1 / 1024; // a power of two: exact
    for (const [offset, unit] of [
      [1e8, 1],
      [2 ** 40, 1],
      [0, 2 ** 200],
      [0, 2 ** -200],
    ]) {
      const moved = at(offset, unit);
      expect((moved.mean[0] - offset) / unit).toBe(plain.mean[0]);
      expect(moved.covariance[0] / unit / unit).toBe(plain.covariance[0]);
      expect(moved.skewness[0]).toBe(plain.skewness[0]);
      expect(moved.kurtosis[0]).toBe(plain.kurtosis[0]);
    }
    const rounded = at(1e8, scale, [0.25 - 2e-7, 0.75 - 6e-7]);
    expect(Math.abs(rounded.mean[0] - 1e8 - 2.25 * scale)).toBeLessThan(1e-7);
  });

  test("are numbers at the ends of the range, for components without weight, and for one far from the rest", () => {
    for (const weights of [
      [0, 1],
      [1e-12, 1 - 1e-12],
      [0.5, 0.5],
    ]) {
      const found = moments({
        weights,
        means: [
          [-1e70, 1e70],
          [1e70, 1e-70],
        ],
        covariances: [1e140, 1e-140],
        covarianceType: "spherical",
      });
      const numbers = [...found.mean, ...found.covariance, ...found.skewness, ...found.kurtosis];
      expect(numbers.every(Number.isFinite)).toBe(true);
    }
  });

  test("of what is no mixture, or has numbers too large or small, are errors", async () => {
    const plain = { weights: [0.5, 0.5], means: [[-1], [1]], covariances: [[[1]], [[1]]] };
    const far = { ...plain, means: [[-1], [1e71]] };
    await expectError(() => moments(far), RangeError, /^mixture: expected means up to 1e70 .* got 1e\+71 and 1; /);
    for (const variance of [1e-141, 1e141]) {
      const odd = { ...plain, covariances: [1, variance], covarianceType: "diag" } as const;
      await expectError(
        () => moments(odd),
        RangeError,
        /^mixture: expected .* variances from 1e-140 to 1e140, got 1 and/,
      );
    }
    await expectError(() => moments(undefined as never), TypeError, /^mixture: expected an object/);
    await expectError(
      () => moments({ mixture: plain, component: 2 }),
      RangeError,
      /^mixture\.component: .*0 to 1, got 2/,
    );
    await expectError(() => moments({ mixture: plain } as never), TypeError, /^mixture\.component: .*got undefined/);
    await expectError(() => moments({ mixture: plain, part: 1 } as never), TypeError, /^mixture: .*"part"/);
    await expectError(
      () => moments({ mixture: { ...plain, weights: [1, 1] }, component: 0 }),
      RangeError,
      /^mixture\.mixture\.weights: /,
    );
  });
});

// Every question to every valid mixture ends, with numbers, documented infinities or a typed error: never NaN.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  anomalyThreshold,
  GaussianMixture,
  highestDensityRegion,
  quantile,
  regression,
  toMclust,
  toScikitLearn,
} from "../../src/index.ts";
import { rootBetween } from "../../src/model/roots.ts";
import { expectError } from "../support/errors.ts";
import { lineMixture, massOf } from "../support/mixtures.ts";

const ASKS = fileURLToPath(new URL("../support/hostile-answers.mjs", import.meta.url));

describe("hostile mixtures", () => {
  const { GAUSSMIX_SEED: seed = "20261130", GAUSSMIX_RUNS: times = "1" } = process.env;
  test("answer every question", () => {
    // in a process of its own, which can be ended should a call not return
    const { stdout, signal, stderr } = spawnSync(process.execPath, [ASKS, seed, String(500 * Number(times))], {
      encoding: "utf8",
      timeout: 110_000 * Number(times),
      maxBuffer: 2 ** 26,
    });
    const lines = stdout.trim().split("\n");
    expect({ signal, stderr, last: lines.at(-1) }).toEqual({ signal: null, stderr: "", last: "done" });
    expect(lines.filter((text) => !text.startsWith("asks "))).toEqual(["done"]);
  });
});

describe("two clusters", () => {
  test("however far apart, have the region of one of them twice", () => {
    const { threshold: one, intervals: alone = [] } = highestDensityRegion(lineMixture([1], [0], [1]), { mass: 0.9 });
    for (const apart of [100, 5000, 1e8, 1e12]) {
      const both = highestDensityRegion(lineMixture([0.5, 0.5], [0, apart], [1, 1]), { mass: 0.9 });
      // an end is known to some roundings of its place, and the log-density falls by 1.6 a standard deviation there
      const lost = 1e-12 + 8 * Number.EPSILON * apart;
      expect(Math.abs(both.threshold - (one - Math.LN2))).toBeLessThan(2 * lost);
      const ends = [...alone, ...Array.from(alone, (end) => end + apart)];
      expect(both.intervals?.length).toBe(4);
      ends.forEach((end, i) => {
        expect(Math.abs((both.intervals?.[i] ?? Number.NaN) - end)).toBeLessThan(lost);
      });
    }
    for (const apart of [1e150, 1e300, 1.7e308]) {
      const { threshold } = anomalyThreshold(lineMixture([0.5, 0.5], [-apart, apart], [1, 1e-150]), { level: 0.01 });
      expect(Number.isFinite(threshold)).toBe(true);
    }
  });

  test("of other sizes have exact masses", () => {
    for (const [ratio, apart] of [
      [1e-3, 5000],
      [1e-9, 1e5],
      [1e6, 1e9],
    ]) {
      const mixture = lineMixture([0.3, 0.7], [0, apart], [1, ratio]);
      for (const mass of [0.2, 0.5, 0.9, 0.999]) {
        const { intervals = new Float64Array(0) } = highestDensityRegion(mixture, { mass });
        const inside = massOf(mixture, intervals);
        // an end is known to some roundings of its place
        expect(Math.abs(inside - mass)).toBeLessThan(1e-12 + (8 * Number.EPSILON * apart) / Math.min(1, ratio));
      }
    }
  });

  test("hundreds of components, alike or not, take a moment", () => {
    const K = 300;
    const comb = lineMixture(
      Array(K).fill(1 / K),
      Array.from({ length: K }, (_, k) => k * k),
      Array.from({ length: K }, (_, k) => 1 + (k % 7)),
    );
    const { intervals = new Float64Array(0) } = highestDensityRegion(comb, { mass: 0.6 });
    const inside = massOf(comb, intervals);
    expect(inside).toBeCloseTo(0.6, 10);
    const alike = lineMixture(Array(K).fill(1 / K), Array(K).fill(5), Array(K).fill(2));
    expect(highestDensityRegion(alike, { mass: 0.95 }).intervals?.[0]).toBeCloseTo(5 - 2 * 1.959963984540054, 10);
  });
});

describe("searches", () => {
  test("take a bounded number of steps, whatever the function and the bracket", () => {
    const functions: readonly ((x: number) => number)[] = [
      (x) => (x < 1e-300 ? -1 : 1),
      (x) => (x < 3 ? -Infinity : 1e-300),
      (x) => x ** 9 + (x < 0 ? -1e-9 : 1e-9),
      (x) => Math.atan(x * 1e200),
      () => 1,
      () => Number.NaN,
    ];
    for (const f of functions) {
      for (const size of [1, 1e150, 1.7e308]) {
        let calls = 0;
        const counted = (x: number): number => {
          calls++;
          return f(x);
        };
        expect(Math.abs(rootBetween(counted, -size, size))).toBeLessThanOrEqual(size);
        expect(calls).toBeLessThan(2300);
      }
    }
  });

  test("quantiles between means at the ends of the numbers", () => {
    const found = quantile(lineMixture([0.5, 0.5], [-1.7e308, 1.7e308], [1, 1]), [0.25, 0.75]);
    expect([...found]).toEqual([-1.7e308, 1.7e308]);
  });
});

describe("never NaN", () => {
  test("covariances given inputs, where means lie beyond 1e154", async () => {
    const at = (mean: number): GaussianMixture =>
      GaussianMixture.fromParameters({
        ...{ weights: [0.5, 0.5], covariances: [1, 1], covarianceType: "spherical" },
        means: [
          [0, 0],
          [100, mean],
        ],
      });
    // the other component has weight exp(-5000), then exp(-12.5) and so on
    expect([...regression(at(1e200), { inputs: [0] }).covariance([[0]])]).toEqual([1]);
    await expectError(
      () => regression(at(1e200), { inputs: [0] }).covariance([[0], [50]]),
      "NOT_FINITE",
      /finite covariances, got an overflow in row 1/,
    );
    // weight 1e-261 at 30: exp(50² - …), times 1e400: too much for m² alone
    const [variance] = regression(at(1e200), { inputs: [0] }).covariance([[44]]);
    expect(variance / (1e200 * Math.exp(-600) * 1e200)).toBeCloseTo(1, 10);
  });

  test("precisions and other libraries' figures of tiny variances", async () => {
    const narrow = GaussianMixture.fromParameters({
      ...{ weights: [1], means: [[0, 0]], covarianceType: "diag" },
      covariances: [[1e-310, 1e300]],
    });
    await expectError(() => narrow.precisions, "NOT_FINITE", /^mixture: expected covariances with finite inverses/);
    await expectError(() => toScikitLearn(narrow), "NOT_FINITE", /finite inverses/);
    const flat = GaussianMixture.fromParameters({
      ...{ weights: [1], means: [[0, 0, 0]], covarianceType: "diag" },
      covariances: [[1e-310, 1e-310, 1e308]],
    });
    await expectError(() => toMclust(flat), "NOT_FINITE", /finite ratios/);
  });
});

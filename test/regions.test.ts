// Highest-density regions and anomaly thresholds: exact on a line, within their stated error beyond.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  anomalyThreshold,
  cdf,
  GaussianMixture,
  highestDensityRegion,
  isAnomaly,
  marginal,
  uncertainty,
} from "../src/index.ts";
import { any, expectError } from "./support/errors.ts";
import { lineMixture, massOf } from "./support/mixtures.ts";
import { normals, randomMixture, runs, TYPES } from "./support/problems.ts";

describe("over one column, a highest-density region", () => {
  test("of one normal is the interval of the tables", () => {
    const { intervals, threshold, level, standardError, method } = highestDensityRegion(lineMixture([1], [3], [2]), {
      mass: 0.95,
    });
    // Φ⁻¹(0.975) = 1.959963984540054
    expect(intervals?.length).toBe(2);
    expect(intervals?.[0]).toBeCloseTo(3 - 2 * 1.959963984540054, 13);
    expect(intervals?.[1]).toBeCloseTo(3 + 2 * 1.959963984540054, 13);
    expect(threshold).toBeCloseTo(-0.5 * Math.log(2 * Math.PI * 4) - 1.959963984540054 ** 2 / 2, 13);
    expect([level, standardError, method]).toEqual([1 - 0.95, 0, "exact"]);
  });

  test("holds its mass, ends at the threshold, and holds no point below it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...TYPES),
        fc.integer({ min: 0, max: 2 ** 30 }),
        fc.constantFrom(1e-6, 0.02, 0.5, 0.9, 0.99, 1 - 1e-9),
        (K, type, seed, mass) => {
          const mixture = randomMixture({ D: 1, K, type, seed });
          const { intervals = new Float64Array(0), threshold } = highestDensityRegion(mixture, { mass });
          // near a peak mass² grows like top - threshold, so what rounding moves the threshold by counts over the mass
          expect(Math.abs(massOf(mixture, intervals) - mass)).toBeLessThan(1e-13 + (10 * Number.EPSILON) / mass);
          const ends = mixture.scoreSamples(intervals);
          expect(Math.max(...ends.map((end) => Math.abs(end - threshold)))).toBeLessThan(
            1e-12 * (1 + Math.abs(threshold)),
          );
          const grid = Float64Array.from({ length: 2000 }, (_, i) => -20 + i / 50);
          const wrong = mixture.scoreSamples(grid).filter((log, i) => {
            const inside = intervals.filter((end) => end < grid[i]).length % 2 === 1;
            return Math.abs(log - threshold) > 1e-9 && inside !== log > threshold;
          });
          expect(wrong.length).toBe(0);
        },
      ),
      runs(40),
    );
  });

  test("of next to no mass is empty, with the highest density as its threshold", () => {
    const { intervals, threshold } = highestDensityRegion(lineMixture([1], [0], [1]), { mass: 1e-20 });
    expect(intervals?.length).toBe(0);
    expect(threshold).toBeCloseTo(-0.5 * Math.log(2 * Math.PI), 14);
  });

  test("has as many intervals as the density has peaks above the threshold", () => {
    const peaks = lineMixture([0.2, 0.3, 0.1, 0.4], [-10, 0, 6, 30], [1, 0.1, 2, 1e-3]);
    expect(highestDensityRegion(peaks, { mass: 0.3 }).intervals?.length).toBe(2);
    expect(highestDensityRegion(peaks, { mass: 0.69 }).intervals?.length).toBe(4);
    expect(highestDensityRegion(peaks, { mass: 0.95 }).intervals?.length).toBe(8);
    // a narrow peak on a broad hill
    const hill = lineMixture([0.95, 0.05], [0, 2], [1, 0.001]);
    const { intervals = new Float64Array(0) } = highestDensityRegion(hill, { mass: 0.5 });
    expect(intervals.length).toBe(4);
    expect(massOf(hill, intervals)).toBeCloseTo(0.5, 13);
  });

  test("is found where the density is flat: two normals two sigmas apart, combs that are even to 8 digits and to all", () => {
    const comb = (step: number): GaussianMixture => {
      const K = 40;
      const means = Array.from({ length: K }, (_, k) => step * k);
      return lineMixture(Array(K).fill(1 / K), means, Array(K).fill(1));
    };
    const cases = [
      [lineMixture([0.5, 0.5], [-1, 1], [1, 1]), [0.1, 0.5, 0.9]],
      [comb(1), [0.1, 0.5, 0.9]],
      [comb(0.5), [0.9]],
    ] as const;
    for (const [mixture, masses] of cases) {
      for (const mass of masses) {
        const { intervals = new Float64Array(0), threshold } = highestDensityRegion(mixture, { mass });
        expect(massOf(mixture, intervals)).toBeCloseTo(mass, 7);
        const ends = mixture.scoreSamples(intervals);
        expect(Math.max(...ends.map((end) => Math.abs(end - threshold)))).toBeLessThan(1e-13);
      }
    }
    // no threshold in 64 bits tells the points of the plateau apart: it comes to an end
    const { threshold } = highestDensityRegion(comb(0.5), { mass: 0.1 });
    expect(threshold).toBeCloseTo(Math.log(2 / 40), 12);
  });

  test("moves and stretches with the mixture, over 300 orders of magnitude", () => {
    const [weights, means, sigmas] = [
      [0.3, 0.7],
      [-2, 3],
      [1, 0.5],
    ];
    const { intervals = new Float64Array(0), threshold } = highestDensityRegion(lineMixture(weights, means, sigmas), {
      mass: 0.9,
    });
    for (const [scale, shift] of [
      [1e-140, 0],
      [1e140, 0],
      [1e-3, 1e3],
      [1, 1e8],
    ]) {
      const moved = lineMixture(
        weights,
        means.map((m) => m * scale + shift),
        sigmas.map((s) => s * scale),
      );
      const region = highestDensityRegion(moved, { mass: 0.9 });
      // the rounding of the means is all that is lost
      const lost = 1e-12 + (4 * Number.EPSILON * shift) / scale;
      intervals.forEach((end, i) => {
        expect(Math.abs(((region.intervals?.[i] ?? Number.NaN) - shift) / scale - end)).toBeLessThan(lost);
      });
      expect(Math.abs(region.threshold + Math.log(scale) - threshold)).toBeLessThan(1e-11 + lost);
    }
  });
});

/** Share of n fresh rows of a mixture that are flagged. */
function flagged(mixture: GaussianMixture, region: Parameters<typeof isAnomaly>[2], n: number, seed: number): number {
  return isAnomaly(mixture, mixture.sample(n, { seed }), region).reduce((sum, one) => sum + one, 0) / n;
}

describe("a threshold of level a flags a", () => {
  const n = 1_000_000;
  const cases = [
    ["one column", randomMixture({ D: 1, K: 4, type: "full", seed: 3 }), "exact"],
    ["one component in six columns", randomMixture({ D: 6, K: 1, type: "full", seed: 4 }), "exact"],
    ["five components in three columns", randomMixture({ D: 3, K: 5, type: "full", seed: 5 }), "monte-carlo"],
  ] as const;
  for (const [name, mixture, method] of cases) {
    test(`within its stated error: ${name}`, () => {
      for (const level of [0.05, 0.001]) {
        const alarm = anomalyThreshold(mixture, { level, seed: 8 });
        expect(alarm.method).toBe(method);
        expect(alarm.level).toBeLessThanOrEqual(level);
        expect(alarm.level).toBeGreaterThan(level * 0.999);
        // four standard errors: the stated one and that of the fresh rows
        const error = Math.hypot(alarm.standardError, Math.sqrt((level * (1 - level)) / n));
        expect(Math.abs(flagged(mixture, alarm, n, 9) - alarm.level)).toBeLessThan(4 * error);
      }
    });
  }

  test("and its stated error is the spread over seeds", () => {
    const mixture = randomMixture({ D: 2, K: 2, type: "diag", seed: 6 });
    const rates = Array.from({ length: 30 }, (_, seed) => {
      const alarm = anomalyThreshold(mixture, { level: 0.1, nSamples: 2000, seed: seed + 100 });
      expect(alarm.standardError).toBeCloseTo(Math.sqrt((0.1 * 0.9) / 2000), 4);
      return flagged(mixture, alarm, 50000, 1);
    });
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    const spread = Math.sqrt(rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (rates.length - 1));
    // chi-squared with 29 degrees: between 0.67 and 1.41 of the truth but for 1 in 1000 on each side
    expect(spread / 0.0067).toBeGreaterThan(0.67);
    expect(spread / 0.0067).toBeLessThan(1.41);
  });

  test("on given rows whatever the mixture: as many of a wrong model's own rows would not do", () => {
    // uniform rows under a normal model
    const model = GaussianMixture.fromParameters({
      weights: [1],
      means: [[0, 0]],
      covariances: [1],
      covarianceType: "spherical",
    });
    const normal = normals(4);
    const rows = (count: number): { data: Float64Array; shape: [number, number] } => ({
      data: Float64Array.from({ length: 2 * count }, () => 3 * normal() ** 3),
      shape: [count, 2],
    });
    const level = 0.02;
    const alarm = anomalyThreshold(model, { level, data: rows(20000) });
    expect(alarm.method).toBe("empirical");
    const fresh = rows(50000);
    const rate = isAnomaly(model, fresh, alarm).reduce((sum, one) => sum + one, 0) / 50000;
    expect(Math.abs(rate - level)).toBeLessThan(
      4 * Math.hypot(alarm.standardError, Math.sqrt((level * (1 - level)) / 50000)),
    );
    const wrong =
      isAnomaly(model, fresh, anomalyThreshold(model, { level })).reduce((sum, one) => sum + one, 0) / 50000;
    expect(wrong).toBeGreaterThan(10 * level);
  });

  test("ranks rows as split conformal prediction does: floor(level (N + 1))", () => {
    const model = lineMixture([1], [0], [1]);
    const data = Float64Array.from({ length: 99 }, (_, i) => i / 10);
    const alarm = anomalyThreshold(model, { level: 0.05, data });
    expect(alarm.threshold).toBe(model.scoreSamples([[9.4]])[0]);
    expect(alarm.level).toBe(0.05);
    expect([...isAnomaly(model, [[9.4], [9.5]], alarm)]).toEqual([0, 1]);
  });
});

describe("exact thresholds", () => {
  test("of one component in one column are the same by either way", () => {
    const line = lineMixture([1], [2], [3]);
    const alarm = anomalyThreshold(line, { level: 1e-6 });
    const [density] = line.scoreSamples([alarm.intervals?.[1] ?? Number.NaN].map((x) => [x]));
    expect(density).toBeCloseTo(alarm.threshold, 12);
    // z with P(|z| > 4.891638475698903) = 1e-6
    expect(alarm.intervals?.[1]).toBeCloseTo(2 + 3 * 4.891638475698903, 11);
  });

  test("keep their meaning at tiny levels", () => {
    const mixture = marginal(randomMixture({ D: 2, K: 3, type: "full", seed: 1 }), [0]);
    for (const level of [1e-6, 1e-12, 1e-30]) {
      const { intervals = new Float64Array(0) } = anomalyThreshold(mixture, { level });
      const outside =
        cdf(mixture, intervals[0])[0] + cdf(mixture, intervals[intervals.length - 1], { tail: "upper" })[0];
      expect(intervals.length).toBe(2);
      expect(outside / level).toBeCloseTo(1, 9);
    }
  });
});

describe("uncertainty", () => {
  test("is 1 minus the largest responsibility", () => {
    const mixture = randomMixture({ D: 2, K: 4, type: "full", seed: 2 });
    const rows = mixture.sample(200, { seed: 1 });
    const responsibilities = mixture.predictProba(rows);
    uncertainty(mixture, rows).forEach((u, n) => {
      expect(Math.abs(u - (1 - Math.max(...responsibilities.subarray(4 * n, 4 * n + 4))))).toBeLessThan(
        4 * Number.EPSILON,
      );
    });
  });

  test("keeps its digits where it is small, and is 1 - 1 / K where no component gives any density", () => {
    const pair = lineMixture([0.5, 0.5], [-10, 10], [1, 1]);
    // odds of exp(-20 x)
    uncertainty(pair, [[1], [5], [20]]).forEach((u, n) => {
      expect(u / Math.exp(-20 * [1, 5, 20][n])).toBeCloseTo(1, 8);
    });
    expect([...uncertainty(pair, [[0], [1e200]])]).toEqual([0.5, 0.5]);
    expect([...uncertainty(lineMixture([1], [0], [1]), [[3]])]).toEqual([0]);
  });
});

describe("bad input", () => {
  const plane = randomMixture({ D: 2, K: 2, type: "full", seed: 1 });

  test("is refused with what was expected", async () => {
    await expectError(
      () => highestDensityRegion(plane, { mass: 1 }),
      RangeError,
      /mass: expected a number between 0 and 1, got 1/,
    );
    await expectError(() => highestDensityRegion(plane, any({})), TypeError, /mass: .*got undefined/);
    await expectError(() => highestDensityRegion(plane, any({ level: 0.1 })), TypeError, /options: .*got "level"/);
    await expectError(() => anomalyThreshold(plane, { level: Number.NaN }), RangeError, /level: .*got NaN/);
    await expectError(() => anomalyThreshold(plane, any({ level: "0.1" })), TypeError, /level: .*got "0.1"/);
    await expectError(
      () => anomalyThreshold(plane, { level: 0.001, nSamples: 500 }),
      RangeError,
      /nSamples: expected 10000 rows or more/,
    );
    await expectError(
      () => anomalyThreshold(plane, { level: 0.1, nSamples: 0.5 }),
      RangeError,
      /nSamples: expected an integer/,
    );
    await expectError(
      () => anomalyThreshold(plane, { level: 0.1, seed: 0.5 }),
      RangeError,
      /seed: expected an integer/,
    );
    await expectError(
      () => anomalyThreshold(plane, { level: 0.01, data: [[1, 2]] }),
      RangeError,
      /data: expected 100 rows or more/,
    );
    await expectError(() => highestDensityRegion(plane, { mass: 1e-5 }), RangeError, /nSamples: expected 100000. rows/);
    await expectError(() => uncertainty(any({}), [[1, 2]]), TypeError, /mixture: expected a Mixture/);
    await expectError(() => isAnomaly(any({}), [[1, 2]], { threshold: 0 }), TypeError, /mixture: expected/);
    await expectError(() => anomalyThreshold(any(7), { level: 0.1 }), TypeError, /mixture: expected a Mixture/);
    await expectError(() => isAnomaly(plane, [[1, 2]], any(undefined)), TypeError, /region/);
  });
});

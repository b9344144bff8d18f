// Mixtures over one column: shares, quantiles, goodness of fit.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cdf, GaussianMixture, marginal, quantile } from "../src/index.ts";
import { fixture } from "./support/datasets.ts";
import { any, expectError } from "./support/errors.ts";
import { lineMixture } from "./support/mixtures.ts";
import { randomMixture, runs, TYPES, uniforms } from "./support/problems.ts";

interface Figures {
  readonly mixture: {
    readonly weights: readonly number[];
    readonly means: readonly number[];
    readonly sigmas: readonly number[];
    readonly x: readonly number[];
    readonly tails: readonly (readonly [lower: number, upper: number])[];
  };
}

const figures = (JSON.parse(fixture("distributions.json")) as Figures).mixture;
const standard = lineMixture([1], [0], [1]);
const reference = lineMixture(figures.weights, figures.means, figures.sigmas);

/** Standard deviation of the whole mixture: the scale of x. */
function spread(mixture: GaussianMixture): number {
  const { weights, means, covariances } = mixture;
  const mean = weights.reduce((sum, w, k) => sum + w * means[k], 0);
  return Math.sqrt(
    weights.reduce((sum, w, k) => sum + w * (covariances[k % covariances.length] + (means[k] - mean) ** 2), 0),
  );
}

describe("cdf", () => {
  test("has the digits of 60-digit arithmetic in both tails", () => {
    const x = [...figures.x];
    const lower = cdf(reference, x);
    const upper = cdf(reference, x, { tail: "upper" });
    figures.tails.forEach(([below, above], i) => {
      // 3 eps for the tail, z² eps for the rounding of z = (x - mean) / sigma; the nearest component decides
      const z = Math.min(...figures.means.map((m, k) => Math.abs(x[i] - m) / figures.sigmas[k]));
      const bound = (6 + 2 * z * z) * Number.EPSILON;
      expect(Math.abs(lower[i] / below - 1), `x = ${x[i]}`).toBeLessThan(bound);
      expect(Math.abs(upper[i] / above - 1), `x = ${x[i]}`).toBeLessThan(bound);
    });
  });

  test("is 0 and 1 at the ends, and the tails add up to 1", () => {
    expect(Array.from(cdf(reference, [-Infinity, Infinity]))).toEqual([0, 1]);
    expect(Array.from(cdf(reference, [-Infinity, Infinity], { tail: "upper" }))).toEqual([1, 0]);
    const x = Array.from({ length: 400 }, (_, i) => -40 + 0.2 * i);
    const upper = cdf(reference, x, { tail: "upper" });
    const sums = cdf(reference, x).map((p, i) => p + upper[i]);
    expect(Math.max(...sums.map((sum) => Math.abs(sum - 1)))).toBeLessThan(4 * Number.EPSILON);
  });

  test("is the integral of the density, for every covariance type", () => {
    for (const covarianceType of TYPES) {
      const covariances = { full: [[[2]], [[0.25]]], tied: [[0.7]], diag: [[2], [0.25]], spherical: [2, 0.25] }[
        covarianceType
      ];
      const mixture = GaussianMixture.fromParameters({
        weights: [0.3, 0.7],
        means: [[0], [3]],
        covariances,
        covarianceType,
      });
      // Simpson's rule with steps of 1/512 over a density that is smooth on a scale of 1/2
      const at = (x: number): number => Math.exp(mixture.scoreSamples([[x]])[0]);
      const [from, to, steps] = [-1, 4, 2560];
      let sum = at(from) + at(to);
      for (let i = 1; i < steps; i++) sum += (i % 2 ? 4 : 2) * at(from + ((to - from) * i) / steps);
      const [below, above] = cdf(mixture, [from, to]);
      expect(Math.abs((sum * (to - from)) / steps / 3 - (above - below))).toBeLessThan(1e-11);
    }
  });

  test("divides by the sum of weights that were rounded in a file", () => {
    const rounded = lineMixture([0.3333333, 0.6666666], [0, 5], [1, 1]);
    expect(cdf(rounded, Infinity)[0]).toBe(1);
    expect(quantile(rounded, 1 - 1e-8)[0]).toBeGreaterThan(9);
  });

  test("does not depend on how many points come at once, or in what kind of list", () => {
    const x = Float64Array.from({ length: 40001 }, (_, i) => -30 + i / 800);
    const all = cdf(reference, x);
    for (const i of [0, 1, 16383, 16384, 16385, 40000]) expect(cdf(reference, x[i])[0]).toBe(all[i]);
    expect(cdf(reference, new Float32Array([0.5, 2]))).toEqual(cdf(reference, [0.5, 2]));
    expect(cdf(reference, [])).toEqual(new Float64Array(0));
    expect(x[7]).toBe(-30 + 7 / 800);
  });
});

describe("quantile", () => {
  /** |quantile(cdf(x)) - x| in standard deviations of the mixture, from the tail that keeps the digits. */
  function roundTrip(mixture: GaussianMixture, x: readonly number[]): number {
    const lower = cdf(mixture, x);
    const upper = cdf(mixture, x, { tail: "upper" });
    const fromBelow = quantile(mixture, lower);
    const fromAbove = quantile(mixture, upper, { tail: "upper" });
    const scale = spread(mixture);
    return Math.max(...x.map((at, i) => Math.abs((lower[i] < 0.5 ? fromBelow[i] : fromAbove[i]) - at) / scale));
  }

  test("takes cdf back to 1e-10 in the bulk", () => {
    const z = Array.from({ length: 2001 }, (_, i) => -5 + i / 200);
    expect(roundTrip(standard, z)).toBeLessThan(1e-10);
    expect(roundTrip(reference, z)).toBeLessThan(1e-10);
    // from one tail alone as far as 1 - p has digits
    const back = quantile(standard, cdf(standard, z));
    expect(Math.max(...back.map((x, i) => Math.abs(x - z[i])))).toBeLessThan(1e-10);
  });

  test("takes cdf back to 1e-8 in the tails, down to 1e-300", () => {
    const far = Array.from({ length: 500 }, (_, i) => 5 + (32 * i) / 500);
    const both = [...far, ...far.map((z) => -z)];
    expect(cdf(standard, -37)[0]).toBeLessThan(1e-299);
    expect(roundTrip(standard, both)).toBeLessThan(1e-8);
    expect(
      roundTrip(
        reference,
        far.map((z) => 9 + z / 2),
      ),
    ).toBeLessThan(1e-8);
    expect(
      roundTrip(
        reference,
        far.map((z) => -20 - 3 * z),
      ),
    ).toBeLessThan(1e-8);
  });

  test("of random mixtures takes cdf back where the density says that it can", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer(), fc.constantFrom(...TYPES), (K, seed, type) => {
        const mixture = randomMixture({ D: 1, K, type, seed });
        const random = uniforms(seed);
        const x = Array.from({ length: 40 }, () => 20 * random() - 10);
        const lower = cdf(mixture, x);
        const upper = cdf(mixture, x, { tail: "upper" });
        const density = mixture.scoreSamples(new Float64Array(x));
        const back = quantile(mixture, lower);
        const backAbove = quantile(mixture, upper, { tail: "upper" });
        x.forEach((at, i) => {
          const share = Math.min(lower[i], upper[i]);
          const error = Math.abs((lower[i] < 0.5 ? back[i] : backAbove[i]) - at);
          // what an error of (K + 6 + z²) eps in the share is in x; z < 100
          expect(error).toBeLessThan(1e-12 + (1e4 * Number.EPSILON * share) / Math.exp(density[i]));
        });
      }),
      runs(100),
    );
  });

  test("is infinite at 0 and 1, the mean in the middle of one normal, and rises with p", () => {
    expect(Array.from(quantile(reference, [0, 1]))).toEqual([-Infinity, Infinity]);
    expect(Array.from(quantile(reference, [0, 1], { tail: "upper" }))).toEqual([Infinity, -Infinity]);
    expect(quantile(lineMixture([1], [7.25], [3]), 0.5)[0]).toBe(7.25);
    const p = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);
    const x = quantile(reference, p);
    for (let i = 1; i < x.length; i++) expect(x[i]).toBeGreaterThan(x[i - 1]);
  });

  test("finds the tables' values", () => {
    const table: readonly (readonly [number, number])[] = [
      // scipy.stats.norm.ppf, 1.17.1
      [0.975, 1.959963984540054],
      [0.9, 1.2815515655446004],
      [1e-10, -6.361340902404056],
      [1e-300, -37.0470962993612],
    ];
    for (const [p, z] of table) expect(Math.abs(quantile(standard, p)[0] / z - 1), `p = ${p}`).toBeLessThan(1e-15);
    // the smallest denormal stands for shares from half of it to half as much again
    expect(Math.abs(quantile(standard, 5e-324)[0] + 38.4674)).toBeLessThan(0.02);
  });

  test("comes to an end in gaps without density and with scales far apart", () => {
    const gap = lineMixture([0.5, 0.5], [0, 1e6], [1, 1]);
    const [half] = quantile(gap, 0.5);
    expect(half).toBeGreaterThan(5);
    expect(half).toBeLessThan(1e6 - 5);
    const scales = lineMixture([0.5, 0.5], [0, 0], [1e-140, 1e140]);
    for (const p of [0.3, 0.5, 0.7]) {
      const [x] = quantile(scales, p);
      expect(Math.abs(cdf(scales, x)[0] - p)).toBeLessThan(1e-14);
    }
    const unused = lineMixture([1, 0], [0, 1e9], [1, 1]);
    expect(quantile(unused, 0.975)[0]).toBe(quantile(standard, 0.975)[0]);
  });
});

describe("samples", () => {
  test("pass Kolmogorov and Smirnov's test, for every covariance type", () => {
    for (const covarianceType of TYPES) {
      for (const seed of [1, 2, 3]) {
        const whole = randomMixture({ D: 3, K: 4, type: covarianceType, seed });
        const mixture = marginal(whole, [1]);
        const n = 20000;
        const { data } = whole.sample(n, { seed });
        const sorted = Float64Array.from({ length: n }, (_, i) => data[3 * i + 1]).sort();
        const shares = cdf(mixture, sorted);
        const distance = Math.max(...shares.map((p, i) => Math.max((i + 1) / n - p, p - i / n)));
        // asymptotically, P(sqrt(n) distance > 1.95) = 1e-3 (Kolmogorov 1933); 12 fixed seeds
        expect(Math.sqrt(n) * distance, `${covarianceType}, seed ${seed}`).toBeLessThan(1.95);
        // and they are not too regular to be random: P(< 0.36) = 5e-4
        expect(Math.sqrt(n) * distance).toBeGreaterThan(0.36);
      }
    }
  });

  test("fall evenly between quantiles (chi-squared)", () => {
    const n = 100000;
    const cells = 50;
    const ends = quantile(
      reference,
      Array.from({ length: cells - 1 }, (_, i) => (i + 1) / cells),
    );
    for (const seed of [4, 5, 6]) {
      const counts = new Float64Array(cells);
      const sorted = reference.sample(n, { seed }).data.sort();
      let cell = 0;
      for (const x of sorted) {
        while (cell < cells - 1 && ends[cell] < x) cell++;
        counts[cell]++;
      }
      const statistic = counts.reduce((sum, count) => sum + (count - n / cells) ** 2 / (n / cells), 0);
      // 49 degrees of freedom: 85.35 is exceeded with probability 1e-3, 23.98 with 1 - 1e-3
      expect(statistic).toBeLessThan(85.35);
      expect(statistic).toBeGreaterThan(23.98);
    }
  });
});

describe("bad input", () => {
  const plane = randomMixture({ D: 2, K: 2, type: "full", seed: 1 });

  test("is refused with what was expected", async () => {
    await expectError(() => cdf(plane, [0]), RangeError, /one column, got 2; take marginal/);
    await expectError(() => cdf(any({}), [0]), TypeError, /mixture: expected a Mixture/);
    await expectError(() => cdf(standard, [0, Number.NaN]), RangeError, /x: expected numbers .*got NaN/);
    await expectError(() => cdf(standard, any("0")), TypeError, /x: expected numbers .*got "0"/);
    await expectError(() => cdf(standard, any(["0"])), TypeError, /x: expected a number at index 0/);
    await expectError(() => cdf(standard, 0, any({ tails: "upper" })), TypeError, /did you mean "tail"/);
    await expectError(() => cdf(standard, 0, { tail: any("uper") }), RangeError, /did you mean "upper"/);
    await expectError(() => quantile(standard, [0.5, 1.5]), RangeError, /p: expected numbers from 0 to 1, got 1.5/);
    await expectError(() => quantile(standard, -0.1), RangeError, /got -0.1/);
    await expectError(() => quantile(standard, any(undefined)), TypeError, /p: expected numbers .*got undefined/);
  });
});

// Overlap of components and of mixtures.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withArena } from "../src/engine/arena.ts";
import { type Estimate, GaussianMixture, overlap, overlapCoefficient } from "../src/index.ts";
import { fixture } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { integral, logDensityAt } from "./support/integrals.ts";
import { normals, randomMixture, runs, TYPES } from "./support/problems.ts";
import type { PlainMixture } from "./support/reference.ts";

/** By tools/reference/divergences.py: misclassification probabilities of q's components by Imhof's integral, and more. */
const { cases } = JSON.parse(fixture("divergences.json")) as {
  readonly cases: {
    readonly p: PlainMixture;
    readonly q: PlainMixture;
    readonly overlap: readonly [number, number];
    readonly omegaOfQ: readonly (readonly number[])[];
  }[];
};

/** Φ(x), by the kernel that test/normal.test.ts measures. */
const cdf = (x: number): number => withArena(({ kernels }) => kernels.normalTail(-x));

/** See test/divergence.test.ts. */
const MOST_ERRORS = 4.5;

function expectNear({ value, standardError }: Estimate, expected: number, error = 0): void {
  expect(Math.abs(value - expected) / Math.hypot(standardError, error)).toBeLessThan(MOST_ERRORS);
}

/** Φ from 40 digits (mpmath 1.4.1), rounded. */
const PHI = [
  [-37.5, 4.605353009581955e-308],
  [-20, 2.7536241186062337e-89],
  [-10, 7.619853024160525e-24],
  [-6, 9.86587645037698e-10],
  [-5, 2.866515718791939e-7],
  [-4, 3.1671241833119924e-5],
  [-3, 0.0013498980316300946],
  [-2.75, 0.002979763235054557],
  [-2.5000000000000004, 0.006209665325776127],
  [-2.5, 0.006209665325776135],
  [-2.25, 0.012224472655044703],
  [-2, 0.02275013194817921],
  [-1.5, 0.06680720126885807],
  [-1, 0.15865525393145705],
  [-0.5, 0.3085375387259869],
  [-0.0009765625, 0.4996104079912195],
  [0, 0.5],
  [0.25, 0.5987063256829237],
  [1, 0.8413447460685429],
  [2, 0.9772498680518208],
  [2.5, 0.9937903346742238],
  [3, 0.9986501019683699],
  [5, 0.9999997133484281],
  [9, 1],
] as const;

describe("the normal distribution function", () => {
  test("is right to 5e-16, and in the lower tail to 1e-13 of itself", () => {
    for (const [x, phi] of PHI) {
      expect(Math.abs(cdf(x) - phi), `Φ(${x})`).toBeLessThan(5e-16);
      expect(Math.abs(cdf(x) / phi - 1), `Φ(${x})`).toBeLessThan(1e-13);
    }
  });

  test("rises from 0 to 1, through 1/2, the same from either side", () => {
    expect([-Infinity, -40, 0, 40, Infinity].map(cdf)).toEqual([0, 0, 0.5, 1, 1]);
    let before = 0;
    for (let x = -9; x <= 9; x += 0.01) {
      const now = cdf(x);
      // neighbours lie 1e-20 to 4e-3 apart, so only rounding could turn them round where Φ is near 1
      expect(now).toBeGreaterThanOrEqual(before - 2 * Number.EPSILON * now);
      expect(Math.abs(now + cdf(-x) - 1)).toBeLessThan(3 * Number.EPSILON);
      before = now;
    }
  });
});

describe("misclassification", () => {
  test("of equal covariances is Φ(-d/2 + log-odds / d), exactly", () => {
    for (const type of TYPES) {
      const covariance = { full: [4, 1, 1, 2], tied: [4, 1, 1, 2], diag: [4, 2], spherical: [3] }[type];
      const weights = [0.2, 0.8];
      const means = [
        [1, 2],
        [2, 5],
      ];
      const covariances = type === "tied" ? covariance : [...covariance, ...covariance];
      const mixture = GaussianMixture.fromParameters({ weights, means, covariances, covarianceType: type });
      const d = mixture.mahalanobis([means[0]])[1];
      const { probabilities, standardErrors, mean, max } = overlap(mixture, { nSamples: 2 });
      const log = Math.log(weights[1] / weights[0]);
      const expected = [cdf(-d / 2 + log / d), cdf(-d / 2 - log / d)];
      expect(Math.abs(probabilities[1] / expected[0] - 1)).toBeLessThan(1e-13);
      expect(Math.abs(probabilities[2] / expected[1] - 1)).toBeLessThan(1e-13);
      expect([probabilities[0], probabilities[3], ...standardErrors]).toEqual([1, 1, 0, 0, 0, 0]);
      expect([mean, max]).toEqual([probabilities[1] + probabilities[2], probabilities[1] + probabilities[2]]);
    }
  });

  test("in one dimension is exact, between the roots or outside them", () => {
    const spread = [
      [1, 4],
      [4, 1],
      [1, 1.0001],
      [1, 100],
      [0.01, 5],
    ];
    for (const [a, b] of spread) {
      for (const shift of [0, 0.5, 3, 8]) {
        for (const w of [0.1, 0.5, 0.9]) {
          const logA = logDensityAt({ weights: [w], means: [[0]], covariances: [[[a]]] });
          const logB = logDensityAt({ weights: [1 - w], means: [[shift]], covariances: [[[b]]] });
          const taken = (x: number): boolean => logA([x]) < logB([x]);
          // where it changes, by bisection
          const ends = [-Infinity];
          for (let x = -200; x < 200; x += 0.05) {
            if (taken(x) === taken(x + 0.05)) continue;
            let [low, high] = [x, x + 0.05];
            for (let halving = 0; halving < 60; halving++) {
              const middle = (low + high) / 2;
              if (taken(middle) === taken(low)) low = middle;
              else high = middle;
            }
            ends.push(high);
          }
          ends.push(Infinity);
          let expected = 0;
          for (let i = 1; i < ends.length; i++) {
            const inside = Math.max(-300, Math.min(300, (Math.max(-400, ends[i - 1]) + Math.min(400, ends[i])) / 2));
            if (taken(inside)) expected += cdf(ends[i] / Math.sqrt(a)) - cdf(ends[i - 1] / Math.sqrt(a));
          }
          const mixture = { weights: [w, 1 - w], means: [[0], [shift]], covariances: [[[a]], [[b]]] };
          const { probabilities, standardErrors } = overlap(mixture);
          expect(Math.abs(probabilities[1] - expected)).toBeLessThan(1e-11);
          expect([...standardErrors]).toEqual([0, 0, 0, 0]);
        }
      }
    }
  });

  cases.forEach(({ q, omegaOfQ }, i) => {
    test(`case ${i}: is Imhof's integral, as exactly as that is known`, () => {
      const { probabilities, standardErrors, mean, max } = overlap(q);
      const K = omegaOfQ.length;
      const pairs: number[] = [];
      for (let a = 0; a < K; a++) {
        for (let b = 0; b < K; b++) {
          if (a === b) continue;
          // the integral was asked for to an absolute 1e-13, and two pieces of it are summed
          expect(Math.abs(probabilities[a * K + b] - omegaOfQ[a][b])).toBeLessThan(4e-13);
          if (a < b) pairs.push(probabilities[a * K + b] + probabilities[b * K + a]);
        }
      }
      expect([...standardErrors]).toEqual(new Array(K * K).fill(0));
      expect(max).toBe(Math.max(...pairs));
      expect(mean).toBeCloseTo(pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length, 15);
    });
  });

  test("of rare kinds is known to nine digits, where counting would see nothing", () => {
    // columns that both components have alike change nothing: what one column says is known in closed form
    for (const variance of [0.1, 0.9, 1.001, 3, 50]) {
      for (const shift of [3, 10, 30]) {
        for (const w of [0.001, 0.5, 0.9]) {
          const weights = [w, 1 - w];
          const one = overlap({
            weights,
            means: [[0], [shift]],
            covariances: [1, variance],
            covarianceType: "spherical",
          });
          const more = overlap({
            weights,
            means: [
              [0, 5, 1],
              [shift, 5, 1],
            ],
            covariances: [
              [1, 2, 3],
              [variance, 2, 3],
            ],
            covarianceType: "diag",
          });
          one.probabilities.forEach((value, i) => {
            const error = Math.abs(more.probabilities[i] - value);
            // logarithms of the weights and determinants are rounded, and divided by 1 - 1 / variance
            expect(error, `${variance} ${shift} ${w}: ${value}`).toBeLessThanOrEqual(1e-9 * value + 1e-300);
          });
        }
      }
    }
  });

  test("of concentric components of which one is heavy is known to 1e-15", () => {
    // beyond a distance r in each of two directions lie exp(-r²/2) of a normal of variance 1: r² (1 - 1/v) = 2 log (v / odds)
    for (const v of [1.001, 1.5, 3, 100]) {
      for (const odds of [0.1, 1e-3, 1e-10, 1e-100, 1e-200]) {
        const { probabilities } = overlap({
          weights: [1 / (1 + odds), odds / (1 + odds)],
          means: [
            [0, 0],
            [0, 0],
          ],
          covariances: [1, v],
          covarianceType: "spherical",
        });
        const logarithm = (Math.log(odds) - Math.log(v)) / (1 - 1 / v);
        const expected = Math.exp(logarithm);
        expect(Math.abs(probabilities[1] - expected)).toBeLessThan(1e-9 * expected + 1e-15);
        // exponents of some hundreds are rounded
        expect(Math.abs(probabilities[2] - (1 - Math.exp(logarithm / v)))).toBeLessThan(2e-13);
      }
    }
  });

  test("where covariances differ by next to nothing is what it is where they are equal", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 1e6 }), (D, seed) => {
        const normal = normals(seed);
        const list = (): number[] => Array.from({ length: D }, normal);
        const [w, mean, other] = [0.2 + 0.6 / (1 + Math.exp(normal())), list(), list()];
        const variances = list().map((z) => Math.exp(z));
        const of = (scale: number): Float64Array =>
          overlap({
            weights: [w, 1 - w],
            means: [mean, other.map((x) => 2 * x)],
            covariances: [...variances, ...variances.map((v) => v * scale)],
            covarianceType: "diag",
          }).probabilities;
        const equal = of(1);
        // log-determinants and distances change by some D and d² times so much
        of(1 + 1e-12).forEach((value, i) => {
          expect(Math.abs(value - equal[i])).toBeLessThan(1e-10);
        });
      }),
      runs(40),
    );
  });

  test("agrees with counting and is the same after any change of coordinates", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(0, 0.5, 2),
        (D, seed, apart) => {
          const normal = normals(seed);
          const square = (): number[][] => Array.from({ length: D }, () => Array.from({ length: D }, normal));
          const covariance = (): number[][] => {
            const A = square();
            return A.map((r, i) => A.map((s, j) => r.reduce((sum, v, d) => sum + v * s[d], i === j ? 0.1 : 0)));
          };
          const w = 0.05 + 0.9 / (1 + Math.exp(3 * normal()));
          const weights = [w, 1 - w];
          const means = [0, 1].map(() => Array.from({ length: D }, () => apart * normal()));
          const covariances = [covariance(), covariance()];
          const { probabilities } = overlap({ weights, means, covariances });
          // a shear of the first column by the others
          const shear = Array.from({ length: D }, (_, d) => (d === 0 ? 1 : Math.round(normal())));
          const moved = overlap({
            weights,
            means: means.map((mean) => [shear.reduce((sum, s, d) => sum + s * mean[d], 0), ...mean.slice(1)]),
            covariances: covariances.map((C) => {
              const half = [shear.map((_, j) => shear.reduce((sum, s, d) => sum + s * C[d][j], 0)), ...C.slice(1)];
              return half.map((row) => [row.reduce((sum, v, d) => sum + v * shear[d], 0), ...row.slice(1)]);
            }),
          }).probabilities;
          // eigenvalues of 100 and more next to 0.1, in rounded coordinates
          probabilities.forEach((value, i) => {
            expect(Math.abs(value - moved[i])).toBeLessThan(1e-9);
          });
          const N = 4000;
          [0, 1].forEach((k) => {
            const one = GaussianMixture.fromParameters({
              weights: [1],
              means: [means[k]],
              covariances: [covariances[k]],
            });
            const both = GaussianMixture.fromParameters({ weights, means, covariances });
            const labels = both.predict(one.sample(N, { seed }).data);
            const omega = probabilities[k === 0 ? 1 : 2];
            const counted = labels.reduce((sum, label) => sum + (label === k ? 0 : 1), 0);
            expect(Math.abs(counted - N * omega)).toBeLessThan(5 + 5 * Math.sqrt(N * omega * (1 - omega)));
          });
        },
      ),
      runs(40),
    );
  });

  test("of concentric components is right too", () => {
    // x² + y² + z² against a third of it: beyond a radius, whose probability the χ² law of 3 degrees knows
    const mixture = {
      weights: [0.5, 0.5],
      means: [
        [0, 0, 0],
        [0, 0, 0],
      ],
      covariances: [1, 3],
      covarianceType: "spherical",
    } as const;
    const square = 1.5 * 3 * Math.log(3);
    const chi3 = (s: number): number => 2 * cdf(-Math.sqrt(s)) + Math.sqrt((2 * s) / Math.PI) * Math.exp(-s / 2);
    const { probabilities } = overlap(mixture);
    expect(Math.abs(probabilities[1] - chi3(square))).toBeLessThan(1e-14);
    expect(Math.abs(probabilities[2] - (1 - chi3(square / 3)))).toBeLessThan(1e-14);
  });

  test("of components without weight, alike, alone or out of reach is a number from 0 to 1", () => {
    const at = (weights: number[], places: number[], covariances: number[]): number[] => {
      const means = places.map((x) => [x, 1]);
      const found = overlap({ weights, means, covariances, covarianceType: "spherical" });
      return [...found.probabilities, found.mean, found.max];
    };
    expect(at([1], [3], [2])).toEqual([1, 0, 0]);
    // one just like it takes every other row
    expect(at([0.5, 0.5], [1, 1], [2, 2])).toEqual([1, 0.5, 0.5, 1, 1, 1]);
    expect(at([0.4, 0.6], [1, 1], [2, 2])).toEqual([1, 1, 0, 1, 1, 1]);
    expect(at([0, 1], [1, 2], [2, 3])).toEqual([1, 1, 0, 1, 1, 1]);
    expect(at([0, 1, 0], [1, 2, 9], [2, 2, 3]).every((v) => v >= 0 && v <= 1)).toBe(true);
    for (const size of [1e10, 1e35, 1e70]) {
      expect(at([0.5, 0.5], [-size, size], [1, 2])).toEqual([1, 0, 0, 1, 0, 0]);
      expect(at([0.5, 0.5], [-size, size], [1, 1])).toEqual([1, 0, 0, 1, 0, 0]);
    }
    expect(
      at([0.5, 0.5], [0, 1], [1e-140, 1e140])
        .slice(0, 4)
        .every((v) => v >= 0 && v <= 1),
    ).toBe(true);
  });

  test("does not depend on the unit or the place of the data", () => {
    const mixture = randomMixture({ D: 3, K: 3, type: "full", seed: 4 });
    const plain = overlap(mixture);
    const scaled = overlap({
      weights: mixture.weights,
      means: mixture.means.map((value) => 1024 * value + 2 ** 20),
      covariances: mixture.covariances.map((value) => 2 ** 20 * value),
    });
    plain.probabilities.forEach((value, i) => {
      // the sums of a row with a mean of 2^20 / 2^10 standard deviations
      expect(Math.abs(value - scaled.probabilities[i])).toBeLessThan(1e-9);
    });
  });
});

describe("the overlap coefficient", () => {
  const p = {
    weights: [1],
    means: [[0, 0]],
    covariances: [
      [2, 1],
      [1, 2],
    ],
    covarianceType: "tied",
  } as const;

  test("of two normals is 2 Φ(-d/2) where covariances are equal, and 1 for the same ones", () => {
    const q = { ...p, means: [[1, -1]] }; // an eigenvector, of variance 1
    const { value, standardError } = overlapCoefficient(p, q);
    expect(value).toBeCloseTo(2 * cdf(-Math.SQRT1_2), 15);
    expect(standardError).toBe(0);
    expect(overlapCoefficient(p, p)).toEqual({ value: 1, standardError: 0 });
    expect(overlapCoefficient(p, { ...p, means: [[1e70, 0]] })).toEqual({ value: 0, standardError: 0 });
  });

  test("of two normals in one dimension is the integral, exactly", () => {
    const at = (mean: number, variance: number): PlainMixture => ({
      weights: [1],
      means: [[mean]],
      covariances: [[[variance]]],
    });
    for (const [a, b] of [
      [at(0, 1), at(1, 3)],
      [at(0, 2), at(0, 0.5)],
      [at(-3, 1), at(4, 2)],
    ]) {
      const [logA, logB] = [a, b].map(logDensityAt);
      const least = integral([a, b], 100_000, (x) => Math.exp(Math.min(logA(x), logB(x))));
      const { value, standardError } = overlapCoefficient(a, b);
      // the rule of trapezia misses a kink by its jump in slope times the square of a step, some 3e-4
      expect(Math.abs(value - least)).toBeLessThan(2e-7);
      expect(standardError).toBe(0);
    }
  });

  cases.forEach(({ p: one, q: other, overlap: expected }, i) => {
    test(`case ${i}: of mixtures agrees with the figure of numpy`, () => {
      expectNear(overlapCoefficient(one, other, { nSamples: 200_000, seed: 4 }), ...expected);
    });
  });

  test("of two normals in more dimensions agrees with that of mixtures", () => {
    const { q } = cases[0];
    const [a, b] = [0, 2].map((component) => ({ mixture: q, component }));
    const doubled = {
      // the same density, in two halves: no longer one normal
      weights: [0.5, 0.5],
      means: [q.means[0], q.means[0]],
      covariances: [q.covariances[0], q.covariances[0]],
    };
    const { value, standardError } = overlapCoefficient(a, b, { nSamples: 100_000 });
    expectNear(overlapCoefficient(doubled, b, { nSamples: 100_000 }), value, standardError);
  });

  test("needs distributions over the same columns", async () => {
    await expectError(
      () => overlapCoefficient(p, { weights: [1], means: [[1]], covariances: [[[1]]] }),
      RangeError,
      /^q: /,
    );
    await expectError(() => overlap(null as never), TypeError, /^mixture: expected an object/);
    await expectError(() => overlap(p, { nSamples: 1 }), RangeError, /^nSamples: /);
  });
});

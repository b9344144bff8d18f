// Entropy and divergences: closed forms for one component, numerical integration and 4e6-sample figures for more.
import { describe, expect, test } from "vitest";
import {
  bhattacharyya,
  type CovarianceType,
  type Estimate,
  entropy,
  GaussianMixture,
  jsDivergence,
  klDivergence,
} from "../src/index.ts";
import { fixture } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { integral, logDensityAt } from "./support/integrals.ts";
import { randomMixture, TYPES } from "./support/problems.ts";
import { choleskyOf, logDetOf, type PlainMixture, writtenOut } from "./support/reference.ts";

/** Independent figures: [mean, standard error] over `samples` rows, by tools/reference/divergences.py. */
interface Figures {
  readonly p: PlainMixture;
  readonly q: PlainMixture;
  readonly entropy: readonly [number, number];
  readonly kl: readonly [number, number];
  readonly js: readonly [number, number];
  readonly coefficient: readonly [number, number];
}

const figures = JSON.parse(fixture("divergences.json")) as { readonly samples: number; readonly cases: Figures[] };

/** A normal deviates by more than this once in 300,000 times; the seeds are fixed, so a test that passes goes on passing. */
const MOST_ERRORS = 4.5;

/** Expects two estimates to agree within their errors taken together. */
function expectNear({ value, standardError }: Estimate, [expected, error]: readonly [number, number]): void {
  expect(Math.abs(value - expected) / Math.hypot(standardError, error)).toBeLessThan(MOST_ERRORS);
}

const solve = (a: readonly (readonly number[])[], b: readonly number[]): number[] => {
  const low = choleskyOf(a);
  const y: number[] = [];
  for (let i = 0; i < b.length; i++) y.push((b[i] - y.reduce((s, v, m) => s + low[i][m] * v, 0)) / low[i][i]);
  const x = [...y];
  for (let i = b.length - 1; i >= 0; i--) {
    for (let m = i + 1; m < b.length; m++) x[i] -= low[m][i] * x[m];
    x[i] /= low[i][i];
  }
  return x;
};
const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((v, i) => v - b[i]);
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i], 0);

/** Kullback-Leibler divergence of component j of q from component i of p, as textbooks have it. */
function plainKl(p: PlainMixture, i: number, q: PlainMixture, j: number): number {
  const [a, b] = [p.covariances[i], q.covariances[j]];
  const shift = minus(q.means[j], p.means[i]);
  const trace = a.reduce((sum, row, d) => sum + solve(b, row)[d], 0);
  return 0.5 * (trace + dot(shift, solve(b, shift)) - a.length + logDetOf(b) - logDetOf(a));
}

/** Bhattacharyya distance of two components, as textbooks have it. */
function plainBhattacharyya(p: PlainMixture, i: number, q: PlainMixture, j: number): number {
  const [a, b] = [p.covariances[i], q.covariances[j]];
  const mean = a.map((row, r) => row.map((v, c) => (v + b[r][c]) / 2));
  const shift = minus(q.means[j], p.means[i]);
  return dot(shift, solve(mean, shift)) / 8 + 0.5 * (logDetOf(mean) - (logDetOf(a) + logDetOf(b)) / 2);
}

describe("one component", () => {
  for (const [typeP, typeQ] of [...TYPES.map((type) => [type, type]), ["full", "diag"], ["spherical", "tied"]] as [
    CovarianceType,
    CovarianceType,
  ][]) {
    test(`of ${typeP} beside one of ${typeQ}: entropy and divergences are the closed forms, without error`, () => {
      for (const D of [1, 2, 3, 5, 9]) {
        const p = randomMixture({ D, K: 3, type: typeP, seed: D });
        const q = randomMixture({ D, K: 2, type: typeQ, seed: 100 + D });
        const [plainP, plainQ] = [writtenOut(p), writtenOut(q)];
        const [a, b] = [
          { mixture: p, component: 2 },
          { mixture: q, component: 1 },
        ];
        const kl = plainKl(plainP, 2, plainQ, 1);
        const found = klDivergence(a, b);
        // the plain forms lose some digits of their own
        expect(found.value / kl).toBeCloseTo(1, 10);
        expect(found).toEqual({ value: found.value, standardError: 0, approximation: found.value, upper: found.value });
        const { distance, coefficient, standardError } = bhattacharyya(a, b);
        expect(distance / plainBhattacharyya(plainP, 2, plainQ, 1)).toBeCloseTo(1, 10);
        expect(coefficient).toBeCloseTo(Math.exp(-distance), 14);
        expect(standardError).toBe(0);
        const own = entropy(a);
        expect(own.value).toBeCloseTo(0.5 * (D * Math.log(2 * Math.PI * Math.E) + logDetOf(plainP.covariances[2])), 11);
        expect(own).toEqual({ value: own.value, standardError: 0, lower: own.value, upper: own.value });
      }
    });
  }

  test("is one component too when the others have no weight", () => {
    const idle = GaussianMixture.fromParameters({ weights: [0, 1], means: [[5], [0]], covariances: [[[1]], [[4]]] });
    const other = { weights: [1, 0], means: [[1], [9]], covariances: [[[1]], [[1]]] };
    expect(klDivergence(idle, other).value).toBeCloseTo(0.5 * (4 + 1 - 1 - Math.log(4)), 14);
    expect(klDivergence(idle, other).standardError).toBe(0);
    expect(entropy(idle)).toEqual(entropy({ mixture: idle, component: 1 }));
    expect(bhattacharyya(idle, other).standardError).toBe(0);
  });

  test("is at distance 0 from itself", () => {
    for (const type of TYPES) {
      const mixture = randomMixture({ D: 6, K: 3, type, seed: 8 });
      const self = { mixture, component: 1 };
      // D + 1 terms near 1 that cancel
      expect(klDivergence(self, self).value).toBeLessThan(20 * Number.EPSILON);
      expect(bhattacharyya(self, self)).toEqual({ coefficient: 1, distance: 0, standardError: 0 });
      expect(jsDivergence(self, self)).toEqual({ value: 0, standardError: 0 });
    }
  });
});

describe("mixtures", () => {
  const one: readonly PlainMixture[] = [
    { weights: [0.3, 0.7], means: [[-1], [2]], covariances: [[[0.5]], [[2]]] },
    { weights: [0.5, 0.25, 0.25], means: [[0], [3], [-3]], covariances: [[[1]], [[0.4]], [[0.6]]] },
  ];
  const two = [
    { D: 2, K: 3, type: "full", seed: 1 },
    { D: 2, K: 2, type: "full", seed: 2 },
  ].map((size) => writtenOut(randomMixture(size as Parameters<typeof randomMixture>[0])));

  for (const [name, [p, q], steps] of [
    ["one", one, 2000],
    ["two", two, 300],
  ] as const) {
    test(`in ${name} dimensions: 1e6 rows give the integrals within their standard errors`, () => {
      const [logP, logQ] = [logDensityAt(p), logDensityAt(q)];
      const over = (f: (p: number, q: number) => number): number => integral([p, q], steps, (x) => f(logP(x), logQ(x)));
      const options = { nSamples: 1_000_000, seed: 1 };
      expect(over((a) => Math.exp(a))).toBeCloseTo(1, 12);
      expectNear(entropy(p, options), [over((a) => -a * Math.exp(a)), 0]);
      expectNear(klDivergence(p, q, options), [over((a, b) => (a - b) * Math.exp(a)), 0]);
      expectNear(klDivergence(q, p, options), [over((a, b) => (b - a) * Math.exp(b)), 0]);
      const half = (a: number, b: number): number => {
        const middle = Math.log((Math.exp(a) + Math.exp(b)) / 2);
        return 0.5 * Math.exp(a) * (a - middle) + 0.5 * Math.exp(b) * (b - middle);
      };
      expectNear(jsDivergence(p, q, options), [over((a, b) => (Math.max(a, b) < -600 ? 0 : half(a, b))), 0]);
      const { coefficient, distance, standardError } = bhattacharyya(p, q, options);
      const affinity = over((a, b) => Math.exp((a + b) / 2));
      expectNear({ value: distance, standardError }, [-Math.log(affinity), 0]);
      expect(coefficient).toBeCloseTo(Math.exp(-distance), 14);
    });
  }

  figures.cases.forEach(({ p, q, ...expected }, i) => {
    test(`case ${i}: estimates agree with those of ${figures.samples} rows drawn by numpy`, () => {
      const options = { nSamples: 200_000, seed: 3 };
      expectNear(klDivergence(p, q, options), expected.kl);
      expectNear(jsDivergence(p, q, options), expected.js);
      const { coefficient, standardError } = bhattacharyya(p, q, options);
      expectNear({ value: coefficient, standardError: standardError * coefficient }, expected.coefficient);
      if (p.weights.length > 1) expectNear(entropy(p, options), expected.entropy);
      else expectNear({ value: entropy(p).value, standardError: 0 }, expected.entropy);
    });

    test(`case ${i}: the bounds hold`, () => {
      const { lower, upper } = entropy(p);
      expect(lower).toBeLessThanOrEqual(expected.entropy[0] + MOST_ERRORS * expected.entropy[1]);
      expect(upper).toBeGreaterThanOrEqual(expected.entropy[0] - MOST_ERRORS * expected.entropy[1]);
      expect(klDivergence(p, q).upper).toBeGreaterThanOrEqual(expected.kl[0]);
    });
  });

  test("the bounds on the entropy are those of the formulas", () => {
    for (const { p } of figures.cases) {
      const { weights, means, covariances } = p;
      const D = means[0].length;
      const own = (k: number): number => 0.5 * (D * Math.log(2 * Math.PI * Math.E) + logDetOf(covariances[k]));
      const joint = (i: number, j: number): number => {
        const sum = covariances[i].map((row, r) => row.map((v, c) => v + covariances[j][r][c]));
        const shift = minus(means[i], means[j]);
        return -0.5 * (D * Math.log(2 * Math.PI) + logDetOf(sum) + dot(shift, solve(sum, shift)));
      };
      const lower = -weights.reduce(
        (sum, w, i) => sum + w * Math.log(weights.reduce((inner, v, j) => inner + v * Math.exp(joint(i, j)), 0)),
        0,
      );
      const upper = weights.reduce((sum, w, i) => sum + w * (own(i) - Math.log(w)), 0);
      const found = entropy(p, { nSamples: 2 });
      if (weights.length > 1) expect(found.lower).toBeCloseTo(lower, 10);
      expect(found.upper).toBeLessThanOrEqual(upper + 1e-10);
    }
    // far apart: the first upper bound is the smaller, and both bounds meet the value; one on the other: the second
    const far = { weights: [0.5, 0.5], means: [[0], [1000]], covariances: [[[1]], [[1]]] };
    const value = 0.5 * Math.log(2 * Math.PI * Math.E) + Math.log(2);
    expect(entropy(far, { nSamples: 2 }).upper).toBeCloseTo(value, 13);
    expect(entropy({ ...far, means: [[0], [0]] }).upper).toBeCloseTo(value - Math.log(2), 13);
  });

  test("the variational approximation of the Kullback-Leibler divergence is that of the formula", () => {
    for (const { p, q } of figures.cases) {
      const nearness = (i: number, other: PlainMixture): number =>
        Math.log(other.weights.reduce((sum, w, j) => sum + w * Math.exp(-plainKl(p, i, other, j)), 0));
      const approximation = p.weights.reduce((sum, w, i) => sum + w * (nearness(i, p) - nearness(i, q)), 0);
      expect(klDivergence(p, q, { nSamples: 2 }).approximation).toBeCloseTo(approximation, 9);
    }
  });

  test("the variational upper bound is the least over all ways to split the components", () => {
    for (let seed = 0; seed < 6; seed++) {
      const [p, q] = [0, 1].map((i) => writtenOut(randomMixture({ D: 2, K: 2, type: "full", seed: 2 * seed + i })));
      const divergences = [0, 1].map((i) => [0, 1].map((j) => plainKl(p, i, q, j)));
      // φ = [[a, π_0 - a], [b, π_1 - b]]; the best ψ shares ω_j out as column j of φ
      const boundAt = (a: number, b: number): number => {
        const phi = [
          [a, p.weights[0] - a],
          [b, p.weights[1] - b],
        ];
        let bound = 0;
        phi.forEach((row, i) => {
          row.forEach((value, j) => {
            const psi = (q.weights[j] * value) / (phi[0][j] + phi[1][j]);
            if (value > 0) bound += value * (Math.log(value / psi) + divergences[i][j]);
          });
        });
        return bound;
      };
      // shares from 1e-15 to 1 - 1e-15, evenly in their logits: the least often lies near the border
      const shares = Array.from({ length: 401 }, (_, i) => 1 / (1 + Math.exp((i - 200) * 0.175)));
      const least = Math.min(
        ...shares.map((a) => Math.min(...shares.map((b) => boundAt(p.weights[0] * a, p.weights[1] * b)))),
      );
      const { upper } = klDivergence(p, q, { nSamples: 2 });
      expect(upper).toBeLessThan(least + 1e-9);
      // flat at the least: a grid point within 0.09 of it, on either axis, misses it by no more than this
      expect(upper).toBeGreaterThan(least - 0.01);
    }
  });

  test("that are the same have divergence 0, whatever is drawn", () => {
    for (const type of TYPES) {
      const mixture = randomMixture({ D: 3, K: 4, type, seed: 3 });
      const { value, standardError, approximation, upper } = klDivergence(mixture, mixture);
      expect([value, standardError]).toEqual([0, 0]);
      expect(Math.abs(approximation)).toBeLessThan(1e-13);
      expect(upper).toBeGreaterThanOrEqual(0);
      expect(upper).toBeLessThan(1e-6);
      expect(jsDivergence(mixture, mixture)).toEqual({ value: 0, standardError: 0 });
      const { distance, standardError: error } = bhattacharyya(mixture, mixture);
      expect(Math.abs(distance)).toBeLessThan(MOST_ERRORS * error);
    }
  });
});

describe("far apart", () => {
  test("the Bhattacharyya distance keeps its relative error, where nothing drawn from either side would see it", () => {
    const p = { weights: [0.4, 0.6], means: [[0], [2]], covariances: [[[1]], [[0.9]]] };
    const q = { weights: [0.7, 0.3], means: [[40], [43.5]], covariances: [[[1]], [[1.2]]] };
    const [logP, logQ] = [logDensityAt(p), logDensityAt(q)];
    const peak = 190; // the integral is some exp(-190)
    const expected = peak - Math.log(integral([p, q], 4000, (x) => Math.exp((logP(x) + logQ(x)) / 2 + peak)));
    expect(expected).toBeGreaterThan(150);
    for (const seed of [1, 2, 3]) {
      const { distance, standardError, coefficient } = bhattacharyya(p, q, { seed });
      expectNear({ value: distance, standardError }, [expected, 0]);
      expect(standardError).toBeGreaterThan(0);
      expect(standardError).toBeLessThan(Math.sqrt(4 / 10_000));
      expect(coefficient).toBeGreaterThan(0);
    }
  });

  test("and farther, at the ends of the range, results are numbers", () => {
    const at = (mean: number, variance: number, K: number): PlainMixture => ({
      weights: Array(K).fill(1 / K),
      means: Array.from({ length: K }, (_, k) => [mean + k, mean - k]),
      covariances: Array(K).fill([
        [variance, 0],
        [0, variance],
      ]),
    });
    for (const K of [1, 2]) {
      for (const [size, variance] of [
        [1e30, 1],
        [1e70, 1],
        [1e70, 1e-140],
      ]) {
        const [p, q] = [at(-size, variance, K), at(size, variance, K)];
        const square = (8 * size * size) / variance;
        const { value, standardError, approximation, upper } = klDivergence(p, q);
        for (const found of [value, approximation, upper]) expect(found / (square / 2)).toBeCloseTo(1, 10);
        expect(standardError / square).toBeLessThan(1e-10);
        const { distance, coefficient, standardError: error } = bhattacharyya(p, q);
        expect(distance / (square / 8)).toBeCloseTo(1, 10);
        expect(coefficient).toBe(0);
        expect(error).toBeLessThan(1);
        expect(jsDivergence(p, q).value).toBeCloseTo(Math.LN2, 15);
        expect(jsDivergence(p, q).standardError).toBe(0);
        const { value: own, lower, upper: above } = entropy(p);
        expect([own, lower, above].every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe("the standard error", () => {
  test("is what estimates of different seeds scatter by", () => {
    const { p, q, ...expected } = figures.cases[1];
    const measures: readonly (readonly [(seed: number) => Estimate, number])[] = [
      [(seed) => entropy(p, { nSamples: 2000, seed }), expected.entropy[0]],
      [(seed) => klDivergence(p, q, { nSamples: 2000, seed }), expected.kl[0]],
      [(seed) => jsDivergence(p, q, { nSamples: 2000, seed }), expected.js[0]],
      [
        (seed) => {
          const { distance, standardError } = bhattacharyya(p, q, { nSamples: 2000, seed });
          return { value: distance, standardError };
        },
        -Math.log(expected.coefficient[0]),
      ],
    ];
    for (const [measure, truth] of measures) {
      const scores = Array.from({ length: 100 }, (_, seed) => {
        const { value, standardError } = measure(seed);
        return (value - truth) / standardError;
      });
      const square = scores.reduce((sum, z) => sum + z * z, 0) / scores.length;
      // χ² with 100 degrees of freedom over 100: standard deviation 0.14
      expect(square).toBeGreaterThan(0.5);
      expect(square).toBeLessThan(1.6);
    }
  });

  test("halves when four times as many rows are drawn", () => {
    const { p, q } = figures.cases[0];
    const errors = [5000, 20_000, 80_000].map((nSamples) => klDivergence(p, q, { nSamples }).standardError);
    expect(errors[0] / errors[1]).toBeCloseTo(2, 0.5);
    expect(errors[1] / errors[2]).toBeCloseTo(2, 0.5);
  });
});

test("the same seed gives the same bits, another seed others", () => {
  const { p, q } = figures.cases[0];
  for (const measure of [klDivergence, jsDivergence, bhattacharyya] as ((...args: unknown[]) => unknown)[]) {
    expect(measure(p, q, { seed: 7 })).toEqual(measure(p, q, { seed: 7 }));
    expect(measure(p, q, { seed: 7 })).not.toEqual(measure(p, q, { seed: 8 }));
    expect(measure(p, q)).toEqual(measure(p, q, { seed: 0, nSamples: 10_000 }));
  }
});

describe("bad arguments", () => {
  const p = { weights: [1], means: [[0, 0]], covariances: [1], covarianceType: "spherical" } as const;

  test("are named, with what was expected", async () => {
    const wide = { ...p, means: [[0, 0, 0]] };
    await expectError(() => klDivergence(p, wide), RangeError, /^q: expected the columns of p \(2\), got 3; /);
    const named = { ...p, columns: ["x", "y"] };
    const turned = { mixture: { ...p, columns: ["y", "x"] }, component: 0 };
    await expectError(
      () => jsDivergence(named, turned),
      RangeError,
      /^q: expected the columns of p \("x", "y"\), got "y", "x"; /,
    );
    expect(klDivergence(named, p).value).toBe(0);
    await expectError(() => bhattacharyya(p, null as never), TypeError, /^q: expected an object/);
    await expectError(() => klDivergence(3 as never, p), TypeError, /^p: expected an object/);
    await expectError(
      () => klDivergence({ ...p, covarianceType: "diga" } as never, p),
      RangeError,
      /^p\.covarianceType: .*did you mean "diag"/,
    );
    const flat = { ...p, covariances: [0] };
    await expectError(() => entropy(flat), "SINGULAR_COVARIANCE", /^covariances: /);
  });

  test("in the options are, too", async () => {
    for (const nSamples of [1, 0, -1, 2.5, Number.NaN, Infinity, 2 ** 31]) {
      await expectError(() => entropy(p, { nSamples }), RangeError, /^nSamples: expected an integer, 2 or more/);
    }
    await expectError(() => entropy(p, { nSamples: "9" as never }), TypeError, /^nSamples: /);
    await expectError(() => jsDivergence(p, p, { seed: -1 }), RangeError, /^seed: /);
    await expectError(() => klDivergence(p, p, { samples: 9 } as never), TypeError, /^options: .*"nSamples"/);
  });
});

// Parameters that a fit must leave alone.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eStep, type FitOptions, type Fixed, GaussianMixture } from "../src/index.ts";
import { sameBits, worst } from "./support/compare.ts";
import { expectFitError } from "./support/errors.ts";
import { expectNeverFalls, sameParameters } from "./support/mixtures.ts";
import { clouds, nested, randomMixture, runs, TYPES } from "./support/problems.ts";
import { Workers } from "./support/workers.ts";

const workers = new Workers();

/** The numbers of each component, or of the one tied covariance. */
function partsOf(values: Float64Array, count: number): Float64Array[] {
  const size = values.length / count;
  return Array.from({ length: count }, (_, k) => values.slice(k * size, (k + 1) * size));
}

const held = (one: boolean | readonly number[] | undefined, k: number): boolean =>
  typeof one === "boolean" ? one : (one?.includes(k) ?? false);

/** Any choice of what to hold, for two to four components. */
const choices = fc
  .record({ K: fc.integer({ min: 2, max: 4 }), type: fc.constantFrom(...TYPES) })
  .chain(({ K, type }) => {
    const some = fc.oneof(fc.boolean(), fc.uniqueArray(fc.integer({ min: 0, max: K - 1 })));
    return fc.record({
      K: fc.constant(K),
      type: fc.constant(type),
      weights: fc.constantFrom<Fixed["weights"]>(undefined, true, "equal", new Array<number>(K).fill(1 / K)),
      means: some,
      covariances: type === "tied" ? fc.boolean() : some,
      accelerate: fc.boolean(),
      D: fc.integer({ min: 1, max: 5 }),
      N: fc.integer({ min: 150, max: 300 }),
      seed: fc.integer({ min: 0, max: 2 ** 30 }),
    });
  });

test("what is held keeps its bits, and the likelihood does not fall", () => {
  fc.assert(
    fc.property(choices, ({ K, type, weights, means, covariances, accelerate, D, N, seed }) => {
      const set = clouds(N, D, K, seed, 3);
      const options = { nComponents: K, covarianceType: type, regCovar: 0, tol: 0 } as const;
      const init = GaussianMixture.fitSync(set, {
        ...options,
        init: "random-from-data",
        seed,
        maxIter: 1,
        regCovar: 0.1,
      });
      const fixed = { weights, means, covariances };
      const mixture = GaussianMixture.fitSync(set, {
        ...({
          nComponents: K,
          covarianceType: type,
          init,
          fixed,
          accelerate,
          regCovar: 0,
          tol: 0,
          maxIter: 25,
        } as const),
      });
      if (weights === true) expect(sameBits(mixture.weights, init.weights)).toBe(true);
      else if (weights) expect(sameBits(mixture.weights, new Array<number>(K).fill(1 / K))).toBe(true);
      partsOf(mixture.means, K).forEach((mean, k) => {
        if (held(means, k)) expect(sameBits(mean, partsOf(init.means, K)[k])).toBe(true);
      });
      const copies = type === "tied" ? 1 : K;
      partsOf(mixture.covariances, copies).forEach((covariance, k) => {
        if (held(covariances, k)) expect(sameBits(covariance, partsOf(init.covariances, copies)[k])).toBe(true);
      });
      const { trace } = mixture.report!;
      expectNeverFalls(mixture, (j) => 1e-11 * Math.abs(trace[j - 1]));
      expect(Math.abs(mixture.logLikelihood(set) - trace[trace.length - 1])).toBeLessThan(1e-9 * (1 + N * D));
    }),
    runs(300),
  );
});

describe("one iteration is the textbook's, with the sums about means that stay", () => {
  const [N, D, K] = [80, 3, 3];
  const set = clouds(N, D, K, 4, 2);
  const rows = nested(set);
  for (const type of TYPES) {
    test(type, () => {
      const init = randomMixture({ D, K, type, seed: 11 });
      const fixed = { means: [0, 2] };
      const options = { nComponents: K, covarianceType: type, init, fixed, regCovar: 0, tol: 0, maxIter: 1 };
      const mixture = GaussianMixture.fitSync(set, options);
      const { responsibilities: r, counts } = eStep(set, init);
      const means = partsOf(init.means, K).map((mean, k) =>
        k === 1 ? mean.map((_, d) => rows.reduce((sum, x, n) => sum + r[n * K + k] * x[d], 0) / counts[k]) : mean,
      );
      const scatters = means.map((mean, k) =>
        Array.from({ length: D * D }, (_, at) => {
          const [i, j] = [Math.floor(at / D), at % D];
          return rows.reduce((sum, x, n) => sum + r[n * K + k] * (x[i] - mean[i]) * (x[j] - mean[j]), 0);
        }),
      );
      const diagonal = (k: number): number[] => Array.from(means[k], (_, d) => scatters[k][d * (D + 1)]);
      const covariances = {
        full: () => scatters.flatMap((scatter, k) => scatter.map((value) => value / counts[k])),
        tied: () => scatters[0].map((_, at) => scatters.reduce((sum, scatter) => sum + scatter[at], 0) / N),
        diag: () => means.flatMap((_, k) => diagonal(k).map((value) => value / counts[k])),
        spherical: () => means.map((_, k) => diagonal(k).reduce((sum, value) => sum + value, 0) / D / counts[k]),
      }[type]();
      expect(
        worst(
          mixture.weights,
          counts.map((count) => count / N),
          () => 1,
        ),
      ).toBeLessThan(1e-13);
      expect(
        worst(
          mixture.means,
          means.flatMap((mean) => [...mean]),
          () => 1,
        ),
      ).toBeLessThan(1e-12);
      expect(worst(mixture.covariances, covariances, () => 1)).toBeLessThan(1e-11);
    });
  }

  test("and exact where the data lie far from 0", () => {
    const far = { data: set.data.map((value) => value + 2 ** 27), shape: set.shape };
    const mean = Float64Array.from({ length: D }, () => 2 ** 27);
    const about = (data: typeof set, means: Float64Array): GaussianMixture =>
      GaussianMixture.fitSync(data, { nComponents: 1, init: { means }, fixed: { means: true }, regCovar: 0 });
    const [there, here] = [about(far, mean), about(set, new Float64Array(D))];
    expect(worst(there.covariances, here.covariances, () => 1)).toBeLessThan(1e-12);
  });
});

describe("the number of parameters", () => {
  const set = clouds(100, 3, 2, 5, 5);
  const init = (type: (typeof TYPES)[number]): GaussianMixture => randomMixture({ D: 3, K: 2, type, seed: 3 });
  const count = (type: (typeof TYPES)[number], fixed: Fixed): GaussianMixture =>
    GaussianMixture.fitSync(set, { nComponents: 2, covarianceType: type, init: init(type), fixed });

  test("leaves out what is held", () => {
    expect(count("full", {}).nParameters).toBe(1 + 6 + 12);
    expect(count("full", { weights: "equal" }).nParameters).toBe(6 + 12);
    expect(count("full", { weights: true, means: [1], covariances: [0] }).nParameters).toBe(3 + 6);
    expect(count("full", { weights: [0.25, 0.75], means: true, covariances: true }).nParameters).toBe(0);
    expect(count("tied", { covariances: true }).nParameters).toBe(1 + 6);
    expect(count("diag", { covariances: [1] }).nParameters).toBe(1 + 6 + 3);
    expect(count("spherical", { means: [0], covariances: [0, 1] }).nParameters).toBe(1 + 3);
  });

  test("is what the criteria charge for", () => {
    const mixture = count("diag", { means: true });
    const log = mixture.logLikelihood(set);
    expect(mixture.report?.nParameters).toBe(7);
    expect(mixture.bic(set)).toBeCloseTo(-2 * log + 7 * Math.log(100), 9);
    expect(mixture.aic(set)).toBeCloseTo(-2 * log + 14, 9);
  });
});

describe("a fit with parameters held", () => {
  const set = clouds(6000, 6, 3, 9, 2);
  const start = GaussianMixture.fitSync(set, { nComponents: 3, maxIter: 2, init: "k-means++", tol: 0 });
  const options: FitOptions = {
    ...{ nComponents: 3, init: start, tol: 0, maxIter: 16 },
    fixed: { weights: "equal", means: [0], covariances: [2] },
  };
  const whole = GaussianMixture.fitSync(set, options);
  const same = (mixture: GaussianMixture): boolean => sameParameters(mixture, whole);

  test("has the same bits for any number of threads", async () => {
    for (const threads of [1, 2, 3]) {
      workers.restart();
      expect(same(await GaussianMixture.fit(set, { ...options, threads, onIteration: workers.wait }))).toBe(true);
      workers.expectServed(threads - 1);
    }
  });

  test("can be continued, to the bit", () => {
    const warmStart = GaussianMixture.fitSync(set, { ...options, maxIter: 7 });
    expect(same(GaussianMixture.fitSync(set, { ...options, init: undefined, warmStart, maxIter: 9 }))).toBe(true);
  });

  test("can hold what a fit has found, by the order of its components", () => {
    const warmStart = GaussianMixture.fitSync(set, { nComponents: 3, maxIter: 9, tol: 0, seed: 2 });
    const fixed = { means: [1], covariances: true };
    const mixture = GaussianMixture.fitSync(set, { nComponents: 3, warmStart, fixed, maxIter: 5 });
    expect(sameBits(partsOf(mixture.means, 3)[1], partsOf(warmStart.means, 3)[1])).toBe(true);
    expect(sameBits(mixture.covariances, warmStart.covariances)).toBe(true);
    expect(sameBits(partsOf(mixture.means, 3)[0], partsOf(warmStart.means, 3)[0])).toBe(false);
  });

  test("takes weights with any start, and keeps them by component", () => {
    const weights = [0.2, 0.5, 0.3];
    for (const init of ["race", "kmeans", "random", undefined] as const) {
      const mixture = GaussianMixture.fitSync(set, { nComponents: 3, init, fixed: { weights }, maxIter: 5 });
      expect([...mixture.weights]).toEqual(weights);
      expect(Math.abs(mixture.logLikelihood(set) - (mixture.report?.logLikelihood ?? 0))).toBeLessThan(1e-6);
    }
  });

  test("keeps a component whose weight is held though it has lost its rows", () => {
    const far = { means: [[0], [1e6]], covariances: [1, 1] };
    const line = { data: Float64Array.of(-1, 0, 1, 2), shape: [4, 1] } as const;
    const mixture = GaussianMixture.fitSync(line, {
      ...({ nComponents: 2, covarianceType: "spherical", init: far, fixed: { weights: "equal", means: [1] } } as const),
    });
    expect([...mixture.weights]).toEqual([0.5, 0.5]);
    expect(mixture.means[1]).toBe(1e6);
    expect(Number.isFinite(mixture.logLikelihood(line))).toBe(true);
  });
});

test("what cannot be held is refused", async () => {
  const set = clouds(30, 2, 2, 1);
  const init = {
    means: [
      [0, 0],
      [1, 1],
    ],
  };
  const wrong: readonly (readonly [object, typeof TypeError | typeof RangeError, RegExp])[] = [
    [{ init, fixed: true }, TypeError, /^fixed: expected an object/],
    [{ init, fixed: [0] }, TypeError, /^fixed: expected an object/],
    [{ init, fixed: null }, TypeError, /^fixed: /],
    [{ init, fixed: { mean: true } }, TypeError, /^fixed: .*did you mean "means"/],
    [{ init, fixed: { means: 1 } }, TypeError, /^fixed.means: /],
    [{ init, fixed: { means: [2] } }, RangeError, /^fixed.means: .*from 0 to 1, got 2/],
    [{ init, fixed: { means: ["0"] } }, TypeError, /^fixed.means: /],
    [{ init, fixed: { covariances: true } }, RangeError, /^fixed.covariances: .*init/],
    [{ init, fixed: { weights: true } }, RangeError, /^fixed.weights: .*init/],
    [{ init, fixed: { weights: [0.5, 0.6] } }, RangeError, /^fixed.weights: .*sum 1.1/],
    [{ init, fixed: { weights: [0, 1] } }, RangeError, /^fixed.weights: /],
    [{ init, fixed: { weights: [1] } }, RangeError, /^fixed.weights: /],
    [{ init, fixed: { weights: [Number.NaN, 1] } }, RangeError, /^fixed.weights: /],
    [{ init, fixed: { weights: "equals" } }, TypeError, /^fixed.weights: /],
    [{ init, prior: true, fixed: { means: [0] } }, RangeError, /^fixed.means: .*prior/],
    [{ fixed: { means: true } }, RangeError, /^fixed.means: .*init/],
    [{ init: "kmeans", fixed: { means: [0] } }, RangeError, /^fixed.means: /],
    [
      {
        init: {
          ...init,
          covariances: [
            [1, 0],
            [0, 1],
          ],
        },
        covarianceType: "tied",
        fixed: { covariances: [0] },
      },
      RangeError,
      /^fixed.covariances: .*tied/,
    ],
  ];
  for (const [options, kind, text] of wrong) await expectFitError(set, { nComponents: 2, ...options }, kind, text);
});

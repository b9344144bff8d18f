// Rows whose component is known.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eStep, type FitOptions, GaussianMixture, logDensity, mStep, type Parameters } from "../src/index.ts";
import { sameBits, worst } from "./support/compare.ts";
import { dataset } from "./support/datasets.ts";
import { expectFitError } from "./support/errors.ts";
import { covarianceOf } from "./support/forms.mjs";
import { expectNeverFalls, PARAMETERS, sameParameters } from "./support/mixtures.ts";
import { clouds, randomMixture, rowsOf, runs, type Shaped, TYPES, uniforms } from "./support/problems.ts";
import { Workers } from "./support/workers.ts";

const workers = new Workers();

/** The cloud of each row, but -1 for those that a share says are not known. */
function someOf(N: number, K: number, share: number, seed: number): Int32Array {
  const uniform = uniforms(seed);
  return Int32Array.from({ length: N }, (_, n) => (uniform() < share ? n % K : -1));
}

/** The same start for all types of covariances. */
function startOf(set: Shaped, K: number, type: (typeof TYPES)[number], seed: number): GaussianMixture {
  return GaussianMixture.fitSync(set, {
    ...({ nComponents: K, covarianceType: type, init: "random-from-data", seed, maxIter: 1, regCovar: 0.1 } as const),
  });
}

/** log L of known rows with their components and of the others without, by definition. */
function logLikelihoodOf(mixture: Parameters | GaussianMixture, set: Shaped, labels: Int32Array): number {
  const { weights, means, covariances, covarianceType: type } = mixture;
  const [N, D] = set.shape;
  const K = weights.length;
  const density = GaussianMixture.fromParameters({ weights, means, covariances, covarianceType: type }).scoreSamples(
    set,
  );
  const own = Array.from({ length: K }, (_, k) => {
    const covariance = covarianceOf({ covarianceType: type, nFeatures: D, covariances }, k);
    return logDensity(set, { mean: means.subarray(k * D, (k + 1) * D), covariance });
  });
  let sum = 0;
  for (let n = 0; n < N; n++) {
    const k = labels[n];
    sum += k >= 0 ? Math.log(weights[k]) + own[k][n] : density[n];
  }
  return sum;
}

test("many rows and components, where tiles are shorter", () => {
  const [N, D, K] = [4000, 2, 20];
  const set = clouds(N, D, K, 4, 2);
  const labels = someOf(N, K, 0.4, 6);
  const mixture = GaussianMixture.fitSync(set, { nComponents: K, labels, maxIter: 20 });
  const expected = logLikelihoodOf(mixture, set, labels);
  expect(Math.abs((mixture.report?.logLikelihood as number) / expected - 1)).toBeLessThan(1e-12);
});

describe("iterations are the textbook's, with the responsibilities of known rows given", () => {
  for (const type of TYPES) {
    for (const share of [0.02, 0.4, 1]) {
      test(`${type}, ${share * 100} % known`, () => {
        const [N, K, D] = [300, 3, 3];
        const set = clouds(N, D, K, 4, 2);
        const labels = someOf(N, K, share, 6);
        const init = startOf(set, K, type, 2);
        const options = { nComponents: K, covarianceType: type, init, labels, regCovar: 0, tol: 0, accelerate: false };
        let expected: Parameters | GaussianMixture = init;
        const trace = [logLikelihoodOf(init, set, labels)];
        for (let i = 0; i < 5; i++) {
          const { weights, means, covariances } = expected;
          const { responsibilities } = eStep(set, { weights, means, covariances, covarianceType: type });
          labels.forEach((label, n) => {
            if (label >= 0) for (let k = 0; k < K; k++) responsibilities[n * K + k] = Number(k === label);
          });
          expected = mStep(set, responsibilities, { covarianceType: type });
          trace.push(logLikelihoodOf(expected, set, labels));
        }
        const mixture = GaussianMixture.fitSync(set, { ...options, maxIter: 5 });
        for (const key of PARAMETERS) {
          expect(
            worst(mixture[key], expected[key], () => 1),
            key,
          ).toBeLessThan(1e-11);
        }
        expect(worst(mixture.report?.trace ?? [], trace, (i) => Math.abs(trace[i]))).toBeLessThan(1e-12);
      });
    }
  }
});

test("the likelihood does not fall (with a prior, the posterior), and it is that of the known rows with their components", () => {
  const problem = fc.record({
    type: fc.constantFrom(...TYPES),
    K: fc.integer({ min: 1, max: 4 }),
    D: fc.integer({ min: 1, max: 9 }),
    N: fc.integer({ min: 150, max: 500 }),
    share: fc.constantFrom(0.01, 0.3, 0.9, 1),
    accelerate: fc.boolean(),
    wrong: fc.boolean(),
    prior: fc.boolean(),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  });
  fc.assert(
    fc.property(problem, ({ type, K, D, N, share, accelerate, wrong, prior, seed }) => {
      const set = clouds(N, D, K, seed, 4);
      const uniform = uniforms(seed + 1);
      // also labels that contradict the data
      const labels = someOf(N, K, share, seed).map((k) => (k >= 0 && wrong ? Math.floor(uniform() * K) : k));
      const init = startOf(set, K, type, seed);
      const mixture = GaussianMixture.fitSync(set, {
        ...{ nComponents: K, covarianceType: type, init, labels, accelerate, prior, regCovar: 0, tol: 0, maxIter: 20 },
      });
      const { trace } = mixture.report!;
      expectNeverFalls(mixture, (j) => 1e-11 * Math.abs(trace[j - 1]));
      const end = mixture.report!.logLikelihood;
      expect(Math.abs(logLikelihoodOf(mixture, set, labels) - end)).toBeLessThan(1e-10 * Math.abs(end));
      expect(mixture.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    }),
    runs(200),
  );
});

describe("a fit with labels", () => {
  test("gives each component the rows of its label, from any start", () => {
    const set = dataset("iris");
    const classes = set.classes ?? new Int32Array();
    // three flowers of each kind
    const labels = classes.map((kind, n) => (n % 50 < 3 ? kind : -1));
    for (const init of [undefined, "kmeans", "random"] as const) {
      const mixture = GaussianMixture.fitSync(set, { nComponents: 3, init, labels });
      const found = mixture.predict(set);
      expect(found.filter((label, n) => label === classes[n]).length).toBeGreaterThanOrEqual(140);
    }
  });

  test("puts a label's component where its rows are, though others have none", () => {
    const set = clouds(200, 2, 4, 3, 40);
    const labels = Array.from({ length: 200 }, (_, n) => (n === 2 || n === 6 ? 3 : null));
    const mixture = GaussianMixture.fitSync(set, { nComponents: 4, labels, seed: 1 });
    const found = mixture.predict(set);
    const third = Array.from({ length: 200 }, (_, n) => n).filter((n) => n % 4 === 2);
    expect(third.every((n) => found[n] === 3)).toBe(true);
    expect(new Set(found).size).toBe(4);
  });

  test("with all labels known is the fit of each class by itself", () => {
    const set = dataset("wine");
    const classes = set.classes ?? new Int32Array();
    const mixture = GaussianMixture.fitSync(set, { nComponents: 3, labels: classes, regCovar: 0 });
    for (let k = 0; k < 3; k++) {
      const rows = Array.from(classes.keys()).filter((n) => classes[n] === k);
      const alone = GaussianMixture.fitSync(rowsOf(set, rows), { nComponents: 1, regCovar: 0 });
      expect(mixture.weights[k]).toBeCloseTo(rows.length / 178, 14);
      expect(worst(mixture.means.subarray(k * 13, (k + 1) * 13), alone.means, (i) => alone.means[i])).toBeLessThan(
        1e-13,
      );
      const own = mixture.covariances.subarray(k * 169, (k + 1) * 169);
      const { covariances } = alone;
      const scale = (i: number): number => Math.sqrt(covariances[Math.floor(i / 13) * 14] * covariances[(i % 13) * 14]);
      expect(worst(own, covariances, scale)).toBeLessThan(1e-12);
    }
  });

  test("takes unknown labels in three forms, and no known label for no labels", () => {
    const set = clouds(60, 2, 2, 5, 3);
    const options = { nComponents: 2, init: "kmeans" } as const;
    const forms = [-1, null, undefined].map((none) => Array.from({ length: 60 }, (_, n) => (n < 6 ? n % 2 : none)));
    const [a, b, c] = forms.map((labels) => GaussianMixture.fitSync(set, { ...options, labels }));
    expect(sameBits(a.means, b.means) && sameBits(a.means, c.means)).toBe(true);
    const none = GaussianMixture.fitSync(set, { ...options, labels: new Int32Array(60).fill(-1) });
    expect(sameBits(none.covariances, GaussianMixture.fitSync(set, options).covariances)).toBe(true);
  });

  test("weighs rows, known ones too, and leaves out those of weight 0", () => {
    const set = clouds(400, 3, 2, 5, 3);
    const labels = someOf(400, 2, 0.3, 8);
    const times = Array.from({ length: 400 }, (_, n) => n % 3);
    const order = times.flatMap((count, n) => new Array<number>(count).fill(n));
    for (const covarianceType of TYPES) {
      const init = startOf(set, 2, covarianceType, 1);
      const options = { nComponents: 2, covarianceType, init, regCovar: 0.01, tol: 0, maxIter: 8 };
      const weighted = GaussianMixture.fitSync(set, { ...options, labels, sampleWeight: times });
      const repeated = GaussianMixture.fitSync(rowsOf(set, order), { ...options, labels: order.map((n) => labels[n]) });
      expect(worst(weighted.means, repeated.means, () => 1)).toBeLessThan(1e-10);
      expect(worst(weighted.covariances, repeated.covariances, () => 1)).toBeLessThan(1e-10);
      expect(weighted.report?.totalWeight).toBe(order.length);
      expect(weighted.report?.nRows).toBe(400);
    }
  });

  test("holds parameters too", () => {
    const set = clouds(300, 2, 3, 5, 3);
    const init = randomMixture({ D: 2, K: 3, type: "diag", seed: 5 });
    const fixed = { weights: "equal", means: [1] } as const;
    const labels = someOf(300, 3, 0.2, 9);
    const mixture = GaussianMixture.fitSync(set, { nComponents: 3, covarianceType: "diag", init, fixed, labels });
    expect(sameBits(mixture.weights, [1 / 3, 1 / 3, 1 / 3])).toBe(true);
    expect(sameBits(mixture.means.subarray(2, 4), init.means.subarray(2, 4))).toBe(true);
  });
});

describe("many rows", () => {
  // sorted, in groups, some labels in more than one job
  const set = clouds(20_000, 6, 3, 9, 2);
  const labels = someOf(20_000, 3, 0.7, 4).map((k, n) => (k === 1 && n % 2 === 0 ? -1 : k));

  for (const covarianceType of TYPES) {
    const options: FitOptions = {
      nComponents: 3,
      covarianceType,
      labels,
      tol: 0,
      maxIter: 12,
      seed: 3,
      init: "kmeans",
    };
    const whole = GaussianMixture.fitSync(set, options);
    const same = (mixture: GaussianMixture): boolean => sameParameters(mixture, whole);

    test(`have the same bits for any number of threads: ${covarianceType}`, async () => {
      for (const threads of [1, 2, 3]) {
        workers.restart();
        expect(same(await GaussianMixture.fit(set, { ...options, threads, onIteration: workers.wait }))).toBe(true);
        workers.expectServed(threads - 1);
      }
      expect(Math.abs(logLikelihoodOf(whole, set, labels) / (whole.report?.logLikelihood ?? 0) - 1)).toBeLessThan(
        1e-11,
      );
    });

    test(`can be continued, to the bit: ${covarianceType}`, () => {
      const warmStart = GaussianMixture.fitSync(set, { ...options, maxIter: 5 });
      const more: FitOptions = { ...options, init: undefined, warmStart, maxIter: 7 };
      expect(same(GaussianMixture.fitSync(set, more))).toBe(true);
      const others = labels.map((label, n) => (n === 5 ? -1 : label));
      expect(same(GaussianMixture.fitSync(set, { ...more, labels: others }))).toBe(false);
    });
  }
});

test("labels that make no sense are refused", async () => {
  const set = clouds(4, 1, 2, 1);
  const wrong: readonly (readonly [unknown, typeof TypeError | typeof RangeError, RegExp])[] = [
    ["0101", TypeError, /^labels: expected one label per row \(4\)/],
    [null, TypeError, /^labels: /],
    [[0, 1], RangeError, /^labels: .*got 2/],
    [[0, 1, 2, 0], RangeError, /^labels\[2\]: .*got 2/],
    [[0, 1, -2, 0], RangeError, /^labels\[2\]: .*got -2/],
    [[0, 0.5, 1, 1], RangeError, /^labels\[1\]: .*got 0.5/],
    [Float64Array.of(0, Number.NaN, 1, 1), RangeError, /^labels\[1\]: .*NaN/],
    [["a", "b", "a", "b"], TypeError, /^labels\[0\]: .*"a"/],
  ];
  for (const [labels, kind, text] of wrong) await expectFitError(set, { nComponents: 2, labels }, kind, text);
  await expectFitError([[1], [Number.NaN]], { nComponents: 1, labels: [0, null] }, RangeError, /^data: .*NaN in row 1/);
});

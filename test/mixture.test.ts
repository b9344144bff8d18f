// What a user sees of a mixture: its parameters, its answers, its copies.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CovarianceType, eStep, type FitOptions, GaussianMixture, kMeans, mStep } from "../src/index.ts";
import { taus } from "./support/bounds.ts";
import { covarianceScale, sameBits, worst } from "./support/compare.ts";
import { dataset, spreads } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { clouds, nested, randomMixture, runs, sizes, TYPES, uniforms } from "./support/problems.ts";
import { plainMStep, plainScores, writtenOut } from "./support/reference.ts";

const EPSILON = Number.EPSILON;
const iris = dataset("iris");
const fitIris = (options: Partial<FitOptions> = {}): GaussianMixture =>
  GaussianMixture.fitSync(iris, { nComponents: 3, ...options });

describe("parameters", () => {
  test("come back as they were given, flat and row-major, whether given nested or flat", () => {
    fc.assert(
      fc.property(sizes(), (size) => {
        const mixture = randomMixture(size);
        const { covarianceType, weights, means, covariances, nComponents, nFeatures } = mixture;
        expect([covarianceType, nComponents, nFeatures]).toEqual([size.type, size.K, size.D]);
        const flat = GaussianMixture.fromParameters({ covarianceType, weights, means, covariances });
        expect(sameBits(flat.weights, weights)).toBe(true);
        expect(sameBits(flat.means, means)).toBe(true);
        expect(sameBits(flat.covariances, covariances)).toBe(true);
        expect(flat.report).toBeUndefined();
      }),
      runs(40),
    );
  });

  test("are copies: what is done to them is not done to the mixture", () => {
    const weights = [0.25, 0.75];
    const mixture = GaussianMixture.fromParameters({
      weights,
      means: [[0], [1]],
      covariances: [[[1]], [[2]]],
      columns: ["x"],
    });
    weights.fill(0);
    for (const key of ["weights", "means", "covariances", "precisions"] as const) {
      const before = [...mixture[key]];
      mixture[key].fill(9);
      expect([...mixture[key]]).toEqual(before);
    }
    expect([...mixture.weights]).toEqual([0.25, 0.75]);
    expect(() => (mixture.columns as string[]).push("y")).toThrow(TypeError);
    expect(Object.isFrozen(fitIris().report)).toBe(true);
  });

  test("count as free what is free", () => {
    // scikit-learn's _n_parameters and mclust's df give the same numbers
    const counts = TYPES.map((type) => fitIris({ covarianceType: type, maxIter: 1 }).nParameters);
    expect(counts).toEqual([44, 24, 26, 17]);
  });

  test("have precisions that are the inverses of the covariances", () => {
    fc.assert(
      fc.property(sizes(), (size) => {
        const mixture = randomMixture(size);
        const { D, K, type } = size;
        const { covariances, precisions } = mixture;
        if (type === "diag" || type === "spherical") {
          expect(
            sameBits(
              precisions,
              covariances.map((variance) => 1 / variance),
            ),
          ).toBe(true);
          return;
        }
        const tau = taus(mixture);
        for (let at = 0; at < (type === "full" ? K : 1) * D * D; at++) {
          const [k, i, j] = [Math.floor(at / (D * D)), Math.floor(at / D) % D, at % D];
          const start = k * D * D;
          let product = i === j ? -1 : 0;
          for (let m = 0; m < D; m++) product += covariances[start + i * D + m] * precisions[start + m * D + j];
          // inverting C = L L' in floating point: |C P - I| <= c D² eps |H^-1|, entry (i, j) in units of sqrt(C_ii P_jj)
          const unit = Math.sqrt(covariances[start + i * D + i] * precisions[start + j * D + j]);
          expect(Math.abs(product)).toBeLessThanOrEqual(2 * D * (D + 1) * EPSILON * tau[k] * unit);
        }
      }),
      runs(60),
    );
  });
});

describe("answers", () => {
  test("are those of the textbook's formulas", () => {
    fc.assert(
      fc.property(sizes(), (size) => {
        const { N, D, K } = size;
        const mixture = randomMixture(size);
        const set = clouds(N, D, K, size.seed);
        const plain = plainScores(writtenOut(mixture), set);
        const distances = plain.flatMap((row) => row.distances);
        const tau = taus(mixture);
        const centre = mixture.mahalanobis([Array.from({ length: D }, (_, d) => columnMean(mixture, d))]);
        // a distance q² loses D (D + 1) eps tau of itself; "tied" measures from the centre of the mixture: bounds.ts
        const squared = (at: number): number =>
          4 *
          D *
          (D + 1) *
          EPSILON *
          tau[at % K] *
          (distances[at] ** 2 + (size.type === "tied" ? 4 * centre[at % K] ** 2 : 0));
        const bound = (at: number): number => squared(at) / (distances[at] + Math.sqrt(squared(at))) + EPSILON;
        expect(worst(mixture.mahalanobis(set), distances, bound)).toBeLessThanOrEqual(1);
        const densities = plain.map((row) => row.density);
        const row = (n: number): number => {
          const errors = tau.map((t, k) => squared(n * K + k) + 4 * D * (D + 1) * EPSILON * t);
          return Math.max(...errors) + 40 * EPSILON * (D + Math.abs(densities[n]));
        };
        expect(worst(mixture.scoreSamples(set), densities, row)).toBeLessThanOrEqual(1);
        // d r = r (1 - r) d log: at most a quarter of the errors of two log-densities
        const responsibilities = plain.flatMap(({ responsibilities: r }) => r);
        expect(worst(mixture.predictProba(set), responsibilities, (at) => row(Math.floor(at / K)))).toBeLessThanOrEqual(
          1,
        );
      }),
      runs(100),
    );
  });

  function columnMean({ weights, means, nFeatures: D }: GaussianMixture, d: number): number {
    return weights.reduce((sum, weight, k) => sum + weight * means[k * D + d], 0);
  }

  test("of the building blocks are the mixture's own", () => {
    fc.assert(
      fc.property(sizes(), (size) => {
        const { N, D, K } = size;
        const mixture = randomMixture(size);
        const set = clouds(N, D, K, size.seed);
        const { responsibilities, counts, logLikelihood } = eStep(set, mixture);
        expect(sameBits(responsibilities, mixture.predictProba(set))).toBe(true);
        expect(logLikelihood).toBe(mixture.logLikelihood(set));
        const total = counts.reduce((sum, count) => sum + count, 0);
        expect(Math.abs(total - N)).toBeLessThanOrEqual((N + K) * N * EPSILON);
      }),
      runs(40),
    );
  });

  test("of k-means are the nearest of its centres, and its inertia is theirs, wherever it stops", () => {
    fc.assert(
      fc.property(sizes(), fc.constantFrom(0, 1, 2, 300), ({ N, D, K, seed }, maxIter) => {
        const set = clouds(N, D, K, seed);
        const { labels, centres, inertia, nIterations } = kMeans(set, { nClusters: K, seed, maxIter });
        expect(nIterations).toBeLessThanOrEqual(maxIter);
        const middles = nested({ data: centres, shape: [K, D] });
        const squares = nested(set).map((x) => middles.map((c) => x.reduce((sum, v, d) => sum + (v - c[d]) ** 2, 0)));
        // two orders of D squares, and of N sums
        const bound = (D + N) * EPSILON;
        squares.forEach((row, n) => {
          expect(row[labels[n]]).toBeLessThanOrEqual(Math.min(...row) * (1 + bound));
        });
        const total = squares.reduce((sum, row) => sum + Math.min(...row), 0);
        expect(Math.abs(inertia - total)).toBeLessThanOrEqual(2 * bound * total);
      }),
      runs(60),
    );
  });

  for (const type of TYPES) {
    test(`an M-step from any responsibilities is that of the formulas, ${type}`, () => {
      fc.assert(
        fc.property(sizes(1), ({ N, D, K, seed }) => {
          const set = clouds(N, D, K, seed);
          const uniform = uniforms(seed);
          const shares = Array.from({ length: N }, () => {
            const row = Array.from({ length: K }, () => uniform() + 1e-3);
            const total = row.reduce((sum, v) => sum + v, 0);
            return row.map((v) => v / total);
          });
          const plain = plainMStep(set, shares);
          const actual = mStep(set, shares, { covarianceType: type });
          // sums of N terms of the size of the variances, in two orders
          const bound = 4 * N * EPSILON;
          expect(worst(actual.weights, plain.weights, (k) => plain.weights[k])).toBeLessThanOrEqual(bound);
          const spread = spreads(set);
          const reach = (d: number): number => Math.max(...nested(set).map((x) => Math.abs(x[d])));
          expect(worst(actual.means, plain.means.flat(), (i) => spread[i % D] + reach(i % D))).toBeLessThanOrEqual(
            bound,
          );
          const expected = condensed(plain, type);
          const scale = covarianceScale({ ...actual, covariances: expected });
          expect(worst(actual.covariances, expected, scale)).toBeLessThanOrEqual(4 * bound);
        }),
        runs(25),
      );
    });
  }

  /** Whole covariances in the shape of a type: what an M-step keeps of them. */
  function condensed({ weights, covariances }: ReturnType<typeof plainMStep>, type: CovarianceType): number[] {
    const D = covariances[0].length;
    const pooled = covariances[0].map((row, i) =>
      row.map((_, j) => covariances.reduce((sum, c, k) => sum + weights[k] * c[i][j], 0)),
    );
    const diagonals = covariances.map((c) => c.map((row, i) => row[i]));
    if (type === "full") return covariances.flat(2);
    if (type === "tied") return pooled.flat();
    return type === "diag" ? diagonals.flat() : diagonals.map((row) => row.reduce((sum, v) => sum + v, 0) / D);
  }

  test("go into the arrays that are given for them", () => {
    const mixture = fitIris();
    const labels = new Int32Array(150);
    const answers = {
      predictProba: new Float64Array(450),
      scoreSamples: new Float64Array(150),
      mahalanobis: new Float64Array(450),
    };
    expect(mixture.predict(iris, labels)).toBe(labels);
    expect([...labels]).toEqual([...mixture.predict(iris)]);
    for (const [method, out] of Object.entries(answers) as [keyof typeof answers, Float64Array][]) {
      expect(mixture[method](iris, out)).toBe(out);
      expect(sameBits(out, mixture[method](iris))).toBe(true);
      const wrong = new Float32Array(out.length) as unknown as Float64Array;
      expect(() => mixture[method](iris, new Float64Array(out.length + 1))).toThrow(
        /^out: expected length \d+, got \d+; leave it out/,
      );
      expect(() => mixture[method](iris, wrong)).toThrow(/^out: expected a Float64Array, got/);
    }
    expect(() => mixture.predict(iris, new Float64Array(150) as unknown as Int32Array)).toThrow(
      /^out: expected an? Int32Array, got/,
    );
  });

  test("a distance at the mean is 0, not -0", () => {
    for (const type of TYPES) {
      const mixture = randomMixture({ D: 5, K: 3, type, seed: 3 });
      const distances = mixture.mahalanobis({ data: mixture.means, shape: [3, 5] });
      // "tied" subtracts whitened numbers, so there only the sign is sure
      if (type !== "tied")
        expect([distances[0], distances[4], distances[8]].every((distance) => distance === 0)).toBe(true);
      expect(distances.some((distance) => Object.is(distance, -0))).toBe(false);
    }
  });

  test("add up: score, log-likelihood, bic and aic are those of the log-densities", () => {
    fc.assert(
      fc.property(sizes(), fc.boolean(), (size, weighted) => {
        const mixture = randomMixture(size);
        const set = clouds(size.N, size.D, size.K, size.seed);
        const uniform = uniforms(size.seed);
        const sampleWeight = Array.from({ length: size.N }, () => (weighted ? uniform() : 1));
        const options = weighted ? { sampleWeight } : {};
        const density = mixture.scoreSamples(set);
        const weight = sampleWeight.reduce((sum, w) => sum + w, 0);
        const total = density.reduce((sum, value, n) => sum + sampleWeight[n] * value, 0);
        // two orders of one sum
        const bound =
          2 * size.N * EPSILON * density.reduce((sum, value, n) => sum + sampleWeight[n] * Math.abs(value), 0);
        const p = mixture.nParameters;
        expect(Math.abs(mixture.logLikelihood(set, options) - total)).toBeLessThanOrEqual(bound);
        expect(Math.abs(mixture.score(set, options) - total / weight)).toBeLessThanOrEqual(bound / weight + bound);
        const logWeight = 8 * EPSILON * p * (1 + Math.abs(Math.log(weight)));
        expect(Math.abs(mixture.bic(set, options) - (p * Math.log(weight) - 2 * total))).toBeLessThanOrEqual(
          3 * bound + logWeight,
        );
        expect(Math.abs(mixture.aic(set, options) - (2 * p - 2 * total))).toBeLessThanOrEqual(3 * bound + logWeight);
      }),
      runs(60),
    );
  });
});

describe("samples", () => {
  for (const type of TYPES) {
    test(`have the moments of the mixture, ${type}`, () => {
      const mixture = randomMixture({ D: 3, K: 4, type, seed: 12 });
      const { data, shape, labels } = mixture.sample(40_000, { seed: 3 });
      expect(shape).toEqual([40_000, 3]);
      expect([data.length, labels.length]).toEqual([120_000, 40_000]);
      const plain = writtenOut(mixture);
      // five standard errors: a right generator fails one such test in two million
      plain.weights.forEach((weight, k) => {
        const rows = nested({ data, shape }).filter((_, n) => labels[n] === k);
        const n = rows.length;
        expect(Math.abs(n - 40_000 * weight)).toBeLessThan(5 * Math.sqrt(40_000 * weight * (1 - weight)));
        const covariance = plain.covariances[k];
        for (let i = 0; i < 3; i++) {
          const mean = rows.reduce((sum, x) => sum + x[i], 0) / n;
          expect(Math.abs(mean - plain.means[k][i])).toBeLessThan(5 * Math.sqrt(covariance[i][i] / n));
          for (let j = 0; j <= i; j++) {
            const product = (x: readonly number[]): number => (x[i] - plain.means[k][i]) * (x[j] - plain.means[k][j]);
            const actual = rows.reduce((sum, x) => sum + product(x), 0) / n;
            // Var z_i z_j = c_ii c_jj + c_ij² (Isserlis)
            const error = Math.sqrt((covariance[i][i] * covariance[j][j] + covariance[i][j] ** 2) / n);
            expect(Math.abs(actual - covariance[i][j])).toBeLessThan(5 * error);
          }
        }
      });
    });
  }

  test("are normal: mean, variance, skewness and kurtosis of every other number, and no echo of the one before", () => {
    const n = 200_000;
    const normal = GaussianMixture.fromParameters({ weights: [1], means: [[0]], covariances: [[[1]]] });
    const { data } = normal.sample(2 * n, { seed: 17 });
    // five standard errors; Var z^p = E z^2p - (E z^p)^2, with E z^2, z^4, z^6, z^8 = 1, 3, 15, 105
    const moments = [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ];
    for (const parity of [0, 1]) {
      const half = data.filter((_, i) => i % 2 === parity);
      for (const [power, mean, variance] of moments) {
        const actual = half.reduce((sum, z) => sum + z ** power, 0) / n;
        expect(Math.abs(actual - mean), `E z^${power}`).toBeLessThan(5 * Math.sqrt(variance / n));
      }
    }
    for (const lag of [1, 2, 3]) {
      const echo = data.subarray(lag).reduce((sum, z, i) => sum + z * data[i], 0) / (2 * n);
      expect(Math.abs(echo), `lag ${lag}`).toBeLessThan(5 / Math.sqrt(2 * n));
    }
  });

  test("have the same bits for the same seed, others for another, and are data themselves", () => {
    const mixture = fitIris();
    const sample = mixture.sample(1500, { seed: 8 });
    expect(sameBits(mixture.sample(1500, { seed: 8 }).data, sample.data)).toBe(true);
    expect(sameBits(mixture.sample(1500, { seed: 9 }).data, sample.data)).toBe(false);
    expect(sameBits(mixture.sample(1500).data, mixture.sample(1500, { seed: 0 }).data)).toBe(true);
    expect(mixture.predict(sample)).toHaveLength(1500);
  });

  test("come from no component of weight 0", () => {
    const mixture = GaussianMixture.fromParameters({
      weights: [0, 1, 0],
      means: [[0], [5], [9]],
      covariances: [1, 1, 1],
      covarianceType: "diag",
    });
    expect(new Set(mixture.sample(2000).labels)).toEqual(new Set([1]));
    expect(new Set(mixture.predict([[0], [5], [9]]))).toEqual(new Set([1]));
    expect([...mixture.predictProba([[0]])]).toEqual([0, 1, 0]);
  });
});

test("what an M-step gives is taken as parameters, but not with sizes that are none of theirs", async () => {
  const set = clouds(60, 2, 2, 5);
  const parameters = mStep(set, GaussianMixture.fitSync(set, { nComponents: 2 }).predictProba(set));
  const mixture = GaussianMixture.fromParameters(parameters);
  expect(sameBits(eStep(set, parameters).responsibilities, mixture.predictProba(set))).toBe(true);
  for (const wrong of [{ nComponents: 3 }, { nFeatures: 1 }]) {
    for (const take of [
      () => GaussianMixture.fromParameters({ ...parameters, ...wrong }),
      () => eStep(set, { ...parameters, ...wrong }),
    ]) {
      await expectError(take, RangeError, /^parameters: expected n\w+ to be 2, as in the means, got \d; leave it out$/);
    }
  }
});

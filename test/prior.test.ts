// Maximum a posteriori fits: against R's mclust 6.0.0, and what must hold for every prior.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GaussianMixture, type PriorOptions } from "../src/index.ts";
import { column, dataset, fixtureCells } from "./support/datasets.ts";
import { expectFitError } from "./support/errors.ts";
import { covarianceEntry, typeOfMclust } from "./support/forms.mjs";
import { expectNeverFalls } from "./support/mixtures.ts";
import { clouds, runs, sizes, TYPES } from "./support/problems.ts";

const [, ...rows] = fixtureCells("mclust-prior.csv");

describe("the default prior is mclust's", () => {
  test.each(rows)("on %s, %s", (name, family, ...rest) => {
    const set = dataset(name as "iris" | "faithful");
    const [K, D, ...numbers] = rest.flatMap((text) => text.split(" ").map(Number));
    const labels = set.classes ?? column(set, 0).map((eruptions) => (eruptions > 3 ? 1 : 0));
    const type = typeOfMclust(family);
    const options = { nComponents: K, covarianceType: type, init: { labels }, prior: true };
    const mixture = GaussianMixture.fitSync(set, { ...options, tol: 1e-13, maxIter: 20_000 });
    const [logLikelihood, ...others] = numbers;
    const weights = others.slice(0, K);
    const means = others.slice(K, K + K * D);
    const covariances = others.slice(K + K * D);
    // mclust has stopped a little short: 6e-7 in log-likelihood, 1e-7 in a covariance, on iris with EEE
    expect(Math.abs(mixture.report!.logLikelihood - logLikelihood)).toBeLessThan(1e-6);
    const relative = (ours: number, theirs: number): number => Math.abs(ours - theirs) / Math.abs(theirs);
    mixture.weights.forEach((weight, k) => {
      expect(relative(weight, weights[k])).toBeLessThan(1e-6);
    });
    mixture.means.forEach((mean, i) => {
      expect(relative(mean, means[i])).toBeLessThan(1e-6);
    });
    for (let k = 0; k < K; k++) {
      for (let d = 0; d < D; d++) {
        for (let e = 0; e < D; e++) {
          const theirs = covariances[(k * D + d) * D + e];
          const unit = Math.sqrt(covariances[(k * D + d) * D + d] * covariances[(k * D + e) * D + e]);
          expect(Math.abs(covarianceEntry(mixture, k, d, e) - theirs) / unit).toBeLessThan(1e-6);
        }
      }
    }
  });
});

describe("with a prior", () => {
  const priors: fc.Arbitrary<PriorOptions | true> = fc.oneof(
    fc.constant(true as const),
    fc.record({
      shrinkage: fc.double({ min: 0, max: 10, noNaN: true }),
      degreesOfFreedom: fc.integer({ min: 0, max: 30 }),
    }),
  );

  test("the log-posterior never falls by more than rounding, and ends in the report", () => {
    let steps = 0;
    fc.assert(
      fc.property(sizes(2), priors, fc.boolean(), ({ N, D, K, type, seed }, prior, accelerate) => {
        const set = clouds(N, D, K, seed);
        const labels = Array.from({ length: N }, (_, n) => n % K);
        const options = { nComponents: K, covarianceType: type, init: { labels }, prior, accelerate };
        const mixture = GaussianMixture.fitSync(set, { ...options, tol: 0, maxIter: 40 });
        const { trace, logPosterior } = mixture.report!;
        expect(logPosterior).toBe(trace.at(-1));
        // the prior keeps covariances round: sums of N terms of this size are all there is to round
        const rounding = (N * D + 100) * Number.EPSILON * Math.max(...trace.map(Math.abs));
        steps += expectNeverFalls(mixture, () => rounding);
      }),
      runs(120),
    );
    expect(steps).toBeGreaterThan(2000);
  });

  test("the parts of the default prior, written out, give the same fit", () => {
    const set = clouds(200, 2, 3, 5);
    const mean = [0, 1].map((d) => column(set, d).reduce((sum, v) => sum + v, 0) / 200);
    const covariance = [0, 1].map((i) =>
      [0, 1].map((j) => {
        const [a, b] = [column(set, i), column(set, j)];
        return a.reduce((sum, v, n) => sum + (v - mean[i]) * (b[n] - mean[j]), 0) / 199 / 3;
      }),
    );
    for (const type of TYPES) {
      const full = type === "full" || type === "tied";
      const scale = full ? covariance : (covariance[0][0] + covariance[1][1]) / 2;
      const options = { nComponents: 3, covarianceType: type, seed: 2 };
      const standard = GaussianMixture.fitSync(set, { ...options, prior: true });
      const written = { shrinkage: 0.01, mean, degreesOfFreedom: 4, scale };
      const same = GaussianMixture.fitSync(set, { ...options, prior: written });
      // the default has 1e-8 of each variance more on its diagonal
      expect(Math.abs(same.report!.logPosterior! - standard.report!.logPosterior!)).toBeLessThan(1e-6);
      expect(standard.report!.logLikelihood).toBeLessThan(
        GaussianMixture.fitSync(set, { ...options, init: standard }).report!.logLikelihood,
      );
    }
  });

  test("without one there is no log-posterior", () => {
    const { report } = GaussianMixture.fitSync(clouds(50, 2, 2, 5), { nComponents: 2, prior: false });
    expect(report).not.toHaveProperty("logPosterior");
  });

  test("metres and millimetres give the same clusters", () => {
    const set = clouds(150, 3, 3, 8);
    const small = { data: set.data.map((v) => v / 1024), shape: set.shape };
    for (const type of TYPES) {
      const options = { nComponents: 3, covarianceType: type, prior: true, seed: 1 };
      const [one, other] = [set, small].map((data) => GaussianMixture.fitSync(data, options).predict(data));
      expect([...other]).toEqual([...one]);
    }
  });

  test("fewer distinct rows than components, equal rows and more columns than rows have finite fits", () => {
    const two = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? [2, 3] : [5, 1]));
    const equal = Array.from({ length: 12 }, () => [2, 3]);
    for (const covarianceType of TYPES) {
      for (const data of [two, equal, clouds(6, 20, 2, 4)]) {
        const mixture = GaussianMixture.fitSync(data, { nComponents: 3, covarianceType, prior: true });
        expect(Number.isFinite(mixture.report!.logPosterior)).toBe(true);
        expect(mixture.scoreSamples(data).every(Number.isFinite)).toBe(true);
      }
    }
  });

  test.each([
    ["a text", "yes", TypeError, /^prior: expected true, false or an object, got "yes"; write true/],
    ["null", null, TypeError, /^prior: .+ got null/],
    ["an unknown part", { kappa: 1 }, TypeError, /^prior: .*"kappa"/],
    [
      "a negative shrinkage",
      { shrinkage: -1 },
      RangeError,
      /^prior.shrinkage: expected a finite number, 0 or more, got -1/,
    ],
    ["NaN", { degreesOfFreedom: Number.NaN }, RangeError, /^prior.degreesOfFreedom: .+ got NaN/],
    ["a mean too short", { mean: [1] }, RangeError, /^prior.mean: expected one number per column \(2\), got 1; leave/],
    ["an infinite mean", { mean: [1, Infinity] }, RangeError, /^prior.mean: expected finite numbers, got Infinity/],
    ["a scale of another shape", { scale: [1, 2] }, RangeError, /^prior.scale: expected shape \[2, 2\]/],
    [
      "a negative variance",
      {
        scale: [
          [1, 0],
          [0, -1],
        ],
      },
      RangeError,
      /^prior.scale: expected variances above 0 .+ got -1 in/,
    ],
  ])("%s is refused", async (_, prior, kind, message) => {
    await expectFitError(clouds(20, 2, 2, 1), { nComponents: 2, prior }, kind, message);
  });

  test("a matrix as the scale of a spherical prior is refused", async () => {
    const options = { nComponents: 2, covarianceType: "spherical", prior: { scale: [[1]] } };
    await expectFitError(
      clouds(20, 2, 2, 1),
      options,
      TypeError,
      /^prior.scale: expected a finite number above 0 .+ array/,
    );
    const negative = { ...options, prior: { scale: 0 } };
    await expectFitError(clouds(20, 2, 2, 1), negative, RangeError, /^prior.scale: .+ got 0; leave it out/);
  });
});

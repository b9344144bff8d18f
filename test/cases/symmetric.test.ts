// Covariances are symmetric to the bit in everything that is returned, and go through files without a change.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  condition,
  fromBytes,
  fromMatlab,
  fromMclust,
  fromScikitLearn,
  GaussianMixture,
  improveSync,
  marginal,
  moments,
  mStep,
  reduce,
  regression,
  selectSync,
  toBytes,
  toMatlab,
  toMclust,
  toScikitLearn,
} from "../../src/index.ts";
import { clouds, runs, TYPES } from "../support/problems.ts";

function expectSymmetric(matrices: Float64Array, D: number): void {
  for (let start = 0; start < matrices.length; start += D * D) {
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < i; j++) expect(matrices[start + i * D + j]).toBe(matrices[start + j * D + i]);
    }
  }
}

const problem = fc.record({
  type: fc.constantFrom(...TYPES),
  D: fc.integer({ min: 3, max: 5 }),
  K: fc.integer({ min: 2, max: 4 }),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
});

describe("a mixture from anywhere", () => {
  test("has symmetric covariances, and the same densities from JSON and bytes, to the bit", () => {
    fc.assert(
      fc.property(problem, ({ type, D, K, seed }) => {
        const rows = clouds(90, D, K, seed);
        const options = { nComponents: K, covarianceType: type, seed, init: "kmeans", maxIter: 20 } as const;
        const fit = GaussianMixture.fitSync(rows, options);
        const start = { weights: fit.weights, means: fit.means, covariances: fit.covariances };
        const labels = Array.from({ length: 90 }, (_, n) => (n % 3 === 0 ? n % K : -1));
        const one = GaussianMixture.fitSync(rows, { ...options, nComponents: 1 });
        const mixtures: readonly GaussianMixture[] = [
          fit,
          GaussianMixture.fitSync(rows, { ...options, prior: { shrinkage: 1 } }),
          GaussianMixture.fitSync(rows, { ...options, prior: true, accelerate: false }),
          GaussianMixture.fitSync(rows, { ...options, prior: true, labels }),
          GaussianMixture.fitSync(rows, { ...options, init: start, fixed: { means: [0] }, regCovar: 0.01 }),
          GaussianMixture.fitSync(rows, { ...options, init: "race" }),
          GaussianMixture.fitSync(rows, { ...options, init: undefined }),
          selectSync(rows, { nComponents: [1, 2], covarianceType: type, init: "kmeans", maxIter: 10 }).best,
          improveSync(fit, rows, { moves: 1, maxIter: 10 }),
          reduce(fit, 1).mixture,
          reduce(one, 1).mixture,
          marginal(fit, [2, 0, 1]),
          condition(fit, { 1: 0.3 }),
          GaussianMixture.fromParameters(mStep(rows, fit.predictProba(rows), { covarianceType: type, regCovar: 0.1 })),
          fromScikitLearn(JSON.stringify(toScikitLearn(fit))),
          fromMatlab(JSON.stringify(toMatlab(fit))),
          fromMclust(JSON.stringify(toMclust(fit))),
        ];
        for (const mixture of mixtures) {
          const { covarianceType, nFeatures } = mixture;
          if (covarianceType === "full" || covarianceType === "tied") {
            expectSymmetric(mixture.covariances, nFeatures);
            expectSymmetric(mixture.precisions, nFeatures);
          }
          const x = { data: rows.data.slice(0, 20 * nFeatures), shape: [20, nFeatures] as const };
          const density = mixture.scoreSamples(x);
          for (const copy of [GaussianMixture.fromJSON(JSON.stringify(mixture)), fromBytes(toBytes(mixture))]) {
            expect(copy.covariances).toEqual(mixture.covariances);
            expect(copy.scoreSamples(x)).toEqual(density);
          }
        }
        expectSymmetric(moments(fit).covariance, D);
        const x = { data: rows.data.filter((_, i) => i % D === 0), shape: [90, 1] as const };
        expectSymmetric(regression(fit, { inputs: [0] }).covariance(x), D - 1);
      }),
      runs(25),
    );
  });
});

// Covariances that regularisation alone keeps positive definite: of more columns than rows, of columns that are copies of
// others or follow from them. A matrix that cannot change needs no thousand iterations.
import { describe, expect, test } from "vitest";
import { type Kind, wideRows } from "../../bench/quality/wide-rows.mjs";
import { type CovarianceType, GaussianMixture } from "../../src/index.ts";
import { TYPES } from "../support/problems.ts";

const KINDS: readonly Kind[] = ["noise", "groups", "integers", "copied", "dependent"];

/** Mean and covariance (divisor N) of rows, by the textbook. */
function momentsOf(data: Float64Array, N: number, D: number): { mean: Float64Array; covariance: Float64Array } {
  const mean = Float64Array.from({ length: D }, (_, d) => {
    let sum = 0;
    for (let n = 0; n < N; n++) sum += data[n * D + d];
    return sum / N;
  });
  const covariance = new Float64Array(D * D);
  for (let i = 0; i < D; i++) {
    for (let j = 0; j < D; j++) {
      for (let n = 0; n < N; n++) {
        covariance[i * D + j] += ((data[n * D + i] - mean[i]) * (data[n * D + j] - mean[j])) / N;
      }
    }
  }
  return { mean, covariance };
}

/** The covariance of one component of a type, as numbers of that type, without regularisation. */
function shaped(type: CovarianceType, covariance: Float64Array, D: number): Float64Array {
  if (type === "full" || type === "tied") return covariance;
  const variances = Float64Array.from({ length: D }, (_, d) => covariance[d * (D + 1)]);
  return type === "diag" ? variances : Float64Array.of(variances.reduce((sum, value) => sum + value, 0) / D);
}

describe("one component is one M-step", () => {
  for (const kind of KINDS) {
    test.each([
      [1, 3],
      [2, 2],
      [3, 40],
      [10, 20],
      [20, 10],
      [30, 100],
      [100, 30],
      [64, 64],
    ])(`${kind}: %i rows of %i columns`, (N, D) => {
      const data = wideRows(kind, N, D);
      const { mean, covariance } = momentsOf(data, N, D);
      for (const covarianceType of TYPES) {
        for (const accelerate of [true, false]) {
          // by default: the two shares of docs/numerics.md, what a constant column has, and where columns have steps a millionth of
          // what those can tell, which is left in directions in which the rows do not vary
          const share = Math.max(1e-10, 4 * D * Number.EPSILON) + 4 * D * Number.EPSILON;
          const constant = covariance.some((value, i) => value === 0 && i % (D + 1) === 0) ? 1e-6 : 0;
          const isMatrix = covarianceType === "full" || covarianceType === "tied";
          const left = isMatrix && (kind === "integers" || N === 2) ? 1e-6 : 0;
          const spread = (i: number): number => Math.sqrt(covariance[i * (D + 1)]);
          const given = (value: number, i: number): number =>
            share * Math.abs(value) + constant + left * spread(Math.floor(i / D)) * spread(i % D);
          for (const regCovar of [undefined, 1e-6]) {
            const options = { nComponents: 1, nFeatures: D, covarianceType, accelerate, regCovar };
            const mixture = GaussianMixture.fitSync(data, options);
            const { converged, nIterations, warnings } = mixture.report!;
            const isLate = warnings.some(({ code }) => code === "NOT_CONVERGED");
            expect([converged, nIterations <= 3, isLate]).toEqual([true, true, false]);
            // rounding of sums of N terms, a few times over
            const few = 8 * N * Number.EPSILON;
            mixture.means.forEach((value, d) => {
              expect(Math.abs(value - mean[d])).toBeLessThanOrEqual(few * (8 + Math.abs(mean[d])));
            });
            const { covariances } = mixture;
            shaped(covarianceType, covariance, D).forEach((value, i) => {
              if (regCovar === undefined) {
                expect(Math.abs(covariances[i] - value)).toBeLessThanOrEqual(few * 8 + given(value, i));
                return;
              }
              const isVariance = covariances.length < D * D || i % (D + 1) === 0;
              const expected = value + (isVariance ? regCovar : 0);
              expect(Math.abs(covariances[i] - expected)).toBeLessThanOrEqual(few * (8 + Math.abs(value)));
            });
          }
        }
      }
    });
  }

  test("a prior, given variances to add, or a mean that is held change nothing about that", () => {
    const [N, D] = [10, 20];
    const data = wideRows("noise", N, D);
    const held = { init: { means: [[...data.subarray(0, D)]] }, fixed: { means: true } };
    for (const covarianceType of TYPES) {
      for (const extra of [{ prior: true }, { regCovar: 1e-6 }, { regCovar: 1e-11 }, held]) {
        const options = { nComponents: 1, nFeatures: D, covarianceType, ...extra };
        const { report } = GaussianMixture.fitSync(data, options);
        expect([report!.converged, report!.nIterations <= 3]).toEqual([true, true]);
      }
    }
  });

  test("from a mean that is given as well, and a continuation ends at once", () => {
    const [N, D] = [12, 30];
    const data = wideRows("noise", N, D);
    const options = { nComponents: 1, nFeatures: D, init: { means: [new Array<number>(D).fill(10)] } };
    const far = GaussianMixture.fitSync(data, options);
    expect([far.report!.converged, far.report!.nIterations <= 3]).toEqual([true, true]);
    const again = GaussianMixture.fitSync(data, { nComponents: 1, nFeatures: D, init: far });
    expect([again.report!.converged, again.report!.nIterations <= 6]).toEqual([true, true]);
  });
});

describe("a likelihood that wavers in its last digits is converged", () => {
  for (const kind of KINDS) {
    test.each([
      [10, 10],
      [10, 30],
      [30, 10],
      [30, 100],
      [100, 30],
      [100, 100],
    ])(`${kind}: %i rows of %i columns, two and three components`, (N, D) => {
      const data = wideRows(kind, N, D);
      for (const covarianceType of TYPES) {
        for (const K of [2, 3]) {
          for (const accelerate of [true, false]) {
            const options = { nComponents: K, nFeatures: D, covarianceType, init: "kmeans", accelerate } as const;
            const { report } = GaussianMixture.fitSync(data, options);
            expect(report!.converged).toBe(true);
            expect(report!.warnings.map(({ code }) => code)).not.toContain("NOT_CONVERGED");
          }
        }
      }
    });
  }

  test("where more columns than rows leave nothing to climb, after a dozen iterations", () => {
    for (const kind of KINDS) {
      for (const covarianceType of ["full", "tied"] as const) {
        for (const [N, D] of [
          [10, 30],
          [20, 60],
          [30, 100],
        ]) {
          const options = { nComponents: 2, nFeatures: D, covarianceType, init: "kmeans" } as const;
          const { report } = GaussianMixture.fitSync(wideRows(kind, N, D), options);
          expect(report!.nIterations).toBeLessThanOrEqual(25);
        }
      }
    }
  });

  test("a slow climb is none: of columns that depend on others, too, it ends where a long one does", () => {
    // plain EM from random rows gains little at a time
    const [N, D] = [300, 10];
    for (const kind of ["noise", "copied", "dependent"] as const) {
      const data = wideRows(kind, N, D);
      const options = { nComponents: 2, nFeatures: D, init: "random-from-data", accelerate: false } as const;
      const { report } = GaussianMixture.fitSync(data, options);
      const more = GaussianMixture.fitSync(data, { ...options, tol: 0, maxIter: 1000 }).report!;
      expect(report!.converged).toBe(true);
      expect(more.logLikelihood - report!.logLikelihood).toBeLessThan(0.01);
    }
  });
});

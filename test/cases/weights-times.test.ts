// All weights times a power of two change no bit of a fit.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GaussianMixture } from "../../src/index.ts";
import { clouds, runs, TYPES, uniforms } from "../support/problems.ts";
import { SEARCHES } from "../support/searches.ts";

const problem = fc.record({
  type: fc.constantFrom(...TYPES),
  search: fc.constantFrom(...SEARCHES),
  D: fc.integer({ min: 1, max: 5 }),
  K: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  power: fc.constantFrom(-664, -300, 40, 300, 664),
  accelerate: fc.boolean(),
});

describe("all weights times a number", () => {
  test("change nothing, from 1e-200 to 1e200: to the bit for a power of two, whatever the start", () => {
    fc.assert(
      fc.property(problem, ({ type, search, D, K, seed, power, accelerate }) => {
        const rows = clouds(84, D, K, seed);
        const uniform = uniforms(seed);
        const weights = Array.from({ length: 84 }, () => Math.floor(4 * uniform()) || 1);
        const fitted = (times: number): GaussianMixture =>
          GaussianMixture.fitSync(rows, {
            ...{ nComponents: K, covarianceType: type, ...search, seed, accelerate, maxIter: 30 },
            sampleWeight: weights.map((weight) => weight * times),
          });
        const [plain, scaled] = [fitted(1), fitted(2 ** power)];
        expect([...scaled.means, ...scaled.weights, ...scaled.covariances]).toEqual([
          ...plain.means,
          ...plain.weights,
          ...plain.covariances,
        ]);
        expect(scaled.report?.logLikelihood).toBe((plain.report?.logLikelihood ?? 0) * 2 ** power);
        expect(scaled.report?.warnings).toEqual(plain.report?.warnings);
      }),
      runs(150),
    );
  });

  test("change parameters by rounding alone down to 1e-300, where responsibilities times weights have fewer digits", () => {
    for (const type of TYPES) {
      const rows = clouds(84, 3, 4, 1);
      const fitted = (times: number): number[] => {
        const { means, covariances } = GaussianMixture.fitSync(rows, {
          ...{ nComponents: 4, covarianceType: type, accelerate: false, tol: 0, maxIter: 15 },
          init: { means: rows.data.slice(0, 12) },
          sampleWeight: Array.from({ length: 84 }, (_, n) => (1 + (n % 3)) * times),
        });
        return [...means, ...covariances];
      };
      const plain = fitted(1);
      for (const times of [1e-300, 3e-280, 1e-200, 1e200, 7e290]) {
        const off = Math.max(...fitted(times).map((value, i) => Math.abs(value - plain[i])));
        expect(off).toBeLessThan(1e-9);
      }
    }
  });
});

// The default stop against runs to the end, from the same starts, in every reference case.
import { describe, expect, test } from "vitest";
import { type FitOptions, GaussianMixture } from "../src/index.ts";
import { dataset } from "./support/datasets.ts";
import { TYPES } from "./support/problems.ts";

const CASES = { iris: [2, 3, 5], faithful: [1, 2, 3], wine: [3], breast_cancer: [2] } as const;
const FULLY = { tol: 1e-12, maxIter: 200_000 };

for (const [name, components] of Object.entries(CASES)) {
  const set = dataset(name as keyof typeof CASES);
  const [N, D] = set.shape;
  for (const K of components) {
    for (const covarianceType of TYPES) {
      // the reference's starting means: the rows in the middle of K stretches
      const rows = Array.from({ length: K }, (_, k) => Math.floor(((k + 0.5) * N) / K));
      const means = rows.map((n) => [...set.data.subarray(n * D, (n + 1) * D)]);
      const labels = Array.from({ length: N }, (_, n) => Math.floor((n * K) / N));
      const starts: FitOptions["init"][] = [{ means }, { labels }, "kmeans", "race", undefined];
      describe(`${name}, ${covarianceType}, K = ${K}`, () => {
        test.each(
          starts.map((start) => [
            typeof start === "string" ? start : Object.keys(start ?? { "a standard search": 0 })[0],
            start,
          ]),
        )("from %s, the default stop leaves at most 0.01", (_, start) => {
          // some strategies take another start where one ends badly: hold them to the first
          const options = { nComponents: K, covarianceType, seed: 1 };
          const init = GaussianMixture.fitSync(set, { ...options, init: start as FitOptions["init"], maxIter: 0 });
          for (const accelerate of [true, false]) {
            const stopped = GaussianMixture.fitSync(set, { ...options, init, accelerate, maxIter: 20_000 }).report!;
            const whole = GaussianMixture.fitSync(set, { ...options, init, accelerate, ...FULLY }).report!;
            expect(stopped.converged && whole.converged).toBe(true);
            expect(whole.logLikelihood - stopped.logLikelihood).toBeLessThanOrEqual(0.01);
          }
        });
      });
    }
  }
}

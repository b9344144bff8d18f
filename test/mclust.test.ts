// Converged fits from fixed hard labels against R's mclust 6.0.0 (run to a relative change of 1e-14).
import { describe, expect, test } from "vitest";
import { GaussianMixture } from "../src/index.ts";
import { column, type Dataset, dataset, fixtureCells } from "./support/datasets.ts";
import { TYPES, typeOfMclust } from "./support/forms.mjs";

/** The hard labels that the figures start from. */
const STARTS: Readonly<Record<string, (set: Dataset) => ArrayLike<number>>> = {
  iris: (set) => set.classes ?? [],
  faithful: (set) => column(set, 0).map((eruptions) => (eruptions > 3 ? 1 : 0)),
};

const [, ...rows] = fixtureCells("fixed-start-mclust.csv");

test("the figures hold four families on two data sets", () => {
  expect(rows.map(([name, family]) => `${name} ${typeOfMclust(family)}`).sort()).toEqual(
    ["faithful", "iris"].flatMap((name) => TYPES.toSorted().map((type) => `${name} ${type}`)),
  );
});

for (const [name, family, ...numbers] of rows) {
  const [K, n, d, logLikelihood, df, bic] = numbers.map(Number);
  const set = dataset(name as "iris" | "faithful");
  const labels = STARTS[name](set);
  describe(`mclust's ${family} on ${name}, K = ${K}`, () => {
    const fits = [false, true].map((accelerate) => ({
      how: accelerate ? "accelerated" : "plain",
      mixture: GaussianMixture.fitSync(set, {
        nComponents: K,
        covarianceType: typeOfMclust(family),
        init: { labels },
        regCovar: 0,
        tol: 1e-10,
        maxIter: 20_000,
        accelerate,
      }),
    }));

    test("has the shape of the figures and as many parameters", () => {
      expect([...set.shape]).toEqual([n, d]);
      for (const { mixture } of fits) expect(mixture.nParameters).toBe(df);
    });

    for (const { how, mixture } of fits) {
      test(`a converged ${how} fit reaches the same log-likelihood to 1e-6`, () => {
        expect(mixture.report?.converged).toBe(true);
        expect(Math.abs(mixture.logLikelihood(set) - logLikelihood)).toBeLessThan(1e-6);
        expect(Math.abs((mixture.report?.logLikelihood ?? Number.NaN) - logLikelihood)).toBeLessThan(1e-6);
      });

      test(`the BIC of a ${how} fit is that of mclust with the sign turned: lower is better here`, () => {
        expect(Math.abs(mixture.bic(set) + bic)).toBeLessThan(2e-6);
        expect(Math.abs(mixture.aic(set) - (2 * df - 2 * logLikelihood))).toBeLessThan(2e-6);
      });
    }

    test("acceleration saves iterations where there are many, and costs a cycle at most", () => {
      const [steps, accelerated] = fits.map(({ mixture }) => mixture.report?.nIterations ?? Number.NaN);
      expect(accelerated).toBeLessThanOrEqual(steps > 30 ? 0.7 * steps : steps + 2);
    });
  });
}

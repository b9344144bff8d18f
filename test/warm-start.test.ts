// A fit that is stopped and continued has the bits of one that was not.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FitOptions, GaussianMixture } from "../src/index.ts";
import { expectFitError } from "./support/errors.ts";
import { sameParameters } from "./support/mixtures.ts";
import { clouds, runs, type Shaped, TYPES, uniforms } from "./support/problems.ts";
import { Workers } from "./support/workers.ts";

const workers = new Workers();

const fitted = (set: Shaped, options: FitOptions): GaussianMixture => GaussianMixture.fitSync(set, options);

/** The same parameters, trace and figures; what a report says of its starts, and of where they led, is about the last call. */
function expectSame(actual: GaussianMixture, expected: GaussianMixture): void {
  expect(sameParameters(actual, expected)).toBe(true);
  const figures = ({ report }: GaussianMixture): object => ({ ...report, optima: undefined });
  expect(figures(actual)).toEqual(figures(expected));
}

/** Overlapping, so that it takes its time; the second sorts its rows, more than once. */
const small = clouds(300, 3, 4, 8, 1.5);
const large = clouds(6000, 6, 4, 9, 1);
const uniform = uniforms(5);
const sampleWeight = Float64Array.from({ length: 6000 }, () => Math.max(0, uniform() - 0.1));

describe("ten iterations and ten more are twenty", () => {
  for (const [name, set] of Object.entries({ small, large })) {
    for (const covarianceType of TYPES) {
      for (const accelerate of [true, false]) {
        for (const weighted of [false, true]) {
          const how = `${covarianceType}, ${accelerate ? "accelerated" : "plain"}, ${weighted ? "weighted" : "unweighted"}`;
          test(`on the ${name} set, ${how}`, () => {
            const weights = weighted ? sampleWeight.subarray(0, set.shape[0]) : undefined;
            const options = { nComponents: 4, covarianceType, accelerate, tol: 0, seed: 3, sampleWeight: weights };
            const init = "kmeans";
            const whole = fitted(set, { ...options, init, maxIter: 20 });
            const warmStart = fitted(set, { ...options, init, maxIter: 10 });
            expect(warmStart.report?.nIterations).toBe(10);
            expectSame(fitted(set, { ...options, maxIter: 10, warmStart }), whole);
          });
        }
      }
    }
  }

  test("also on threads", async () => {
    const options = { nComponents: 4, tol: 0, seed: 3 };
    const init = "kmeans";
    const whole = fitted(large, { ...options, init, maxIter: 20 });
    const onIteration = workers.wait;
    const warmStart = await GaussianMixture.fit(large, { ...options, init, maxIter: 10, threads: 2, onIteration });
    workers.expectServed(1);
    for (const threads of [1, 2, 3]) {
      workers.restart();
      expectSame(await GaussianMixture.fit(large, { ...options, maxIter: 10, warmStart, threads, onIteration }), whole);
      workers.expectServed(threads - 1);
    }
  });
});

test("any split of the iterations gives the same, from any start, in any number of steps", () => {
  const problem = fc.record({
    type: fc.constantFrom(...TYPES),
    steps: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 2, maxLength: 5 }),
    init: fc.constantFrom(undefined, "race", "kmeans", "random", "random-from-data"),
    accelerate: fc.boolean(),
    regCovar: fc.constantFrom(undefined, 0.01),
    prior: fc.boolean(),
    set: fc.constantFrom(small, large),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  fc.assert(
    fc.property(problem, ({ type: covarianceType, steps, init, set, ...rest }) => {
      const options = { ...rest, covarianceType, nComponents: 3, tol: 0 };
      const whole = fitted(set, { ...options, init, maxIter: steps.reduce((sum, count) => sum + count, 0) });
      let warmStart: GaussianMixture | undefined;
      for (const maxIter of steps) {
        warmStart = fitted(set, warmStart ? { ...options, maxIter, warmStart } : { ...options, maxIter, init });
      }
      expectSame(warmStart as GaussianMixture, whole);
    }),
    runs(40),
  );
});

describe("a fit that has converged", () => {
  for (const accelerate of [true, false]) {
    test(`goes on as if its tolerance had been the smaller one, ${accelerate ? "accelerated" : "plain"}`, () => {
      const options = { nComponents: 4, seed: 3, accelerate, maxIter: 5000 };
      const warmStart = fitted(large, { ...options, tol: 1e-4 });
      const whole = fitted(large, { ...options, tol: 1e-7 });
      expect(warmStart.report?.converged).toBe(true);
      expect(whole.report?.nIterations).toBeGreaterThan(warmStart.report?.nIterations ?? Infinity);
      expectSame(fitted(large, { ...options, tol: 1e-7, warmStart }), whole);
      expectSame(fitted(large, { ...options, tol: 1e-4, warmStart }), warmStart);
    });
  }
});

describe("a mixture that has not seen the data", () => {
  const options = { nComponents: 3, covarianceType: "diag", tol: 0, maxIter: 4, accelerate: false } as const;
  const warmStart = fitted(small, options);
  const { weights, means, covariances } = warmStart;
  const start = { weights, means, covariances };

  test("is a start: other rows, other weights, or none of its own", () => {
    const other = clouds(300, 3, 4, 10, 1.5);
    expectSame(fitted(other, { ...options, warmStart }), fitted(other, { ...options, init: start }));
    const weighted = { ...options, sampleWeight: new Float64Array(300).fill(2) };
    expectSame(fitted(small, { ...weighted, warmStart }), fitted(small, { ...weighted, init: start }));
    const copy = GaussianMixture.fromJSON(JSON.stringify(warmStart));
    expectSame(fitted(small, { ...options, warmStart: copy }), fitted(small, { ...options, init: start }));
  });

  test("gives its type of covariances", () => {
    expect(fitted(small, { nComponents: 3, warmStart }).covarianceType).toBe("diag");
  });

  test("is refused where it does not fit", async () => {
    await expectFitError(
      small,
      { ...options, nComponents: 4, warmStart },
      RangeError,
      /^nComponents: .*warmStart \(3\)/,
    );
    await expectFitError(small, { nComponents: 3, covarianceType: "full", warmStart }, RangeError, /^covarianceType: /);
    await expectFitError(small, { nComponents: 3, init: "kmeans", warmStart }, TypeError, /^init: /);
    await expectFitError(small, { nComponents: 3, nInit: 2, warmStart }, RangeError, /^nInit: /);
    await expectFitError(small, { nComponents: 3, warmStart: true }, TypeError, /^warmStart: /);
    await expectFitError(small, { nComponents: 3, warmStart: null }, TypeError, /^warmStart: /);
    await expectFitError([[1, 2]], { nComponents: 3, warmStart }, RangeError, /^nComponents: /);
    const two = clouds(50, 2, 3, 4);
    await expectFitError(two, { nComponents: 3, warmStart }, RangeError, /means/);
  });
});

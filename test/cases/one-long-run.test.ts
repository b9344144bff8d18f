// A fit that goes on from another is one long run with it, to the bit, whatever the options.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FitOptions, GaussianMixture } from "../../src/index.ts";
import { clouds, runs, TYPES, uniforms } from "../support/problems.ts";
import { Workers } from "../support/workers.ts";

const workers = new Workers();

const problem = fc.record({
  type: fc.constantFrom(...TYPES),
  D: fc.integer({ min: 1, max: 4 }),
  K: fc.integer({ min: 1, max: 4 }),
  N: fc.constantFrom(30, 90, 300),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
  first: fc.integer({ min: 0, max: 9 }),
  second: fc.integer({ min: 0, max: 9 }),
  tol: fc.constantFrom(0, 1e-3, 1e-7),
  init: fc.constantFrom("kmeans", "random", "race", undefined, "own"),
  accelerate: fc.boolean(),
  weighted: fc.boolean(),
  labelled: fc.boolean(),
  prior: fc.boolean(),
  fixed: fc.constantFrom<FitOptions["fixed"][]>(undefined, { weights: "equal" }),
});
type Problem = typeof problem extends fc.Arbitrary<infer T> ? T : never;

function optionsOf({ type, K, N, seed, tol, init, accelerate, weighted, labelled, prior, fixed }: Problem): FitOptions {
  const uniform = uniforms(seed);
  return {
    nComponents: K,
    covarianceType: type,
    ...{ tol, seed, accelerate, fixed },
    init: init === "own" ? Array.from({ length: N }, (_, n) => (n * 7) % K) : (init as "kmeans" | undefined),
    prior: prior || undefined,
    sampleWeight: weighted ? Array.from({ length: N }, () => Math.floor(3 * uniform())) : undefined,
    labels: labelled ? Array.from({ length: N }, (_, n) => (n % 7 === 0 ? Math.floor(n / 7) % K : -1)) : undefined,
  };
}

/** All that a fit gives, or why it fails. */
function outcomeOf(begin: () => GaussianMixture): unknown {
  try {
    const mixture = begin();
    const { trace, nIterations, converged, logLikelihood } = mixture.report ?? {};
    return [mixture.toJSON(), trace, nIterations, converged, logLikelihood];
  } catch (error) {
    return String(error);
  }
}

/** The log-likelihood where a run began. */
function startOf(outcome: unknown): unknown {
  return Array.isArray(outcome) ? outcome[1]?.[0] : outcome;
}

describe("two runs", () => {
  test("are one long run: weights, labels, priors, what is held, odd and even numbers of iterations", () => {
    let compared = 0;
    fc.assert(
      fc.property(problem, (one) => {
        const rows = clouds(one.N, one.D, one.K, one.seed);
        const options = optionsOf(one);
        let begun: GaussianMixture;
        try {
          begun = GaussianMixture.fitSync(rows, { ...options, maxIter: one.first });
        } catch {
          return;
        }
        expect(begun.covarianceType).toBe(one.type);
        const { init: _, ...rest } = options;
        const inTwo = outcomeOf(() =>
          GaussianMixture.fitSync(rows, { ...rest, warmStart: begun, maxIter: one.second }),
        );
        const inOne = outcomeOf(() => GaussianMixture.fitSync(rows, { ...options, maxIter: one.first + one.second }));
        // where one ends with a spurious component, a fit has tried another start
        if (one.init !== "own" && startOf(inOne) !== startOf(inTwo)) return;
        expect(inTwo).toEqual(inOne);
        if (Array.isArray(inOne)) compared++;
      }),
      runs(150),
    );
    expect(compared).toBeGreaterThan(75);
  });

  test("are one long run on three threads too", async () => {
    const rows = clouds(3000, 3, 3, 5, 2);
    for (const covarianceType of TYPES) {
      const onIteration = workers.wait;
      const options = { nComponents: 3, covarianceType, threads: 3, init: "kmeans", tol: 0, onIteration } as const;
      const begun = await GaussianMixture.fit(rows, { ...options, maxIter: 3 });
      const { init: _, ...rest } = options;
      const inTwo = await GaussianMixture.fit(rows, { ...rest, warmStart: begun, maxIter: 4 });
      const inOne = GaussianMixture.fitSync(rows, { ...options, maxIter: 7 });
      expect(inTwo.toJSON()).toEqual(inOne.toJSON());
      expect(inTwo.report?.trace).toEqual(inOne.report?.trace);
      workers.expectServed(2);
    }
  });
});

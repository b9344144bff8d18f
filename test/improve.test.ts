// Split-and-merge moves: out of poor optima, never down.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DataInput, GaussianMixture, type ImproveOptions, improve, improveSync } from "../src/index.ts";
import { sameBits } from "./support/compare.ts";
import { dataset } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { clouds, runs, type Shaped, TYPES } from "./support/problems.ts";
import { Workers } from "./support/workers.ts";

const workers = new Workers();

const reached = (mixture: GaussianMixture): number => mixture.report?.logLikelihood ?? Number.NaN;

/** A fit from means at the first row of the clouds named. `clouds` gives row n to cloud n mod K. */
function fitFrom(set: Shaped, rows: readonly number[], covarianceType: (typeof TYPES)[number]): GaussianMixture {
  const D = set.shape[1];
  const means = rows.map((n) => [...set.data.subarray(n * D, (n + 1) * D)]);
  return GaussianMixture.fitSync(set, { nComponents: rows.length, covarianceType, init: { means } });
}

describe("a component on two clouds and two on one", () => {
  const set = clouds(300, 2, 4, 3, 40);
  for (const covarianceType of TYPES) {
    test(`is mended: ${covarianceType}`, () => {
      const classes = Array.from({ length: 300 }, (_, n) => n % 4);
      const best = GaussianMixture.fitSync(set, { nComponents: 4, covarianceType, init: classes });
      const stuck = fitFrom(set, [0, 4, 1, 3], covarianceType);
      const better = improveSync(stuck, set);
      expect(reached(stuck)).toBeLessThan(reached(best) - 10);
      expect(reached(better)).toBeGreaterThan(reached(best) - 1e-3);
      expect(better.logLikelihood(set)).toBeCloseTo(reached(better), 6);
      expect(better.report?.starts.length).toBeGreaterThan(1);
      expect(Math.max(...(better.report?.starts ?? []).map(({ logLikelihood }) => logLikelihood))).toBe(
        reached(better),
      );
    });
  }

  test("is mended where there are two components only", () => {
    const pair = clouds(100, 2, 2, 5, 30);
    // both on the first cloud, told apart by a hair
    const means = [0, 2].map((n) => [...pair.data.subarray(n * 2, n * 2 + 2)]);
    const stuck = GaussianMixture.fitSync(pair, {
      nComponents: 2,
      covarianceType: "spherical",
      init: { means },
      maxIter: 0,
    });
    const best = GaussianMixture.fitSync(pair, { nComponents: 2, covarianceType: "spherical" });
    expect(reached(improveSync(stuck, pair))).toBeGreaterThan(reached(best) - 1e-3);
  });
});

test("twenty fits of iris from random rows, tied and K = 3, all reach the best optimum known", () => {
  const set = dataset("iris");
  const ends = Array.from({ length: 20 }, (_, seed) => {
    const options = { nComponents: 3, covarianceType: "tied", init: "random-from-data", seed } as const;
    const fit = GaussianMixture.fitSync(set, options);
    return [reached(fit), reached(improveSync(fit, set))];
  });
  // mclust's EEE from the species, fully converged: test/fixtures/fixed-start-mclust.csv
  const best = -256.354043;
  expect(ends.filter(([before]) => before < best - 1).length).toBeGreaterThan(3);
  expect(ends.filter(([, after]) => !(Math.abs(after - best) < 1e-3))).toEqual([]);
});

test("no likelihood falls, whatever the data and the mixture", () => {
  const problem = fc.record({
    N: fc.integer({ min: 5, max: 60 }),
    D: fc.integer({ min: 1, max: 4 }),
    K: fc.integer({ min: 1, max: 4 }),
    type: fc.constantFrom(...TYPES),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
    maxIter: fc.constantFrom(0, 3, 1000),
    accelerate: fc.boolean(),
    prior: fc.boolean(),
  });
  fc.assert(
    fc.property(problem, ({ N, D, K, type, seed, maxIter, accelerate, prior }) => {
      const set = clouds(N, D, K, seed, 5);
      const fit = GaussianMixture.fitSync(set, {
        ...({ nComponents: K, covarianceType: type, init: "random-from-data", seed, maxIter, prior } as const),
      });
      const better = improveSync(fit, set, { seed, accelerate, prior });
      const floor = fit.report?.logPosterior ?? reached(fit);
      expect(better.report?.logPosterior ?? reached(better)).toBeGreaterThanOrEqual(floor - 1e-11 * Math.abs(floor));
      expect(better.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect(better.nComponents).toBe(K);
    }),
    runs(150),
  );
});

describe("improve", () => {
  const set = clouds(9000, 2, 4, 3, 40);
  const stuck = fitFrom(set, [0, 4, 1, 3], "full");
  const bits = (mixture: GaussianMixture): number[] => [...mixture.weights, ...mixture.means, ...mixture.covariances];

  test("has the same bits as improveSync, for any number of threads", async () => {
    const expected = bits(improveSync(stuck, set));
    for (const threads of [1, 2, 3]) {
      workers.restart();
      expect(sameBits(bits(await improve(stuck, set, { threads, onIteration: workers.wait })), expected)).toBe(true);
      workers.expectServed(threads - 1);
    }
  });

  test("weighs rows", () => {
    const sampleWeight = Float64Array.from({ length: 9000 }, (_, n) => n % 2);
    const half = { data: set.data.filter((_, i) => Math.floor(i / 2) % 2 === 1), shape: [4500, 2] } as const;
    const [weighted, plain] = [improveSync(stuck, set, { sampleWeight }), improveSync(stuck, half)];
    expect(reached(weighted)).toBeCloseTo(reached(plain), 2);
    expect(weighted.report?.totalWeight).toBe(4500);
  });

  test("keeps the names of the columns", () => {
    const table = { a: [1, 2, 3, 9, 10, 11], b: [1, 3, 2, 8, 11, 9] };
    const fit = GaussianMixture.fitSync(table, { nComponents: 2, covarianceType: "diag" });
    expect(improveSync(fit, { b: table.b, a: table.a }).columns).toEqual(["a", "b"]);
  });

  test("tells of its iterations and ends with the signal's reason", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const onIteration = ({ start }: { start: number }): void => {
      seen.push(start);
      if (start === 1) controller.abort(new Error("enough"));
    };
    await expect(improve(stuck, set, { signal: controller.signal, onIteration })).rejects.toThrow("enough");
    expect(new Set(seen)).toEqual(new Set([0, 1]));
  });

  test("refuses what it does not understand", async () => {
    const wrong: readonly (readonly [unknown, unknown, unknown, RegExp])[] = [
      [{ weights: [1] }, set, {}, /^mixture: expected a Mixture/],
      [stuck, set, { moves: "5" }, /^moves: /],
      [stuck, set, null, /^options: /],
      [stuck, set, { nComponents: 3 }, /^options: .*"nComponents"/],
      [stuck, set, { init: "kmeans" }, /^options: .*"init"/],
    ];
    for (const [mixture, data, options, text] of wrong) {
      const run = [mixture, data, options] as [GaussianMixture, DataInput, ImproveOptions];
      await expectError(() => improveSync(...run), TypeError, text);
      await expectError(() => improve(...run), TypeError, text);
    }
    await expectError(() => improveSync(stuck, [[1, 2, 3]]), RangeError, /nFeatures/);
    await expectError(() => improveSync(stuck, set, { moves: 0 }), RangeError, /^moves: /);
    await expectError(() => improveSync(stuck, [[1, 2]]), RangeError, /^nComponents: /);
  });
});

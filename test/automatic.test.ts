// Fits that choose: what is not said is chosen by BIC, as a selection does, and the table stays with the mixture.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Candidate,
  type FitReport,
  type FittedMixture,
  GaussianMixture,
  Mixture,
  type Selection,
  selectSync,
} from "../src/index.ts";
import { dataset } from "./support/datasets.ts";
import { any, expectError, expectFitError } from "./support/errors.ts";
import { sameParameters } from "./support/mixtures.ts";
import { clouds, runs } from "./support/problems.ts";

const iris = dataset("iris");

describe("a fit that is told nothing", () => {
  const mixture = GaussianMixture.fitSync(iris);

  test("is the best of a selection over all that it may choose", () => {
    const { best, candidates } = selectSync(iris);
    expect(sameParameters(mixture, best)).toBe(true);
    expect(mixture.selection.best).toBe(mixture);
    expect(mixture.selection.criterion).toBe("bic");
    expect(mixture.selection.candidates.map(({ bic }) => bic)).toEqual(candidates.map(({ bic }) => bic));
    expect(mixture.selection.candidates).toHaveLength(36);
    const least = Math.min(...candidates.map(({ bic }) => bic ?? Infinity));
    expect(mixture.bic(iris)).toBeCloseTo(least, 6);
  });

  test("has the same bits with threads, later or at once", async () => {
    const later = await GaussianMixture.fit(iris, { threads: 2 });
    expect(sameParameters(later, mixture)).toBe(true);
  });

  test("keeps a table that nobody can change, and that JSON leaves out", () => {
    expect(Object.isFrozen(mixture.selection) && Object.isFrozen(mixture.selection.candidates)).toBe(true);
    expect(mixture.selection.candidates.every((one) => Object.isFrozen(one) && Object.isFrozen(one.warnings))).toBe(
      true,
    );
    expect(GaussianMixture.fromJSON(mixture.toJSON()).selection).toBeUndefined();
  });

  test("takes the options of a fit, and no more components than a fifth of the rows", () => {
    for (const [nRows, most] of [
      [3, 1],
      [9, 1],
      [10, 2],
      [44, 8],
      [60, 9],
    ] as const) {
      const few = GaussianMixture.fitSync(clouds(nRows, 1, 1, 4), { covarianceType: "diag" });
      expect(few.selection.candidates.map(({ nComponents }) => nComponents)).toEqual(
        Array.from({ length: most }, (_, i) => i + 1),
      );
    }
    const weights = new Array(150).fill(0).fill(1, 0, 50);
    const half = GaussianMixture.fitSync(iris, { sampleWeight: weights, covarianceType: "diag", seed: 3 });
    expect(half.report.totalWeight).toBe(50);
  });
});

describe("what is said is kept", () => {
  test("one number and one type: there is nothing to choose, and no table", () => {
    const one = GaussianMixture.fitSync(iris, { nComponents: 3 });
    expect(one.selection).toBeUndefined();
    expect(sameParameters(one, GaussianMixture.fitSync(iris, { nComponents: 3, covarianceType: "full" }))).toBe(true);
  });

  test.each([
    [{ nComponents: [2, 4] }, [2, 4], ["VVV", "EEE", "VVI", "VII"]],
    [{ nComponents: "auto", covarianceType: "tied" }, [1, 2, 3, 4, 5, 6, 7, 8, 9], ["EEE"]],
    [{ nComponents: { to: 2 }, covarianceType: ["diag", "EEI"] }, [1, 2], ["VVI", "EEI"]],
    [{ nComponents: 3, covarianceType: "auto" }, [3], ["VVV", "EEE", "VVI", "VII"]],
    [{ covarianceType: ["full"] }, [1, 2, 3, 4, 5, 6, 7, 8, 9], ["VVV"]],
  ] as const)("%o", (options, counts, families) => {
    const { candidates } = GaussianMixture.fitSync(iris, options).selection;
    expect([...new Set(candidates.map(({ nComponents }) => nComponents))]).toEqual(counts);
    expect([...new Set(candidates.map(({ family }) => family))]).toEqual(families);
  });

  test("the choice is the lowest of the table, whatever the data", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(200), (K, seed) => {
        const { selection } = GaussianMixture.fitSync(clouds(80, 2, K, seed), { nComponents: { to: 4 } });
        const sound = selection.candidates.filter(
          ({ mixture, warnings }) => mixture && !warnings.some(({ code }) => /SPURIOUS|EMPTY/.test(code)),
        );
        const least = Math.min(...sound.map(({ bic }) => bic ?? Infinity));
        expect(selection.best.bic(clouds(80, 2, K, seed))).toBeCloseTo(least, 6);
      }),
      runs(10),
    );
  });

  test.each(["labels", "fixed", "warmStart", "init", "onIteration"])("%s needs one model", async (option) => {
    const values = { labels: [0], fixed: { means: true }, warmStart: {}, init: [0], onIteration: () => {} };
    const given = { [option]: values[option as keyof typeof values] };
    const text = new RegExp(`^nComponents: expected a number beside ${option}, got undefined; say`);
    await expectFitError(iris, given, RangeError, text);
    const types = { ...given, nComponents: 3, covarianceType: ["full", "diag"] };
    await expectFitError(iris, types, RangeError, new RegExp(`^covarianceType: expected one type beside ${option}`));
  });

  test("what only a selection takes is not taken", async () => {
    await expectFitError(iris, { criterion: "icl" }, TypeError, /^options: .+ got "criterion"/);
    await expectFitError(iris, { nComponent: 3 }, TypeError, /got "nComponent"; did you mean "nComponents"\?/);
    await expectFitError(iris, { nComponents: "three" }, TypeError, /^nComponents: .+ got "three"/);
    await expectFitError(iris, { covarianceType: "automatic" }, RangeError, /^covarianceType: .+ got "automatic"/);
  });
});

describe("the wrong door", () => {
  test("new is answered with the line to write", async () => {
    const text =
      /expected no new, got new GaussianMixture\(\); write await GaussianMixture\.fit\(rows, \{ nComponents: 3 \}\)/;
    await expectError(
      () => new (any(GaussianMixture) as new (o: object) => object)({ nComponents: 3 }),
      TypeError,
      text,
    );
    await expectError(() => new (any(Mixture) as new () => object)(), TypeError, /^Mixture: expected no new/);
  });

  test("one bare row is answered with the line that wraps it", async () => {
    const mixture = GaussianMixture.fitSync(iris, { nComponents: 2 });
    for (const method of ["predict", "predictProba", "scoreSamples", "mahalanobis"] as const) {
      const text = /^data: expected rows of 4 numbers, got one row that is not in a list; write \[\[5\.1, …\]\]/;
      await expectError(() => mixture[method]([5.1, 3.5, 1.4, 0.2]), TypeError, text);
    }
    expect(mixture.predict([[5.1, 3.5, 1.4, 0.2]])).toHaveLength(1);
  });

  test("a column of the mixture that rows lack is named", async () => {
    const { data, shape } = iris;
    const mixture = GaussianMixture.fitSync({ data, shape, columns: ["a", "b", "c", "d"] }, { nComponents: 2 });
    await expectError(() => mixture.predict([{ a: 1, b: 2, c: 3 }]), RangeError, /got "d"/);
    await expectError(() => mixture.predict({ a: [1], b: [2], d: [3] }), RangeError, /got "c"/);
  });
});

test("what a fit gives is typed: nothing is optional that is always there", () => {
  const fitted: FittedMixture = GaussianMixture.fitSync(iris, { nComponents: 2 });
  const report: FitReport = fitted.report;
  const selection: Selection = GaussianMixture.fitSync(iris, { nComponents: [2], covarianceType: "diag" }).selection;
  const bicOf = (one: Candidate): number => (one.mixture ? one.bic : one.error.message.length);
  expect([report.nRows, selection.candidates.map(bicOf).length]).toEqual([150, 1]);
});

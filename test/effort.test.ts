// How long a search takes, and what it promises: quick and standard find the same for every seed, and what people recognise.
import { describe, expect, test } from "vitest";
import { allCases, titleOf } from "../bench/quality/cases.mjs";
import { adjustedRandIndex, type Effort, type FitOptions, GaussianMixture, selectSync } from "../src/index.ts";
import { EFFORTS } from "../src/input/init.ts";
import { dataset } from "./support/datasets.ts";
import { sameParameters } from "./support/mixtures.ts";
import { clouds, normals, rowsOf, type Shaped, TYPES, uniforms } from "./support/problems.ts";
import { counted } from "./support/steps.ts";

const iris = dataset("iris");
const heightOf = (set: Shaped, options: FitOptions): number =>
  GaussianMixture.fitSync(set, options).report?.logLikelihood ?? Number.NaN;
/** Those whose starts hang on no seed, as long as all rows are agglomerated. */
const SETTLED = ["quick", "standard"] as const;

test("standard is the default, and more effort takes more passes", () => {
  const count = counted();
  const passes = EFFORTS.map((effort) => {
    count.clear();
    GaussianMixture.fitSync(iris, { nComponents: 5, covarianceType: "diag", effort });
    return count.passes;
  });
  expect(passes[1]).toBeGreaterThan(passes[0]);
  expect(passes[2]).toBeGreaterThan(10 * passes[1]);
  for (const covarianceType of TYPES) {
    const options = { nComponents: 3, covarianceType, seed: 2 };
    const standard = GaussianMixture.fitSync(iris, { ...options, effort: "standard" });
    expect(sameParameters(GaussianMixture.fitSync(iris, options), standard)).toBe(true);
    expect(sameParameters(GaussianMixture.fitSync(iris, { ...options, effort: undefined }), standard)).toBe(true);
  }
});

test("thorough is the race, to the bit", () => {
  for (const set of [iris, clouds(9000, 2, 3, 3)]) {
    const options = { nComponents: 3, seed: 4 };
    const [one, other] = [{ effort: "thorough" }, { init: "race" }] as const;
    const thorough = GaussianMixture.fitSync(set, { ...options, ...one });
    expect(sameParameters(GaussianMixture.fitSync(set, { ...options, ...other }), thorough)).toBe(true);
  }
});

test("a start of one's own takes the place of every effort, in a selection too", () => {
  const plain = GaussianMixture.fitSync(iris, { nComponents: 3, init: "kmeans", seed: 3 });
  const table = selectSync(iris, { nComponents: [1, 2], init: "kmeans" }).candidates.map(({ bic }) => bic);
  for (const effort of EFFORTS) {
    const fit = GaussianMixture.fitSync(iris, { nComponents: 3, init: "kmeans", effort, seed: 3 });
    expect(sameParameters(fit, plain)).toBe(true);
    const { candidates } = selectSync(iris, { nComponents: [1, 2], init: "kmeans", effort });
    expect(candidates.map(({ bic }) => bic)).toEqual(table);
  }
});

describe.each(SETTLED)("a fit of %s effort", (effort) => {
  test("has the same bits every time, and for every seed, where its rows are few and its components sound", () => {
    for (const set of [iris, dataset("faithful"), clouds(1200, 3, 4, 2)]) {
      for (const covarianceType of TYPES) {
        const options = { nComponents: 3, covarianceType, effort };
        const first = GaussianMixture.fitSync(set, options);
        expect(first.report?.warnings).toEqual([]);
        for (const seed of [0, 1, 77]) {
          expect(sameParameters(GaussianMixture.fitSync(set, { ...options, seed }), first)).toBe(true);
        }
      }
    }
  });

  test("finds separate clouds in many rows by any seed, in any order, and however they are weighted", () => {
    const N = 40_000;
    const { data, shape } = clouds(N, 3, 4, 6, 30);
    const labels = Array.from({ length: N }, (_, n) => n % 4);
    const sorted = Array.from({ length: N }, (_, i) => (i % (N / 4)) * 4 + Math.floor(i / (N / 4)));
    for (const seed of [0, 1]) {
      const options = { nComponents: 4, effort, seed };
      const plain = GaussianMixture.fitSync({ data, shape }, options);
      expect(adjustedRandIndex(plain.predict({ data, shape }), labels)).toBe(1);
      const rows = rowsOf({ data, shape }, sorted);
      const inOrder = GaussianMixture.fitSync(rows, options);
      expect(
        adjustedRandIndex(
          inOrder.predict(rows),
          sorted.map((n) => n % 4),
        ),
      ).toBe(1);
      const sampleWeight = Float64Array.from({ length: N }, (_, n) => 1 + (n % 7));
      const weighted = GaussianMixture.fitSync({ data, shape }, { ...options, sampleWeight });
      expect(adjustedRandIndex(weighted.predict({ data, shape }), labels)).toBe(1);
    }
  });
});

describe("of the 40 cases on record, a standard fit has the same solution", () => {
  const cases = allCases().map((one) => {
    const options = { nComponents: one.K, covarianceType: one.covarianceType } as const;
    return { ...one, title: titleOf(one), options, height: heightOf(one.rows, options) };
  });
  type Case = (typeof cases)[number];
  /** Titles of the cases in which a log-likelihood differs from that of the plain fit. */
  const others = (height: (one: Case) => number): string[] =>
    cases.filter((one) => !(Math.abs(height(one) - one.height) < 1e-3)).map(({ title }) => title);
  const times = (set: Shaped, factor: (d: number) => number): Shaped => ({
    ...set,
    data: set.data.map((value, i) => value * factor(i % set.shape[1])),
  });
  const logOf = ({ shape: [N, D] }: Shaped, factor: (d: number) => number): number =>
    N * Array.from({ length: D }, (_, d) => Math.log(factor(d))).reduce((sum, log) => sum + log, 0);

  test("with all numbers times another, in all of them", () => {
    expect(
      others(
        ({ rows, options }) =>
          heightOf(
            times(rows, () => 3),
            options,
          ) + logOf(rows, () => 3),
      ),
    ).toEqual([]);
  });

  test("with all weights times a number, in all of them", () => {
    const weighted = ({ rows, options }: Case): number =>
      heightOf(rows, { ...options, sampleWeight: new Float64Array(rows.shape[0]).fill(7) }) / 7;
    expect(others(weighted)).toEqual([]);
  });

  test("with its columns in another order, in all of them", () => {
    const turned = ({ rows: { data, shape }, options }: Case): number => {
      const D = shape[1];
      return heightOf({ data: data.map((_, i) => data[i - (i % D) + D - 1 - (i % D)]), shape }, options);
    };
    expect(others(turned)).toEqual([]);
  });

  // what chance adds is drawn by the numbers of rows
  test("with its rows in another order, in 38 of them", () => {
    const shuffled = ({ rows, options }: Case): number => {
      const uniform = uniforms(7);
      const keys = Array.from({ length: rows.shape[0] }, uniform);
      return heightOf(
        rowsOf(
          rows,
          [...keys.keys()].sort((a, b) => keys[a] - keys[b]),
        ),
        options,
      );
    };
    expect(others(shuffled).length).toBeLessThanOrEqual(2);
  });

  // of the three spaces in which rows are clustered, one has the units given
  test("with each column in a unit of its own, in 35 of them, spherical covariances aside", () => {
    const factor = (d: number): number => [3, 0.01, 700][d % 3];
    const scaled = ({ rows, options }: Case): number => heightOf(times(rows, factor), options) + logOf(rows, factor);
    const changed = others(scaled).filter((title) => !title.includes("spherical"));
    expect(changed.length).toBeLessThanOrEqual(3);
  });

  test("with every third row twice as with a weight of 2 for it, in 38 of them", () => {
    const differs = ({ rows, options }: Case): boolean => {
      const N = rows.shape[0];
      const sampleWeight = Float64Array.from({ length: N }, (_, n) => (n % 3 === 0 ? 2 : 1));
      const twice = Array.from({ length: N }, (_, n) => (n % 3 === 0 ? [n, n] : [n])).flat();
      const [weighted, repeated] = [
        heightOf(rows, { ...options, sampleWeight }),
        heightOf(rowsOf(rows, twice), options),
      ];
      return !(Math.abs(weighted - repeated) < 1e-3);
    };
    expect(cases.filter(differs).length).toBeLessThanOrEqual(2);
  });
});

describe("what people recognise comes before what is likelier", () => {
  test("a component of a few rows is not preferred for its likelihood", () => {
    const set = dataset("breast_cancer");
    const [standard, thorough] = (["standard", "thorough"] as const).map((effort) =>
      GaussianMixture.fitSync(set, { nComponents: 2, covarianceType: "tied", effort }),
    );
    expect(thorough.report!.logLikelihood).toBeGreaterThan(standard.report!.logLikelihood + 100);
    expect(Math.min(...thorough.weights)).toBeLessThan(0.01);
    expect(Math.min(...standard.weights)).toBeGreaterThan(0.1);
    const agreement = (fit: GaussianMixture): number => adjustedRandIndex(fit.predict(set), set.classes!);
    expect(agreement(standard)).toBeGreaterThan(agreement(thorough) + 0.4);
  });

  test("a few rows twenty deviations out are no component beside two clouds, where a thorough fit makes them one", () => {
    for (const seed of [1, 2, 3]) {
      const normal = normals(seed);
      const rows = Array.from({ length: 160 }, (_, n) => [6 * (n % 2) + normal(), normal()]);
      const far = Array.from({ length: 4 }, () => [20 + normal() / 2, -20 + normal() / 2]);
      const labels = rows.map((_, n) => n % 2);
      const fitBy = (effort: Effort): GaussianMixture =>
        GaussianMixture.fitSync([...rows, ...far], { nComponents: 2, covarianceType: "tied", effort });
      const [standard, thorough] = [fitBy("standard"), fitBy("thorough")];
      expect(Math.min(...thorough.weights) * 164).toBeLessThan(5);
      expect(thorough.report!.logLikelihood).toBeGreaterThan(standard.report!.logLikelihood + 50);
      expect(adjustedRandIndex(standard.predict(rows), labels)).toBeGreaterThan(0.9);
    }
  });
});

test("what a selection has found of the rows for other models changes no bit of one", () => {
  // of so many rows a sample is agglomerated, once for all models
  const set = clouds(4000, 3, 4, 21);
  for (const nComponents of [4, 9]) {
    const [alone] = selectSync(set, { nComponents, covarianceType: "diag" }).candidates;
    const others = selectSync(set, { nComponents: [2, nComponents], covarianceType: ["diag", "spherical"] }).candidates;
    const beside = others.find((one) => one.nComponents === nComponents && one.covarianceType === "diag");
    expect(sameParameters(beside!.mixture!, alone.mixture!)).toBe(true);
  }
});

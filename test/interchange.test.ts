// Models of mclust and MATLAB give the same log-densities here, and what is written for them reads back as it was.
import { describe, expect, test } from "vitest";
import {
  type CovarianceType,
  fromMatlab,
  fromMclust,
  type GaussianMixture,
  toMatlab,
  toMclust,
  toScikitLearn,
} from "../src/index.ts";
import { sameBits } from "./support/compare.ts";
import { dataset } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { apart, figures } from "./support/interchange.ts";
import { sameParameters } from "./support/mixtures.ts";
import { randomMixture, rowsOf, TYPES } from "./support/problems.ts";

interface MclustCase {
  readonly model: string;
  readonly json: string;
  readonly logDensity: readonly number[];
}
const mclust = figures<{
  readonly rows: readonly number[];
  readonly cases: readonly MclustCase[];
  readonly univariate: readonly MclustCase[];
  readonly nested: MclustCase;
  readonly columnMajor: string;
  readonly noise: string;
}>("mclust");

/** Components and columns: shapes in which types coincide among them. */
const SHAPES = [
  [3, 4],
  [2, 2],
  [1, 3],
  [2, 1],
  [1, 1],
] as const;

describe("mclust", () => {
  const iris = dataset("iris");
  const rows = rowsOf(iris, mclust.rows);
  const TYPE: Readonly<Record<string, CovarianceType>> = {
    EII: "spherical",
    VII: "spherical",
    XII: "spherical",
    EEI: "diag",
    VEI: "diag",
    EVI: "diag",
    VVI: "diag",
    XXI: "diag",
    EEE: "tied",
    E: "tied",
    V: "spherical",
    X: "spherical",
  };

  for (const { model, json, logDensity } of mclust.cases) {
    test(`${model}: jsonlite's 15 digits give its log-densities to 1e-12`, () => {
      const mixture = fromMclust(json);
      expect(mixture.covarianceType).toBe(TYPE[model] ?? "full");
      expect(apart(mixture, rows, logDensity)).toBeLessThan(1e-12);
    });
  }

  for (const { model, json, logDensity } of mclust.univariate) {
    test(`${model}, of one column`, () => {
      const { data } = dataset("faithful");
      const mixture = fromMclust(json);
      expect(mixture.covarianceType).toBe(TYPE[model]);
      expect(
        apart(
          mixture,
          mclust.rows.map((n) => [data[2 * n]]),
          logDensity,
        ),
      ).toBeLessThan(1e-12);
    });
  }

  test("reads a list with names of columns, and scalars that are no lists", () => {
    const { json, logDensity } = mclust.nested;
    const mixture = fromMclust(json);
    expect(mixture.columns).toEqual(iris.columns);
    expect(apart(mixture, rows, logDensity)).toBeLessThan(1e-12);
  });

  for (const type of TYPES) {
    for (const [K, D] of SHAPES) {
      test(`what is written for it reads back to the last bit, ${type}, K = ${K}, D = ${D}`, () => {
        const mixture = randomMixture({ D, K, type, seed: 6 });
        const again = fromMclust(JSON.stringify(toMclust(mixture)));
        // of one component tied is full, of one column all types are one
        if (D > 1 && (K > 1 || type !== "tied")) expect(again.covarianceType).toBe(mixture.covarianceType);
        expect(sameParameters(again, mixture)).toBe(true);
      });
    }
  }

  const model = JSON.parse(mclust.nested.json) as { readonly parameters: { readonly variance: object } };
  const { parameters } = model;
  const withVariance = (changes: object): object => ({
    ...parameters,
    variance: { ...parameters.variance, ...changes },
  });
  test.each([
    [
      "an array",
      "[1]",
      TypeError,
      /^json: expected parameters of mclust, got an array of length 1; write fit\$parameters/,
    ],
    [
      "no parameters",
      { ...model, parameters: 1 },
      TypeError,
      /^json\.parameters: expected parameters of mclust, got 1/,
    ],
    [
      "no variance",
      { ...model, parameters: { ...parameters, variance: [] } },
      TypeError,
      /^json\.parameters\.variance: expected/,
    ],
    ["noise", mclust.noise, RangeError, /^json\.Vinv: expected none, got a noise component/],
    [
      "column-major matrices",
      mclust.columnMajor,
      RangeError,
      /^json\.mean: expected 3 columns, one per component, got 12 numbers in 3 rows; write fit\$parameters/,
    ],
    ["no sigma", withVariance({ sigma: {} }), TypeError, /^json\.variance\.sigma: expected an array of numbers/],
  ] as const)("refuses %s", (_, json, kind, text) => expectError(() => fromMclust(json), kind, text));
});

const matlab = figures<{
  readonly cases: readonly {
    readonly name: string;
    readonly json: string;
    readonly rows: readonly (number | readonly number[])[];
    readonly logDensity: readonly number[];
  }[];
}>("matlab");

describe("MATLAB", () => {
  for (const { name, json, rows, logDensity } of matlab.cases) {
    test(`${name}: gives its log-densities to 1e-12`, () => {
      expect(
        apart(
          fromMatlab(json),
          rows.map((row) => [row].flat() as number[]),
          logDensity,
        ),
      ).toBeLessThan(1e-12);
    });
  }

  for (const type of TYPES) {
    for (const [K, D] of SHAPES) {
      test(`what is written for it reads back to the last bit, ${type}, K = ${K}, D = ${D}`, () => {
        const mixture = randomMixture({ D, K, type, seed: 7 });
        const again = fromMatlab(JSON.stringify(toMatlab(mixture)));
        if (type === "full" || type === "diag") expect(JSON.stringify(again)).toBe(JSON.stringify(mixture));
        if (type === "tied") expect(again.covarianceType).toBe(K > 1 ? "tied" : "full");
        if (type !== "spherical") return expect(sameBits(again.covariances, mixture.covariances)).toBe(true);
        // MATLAB's diagonal covariances hold a variance for each column
        const repeated = [...mixture.covariances].flatMap((variance) => new Array<number>(D).fill(variance));
        expect(again.covarianceType).toBe("diag");
        expect(sameBits(again.covariances, repeated)).toBe(true);
      });
    }
  }

  const model = JSON.parse(matlab.cases[0].json) as Readonly<Record<string, unknown>>;
  test.each([
    ["null", "null", TypeError, /^json: expected the properties of a gmdistribution of MATLAB, got null/],
    [
      "no proportions",
      { ...model, ComponentProportion: [] },
      RangeError,
      /^json\.ComponentProportion: expected at least one/,
    ],
    [
      "a kind that is none",
      { ...model, CovarianceType: "diag" },
      RangeError,
      /^json\.CovarianceType: expected "full" or "diagonal"/,
    ],
    [
      "a covariance less",
      { ...model, Sigma: [1, 0, 0, 1, 2, 0, 0, 2] },
      RangeError,
      /^json\.Sigma: expected shape \[3, 2, 2\]/,
    ],
    ["a mean of another width", { ...model, mu: [1, 2, 3, 4] }, RangeError, /^json\.mu: expected 3 rows/],
    [
      "a shared variance for many",
      { ...model, Sigma: [1, 1, 1], CovarianceType: "diagonal", SharedCovariance: true },
      RangeError,
      /^json\.Sigma: expected shape \[3, 2\]/,
    ],
  ] as const)("refuses %s", (_, json, kind, text) => expectError(() => fromMatlab(json), kind, text));
});

test("writers refuse what is no mixture", async () => {
  for (const write of [toScikitLearn, toMclust, toMatlab]) {
    await expectError(() => write({} as GaussianMixture), TypeError, /^mixture: expected a Mixture, got an object/);
  }
});

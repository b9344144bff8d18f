// Models of other programs give the same log-densities here, and models of ours read back as they were.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type CovarianceType,
  fromMatlab,
  fromMclust,
  fromOnnx,
  fromScikitLearn,
  GaussianMixture,
  toMatlab,
  toMclust,
  toScikitLearn,
} from "../src/index.ts";
import { sameBits, worst } from "./support/compare.ts";
import { type DatasetName, dataset } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { randomMixture, rowsOf, type Shaped, TYPES } from "./support/problems.ts";

const folder = new URL("fixtures/interchange/", import.meta.url);
const onnx = (name: string): Uint8Array => readFileSync(new URL(`${name}.onnx`, folder));
const figures = <T>(name: string): T => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as T;

/** Worst difference, relative to a log-density or to 1, whichever is larger: a log-density may be 0. */
function apart(mixture: GaussianMixture, rows: Shaped | number[][], expected: ArrayLike<number>): number {
  return worst(mixture.scoreSamples(rows), expected, (i) => Math.max(1, Math.abs(expected[i])));
}

/** Every `step`-th row of a data set, the first `width` columns of it. */
function probes(name: DatasetName, step: number, width?: number): Shaped {
  const { data, shape } = dataset(name);
  const rows = rowsOf(
    { data, shape },
    Array.from({ length: Math.ceil(shape[0] / step) }, (_, i) => i * step),
  );
  if (width === undefined) return rows;
  return { data: rows.data.filter((_, i) => i % shape[1] < width), shape: [rows.shape[0], width] };
}

type Attributes = Readonly<Record<string, unknown>> & { readonly covariance_type: CovarianceType };
interface Scored {
  readonly attributes: Attributes;
  readonly logDensity: readonly number[];
}
const sklearn = figures<{
  readonly cases: readonly (Scored & {
    readonly dataset: DatasetName;
    readonly step: number;
    readonly exact: readonly string[];
  })[];
  readonly singles: Readonly<Record<CovarianceType, Scored>>;
  readonly bayesian: Attributes;
}>("scikit-learn");

describe("scikit-learn", () => {
  for (const { dataset: name, step, attributes, logDensity, exact } of sklearn.cases) {
    const type = attributes.covariance_type;
    const rows = probes(name, step);
    const truth = exact.map(Number);
    // breast_cancer, tied: scikit-learn is 5e-11 from the truth itself, as its covariance has a condition of 1e11
    const hard = name === "breast_cancer";

    test(`${name}, ${type}: JSON gives its log-densities to ${hard ? "1e-10" : "1e-12"}, the exact ones to ${hard ? "1e-11" : "1e-14"}`, () => {
      for (const json of [attributes, JSON.stringify(attributes)]) {
        const mixture = fromScikitLearn(json);
        expect(mixture.covarianceType).toBe(type);
        expect(apart(mixture, rows, logDensity)).toBeLessThan(hard ? 1e-10 : 1e-12);
        expect(apart(mixture, rows, truth)).toBeLessThan(hard ? 1e-11 : 1e-14);
      }
    });

    test(`${name}, ${type}: so does ONNX`, () => {
      const mixture = fromOnnx(onnx(`${name}-${type}`));
      expect(mixture.covarianceType).toBe(type);
      expect(apart(mixture, rows, logDensity)).toBeLessThan(hard ? 1e-11 : 1e-12);
      expect(apart(mixture, rows, truth)).toBeLessThan(hard ? 1e-10 : 1e-12);
    });
  }

  for (const type of TYPES) {
    test(`one component over one column, ${type}, by JSON and by ONNX`, () => {
      const { attributes, logDensity } = sklearn.singles[type];
      const rows = probes("iris", 25, 1);
      expect(apart(fromScikitLearn(attributes), rows, logDensity)).toBeLessThan(1e-12);
      expect(apart(fromOnnx(onnx(`single-${type}`)), rows, logDensity)).toBeLessThan(1e-12);
    });
  }

  for (const type of TYPES) {
    test(`what is written for it reads back to the last bit, ${type}`, () => {
      const mixture = randomMixture({ D: 3, K: 2, type, seed: 5 });
      const named = GaussianMixture.fromParameters({ ...parametersOf(mixture), columns: ["a", "b", "c"] });
      for (const model of [mixture, named]) {
        const json = JSON.stringify(toScikitLearn(model));
        expect(JSON.stringify(fromScikitLearn(json))).toBe(JSON.stringify(model));
      }
    });

    test(`the factors of the precisions written are scikit-learn's own, ${type}`, () => {
      const { attributes } = sklearn.cases.find(
        (one) => one.dataset === "iris" && one.attributes.covariance_type === type,
      )!;
      const written = toScikitLearn(fromScikitLearn(attributes));
      for (const key of ["precisions_cholesky_", "precisions_"]) {
        const [ours, theirs] = [written, attributes].map((model) => [model[key]].flat(4) as number[]);
        const scale = Math.max(...theirs.map(Math.abs));
        expect(worst(ours, theirs, () => scale)).toBeLessThan(1e-13);
      }
    });
  }

  test("a fit's report goes along", () => {
    const mixture = GaussianMixture.fitSync(dataset("faithful"), { nComponents: 2 });
    const { logLikelihood, nIterations } = mixture.report!;
    expect(toScikitLearn(mixture)).toMatchObject({
      converged_: true,
      n_iter_: nIterations,
      lower_bound_: logLikelihood / 272,
    });
  });

  test("refuses a Bayesian mixture, whose log-densities are others", async () => {
    await expectError(
      () => fromScikitLearn(sklearn.bayesian),
      RangeError,
      /^json: .+ got a BayesianGaussianMixture; leave/,
    );
    const { covariance_type, weights_, means_, covariances_ } = sklearn.bayesian;
    expect(fromScikitLearn({ covariance_type, weights_, means_, covariances_ }).nComponents).toBe(2);
  });

  const { attributes } = sklearn.cases[0];
  test.each([
    ["text", '"x"', TypeError, /^json: expected the attributes of a GaussianMixture of scikit-learn, got "x"/],
    ["no type", { ...attributes, covariance_type: undefined }, TypeError, /^json\.covariance_type: expected "full"/],
    ["no weights", { ...attributes, weights_: undefined }, TypeError, /^json\.weights_: expected an array of numbers/],
    [
      "another type",
      { ...attributes, covariance_type: "diag" },
      RangeError,
      /^json\.covariances_: expected shape \[3, 4\]/,
    ],
    ["a mean less", { ...attributes, means_: [[1, 2]] }, RangeError, /^json\.means_: expected 3 rows/],
    [
      "one name",
      { ...attributes, feature_names_in_: ["a"] },
      TypeError,
      /^json\.feature_names_in_: expected 4 different/,
    ],
  ] as const)("refuses %s", (_, json, kind, text) => expectError(() => fromScikitLearn(json), kind, text));
});

function parametersOf({ weights, means, covariances, covarianceType }: GaussianMixture) {
  return { weights, means, covariances, covarianceType };
}

describe("ONNX", () => {
  const iris = sklearn.cases.find((one) => one.dataset === "iris" && one.attributes.covariance_type === "full")!;
  const rows = probes("iris", iris.step);

  test.each(["iris-full-scored", "iris-full-opset11", "iris-full-plain"])(
    "reads %s, the same model written otherwise",
    (name) => {
      expect(apart(fromOnnx(onnx(name)), rows, iris.logDensity)).toBeLessThan(1e-12);
    },
  );

  test("reads sums of squares spelt out", () => {
    const written = fromOnnx(onnx("iris-spherical-plain"));
    expect(JSON.stringify(written)).toBe(JSON.stringify(fromOnnx(onnx("iris-spherical"))));
  });

  test("a model for single precision has seven digits", () => {
    const difference = apart(fromOnnx(onnx("iris-full-float")), rows, iris.logDensity);
    expect(difference).toBeLessThan(1e-4);
    expect(difference).toBeGreaterThan(1e-9);
  });

  test("bytes may lie anywhere in their buffer", () => {
    const file = onnx("iris-tied");
    const expected = JSON.stringify(fromOnnx(file));
    const buffer = new ArrayBuffer(file.length + 3);
    new Uint8Array(buffer, 3).set(file);
    expect(JSON.stringify(fromOnnx(new Uint8Array(buffer, 3)))).toBe(expected);
    expect(JSON.stringify(fromOnnx(buffer.slice(3)))).toBe(expected);
  });

  const expected = "^bytes: expected an ONNX model as skl2onnx writes a GaussianMixture, got";
  test.each([
    [
      "a pipeline",
      onnx("iris-pipeline"),
      RangeError,
      new RegExp(`${expected} one after a step Div, as in a pipeline; convert the mixture`),
    ],
    ["a Bayesian mixture", onnx("iris-bayesian"), RangeError, new RegExp(`${expected} a BayesianGaussianMixture;`)],
    ["another estimator", onnx("scaler"), RangeError, new RegExp(`${expected} a graph that computes something else;`)],
    ["an empty file", new Uint8Array(0), RangeError, new RegExp(expected)],
    [
      "text",
      new TextEncoder().encode('{"format"'),
      RangeError,
      /^bytes: expected an ONNX model, got a field cut short or malformed/,
    ],
    [
      "half a file",
      onnx("iris-full").subarray(0, 1000),
      RangeError,
      /^bytes: expected an ONNX model, got a field cut short or malformed/,
    ],
    [
      "a text",
      "model.onnx" as unknown as Uint8Array,
      TypeError,
      /^bytes: expected a Uint8Array or an ArrayBuffer, got "model/,
    ],
  ])("refuses %s", (_, bytes, kind, text) => expectError(() => fromOnnx(bytes), kind, text));
});

interface McluseCase {
  readonly model: string;
  readonly json: string;
  readonly logDensity: readonly number[];
}
const mclust = figures<{
  readonly rows: readonly number[];
  readonly cases: readonly McluseCase[];
  readonly univariate: readonly McluseCase[];
  readonly nested: McluseCase;
  readonly columnMajor: string;
  readonly noise: string;
}>("mclust");

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
    for (const [K, D] of [
      [3, 4],
      [2, 2],
      [1, 3],
      [2, 1],
      [1, 1],
    ] as const) {
      test(`what is written for it reads back to the last bit, ${type}, K = ${K}, D = ${D}`, () => {
        const mixture = randomMixture({ D, K, type, seed: 6 });
        const again = fromMclust(JSON.stringify(toMclust(mixture)));
        // of one component tied is full, of one column all types are one
        if (D > 1 && (K > 1 || type !== "tied")) expect(again.covarianceType).toBe(mixture.covarianceType);
        for (const key of ["weights", "means", "covariances"] as const) {
          expect(sameBits(again[key], mixture[key])).toBe(true);
        }
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
    for (const [K, D] of [
      [3, 4],
      [2, 2],
      [1, 3],
      [2, 1],
      [1, 1],
    ] as const) {
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
    await expectError(
      () => write({} as GaussianMixture),
      TypeError,
      /^mixture: expected a GaussianMixture, got an object/,
    );
  }
});

// Arguments that are not what they should be: options, data, starts and parameters. Each is its own clear error.
import { describe, expect, test } from "vitest";
import {
  type DataInput,
  eStep,
  GaussianMixture,
  type Init,
  type KMeansOptions,
  kMeans,
  logDensity,
  type MixtureParameters,
  mStep,
} from "../src/index.ts";
import { type ErrorKind, errorOf, expectError, expectFitError } from "./support/errors.ts";
import { nested, randomMixture } from "./support/problems.ts";
import { staysUnharmed } from "./support/unharmed.ts";

const { iris, plain, mixture: fitted } = staysUnharmed();
const rows = nested(iris);
type Refused = readonly (readonly [string, unknown, ErrorKind, RegExp])[];

describe("options refuse", () => {
  const refused: Refused = [
    [
      "an unknown name",
      { nComponent: 3 },
      TypeError,
      /^options: expected known names only, got "nComponent"; did you mean "nComponents"\?/,
    ],
    [
      "scikit-learn's spelling",
      { ...plain, covariance_type: "diag" },
      TypeError,
      /got "covariance_type"; did you mean "covarianceType"\?/,
    ],
    [
      "an unknown covariance type",
      { ...plain, covarianceType: "fulll" },
      RangeError,
      /^covarianceType: .+ got "fulll"; did you mean "full"\?/,
    ],
    ["another type for the covariance type", { ...plain, covarianceType: 0 }, TypeError, /^covarianceType: .+ got 0/],
    [
      "a negative tolerance",
      { ...plain, tol: -1e-3 },
      RangeError,
      /^tol: expected a finite number, 0 or more, got -0\.001/,
    ],
    [
      "no number of iterations",
      { ...plain, maxIter: Number.NaN },
      RangeError,
      /^maxIter: expected an integer, 0 or more, got NaN/,
    ],
    ["a negative regularisation", { ...plain, regCovar: -1 }, RangeError, /^regCovar: .+ got -1/],
    ["an infinite regularisation", { ...plain, regCovar: Infinity }, RangeError, /^regCovar: .+ got Infinity/],
    ["half a start", { ...plain, nInit: 0.5 }, RangeError, /^nInit: expected an integer, 1 or more, got 0\.5/],
    [
      "several of one start",
      { ...plain, nInit: 2, init: { means: [[1]] } },
      RangeError,
      /^nInit: expected 1 with a start given by init, got 2/,
    ],
    ["a seed beyond 2^53", { ...plain, seed: 2 ** 53 }, RangeError, /^seed: expected an integer from 0 to 2\^53 - 1/],
    ["a signal that is none", { ...plain, signal: {} }, TypeError, /^signal: expected an AbortSignal, got/],
    ["a listener that is none", { ...plain, onIteration: 1 }, TypeError, /^onIteration: expected a function, got 1/],
    ["a word for a switch", { ...plain, accelerate: "no" }, TypeError, /^accelerate: expected true or false, got "no"/],
    [
      "another width",
      { ...plain, nFeatures: 3 },
      RangeError,
      /^data: expected rows of 3 numbers \(nFeatures\), got rows of 4/,
    ],
    ["null", null, TypeError, /^options: expected an object, got null/],
    ["a bare number", 3, TypeError, /^options: expected an object, got 3/],
  ];
  for (const [what, options, kind, text] of refused) test(what, () => expectFitError(iris, options, kind, text));
});

describe("data refuse", () => {
  const refused: Refused = [
    ["null", null, TypeError, /^data: expected rows of numbers, got null/],
    ["a number", 1, TypeError, /^data: expected rows of numbers, got 1/],
    ["a text", "1,2", TypeError, /^data: expected rows of numbers, got "1,2"/],
    ["a promise", Promise.resolve(rows), TypeError, /^data: .+ got a Promise; await it first/],
    ["a flat array without its width", iris.data, TypeError, /^data: .+ give \{ data, shape \} or nFeatures/],
    [
      "rows of two lengths",
      [[1, 2], [3]],
      RangeError,
      /^data: expected rows of 2 numbers, as row 0 has, got 1 in row 1/,
    ],
    [
      "a shape that does not fit",
      { data: iris.data, shape: [150, 5] },
      RangeError,
      /^data: expected 750 numbers for the shape/,
    ],
    ["a row that is missing", [rows[0], undefined, rows[1]], TypeError, /^data: .+row 1/],
  ];
  for (const [what, data, kind, text] of refused) {
    test(what, async () => {
      await expectFitError(data, plain, kind, text);
      if (what !== "a flat array without its width")
        await expectError(() => fitted.predict(data as DataInput), kind, /^data/);
    });
  }

  test("another width than that of the mixture, whatever is asked", async () => {
    const text = /^data: expected rows of 4 numbers \(the mixture's nFeatures\), got rows of 3; give the same columns/;
    const narrow = rows.map((row) => row.slice(1));
    for (const method of [
      "predict",
      "predictProba",
      "scoreSamples",
      "mahalanobis",
      "score",
      "logLikelihood",
      "bic",
      "aic",
    ] as const) {
      await expectError(() => fitted[method](narrow), RangeError, text);
      await expectError(
        () => fitted[method](iris.data.subarray(1)),
        RangeError,
        /^data: expected a length divisible by 4/,
      );
    }
    await expectError(() => eStep(narrow, fitted), RangeError, /^data: expected rows of 4 numbers/);
    await expectError(
      () => logDensity(narrow, { mean: [0], covariance: [[1]] }),
      RangeError,
      /^data: expected rows of 1 numbers/,
    );
  });
});

describe("a start refuses", () => {
  const eye = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 1 : 0)));
  const means = [0, 50, 100].map((n) => rows[n]);
  const weights = [0.2, 0.3, 0.5];
  const flipped = eye.map((row, i) => row.map((v) => (i === 2 ? -v : v)));
  const skew = eye.map((row, i) => row.map((v, j) => (i === 0 && j === 1 ? 0.5 : v)));
  const refused: readonly (readonly [string, unknown, ErrorKind, RegExp])[] = [
    ["an unknown strategy", "kmean", RangeError, /^init: .+ got "kmean"; did you mean "kmeans"\?/],
    ["a number", 3, TypeError, /^init: expected a strategy, labels, responsibilities or parameters, got 3/],
    [
      "an unknown part",
      { mean: means },
      TypeError,
      /^init: expected known names only, got "mean"; did you mean "means"\?/,
    ],
    ["a label too few", new Int32Array(149), RangeError, /^init: expected one label per row \(150\), got 149/],
    [
      "a label too high",
      rows.map((_, n) => n % 4),
      RangeError,
      /^init: expected integers from 0 to nComponents - 1 \(2\), got 3 at index 3/,
    ],
    ["a component without rows", rows.map((_, n) => n % 2), RangeError, /^init: .+ got none for component 2/],
    [
      "responsibilities that do not sum to 1",
      rows.map(() => [0.5, 0.4, 0]),
      RangeError,
      /^init: expected every row to sum to 1, got 0\.9 in row 0/,
    ],
    [
      "negative responsibilities",
      rows.map(() => [1.5, -0.5, 0]),
      RangeError,
      /^init: .+ got -0\.5 in row 0, component 1/,
    ],
    ["means of another number", { means: means.slice(1) }, RangeError, /^init\.means: /],
    [
      "means of another width",
      { means: means.map((row) => row.slice(1)) },
      RangeError,
      /^init\.means: expected shape \[3, 4\], got 9 numbers/,
    ],
    [
      "a mean that is no number",
      { means: [[Number.NaN, 0, 0, 0], ...means.slice(1)] },
      RangeError,
      /^init\.means: expected finite numbers, got NaN/,
    ],
    [
      "weights that do not sum to 1",
      { means, weights: [0.2, 0.2, 0.2] },
      RangeError,
      /^init\.weights: expected numbers that sum to 1, got/,
    ],
    ["weights of another number", { means, weights: [0.5, 0.5] }, RangeError, /^init\.weights: /],
    [
      "covariances of another shape",
      { means, weights, covariances: eye },
      RangeError,
      /^init\.covariances: expected shape \[3, 4, 4\]/,
    ],
    [
      "a skew covariance",
      { means, weights, covariances: [eye, eye, skew] },
      RangeError,
      /^init\.covariances: expected symmetric matrices, got .+ of matrix 2/,
    ],
    [
      "an indefinite covariance",
      { means, weights, covariances: [eye, flipped, eye] },
      "SINGULAR_COVARIANCE",
      /positive definite .+component 1/,
    ],
    [
      "a mixture of another width",
      randomMixture({ D: 3, K: 3, type: "full", seed: 1 }),
      RangeError,
      /^init\.means: expected shape \[3, 4\]/,
    ],
    [
      "a mixture of another type",
      randomMixture({ D: 4, K: 3, type: "diag", seed: 1 }),
      RangeError,
      /^init\.covariances: expected shape \[3, 4, 4\]/,
    ],
  ];
  for (const [what, init, kind, text] of refused)
    test(what, () => expectFitError(iris, { ...plain, init: init as Init }, kind, text));
});

describe("parameters refuse", () => {
  const refused: Refused = [
    ["to be left out", undefined, TypeError, /^parameters: expected/],
    ["an unknown name", { covarianceTyp: "diag" }, TypeError, /got "covarianceTyp"; did you mean "covarianceType"\?/],
    [
      "negative weights",
      { weights: [1.5, -0.5] },
      RangeError,
      /^weights: expected numbers from 0 to 1, got -0\.5 for component 1/,
    ],
    [
      "weights as a text",
      { weights: "0.5,0.5" },
      TypeError,
      /^weights: expected an array of numbers, nested or flat, got "0\.5,0\.5"/,
    ],
    ["no weights", { weights: [] }, RangeError, /^weights: expected at least one number, got none/],
    [
      "means of another number",
      { means: [[0], [1], [2]] },
      RangeError,
      /^means: expected 2 rows, one mean per component, got 3 rows/,
    ],
    ["rows and numbers mixed", { means: [[0], 4] }, RangeError, /^means: /],
    ["infinite means", { means: [[0], [Infinity]] }, RangeError, /^means: expected finite numbers, got Infinity/],
    ["a variance of 0", { covariances: [1, 0] }, "SINGULAR_COVARIANCE", /positive definite .+component 1/],
    ["a negative variance", { covariances: [-1, 1] }, "SINGULAR_COVARIANCE", /positive definite .+component 0/],
    [
      "covariances of another shape",
      { covariances: [1, 2, 3] },
      RangeError,
      /^covariances: expected shape \[2\] for covarianceType "spherical", got 3/,
    ],
    ["too many names", { columns: ["a", "b"] }, RangeError, /^columns: expected 1 names/],
    ["names that are none", { columns: [3] }, TypeError, /^columns: expected a name at index 0, got 3/],
    ["a text for the names", { columns: "a" }, TypeError, /^columns: expected an array of names, got "a"/],
  ];
  for (const [what, change, kind, text] of refused) {
    test(what, async () => {
      const given = { weights: [0.5, 0.5], means: [[0], [4]], covariances: [1, 1], covarianceType: "spherical" };
      const parameters = change === undefined ? undefined : { ...given, ...(change as object) };
      await expectError(() => GaussianMixture.fromParameters(parameters as MixtureParameters), kind, text);
    });
  }

  test("nothing of a mixture: it is its own parameters", () => {
    const same = GaussianMixture.fromParameters(fitted);
    expect(JSON.stringify(same)).toBe(JSON.stringify(fitted));
    expect(same.report).toBeUndefined();
  });

  test("the same name for two columns", async () => {
    const parameters = {
      weights: [1],
      means: [[0, 1]],
      covariances: [1],
      covarianceType: "spherical",
      columns: ["a", "a"],
    } as const;
    await expectError(
      () => GaussianMixture.fromParameters(parameters),
      RangeError,
      /^columns: expected each name once/,
    );
  });
});

describe("methods and building blocks refuse", () => {
  const one = GaussianMixture.fromParameters({ weights: [1], means: [[0]], covariances: [[[1]]] });
  const refused: readonly (readonly [string, () => unknown, ErrorKind, RegExp])[] = [
    ["no rows to sample", () => one.sample(0), RangeError, /^n: expected an integer, 1 or more, got 0/],
    ["half a row to sample", () => one.sample(1.5), RangeError, /^n: .+ got 1\.5/],
    ["a text to sample", () => one.sample("3" as unknown as number), TypeError, /^n: .+ got "3"/],
    ["a mistyped seed", () => one.sample(3, { sede: 1 } as object), TypeError, /got "sede"; did you mean "seed"\?/],
    ["a negative seed", () => one.sample(3, { seed: -1 }), RangeError, /^seed: .+ got -1/],
    [
      "mistyped weights",
      () => one.score([[1]], { sampleWeights: [1] } as object),
      TypeError,
      /did you mean "sampleWeight"\?/,
    ],
    ["no clusters", () => kMeans([[1]], { nClusters: 0 }), RangeError, /^nClusters: .+ got 0/],
    [
      "k for nClusters",
      () => kMeans([[1]], { k: 1 } as unknown as KMeansOptions),
      TypeError,
      /^options: expected known names only, got "k"/,
    ],
    [
      "centres of another shape",
      () =>
        kMeans([[1], [2]], {
          nClusters: 2,
          init: [
            [1, 2],
            [3, 4],
          ],
        }),
      RangeError,
      /^init: /,
    ],
    ["responsibilities of other rows", () => mStep([[1], [2]], [[1]]), RangeError, /^responsibilities: /],
    [
      "an indefinite covariance",
      () => logDensity([[1]], { mean: [0], covariance: [[-1]] }),
      "SINGULAR_COVARIANCE",
      /positive definite/,
    ],
  ];
  for (const [what, run, kind, text] of refused) test(what, () => expectError(run, kind, text));
});

test("an error that is none of ours would be found", async () => {
  expect(await errorOf(() => Promise.reject(new Error("x")))).toBeInstanceOf(Error);
  await expect(errorOf(() => 1)).rejects.toThrow("expected the call to fail");
});

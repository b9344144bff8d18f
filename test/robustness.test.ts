// Hostile and degenerate input: each case is its own clear error, or a usable mixture with a warning. Nothing
// leaks: see unharmed.ts.
import { describe, expect, test } from "vitest";
import { adjustedRandIndex, type DataInput, eStep, GaussianMixture, kMeans, logDensity, mStep } from "../src/index.ts";
import { EFFORTS } from "../src/input/init.ts";
import { type ErrorKind, expectError, expectFitError } from "./support/errors.ts";
import { clouds, nested, TYPES } from "./support/problems.ts";
import { SEARCHES } from "./support/searches.ts";
import { staysUnharmed } from "./support/unharmed.ts";

const { iris, plain, mixture: fitted } = staysUnharmed();

/** A mixture can be used: its parameters and answers are numbers, its weights sum to 1, its responsibilities too. */
function expectUsable(mixture: GaussianMixture, data: DataInput): void {
  const K = mixture.nComponents;
  for (const key of ["weights", "means", "covariances", "precisions"] as const) {
    expect([...mixture[key]].every(Number.isFinite), `${key}: ${mixture[key].join(" ")}`).toBe(true);
  }
  expect(mixture.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect(mixture.report?.trace.every(Number.isFinite)).toBe(true);
  const responsibilities = mixture.predictProba(data);
  for (let n = 0; n < responsibilities.length; n += K) {
    expect(responsibilities.subarray(n, n + K).reduce((sum, r) => sum + r, 0)).toBeCloseTo(1, 12);
  }
  expect(mixture.scoreSamples(data).every(Number.isFinite)).toBe(true);
  expect(mixture.predict(data).every((label) => label >= 0 && label < K)).toBe(true);
  expect(mixture.mahalanobis(data).every((distance) => distance >= 0)).toBe(true);
  expect(mixture.sample(5).data.every(Number.isFinite)).toBe(true);
  expect(JSON.stringify(GaussianMixture.fromJSON(JSON.stringify(mixture)))).toBe(JSON.stringify(mixture));
}

const fourRows = [
  [1, 2],
  [2, 1],
  [8, 9],
  [9, 7],
];

describe("how many", () => {
  test("no rows is an error, in every form", async () => {
    await expectFitError([], plain, RangeError, /^data: expected at least one row, got an array of length 0/);
    await expectFitError(new Float64Array(0), { ...plain, nFeatures: 2 }, RangeError, /at least one row/);
    await expectFitError({ data: [], shape: [0, 2] }, plain, RangeError, /^data.shape: .+1 or more, got \[0, 2\]/);
    await expectFitError({ x: [], y: [] }, plain, RangeError, /at least one row/);
    await expectFitError([[], []], plain, RangeError, /at least one column, got rows of length 0/);
  });

  test("one row makes a mixture of one component", () => {
    for (const covarianceType of TYPES) {
      const mixture = GaussianMixture.fitSync([[3, 4]], { nComponents: 1, covarianceType });
      expect([...mixture.means]).toEqual([3, 4]);
      expect(mixture.report?.warnings.map(({ code, column }) => [code, column])).toEqual([
        ["FEW_ROWS", undefined],
        ["CONSTANT_COLUMN", 0],
        ["CONSTANT_COLUMN", 1],
      ]);
      expectUsable(mixture, [[3, 4]]);
    }
  });

  test("more components than rows, or none, is an error", async () => {
    await expectFitError(
      fourRows,
      { nComponents: 5 },
      RangeError,
      /^nComponents: expected an integer from 1 to the number of rows \(4\), got 5; use fewer/,
    );
    for (const nComponents of [0, -1, 1.5, Number.NaN, Infinity]) {
      await expectFitError(
        fourRows,
        { nComponents },
        RangeError,
        /^nComponents: expected an integer from 1 .+ got (0|-1|1\.5|NaN|Infinity)/,
      );
    }
    await expectFitError(fourRows, { nComponents: "2" }, TypeError, /^nComponents: .+ got "2"/);
    await expectFitError(fourRows, { nComponents: null }, TypeError, /^nComponents: .+ got null/);
  });

  test("as many components as rows can be fitted", () => {
    for (const covarianceType of TYPES) {
      for (const effort of EFFORTS) {
        expectUsable(GaussianMixture.fitSync(fourRows, { nComponents: 4, covarianceType, effort }), fourRows);
      }
    }
  });

  test("more columns than rows can be fitted", () => {
    const wide = clouds(6, 20, 2, 4);
    for (const covarianceType of TYPES) {
      for (const effort of EFFORTS) {
        expectUsable(GaussianMixture.fitSync(wide, { nComponents: 2, covarianceType, effort }), wide);
      }
    }
  });

  test("more columns than rows without regularisation is an error that says what to do", async () => {
    const wide = clouds(6, 20, 2, 4);
    const text =
      /^covariances: expected positive definite ones, got one that is not \(the covariance of component \d\); use fewer components, or leave regCovar out/;
    await expectFitError(wide, { nComponents: 2, regCovar: 0 }, "SINGULAR_COVARIANCE", text);
  });
});

describe.each(EFFORTS)("degenerate columns and rows, %s effort", (effort) => {
  for (const covarianceType of TYPES) {
    test(`a constant column is fitted, with a warning, ${covarianceType}`, () => {
      for (const value of [0, 1, -7.5, 1e9, 1e-9]) {
        const rows = clouds(60, 3, 2, 1);
        for (let n = 0; n < 60; n++) rows.data[3 * n + 1] = value;
        const mixture = GaussianMixture.fitSync(rows, { nComponents: 2, covarianceType, effort });
        expect(mixture.report?.warnings.map(({ code, column }) => [code, column])).toEqual([["CONSTANT_COLUMN", 1]]);
        expect([mixture.means[1], mixture.means[4]]).toEqual([value, value]);
        expectUsable(mixture, rows);
      }
    });

    test(`duplicate and dependent columns are fitted, ${covarianceType}`, () => {
      const rows = nested(clouds(80, 2, 2, 8)).map(([a, b]) => [a, b, a, a + 2 * b]);
      expectUsable(GaussianMixture.fitSync(rows, { nComponents: 2, covarianceType, effort }), rows);
    });

    test(`a column given twice leaves the groups as they are, ${covarianceType}`, () => {
      const once = nested(clouds(90, 1, 1, 5, 0)).map(([x], n) => [x + 8 * (n % 3)]);
      const twice = once.map(([x]) => [x, x]);
      const labels = GaussianMixture.fitSync(once, { nComponents: 3, covarianceType, effort }).predict(once);
      const mixture = GaussianMixture.fitSync(twice, { nComponents: 3, covarianceType, effort });
      expect(mixture.report?.warnings.map(({ code }) => code)).toContain("DEPENDENT_COLUMN");
      expectUsable(mixture, twice);
      expect(adjustedRandIndex(mixture.predict(twice), labels)).toBe(1);
    });

    test(`rows that are all equal, or fewer distinct rows than components, are fitted, ${covarianceType}`, () => {
      const equal = Array.from({ length: 20 }, () => [2, 3]);
      expectUsable(GaussianMixture.fitSync(equal, { nComponents: 3, covarianceType, effort }), equal);
      const two = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? [2, 3] : [5, 1]));
      for (const search of SEARCHES) {
        expectUsable(GaussianMixture.fitSync(two, { nComponents: 3, covarianceType, ...search }), two);
      }
    });

    test(`one row at 100 standard deviations is fitted, ${covarianceType}`, () => {
      const rows = nested(clouds(200, 2, 1, 3, 0));
      rows.push([100, -100]);
      for (const nComponents of [1, 2, 3])
        expectUsable(GaussianMixture.fitSync(rows, { nComponents, covarianceType, effort }), rows);
    });
  }

  test("columns without spread or duplicate columns without regularisation are an error", async () => {
    const copied = nested(clouds(80, 1, 2, 8)).map(([a]) => [a, a]);
    for (const covarianceType of ["full", "tied"] as const) {
      await expectFitError(
        copied,
        { nComponents: 1, covarianceType, effort, regCovar: 0 },
        "SINGULAR_COVARIANCE",
        /positive definite/,
      );
    }
    const equal = Array.from({ length: 9 }, () => [2, 3]);
    for (const covarianceType of TYPES) {
      await expectFitError(
        equal,
        { nComponents: 1, covarianceType, effort, regCovar: 0 },
        "SINGULAR_COVARIANCE",
        /regCovar/,
      );
    }
  });
});

describe("extreme values", () => {
  test("the unit of the data does not matter from 1e-140 to 1e140", () => {
    const rows = clouds(90, 2, 2, 5, 9);
    for (const effort of EFFORTS) {
      const one = GaussianMixture.fitSync(rows, { nComponents: 2, effort });
      for (const exponent of [-460, -300, -100, 100, 300, 460]) {
        const scaled = { data: rows.data.map((v) => v * 2 ** exponent), shape: rows.shape };
        const mixture = GaussianMixture.fitSync(scaled, { nComponents: 2, effort });
        expect([...mixture.predict(scaled)]).toEqual([...one.predict(rows)]);
        expectUsable(mixture, scaled);
      }
    }
  });

  test("values of 1e300 and columns spread over 1e-300 are an error that names the column", async () => {
    for (const scale of [1e300, 1e-300]) {
      const rows = nested(clouds(20, 2, 2, 5)).map(([a, b]) => [a, scale * (1 + b)]);
      await expectFitError(
        rows,
        { nComponents: 2 },
        RangeError,
        /^data: expected columns whose values and spread lie between .+ got column 1 beyond that; change its unit/,
      );
      await expectFitError(
        rows.map(([x, y]) => ({ x, y })),
        { nComponents: 2 },
        RangeError,
        /got column "y" beyond that/,
      );
    }
  });

  test("a constant column far out is no harm to the padding of the last tile", () => {
    for (const rows of [8, 10]) {
      const data = Array.from({ length: rows }, (_, n) => [(n % 3) + n / 10, 1e5]);
      for (const covarianceType of ["full", "diag"] as const) {
        expectUsable(GaussianMixture.fitSync(data, { nComponents: 2, covarianceType, regCovar: 1e-300 }), data);
      }
    }
  });

  test("rows so far away that every density is 0 get log-density -Infinity, equal responsibilities and distances that are no NaN", () => {
    const sphere = {
      covarianceType: "spherical",
      weights: [0.5, 0.5],
      means: [
        [0, 0],
        [3, 3],
      ],
      covariances: [1, 1],
    } as const;
    const skew = [
      [1e-4, 5e-5],
      [5e-5, 1e-4],
    ];
    const full = {
      weights: [0.5, 0.5],
      means: [
        [0, 0],
        [3, 3],
      ],
      covariances: [skew, skew],
    };
    const tied = { ...full, covarianceType: "tied", covariances: skew } as const;
    for (const parameters of [sphere, full, tied]) {
      const mixture = GaussianMixture.fromParameters(parameters);
      for (const far of [
        [1e300, 1e300],
        [1e308, 1e308],
        [-1e308, 1e308],
        [1e200, 0],
      ]) {
        for (const rows of [[far], [far, [0, 0]], [[3, 3], far, far]]) {
          const n = rows.indexOf(far);
          expect(mixture.scoreSamples(rows)[n]).toBe(-Infinity);
          expect([...mixture.predictProba(rows).subarray(2 * n, 2 * n + 2)]).toEqual([0.5, 0.5]);
          expect(mixture.predict(rows)[n]).toBe(0);
          expect([...mixture.mahalanobis(rows).subarray(2 * n, 2 * n + 2)].every((distance) => distance > 1e100)).toBe(
            true,
          );
        }
      }
    }
  });

  test("a row that only a wide component explains belongs to it, whatever overflows in the narrow one", () => {
    const narrow = [
      [1e-200, 5e-201],
      [5e-201, 1e-200],
    ];
    const wide = [
      [1e200, 0],
      [0, 1e200],
    ];
    const mixture = GaussianMixture.fromParameters({
      weights: [0.5, 0.5],
      means: [
        [0, 0],
        [0, 0],
      ],
      covariances: [narrow, wide],
    });
    for (const far of [1e100, 1e110, 1e210]) {
      for (const rows of [
        [[far, far]],
        [
          [far, far],
          [0, 0],
        ],
      ]) {
        expect([...mixture.predictProba(rows).subarray(0, 2)]).toEqual([0, 1]);
        expect(mixture.predict(rows)[0]).toBe(1);
      }
    }
  });

  test("NaN and infinite values are an error that names row and column, in a fit and afterwards", async () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const rows = nested(iris).map((row) => [...row]);
      rows[137][2] = bad;
      const textOf = (column: string): RegExp =>
        new RegExp(
          `^data: expected finite numbers, got ${bad} in row 137, column ${column}; leave the row out or fill`,
        );
      const text = textOf("2");
      // the fit knows the names of the columns
      const named = textOf('"petal_length"');
      await expectFitError(rows, plain, RangeError, text);
      await expectFitError({ data: rows.flat(), shape: [150, 4] }, plain, RangeError, text);
      const weights = rows.map((_, n) => (n < 10 ? 0 : 1));
      await expectFitError(rows, { ...plain, sampleWeight: weights }, RangeError, text);
      for (const method of [
        "predict",
        "predictProba",
        "scoreSamples",
        "mahalanobis",
        "score",
        "bic",
        "aic",
        "logLikelihood",
      ] as const) {
        await expectError(() => fitted[method](rows), RangeError, named);
      }
      const records = rows.map(([a, b, c, d]) => ({ a, b, c, d }));
      await expectFitError(records, plain, RangeError, /in row 137, column "c"/);
      await expectError(() => eStep(rows, fitted), RangeError, named);
      const building = [
        () => kMeans(rows, { nClusters: 2 }),
        () =>
          mStep(
            rows,
            rows.map(() => [1]),
          ),
      ];
      for (const run of building) await expectError(run, RangeError, text);
      await expectError(() => logDensity([[bad]], { mean: [0], covariance: [[1]] }), RangeError, /in row 0, column 0/);
    }
    const rows: unknown[][] = nested(iris);
    for (const bad of ["1", null, undefined, {}, true]) {
      rows[3][1] = bad;
      await expectFitError(rows, plain, TypeError, /^data: expected a number in row 3, column 1, got/);
    }
  });
});

describe("weights of rows", () => {
  const refused: readonly (readonly [string, unknown, ErrorKind, RegExp])[] = [
    ["a negative weight", [1, 1, -1, 1], RangeError, /^sampleWeight: .+ 0 or more, got -1 at index 2/],
    ["NaN", [1, Number.NaN, 1, 1], RangeError, /^sampleWeight: .+ got NaN at index 1/],
    ["an infinite weight", [1, Infinity, 1, 1], RangeError, /^sampleWeight: .+ got Infinity at index 1/],
    ["zeros only", [0, 0, 0, 0], RangeError, /^sampleWeight: .+ a finite sum above 0, got only zeros/],
    ["an infinite sum", [1e308, 1e308, 1e308, 1], RangeError, /got an infinite sum; rescale the weights/],
    ["a weight too few", [1, 1, 1], RangeError, /^sampleWeight: expected one weight per row \(4\), got 3/],
    ["a text among the weights", [1, 1, 1, "1"], TypeError, /^sampleWeight: expected a number at index 3, got "1"/],
    ["a text", "1111", TypeError, /^sampleWeight: expected one weight per row \(4\), got "1111"/],
    ["fewer weighted rows than components", [1, 0, 0, 0], RangeError, /^nComponents: .+ weight above 0 \(1\), got 2/],
  ];
  for (const [what, sampleWeight, kind, text] of refused) {
    test(`refuse ${what}`, () => expectFitError(fourRows, { nComponents: 2, sampleWeight }, kind, text));
  }

  test("are checked where they weigh a score, too", async () => {
    for (const method of ["score", "logLikelihood", "bic", "aic"] as const) {
      for (const sampleWeight of [
        [-1, 2],
        [Number.NaN, 1],
        [0, 0],
        [Infinity, 1],
      ]) {
        const run = (): number => fitted[method](iris.data.subarray(0, 8), { sampleWeight });
        await expectError(run, RangeError, /^sampleWeight: expected finite numbers, 0 or more, not all 0, got/);
      }
      await expectError(
        () => fitted[method](iris.data.subarray(0, 8), { sampleWeight: [1] }),
        RangeError,
        /one weight per row \(2\), got 1/,
      );
    }
  });

  test("tiny and huge weights are fitted as their shares", () => {
    const one = GaussianMixture.fitSync(fourRows, { nComponents: 2 });
    for (const weight of [2 ** -900, 2 ** -40, 2 ** 40, 2 ** 900]) {
      const mixture = GaussianMixture.fitSync(fourRows, {
        nComponents: 2,
        sampleWeight: [weight, weight, weight, weight],
      });
      expect([...mixture.predict(fourRows)]).toEqual([...one.predict(fourRows)]);
      expect([...mixture.weights]).toEqual([0.5, 0.5]);
      expectUsable(mixture, fourRows);
    }
  });
});

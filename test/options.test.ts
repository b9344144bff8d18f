import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearest } from "../src/input/nearest.ts";
import { type FitOptions, type FitSettings, fitInput, fitSettings, oneOf } from "../src/input/options.ts";
import { thrownBy } from "./support/errors.ts";

/** Whatever a JavaScript caller may pass, over 6 rows unless told. */
const settle = (options: unknown, nRows = 6): FitSettings => fitSettings(options as FitOptions, nRows);
const two = (options: Readonly<Record<string, unknown>>): FitSettings => settle({ nComponents: 2, ...options });
const labels = [0, 1, 0, 1, 0, 1];
const shares = [
  [1, 0],
  [0, 1],
  [0.5, 0.5],
  [0.25, 0.75],
  [1, 0],
  [0, 1],
];

describe("settings", () => {
  test("have scikit-learn's words and the documented defaults", () => {
    expect(settle({ nComponents: 3 })).toEqual({
      nComponents: 3,
      covarianceType: "full",
      family: "VVV",
      tol: 1e-7,
      maxIter: 1000,
      regCovar: undefined,
      nInit: 1,
      init: { kind: "strategy", strategy: "standard" },
      seed: 0,
      sampleWeight: undefined,
      signal: undefined,
      onIteration: undefined,
      accelerate: true,
      threads: undefined,
      reproducible: true,
    });
  });

  test("take an option that is undefined as left out", () => {
    const keys = [
      "covarianceType",
      "tol",
      "maxIter",
      "regCovar",
      "nInit",
      "effort",
      "init",
      "seed",
      "sampleWeight",
      "signal",
      "onIteration",
      "accelerate",
      "threads",
      "reproducible",
      "nFeatures",
      "columns",
    ];
    expect(two(Object.fromEntries(keys.map((key) => [key, undefined])))).toEqual(two({}));
  });

  test("keep what is given", () => {
    const { signal } = new AbortController();
    const onIteration = (): void => undefined;
    const sampleWeight = Float64Array.of(1, 2, 0, 1, 1, 1);
    const given = {
      covarianceType: "tied",
      tol: 0,
      maxIter: 0,
      regCovar: 0,
      nInit: 4,
      seed: 2 ** 53 - 1,
      sampleWeight,
      signal,
      onIteration,
      accelerate: false,
      threads: 2,
      reproducible: false,
    } as const;
    expect(two({ ...given, init: "k-means++" })).toEqual({
      nComponents: 2,
      family: "EEE",
      ...given,
      init: { kind: "strategy", strategy: "k-means++" },
    });
    expect(two({ sampleWeight }).sampleWeight).not.toBe(sampleWeight);
  });
});

describe("an effort", () => {
  test.each(["quick", "standard", "thorough"] as const)("%s is a search for a start, where none is given", (effort) => {
    expect(two({ effort }).init).toEqual({ kind: "strategy", strategy: effort });
    expect(two({ effort, init: "kmeans" }).init).toEqual({ kind: "strategy", strategy: "kmeans" });
    expect(two({ effort, init: labels }).init.kind).toBe("labels");
  });
});

describe("a start", () => {
  const expected = { kind: "labels", labels: Int32Array.from(labels) };
  test("may be labels in any list, bare or by name", () => {
    for (const list of [labels, Float64Array.from(labels), Uint8Array.from(labels)]) {
      expect(two({ init: list }).init).toEqual(expected);
      expect(two({ init: { labels: list } }).init).toEqual(expected);
    }
  });

  test("may be responsibilities, nested, flat or with a shape", () => {
    const flat = shares.flat();
    const responsibilities = { kind: "responsibilities", responsibilities: Float64Array.from(flat) };
    for (const form of [
      shares,
      shares.map((row) => Float32Array.from(row)),
      flat,
      Float64Array.from(flat),
      { data: flat, shape: [6, 2] },
    ]) {
      expect(two({ init: { responsibilities: form } }).init).toEqual(responsibilities);
    }
    expect(two({ init: shares }).init).toEqual(responsibilities);
  });

  test("may be parameters, passed on as they are", () => {
    const means = [
      [0, 0],
      [1, 1],
    ];
    expect(two({ init: { means } }).init).toEqual({
      kind: "parameters",
      weights: undefined,
      means,
      covariances: undefined,
    });
    const all = { weights: [0.5, 0.5], means: Float64Array.of(0, 0, 1, 1), covariances: [1, 2] };
    expect(two({ init: all }).init).toEqual({ kind: "parameters", ...all });
  });

  test("may be an object of a class that has the parameters, such as a fitted mixture", () => {
    class Mixture {
      readonly nComponents = 2;
      get weights(): Float64Array {
        return Float64Array.of(0.5, 0.5);
      }
      get means(): Float64Array {
        return Float64Array.of(0, 1);
      }
      get covariances(): Float64Array {
        return Float64Array.of(1, 1);
      }
    }
    const mixture = new Mixture();
    const { weights, means, covariances } = mixture;
    expect(two({ init: mixture }).init).toEqual({ kind: "parameters", weights, means, covariances });
  });

  test("of responsibilities is accepted for any rows divided by their sum", () => {
    const rows = fc.array(fc.array(fc.double({ min: 1e-3, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), {
      minLength: 3,
    });
    fc.assert(
      fc.property(rows, (input) => {
        const init = input.map((row) => row.map((value) => value / (row[0] + row[1] + row[2])));
        expect(settle({ nComponents: 3, init }, init.length).init.kind).toBe("responsibilities");
      }),
    );
  });
});

describe("options that cannot be used", () => {
  const R = RangeError;
  const T = TypeError;
  // biome-ignore format: one case per line
  const whole: readonly (readonly [string, unknown, typeof TypeError | typeof RangeError, RegExp])[] = [
    ["no options", undefined, T, /^options: expected an object, got undefined; write for example \{ nComponents/],
    ["null", null, T, /got null/],
    ["a number", 3, T, /got 3/],
    ["an array", [3], T, /got an array of length 1/],
    ["no number of components", {}, T, /^nComponents: expected an integer from 1 to the number of rows \(6\), got undefined; say how many/],
    ["a text as number of components", { nComponents: "3" }, T, /got "3"; use fewer components or more data/],
    ["0 components", { nComponents: 0 }, R, /got 0/],
    ["half a component", { nComponents: 1.5 }, R, /got 1\.5/],
    ["NaN components", { nComponents: NaN }, R, /got NaN/],
    ["more components than rows", { nComponents: 7 }, R, /^nComponents: expected an integer from 1 to the number of rows \(6\), got 7; use fewer components or more data$/],
    ["scikit-learn's spelling", { n_components: 2 }, T, /^options: expected known names only, got "n_components"; did you mean "nComponents"\?/],
    ["a mistyped option", { nComponents: 2, covarianceTyp: "full" }, T, /did you mean "covarianceType"\?/],
    ["an option from nowhere", { nComponents: 2, zzz: 1 }, T, /got "zzz"; known are "nComponents", .*"columns"/],
  ];
  // biome-ignore format: one case per line
  const single: readonly (readonly [string, Readonly<Record<string, unknown>>, typeof TypeError | typeof RangeError, RegExp])[] = [
    ["an unknown covariance type", { covarianceType: "fulll" }, R, /^covarianceType: expected "full", "tied", "diag", "spherical", "VVV", .*, got "fulll"; did you mean "full"\?/],
    ["a covariance type like none", { covarianceType: "wishart" }, R, /got "wishart"; use one of these/],
    ["a covariance type that is no text", { covarianceType: 1 }, T, /^covarianceType: expected .*, got 1; write/],
    ["a negative tol", { tol: -1 }, R, /^tol: expected a finite number, 0 or more, got -1/],
    ["an infinite tol", { tol: Infinity }, R, /^tol: .*got Infinity/],
    ["a tol of NaN", { tol: NaN }, R, /^tol: .*got NaN/],
    ["a tol of null", { tol: null }, T, /^tol: .*got null/],
    ["a fraction of iterations", { maxIter: 1.5 }, R, /^maxIter: expected an integer, 0 or more, got 1\.5/],
    ["negative iterations", { maxIter: -1 }, R, /^maxIter: /],
    ["iterations as text", { maxIter: "10" }, T, /^maxIter: .*got "10"/],
    ["a negative regCovar", { regCovar: -1e-6 }, R, /^regCovar: expected a finite number, 0 or more, got -0\.000001; leave it out to follow/],
    ["no starts", { nInit: 0 }, R, /^nInit: expected an integer, 1 or more, got 0/],
    ["starts as null", { nInit: null }, T, /^nInit: .*got null/],
    ["several starts from given labels", { nInit: 2, init: labels }, R, /^nInit: expected 1 with a start given by init, got 2; leave nInit out/],
    ["several starts from given means", { nInit: 2, init: { means: [[1], [2]] } }, R, /^nInit: expected 1/],
    ["a negative seed", { seed: -1 }, R, /^seed: expected an integer from 0 to 2\^53 - 1, got -1/],
    ["a seed beyond 2^53 - 1", { seed: 2 ** 53 }, R, /^seed: /],
    ["a seed as text", { seed: "a" }, T, /^seed: .*got "a"/],
    ["a signal that is none", { signal: {} }, T, /^signal: expected an AbortSignal, got an object without keys; .*controller\.signal/],
    ["a controller as signal", { signal: new AbortController() }, T, /got an AbortController/],
    ["a signal of null", { signal: null }, T, /^signal: .*got null/],
    ["a listener that is none", { onIteration: "log" }, T, /^onIteration: expected a function, got "log"/],
    ["accelerate as number", { accelerate: 1 }, T, /^accelerate: expected true or false, got 1/],

    ["too few weights", { sampleWeight: [1, 1] }, R, /^sampleWeight: expected one weight per row \(6\), got 2/],
    ["weights that are no list", { sampleWeight: 1 }, T, /^sampleWeight: .*got 1/],
    ["a weight that is no number", { sampleWeight: [1, 1, 1, "1", 1, 1] }, T, /^sampleWeight: expected a number at index 3, got "1"/],
    ["a negative weight", { sampleWeight: [1, 1, -2, 1, -3, 1] }, R, /^sampleWeight: .*got -2 at index 2/],
    ["a weight of NaN", { sampleWeight: [1, NaN, 1, 1, 1, 1] }, R, /got NaN at index 1/],
    ["an infinite weight", { sampleWeight: [Infinity, 1, 1, 1, 1, 1] }, R, /got Infinity at index 0/],
    ["weights of 0 only", { sampleWeight: new Float64Array(6) }, R, /^sampleWeight: expected weights with a finite sum above 0, got only zeros/],
    ["weights with an infinite sum", { sampleWeight: new Float64Array(6).fill(1e308) }, R, /got an infinite sum; rescale/],
    ["fewer weighted rows than components", { sampleWeight: [1, 0, 0, 0, 0, 0] }, R, /^nComponents: expected at most the number of rows with a weight above 0 \(1\), got 2/],

    ["an unknown effort", { effort: "thorogh" }, R, /^effort: expected "quick", "standard" or "thorough", got "thorogh"; did you mean "thorough"\?/],
    ["an effort like none", { effort: "race" }, R, /^effort: expected .*, got "race"; use one of these/],
    ["an effort that is no text", { effort: 3 }, T, /^effort: expected .*, got 3; write/],
    ["an effort of null", { effort: null }, T, /^effort: .*got null/],
    ["an unknown effort beside a start", { effort: "fast", init: labels }, R, /^effort: .*got "fast"/],
    ["an unknown strategy", { init: "kmean" }, R, /^init: expected "race", "kmeans", "k-means\+\+", .* "random-from-data" or "random", got "kmean"; did you mean "kmeans"\?/],
    ["scikit-learn's underscores", { init: "random_from_data" }, R, /did you mean "random-from-data"\?/],
    ["a start that is a number", { init: 3 }, T, /^init: expected a strategy, labels, responsibilities or parameters, got 3/],
    ["a start of null", { init: null }, T, /^init: .*got null/],
    ["a start without keys", { init: {} }, T, /got an object without keys/],
    ["weights alone as start", { init: { weights: [0.5, 0.5] } }, T, /^init: .*got an object with "weights"/],
    ["an unknown key of a start", { init: { mean: [[1], [2]] } }, T, /^init: expected known names only, got "mean"; did you mean "means"\?/],
    ["an unknown key of parameters", { init: { means: [[1], [2]], covariance: 1 } }, T, /got "covariance"; did you mean "covariances"\?/],
    ["two starts at once", { init: { labels, means: [[1], [2]] } }, T, /^init with labels: .*got "means"/],
    ["means that are no list", { init: { means: 5 } }, T, /^init\.means: .*got 5/],
    ["means that are undefined", { init: { means: undefined } }, T, /^init: expected .*got an object with "means"/],
    ["covariances that are no list", { init: { means: [[1], [2]], covariances: "diag" } }, T, /^init\.covariances: .*got "diag"/],

    ["too few labels", { init: [0, 1] }, R, /^init: expected one label per row \(6\), got 2; .*responsibilities/],
    ["labels that are no list", { init: { labels: 1 } }, T, /^init\.labels: expected one label per row \(6\), got 1/],
    ["a label beyond the components", { init: [0, 1, 2, 0, 0, 0] }, R, /^init: expected integers from 0 to nComponents - 1 \(1\), got 2 at index 2/],
    ["a label of noise", { init: { labels: [0, 1, 0, -1, 0, 0] } }, R, /^init\.labels: .*got -1 at index 3/],
    ["half a label", { init: [0, 1, 0.5, 0, 0, 0] }, R, /got 0\.5 at index 2/],
    ["a label of NaN", { init: [0, 1, NaN, 0, 0, 0] }, R, /got NaN at index 2/],
    ["a label as text", { init: ["a", "b", "a", "a", "a", "a"] }, T, /^init: expected a number at index 0, got "a"/],
    ["labels without one of the components", { init: [0, 0, 0, 0, 0, 0] }, R, /^init: expected a row with its label for every component, got none for component 1; .*fewer components than 2/],

    ["responsibilities for fewer rows", { init: shares.slice(1) }, R, /^init: expected as many rows as the data has \(6\), got 5/],
    ["responsibilities for more components", { init: shares.map((row) => [...row, 0]) }, R, /^init: expected rows of 2 numbers \(nComponents\), got rows of 3/],
    ["flat responsibilities of another length", { init: { responsibilities: [1, 0] } }, R, /^init\.responsibilities: expected a number for each row and component \(12\), got 2/],
    ["responsibilities that are no list", { init: { responsibilities: 1 } }, T, /^init\.responsibilities: .*got 1/],
    ["responsibilities of null", { init: { responsibilities: null } }, T, /^init\.responsibilities: .*got null/],
    ["a negative responsibility", { init: [[1, 0], [2, -1], ...shares.slice(2)] }, R, /^init: expected finite numbers, 0 or more, got -1 in row 1, component 1/],
    ["a responsibility of NaN", { init: [[1, 0], [NaN, 1], ...shares.slice(2)] }, R, /got NaN in row 1, component 0/],
    ["responsibilities that do not sum to 1", { init: [...shares.slice(0, 4), [0.5, 0.4], [1, 1]] }, R, /^init: expected every row to sum to 1, got 0\.9 in row 4; divide/],
    ["responsibilities that miss 1 by more than 1e-6", { init: [[1, 2e-6], ...shares.slice(1)] }, R, /sum to 1/],
    ["responsibilities without one of the components", { init: shares.map(() => [0, 1]) }, R, /^init: expected a row with a responsibility above 0 .*component 0/],
  ];

  const cases = [
    ...whole.map(([name, options, type, text]) => [name, () => settle(options), type, text] as const),
    ...single.map(([name, options, type, text]) => [name, () => two(options), type, text] as const),
  ];
  for (const [name, run, type, text] of cases) {
    test(`${name}: ${type.name}`, () => {
      const error = thrownBy(run);
      expect(error.message).toMatch(text);
      expect(error.constructor).toBe(type);
      expect(error.message).toMatch(/^[\w. ]+: expected .*, got .*; .+$/); // argument, expected, got, remedy
    });
  }

  test("responsibilities that miss 1 by less than 1e-6 pass", () => {
    expect(two({ init: [[1, 5e-7], ...shares.slice(1)] }).init.kind).toBe("responsibilities");
  });
});

describe("data and options together", () => {
  test("give the matrix and the settings", () => {
    const { matrix, settings } = fitInput(Float64Array.of(1, 2, 3, 4), {
      nComponents: 2,
      nFeatures: 2,
      columns: ["x", "y"],
    });
    expect([matrix.nRows, matrix.nColumns, matrix.columns]).toEqual([2, 2, ["x", "y"]]);
    expect(settings.nComponents).toBe(2);
  });

  test("report a mistyped option before what is wrong with the data", () => {
    const options = { nComponents: 2, nfeatures: 2 } as unknown as FitOptions;
    expect(() => fitInput(new Float64Array(4), options)).toThrow('got "nfeatures"; did you mean "nFeatures"?');
    expect(() => fitInput([[1]], undefined as unknown as FitOptions)).toThrow(/^options: /);
  });
});

describe("words", () => {
  test("that are allowed come back", () => {
    expect(oneOf("mode", "a", ["a", "b"])).toBe("a");
  });

  test("that are names of every object are not allowed", () => {
    expect(() => oneOf("mode", "toString", ["a"])).toThrow(RangeError);
    expect(() => settle(JSON.parse('{"nComponents": 2, "__proto__": 1}'))).toThrow('got "__proto__"');
  });

  test("are near if they differ in case, dashes, ending or a letter in three", () => {
    const names = ["nComponents", "maxIter", "tol", "nInit", "init", "regCovar", "covarianceType"];
    // biome-ignore format: one case per line
    const cases = [
      ["NCOMPONENTS", "nComponents"],
      ["n-components", "nComponents"],
      ["components", "nComponents"],
      ["maxIterations", "maxIter"],
      ["tolerance", "tol"],
      ["reg_covar", "regCovar"],
      ["covariance", "covarianceType"],
      ["initt", "init"],
      ["n_init", "nInit"],
    ];
    for (const [word, name] of cases) expect(nearest(word, names)).toBe(name);
    for (const word of ["", "k", "zzzz", "random_state"]) expect(nearest(word, names)).toBeUndefined();
  });
});

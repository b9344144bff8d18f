// A mixture as a file: the same bits back, and nothing that was tampered with gets through.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GaussianMixture, MixtureError, type MixtureJSON } from "../src/index.ts";
import { sameBits } from "./support/compare.ts";
import { type ErrorKind, expectError } from "./support/errors.ts";
import { clouds, randomMixture, runs, sizes, TYPES } from "./support/problems.ts";
import { staysUnharmed } from "./support/unharmed.ts";

const { iris, plain } = staysUnharmed();

describe("a mixture as JSON", () => {
  test("gives back the same bits and the same answers", () => {
    fc.assert(
      fc.property(sizes(1), ({ N, D, K, type, seed }) => {
        const set = clouds(N, D, K, seed);
        const columns = Array.from({ length: D }, (_, d) => `column ${d}`);
        const mixture = GaussianMixture.fitSync(set, { nComponents: K, covarianceType: type, maxIter: 5, columns });
        const copies = [GaussianMixture.fromJSON(JSON.stringify(mixture)), GaussianMixture.fromJSON(mixture.toJSON())];
        for (const copy of copies) {
          for (const key of ["weights", "means", "covariances", "precisions"] as const) {
            expect(sameBits(copy[key], mixture[key])).toBe(true);
          }
          expect(copy.columns).toEqual(columns);
          expect(copy.report).toBeUndefined();
          for (const method of ["predict", "predictProba", "scoreSamples", "mahalanobis"] as const) {
            expect(sameBits(copy[method](set), mixture[method](set))).toBe(true);
          }
          expect(JSON.stringify(copy)).toBe(JSON.stringify(mixture));
        }
      }),
      runs(40),
    );
  });

  test("is plain, nested and named, for other programs to read", () => {
    const means = [
      [0, 1],
      [2, 3],
    ];
    const covariances = [
      [1, 2],
      [3, 4],
    ];
    const mixture = GaussianMixture.fromParameters({
      covarianceType: "diag",
      weights: [0.5, 0.5],
      means,
      covariances,
      columns: ["a", "b"],
    });
    expect(JSON.parse(JSON.stringify(mixture))).toEqual({
      format: "gaussmix",
      version: 1,
      covarianceType: "diag",
      nComponents: 2,
      nFeatures: 2,
      columns: ["a", "b"],
      weights: [0.5, 0.5],
      means,
      covariances,
    });
  });
});

describe("fromJSON", () => {
  const json = GaussianMixture.fitSync(iris, { ...plain, columns: iris.columns }).toJSON();
  const matrix = json.covariances as number[][][];
  const numbers = json.means as number[][];
  const text = (from: string, to: string): string => {
    const whole = JSON.stringify(json);
    expect(whole).toContain(from);
    return whole.replace(from, to);
  };
  const refused: readonly (readonly [string, unknown, ErrorKind, RegExp])[] = [
    ["text that is none", "{", SyntaxError, /./],
    ["an array", [], TypeError, /^json: expected a mixture as toJSON gives it, got an array of length 0/],
    ["null", "null", TypeError, /^json: .+ got null/],
    ["another format", { ...json, format: "sklearn" }, TypeError, /^json\.format: expected "gaussmix", got "sklearn"/],
    ["no format", {}, TypeError, /^json\.format: expected "gaussmix", got undefined/],
    [
      "another version",
      { ...json, version: 2 },
      RangeError,
      /^json\.version: expected 1, got 2; read it with the release/,
    ],
    ["a version as a text", { ...json, version: "1" }, RangeError, /^json\.version: expected 1, got "1"/],
    ["an unknown key", { ...json, extra: 1 }, TypeError, /^json: expected only the keys .+, got "extra"/],
    [
      "a key __proto__",
      text('{"format"', '{"__proto__":{"weights":[1]},"format"'),
      TypeError,
      /^json: .+ got "__proto__"/,
    ],
    ["a key constructor", text('{"format"', '{"constructor":1,"format"'), TypeError, /^json: .+ got "constructor"/],
    [
      "an unknown covariance type",
      { ...json, covarianceType: "round" },
      RangeError,
      /^json\.covarianceType: .+ got "round"/,
    ],
    [
      "a type that does not fit the covariances",
      { ...json, covarianceType: "diag" },
      RangeError,
      /^json\.covariances: expected shape \[3, 4\]/,
    ],
    [
      "a huge number of components",
      { ...json, nComponents: 1e9 },
      RangeError,
      /^json\.nComponents: expected 3, as the parameters have it, got 1000000000/,
    ],
    ["columns as a number", { ...json, nFeatures: "4" }, RangeError, /^json\.nFeatures: expected 4, .+ got "4"/],
    [
      "a weight less",
      { ...json, weights: json.weights.slice(1) },
      RangeError,
      /^json\.weights: expected numbers that sum to 1/,
    ],
    [
      "weights beside 1",
      { ...json, weights: json.weights.map((w) => w * 1.01) },
      RangeError,
      /^json\.weights: expected numbers that sum to 1/,
    ],
    ["a text for a number", text(`${json.weights[0]}`, `"${json.weights[0]}"`), TypeError, /^json\.weights: /],
    ["null for a number", text(`${numbers[1][2]}`, "null"), TypeError, /^json\.means: /],
    [
      "a number too large for a double",
      text(`${numbers[1][2]}`, "1e999"),
      RangeError,
      /^json\.means: expected finite numbers, got Infinity/,
    ],
    [
      "a mean less",
      { ...json, means: numbers.slice(1) },
      RangeError,
      /^json\.means: expected 3 rows, one mean per component, got 2 rows/,
    ],
    [
      "a ragged mean",
      { ...json, means: [numbers[0], numbers[1].slice(1), numbers[2]] },
      RangeError,
      /^json\.means: expected rows of equal length/,
    ],
    ["means as a text", { ...json, means: "0" }, TypeError, /^json\.means: expected an array, got "0"/],
    [
      "an object for an array",
      { ...json, weights: { length: 2 ** 31 } },
      TypeError,
      /^json\.weights: expected an array, got/,
    ],
    [
      "an object in an array",
      { ...json, means: [{ length: 2 ** 31 }, numbers[1], numbers[2]] },
      TypeError,
      /^json\.means: /,
    ],
    [
      "a covariance less",
      { ...json, covariances: matrix.slice(1) },
      RangeError,
      /^json\.covariances: expected shape \[3, 4, 4\]/,
    ],
    [
      "a skew covariance",
      { ...json, covariances: [matrix[0], matrix[1], [matrix[2][1], matrix[2][0], matrix[2][2], matrix[2][3]]] },
      RangeError,
      /^json\.covariances: expected symmetric matrices/,
    ],
    [
      "an indefinite covariance",
      { ...json, covariances: matrix.map((m) => m.map((row) => row.map((v) => -v))) },
      "SINGULAR_COVARIANCE",
      /positive definite/,
    ],
    [
      "deep nesting",
      text(`"weights":[`, `"weights":[${"[".repeat(2000)}${"]".repeat(2000)},`),
      TypeError,
      /^json\.weights: /,
    ],
    ["too few names", { ...json, columns: ["a"] }, TypeError, /^json\.columns: expected 4 different names/],
    [
      "one name twice",
      { ...json, columns: ["a", "b", "c", "a"] },
      TypeError,
      /^json\.columns: expected 4 different names/,
    ],
    [
      "names that are numbers",
      { ...json, columns: [1, 2, 3, 4] },
      TypeError,
      /^json\.columns: expected 4 different names/,
    ],
  ];
  for (const [what, given, kind, message] of refused) {
    test(`refuses ${what}`, async () => {
      await expectError(() => GaussianMixture.fromJSON(given as MixtureJSON), kind, message);
      expect(({} as { weights?: unknown }).weights).toBeUndefined();
    });
  }

  test("with any one value replaced is either refused with a named error or a mixture of numbers", async () => {
    const junk = fc.constantFrom<unknown>(null, "", "1", -1, 0, 1e300, 1e-320, -1e300, [], [[]], {}, true, 2 ** 53, [
      1,
      [2],
    ]);
    await fc.assert(
      fc.asyncProperty(sizes(), fc.nat(), junk, async (size, pick, value) => {
        const small = { ...size, D: Math.min(size.D, 4), K: Math.min(size.K, 3) };
        const places: string[] = [];
        const whole = JSON.stringify(randomMixture(small));
        JSON.parse(whole, function (this: unknown, key: string, part: unknown) {
          places.push(key);
          return part;
        });
        // the reviver visits every value once, in order: replace the one at `target`
        const target = pick % (places.length - 1);
        let at = 0;
        const tampered: unknown = JSON.parse(whole, (_key, part: unknown) => (at++ === target ? value : part));
        let mixture: GaussianMixture | undefined;
        try {
          mixture = GaussianMixture.fromJSON(tampered as MixtureJSON);
        } catch (error) {
          const named = error instanceof TypeError || error instanceof RangeError || error instanceof MixtureError;
          expect(named && /^(json|covariances)[.\w]*: expected .+; .+/.test(error.message), String(error)).toBe(true);
        }
        if (!mixture) return;
        expect(mixture.weights).toHaveLength(mixture.nComponents);
        expect(mixture.means).toHaveLength(mixture.nComponents * mixture.nFeatures);
        expect(mixture.predictProba([new Array<number>(mixture.nFeatures).fill(0)]).every(Number.isFinite)).toBe(true);
      }),
      runs(300),
    );
  });

  test("of any type survives what JSON.stringify may do to it: spaces and another order of the keys", () => {
    for (const type of TYPES) {
      const mixture = randomMixture({ D: 3, K: 2, type, seed: 4 });
      const turned = JSON.stringify(Object.fromEntries(Object.entries(mixture.toJSON()).reverse()), undefined, 2);
      expect(JSON.stringify(GaussianMixture.fromJSON(turned))).toBe(JSON.stringify(mixture));
    }
  });
});

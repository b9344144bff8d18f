// What people see of an object: its text, what a console shows, and components as plain objects.
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matricesOf } from "../src/covariance/parameters.ts";
import { GaussianMixture, marginal, selectSync } from "../src/index.ts";
import { nest } from "../src/model/json.ts";
import { Mixture } from "../src/predict.ts";
import { dataset } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { randomMixture, runs, sizes } from "./support/problems.ts";

const columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
const iris = GaussianMixture.fitSync(dataset("iris"), { nComponents: 3, columns });
const [line] = String(iris).split("\n");

/** A mixture of K diagonal components over columns, all alike. */
const alike = (K: number, names: readonly string[] | number, mean = 1): Mixture => {
  const D = typeof names === "number" ? names : names.length;
  return Mixture.fromParameters({
    weights: new Array(K).fill(1 / K),
    means: new Array(K * D).fill(mean),
    covariances: new Array(K * D).fill(1),
    covarianceType: "diag",
    columns: typeof names === "number" ? undefined : names,
  });
};

describe("the text of a mixture", () => {
  test("says its type and sizes, how the fit ended, weights, and means by column", () => {
    expect(String(iris)).toBe(
      [
        "GaussianMixture of 3 components over 4 columns, full covariance",
        `converged after ${iris.report?.nIterations} iterations, log-likelihood -180.2`,
        "component              0       1       2",
        "weight            0.3333  0.2992  0.3675",
        "mean by column",
        '  "sepal_length"   5.006   5.915   6.545',
        '  "sepal_width"    3.428   2.778   2.949',
        '  "petal_length"   1.462   4.202   5.480',
        '  "petal_width"   0.2460   1.297   1.985',
      ].join("\n"),
    );
  });

  test("says nothing of a fit where there was none, and counts one as one", () => {
    expect(`${alike(1, 1)}`).toBe(
      [
        "Mixture of 1 component over 1 column, diag covariance",
        "component           0",
        "weight          1.000",
        "mean by column",
        "  0             1.000",
      ].join("\n"),
    );
  });

  test("names a narrower family, and what a fit warned of", () => {
    const rows = [0, 1, 2, 3, 4, 5].map((x) => [x, x % 2, 7]);
    const [first, ending] = String(
      GaussianMixture.fitSync(rows, { nComponents: 2, covarianceType: "EEI", maxIter: 1, init: "kmeans" }),
    ).split("\n");
    expect(first).toBe("GaussianMixture of 2 components over 3 columns, diag (EEI) covariance");
    expect(ending).toMatch(/^stopped after 1 iteration, log-likelihood \S+, NOT_CONVERGED, FEW_ROWS, CONSTANT_COLUMN$/);
  });

  test("shows the first of many components and columns, and how many more there are", () => {
    const lines = `${alike(25, 100)}`.split("\n");
    expect(lines).toHaveLength(13);
    expect(lines[1]).toMatch(/^component +0 +1 +2 +3 +4 +5 +6 +7 {2}… 17 more$/);
    expect(lines[12]).toBe("… 92 more");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(100);
  });

  test("writes numbers to four digits, without an exponent where people would write none", () => {
    const shown = (mean: number): string | undefined =>
      `${alike(1, 1, mean)}`
        .split("\n")
        .at(-1)
        ?.replace(/^ +0 +/, "");
    expect([0, -0, 0.5, -1234.5].map(shown)).toEqual(["0.000", "0.000", "0.5000", "-1235"]);
    expect([52_340, 1.23456e9, 1e10].map(shown)).toEqual(["52340", "1235000000", "1.000e+10"]);
    expect([-1e-9, 0.000123456].map(shown)).toEqual(["-1.000e-9", "0.0001235"]);
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), (mean) => {
        const text = shown(mean) as string;
        // half a unit of the fourth digit, and the rounding of the text
        expect(Math.abs(Number(text) - mean)).toBeLessThanOrEqual(Math.abs(mean) * 5.0001e-4);
        expect(text.length).toBeLessThanOrEqual(12);
      }),
      runs(200),
    );
  });

  test("stays on its lines and short, whatever the columns are called", () => {
    const unit = fc.oneof(
      fc.constantFrom(
        "\n",
        "\r",
        "\u2028",
        "\u2029",
        "\u0085",
        "\u009b",
        "\u001b[2J",
        "\u202e",
        "\u200b",
        "\ud83d",
        "\0",
      ),
      fc.string({ unit: "binary", maxLength: 30 }),
    );
    const name = fc.array(unit, { maxLength: 60 }).map((units) => units.join(""));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), (names) => {
        const text = `${alike(2, names)}`;
        const lines = text.split("\n");
        expect(lines).toHaveLength(4 + Math.min(names.length, 8) + (names.length > 8 ? 1 : 0));
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        for (const { length } of lines) expect(length).toBeLessThan(80);
      }),
      runs(200),
    );
    expect(`${alike(1, ["x".repeat(10_000)])}`).toContain(`\n  "${"x".repeat(40)}"…  1.000`);
  });
});

describe("a console shows", () => {
  test("the text of a mixture, or its first line where it is a part of what is shown", () => {
    expect(inspect(iris)).toBe(String(iris));
    expect(inspect(iris, { depth: 0 })).toBe(String(iris));
    expect(inspect({ iris })).toBe(`{\n  iris: ${line}\n}`);
    expect(inspect({ a: { b: { c: iris } } }, { depth: null })).toContain("sepal_length");
    const selection = inspect(selectSync(dataset("iris"), { nComponents: [1, 2], covarianceType: ["diag", "tied"] }));
    expect(selection.match(/GaussianMixture of \d components? over 4 columns, \w+ covariance,\n/g)).toHaveLength(5);
  });

  test("the trace of a report, not that there is a getter", () => {
    const { report } = iris;
    expect(inspect(report)).toContain("trace: Float64Array(");
    expect(inspect({ report })).not.toContain("Getter");
    expect(Object.keys(report as object)).toContain("trace");
  });

  test("what a class is called, and what an object that cannot be asked has of its own", () => {
    expect([inspect(GaussianMixture), inspect(Mixture)]).toEqual([
      "[class GaussianMixture extends Mixture]",
      "[class Mixture]",
    ]);
    expect(Object.prototype.toString.call(iris)).toBe("[object GaussianMixture]");
    // a browser's console previews five: these, and the private model
    expect(Object.keys(iris)).toEqual(["covarianceType", "nComponents", "nFeatures", "report"]);
  });
});

describe("components", () => {
  test("are the parameters, for every covariance type", () => {
    fc.assert(
      fc.property(sizes(), (size) => {
        const mixture = randomMixture(size);
        const { K, D } = size;
        const means = nest(mixture.means, [K, D]);
        const matrices = nest(matricesOf(mixture), [K, D, D]);
        const components = Array.from(mixture.weights, (weight, k) => {
          const covariance = matrices[k] as number[][];
          return { weight, mean: means[k], sd: covariance.map((row, d) => Math.sqrt(row[d])), covariance };
        });
        expect(mixture.components).toEqual(components);
      }),
      runs(40),
    );
  });

  test("go by the names of columns, whatever these are", () => {
    const names = ["x", "__proto__", "constructor", "7", ""];
    const [component] = alike(2, names).components;
    expect(Object.keys(component.mean).sort()).toEqual([...names].sort());
    for (const name of names) {
      expect(Object.hasOwn(component.covariance, name)).toBe(true);
      const row = Object.entries(Object.entries(component.covariance).find(([key]) => key === name)?.[1] ?? {});
      expect(row.map(([key, value]) => [key, value]).sort()).toEqual(
        names.map((other) => [other, other === name ? 1 : 0]).sort(),
      );
    }
    expect(Object.getPrototypeOf(component.mean)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    expect(iris.components[1].mean.petal_width).toBe(iris.means[7]);
    expect(iris.components[1].covariance.petal_width.sepal_width).toBe(iris.covariances[16 + 3 * 4 + 1]);
    expect(Object.values(iris.components[0].mean)).toEqual([...iris.means.slice(0, 4)]);
  });

  test("are copies, and plain enough for JSON", () => {
    const before = JSON.stringify(iris.components);
    const [component] = iris.components as unknown as { weight: number; mean: { sepal_width: number } }[];
    component.weight = 7;
    component.mean.sepal_width = 7;
    expect(JSON.stringify(iris.components)).toBe(before);
    expect(JSON.parse(before)).toEqual(iris.components);
    expect(marginal(iris, ["petal_width"]).components[2].covariance).toEqual({
      petal_width: { petal_width: iris.covariances[2 * 16 + 15] },
    });
  });

  test("are not written out where that would take far more memory than the mixture", async () => {
    const wide = alike(2, 725);
    await expectError(
      () => wide.components,
      RangeError,
      /^components: expected matrices of up to 1048576 numbers, got 1051250; read weights, means and covariances$/,
    );
    expect(alike(2, 724).components[1].covariance[723][723]).toBe(1);
    expect(`${wide}`).toContain("over 725 columns");
  });
});

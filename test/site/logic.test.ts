// What the playground computes without a page.
import { describe, expect, test } from "vitest";
import { codeFor } from "../../site/playground/logic/code.ts";
import { along, contour } from "../../site/playground/logic/contour.ts";
import { csvOf, numberIn, tableOfCells } from "../../site/playground/logic/csv.ts";
import { dragged, placeOf } from "../../site/playground/logic/drag.ts";
import { axesOf, matrixOf, pairOf, pairWith, partWay, withPair } from "../../site/playground/logic/geometry.ts";
import { addressOf, hashOf } from "../../site/playground/logic/hash.ts";
import { jsonOf } from "../../site/playground/logic/json.ts";
import { within } from "../../site/playground/logic/lasso.ts";
import { THEMES } from "../../site/playground/logic/palette.ts";
import { PRESETS, presetOf } from "../../site/playground/logic/presets.ts";
import { thinned } from "../../site/playground/logic/rest.ts";
import { measured, rangeOf, shown, ticks } from "../../site/playground/logic/scale.ts";
import { shadeOf } from "../../site/playground/logic/shade.ts";
import { clear, paint, stampOf, wordOf } from "../../site/playground/logic/splat.ts";
import { randomStart } from "../../site/playground/logic/starts.ts";
import { likelyColumns, rowsOf, tableOf, withCells, withoutRows, withRow } from "../../site/playground/logic/table.ts";
import { histogramOf } from "../../site/playground/logic/univariate.ts";
import { preferred, rested } from "../../site/playground/logic/words.ts";
import { eStep, GaussianMixture, type Parameters } from "../../src/index.ts";

const three: Parameters = {
  ...{ covarianceType: "full", nComponents: 2, nFeatures: 3, weights: Float64Array.of(0.25, 0.75) },
  means: Float64Array.of(0, 1, 2, 3, 4, 5),
  covariances: Float64Array.of(...[4, 1, 0.5, 1, 3, 0.2, 0.5, 0.2, 2], ...[1, 0, 0, 0, 1, 0, 0, 0, 1]),
};
const view = { x: { low: -5, high: 5, start: 50, end: 450 }, y: { low: -5, high: 5, start: 300, end: 0 } };

describe("tables", () => {
  test("cells are numbers, empty or text", () => {
    expect(["1", " 2.5 ", "1e3", "-.5", "1,5"].map(numberIn)).toEqual([1, 2.5, 1000, -0.5, 1.5]);
    expect(["", "NA", "nan", "null", "?", "-"].map(numberIn)).toEqual(new Array(6).fill(Number.NaN));
    expect(["x", "1 2", "1,2,3", "2024-01-02"].map(numberIn)).toEqual(new Array(4).fill(undefined));
  });

  test("a header is told from a row, names are made different, a column of mostly texts is one of texts", () => {
    const { table, notes } = tableOfCells([
      ["x", "x", "", "kind"],
      ["1", "2", "3", "a"],
      ["", "oops", "4", "b"],
      ["5", "6"],
    ]);
    expect(table.columns.map(({ name }) => name)).toEqual(["x", "x (2)", "column 3", "kind"]);
    expect(table.columns.map(({ numbers }) => numbers !== undefined)).toEqual([true, false, true, false]);
    expect(notes).toEqual([]);
    expect(
      tableOfCells([
        ["1", "2"],
        ["3", "4"],
      ]).table.nRows,
    ).toBe(2);
    expect(() => tableOfCells([])).toThrow(RangeError);
    expect(() => tableOfCells([["a"], ["b"]])).toThrow("No column holds numbers");
  });

  test("rows with an empty or infinite cell are left out, and remembered", () => {
    const table = tableOf({ id: [1, 2, 3, 4], x: [1, Number.NaN, 3, 4], y: [1, 2, Number.POSITIVE_INFINITY, 8] });
    expect(likelyColumns(table)).toEqual([1, 2]);
    const rows = rowsOf(table, [1, 2]);
    expect([[...rows.values], [...rows.origin], rows.skipped]).toEqual([[1, 1, 4, 8], [0, 3], 2]);
  });

  test("cells change, rows come and go, and the table before stays as it was", () => {
    const table = tableOf({ x: [1, 2], y: [3, 4] });
    expect([...(withCells(table, [{ row: 1, column: 0, value: 9 }]).columns[0].numbers ?? [])]).toEqual([1, 9]);
    expect([...(withRow(table, new Map([[0, 7]])).columns[1].numbers ?? [])]).toEqual([3, 4, Number.NaN]);
    expect([...(withoutRows(table, new Set([0])).columns[1].numbers ?? [])]).toEqual([4]);
    expect([...(table.columns[0].numbers ?? [])]).toEqual([1, 2]);
  });

  test("CSV has quotes where it must, and no formulas", () => {
    const table = { nRows: 1, columns: [{ name: 'a"b', numbers: undefined, texts: ["=1+1,2"] }] };
    expect(csvOf(table, [{ name: "n", values: [-2] }])).toBe('"a""b",n\n"\'=1+1,2",-2\n');
  });

  test("many rows are thinned evenly", () => {
    const { values, step } = thinned(
      Float64Array.from({ length: 100_000 }, (_, i) => i),
      2,
    );
    expect([step, values.length, values[2]]).toEqual([3, 33_334, 6]);
  });
});

describe("ellipses", () => {
  test("axes give the covariance back", () => {
    for (const pair of [
      [4, 1, 3],
      [1, 0, 1],
      [1e-8, 0, 5],
      [2, -1.9, 2],
    ] as const) {
      for (const [n, value] of pairWith(axesOf(pair)).entries()) expect(value).toBeCloseTo(pair[n], 10);
    }
  });

  test("another ellipse over two columns leaves the matrix positive definite, and is the one asked for", () => {
    const changed = withPair(three, 0, 0, 2, [9, -2, 1]);
    for (const [n, value] of pairOf(changed, 0, 0, 2).entries()) expect(value).toBeCloseTo([9, -2, 1][n], 10);
    expect(() => GaussianMixture.fromParameters(changed)).not.toThrow();
    expect(matrixOf(changed, 1)).toEqual(matrixOf(three, 1));
  });

  test("a handle that is dragged lies where it was dragged to", () => {
    for (const part of ["mean", "long", "short"] as const) {
      const grip = { part, k: 0, i: 0, j: 1 };
      const [x, y] = placeOf(three, view, grip);
      // away from the mean, so that the longer axis stays the longer one
      const [mx, my] = placeOf(three, view, { ...grip, part: "mean" });
      const factor = part === "short" ? 0.9 : 1.1;
      const to =
        part === "mean" ? ([x + 7, y - 9] as const) : ([mx + (x - mx) * factor, my + (y - my) * factor] as const);
      const [ax, ay] = placeOf(dragged(three, view, grip, ...to), view, grip);
      expect([ax, ay].map((value) => Number(value.toFixed(6)))).toEqual(to.map((value) => Number(value.toFixed(6))));
    }
  });

  test("half way lies between, and mixtures of other shapes are taken at once", () => {
    const moved = { ...three, means: three.means.map((mean) => mean + 2) };
    expect([...partWay(three, moved, 0.5).means]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(partWay({ ...three, nComponents: 1 }, moved, 0.5)).toBe(moved);
  });

  test("a start has rows as means and can be fitted from, by every type", () => {
    const values = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i) * 5);
    for (const covarianceType of ["full", "tied", "diag", "spherical"] as const) {
      const start = randomStart(values, 3, 4, covarianceType, 2);
      expect(Number.isFinite(eStep({ data: values, shape: [20, 3] }, start).logLikelihood)).toBe(true);
    }
  });

  test("the model that is saved is one that the library reads", () => {
    for (const covarianceType of ["full", "tied", "diag", "spherical"] as const) {
      const start = randomStart(
        Float64Array.from({ length: 40 }, (_, i) => Math.cos(3 * i)),
        2,
        3,
        covarianceType,
        1,
      );
      const read = GaussianMixture.fromJSON(jsonOf(start, ["a", "b"]));
      expect(read.covariances).toEqual(start.covariances);
      expect(read.columns).toEqual(["a", "b"]);
    }
  });
});

describe("the picture", () => {
  test("colours mix by responsibility, and doubt is what the best component lacks", () => {
    const options = { show: "mix", colours: [0xff0000, 0x0000ff], doubt: [0x000000, 0xffffff] } as const;
    const { colours, labels, doubt } = shadeOf(Float64Array.of(1, 0, 0.5, 0.5, 0.2, 0.8), 2, options);
    expect([...colours]).toEqual([0xff0000, 0x800080, 0x3300cc]);
    expect([[...labels], [...doubt]]).toEqual([
      [0, 0, 1],
      [0, 128, 51],
    ]);
    expect(shadeOf(Float64Array.of(0.5, 0.5), 2, { ...options, show: "doubt" }).colours[0]).toBe(0xffffff);
  });

  test("points are painted where they are, fade, and may lie beyond the edge", () => {
    const surface = { pixels: new Uint32Array(100), width: 10, height: 10 };
    clear(surface, 0xffffff, { colour: 0, columns: [3], rows: [] });
    expect(surface.pixels[13]).toBe(wordOf(0));
    const [from, to] = [new Uint32Array(3).fill(0x000000), new Uint32Array(3).fill(0xff8000)];
    paint(surface, { x: Float32Array.of(5, -40, 9.6), y: Float32Array.of(5, 2, 9.6), from, to }, stampOf(1, 1), 1);
    expect(surface.pixels[55]).toBe(wordOf(0xff8000));
    paint(surface, { x: Float32Array.of(5), y: Float32Array.of(5), from, to }, stampOf(1, 1), 0.5);
    expect(surface.pixels[55] & 255).toBeGreaterThan(120);
    expect(surface.pixels[55] & 255).toBeLessThan(132);
  });

  test("a contour of a round hill is a circle", () => {
    const places = along(-2, 2, 81);
    const heights = Float64Array.from(
      { length: 81 * 81 },
      (_, n) => -Math.hypot(places[n % 81], places[Math.floor(n / 81)]),
    );
    const segments = contour(heights, places, places, -1);
    expect(segments.length).toBeGreaterThan(100);
    for (const [x, y] of segments) expect(Math.hypot(x, y)).toBeCloseTo(1, 2);
    expect(contour(new Float64Array(4).fill(Number.NEGATIVE_INFINITY), along(0, 1, 2), along(0, 1, 2), 0)).toEqual([]);
  });

  test("a lasso holds what lies within", () => {
    const square = [
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
    ] as const;
    expect(within({ x: Float32Array.of(1, 5, 3), y: Float32Array.of(1, 1, 3.9) }, square)).toEqual([0, 2]);
  });

  test("ranges and ticks of ugly data end, and are finite", () => {
    expect(rangeOf([])).toEqual([-5, 5]);
    expect(rangeOf([3, 3, Number.NaN])).toEqual([2.7, 3.3].map((value) => expect.closeTo(value, 10)));
    expect(rangeOf([-1e308, 1e308]).every(Number.isFinite)).toBe(true);
    expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks(1, 1, 5)).toEqual([]);
    expect(ticks(1e300, 1e300 * (1 + 1e-15), 5).length).toBeLessThan(20);
    expect([shown(1234567), shown(-0.5), shown(1e-9), measured(1.23456, 0.05)]).toEqual([
      "1,234,567",
      "−0.5",
      "1.00e−9",
      "1.235 ± 0.05",
    ]);
  });

  test("a histogram has area 1, of equal values too", () => {
    for (const values of [Float64Array.of(1, 2, 2, 3, 8), Float64Array.of(4, 4), Float64Array.of(0, 1e-300)]) {
      const { edges, heights } = histogramOf(values);
      expect(heights.reduce((sum, height, bar) => sum + height * (edges[bar + 1] - edges[bar]), 0)).toBeCloseTo(1, 10);
    }
  });
});

describe("the address, words and code", () => {
  test("an address says what it was made of, and nonsense in it is passed over", () => {
    const address = {
      preset: "wave",
      k: 4,
      type: "diag",
      seed: 3,
      show: "doubt",
      columns: ["a b", "<i>"],
      anomalies: 0.02,
      regression: true,
    } as const;
    expect(addressOf(`#${hashOf(address)}`)).toEqual(address);
    expect(addressOf(`#${hashOf({ points: [1, 2.5, -3, 4] })}`)).toEqual({ points: [1, 2.5, -3, 4] });
    expect(addressOf("#data=__proto__&k=999&type=no&seed=-1&anomalies=7&points=1_x&show=9")).toEqual({});
  });

  test("every preset is the same each time, and complete", () => {
    for (const preset of PRESETS) {
      const table = (preset.small ?? preset.make)();
      expect(table).toEqual((preset.small ?? preset.make)());
      if (preset.name !== "blank") expect(rowsOf(table, likelyColumns(table)).skipped).toBe(0);
    }
    expect(presetOf("faithful").make().nRows).toBe(272);
    expect(presetOf("nothing")).toBe(PRESETS[0]);
  });

  test("words say which number of groups is preferred, and what an optimum is", () => {
    const row = (nComponents: number, bic: number | undefined) =>
      ({ nComponents, covarianceType: "full", bic, icl: bic }) as const;
    expect(preferred([row(1, 50), row(2, 30), row(3, undefined)])).toBe(
      "BIC prefers 2 groups, any shape (full): far better than 1 group (full), by 20.",
    );
    expect(rested(-120, 7, -100)).toContain("20 below the best found so far: another optimum");
  });

  test("code names odd columns and files as their languages do", () => {
    const recipe = {
      file: "it's.csv",
      columns: ['a"b', "c d"],
      nComponents: 2,
      covarianceType: "spherical",
      seed: 1,
    } as const;
    expect(codeFor("JavaScript", recipe)).toContain('const columns = ["a\\"b","c d"];');
    expect(codeFor("Command line", recipe)).toContain(
      "gaussmix fit 'it'\\''s.csv' -k 2 --covariance spherical --columns 'a\"b,c d'",
    );
    expect(codeFor("Python", recipe)).toContain("precisions_init=1 / covariances");
  });

  test("colours of components stand out from both grounds", () => {
    const light = (colour: number): number => {
      const [r, g, b] = [16, 8, 0]
        .map((shift) => ((colour >> shift) & 255) / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (const { background, components } of Object.values(THEMES)) {
      for (const colour of components) {
        const [low, high] = [light(background), light(colour)].sort((a, b) => a - b);
        // 2.1: a wide line; the number at each mean says the same
        expect((high + 0.05) / (low + 0.05)).toBeGreaterThan(2.1);
      }
    }
  });
});

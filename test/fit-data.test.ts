// What a fit reads of its data: columns by index, missing cells, and what is said of the rest.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type DataInput,
  type FitOptions,
  type FitReport,
  GaussianMixture,
  improveSync,
  kMeans,
  selectSync,
} from "../src/index.ts";
import { type DataOptions, fitMatrix } from "../src/input/fit-data.ts";
import { thrownBy } from "./support/errors.ts";
import { clouds, nested, runs } from "./support/problems.ts";

const read = (data: unknown, options: DataOptions = {}): number[] => {
  const matrix = fitMatrix(data as DataInput, options);
  const out = new Float64Array(matrix.nRows * matrix.nColumns);
  matrix.copyRows(0, matrix.nRows, out);
  return [...out];
};
const fitTo = (data: unknown, options: Partial<FitOptions> = {}): GaussianMixture =>
  GaussianMixture.fitSync(data as DataInput, { nComponents: 1, ...options });
const reportOf = (mixture: GaussianMixture): FitReport => mixture.report as FitReport;

describe("options that cannot be followed", () => {
  const R = RangeError;
  const T = TypeError;
  // biome-ignore format: one case per line
  const cases: readonly (readonly [string, unknown, DataOptions, typeof TypeError | typeof RangeError, RegExp])[] = [
    ["a name that is no text", [[1]], { columns: ["x", 1] }, T, /^columns: expected a name at index 1, got 1/],
    ["an index among names", [[1]], { columns: [0, "x"] }, T, /^columns: expected indices, 0 or more, got "x"; count columns from 0, or give names alone/],
    ["an index beyond the columns", [[1, 2]], { columns: [2] }, R, /^columns: expected indices from 0 to 1, got 2; rows have 2 numbers/],
    ["an index twice", [[1, 2]], { columns: [1, 1] }, R, /^columns: expected each index once, got 1 twice; leave one out/],
    ["an index of a flat array without its shape", Float64Array.of(1, 2), { columns: [1], nFeatures: 2 }, T, /got a Float64Array of length 2 alone; give \{ data, shape \}, where columns are picked by index/],
    ["an index of records", [{ x: 1 }], { columns: [0] }, T, /^columns: expected names, as the columns of data have them, got 0/],
    ["an index of a table", { x: [1] }, { columns: [0] }, T, /^columns: expected names, as the columns of data have them, got 0/],
    ["missing without its words", [[1]], { missing: "leave" as never }, R, /^missing: expected "error" or "drop", got "leave"/],
    ["missingValues that are no list", [[1]], { missingValues: "NA" as never }, T, /^missingValues: expected an array of values, got "NA"; write for example/],
    ["missingValues that hold nothing", [[1]], { missingValues: [null as never] }, T, /^missingValues: expected texts, numbers, true or false, got null at index 0; null, undefined and NaN count/],
  ];
  for (const [name, data, options, type, text] of cases) {
    test(`${name}: ${type.name}`, () => {
      const error = thrownBy(() => read(data, options));
      expect(error.message).toMatch(text);
      expect(error.constructor).toBe(type);
      expect(error.message).toMatch(/^[\w.]+: expected .*, got .*; .+$/);
    });
  }
});

describe("columns by index", () => {
  const rows = [
    [1, 2, 3],
    [4, 5, 6],
  ];

  test("are picked from rows, from numbers with their shape, and from an image, in the order asked for", () => {
    expect(read(rows, { columns: [2, 0] })).toEqual([3, 1, 6, 4]);
    expect(read({ data: rows.flat(), shape: [2, 3] }, { columns: [2, 0] })).toEqual([3, 1, 6, 4]);
    expect(read({ data: Float64Array.from(rows.flat()), shape: [2, 3] }, { columns: [1] })).toEqual([2, 5]);
    expect(read({ data: Uint8Array.of(1, 2, 3, 4), width: 1, height: 1 }, { columns: [3, 1] })).toEqual([4, 2]);
  });

  test("leave what the other columns hold alone", () => {
    expect(
      read(
        rows.map((row) => [...row, "a"]),
        { columns: [0, 1] },
      ),
    ).toEqual([1, 2, 4, 5]);
    expect(read({ data: [1, null, 2, null], shape: [2, 2] }, { columns: [0] })).toEqual([1, 2]);
  });

  test("keep the names that numbers with a shape have", () => {
    const data = { data: rows.flat(), shape: [2, 3], columns: ["a", "b", "c"] };
    expect(fitMatrix(data as DataInput, { columns: [2, 0] }).columns).toEqual(["c", "a"]);
    expect(fitMatrix(data as DataInput, { columns: ["c", "a"] }).columns).toEqual(["c", "a"]);
    expect(read(data, { columns: ["c", "a"] })).toEqual([3, 1, 6, 4]);
  });

  test("are asked for again by the mixture: wider rows are refused", () => {
    const mixture = fitTo(rows, { columns: [2, 0] });
    expect(mixture.nFeatures).toBe(2);
    expect(() => mixture.predict(rows)).toThrow(
      /^data: expected rows of 2 numbers \(the mixture's nFeatures\), got rows of 3/,
    );
  });
});

describe("numbers with their shape and names", () => {
  const data = { data: Float64Array.of(1, 9, 2, 8, 4, 9, 7, 7), shape: [4, 2], columns: ["x", "y"] } as const;

  test("give a mixture its names, and are read by them", () => {
    const mixture = fitTo(data);
    expect(mixture.columns).toEqual(["x", "y"]);
    const turned = { data: [9, 1, 8, 2, 9, 4, 7, 7], shape: [4, 2], columns: ["y", "x"] } as const;
    expect(mixture.scoreSamples(turned)).toEqual(mixture.scoreSamples(data));
    expect(() => mixture.predict({ ...data, columns: ["x", "z"] })).toThrow(/got "y"; the data has "x", "z"/);
  });

  test("may have something else that is called columns", () => {
    for (const columns of [2, [], [{ kind: "a" }], null]) {
      expect(fitTo({ ...data, columns }).columns).toBeUndefined();
    }
  });
});

describe("booleans and dates that are named", () => {
  const days = [new Date(0), new Date(5), new Date(9), new Date(11)];
  const flags = [true, false, false, true];
  const x = [3, 1, 4, 1];
  const expected = x.flatMap((value, n) => [value, Number(flags[n]), Number(days[n])]);
  const columns = ["x", "flag", "day"];

  test("are numbers in records and tables, for the mixture too", () => {
    const records = x.map((value, n) => ({ x: value, flag: flags[n], day: days[n] }));
    const table = { x, flag: flags, day: days };
    expect(read(records, { columns })).toEqual(expected);
    expect(read(table, { columns })).toEqual(expected);
    const mixture = fitTo(table, { columns });
    const plain = fitTo({ data: expected, shape: [4, 3] });
    expect(mixture.means).toEqual(plain.means);
    expect(mixture.scoreSamples(records)).toEqual(plain.scoreSamples({ data: expected, shape: [4, 3] }));
    expect(mixture.scoreSamples([records[1]])).toEqual(plain.scoreSamples([expected.slice(3, 6)]));
  });

  test("count as missing where there are none, and a date that is none", () => {
    const table = { x, flag: [true, null, false, true], day: [...days.slice(0, 3), new Date(Number.NaN)] };
    const records = x.map((value, n) => ({ x: value, flag: table.flag[n], day: table.day[n] }));
    for (const data of [table, records]) {
      expect(read(data, { columns, missing: "drop" })).toEqual([3, 1, 0, 4, 0, 9]);
      const { warnings } = reportOf(fitTo(data, { columns, missing: "drop" }));
      expect(warnings.find(({ code }) => code === "ROWS_DROPPED")?.message).toMatch(
        /2 of 4 rows .+: 1 in column "flag", 1 in column "day"; fill/,
      );
    }
  });

  test("are refused beside numbers or texts in one column", () => {
    for (const other of [1, "yes"]) {
      const mixed = [true, other, false, true];
      const records = mixed.map((flag) => ({ flag }));
      expect(() => read({ flag: mixed }, { columns: ["flag"] })).toThrow(TypeError);
      expect(() => read(records, { columns: ["flag"] })).toThrow(/row 0, column "flag", got true; convert it/);
    }
  });
});

describe("missing cells", () => {
  const rows: (number | null | undefined | string)[][] = [
    [1, 2, 3],
    [4, null, Number.NaN],
    [7, 8, 9],
    [undefined, 11, -999],
    [13, 14, "NA"],
    [15, 17, 16],
  ];
  const missingValues = ["NA", -999];

  test("are counted by column, the worst first, with both remedies", () => {
    const error = thrownBy(() => read(rows, { missingValues }));
    expect(error.message).toBe(
      "data: expected a number in row 1, column 1, got null; leave the row out or fill the value in, " +
        'or leave out all such rows with missing: "drop"; missing are 5 values in 3 of 6 rows: ' +
        "3 in column 2, 1 in column 0, 1 in column 1",
    );
  });

  test("are counted by name and in every form, whichever comes first", () => {
    const names = ["a", "b", "c"];
    const records = rows.map((row) => Object.fromEntries(row.map((value, d) => [names[d], value])));
    const table = Object.fromEntries(names.map((name, d) => [name, rows.map((row) => row[d])]));
    for (const data of [records, table]) {
      expect(() => read(data, { missingValues })).toThrow(
        /5 values in 3 of 6 rows: 3 in column "c", 1 in column "a", 1/,
      );
    }
    const nan = Float64Array.of(1, 2, Number.NaN, 4, Number.NaN, Number.NaN);
    expect(() => fitTo(nan, { nFeatures: 2 })).toThrow(
      /^data: expected finite numbers, got NaN in row 1, column 0; .+3 values in 2 of 3 rows: 2 in column 0, 1 in column 1$/,
    );
    expect(() => fitTo(nan, { nFeatures: 2 })).toThrow(RangeError);
    expect(() => read([[1], [-999]], { missingValues })).toThrow(/row 1, column 0, got -999; leave the row out/);
  });

  test("name the worst of many columns only", () => {
    const wide = [Array.from({ length: 5000 }, () => null), Array.from({ length: 5000 }, () => 1)];
    const { message } = thrownBy(() => read(wide));
    expect(message).toMatch(
      /missing are 5000 values in 1 of 2 rows: 1 in column 0, .+ 1 in column 7 and some in 4992 more$/,
    );
  });

  test("are refused by what a mixture answers and by kMeans, counted, where rows cannot be dropped", () => {
    const mixture = fitTo([
      [1, 2],
      [3, 5],
      [4, 4],
    ]);
    const data = [
      [1, null],
      [null, null],
      [1, 2],
    ] as const;
    const text =
      /row 0, column 1, got null; leave the row out or fill the value in; missing are 3 values in 2 of 3 rows: 2 in column 1, 1 in column 0$/;
    expect(() => mixture.predict(data)).toThrow(text);
    expect(() => mixture.scoreSamples(data)).toThrow(text);
    expect(() => kMeans(data, { nClusters: 1 })).toThrow(text);
  });

  test("of one row are told without counts", () => {
    expect(thrownBy(() => read([[1], [null]])).message).toBe(
      'data: expected a number in row 1, column 0, got null; leave the row out or fill the value in, or leave out all such rows with missing: "drop"',
    );
  });

  test("do not hide what is no number", () => {
    expect(() => read(rows, { missing: "drop", missingValues: ["NA"] })).not.toThrow();
    expect(() => read(rows, { missing: "drop", missingValues: [-999] })).toThrow(
      /row 4, column 2, got "NA"; .+missingValues/,
    );
    expect(() => fitTo([[1], [Infinity], [null], [3]], { missing: "drop" })).toThrow(/got Infinity in row 1, column 0/);
    expect(() => fitTo([[1], [null], [Infinity], [3]], { missing: "drop" })).toThrow(/got Infinity in row 2, column 0/);
    expect(() => read([[1], [2n ** 53n + 1n], [null]], { missing: "drop" })).toThrow(/which no double holds exactly/);
  });

  test("may be an infinite number, a boolean or an integer, if they are named", () => {
    const list = [[1], [Infinity], [true], [-5n], [-5], [3]];
    expect(read(list, { missing: "drop", missingValues: [Infinity, true, -5n] })).toEqual([1, 3]);
  });

  test("at the head of one column of numbers do not hide what it is", () => {
    expect(read([null, undefined, 1, 2], { nFeatures: 1, missing: "drop" })).toEqual([1, 2]);
    expect(read(["NA", 1, 2], { nFeatures: 1, missing: "drop", missingValues })).toEqual([1, 2]);
    expect(() => read([null, 1, 2], { nFeatures: 1 })).toThrow(/row 0, column 0, got null/);
  });

  test("of an array whose buffer is given away meanwhile are no number", () => {
    const values = Float64Array.of(1, 2, 3, 4);
    const matrix = fitMatrix(values, { nFeatures: 2 });
    structuredClone(values.buffer, { transfer: [values.buffer] });
    expect(() => matrix.copyRows(0, 2, new Float64Array(4))).toThrow(
      /^data: expected a number in row 0, column 0, got undefined; leave the row out or fill the value in$/,
    );
  });

  test("in every row leave nothing to fit", () => {
    expect(() =>
      read(
        [
          { x: 1, y: null },
          { x: null, y: 2 },
        ],
        { missing: "drop" },
      ),
    ).toThrow(
      /^data: expected rows without missing values, got none of 2 \(missing: 1 in column "x", 1 in column "y"\); fill/,
    );
    expect(() => fitTo([[1], [null], [2]], { missing: "drop", nComponents: 3 })).toThrow(
      /^nComponents: expected an integer from 1 to the number of rows \(2\), got 3/,
    );
  });
});

/** Rows with holes, what is left without them, and which those are. */
const holed = fc
  .record({
    N: fc.integer({ min: 30, max: 90 }),
    seed: fc.nat(1000),
    share: fc.constantFrom(0.02, 0.2, 0.4),
    form: fc.constantFrom("rows", "records", "table", "flat"),
  })
  .map(({ N, seed, share, form }) => {
    const whole = nested(clouds(N, 3, 2, seed, 8));
    const isGone = (n: number, d: number): boolean => ((n * 7 + d * 13 + seed) * 2654435761) % 1000 < 1000 * share;
    const cells = whole.map((row, n) => row.map((value, d) => (isGone(n, d) ? (n % 2 ? null : Number.NaN) : value)));
    const kept = [...whole.keys()].filter((n) => whole[n].every((_, d) => !isGone(n, d)));
    const data = {
      rows: cells,
      records: cells.map(([a, b, c]) => ({ a, b, c })),
      table: { a: cells.map(([a]) => a), b: cells.map(([, b]) => b), c: cells.map(([, , c]) => c) },
      flat: { data: Float64Array.from(cells.flat(), (cell) => cell ?? Number.NaN), shape: [N, 3] as const },
    }[form];
    return { whole, kept, seed, data: data as DataInput };
  })
  .filter(({ kept }) => kept.length >= 8);

describe("dropping rows with missing cells fits what the other rows fit, to the bit:", () => {
  const pick = <T>(values: readonly T[], kept: readonly number[]): T[] => kept.map((n) => values[n]);
  const same = (
    run: (rows: DataInput, of: <T>(values: readonly T[]) => readonly T[], drop: object, N: number) => GaussianMixture,
  ): void =>
    fc.assert(
      fc.property(holed, ({ whole, kept, data }) => {
        const dropped = run(data, (values) => values, { missing: "drop" }, whole.length);
        const plain = run(pick(whole, kept), (values) => pick(values, kept), {}, whole.length);
        expect(dropped.means).toEqual(plain.means);
        expect(dropped.covariances).toEqual(plain.covariances);
        expect(reportOf(dropped).logLikelihood).toBe(reportOf(plain).logLikelihood);
        expect(reportOf(dropped).nRows).toBe(kept.length);
        expect(reportOf(dropped).nDropped).toBe(whole.length - kept.length);
        const warning = reportOf(dropped).warnings.find(({ code }) => code === "ROWS_DROPPED");
        const count = `${whole.length - kept.length} of ${whole.length} rows are left out`;
        if (kept.length < whole.length) expect(warning?.message.startsWith(count)).toBe(true);
        else expect(warning).toBeUndefined();
      }),
      runs(25),
    );
  const most = { nComponents: 2, covarianceType: "diag", init: "kmeans" } as const;

  test("alone", () => {
    same((data, _, drop) => GaussianMixture.fitSync(data, { ...most, ...drop }));
  });

  test("with weights, of which some are 0", () => {
    same((data, of, drop, N) => {
      const sampleWeight = of(Array.from({ length: N }, (_, n) => n % 4));
      return GaussianMixture.fitSync(data, { ...most, nComponents: 1, sampleWeight, ...drop });
    });
  });
});

describe("what is given for each row is dropped with it:", () => {
  const whole = nested(clouds(80, 2, 2, 5, 10));
  const gone = [3, 4, 17, 40, 79];
  const data = whole.map((row, n) => (gone.includes(n) ? [row[0], null] : row));
  const kept = [...whole.keys()].filter((n) => !gone.includes(n));
  const label = whole.map((_, n) => n % 2);
  const shares = label.map((k) => (k ? [0.1, 0.9] : [0.9, 0.1]));
  const pick = <T>(values: readonly T[]): T[] => kept.map((n) => values[n]);
  const plain = pick(whole);
  const cases: Readonly<Record<string, (of: <T>(values: readonly T[]) => readonly T[]) => Partial<FitOptions>>> = {
    sampleWeight: (of) => ({ sampleWeight: of(whole.map((_, n) => 1 + (n % 3))) }),
    labels: (of) => ({ labels: of(label.map((k, n) => (n % 3 ? k : null))) }),
    "labels to start from": (of) => ({ init: of(label) as number[] }),
    "labels to start from, by name": (of) => ({ init: { labels: of(label) } }),
    responsibilities: (of) => ({ init: { responsibilities: of(shares) } }),
    "flat responsibilities": (of) => ({ init: { responsibilities: of(shares).flat() } }),
  };
  for (const [name, options] of Object.entries(cases)) {
    test(name, () => {
      const dropped = fitTo(data, { nComponents: 2, missing: "drop", ...options((values) => values) });
      const expected = fitTo(plain, { nComponents: 2, ...options(pick) });
      expect(dropped.means).toEqual(expected.means);
      expect(dropped.weights).toEqual(expected.weights);
      // one for each row that is left is not one for each row that was given
      expect(() => fitTo(data, { nComponents: 2, missing: "drop", ...options(pick) })).toThrow(
        /\(?(80|160)\)?, got (75|150)/,
      );
    });
  }

  test("errors count from the rows that were given", () => {
    const weights = whole.map((_, n) => (n === 41 ? -1 : 1));
    expect(() => fitTo(data, { missing: "drop", sampleWeight: weights })).toThrow(/got -1 at index 41/);
    expect(() =>
      fitTo(data, { missing: "drop", init: label.map((k, n) => (n === 41 ? 7 : k)), nComponents: 2 }),
    ).toThrow(/got 7 at index 41/);
    expect(() =>
      fitTo(data, { missing: "drop", labels: label.map((k, n) => (n === 41 ? 7 : k)), nComponents: 2 }),
    ).toThrow(/^labels\[41\]: expected/);
    const wrong = shares.map((row, n) => (n === 41 ? [1, 1] : row));
    expect(() => fitTo(data, { missing: "drop", init: { responsibilities: wrong }, nComponents: 2 })).toThrow(
      /got 2 in row 41/,
    );
  });

  test("select, with folds, and improve read the same rows", () => {
    const options = { nComponents: [1, 2], covarianceType: "diag", criterion: "cv", folds: 3, init: "kmeans" } as const;
    const [dropped, expected] = [selectSync(data, { ...options, missing: "drop" }), selectSync(plain, options)];
    expect(dropped.candidates.map(({ cv, bic }) => [cv, bic])).toEqual(
      expected.candidates.map(({ cv, bic }) => [cv, bic]),
    );
    expect(reportOf(dropped.best).nDropped).toBe(5);
    const start = fitTo(plain, { nComponents: 3, init: "random", seed: 3, maxIter: 5 });
    const better = improveSync(start, data, { missing: "drop" });
    expect(better.means).toEqual(improveSync(start, plain).means);
    expect(reportOf(better).nDropped).toBe(5);
  });

  test("rows that a warning names are numbered as they were given", () => {
    const lone = [...data.slice(0, 60), [500, 500], [500.001, 500.002]];
    const { warnings } = reportOf(
      fitTo(lone, { nComponents: 2, missing: "drop", covarianceType: "diag", init: "kmeans" }),
    );
    expect(warnings.find(({ code }) => code === "SPURIOUS_COMPONENT")?.message).toMatch(/2 rows \(60, 61\)/);
  });
});

test("American spellings of strategies are those of the British ones", () => {
  const data = clouds(60, 2, 2, 4);
  for (const [american, british] of [
    ["kmeans-standardized", "kmeans-standardised"],
    ["k-means++-standardized", "k-means++-standardised"],
  ] as const) {
    const [a, b] = [fitTo(data, { nComponents: 2, init: american }), fitTo(data, { nComponents: 2, init: british })];
    expect(a.means).toEqual(b.means);
    expect(selectSync(data, { nComponents: 2, covarianceType: "diag", init: american }).best.means).toEqual(
      selectSync(data, { nComponents: 2, covarianceType: "diag", init: british }).best.means,
    );
  }
});

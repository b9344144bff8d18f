// No column of records or of a table goes away without a word: it is used, or the data are refused by row and column, or the
// report names it, and what it holds, in leftOut and in a warning.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GaussianMixture, marginal } from "../../src/index.ts";

const N = 12;
const numbers = Array.from({ length: N }, (_, n) => ((n * 7) % 11) + n / 100);

const fitTo = (data: unknown): GaussianMixture => GaussianMixture.fitSync(data as never, { nComponents: 1 });

/** What columns may hold beside numbers, and what it is called. */
const OTHERS: Readonly<Record<string, readonly [(n: number) => unknown, string]>> = {
  dates: [(n) => new Date(n), "dates"],
  booleans: [(n) => n % 2 === 0, "true and false"],
  "numbers as texts": [(n) => `${n}.5`, "numbers as texts"],
  texts: [(n) => `row ${n}`, "texts"],
  nothing: [(n) => (n % 2 ? null : undefined), "no values"],
  lists: [(n) => [n], "values such as an array of length 1"],
  "dates and texts": [(n) => (n < 3 ? "a" : new Date(n)), "values of several kinds"],
};

describe("a column that is not used is named with what it holds:", () => {
  for (const [name, [make, holds]] of Object.entries(OTHERS)) {
    test(name, () => {
      const other = numbers.map((_, n) => make(n));
      for (const data of [{ x: numbers, other }, numbers.map((x, n) => ({ x, other: other[n] }))]) {
        const { columns, report } = fitTo(data);
        expect(columns).toEqual(["x"]);
        expect(report?.leftOut).toEqual([{ column: "other", reason: holds }]);
        expect(report?.warnings).toEqual([
          {
            code: "COLUMN_LEFT_OUT",
            message: `not used, as they hold no numbers: "other" (${holds}); convert them, or name the columns to use with columns`,
          },
        ]);
      }
    });
  }

  test("timestamps of Apache Arrow", () => {
    const times = {
      type: { typeId: 10 },
      length: N,
      nullCount: 0,
      toArray: () => BigInt64Array.from(numbers, (_, n) => BigInt(n)),
    };
    expect(fitTo({ x: numbers, times }).report?.warnings[0].message).toContain('"times" (dates)');
  });

  test("thousands of them, in brief", () => {
    const table: Record<string, unknown> = { x: numbers };
    for (let d = 0; d < 5000; d++) table[`day ${d}`] = numbers.map((_, n) => new Date(n));
    const [warning, ...rest] = fitTo(table).report!.warnings;
    expect(rest).toEqual([]);
    expect(warning.message).toMatch(/"day 11" \(dates\) and 4988 more;/);
    expect(warning.message.length).toBeLessThan(1000);
  });
});

test("nothing is said of columns that are not named where others are", () => {
  const table = { x: numbers, name: numbers.map((_, n) => `row ${n}`) };
  const { report } = GaussianMixture.fitSync(table, { nComponents: 1, columns: ["x"] });
  expect([report?.leftOut, report?.warnings]).toEqual([[], []]);
});

/** One column: in each row a number, an integer (bigint), a text, a date, nothing, or not even the key. */
const cell = fc.constantFrom("number", "bigint", "NA", "date", "null", "absent");
const column = fc.oneof(
  { weight: 3, arbitrary: fc.array(cell, { minLength: N, maxLength: N }) },
  { weight: 2, arbitrary: cell.map((kind) => new Array<string>(N).fill(kind)) },
  // all of one kind but for the first row, or for the last
  { weight: 2, arbitrary: fc.tuple(cell, cell).map(([a, b]) => [a, ...new Array<string>(N - 1).fill(b)]) },
  { weight: 2, arbitrary: fc.tuple(cell, cell).map(([a, b]) => [...new Array<string>(N - 1).fill(a), b]) },
);

/** What must become of a column, told from all of its rows: used, refused, or named; of one that no row has, nothing. */
function fateOf(kinds: readonly string[], isThere: boolean): "used" | "refused" | "named" | "silent" {
  const numeric = kinds.filter((kind) => kind === "number" || kind === "bigint").length;
  if (numeric > 0) return numeric === N ? "used" : "refused";
  return isThere ? "named" : "silent";
}

test("every column is used, refused, or named in a warning, whichever rows say what it is", () => {
  fc.assert(
    fc.property(column, fc.boolean(), (kinds, asRecords) => {
      const valueAs = (kind: string, n: number): unknown =>
        ({ number: numbers[n] * numbers[n], bigint: BigInt(n * n), NA: "NA", date: new Date(n), null: null })[kind];
      let data: unknown = { x: numbers, c: kinds.map(valueAs) };
      if (asRecords) data = numbers.map((x, n) => (kinds[n] === "absent" ? { x } : { x, c: valueAs(kinds[n], n) }));
      const isThere = !asRecords || kinds.some((kind) => kind !== "absent");
      const fate = fateOf(kinds, isThere);
      let mixture: GaussianMixture;
      try {
        mixture = fitTo(data);
      } catch (error) {
        expect((error as Error).message).toMatch(/^data: expected a number in row \d+, column "c", got /);
        expect(fate).toBe("refused");
        return;
      }
      const warning = mixture.report?.warnings.find(({ code }) => code === "COLUMN_LEFT_OUT");
      const isNamed = warning?.message.includes('"c"') && mixture.report?.leftOut[0].column === "c";
      const found = mixture.columns?.includes("c") ? "used" : isNamed ? "named" : "silent";
      expect(found).toBe(fate);
    }),
    { numRuns: 400 },
  );
});

test("the row and the column of an integer that no double holds are named", () => {
  const data = [{ id: 1n }, { id: 2n ** 53n + 1n }];
  expect(() => fitTo(data)).toThrow(
    /^data: expected a number in row 1, column "id", got 9007199254740993n, which no double holds exactly/,
  );
});

describe("the work is linear in the data:", () => {
  /** How often anything is asked of some records. */
  function workOf(nRows: number, nColumns: number): number {
    let asked = 0;
    const counting: ProxyHandler<object> = {
      get(target, key) {
        asked++;
        return Reflect.get(target, key);
      },
      getOwnPropertyDescriptor(target, key) {
        asked++;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
    };
    const names = Array.from({ length: nColumns }, (_, d) => `c${d}`);
    const records = Array.from(
      { length: nRows },
      (_, n) => new Proxy(Object.fromEntries(names.map((name, d) => [name, ((n * 31 + d * 17) % 23) + 1])), counting),
    );
    GaussianMixture.fitSync(records, { nComponents: 1, covarianceType: "diag" });
    return asked;
  }

  test("each value of many records with many columns is asked for a few times", () => {
    expect(workOf(10, 3000)).toBeLessThan(10 * 10 * 3000);
    expect(workOf(3000, 10)).toBeLessThan(10 * 10 * 3000);
  });

  test("columns are found by name among 20,000 in one pass", { timeout: 60_000 }, () => {
    const names = Array.from({ length: 20_000 }, (_, d) => `column ${d}`);
    const record = Object.fromEntries(names.map((name, d) => [name, d]));
    const mixture = GaussianMixture.fromParameters({
      weights: [1],
      means: [names.map((_, d) => d)],
      covariances: [1],
      covarianceType: "spherical",
      columns: names,
    });
    expect(mixture.mahalanobis([record])).toEqual(Float64Array.of(0));
    expect(marginal(mixture, names.toReversed()).means[0]).toBe(19_999);
    expect(() => marginal(mixture, ["colunm 7"])).toThrow(/got "colunm 7"; did you mean "column 7"\?$/);
  });
});

// Every warning of a fit: it comes where its cause is, it does not where it is not, and what it advises makes it go away.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DataInput, type FitOptions, type FitWarningCode, GaussianMixture } from "../../src/index.ts";
import { normals, runs, TYPES } from "../support/problems.ts";

const warningsOf = (data: DataInput, options: FitOptions): NonNullable<GaussianMixture["report"]>["warnings"] =>
  GaussianMixture.fitSync(data, options).report?.warnings ?? [];
const has = (code: FitWarningCode, data: DataInput, options: FitOptions): boolean =>
  warningsOf(data, options).some((warning) => warning.code === code);

/** Rows of normal numbers, in two groups. */
const grouped = fc
  .record({
    N: fc.integer({ min: 40, max: 150 }),
    D: fc.integer({ min: 2, max: 4 }),
    covarianceType: fc.constantFrom(...TYPES),
    unit: fc.constantFrom(1, 1e-9, 1e9),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  })
  .map(({ N, D, covarianceType, unit, seed }) => {
    const normal = normals(seed);
    const rows = Array.from({ length: N }, (_, n) => Array.from({ length: D }, () => unit * (normal() + 6 * (n % 2))));
    return { rows, unit, options: { nComponents: 2, covarianceType, seed, init: "kmeans" } as const };
  });

/** Rows with one column more, before the others or after. */
const beside = (rows: readonly number[][], column: (row: number[], n: number) => number): number[][] =>
  rows.map((row, n) => [...row, column(row, n)]);

describe("two groups of continuous numbers", () => {
  test("have no warning", () => {
    fc.assert(
      fc.property(grouped, ({ rows, options }) => {
        expect(warningsOf(rows, options)).toEqual([]);
      }),
      runs(40),
    );
  });
});

describe("what a warning advises makes it go away:", () => {
  test("NOT_CONVERGED, more iterations or a larger tolerance", () => {
    fc.assert(
      fc.property(grouped, fc.boolean(), ({ rows, unit, options }, accelerate) => {
        // so close that it takes its time
        const close = rows.map((row, n) => row.map((value) => value - 4 * unit * (n % 2)));
        const patient = { ...options, accelerate, maxIter: 50_000, tol: 1e-10 };
        const { nIterations = 0 } = GaussianMixture.fitSync(close, patient).report ?? {};
        fc.pre(nIterations > 16);
        expect(has("NOT_CONVERGED", close, { ...patient, maxIter: nIterations })).toBe(false);
        const hasty = { ...patient, maxIter: 2 * Math.floor(nIterations / 4) };
        expect(has("NOT_CONVERGED", close, hasty)).toBe(true);
        expect(has("NOT_CONVERGED", close, { ...hasty, tol: 1 })).toBe(false);
      }),
      runs(20),
    );
  });

  test("TOO_MANY_PARAMETERS, diagonal covariances or fewer columns", () => {
    fc.assert(
      fc.property(grouped, fc.constantFrom("full", "tied"), ({ rows, options }, covarianceType) => {
        const D = rows[0].length;
        const few = rows.slice(0, D + 1);
        const asked = { ...options, covarianceType } as const;
        expect(has("TOO_MANY_PARAMETERS", few, asked)).toBe(true);
        expect(has("TOO_MANY_PARAMETERS", few, { ...asked, covarianceType: "diag" })).toBe(false);
        const fewer = few.map((row) => row.slice(0, 1));
        expect(has("TOO_MANY_PARAMETERS", fewer, asked)).toBe(false);
      }),
      runs(20),
    );
  });

  test("CONSTANT_COLUMN, to leave the column out", () => {
    fc.assert(
      fc.property(grouped, fc.constantFrom(0, 1, -7.5, 1e12, 1e-12), ({ rows, options }, value) => {
        const one = beside(rows, () => value);
        expect(warningsOf(one, options)).toMatchObject([{ code: "CONSTANT_COLUMN", column: rows[0].length }]);
        expect(warningsOf(rows, options)).toEqual([]);
      }),
      runs(30),
    );
  });

  test("DEPENDENT_COLUMN, to leave the column out", () => {
    const follow: readonly ((row: number[], unit: number) => number)[] = [
      (row) => row[0],
      (row) => -3 * row[1],
      (row) => row[0] + row[1],
      (row, unit) => 5 * unit - 2 * row[0],
    ];
    fc.assert(
      fc.property(grouped, fc.constantFrom(...follow), ({ rows, unit, options }, column) => {
        const one = beside(rows, (row) => column(row, unit));
        expect(warningsOf(one, options)).toMatchObject([{ code: "DEPENDENT_COLUMN", column: rows[0].length }]);
        expect(warningsOf(rows, options)).toEqual([]);
      }),
      runs(30),
    );
  });

  test("COLUMN_LEFT_OUT, to convert the column or to name the others", () => {
    fc.assert(
      fc.property(
        grouped,
        fc.constantFrom<(n: number) => unknown>(
          (n) => new Date(1e12 + n * n * 1e7),
          (n) => n % 3 === 0,
          (n) => String((n * n) % 17),
        ),
        ({ rows, options }, valueAt) => {
          const records = rows.map(([x, y], n) => ({ x, y, other: valueAt(n) }));
          expect(warningsOf(records as DataInput, options)).toMatchObject([{ code: "COLUMN_LEFT_OUT" }]);
          const converted = records.map((record) => ({ ...record, other: Number(record.other) }));
          expect(has("COLUMN_LEFT_OUT", converted, options)).toBe(false);
          expect(has("COLUMN_LEFT_OUT", records as DataInput, { ...options, columns: ["x", "y"] })).toBe(false);
        },
      ),
      runs(30),
    );
  });

  test("LIKE_AN_ID, to leave the column out", () => {
    const counts: readonly ((n: number, N: number) => number)[] = [
      (n) => n,
      (n) => n + 1,
      (n) => n - 7,
      (n) => n + 4_000_000,
      (n, N) => N - n,
      // 7 and 11 have no factor in common with N or are made to: every number comes once
      (n, N) => 50 + ((n * [7, 11, 13, 17, 1].find((step) => N % step !== 0)!) % N),
    ];
    fc.assert(
      fc.property(grouped, fc.constantFrom(...counts), ({ rows, options }, valueAt) => {
        const one = beside(rows, (_, n) => valueAt(n, rows.length));
        expect(warningsOf(one, options)).toMatchObject([{ code: "LIKE_AN_ID", column: rows[0].length }]);
        expect(warningsOf(rows, options)).toEqual([]);
      }),
      runs(40),
    );
  });

  test("LIKE_AN_ID of an id in order also where rows have weights, or are left out", () => {
    fc.assert(
      fc.property(grouped, ({ rows, options }) => {
        const ids = beside(rows, (_, n) => 100 + n);
        const sampleWeight = rows.map((_, n) => n % 3);
        expect(has("LIKE_AN_ID", ids, { ...options, sampleWeight })).toBe(true);
        const holed = ids.map((row, n) => (n % 9 === 4 ? [Number.NaN, ...row.slice(1)] : row));
        expect(has("LIKE_AN_ID", holed, { ...options, missing: "drop" })).toBe(true);
      }),
      runs(20),
    );
  });

  test("LIKE_AN_ID is not said of sorted measurements, counts, categories, fractions, or an id with a row twice", () => {
    const others: readonly ((n: number, N: number) => number)[] = [
      (n) => n / 2,
      (n) => 2 * n,
      (n) => n * n,
      (n) => Math.floor(n / 2),
      (n) => n % 5,
      (n, N) => (n === N - 1 ? n - 1 : n),
      (n) => n + (n % 3 === 0 ? 0.25 : 0),
      (n, N) => (n === 3 ? N + 5 : n),
    ];
    fc.assert(
      fc.property(grouped, fc.constantFrom(...others), fc.boolean(), ({ rows, options }, valueAt, isWeighted) => {
        const one = beside(rows, (_, n) => valueAt(n, rows.length));
        const sampleWeight = isWeighted ? rows.map((_, n) => 1 + (n % 2)) : undefined;
        expect(has("LIKE_AN_ID", one, { ...options, sampleWeight })).toBe(false);
      }),
      runs(60),
    );
    const few = [[1], [2], [3], [4], [5], [6], [7], [8], [9]];
    expect(has("LIKE_AN_ID", few, { nComponents: 1 })).toBe(false);
    expect(has("LIKE_AN_ID", [...few, [10]], { nComponents: 1 })).toBe(true);
  });

  test("FEW_ROWS, fewer components, a simpler covarianceType or more rows", () => {
    fc.assert(
      fc.property(grouped, fc.constantFrom(...TYPES), ({ rows, options }, covarianceType) => {
        const asked = { ...options, covarianceType };
        const { nParameters } = GaussianMixture.fitSync(rows, asked);
        const few = rows.slice(0, nParameters - 1);
        const warned = warningsOf(few, asked).find(({ code }) => code === "FEW_ROWS");
        if (has("TOO_MANY_PARAMETERS", few, asked)) expect(warned).toBeUndefined();
        else expect(warned?.message).toMatch(new RegExp(`^${nParameters} parameters from ${few.length} rows of`));
        if (rows.length >= nParameters) expect(has("FEW_ROWS", rows.slice(0, nParameters), asked)).toBe(false);
        expect(has("FEW_ROWS", few, { ...asked, prior: true })).toBe(false);
      }),
      runs(30),
    );
  });

  test("ROWS_DROPPED, to fill the values in", () => {
    fc.assert(
      fc.property(grouped, fc.nat(30), ({ rows, options }, at) => {
        const holed = rows.map((row, n) => (n === at ? [Number.NaN, ...row.slice(1)] : row));
        const message = `1 of ${rows.length} rows are left out, as values are missing: 1 in column 0; fill the values in to use the rows`;
        expect(warningsOf(holed, { ...options, missing: "drop" })).toEqual([{ code: "ROWS_DROPPED", message }]);
        expect(warningsOf(rows, { ...options, missing: "drop" })).toEqual([]);
      }),
      runs(20),
    );
  });

  test("EMPTY_COMPONENT, as many components as there are without it", () => {
    const few = fc.record({
      distinct: fc.integer({ min: 1, max: 4 }),
      more: fc.integer({ min: 1, max: 3 }),
      covarianceType: fc.constantFrom(...TYPES),
      seed: fc.integer({ min: 0, max: 2 ** 30 }),
    });
    fc.assert(
      fc.property(few, ({ distinct, more, covarianceType, seed }) => {
        const normal = normals(seed);
        const places = Array.from({ length: distinct }, () => [5 * normal(), 5 * normal()]);
        const rows = Array.from({ length: 12 * distinct }, (_, n) => places[n % distinct]);
        const options = { nComponents: distinct + more, covarianceType, seed };
        const warned = warningsOf(rows, options).filter(({ code }) => code === "EMPTY_COMPONENT");
        expect(warned.length).toBeGreaterThan(0);
        const nComponents = options.nComponents - warned.length;
        expect(has("EMPTY_COMPONENT", rows, { ...options, nComponents })).toBe(false);
      }),
      runs(25),
    );
  });

  const CODE = "SPURIOUS_COMPONENT";

  test("SPURIOUS_COMPONENT, fewer components, simpler covariances, or a smaller regCovar, whichever the message names", () => {
    const small = fc.record({
      N: fc.integer({ min: 4, max: 20 }),
      D: fc.integer({ min: 1, max: 6 }),
      K: fc.integer({ min: 1, max: 4 }),
      covarianceType: fc.constantFrom(...TYPES),
      regCovar: fc.constantFrom(undefined, undefined, 30),
      seed: fc.integer({ min: 0, max: 2 ** 30 }),
    });
    let seen = 0;
    fc.assert(
      fc.property(small, ({ N, D, K, covarianceType, regCovar, seed }) => {
        const normal = normals(seed);
        const rows = Array.from({ length: N }, () => Array.from({ length: D }, normal));
        let options: FitOptions = { nComponents: K, covarianceType, regCovar, seed, init: "kmeans" };
        for (let step = 0; step < 10; step++) {
          const message = warningsOf(rows, options).find(({ code }) => code === CODE)?.message;
          if (message === undefined) break;
          seen++;
          // one thing at a time, in the order in which the message names them last to first
          if (message.includes("smaller regCovar")) options = { ...options, regCovar: undefined };
          else if (message.includes("simpler covarianceType")) options = { ...options, covarianceType: "diag" };
          else {
            expect(message).toContain("fewer components");
            options = { ...options, nComponents: options.nComponents - 1 };
          }
          expect(options.nComponents).toBeGreaterThan(0);
        }
        expect(has(CODE, rows, options)).toBe(false);
      }),
      runs(80),
    );
    expect(seen).toBeGreaterThan(25);
  });

  test("SPURIOUS_COMPONENT, more rows", () => {
    const normal = normals(5);
    for (const covarianceType of TYPES) {
      const rows = Array.from({ length: 200 }, (_, n) => [normal() + 8 * (n % 2), normal(), normal()]);
      expect(has(CODE, rows.slice(0, 3), { nComponents: 2, covarianceType })).toBe(true);
      expect(has(CODE, rows, { nComponents: 2, covarianceType })).toBe(false);
    }
  });
});

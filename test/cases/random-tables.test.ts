// A thousand tables as chance makes them: each gives what plain arrays of its numbers give, with the columns that are left out
// named, or an error of a known type. What must come of a table is told here from its cells alone.
import * as arrow from "apache-arrow";
import { table as arqueroTable } from "arquero";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type DataInput, type FitOptions, GaussianMixture, type MissingValue, MixtureError } from "../../src/index.ts";
import { runs } from "../support/problems.ts";

class Point {
  readonly x = 1;
  readonly y = 2;
}

/** What a cell may hold. */
const CELLS = {
  number: (n: number, d: number) => ((n * 37 + d * 11) % 23) / 4 + 9 * ((n + d) % 2),
  bigint: (n: number, d: number) => BigInt((n * 29 + d) % 31),
  long: () => 2n ** 60n + 1n,
  infinite: () => Infinity,
  NaN: () => Number.NaN,
  null: () => null,
  undefined: () => undefined,
  NA: () => "NA",
  empty: () => "",
  code: () => -999,
  text: (n: number) => `t${n}`,
  digits: (n: number) => `${n}.5`,
  true: (n: number) => n % 3 === 0,
  date: (n: number) => new Date(1000 * ((n * 7) % 13)),
  noDate: () => new Date(Number.NaN),
  point: () => new Point(),
  list: (n: number) => [n],
} as const satisfies Readonly<Record<string, (n: number, d: number) => unknown>>;
type Kind = keyof typeof CELLS;
const KINDS = Object.keys(CELLS) as Kind[];

/** Names of columns, of which some mean something elsewhere. */
const NAMES = [
  "x",
  "",
  "__proto__",
  "constructor",
  "toString",
  "length",
  "data",
  "<script>",
  "é",
  "columns",
  "width",
  "a b",
];

/** The kinds of a column: one, mostly one with some of another, one but for the first or the last row, or any. */
const column = (N: number): fc.Arbitrary<Kind[]> => {
  const one = fc.oneof(
    { weight: 5, arbitrary: fc.constant<Kind>("number") },
    { weight: 1, arbitrary: fc.constantFrom<Kind>("bigint", "true", "date") },
    { weight: 3, arbitrary: fc.constantFrom(...KINDS) },
  );
  const fill = (kind: Kind): Kind[] => new Array<Kind>(N).fill(kind);
  const gone = fc.constantFrom<Kind>("null", "undefined", "NaN", "NA", "code", "empty", "noDate");
  return fc.oneof(
    { weight: 8, arbitrary: one.map(fill) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(one, gone, fc.integer({ min: 2, max: 9 }))
        .map(([most, some, step]) => fill(most).map((kind, n) => (n % step === 1 ? some : kind))),
    },
    { weight: 1, arbitrary: fc.tuple(one, one).map(([first, rest]) => [first, ...fill(rest).slice(1)]) },
    { weight: 1, arbitrary: fc.tuple(one, one).map(([last, rest]) => [...fill(rest).slice(1), last]) },
    { weight: 1, arbitrary: fc.array(one, { minLength: N, maxLength: N }) },
  );
};

interface Case {
  readonly names: readonly string[];
  readonly kinds: readonly (readonly Kind[])[];
  /** [C][N]. */
  readonly cells: readonly (readonly unknown[])[];
  readonly N: number;
  readonly form: string;
  readonly asked: readonly string[] | undefined;
  readonly drop: boolean;
  readonly missingValues: readonly MissingValue[];
}

const FORMS = [
  "records",
  "records of a class",
  "records that lack keys",
  "table",
  "typed table",
  "Arquero",
  "Arrow",
  "rows",
];

const tables = fc
  .record({ N: fc.integer({ min: 3, max: 24 }), C: fc.integer({ min: 1, max: 5 }) })
  .chain(({ N, C }) =>
    fc.record({
      names: fc.shuffledSubarray(NAMES, { minLength: C, maxLength: C }),
      kinds: fc.array(column(N), { minLength: C, maxLength: C }),
      form: fc.constantFrom(...FORMS),
      asks: fc.option(fc.shuffledSubarray([...Array(C).keys()], { minLength: 1 }), { nil: undefined, freq: 2 }),
      drop: fc.boolean(),
      missingValues: fc.subarray<MissingValue>(["NA", "", -999]),
      N: fc.constant(N),
    }),
  )
  .map(({ asks, ...rest }): Case => {
    const cells = rest.kinds.map((kinds, d) => kinds.map((kind, n) => CELLS[kind](n, d)));
    const one = { ...rest, cells, asked: asks?.map((d) => rest.names[d]) };
    return { ...one, form: formOf(one) };
  });

const entriesOf = ({ names, cells }: Case, n: number): [string, unknown][] =>
  names.map((name, d) => [name, cells[d][n]]);

/** The form, or a plain table where the form cannot hold it. */
function formOf({ form, kinds, names }: Case): string {
  const isNumeric = kinds.every((kinds) => kinds.every((kind) => ["number", "NaN", "code"].includes(kind)));
  if ((form === "typed table" || form === "Arrow") && !isNumeric) return "table";
  // these lose a column of that name themselves
  return (form === "Arquero" || form === "Arrow") && names.includes("__proto__") ? "table" : form;
}

/** The table in its form. */
function dataOf(one: Case): unknown {
  const { names, cells, N, form } = one;
  const rows = [...Array(N).keys()];
  switch (form) {
    case "records":
      return rows.map((n) => Object.fromEntries(entriesOf(one, n)));
    case "records of a class":
      return rows.map((n) => {
        const record = new (class Row {})();
        for (const [name, value] of entriesOf(one, n)) {
          Object.defineProperty(record, name, { value, enumerable: true, configurable: true });
        }
        return record;
      });
    case "records that lack keys":
      return rows.map((n) => Object.fromEntries(entriesOf(one, n).filter(([, value]) => value !== undefined)));
    case "table":
      return Object.fromEntries(names.map((name, d) => [name, cells[d]]));
    case "typed table":
      return Object.fromEntries(names.map((name, d) => [name, Float64Array.from(cells[d] as number[])]));
    case "Arquero":
      return arqueroTable(names.map((name, d): [string, unknown[]] => [name, [...cells[d]]]));
    case "Arrow": {
      return new arrow.Table(
        Object.fromEntries(
          names.map((name, d) => [name, arrow.vectorFromArray(cells[d] as number[], new arrow.Float64())]),
        ),
      );
    }
    default:
      return rows.map((n) => cells.map((column) => column[n]));
  }
}

/** What a cell is to whoever reads its column as numbers. */
function roleOf(kind: Kind, { missingValues }: Case): "number" | "missing" | "true" | "date" | "other" {
  if (kind === "NaN" || kind === "null" || kind === "undefined") return "missing";
  if (kind === "NA" || kind === "empty") return missingValues.includes(kind === "NA" ? "NA" : "") ? "missing" : "other";
  if (kind === "code") return missingValues.includes(-999) ? "missing" : "number";
  if (kind === "number" || kind === "bigint" || kind === "infinite" || kind === "long") return "number";
  if (kind === "true") return "true";
  return kind === "date" || kind === "noDate" ? "date" : "other";
}

interface Expected {
  readonly columns: readonly string[];
  readonly leftOut: readonly string[];
  readonly kept: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

/** What must come of a table: undefined if it must be refused. */
function expectedOf(one: Case): Expected | undefined {
  const { names, kinds, cells, N, asked, drop, form } = one;
  const isBare = form === "rows";
  const roles = kinds.map((column) => column.map((kind) => roleOf(kind, one)));
  // a column that no record has is none
  const isThere = (d: number): boolean =>
    form !== "records that lack keys" || kinds[d].some((kind) => kind !== "undefined");
  // NaN and -999 may be missing, but tell that a column holds numbers
  const isNumber = (kind: Kind): boolean => ["number", "bigint", "long", "infinite", "NaN", "code"].includes(kind);
  const holdsNumbers = (d: number): boolean => kinds[d].some(isNumber);
  // keys come in the order in which the records show them
  const firstOf = (d: number): number => kinds[d].findIndex((kind) => kind !== "undefined");
  const all = [...names.keys()];
  if (form === "records that lack keys") all.sort((a, b) => firstOf(a) - firstOf(b) || a - b);
  const used = isBare ? all : asked ? asked.map((name) => names.indexOf(name)) : all.filter(holdsNumbers);
  if (used.length === 0 || (!isBare && asked && !used.every(isThere))) return undefined;
  const roleIn = new Map<number, string>();
  for (const d of used) {
    const present = new Set(roles[d].filter((role) => role !== "missing"));
    if (holdsNumbers(d)) present.add("number");
    if (present.size > 1 || present.has("other")) return undefined;
    const [role = "number"] = present;
    if (role !== "number" && (isBare || !asked)) return undefined;
    if (kinds[d].includes("long")) return undefined;
    roleIn.set(d, role);
  }
  const isGone = (d: number, n: number): boolean => roles[d][n] === "missing" || kinds[d][n] === "noDate";
  const kept = [...Array(N).keys()].filter((n) => !used.some((d) => isGone(d, n)));
  if (kept.length === 0 || (!drop && kept.length < N)) return undefined;
  if (kept.some((n) => used.some((d) => kinds[d][n] === "infinite"))) return undefined;
  return {
    columns: isBare ? [] : used.map((d) => names[d]),
    leftOut: isBare || asked ? [] : all.filter((d) => !used.includes(d) && isThere(d)).map((d) => names[d]),
    kept,
    rows: kept.map((n) => used.map((d) => Number(cells[d][n]))),
  };
}

test("a thousand tables give what plain arrays give, or an error that names the argument, what came, and a remedy", () => {
  const seen = { fitted: 0, refused: 0, dropped: 0, leftOut: 0, converted: 0 };
  fc.assert(
    fc.property(tables, (one) => {
      const data = dataOf(one);
      const isBare = one.form === "rows";
      const options: FitOptions = {
        nComponents: 1,
        ...(one.drop && { missing: "drop" }),
        missingValues: one.missingValues,
        ...(one.asked && !isBare && { columns: one.asked }),
      };
      const expected = expectedOf(one);
      let mixture: GaussianMixture;
      try {
        mixture = GaussianMixture.fitSync(data as DataInput, options);
      } catch (error) {
        expect(expected, `${error}`).toBeUndefined();
        expect([TypeError, RangeError, MixtureError]).toContain((error as Error).constructor);
        expect((error as Error).message).toMatch(/^(data|columns|nComponents): expected .+, got .+; .+/);
        seen.refused++;
        return;
      }
      if (!expected) throw new Error(`expected a refusal, got ${mixture}`);
      const plain = GaussianMixture.fitSync(expected.rows, { nComponents: 1 });
      expect(mixture.columns ?? []).toEqual(expected.columns);
      expect(mixture.means).toEqual(plain.means);
      expect(mixture.covariances).toEqual(plain.covariances);
      expect(mixture.report?.logLikelihood).toBe(plain.report?.logLikelihood);
      expect(mixture.report?.leftOut.map(({ column }) => column)).toEqual(expected.leftOut);
      expect(mixture.report?.leftOut.every(({ reason }) => reason.length > 3)).toBe(true);
      expect(mixture.report?.nDropped).toBe(one.N - expected.kept.length);
      const codes = mixture.report?.warnings.map(({ code }) => code);
      expect(codes?.includes("COLUMN_LEFT_OUT")).toBe(expected.leftOut.length > 0);
      expect(codes?.includes("ROWS_DROPPED")).toBe(expected.kept.length < one.N);
      // the mixture reads the table as the fit did, or refuses what is missing
      if (expected.kept.length === one.N)
        expect(mixture.scoreSamples(data as DataInput)).toEqual(plain.scoreSamples(expected.rows));
      else if (!one.kinds.some((kinds) => kinds.includes("code"))) {
        expect(() => mixture.scoreSamples(data as DataInput)).toThrow(/^data: expected .+, got .+; /);
      }
      seen.fitted++;
      if (expected.kept.length < one.N) seen.dropped++;
      if (expected.leftOut.length > 0) seen.leftOut++;
      if (one.asked && !isBare && one.kinds.flat().some((kind) => kind === "true" || kind === "date")) seen.converted++;
    }),
    runs(1000),
  );
  // chance has looked everywhere
  for (const count of Object.values(seen)) expect(count, JSON.stringify(seen)).toBeGreaterThan(20);
});

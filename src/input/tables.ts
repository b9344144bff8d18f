// Columns with names: records, and tables of columns. Every row has a say in what a column holds.
import { quoted, received } from "../errors.ts";
import { firstHole, isList, isTypedArray, memberOf, numberOf } from "./checks.ts";
import { columnLabel } from "./columns.ts";
import { isVector, type NamedColumns, timesIn, vectorList } from "./foreign.ts";
import { badRow, type MatrixRequest, noRows, numberAt, unknownColumn } from "./forms.ts";
import type { LeftOut, Matrix } from "./matrix.ts";
import { isMissing, type MissingRule } from "./missing.ts";

/** The values of a record, by name. */
type Values = Readonly<Record<string, unknown>>;

/** What a column has been seen to hold: numbers, or the words for what it holds instead. "": nothing yet. */
const NUMBERS = "numbers";
const TRUTHS = "true and false";
const DATES = "dates";

/** What a column holds once another value has been seen: one number makes it a column of numbers. */
function holding(so: string, value: unknown, rule: MissingRule): string {
  // also one that stands for a missing value is a number
  if (so === NUMBERS || typeof value === "number" || typeof value === "bigint") return NUMBERS;
  if (isMissing(value, rule)) return so;
  const kind = kindOf(value);
  return so === "" || so === kind ? kind : "values of several kinds";
}

function kindOf(value: unknown): string {
  if (typeof value === "string")
    return value.trim() !== "" && Number.isFinite(Number(value)) ? "numbers as texts" : "texts";
  if (typeof value === "boolean") return TRUTHS;
  if (Object.prototype.toString.call(value) === "[object Date]") return DATES;
  return `values such as ${received(value)}`;
}

/**
 * Whether a column that is asked for by name is read as numbers: true and false as 1 and 0, dates as milliseconds since 1970,
 * and one without any value, so that what is missing is counted.
 */
function isAskedFor(kind: string, { columns }: MatrixRequest): boolean {
  return columns !== undefined && (kind === TRUTHS || kind === DATES || kind === "");
}

/** The columns that are left out, with what they hold. */
function leftOutOf(kinds: Iterable<readonly [string, string]>): LeftOut[] {
  return [...kinds].flatMap(([column, kind]) =>
    kind === NUMBERS ? [] : [{ column, reason: kind === "" ? "no values" : kind }],
  );
}

export function isRecord(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** A list of records. */
export function recordsMatrix(records: ArrayLike<Values>, request: MatrixRequest): Matrix {
  const { argument } = request;
  const nRows = records.length;
  for (let n = 0; n < nRows; n++) {
    const record: unknown = records[n];
    if (!isRecord(record)) throw badRow(argument, n, record, "a record");
  }
  refuseIndices(request);
  const kinds = request.columns ? undefined : kindsOf(records, request.rule);
  const columns = request.columns ?? [...(kinds ?? [])].flatMap(([name, kind]) => (kind === NUMBERS ? [name] : []));
  if (request.columns) checkKnown(records, request);
  checkNamed(columns, kinds?.keys() ?? [], request, "turn texts into numbers, or give rows of numbers");
  const nColumns = columns.length;
  // a record without the key would say what somebody has put into Object.prototype
  const isInherited = columns.some((name) => name in Object.prototype);
  const valueAt = (n: number, name: string): unknown =>
    isInherited ? memberOf(Object(records[n]), name) : records[n]?.[name];
  const asked: boolean[] = [];
  /** Whether a whole column is of what is read as numbers if it is asked for. */
  const isAsked = (d: number): boolean => {
    let kind = "";
    for (let n = 0; n < nRows && asked[d] === undefined; n++)
      kind = holding(kind, valueAt(n, columns[d]), request.rule);
    asked[d] ??= isAskedFor(kind, request);
    return asked[d];
  };
  return {
    nRows,
    nColumns,
    columns,
    leftOut: leftOutOf(kinds ?? []),
    copyRows(first, count, out, missingAsNaN) {
      let at = 0;
      for (let n = first; n < first + count; n++) {
        for (let d = 0; d < nColumns; d++) {
          const value = valueAt(n, columns[d]);
          const isOther = typeof value === "boolean" || (typeof value === "object" && value !== null);
          out[at++] =
            typeof value === "number"
              ? value
              : isOther && !isMissing(value, request.rule) && isAsked(d)
                ? Number(value)
                : numberAt(request, n, columnLabel(d, columns), value, missingAsNaN);
        }
      }
    },
  };
}

/** Columns with names are picked by these alone: what order they come in says little. */
function refuseIndices({ picks, argument }: MatrixRequest): void {
  if (!picks) return;
  throw new TypeError(
    `columns: expected names, as the columns of ${argument} have them, got ${received(picks[0])}; write for example ["x", "y"]`,
  );
}

/** What each key of the records holds, in the order in which they come. O(all keys of all records). */
function kindsOf(records: ArrayLike<Values>, rule: MissingRule): ReadonlyMap<string, string> {
  const kinds = new Map<string, string>();
  // most records have the keys of the first, in its order: then only what is not known to be numbers is looked up
  const order = Object.keys(Object(records[0]));
  const settled = new Array<boolean>(order.length).fill(false);
  for (let n = 0; n < records.length; n++) {
    const record: Values = Object(records[n]);
    const keys = Object.keys(record);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (settled[i] && key === order[i]) continue;
      const kind = holding(kinds.get(key) ?? "", record[key], rule);
      kinds.set(key, kind);
      if (key === order[i]) settled[i] = kind === NUMBERS;
    }
  }
  return kinds;
}

/** Refuses names that no record has. A getter of the records' class counts if it gives a number, a method does not. */
function checkKnown(records: ArrayLike<Values>, request: MatrixRequest): void {
  const head: object = Object(records[0]);
  const first = new Set(Object.keys(head));
  let all: Set<string> | undefined;
  for (const name of request.columns ?? []) {
    if (first.has(name) || numberOf(memberOf(head, name)) !== undefined) continue;
    if (!all) {
      all = new Set(first);
      for (let n = 1; n < records.length; n++) for (const key of Object.keys(Object(records[n]))) all.add(key);
    }
    if (!all.has(name)) throw unknownColumn(request, name, [...all]);
  }
}

/** A table: columns by name. */
export function tableMatrix({ names, columnOf }: NamedColumns, request: MatrixRequest): Matrix {
  const { argument } = request;
  refuseIndices(request);
  const known = new Set(names);
  if (known.size < names.length) {
    const name = names.find((candidate) => !known.delete(candidate));
    throw new RangeError(`${argument}: expected columns of different names, got ${received(name)} twice; rename one`);
  }
  const columns: string[] = [];
  const lists: ArrayLike<unknown>[] = [];
  const kinds: (readonly [string, string])[] = [];
  for (const name of request.columns ?? names) {
    if (!known.has(name)) throw unknownColumn(request, name, names);
    const value = columnOf(name);
    const column = readColumn(value, name, request);
    if (column.list === undefined && request.columns !== undefined) throw notColumn(request, name, value, column.kind);
    kinds.push([name, column.kind]);
    if (column.list === undefined) continue;
    columns.push(name);
    lists.push(column.list);
  }
  checkNamed(columns, names, request, "give each column as an array of numbers, or a single record as [record]");
  const nRows = lists[0].length;
  for (let d = 1; d < lists.length; d++) {
    if (lists[d].length === nRows) continue;
    throw new RangeError(
      `${argument}: expected columns of ${nRows} numbers, as ${received(columns[0])} has, ` +
        `got ${lists[d].length} in ${received(columns[d])}; give every column the same length`,
    );
  }
  if (nRows === 0) throw noRows(argument, "columns of length 0");
  const nColumns = columns.length;
  return {
    nRows,
    nColumns,
    columns,
    leftOut: leftOutOf(request.columns ? [] : kinds),
    copyRows(first, count, out, missingAsNaN) {
      for (let d = 0; d < nColumns; d++) {
        const list = lists[d];
        for (let n = first, at = d; n < first + count; n++, at += nColumns) {
          const value = list[n];
          out[at] =
            typeof value === "number" ? value : numberAt(request, n, columnLabel(d, columns), value, missingAsNaN);
        }
      }
    },
  };
}

/** A column: the list of its numbers, or what it holds instead. */
interface ColumnRead {
  readonly list: ArrayLike<unknown> | undefined;
  readonly kind: string;
}

function readColumn(value: unknown, name: string, request: MatrixRequest): ColumnRead {
  const times = isVector(value) ? timesIn(value) : undefined;
  if (times !== undefined && !isAskedFor(times, request)) return { list: undefined, kind: times };
  const list = isVector(value) ? vectorList(value, `column ${received(name)}`) : value;
  if (!isList(list)) return { list: undefined, kind: kindOf(value) };
  if (list.length === 0 || isTypedArray(list)) return { list, kind: NUMBERS };
  let kind = "";
  const hole = firstHole(list);
  const end = hole < 0 ? list.length : hole;
  for (let n = 0; n < end && kind !== NUMBERS; n++) kind = holding(kind, list[n], request.rule);
  const isAsked = isAskedFor(kind, request);
  if (kind !== NUMBERS && !isAsked) return { list: undefined, kind };
  if (hole >= 0) numberAt(request, hole, received(name), undefined);
  if (!isAsked) return { list, kind };
  return { list: Array.from(list, (cell) => (isMissing(cell, request.rule) ? null : Number(cell))), kind: NUMBERS };
}

function notColumn(request: MatrixRequest, name: string, value: unknown, kind: string): TypeError {
  const got = Array.isArray(value) ? `an array that starts with ${received(value[0])}` : `${received(value)}`;
  const what = isVector(value) ? `${got} of ${kind}` : got;
  return new TypeError(
    `${request.argument}: expected an array of numbers in column ${received(name)}, got ${what}; ` +
      "convert it, for example with Number(…), or leave its name out of columns",
  );
}

/** Checks the columns found in named data: at least one, and as many as expected. */
function checkNamed(columns: readonly string[], keys: Iterable<string>, request: MatrixRequest, remedy: string): void {
  const { argument, width, widthName } = request;
  if (columns.length === 0) {
    const names = [...keys];
    const got = names.length === 0 ? "no keys" : `only ${quoted(names)}`;
    const how = names.length === 0 ? "give rows of numbers, or plain objects with named numbers" : remedy;
    throw new RangeError(`${argument}: expected at least one column of numbers, got ${got}; ${how}`);
  }
  if (width !== undefined && columns.length !== width) {
    throw new RangeError(
      `${argument}: expected ${width} columns of numbers (${widthName}), got ${columns.length}: ${quoted(columns)}; ` +
        "name the ones to use with columns",
    );
  }
}

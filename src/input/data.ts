import { received } from "../errors.ts";
import {
  firstHole,
  integerIn,
  isBigArray,
  isList,
  isPlain,
  isTypedArray,
  memberOf,
  membersOf,
  numberOf,
} from "./checks.ts";
import { columnLabel } from "./columns.ts";
import { conversionOf, foreignTable, holdsTimes, isVector, vectorList } from "./foreign.ts";
import {
  badRow,
  flatMatrix,
  isRow,
  type MatrixRequest,
  noRows,
  plainColumn,
  rowsMatrix,
  shapedMatrix,
} from "./forms.ts";
import type { DataInput, Matrix } from "./matrix.ts";
import { isRecord, recordsMatrix, tableMatrix } from "./tables.ts";

export type {
  ColumnInput,
  DataInput,
  Matrix,
  NumericTypedArray,
  RecordInput,
  RowInput,
  ShapedInput,
  TableInput,
  VectorInput,
} from "./matrix.ts";

/** How to read rows. */
export interface MatrixOptions {
  /** The name in errors. Default "data". */
  readonly argument?: string | undefined;
  /** The number of columns: how to cut a flat array, and the width every other form must have. Default: as it comes. */
  readonly nFeatures?: number | undefined;
  /**
   * The names of the columns, in order: what to pick from records and tables; bare rows are taken in order and get
   * these names. Default: every column with a number in any row, in its own order.
   */
  readonly columns?: readonly string[] | undefined;
  /** What the expected width is called in errors. Default "nFeatures". */
  readonly widthName?: string | undefined;
}

/**
 * The one door for data: reads rows in any form of {@link DataInput}. The shape is checked here, every row's included;
 * values are checked when they are copied.
 *
 * @param data - N rows of D numbers, N and D at least 1.
 * @param options - the expected width, the names of the columns, the name in errors.
 * @returns the rows. The data is not copied: change it only after the last `copyRows`.
 * @throws {TypeError} If the data is in none of the forms, a row is missing, or a flat array comes without `nFeatures`. An
 *   object of a class is read by its methods (`foreign.ts`), never as columns by name.
 * @throws {RangeError} If there are no rows or columns, a row or column has another length than the rest, a named
 *   column is unknown, or the width is not the expected one.
 * @example
 * const matrix = matrixOf([{ x: 1, y: 2, name: "a" }, { x: 3, y: 4, name: "b" }]);
 * matrix.columns; // ["x", "y"]
 * const out = new Float64Array(4);
 * matrix.copyRows(0, 2, out); // 1, 2, 3, 4
 */
export function matrixOf(data: DataInput, options: MatrixOptions = {}): Matrix {
  const input: unknown = data; // the types hold for TypeScript callers only
  const request = requestOf(options);
  if (isTypedArray(input) || isBigArray(input)) return flatMatrix(input, request);
  if (typeof input !== "object" || input === null || ArrayBuffer.isView(input)) throw notData(request.argument, input);
  if (Array.isArray(input)) return listMatrix(input, request);
  if (isPlain(input)) return plainMatrix(input, request);
  const table = foreignTable(input);
  if (table) return tableMatrix(table, request);
  const [values, shape] = [memberOf(input, "data"), memberOf(input, "shape")];
  if (shape !== undefined && isList(values)) return shapedMatrix(input, values, shape, request);
  const list = isVector(input) && !holdsTimes(input) ? vectorList(input, "the data") : input;
  if (isTypedArray(list) || isBigArray(list)) return flatMatrix(list, request);
  if (isList(list)) return listMatrix(list, request);
  throw notData(request.argument, input);
}

/** What a plain object says: a list, numbers with their shape, or columns by name. */
function plainMatrix(input: object, request: MatrixRequest): Matrix {
  if (isList(input)) return listMatrix(input, request);
  const { data, shape, width, height } = membersOf<{
    readonly data: unknown;
    readonly shape: unknown;
    readonly width: unknown;
    readonly height: unknown;
  }>(input, ["data", "shape", "width", "height"]);
  if (data !== undefined && shape !== undefined) return shapedMatrix(input, data, shape, request);
  // an image as decoders give it
  if (isTypedArray(data) && typeof width === "number" && typeof height === "number") {
    throw notData(request.argument, input);
  }
  const table = input as Readonly<Record<string, unknown>>;
  return tableMatrix({ names: Object.keys(input), columnOf: (name) => table[name] }, request);
}

/** A list that is not one typed array: of rows, of records, or of the numbers of one column. */
function listMatrix(list: ArrayLike<unknown>, request: MatrixRequest): Matrix {
  if (list.length === 0) throw noRows(request.argument, list);
  const first = list[0];
  if (numberOf(first) !== undefined) return plainColumn(list, request);
  if (isRow(first)) return rowsMatrix(list as ArrayLike<ArrayLike<unknown>>, request);
  // rows that are vectors of another library; a row of a table of Apache Arrow has no get()
  if (isVector(first) && typeof memberOf(first, "get") === "function") {
    const rows: ArrayLike<unknown>[] = [];
    for (let n = 0; n < list.length; n++) {
      const row = list[n];
      if (!isVector(row)) throw badRow(request.argument, n, row, "a vector");
      rows.push(vectorList(row, `row ${n}`));
    }
    return rowsMatrix(rows, request);
  }
  if (isRecord(first)) return recordsMatrix(list as ArrayLike<Readonly<Record<string, unknown>>>, request);
  throw badRow(request.argument, 0, first, "an array of numbers or a record");
}

function requestOf(options: MatrixOptions): MatrixRequest {
  const given = membersOf<MatrixOptions>(options, ["argument", "nFeatures", "columns", "widthName"]);
  const { argument = "data", nFeatures } = given;
  if (nFeatures !== undefined) {
    integerIn("nFeatures", nFeatures, 1, "give the number of columns");
  }
  const widthName = given.widthName ?? (nFeatures === undefined ? "the length of columns" : "nFeatures");
  const columns = given.columns === undefined ? undefined : namesOf(given.columns, nFeatures, widthName);
  return { argument, width: nFeatures ?? columns?.length, widthName, columns };
}

/**
 * Names of columns, copied: a list of different texts, at least one.
 *
 * @param width - how many there must be. Default: any number.
 * @param widthName - what tells how many, in an error.
 */
export function namesOf(columns: unknown, width?: number, widthName?: string): readonly string[] {
  if (!Array.isArray(columns)) {
    throw new TypeError(`columns: expected an array of names, got ${received(columns)}; write for example ["x", "y"]`);
  }
  if (columns.length === 0) {
    throw new RangeError(
      "columns: expected at least one name, got an array of length 0; name a column or leave columns out",
    );
  }
  const names: string[] = [];
  for (let d = 0; d < columns.length; d++) {
    const name: unknown = columns[d];
    if (typeof name !== "string") {
      throw new TypeError(
        `columns: expected a name at index ${d}, got ${received(name)}; write for example ["x", "y"]`,
      );
    }
    names.push(name);
  }
  const name = repeated(names);
  if (name !== undefined) {
    throw new RangeError(
      `columns: expected each name once, got ${received(name)} again at index ${names.indexOf(name, names.indexOf(name) + 1)}; leave one out`,
    );
  }
  if (width !== undefined && names.length !== width) {
    throw new RangeError(
      `columns: expected ${width} names (${widthName}), got ${names.length}; give one name for each column`,
    );
  }
  return names;
}

/** A text that is in a list more than once, found by sorting: a file may have very many names. */
export function repeated(texts: readonly string[]): string | undefined {
  const sorted = [...texts].sort();
  return sorted.find((text, i) => text === sorted[i - 1]);
}

function notData(argument: string, value: unknown): TypeError {
  return new TypeError(`${argument}: expected rows of numbers, got ${received(value)}; ${conversionOf(Object(value))}`);
}

/**
 * The error for a value that is NaN or infinite, which `copyRows` lets through.
 *
 * @param matrix - the rows it was found in.
 * @param flatIndex - where: row * nColumns + column.
 * @param value - what was found.
 * @param argument - the name in the error. Default "data".
 * @returns the error, to be thrown; it names the row, counted from 0, and the column, by name where it has one.
 */
export function notFinite(matrix: Matrix, flatIndex: number, value: number, argument = "data"): RangeError {
  const row = Math.floor(flatIndex / matrix.nColumns);
  const d = flatIndex - row * matrix.nColumns;
  return new RangeError(
    `${argument}: expected finite numbers, got ${received(value)} in row ${row}, column ${columnLabel(d, matrix.columns)}; ` +
      "leave the row out or fill the value in",
  );
}

/** How {@link vectorOf} speaks of what it reads. */
export interface VectorOptions {
  /** What is expected, before its count. Default "one number per row". */
  readonly expected?: string | undefined;
  /** What to do about a wrong length or type. Default "give as many numbers as there are rows". */
  readonly remedy?: string | undefined;
}

/**
 * A list of numbers of a given length. NaN and infinite values pass.
 *
 * @param values - an array, typed array or array-like of numbers.
 * @param length - the length it must have.
 * @param argument - the name in errors.
 * @param options - the words in errors.
 * @returns the numbers, in an array of their own.
 * @throws {TypeError} If it is not a list, or an element is not a number, naming its index.
 * @throws {RangeError} If it has another length.
 * @example
 * vectorOf([1, 2], 2, "sampleWeight"); // Float64Array [1, 2]
 */
export function vectorOf(
  values: ArrayLike<number>,
  length: number,
  argument: string,
  options: VectorOptions = {},
): Float64Array {
  const input: unknown = values;
  const { expected = "one number per row", remedy = "give as many numbers as there are rows" } = membersOf(options, [
    "expected",
    "remedy",
  ]);
  if (!isList(input)) {
    throw new TypeError(`${argument}: expected ${expected} (${length}), got ${received(input)}; ${remedy}`);
  }
  if (input.length !== length) {
    throw new RangeError(`${argument}: expected ${expected} (${length}), got ${input.length}; ${remedy}`);
  }
  if (isTypedArray(input)) return new Float64Array(input);
  const numberIn = (n: number): number => {
    const value = input[n];
    const number = numberOf(value);
    if (number !== undefined) return number;
    throw new TypeError(
      `${argument}: expected a number at index ${n}, got ${received(value)}; convert the value, or leave its row out`,
    );
  };
  const hole = firstHole(input);
  if (hole >= 0) numberIn(hole);
  const out = new Float64Array(length);
  for (let n = 0; n < length; n++) out[n] = numberIn(n);
  return out;
}

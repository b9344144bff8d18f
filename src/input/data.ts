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
import { conversionOf, foreignTable, isVector, timesIn, vectorList } from "./foreign.ts";
import {
  badRow,
  flatMatrix,
  imageMatrix,
  isImage,
  isRow,
  type MatrixRequest,
  noRows,
  plainColumn,
  rowsMatrix,
  shapedMatrix,
} from "./forms.ts";
import type { DataInput, ImageInput, Matrix } from "./matrix.ts";
import { isMissing, type MissingRule, missingError, PLAIN_RULE } from "./missing.ts";
import { isRecord, recordsMatrix, tableMatrix } from "./tables.ts";

export type {
  Cell,
  ColumnInput,
  DataInput,
  Dropped,
  ForeignTable,
  ImageInput,
  LeftOut,
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
   * The names of the columns, in order: what to pick from records, tables and images; bare rows are taken in order and get
   * these names. Default: every column with a number in any row, in its own order.
   */
  readonly columns?: readonly string[] | undefined;
  /** In place of names: the indices of the columns of bare rows. */
  readonly picks?: readonly number[] | undefined;
  /** What counts as a missing cell. Default: null, undefined and NaN. */
  readonly rule?: MissingRule | undefined;
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
  const request = requestOf(options);
  request.matrix = request.rule.finish(readerOf(data, request)); // the types hold for TypeScript callers only
  return request.matrix;
}

/** The rows of an input in whatever form it has. */
function readerOf(input: unknown, request: MatrixRequest): Matrix {
  if (isTypedArray(input) || isBigArray(input)) return flatMatrix(input, request);
  if (typeof input !== "object" || input === null || ArrayBuffer.isView(input)) throw notData(request.argument, input);
  if (Array.isArray(input)) return listMatrix(input, request);
  // Polars has frames without a class of their own, but with its name
  const isObject = isPlain(input) && Object.prototype.toString.call(input) === "[object Object]";
  const table = isObject ? undefined : foreignTable(input);
  if (table) return tableMatrix(table, request);
  if (isPlain(input)) return plainMatrix(input, request);
  const [values, shape] = [memberOf(input, "data"), memberOf(input, "shape")];
  if (shape !== undefined && isList(values)) {
    return shapedMatrix(input, values, shape, request, ownNames(memberOf(input, "columns")));
  }
  if (isImage(input)) return imageMatrix(input as ImageInput, request);
  const list = isVector(input) && !timesIn(input) ? vectorList(input, "the data") : input;
  if (isTypedArray(list) || isBigArray(list)) return flatMatrix(list, request);
  if (isList(list)) return listMatrix(list, request);
  throw notData(request.argument, input);
}

/** What a plain object says: a list, numbers with their shape, an image, or columns by name. */
function plainMatrix(input: object, request: MatrixRequest): Matrix {
  if (isList(input)) return listMatrix(input, request);
  const { data, shape, columns } = membersOf<Readonly<Record<"data" | "shape" | "columns", unknown>>>(input, [
    "data",
    "shape",
    "columns",
  ]);
  if (data !== undefined && shape !== undefined) return shapedMatrix(input, data, shape, request, ownNames(columns));
  if (isImage(input)) return imageMatrix(input as ImageInput, request);
  const table = input as Readonly<Record<string, unknown>>;
  return tableMatrix({ names: Object.keys(input), columnOf: (name) => table[name] }, request);
}

/** The names that numbers with a shape have for their columns. What holds no text is something else. */
function ownNames(columns: unknown): readonly string[] | undefined {
  const isNames = Array.isArray(columns) && columns.some((name) => typeof name === "string");
  return isNames ? namesOf(columns, undefined, undefined, "data.columns") : undefined;
}

/** A list that is not one typed array: of rows, of records, or of the numbers of one column. */
function listMatrix(list: ArrayLike<unknown>, request: MatrixRequest): Matrix {
  if (list.length === 0) throw noRows(request.argument, list);
  const first = list[0];
  if (isColumn(list, request)) return plainColumn(list, request);
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

/** Whether a list holds numbers: the first value that is not missing says so. */
function isColumn(list: ArrayLike<unknown>, { rule }: MatrixRequest): boolean {
  for (let n = 0; n < list.length && n in list; n++) {
    if (!isMissing(list[n], rule) || typeof list[n] === "number") return numberOf(list[n]) !== undefined;
  }
  return false;
}

function requestOf(options: MatrixOptions): MatrixRequest {
  const given = membersOf<MatrixOptions>(options, ["argument", "nFeatures", "columns", "picks", "widthName", "rule"]);
  const { argument = "data", nFeatures, picks, rule = PLAIN_RULE } = given;
  if (nFeatures !== undefined) {
    integerIn("nFeatures", nFeatures, 1, "give the number of columns");
  }
  const widthName = given.widthName ?? (nFeatures === undefined ? "the length of columns" : "nFeatures");
  const columns = given.columns === undefined ? undefined : namesOf(given.columns, nFeatures, widthName);
  return { argument, width: nFeatures ?? columns?.length, widthName, columns, picks, rule, matrix: undefined };
}

/**
 * Names of columns, copied: a list of different texts, at least one.
 *
 * @param width - how many there must be. Default: any number.
 * @param widthName - what tells how many, in an error.
 * @param argument - the name in errors.
 */
export function namesOf(columns: unknown, width?: number, widthName?: string, argument = "columns"): readonly string[] {
  if (!Array.isArray(columns)) {
    throw new TypeError(
      `${argument}: expected an array of names, got ${received(columns)}; write for example ["x", "y"]`,
    );
  }
  if (columns.length === 0) {
    throw new RangeError(
      `${argument}: expected at least one name, got an array of length 0; name a column or leave columns out`,
    );
  }
  const names: string[] = [];
  for (let d = 0; d < columns.length; d++) {
    const name: unknown = columns[d];
    if (typeof name !== "string") {
      throw new TypeError(
        `${argument}: expected a name at index ${d}, got ${received(name)}; write for example ["x", "y"]`,
      );
    }
    names.push(name);
  }
  const name = repeated(names);
  if (name !== undefined) {
    throw new RangeError(
      `${argument}: expected each name once, got ${received(name)} again at index ${names.indexOf(name, names.indexOf(name) + 1)}; leave one out`,
    );
  }
  if (width !== undefined && names.length !== width) {
    throw new RangeError(
      `${argument}: expected ${width} names (${widthName}), got ${names.length}; give one name for each column`,
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
export function notFinite(matrix: Matrix, flatIndex: number, value: number, argument = "data"): Error {
  const row = Math.floor(flatIndex / matrix.nColumns);
  const d = flatIndex - row * matrix.nColumns;
  const where = `row ${matrix.dropped?.kept[row] ?? row}, column ${columnLabel(d, matrix.columns)}`;
  const start = `${argument}: expected finite numbers, got ${received(value)} in ${where}`;
  if (Number.isNaN(value)) return missingError(matrix, start, true);
  return new RangeError(`${start}; leave the row out or fill the value in`);
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

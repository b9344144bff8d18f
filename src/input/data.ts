import { received } from "../errors.ts";
import { integerIn, isList, isPlain, isTypedArray } from "./checks.ts";
import { columnLabel } from "./columns.ts";
import { flatMatrix, listMatrix, type MatrixRequest, shapedMatrix, tableMatrix } from "./forms.ts";
import type { DataInput, Matrix } from "./matrix.ts";

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
   * these names. Default: every numeric column of the first record or of the table, in its own order.
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
 * @throws {TypeError} If the data is in none of the forms, a row is missing, or a flat array comes without `nFeatures`.
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
  if (isTypedArray(input)) return flatMatrix(input, request);
  if (isList(input)) return listMatrix(input, request);
  if (typeof input !== "object" || input === null || ArrayBuffer.isView(input)) throw notData(request.argument, input);
  if ("data" in input && "shape" in input) return shapedMatrix(input, request);
  if (Object.keys(input).length === 0 && !isPlain(input)) throw notData(request.argument, input);
  return tableMatrix(input as Readonly<Record<string, unknown>>, request);
}

function requestOf(options: MatrixOptions): MatrixRequest {
  const { argument = "data", nFeatures, columns } = options;
  if (nFeatures !== undefined) {
    integerIn("nFeatures", nFeatures, 1, "give the number of columns");
  }
  if (columns !== undefined) checkNames(columns);
  const width = nFeatures ?? columns?.length;
  const widthName = options.widthName ?? (nFeatures === undefined ? "the length of columns" : "nFeatures");
  if (columns !== undefined && columns.length !== width) {
    throw new RangeError(
      `columns: expected ${width} names (${widthName}), got ${columns.length}; give one name for each column`,
    );
  }
  return { argument, width, widthName, columns: columns?.slice() };
}

/** Refuses names of columns that are not a list of different texts. */
export function checkNames(columns: unknown): asserts columns is readonly string[] {
  if (!Array.isArray(columns)) {
    throw new TypeError(`columns: expected an array of names, got ${received(columns)}; write for example ["x", "y"]`);
  }
  if (columns.length === 0) {
    throw new RangeError(
      "columns: expected at least one name, got an array of length 0; name a column or leave columns out",
    );
  }
  for (let d = 0; d < columns.length; d++) {
    if (typeof columns[d] !== "string") {
      throw new TypeError(
        `columns: expected a name at index ${d}, got ${received(columns[d])}; write for example ["x", "y"]`,
      );
    }
  }
  const name = repeated(columns);
  if (name !== undefined) {
    throw new RangeError(
      `columns: expected each name once, got ${received(name)} again at index ${columns.indexOf(name, columns.indexOf(name) + 1)}; leave one out`,
    );
  }
}

/** A text that is in a list more than once, found by sorting: a file may have very many names. */
export function repeated(texts: readonly string[]): string | undefined {
  const sorted = [...texts].sort();
  return sorted.find((text, i) => text === sorted[i - 1]);
}

function notData(argument: string, value: unknown): TypeError {
  const waits = typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
  const remedy = waits
    ? "await it first"
    : "give rows such as [[1, 2], [3, 4]], a typed array, { data, shape }, records, or columns by name";
  return new TypeError(`${argument}: expected rows of numbers, got ${received(value)}; ${remedy}`);
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
 * @returns the numbers: the same array if it is a Float64Array, otherwise a copy.
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
  const { expected = "one number per row", remedy = "give as many numbers as there are rows" } = options;
  if (!isList(input)) {
    throw new TypeError(`${argument}: expected ${expected} (${length}), got ${received(input)}; ${remedy}`);
  }
  if (input.length !== length) {
    throw new RangeError(`${argument}: expected ${expected} (${length}), got ${input.length}; ${remedy}`);
  }
  if (input instanceof Float64Array) return input;
  if (isTypedArray(input)) return new Float64Array(input);
  const out = new Float64Array(length);
  for (let n = 0; n < length; n++) {
    const value = input[n];
    if (typeof value !== "number") {
      throw new TypeError(
        `${argument}: expected a number at index ${n}, got ${received(value)}; convert the value, or leave its row out`,
      );
    }
    out[n] = value;
  }
  return out;
}

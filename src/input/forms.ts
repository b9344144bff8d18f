import { quoted, received } from "../errors.ts";
import { firstHole, isBigArray, isList, isTypedArray, memberOf, numberOf } from "./checks.ts";
import { columnLabel } from "./columns.ts";
import type { ImageInput, Matrix } from "./matrix.ts";
import { isMissing, type MissingRule, missingError } from "./missing.ts";

/** `MatrixOptions`, checked: what the readers of each form work from. */
export interface MatrixRequest {
  readonly argument: string;
  readonly width: number | undefined;
  readonly widthName: string;
  /** Names of columns. */
  readonly columns: readonly string[] | undefined;
  /** Columns of bare rows by index, in place of names. */
  readonly picks: readonly number[] | undefined;
  /** What counts as a missing cell. */
  readonly rule: MissingRule;
  /** The matrix that was made, for errors that count what is missing; undefined so far. */
  matrix: Matrix | undefined;
}

/** Which columns of bare rows are used, and what they are called. */
interface Layout {
  readonly nColumns: number;
  readonly columns: readonly string[] | undefined;
  /** Where they are in a row, if they are not all in order. */
  readonly at: readonly number[] | undefined;
}

/**
 * The layout of bare rows.
 *
 * @param width - how many numbers a row has.
 * @param own - the names of the columns, if the data has them.
 * @throws {RangeError} If the width is not the expected one, or there is no such column.
 */
function layoutOf(request: MatrixRequest, width: number, own?: readonly string[]): Layout {
  const { columns, picks } = request;
  if (picks) {
    const beyond = picks.find((d) => d >= width);
    if (beyond === undefined) return { nColumns: picks.length, columns: own && picks.map((d) => own[d]), at: picks };
    throw new RangeError(
      `columns: expected indices from 0 to ${width - 1}, got ${beyond}; rows have ${width} numbers (${request.argument})`,
    );
  }
  if (own && columns) {
    const places = new Map(own.map((name, d) => [name, d]));
    const at = columns.map((name) => {
      const place = places.get(name);
      if (place === undefined) throw unknownColumn(request, name, own);
      return place;
    });
    return { nColumns: at.length, columns, at };
  }
  checkWidth(width, request);
  return { nColumns: width, columns: columns ?? own, at: undefined };
}

/** The error for a name in `columns` that the data does not have. */
export function unknownColumn(request: MatrixRequest, name: string, available: readonly string[]): RangeError {
  const has = available.length === 0 ? "the data has no names" : `the data has ${quoted(available)}`;
  return new RangeError(`columns: expected names of columns, got ${received(name)}; ${has} (${request.argument})`);
}

/** A flat typed array, row-major; of integers (bigint), too. */
export function flatMatrix(values: Float64Array | ArrayLike<bigint>, request: MatrixRequest): Matrix {
  const { argument, width, widthName } = request;
  // columns by index need the shape: later rows would be cut at another width than these
  if (width === undefined || request.picks) {
    throw new TypeError(
      `${argument}: expected a flat array to come with its number of columns, got ${received(values)} alone; ` +
        `give { data, shape }${request.picks ? ", where columns are picked by index" : " or nFeatures"}`,
    );
  }
  if (values.length === 0) throw noRows(argument, values);
  if (values.length % width !== 0) {
    throw new RangeError(
      `${argument}: expected a length divisible by ${width} (${widthName}), got ${values.length}; ` +
        "give whole rows, or the right number of columns",
    );
  }
  return valuesMatrix(values, values.length / width, width, request);
}

/** Row-major values in a list. */
function valuesMatrix(
  values: ArrayLike<unknown>,
  nRows: number,
  width: number,
  request: MatrixRequest,
  own?: readonly string[],
): Matrix {
  const { nColumns, columns, at } = layoutOf(request, width, own);
  if (at || !isTypedArray(values)) return numbersMatrix(values, nRows, width, request, { nColumns, columns, at });
  return {
    nRows,
    nColumns,
    columns,
    copyRows(first, count, out) {
      const end = (first + count) * nColumns;
      // its buffer may have been given away or cut short since: then there is nothing to count
      if (values.length < end) {
        numberAt({ ...request, matrix: undefined }, Math.floor(values.length / nColumns), "0", undefined);
      }
      out.set(values.subarray(first * nColumns, end));
    },
  };
}

/** The names of the four numbers of a pixel. */
const CHANNELS = ["r", "g", "b", "a"];

/** Whether an object is an image as `ImageData` has it. */
export function isImage(input: object): boolean {
  const { data, width, height } = input as Readonly<Record<string, unknown>>;
  return isTypedArray(data) && isCount(width) && isCount(height);
}

/** An image: its pixels are rows. */
export function imageMatrix(image: ImageInput, request: MatrixRequest): Matrix {
  const { data, width, height } = image;
  const nRows = width * height;
  if (data.length !== nRows * CHANNELS.length) {
    throw new RangeError(
      `${request.argument}: expected 4 numbers for each of ${width} x ${height} pixels, got ${data.length} numbers; ` +
        "give { data: image.data, shape: [pixels, numbers of each] }",
    );
  }
  return valuesMatrix(data, nRows, CHANNELS.length, request, CHANNELS);
}

/** `{ data, shape }`, row-major. */
export function shapedMatrix(
  input: object,
  data: unknown,
  shape: unknown,
  request: MatrixRequest,
  own?: readonly string[],
): Matrix {
  const { argument } = request;
  if (!isList(data)) {
    throw new TypeError(
      `${argument}.data: expected a flat array of numbers, got ${received(data)}; give the elements in row-major order`,
    );
  }
  if (!isList(shape)) {
    throw new TypeError(
      `${argument}.shape: expected [rows, columns], got ${received(shape)}; write for example [150, 4]`,
    );
  }
  const [nRows, nColumns] = [shape[0], shape[1]];
  if (shape.length !== 2 || !isCount(nRows) || !isCount(nColumns)) {
    const got = firstOf(shape);
    throw new RangeError(
      `${argument}.shape: expected [rows, columns], two integers, 1 or more, got [${got}]; write for example [150, 4]`,
    );
  }
  if (nRows * nColumns !== data.length) {
    throw new RangeError(
      `${argument}: expected ${nRows * nColumns} numbers for the shape [${nRows}, ${nColumns}], got ${data.length}; ` +
        "make data and shape agree",
    );
  }
  refuseStrides(input, nRows, nColumns, argument);
  if (own && own.length !== nColumns) {
    throw new RangeError(
      `${argument}.columns: expected ${nColumns} names, as the shape says, got ${own.length}; give one for each column`,
    );
  }
  return valuesMatrix(data, nRows, nColumns, request, own);
}

/** The first elements of a list, for an error text. */
function firstOf(list: ArrayLike<unknown>): string {
  const shown = Array.from({ length: Math.min(list.length, 5) }, (_, i) => received(list[i]));
  return list.length > 5 ? `${shown.join(", ")}, …` : shown.join(", ");
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** An n-d array of another library may be a transposed view: its strides say so, and its data would be misread. */
function refuseStrides(input: object, nRows: number, nColumns: number, argument: string): void {
  const strides = memberOf(input, "strides") ?? memberOf(input, "stride");
  if (!isList(strides) || nRows === 1 || nColumns === 1) return;
  if (strides[0] === nColumns && strides[1] === 1) return;
  throw new RangeError(
    `${argument}: expected row-major data, strides [${nColumns}, 1], ` +
      `got [${firstOf(strides)}]; ` +
      "copy the array into row-major order first",
  );
}

/** The numbers of one column. */
export function plainColumn(list: ArrayLike<unknown>, request: MatrixRequest): Matrix {
  if (request.width !== 1 || request.picks) {
    if (list.length === request.width && list.length > 1) {
      throw new TypeError(
        `${request.argument}: expected rows of ${request.width} numbers, got one row that is not in a list; write [[${list[0]}, …]], a list of that row`,
      );
    }
    throw new TypeError(
      `${request.argument}: expected rows, got a plain array of ${list.length} numbers; ` +
        "give one array for each row ([[1], [2]]), or { data, shape }, or nFeatures: 1 if it is one column",
    );
  }
  return numbersMatrix(list, list.length, 1, request, layoutOf(request, 1));
}

/** Row-major values of any type in a list, to be checked one by one. */
function numbersMatrix(
  list: ArrayLike<unknown>,
  nRows: number,
  width: number,
  request: MatrixRequest,
  { nColumns, columns, at }: Layout,
): Matrix {
  const hole = firstHole(list);
  if (hole >= 0)
    numberAt(request, Math.floor(hole / width), columnLabel(hole % width, at ? undefined : columns), undefined);
  return {
    nRows,
    nColumns,
    columns,
    copyRows(first, count, out, missingAsNaN) {
      let to = 0;
      for (let n = first; n < first + count; n++) {
        for (let d = 0; d < nColumns; d++) {
          const value = list[n * width + (at ? at[d] : d)];
          out[to++] =
            typeof value === "number" ? value : numberAt(request, n, columnLabel(d, columns), value, missingAsNaN);
        }
      }
    },
  };
}

/** Rows of numbers. */
export function rowsMatrix(rows: ArrayLike<ArrayLike<unknown>>, request: MatrixRequest): Matrix {
  const { argument } = request;
  const nRows = rows.length;
  const head: unknown = rows[0];
  if (!isRow(head)) throw badRow(argument, 0, head, "an array of numbers");
  const width = head.length;
  if (width === 0) {
    throw new RangeError(`${argument}: expected at least one column, got rows of length 0; give numbers in every row`);
  }
  const { nColumns, columns, at } = layoutOf(request, width);
  const hole = firstHole(head);
  if (hole >= 0) numberAt(request, 0, columnLabel(hole, at ? undefined : columns), undefined);
  for (let n = 1; n < nRows; n++) {
    const row: unknown = rows[n];
    if (!isRow(row)) throw badRow(argument, n, row, "an array of numbers");
    if (row.length !== width) {
      throw new RangeError(
        `${argument}: expected rows of ${width} numbers, as row 0 has, got ${row.length} in row ${n}; ` +
          "give every row the same length",
      );
    }
  }
  return {
    nRows,
    nColumns,
    columns,
    copyRows(first, count, out, missingAsNaN) {
      let to = 0;
      for (let n = first; n < first + count; n++) {
        const row: ArrayLike<unknown> | undefined = rows[n];
        for (let d = 0; d < nColumns; d++) {
          const value = row?.[at ? at[d] : d];
          out[to++] =
            typeof value === "number" ? value : numberAt(request, n, columnLabel(d, columns), value, missingAsNaN);
        }
      }
    },
  };
}

function checkWidth(nColumns: number, request: MatrixRequest): void {
  const { argument, width, widthName } = request;
  if (width === undefined || nColumns === width) return;
  throw new RangeError(
    `${argument}: expected rows of ${width} numbers (${widthName}), got rows of ${nColumns}; ` +
      "give the same columns, in the same order",
  );
}

export function isRow(value: unknown): value is ArrayLike<unknown> {
  // an empty list may be a record with a column `length`
  return Array.isArray(value) || isTypedArray(value) || isBigArray(value) || (isList(value) && value.length > 0);
}

export function noRows(argument: string, value: unknown): RangeError {
  return new RangeError(`${argument}: expected at least one row, got ${received(value)}; check where the data is read`);
}

export function badRow(argument: string, row: number, value: unknown, expected: string): TypeError {
  return new TypeError(
    `${argument}: expected ${expected} as row ${row}, got ${received(value)}; leave the row out or fill it in`,
  );
}

/**
 * The number that a value at a row and column stands for: itself, or an integer (bigint).
 *
 * @param missingAsNaN - whether a missing cell is NaN.
 * @throws {TypeError} If it is no number, or a missing one.
 * @throws {RangeError} If it is an integer that no double holds exactly, or stands for a missing number.
 */
export function numberAt(
  request: MatrixRequest,
  row: number,
  column: string,
  value: unknown,
  missingAsNaN = false,
): number {
  const isGone = isMissing(value, request.rule);
  if (isGone && missingAsNaN) return Number.NaN;
  const number = numberOf(value);
  if (number !== undefined && !isGone) return number;
  const expected = `${request.argument}: expected a number in row ${row}, column ${column}, got ${received(value)}`;
  if (isGone) throw missingError(request.matrix, expected, number !== undefined);
  if (typeof value === "bigint") {
    throw new RangeError(
      `${expected}, which no double holds exactly; convert it with Number(…) if its last digits do not matter`,
    );
  }
  const isConvertible =
    typeof value === "boolean" || (typeof value === "string" && Number.isFinite(Number(value || NaN)));
  const remedy = isConvertible
    ? "convert it, for example with Number(…)"
    : typeof value === "string"
      ? `leave the row out, fill the value in, or name the columns to use with columns${request.matrix?.canDrop ? ", or what stands for missing values with missingValues" : ""}`
      : "give numbers only";
  throw new TypeError(`${expected}; ${remedy}`);
}

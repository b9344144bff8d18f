import { received } from "../errors.ts";
import { firstHole, isBigArray, isList, isTypedArray, memberOf, numberOf } from "./checks.ts";
import { columnLabel } from "./columns.ts";
import type { Matrix } from "./matrix.ts";

/** `MatrixOptions`, checked: what the readers of each form work from. */
export interface MatrixRequest {
  readonly argument: string;
  readonly width: number | undefined;
  readonly widthName: string;
  readonly columns: readonly string[] | undefined;
}

/** A flat typed array, row-major; of integers (bigint), too. */
export function flatMatrix(values: Float64Array | ArrayLike<bigint>, request: MatrixRequest): Matrix {
  const { argument, width, widthName } = request;
  if (width === undefined) {
    throw new TypeError(
      `${argument}: expected a flat array to come with its number of columns, got ${received(values)} alone; ` +
        "give { data, shape } or nFeatures",
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
function valuesMatrix(values: ArrayLike<unknown>, nRows: number, nColumns: number, request: MatrixRequest): Matrix {
  if (!isTypedArray(values)) return numbersMatrix(values, nRows, nColumns, request);
  return {
    nRows,
    nColumns,
    columns: request.columns,
    copyRows(first, count, out) {
      const end = (first + count) * nColumns;
      // its buffer may have been given away or cut short since
      if (values.length < end) numberAt(request, Math.floor(values.length / nColumns), "0", undefined);
      out.set(values.subarray(first * nColumns, end));
    },
  };
}

/** `{ data, shape }`, row-major. */
export function shapedMatrix(input: object, data: unknown, shape: unknown, request: MatrixRequest): Matrix {
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
  checkWidth(nColumns, request);
  return valuesMatrix(data, nRows, nColumns, request);
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
  if (request.width !== 1) {
    throw new TypeError(
      `${request.argument}: expected rows, got a plain array of ${list.length} numbers; ` +
        "give one array for each row ([[1], [2]]), or { data, shape }, or nFeatures: 1 if it is one column",
    );
  }
  return numbersMatrix(list, list.length, 1, request);
}

/** Row-major values of any type in a plain array, to be checked one by one. */
function numbersMatrix(list: ArrayLike<unknown>, nRows: number, nColumns: number, request: MatrixRequest): Matrix {
  const hole = firstHole(list);
  if (hole >= 0) {
    numberAt(request, Math.floor(hole / nColumns), columnLabel(hole % nColumns, request.columns), undefined);
  }
  return {
    nRows,
    nColumns,
    columns: request.columns,
    copyRows(first, count, out) {
      const start = first * nColumns;
      const length = count * nColumns;
      for (let i = 0; i < length; i++) {
        const value = list[start + i];
        if (typeof value === "number") out[i] = value;
        else {
          const row = first + Math.floor(i / nColumns);
          out[i] = numberAt(request, row, columnLabel(i % nColumns, request.columns), value);
        }
      }
    },
  };
}

/** Rows of numbers. */
export function rowsMatrix(rows: ArrayLike<ArrayLike<unknown>>, request: MatrixRequest): Matrix {
  const { argument, columns } = request;
  const nRows = rows.length;
  const head: unknown = rows[0];
  if (!isRow(head)) throw badRow(argument, 0, head, "an array of numbers");
  const nColumns = head.length;
  if (nColumns === 0) {
    throw new RangeError(`${argument}: expected at least one column, got rows of length 0; give numbers in every row`);
  }
  checkWidth(nColumns, request);
  const hole = firstHole(head);
  if (hole >= 0) numberAt(request, 0, columnLabel(hole, columns), undefined);
  for (let n = 1; n < nRows; n++) {
    const row: unknown = rows[n];
    if (!isRow(row)) throw badRow(argument, n, row, "an array of numbers");
    if (row.length !== nColumns) {
      throw new RangeError(
        `${argument}: expected rows of ${nColumns} numbers, as row 0 has, got ${row.length} in row ${n}; ` +
          "give every row the same length",
      );
    }
  }
  return {
    nRows,
    nColumns,
    columns,
    copyRows(first, count, out) {
      let at = 0;
      for (let n = first; n < first + count; n++) {
        const row: ArrayLike<unknown> | undefined = rows[n];
        for (let d = 0; d < nColumns; d++) {
          const value = row?.[d];
          out[at++] = typeof value === "number" ? value : numberAt(request, n, columnLabel(d, columns), value);
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
 * @throws {TypeError} If it is no number.
 * @throws {RangeError} If it is an integer that no double holds exactly.
 */
export function numberAt(request: MatrixRequest, row: number, column: string, value: unknown): number {
  const number = numberOf(value);
  if (number !== undefined) return number;
  const expected = `${request.argument}: expected a number in row ${row}, column ${column}, got ${received(value)}`;
  if (typeof value === "bigint") {
    throw new RangeError(
      `${expected}, which no double holds exactly; convert it with Number(…) if its last digits do not matter`,
    );
  }
  const isConvertible =
    typeof value === "boolean" || (typeof value === "string" && Number.isFinite(Number(value || NaN)));
  const remedy =
    value === undefined || value === null
      ? "leave the row out or fill the value in"
      : isConvertible
        ? "convert it, for example with Number(…)"
        : typeof value === "string"
          ? "leave the row out, fill the value in, or name the columns to use with columns"
          : "give numbers only";
  throw new TypeError(`${expected}; ${remedy}`);
}

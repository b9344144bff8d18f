import { quoted, received } from "../errors.ts";
import { isList, isTypedArray } from "./checks.ts";
import { columnLabel } from "./columns.ts";
import type { Matrix } from "./matrix.ts";

/** `MatrixOptions`, checked: what the readers of each form work from. */
export interface MatrixRequest {
  readonly argument: string;
  readonly width: number | undefined;
  readonly widthName: string;
  readonly columns: readonly string[] | undefined;
}

/** A flat typed array, row-major. */
export function flatMatrix(values: Float64Array, request: MatrixRequest): Matrix {
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
  return typedMatrix(values, values.length / width, width, request.columns);
}

function typedMatrix(
  values: Float64Array,
  nRows: number,
  nColumns: number,
  columns: readonly string[] | undefined,
): Matrix {
  return {
    nRows,
    nColumns,
    columns,
    copyRows(first, count, out) {
      out.set(values.subarray(first * nColumns, (first + count) * nColumns));
    },
  };
}

/** `{ data, shape }`, row-major. */
export function shapedMatrix(
  input: { readonly data: unknown; readonly shape: unknown },
  request: MatrixRequest,
): Matrix {
  const { argument } = request;
  const { data, shape } = input;
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
    const got = Array.from(shape, received).join(", ");
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
  if (isTypedArray(data)) return typedMatrix(data, nRows, nColumns, request.columns);
  return numbersMatrix(data, nRows, nColumns, request);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** An n-d array of another library may be a transposed view: its strides say so, and its data would be misread. */
function refuseStrides(input: object, nRows: number, nColumns: number, argument: string): void {
  const { stride, strides = stride } = input as { readonly stride?: unknown; readonly strides?: unknown };
  if (!isList(strides) || nRows === 1 || nColumns === 1) return;
  if (strides[0] === nColumns && strides[1] === 1) return;
  throw new RangeError(
    `${argument}: expected row-major data, strides [${nColumns}, 1], ` +
      `got [${Array.from(strides, received).join(", ")}]; ` +
      "copy the array into row-major order first",
  );
}

/** A list that is not one typed array: of rows, of records, or of the numbers of one column. */
export function listMatrix(list: ArrayLike<unknown>, request: MatrixRequest): Matrix {
  if (list.length === 0) throw noRows(request.argument, list);
  const first = list[0];
  if (typeof first === "number") return plainColumn(list, request);
  if (isRow(first)) return rowsMatrix(list as ArrayLike<ArrayLike<unknown>>, request);
  if (isRecord(first)) return recordsMatrix(list as ArrayLike<Values>, request);
  throw badRow(request.argument, 0, first, "an array of numbers or a record");
}

function plainColumn(list: ArrayLike<unknown>, request: MatrixRequest): Matrix {
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
  return {
    nRows,
    nColumns,
    columns: request.columns,
    copyRows(first, count, out) {
      const start = first * nColumns;
      const length = count * nColumns;
      for (let i = 0; i < length; i++) {
        const value = list[start + i];
        if (typeof value !== "number") {
          const row = first + Math.floor(i / nColumns);
          throw notNumber(request, row, columnLabel(i % nColumns, request.columns), value);
        }
        out[i] = value;
      }
    },
  };
}

function rowsMatrix(rows: ArrayLike<ArrayLike<unknown>>, request: MatrixRequest): Matrix {
  const { argument, columns } = request;
  const nRows = rows.length;
  const nColumns = rows[0].length;
  if (nColumns === 0) {
    throw new RangeError(`${argument}: expected at least one column, got rows of length 0; give numbers in every row`);
  }
  checkWidth(nColumns, request);
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
        const row = rows[n];
        for (let d = 0; d < nColumns; d++) {
          const value = row[d];
          if (typeof value !== "number") throw notNumber(request, n, columnLabel(d, columns), value);
          out[at++] = value;
        }
      }
    },
  };
}

/** The values of a record or the columns of a table, by name. */
type Values = Readonly<Record<string, unknown>>;

function recordsMatrix(records: ArrayLike<Values>, request: MatrixRequest): Matrix {
  const { argument } = request;
  const nRows = records.length;
  for (let n = 1; n < nRows; n++) {
    const record: unknown = records[n];
    if (!isRecord(record)) throw badRow(argument, n, record, "a record");
  }
  const keys = Object.keys(records[0]);
  const columns =
    request.columns ?? keys.filter((key) => typeof firstPresent(nRows, (n) => records[n][key]) === "number");
  for (const name of columns) {
    // a getter of the record's class counts, a method such as toString does not
    if (!keys.includes(name) && typeof records[0][name] !== "number") throw unknownColumn(request, name, keys);
  }
  checkNamed(columns, keys, request, "turn texts into numbers, or give rows of numbers");
  const nColumns = columns.length;
  return {
    nRows,
    nColumns,
    columns,
    copyRows(first, count, out) {
      let at = 0;
      for (let n = first; n < first + count; n++) {
        const record = records[n];
        for (let d = 0; d < nColumns; d++) {
          const value = record[columns[d]];
          if (typeof value !== "number") throw notNumber(request, n, columnLabel(d, columns), value);
          out[at++] = value;
        }
      }
    },
  };
}

/** The first of some values that is not missing: a number missing from the first record must not hide its column. */
function firstPresent(length: number, at: (n: number) => unknown): unknown {
  for (let n = 0; n < length; n++) {
    const value = at(n);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** A table: columns by name. */
export function tableMatrix(table: Values, request: MatrixRequest): Matrix {
  const { argument } = request;
  const keys = Object.keys(table);
  const columns: string[] = [];
  const lists: ArrayLike<unknown>[] = [];
  for (const name of request.columns ?? keys) {
    if (!Object.hasOwn(table, name)) throw unknownColumn(request, name, keys);
    const list = columnOf(table[name], name, argument);
    if (list === undefined && request.columns === undefined) continue;
    if (list === undefined) throw notColumn(request, name, table[name]);
    columns.push(name);
    lists.push(list);
  }
  checkNamed(columns, keys, request, "give each column as an array of numbers, or a single record as [record]");
  const nRows = lists[0].length;
  for (let d = 1; d < lists.length; d++) {
    if (lists[d].length === nRows) continue;
    throw new RangeError(
      `${argument}: expected columns of ${nRows} numbers, as ${JSON.stringify(columns[0])} has, ` +
        `got ${lists[d].length} in ${JSON.stringify(columns[d])}; give every column the same length`,
    );
  }
  if (nRows === 0) throw noRows(argument, table);
  const nColumns = columns.length;
  return {
    nRows,
    nColumns,
    columns,
    copyRows(first, count, out) {
      for (let d = 0; d < nColumns; d++) {
        const list = lists[d];
        for (let n = first, at = d; n < first + count; n++, at += nColumns) {
          const value = list[n];
          if (typeof value !== "number") throw notNumber(request, n, columnLabel(d, columns), value);
          out[at] = value;
        }
      }
    },
  };
}

/** The list behind a column; undefined if it does not hold numbers, judged by its first value that is not missing. */
function columnOf(value: unknown, name: string, argument: string): ArrayLike<unknown> | undefined {
  const vector = value as { readonly toArray?: unknown; readonly nullCount?: unknown } | null | undefined;
  const list: unknown = typeof vector?.toArray === "function" ? vector.toArray() : value;
  if (!isList(list)) return undefined;
  if (isTypedArray(list)) {
    // Arrow keeps nulls beside the values: toArray() shows them as arbitrary numbers
    if (vector?.nullCount === undefined || vector.nullCount === 0) return list;
    throw new TypeError(
      `${argument}: expected numbers in column ${JSON.stringify(name)}, got ${vector.nullCount} nulls; ` +
        "leave their rows out or fill them in",
    );
  }
  const isNumeric = list.length === 0 || typeof firstPresent(list.length, (n) => list[n]) === "number";
  return isNumeric ? list : undefined;
}

function notColumn(request: MatrixRequest, name: string, value: unknown): TypeError {
  const got = Array.isArray(value) ? `an array that starts with ${received(value[0])}` : received(value);
  return new TypeError(
    `${request.argument}: expected an array of numbers in column ${JSON.stringify(name)}, got ${got}; ` +
      "convert it, or leave its name out of columns",
  );
}

/** Checks the columns found in named data: at least one, and as many as expected. */
function checkNamed(columns: readonly string[], keys: readonly string[], request: MatrixRequest, remedy: string): void {
  const { argument, width, widthName } = request;
  if (columns.length === 0) {
    const got = keys.length === 0 ? "no keys" : `only ${quoted(keys)}`;
    throw new RangeError(`${argument}: expected at least one column of numbers, got ${got}; ${remedy}`);
  }
  if (width !== undefined && columns.length !== width) {
    throw new RangeError(
      `${argument}: expected ${width} columns of numbers (${widthName}), got ${columns.length}: ${quoted(columns)}; ` +
        "name the ones to use with columns",
    );
  }
}

function checkWidth(nColumns: number, request: MatrixRequest): void {
  const { argument, width, widthName } = request;
  if (width === undefined || nColumns === width) return;
  throw new RangeError(
    `${argument}: expected rows of ${width} numbers (${widthName}), got rows of ${nColumns}; ` +
      "give the same columns, in the same order",
  );
}

function isRow(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || isTypedArray(value);
}

function isRecord(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function noRows(argument: string, value: unknown): RangeError {
  return new RangeError(`${argument}: expected at least one row, got ${received(value)}; check where the data is read`);
}

function badRow(argument: string, row: number, value: unknown, expected: string): TypeError {
  return new TypeError(
    `${argument}: expected ${expected} as row ${row}, got ${received(value)}; leave the row out or fill it in`,
  );
}

/** The error for a value that is not a number at a row and column. */
function notNumber(request: MatrixRequest, row: number, column: string, value: unknown): TypeError {
  const remedy =
    value === undefined || value === null
      ? "leave the row out or fill the value in"
      : typeof value === "string" || typeof value === "bigint" || typeof value === "boolean"
        ? "convert it, for example with Number(…)"
        : "give numbers only";
  return new TypeError(
    `${request.argument}: expected a number in row ${row}, column ${column}, got ${received(value)}; ${remedy}`,
  );
}

/** The error for a name in `columns` that the data does not have. */
function unknownColumn(request: MatrixRequest, name: string, available: readonly string[]): RangeError {
  const has = available.length === 0 ? "the data has no names" : `the data has ${quoted(available)}`;
  return new RangeError(
    `columns: expected names of columns, got ${JSON.stringify(name)}; ${has} (${request.argument})`,
  );
}

/** A typed array of numbers; one of bigints is not. */
export type NumericTypedArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

/** Rows in one row-major list with their shape: element (n, d) is `data[n * shape[1] + d]`. */
export interface ShapedInput {
  /** One row after the other. */
  readonly data: ArrayLike<number>;
  /** [rows, columns]. */
  readonly shape: readonly [number, number];
}

/** One row of numbers. */
export type RowInput = readonly number[] | NumericTypedArray;

/** One row as an object with named values: any object that is not iterable. */
export type RecordInput = (object & { readonly [Symbol.iterator]?: never }) | Readonly<Record<string, unknown>>;

/** A vector of another library, such as Apache Arrow's. One with nulls is refused. */
export interface VectorInput {
  readonly nullCount?: number;
  toArray(): ArrayLike<unknown>;
}

/** A column of a table: numbers in a list or a vector. A column of anything else is left out. */
export type ColumnInput = ArrayLike<unknown> | VectorInput;

/** Columns by name, all of one length. */
export type TableInput = Readonly<Record<string, ColumnInput>>;

/**
 * A table of another library, read by its methods: a Table or RecordBatch of Apache Arrow, a table of Arquero, a frame of
 * Danfo.js, or whatever offers the same.
 */
export type ForeignTable =
  | { readonly schema: { readonly fields: ArrayLike<unknown> }; getChild(name: string): unknown }
  | { columnNames(): readonly string[]; array(name: string): ArrayLike<unknown> }
  | { readonly columns: readonly string[]; column(name: string): unknown };

/** A column that is not used, though it may have been meant to be. */
export interface LeftOut {
  readonly name: string;
  /** What it holds instead of numbers. */
  readonly holds: string;
}

/**
 * Every form in which rows can be given:
 *
 * - a flat typed array, row-major, beside its number of columns (`nFeatures`);
 * - `{ data, shape: [rows, columns] }`, row-major;
 * - an array of rows, each an array or typed array of numbers;
 * - an array of records with named numeric columns;
 * - a table of columns by name, in a plain object, or of another library;
 * - a plain array of numbers, if there is one column (`nFeatures: 1`).
 *
 * Integers (bigint) are numbers, too, where a double holds them exactly.
 *
 * @example
 * new Float64Array([1, 2, 3, 4]);                 // with nFeatures: 2
 * ({ data: [1, 2, 3, 4], shape: [2, 2] });
 * [[1, 2], [3, 4]];
 * [{ x: 1, y: 2 }, { x: 3, y: 4 }];
 * ({ x: [1, 3], y: Float32Array.of(2, 4) });
 */
export type DataInput =
  | NumericTypedArray
  | ShapedInput
  | readonly RowInput[]
  | readonly RecordInput[]
  | TableInput
  | ForeignTable
  | BigInt64Array
  | BigUint64Array
  | readonly number[];

/** Rows of numbers, whatever form they came in. It reads the caller's data when asked and holds no copy. */
export interface Matrix {
  /** Number of rows N, at least 1. */
  readonly nRows: number;
  /** Number of columns D, at least 1. */
  readonly nColumns: number;
  /** The names of the columns, in order: of records and tables, or as given beside bare rows. */
  readonly columns: readonly string[] | undefined;
  /** Columns of records and tables that are not used and hold something other than plain texts. Absent: none. */
  readonly leftOut?: readonly LeftOut[];
  /**
   * Copies rows `first` to `first + count - 1`, row-major. NaN and infinite values are copied like any other.
   *
   * @param first - the first row, counted from 0.
   * @param count - how many rows; `first + count <= nRows` (the caller checks).
   * @param out - where to write; length at least `count * nColumns` (the caller checks).
   * @throws {TypeError} If a value is not a number, naming its row and column.
   */
  copyRows(first: number, count: number, out: Float64Array): void;
}

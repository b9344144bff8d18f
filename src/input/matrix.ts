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
  readonly data: ArrayLike<Cell>;
  /** [rows, columns]. */
  readonly shape: readonly [number, number];
  /** Names of its columns, a list of texts, by which some can be picked. Anything else does not count. */
  readonly columns?: unknown;
}

/** An image, as `ImageData` has it: each pixel is a row with the columns r, g, b and a. */
export interface ImageInput {
  /** Four numbers for each pixel, line by line. */
  readonly data: NumericTypedArray;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** A number of a row. A missing one, null or undefined, is refused, or its row left out (`missing: "drop"`). */
export type Cell = number | bigint | null | undefined;

/** One row of numbers. */
export type RowInput = readonly Cell[] | NumericTypedArray | BigInt64Array | BigUint64Array;

/** One row as an object with named values: any object that is not iterable. */
export type RecordInput = (object & { readonly [Symbol.iterator]?: never }) | Readonly<Record<string, unknown>>;

/** A vector of another library, such as Apache Arrow's. */
export interface VectorInput {
  readonly nullCount?: unknown;
  toArray(): ArrayLike<unknown>;
}

/** A column of a table: numbers in a list or a vector. A column of anything else is left out. */
export type ColumnInput = ArrayLike<unknown> | VectorInput;

/** Columns by name, all of one length. */
export type TableInput = Readonly<Record<string, ColumnInput>>;

/**
 * A table of another library, read by its methods: a Table or RecordBatch of Apache Arrow or Flechette, a table of Arquero, a
 * frame of Danfo.js, Polars or Data-Forge, or whatever offers the same pair: the names of its columns, and a method that
 * takes a name and gives a list, a vector, or something with `values` or `toArray()`.
 */
export type ForeignTable =
  | { readonly schema: { readonly fields: ArrayLike<unknown> }; getChild(name: string): unknown }
  | { columnNames(): readonly string[]; array(name: string): unknown }
  | { readonly columns: readonly string[]; column(name: string): unknown }
  | { readonly columns: readonly string[]; getColumn(name: string): unknown }
  | { getColumnNames(): readonly string[]; getSeries(name: string): unknown };

/** A column of records or of a table that is not used. */
export interface LeftOut {
  /** Its name. */
  readonly column: string;
  /** What it holds instead of numbers, in words. */
  readonly reason: string;
}

/** Which rows of the data are used, where some were left out for missing cells. */
export interface Dropped {
  /** How many rows were given. */
  readonly nGiven: number;
  /** The rows that are used, by their numbers in the data. */
  readonly kept: Int32Array;
  /** How many cells were missing in which columns, for people. */
  readonly text: string;
}

/**
 * Every form in which rows can be given:
 *
 * - a flat typed array, row-major, beside its number of columns (`nFeatures`);
 * - `{ data, shape: [rows, columns] }`, row-major, with the names of its columns if there are (`columns`);
 * - an image: `ImageData`, or `{ data, width, height }` with four numbers for each pixel;
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
  | ImageInput
  | readonly RowInput[]
  | readonly RecordInput[]
  | TableInput
  | ForeignTable
  | BigInt64Array
  | BigUint64Array
  | readonly Cell[];

/** Rows of numbers, whatever form they came in. It reads the caller's data when asked and holds no copy. */
export interface Matrix {
  /** Number of rows N, at least 1. */
  readonly nRows: number;
  /** Number of columns D, at least 1. */
  readonly nColumns: number;
  /** The names of the columns, in order: of records and tables, or as given beside bare rows. */
  readonly columns: readonly string[] | undefined;
  /** Columns of records and tables that are not used. Absent: none. */
  readonly leftOut?: readonly LeftOut[] | undefined;
  /** Which rows of the data these are. Absent: all. */
  readonly dropped?: Dropped | undefined;
  /** Whether who gave the data could have rows with missing cells left out, for the advice of errors. */
  readonly canDrop?: boolean | undefined;
  /**
   * Copies rows `first` to `first + count - 1`, row-major. NaN and infinite values are copied like any other.
   *
   * @param first - the first row, counted from 0.
   * @param count - how many rows; `first + count <= nRows` (the caller checks).
   * @param out - where to write; length at least `count * nColumns` (the caller checks).
   * @param missingAsNaN - whether missing cells are copied as NaN. Default false: they are refused.
   * @throws {TypeError} If a value is not a number, naming its row and column.
   */
  copyRows(first: number, count: number, out: Float64Array, missingAsNaN?: boolean): void;
}

// The rows of a fit, read as its options say: some of their columns, and without rows in which cells are missing if that is asked for.
import { received } from "../errors.ts";
import { integerIn, isTypedArray, numberOf, oneOf } from "./checks.ts";
import { columnLabel } from "./columns.ts";
import { type DataInput, type Dropped, type Matrix, type MatrixOptions, matrixOf } from "./data.ts";
import { countMissing, countsText, missingError } from "./missing.ts";
import { selectRows } from "./rows.ts";

/**
 * What becomes of rows with missing cells:
 *
 * - `"error"`: the fit is refused; the error counts the cells by column;
 * - `"drop"`: the rows are left out; the report says how many.
 */
export type MissingCells = (typeof MISSING_CELLS)[number];

/** Every {@link MissingCells}, the default first. */
const MISSING_CELLS = ["error", "drop"] as const;

/** A value that stands for a missing cell. */
export type MissingValue = string | number | bigint | boolean;

/** How the data of a fit are to be read. */
export interface DataOptions {
  /** The number of columns D of a flat array; of other data, what to insist on. */
  readonly nFeatures?: number | undefined;
  /**
   * The columns to use of records, tables and images, by name, in this order; names for the columns of bare rows. Or the
   * indices of columns of bare rows, from 0. A column of booleans or dates that is named is read as 0 and 1, or as
   * milliseconds since 1970.
   */
  readonly columns?: readonly (string | number)[] | undefined;
  /**
   * What becomes of rows with missing cells (null, undefined, NaN and `missingValues`): `"error"` refuses the data, `"drop"`
   * leaves the rows out, together with what `sampleWeight`, `labels` and `init` say of them. Default `"error"`.
   */
  readonly missing?: MissingCells | undefined;
  /** What stands for a missing cell beside null, undefined and NaN, for example `["", "NA", -999]`. Default: nothing. */
  readonly missingValues?: readonly MissingValue[] | undefined;
}

/**
 * The rows of a fit, read as its options say. The options have been read once, into an object without a prototype.
 *
 * @param more - how else to read them.
 * @throws {TypeError | RangeError} As {@link matrixOf}; or if `missing` or `missingValues` is malformed.
 */
export function fitMatrix(
  data: DataInput,
  { nFeatures, columns, missing, missingValues }: DataOptions,
  more: MatrixOptions = {},
): Matrix {
  const how = missing === undefined ? "error" : oneOf("missing", missing, MISSING_CELLS);
  const values = valuesOf(missingValues ?? []);
  const picks = Array.isArray(columns) && typeof columns[0] === "number" ? indicesOf(columns) : undefined;
  const matrix = matrixOf(data, {
    ...more,
    nFeatures,
    columns: picks ? undefined : (columns as readonly string[]),
    picks,
    rule: { values, finish: (read) => finished(read, values) },
  });
  return how === "drop" ? dropMissing(matrix) : matrix;
}

/** Indices of columns, copied: different ones. */
function indicesOf(columns: readonly unknown[]): number[] {
  const most = Number.MAX_SAFE_INTEGER;
  const indices = Array.from(columns, (index) =>
    integerIn("columns", index, 0, "count columns from 0, or give names alone", most, "indices, 0 or more"),
  );
  const seen = new Set<number>();
  for (const index of indices) {
    if (seen.has(index)) {
      throw new RangeError(`columns: expected each index once, got ${index} twice; leave one out`);
    }
    seen.add(index);
  }
  return indices;
}

/** The values that stand for missing cells, copied. */
function valuesOf(list: unknown): ReadonlySet<unknown> {
  if (!Array.isArray(list) && !isTypedArray(list)) {
    throw new TypeError(
      `missingValues: expected an array of values, got ${received(list)}; write for example ["", "NA", -999]`,
    );
  }
  const values = Array.from(list as ArrayLike<unknown>, (value, i) => {
    if (value !== null && value !== undefined && typeof value !== "object" && typeof value !== "function") {
      return numberOf(value) ?? value;
    }
    throw new TypeError(
      `missingValues: expected texts, numbers, true or false, got ${received(value)} at index ${i}; null, undefined and NaN count in any case`,
    );
  });
  return new Set(values);
}

/**
 * Rows that can be left out, in which numbers that stand for missing cells are refused, or NaN.
 */
function finished(read: Matrix, values: ReadonlySet<unknown>): Matrix {
  if (![...values].some((value) => typeof value === "number")) return { ...read, canDrop: true };
  const { nColumns: D, columns } = read;
  const matrix: Matrix = {
    ...read,
    canDrop: true,
    copyRows(first, count, out, missingAsNaN) {
      read.copyRows(first, count, out, missingAsNaN);
      for (let i = 0; i < count * D; i++) {
        if (!values.has(out[i])) continue;
        if (!missingAsNaN) {
          const where = `row ${first + Math.floor(i / D)}, column ${columnLabel(i % D, columns)}`;
          throw missingError(matrix, `data: expected a number in ${where}, got ${out[i]}`, true);
        }
        out[i] = Number.NaN;
      }
    },
  };
  return matrix;
}

/**
 * The rows without missing cells.
 *
 * @throws {RangeError} If there is none.
 */
function dropMissing(all: Matrix): Matrix {
  const counts = countMissing(all);
  const { whole, cells } = counts;
  if (cells === 0) return all;
  const text = countsText(counts, all.columns);
  if (whole.length === 0) {
    throw new RangeError(
      `data: expected rows without missing values, got none of ${all.nRows} (missing: ${text}); fill values in, or leave columns out with columns`,
    );
  }
  const dropped: Dropped = { nGiven: all.nRows, kept: whole, text };
  return { ...selectRows(all, whole), leftOut: all.leftOut, dropped };
}

// Some rows of a matrix.
import type { Matrix } from "./matrix.ts";

/** How many rows were given, and which of them are used, where that is not all. */
export interface RowCount {
  readonly nRows: number;
  readonly kept?: Int32Array | undefined;
}

/** Some rows of a matrix, in order. Rows that follow one another are copied together. */
export function selectRows(all: Matrix, rows: Int32Array): Matrix {
  const D = all.nColumns;
  return {
    nRows: rows.length,
    nColumns: D,
    columns: all.columns,
    dropped: all.dropped,
    canDrop: all.canDrop,
    copyRows: (first, count, out, missingAsNaN) => {
      for (let n = 0; n < count; ) {
        const from = rows[first + n];
        const start = n++;
        while (n < count && rows[first + n] === from + n - start) n++;
        all.copyRows(from, n - start, out.subarray(start * D, n * D), missingAsNaN);
      }
    },
  };
}

/** What there is for some rows of all, `width` values for each. */
export function valuesOfRows<Values extends Float64Array | Int32Array>(
  values: Values,
  rows: Int32Array | undefined,
  width = 1,
): Values {
  if (!rows) return values;
  const some = values.slice(0, rows.length * width) as Values;
  rows.forEach((n, i) => {
    some.set(values.subarray(n * width, (n + 1) * width), i * width);
  });
  return some;
}

// Missing cells: what counts as one, and how they are told of.
import { numberOf } from "./checks.ts";
import { columnLabel } from "./columns.ts";
import type { Matrix } from "./matrix.ts";

/** What counts as a missing cell. */
export interface MissingRule {
  /** Values that count as missing beside null, undefined and NaN. */
  readonly values: ReadonlySet<unknown>;
  /** What is made of a matrix before it is used. */
  readonly finish: (read: Matrix) => Matrix;
}

/** Only null, undefined and NaN. */
export const PLAIN_RULE: MissingRule = { values: new Set(), finish: (read) => read };

/** Whether a value stands for a missing cell. */
export function isMissing(value: unknown, { values }: MissingRule): boolean {
  if (value === undefined || value === null || Number.isNaN(value)) return true;
  return values.size > 0 && values.has(numberOf(value) ?? value);
}

/** Numbers looked at in one go. */
const WINDOW = 16384;
/** The most columns named in one text. */
const MOST_NAMED = 8;

/** How many cells are missing in which rows and columns. */
interface Counts {
  readonly cells: number;
  readonly byColumn: Float64Array;
  /** The rows without a missing cell. */
  readonly whole: Int32Array;
}

/** Counts missing cells, each row copied once. @throws {TypeError | RangeError} If a cell is neither a number nor missing. */
export function countMissing(matrix: Matrix): Counts {
  const { nRows, nColumns: D } = matrix;
  const byColumn = new Float64Array(D);
  const whole = new Int32Array(nRows);
  const rows = Math.max(1, Math.floor(WINDOW / D));
  const window = new Float64Array(Math.min(rows, nRows) * D);
  let cells = 0;
  let nWhole = 0;
  for (let first = 0; first < nRows; first += rows) {
    const count = Math.min(rows, nRows - first);
    matrix.copyRows(first, count, window, true);
    for (let n = 0, at = 0; n < count; n++) {
      const before = cells;
      for (let d = 0; d < D; d++, at++) {
        if (!Number.isNaN(window[at])) continue;
        byColumn[d]++;
        cells++;
      }
      if (cells === before) whole[nWhole++] = first + n;
    }
  }
  return { cells, byColumn, whole: whole.slice(0, nWhole) };
}

/** The counts of missing cells by column, the worst first: `3 in column "y", 1 in column "x"`. */
export function countsText({ byColumn }: Counts, columns: readonly string[] | undefined): string {
  const worst = [...byColumn.keys()].filter((d) => byColumn[d] > 0).sort((a, b) => byColumn[b] - byColumn[a] || a - b);
  const named = worst.slice(0, MOST_NAMED).map((d) => `${byColumn[d]} in column ${columnLabel(d, columns)}`);
  return named.join(", ") + (worst.length > MOST_NAMED ? ` and some in ${worst.length - MOST_NAMED} more` : "");
}

/**
 * The error for a missing cell: it names the cell, says what can be done, and counts all that are missing, if there are more.
 *
 * @param matrix - where it was found; undefined while that is not yet known.
 * @param start - the error up to what came.
 * @param isNumber - whether it is a number that stands for a missing cell.
 */
export function missingError(matrix: Matrix | undefined, start: string, isNumber: boolean): Error {
  const counts = matrix && countMissing(matrix);
  const drop = matrix?.canDrop ? ', or leave out all such rows with missing: "drop"' : "";
  const more =
    matrix && counts && counts.cells > 1
      ? `; missing are ${counts.cells} values in ${matrix.nRows - counts.whole.length} of ${matrix.nRows} rows: ${countsText(counts, matrix.columns)}`
      : "";
  const text = `${start}; leave the row out or fill the value in${drop}${more}`;
  return isNumber ? new RangeError(text) : new TypeError(text);
}

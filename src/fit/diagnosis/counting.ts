// Columns that count the rows instead of measuring anything.
import type { Work } from "../../engine/schedule.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { RowSource } from "../em/row-source.ts";

/** Rows from which on it is no chance that a column counts them: of 10 in a row, one arrangement in 3.6 million is sorted. */
const LEAST_ROWS = 10;
/** Relative distance of a column's variance from that of what counts, beyond which the column is not looked at. Above rounding, below any other data's. */
const NEAR = 1e-6;
/** Numbers copied at a time. */
const WINDOW = 16384;

/** A column that counts the rows. */
interface Counting {
  readonly column: number;
  /** Its smallest and its largest value. */
  readonly from: number;
  readonly to: number;
}

/** What is known of a column so far. */
interface Candidate {
  readonly column: number;
  from: number;
  to: number;
  /** Whether it has grown by 1 from row to row. */
  inOrder: boolean;
  /** Whether a bit is set for each remainder that its values leave when divided by the number of rows; undefined once one came twice. */
  seen: Uint8Array | undefined;
}

/**
 * Columns of integers that grow by 1 from row to row, or hold each integer of a range as long as the rows are many once, in any
 * order. In rows with weights only the first are found. One pass, if the variance of a column could be that of such numbers.
 */
export function* countingColumns(
  { columnVariances }: Pick<RowSource, "columnVariances">,
  matrix: Matrix,
  isWeighted: boolean,
): Work<Counting[]> {
  const { nRows: N, nColumns: D } = matrix;
  if (N < LEAST_ROWS) return [];
  const numberOfRow = (n: number): number => matrix.dropped?.kept[n] ?? n;
  const like = [(N * N - 1) / 12, varianceOf(N, numberOfRow)];
  const candidates: Candidate[] = [];
  columnVariances.forEach((variance, column) => {
    if (!isWeighted && !like.some((one) => Math.abs(variance / one - 1) < NEAR)) return;
    const seen = isWeighted ? undefined : new Uint8Array(N);
    candidates.push({ column, from: Infinity, to: -Infinity, inOrder: true, seen });
  });
  if (candidates.length === 0) return [];
  const first = new Float64Array(D);
  matrix.copyRows(0, 1, first);
  const count = Math.max(1, Math.floor(WINDOW / D));
  yield {
    groups: Math.ceil(N / count),
    run: (group) => {
      const open = candidates.filter(({ inOrder, seen }) => inOrder || seen);
      if (open.length === 0) return;
      const start = group * count;
      const rows = new Float64Array(Math.min(count, N - start) * D);
      matrix.copyRows(start, rows.length / D, rows);
      for (const one of open) {
        const offset = first[one.column] - numberOfRow(0);
        for (let at = one.column, n = start; at < rows.length; at += D, n++)
          look(one, rows[at], offset + numberOfRow(n), N);
      }
    },
  };
  return candidates.filter(({ inOrder, seen, from, to }) => inOrder || (seen && to - from === N - 1));
}

/** Looks at one more value of a column. @param next - what it is if the column counts in order. */
function look(one: Candidate, value: number, next: number, N: number): void {
  one.inOrder &&= value === next && Number.isSafeInteger(value);
  one.from = Math.min(one.from, value);
  one.to = Math.max(one.to, value);
  if (!one.seen) return;
  const place = ((value % N) + N) % N;
  if (!Number.isSafeInteger(value) || one.seen[place]) one.seen = undefined;
  else one.seen[place] = 1;
}

/** The variance of the numbers of N rows. */
function varianceOf(N: number, numberOfRow: (n: number) => number): number {
  let sum = 0;
  for (let n = 0; n < N; n++) sum += numberOfRow(n);
  const mean = sum / N;
  let squares = 0;
  for (let n = 0; n < N; n++) {
    const away = numberOfRow(n) - mean;
    squares += away * away;
  }
  return squares / N;
}

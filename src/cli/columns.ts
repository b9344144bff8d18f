import { count, decimalOf, quote, quoted, type Table } from "./csv.ts";
import { InputError } from "./failures.ts";

/** A column that is not used, and why. */
export interface LeftOut {
  readonly column: string;
  readonly reason: string;
}

/** The columns of numbers of a table, as the library takes them. */
export interface Numbers {
  /** [N, D], row-major. */
  readonly data: Float64Array;
  /** [N, D]. */
  readonly shape: readonly [number, number];
  /** [D]. */
  readonly columns: readonly string[];
  /** The columns of the table that are not numbers. Empty if columns were asked for by name. */
  readonly leftOut: readonly LeftOut[];
}

/** Which columns are wanted, and how to speak of them. */
export interface Wanted {
  /** Their names, in order. */
  readonly names: readonly string[];
  /** Who asks for them: `--columns`, or a model's file. */
  readonly by: string;
}

/** Words that stand for a value that is not there. */
const MISSING = /^(?:na|n\/a|#n\/a|nan|null|none|[+-]?inf(?:inity)?)$/i;

/** What a column turned out to hold. */
type Content =
  | { readonly kind: "numbers"; readonly values: Float64Array }
  | { readonly kind: "other"; readonly reason: string }
  | { readonly kind: "gap"; readonly row: number };

/**
 * Picks the columns of numbers. A column with a cell of text is left out; a column of numbers with a cell that is empty,
 * NaN or infinite is an error.
 *
 * @param table - the file.
 * @param wanted - the columns to use; default: every column of numbers.
 * @param remedy - what to do about a missing number.
 * @throws {InputError} If a number is missing, a wanted column is unknown or holds text, or no column holds numbers.
 */
export function numbersOf(table: Table, wanted: Wanted | undefined, remedy: string): Numbers {
  const columns: string[] = [];
  const parts: Float64Array[] = [];
  const leftOut: LeftOut[] = [];
  for (const name of wanted?.names ?? table.header) {
    const content = wanted === undefined && name === "" ? NAMELESS : contentOf(table, indexOf(table, name, wanted));
    if (content.kind === "gap") throw gapError(table, name, content.row, remedy);
    if (content === EMPTY && wanted !== undefined) throw gapError(table, name, 0, remedy);
    if (content.kind === "numbers") {
      columns.push(name);
      parts.push(content.values);
    } else if (wanted === undefined) {
      leftOut.push({ column: name, reason: content.reason });
    } else {
      throw new InputError(
        `${table.source}: expected numbers in column ${quote(name)} (named by ${wanted.by}), but ${content.reason}; ` +
          available(table),
      );
    }
  }
  if (columns.length === 0) {
    const why = leftOut.map(({ column, reason }) => `${quote(column)}: ${reason}`);
    const more = why.length > 3 ? ", …" : "";
    throw new InputError(
      `${table.source}: expected at least one column of numbers, got none (${why.slice(0, 3).join(", ")}${more}); ` +
        "write numbers with a decimal point, and names of columns in the first line",
    );
  }
  return { data: interleaved(parts, table.rows.length), shape: [table.rows.length, columns.length], columns, leftOut };
}

const NAMELESS: Content = { kind: "other", reason: "the header has no name" };
const EMPTY: Content = { kind: "other", reason: "every cell is empty" };

function indexOf(table: Table, name: string, wanted: Wanted | undefined): number {
  const d = table.header.indexOf(name);
  if (d >= 0 && name !== "") return d;
  throw new InputError(
    `${table.source}: expected a column ${quote(name)} (named by ${wanted?.by}), got none; ${available(table)}`,
  );
}

/** The columns that could be asked for. */
function available(table: Table): string {
  const names = table.header.filter((name, d) => name !== "" && contentOf(table, d).kind !== "other");
  return names.length === 0 ? "it has no columns of numbers" : `its columns of numbers are ${quoted(names)}`;
}

/** Reads one column: numbers; or not, with the first cell to blame; or numbers and a gap. */
function contentOf({ rows, lines }: Table, d: number): Content {
  const values = new Float64Array(rows.length);
  let gap: number | undefined;
  let filled = 0;
  for (let n = 0; n < rows.length; n++) {
    const cell = rows[n][d];
    const value = decimalOf(cell);
    values[n] = value;
    if (cell !== "") filled++;
    if (Number.isFinite(value)) continue;
    if (cell !== "" && Number.isNaN(value) && !MISSING.test(cell)) {
      return { kind: "other", reason: `${quote(cell)} in line ${lines[n]} is not a number` };
    }
    gap ??= n;
  }
  if (filled === 0) return EMPTY;
  return gap === undefined ? { kind: "numbers", values } : { kind: "gap", row: gap };
}

function gapError(table: Table, name: string, row: number, remedy: string): InputError {
  const cell = table.rows[row][table.header.indexOf(name)];
  const got = cell === "" ? "an empty cell" : quote(cell);
  return new InputError(
    `${table.source}, line ${table.lines[row]}, column ${quote(name)}: expected a finite number, got ${got}; ${remedy}`,
  );
}

function interleaved(parts: readonly Float64Array[], nRows: number): Float64Array {
  const D = parts.length;
  const data = new Float64Array(nRows * D);
  for (let d = 0; d < D; d++) {
    const values = parts[d];
    for (let n = 0, at = d; n < nRows; n++, at += D) data[at] = values[n];
  }
  return data;
}

/** What is left out, for a note: one line for each column, in the order of the file. */
export function notesOf({ leftOut }: Numbers): string[] {
  return leftOut.map(({ column, reason }) =>
    column === "" ? `left out a column: ${reason}` : `left out column ${quote(column)}: ${reason}`,
  );
}

/** `150 rows, 4 columns`. */
export function sizeOf({ shape: [nRows, nColumns] }: Numbers): string {
  return `${count(nRows, "row")}, ${count(nColumns, "column")}`;
}

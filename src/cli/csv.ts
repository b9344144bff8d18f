import { parse } from "csv-parse/sync";
import { InputError } from "./failures.ts";

/** A CSV file: its cells as texts, and where they stood. */
export interface Table {
  /** What the file is called in messages. */
  readonly source: string;
  /** Names of the columns; a column without a name has "". */
  readonly header: readonly string[];
  /** [N][header.length]. */
  readonly rows: readonly (readonly string[])[];
  /** [N]: the line of the file on which each row starts, counted from 1. */
  readonly lines: readonly number[];
}

const DELIMITERS = [",", ";", "\t"] as const;
const LINE_ENDS = ["\r\n", "\n", "\r"];
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NAMES_SHOWN = 12;
const TEXT_SHOWN = 40;

/**
 * Reads CSV with a header row. Quoted cells, a byte order mark and any line ends are understood; cells are trimmed; the
 * delimiter is the one of comma, semicolon and tab that is most frequent in the header.
 *
 * @param text - the whole file.
 * @param source - what to call it in messages.
 * @throws {InputError} If the quotes do not match, a row has another width than the header, the header is missing or
 *   names a column twice, or no row follows it.
 */
export function readTable(text: string, source: string): Table {
  const { records, lines } = recordsOf(text, source);
  const header = records[0];
  if (header === undefined) {
    throw new InputError(
      `${source}: expected a header row and rows of numbers, got no text; check where it comes from`,
    );
  }
  checkHeader(header, source);
  const rows: string[][] = [];
  const rowLines: number[] = [];
  for (let i = 1; i < records.length; i++) {
    const row = records[i];
    if (row.length !== header.length) {
      throw new InputError(
        `${source}, line ${lines[i]}: expected ${count(header.length, "cell")} as in the header, got ${row.length}; ` +
          "mend the line, or put quotes around a cell that holds the delimiter",
      );
    }
    rows.push(row);
    rowLines.push(lines[i]);
  }
  if (rows.length === 0) {
    throw new InputError(`${source}: expected rows after the header, got none; the first line must name the columns`);
  }
  return { source, header, rows, lines: rowLines };
}

/** All records that are not blank lines, and the line on which each starts. */
function recordsOf(text: string, source: string): { readonly records: string[][]; readonly lines: number[] } {
  const records: string[][] = [];
  const lines: number[] = [];
  let line = 1;
  const keep = (record: string[], context: { readonly lines: number }): undefined => {
    records.push(record);
    lines.push(line);
    line = context.lines + 1; // the record may have spanned several lines
  };
  try {
    parse(text, {
      bom: true,
      trim: true,
      delimiter: delimiterOf(text),
      record_delimiter: LINE_ENDS,
      relax_column_count: true,
      on_record: keep,
    });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const got = code === "CSV_QUOTE_NOT_CLOSED" ? "one that is never closed" : "one inside a cell";
    throw new InputError(
      `${source}, line ${line}: expected quotes around whole cells, got ${got}; ` +
        "close it, or double the quotes that belong to the text of a quoted cell",
      { cause },
    );
  }
  const isBlank = (record: readonly string[]): boolean => record.length === 1 && record[0] === "";
  while (records.length > 0 && isBlank(records[0])) {
    records.shift();
    lines.shift();
  }
  while (records.length > 0 && isBlank(records[records.length - 1])) records.pop();
  // a blank line among rows of one cell is an empty cell
  if (records.length === 0 || records[0].length === 1) return { records, lines };
  return {
    records: records.filter((record) => !isBlank(record)),
    lines: lines.filter((_, i) => i < records.length && !isBlank(records[i])),
  };
}

/** The delimiter that occurs most often, outside quotes, in the first line that is not blank; comma if none does. */
function delimiterOf(text: string): string {
  const header = /^.*\S.*$/m.exec(text)?.[0].replace(/"[^"]*"/g, "") ?? "";
  let best = ",";
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const found = header.split(delimiter).length - 1;
    if (found > most) {
      best = delimiter;
      most = found;
    }
  }
  return best;
}

function checkHeader(header: readonly string[], source: string): void {
  const named = header.filter((name) => name !== "");
  // a file without a header would lose its first row; data frames without names write 0, 1, … as theirs
  const numbered = named.length > 1 && [0, 1].some((first) => named.every((name, d) => name === `${first + d}`));
  if (named.length > 0 && !numbered && named.every((name) => DECIMAL.test(name))) {
    throw new InputError(
      `${source}: expected the names of the columns in the first line, got numbers only (${quoted(named, 4)}); ` +
        "add a header row",
    );
  }
  const twice = named.find((name, d) => named.indexOf(name) < d);
  if (twice !== undefined) {
    throw new InputError(
      `${source}: expected each column name once in the header, got ${quote(twice)} again; rename one`,
    );
  }
}

/**
 * The number that a cell holds in decimal notation.
 *
 * @returns NaN if it holds anything else; an infinity if the number is too large.
 */
export function decimalOf(cell: string): number {
  return DECIMAL.test(cell) ? Number(cell) : Number.NaN;
}

/**
 * Names separated by commas, quoted where a name holds one: `a,"b, c"`.
 *
 * @returns the names; undefined if the quotes do not match.
 */
export function namesOf(list: string): string[] | undefined {
  try {
    const [names = []] = parse(list, { trim: true }) as string[][];
    return names;
  } catch {
    return undefined;
  }
}

/** One line of CSV, its line end included. Cells that a reader would take apart or trim are quoted. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(",")}\n`;
}

function csvCell(cell: string | number): string {
  if (typeof cell === "number") return `${cell}`;
  return /[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A text in quotes for a message, cut short if it is long. */
export function quote(text: string): string {
  return text.length > TEXT_SHOWN ? `${JSON.stringify(text.slice(0, TEXT_SHOWN))}…` : JSON.stringify(text);
}

/** Names in quotes for a message, those beyond `shown` counted. */
export function quoted(names: readonly string[], shown = NAMES_SHOWN): string {
  const text = names.slice(0, shown).map(quote).join(", ");
  return names.length > shown ? `${text} and ${names.length - shown} more` : text;
}

/** `1 row`, `2 rows`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

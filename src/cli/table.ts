import { InputError } from "./failures.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { longError, mostCharacters, type Row, Scanner } from "./scanner.ts";
import type { TextSource } from "./source.ts";
import { count } from "./words.ts";

/** A CSV file whose header has been read. */
export interface Table {
  /** What the file is called in messages. */
  readonly source: string;
  /** Names of the columns; a column without a name has "". */
  readonly header: readonly string[];
  /** The rows in batches, as they are read. To be taken once. */
  readonly batches: AsyncGenerator<readonly Row[]>;
  /** What to tell about how it was read. */
  readonly notes: readonly string[];
}

/**
 * Opens CSV with a header row. Quoted cells, a byte order mark and any line ends are understood; cells are trimmed; the delimiter is
 * found out. Nothing is held but the piece that is being read.
 *
 * @param source - the file.
 * @param wanted - columns that are asked for by name.
 * @throws {InputError} If the header is missing or names a column twice; from `batches`, if quotes do not match, a row has another
 *   width than the header, or no row follows it.
 */
export async function openTable(source: TextSource, wanted: readonly string[]): Promise<Table> {
  const pieces = source.pieces();
  const head: string[] = [];
  let length = 0;
  let tried = 0;
  let text = "";
  let layout: Layout | undefined;
  let isWhole = false;
  while (layout === undefined) {
    const { done, value = "" } = await pieces.next();
    isWhole = done === true;
    head.push(value);
    length += value.length;
    if (length > mostCharacters()) throw longError(source.name, 1);
    // a long header is looked at again when there is twice as much of it
    if (!isWhole && length < 2 * tried) continue;
    tried = length;
    text = head.join("");
    layout = layoutOf(text, isWhole, source.name, wanted);
  }
  const scanner = new Scanner(layout.delimiter, source.name, layout.skippedLines + 1);
  const rows = scanner.scan(text.slice(layout.skipped), isWhole);
  return {
    source: source.name,
    header: layout.header,
    batches: batchesOf(rows, isWhole ? undefined : pieces, scanner, layout, source.name),
    notes: layout.notes,
  };
}

async function* batchesOf(
  first: readonly Row[],
  pieces: AsyncGenerator<string> | undefined,
  scanner: Scanner,
  { header, isFirst }: Layout,
  source: string,
): AsyncGenerator<readonly Row[]> {
  let seen = 0;
  let awaitsHeader = isFirst;
  // a blank line whose meaning the next row tells: between rows of one cell it is an empty cell, one is enough to tell of; at the
  // end it is nothing
  let blank: Row | undefined;
  const checked = (rows: readonly Row[]): Row[] => {
    const batch: Row[] = [];
    for (const row of rows) {
      if (row.isBlank) {
        if (header.length === 1 && seen > 0) blank ??= row;
        continue;
      }
      if (awaitsHeader) {
        awaitsHeader = false;
        continue;
      }
      if (row.cells.length !== header.length) throw raggedError(row, header.length, source);
      if (blank !== undefined) batch.push(blank);
      batch.push(row);
      blank = undefined;
      seen++;
    }
    return batch;
  };
  yield checked(first);
  if (pieces !== undefined) {
    for await (const piece of pieces) yield checked(scanner.scan(piece, false));
    yield checked(scanner.scan("", true));
  }
  if (seen === 0) {
    throw new InputError(`${source}: expected rows after the header, got none; the first line must name the columns`);
  }
}

function raggedError({ cells, line }: Row, width: number, source: string): InputError {
  const isExtra = cells.length > width && cells.slice(width).every((cell) => cell === "");
  const remedy = cells[0].startsWith("#")
    ? "remove the line, or mark no comments below the header"
    : isExtra
      ? "remove the delimiter at the end of the line, or add one to the header"
      : "mend the line, or put quotes around a cell that holds the delimiter, as a decimal comma may";
  return new InputError(
    `${source}, line ${line}: expected ${count(width, "cell")} as in the header, got ${cells.length}; ${remedy}`,
  );
}

import { InputError } from "./failures.ts";
import { commaDecimalOf, decimalOf, isAmbiguousComma, isMissing, isOtherNotation } from "./notation.ts";
import type { Row } from "./scanner.ts";
import type { Table } from "./table.ts";
import { quote, quoted } from "./words.ts";

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

/** Numbers that are kept in one piece, at least. */
const BLOCK = 65_536;
/** Rows after which a column that was not asked for is one of numbers, for a message that lists them. */
const LISTED_ROWS = 1000;

/** A cell to blame, in quotes, and where it stood. */
interface Finding {
  readonly cell: string;
  readonly line: number;
}

/** What has been found in the cells of one column. */
interface Column {
  readonly place: number;
  readonly name: string;
  /** Cells that are numbers, in any notation, and cells of text. */
  numbers: number;
  texts: number;
  /** The first cell of each kind. */
  text?: Finding;
  gap?: Finding;
  point?: Finding;
  comma?: Finding;
  ambiguous?: Finding;
  other?: Finding;
}

/** Numbers of some rows: one for each of the columns that might be used when the first of them was read. */
interface Block {
  readonly columns: readonly Column[];
  readonly values: Float64Array;
  length: number;
}

/**
 * Reads the columns of numbers. A column of text is left out; a column in which most cells are numbers, and one is text, empty, NaN,
 * infinite or in another notation, is an error. Decimal commas are read where no number has a point.
 *
 * @param table - the file; its rows are taken.
 * @param wanted - the columns to use; default: every column of numbers.
 * @param remedy - what to do about a missing number.
 * @throws {InputError} If a number is missing or in another notation, a wanted column is unknown or holds text, or no column holds
 *   numbers.
 */
export async function numbersOf(table: Table, wanted: Wanted | undefined, remedy: string): Promise<Numbers> {
  const reader = new ColumnReader(table, wanted);
  for await (const rows of table.batches) for (const row of rows) reader.add(row);
  return reader.finish(remedy);
}

class ColumnReader {
  readonly #table: Table;
  readonly #wanted: Wanted | undefined;
  readonly #all: readonly Column[];
  /** Those that are read: the wanted ones, or all that have names. */
  readonly #columns: readonly Column[];
  /** Those of them without text so far, and the others. */
  #live: readonly Column[];
  #dead: readonly Column[] = [];
  /** Those that are looked at for a message only. */
  readonly #others: readonly Column[];
  /** A wanted column that is not there. */
  readonly #unknown: string | undefined;
  readonly #blocks: Block[] = [];
  #nRows = 0;

  constructor(table: Table, wanted: Wanted | undefined) {
    this.#table = table;
    this.#wanted = wanted;
    this.#all = table.header.map((name, place) => ({ place, name, numbers: 0, texts: 0 }));
    const named = this.#all.filter(({ name }) => name !== "");
    const byName = new Map(named.map((column) => [column.name, column]));
    this.#unknown = wanted?.names.find((name) => !byName.has(name));
    this.#columns = wanted === undefined ? named : wanted.names.flatMap((name) => byName.get(name) ?? []);
    const read = new Set(this.#columns);
    this.#others = named.filter((column) => !read.has(column));
    this.#live = this.#columns;
  }

  add({ cells, line }: Row): void {
    if (this.#nRows < LISTED_ROWS) for (const column of this.#others) valueIn(column, cells[column.place], line);
    else if (this.#unknown !== undefined) throw this.#unknownError(this.#unknown);
    for (const column of this.#dead) valueIn(column, cells[column.place], line);
    const block = this.#block();
    for (const column of block.columns) block.values[block.length++] = valueIn(column, cells[column.place], line);
    this.#nRows++;
  }

  /** A block with room for a row. */
  #block(): Block {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.length + last.columns.length <= last.values.length) return last;
    if (this.#live.some(({ text }) => text)) {
      this.#dead = this.#columns.filter(({ text }) => text);
      this.#live = this.#columns.filter(({ text }) => !text);
    }
    const block = { columns: this.#live, values: new Float64Array(Math.max(BLOCK, this.#live.length)), length: 0 };
    this.#blocks.push(block);
    return block;
  }

  finish(remedy: string): Numbers {
    if (this.#unknown !== undefined) throw this.#unknownError(this.#unknown);
    const leftOut: LeftOut[] = [];
    const used: Column[] = [];
    for (const column of this.#wanted === undefined ? this.#all : this.#columns) {
      const reason = this.#reasonAgainst(column, remedy);
      if (reason === undefined) used.push(column);
      else leftOut.push({ column: column.name, reason });
    }
    if (used.length === 0) throw this.#noneError(leftOut);
    this.#checkNotation(used);
    const shape = [this.#nRows, used.length] as const;
    return { data: this.#gathered(used), shape, columns: used.map(({ name }) => name), leftOut };
  }

  /** Why a column is left out, if it is. @throws {InputError} If it must not be, but cannot be used. */
  #reasonAgainst(column: Column, remedy: string): string | undefined {
    const { name, text, numbers, texts, gap } = column;
    const isWanted = this.#wanted !== undefined;
    if (name === "") return "the header has no name";
    if (text !== undefined) {
      const reason = `${text.cell} in line ${text.line} is not a number`;
      if (isWanted) throw this.#textError(name, reason);
      if (numbers <= texts) return reason;
      throw new InputError(
        `${this.#at(column, text)}: expected a number as in ${numbers} other rows, got ${text.cell}; ` +
          "mend the cell, or name the columns to use with --columns",
      );
    }
    if (numbers === 0 && !isWanted) {
      return gap?.cell === EMPTY ? "every cell is empty" : "no cell holds a number";
    }
    if (gap === undefined) return undefined;
    const got = gap.cell === EMPTY ? "an empty cell" : gap.cell;
    throw new InputError(`${this.#at(column, gap)}: expected a finite number, got ${got}; ${remedy}`);
  }

  /** Decimal commas are read if there are no points; nothing else is guessed at. */
  #checkNotation(used: readonly Column[]): void {
    const first = (kind: "other" | "comma" | "ambiguous" | "point"): [Column, Finding] | undefined => {
      const column = used.find((one) => one[kind]);
      return column?.[kind] && [column, column[kind]];
    };
    const remedy = `write 1234.5 for such a number${this.#wanted ? "" : ", or name the columns to use with --columns"}`;
    const other = first("other");
    if (other !== undefined) {
      throw new InputError(
        `${this.#at(...other)}: expected a number in decimal notation, got ${other[1].cell}; ${remedy}`,
      );
    }
    const comma = first("comma") ?? first("ambiguous");
    const point = first("point");
    if (comma !== undefined && point !== undefined) {
      throw new InputError(
        `${this.#at(...comma)}: expected decimal points only or decimal commas only, got ${comma[1].cell} here and ` +
          `${point[1].cell} in line ${point[1].line}, column ${quote(point[0].name)}; ${remedy}`,
      );
    }
    if (comma !== undefined && first("comma") === undefined) {
      throw new InputError(
        `${this.#at(...comma)}: expected a number that can be read in one way, got ${comma[1].cell}, ` +
          `whose comma may stand before decimals or thousands; ${remedy}`,
      );
    }
  }

  /** `FILE, line 3, column "x"`. */
  #at({ name }: Column, { line }: Finding): string {
    return `${this.#table.source}, line ${line}, column ${quote(name)}`;
  }

  #textError(name: string, reason: string): InputError {
    return new InputError(
      `${this.#table.source}: expected numbers in column ${quote(name)} (named by ${this.#wanted?.by}), but ${reason}; ` +
        this.#available(),
    );
  }

  #unknownError(name: string): InputError {
    return new InputError(
      `${this.#table.source}: expected a column ${quote(name)} (named by ${this.#wanted?.by}), got none; ${this.#available()}`,
    );
  }

  #noneError(leftOut: readonly LeftOut[]): InputError {
    const why = leftOut.slice(0, 3).map(({ column, reason }) => `${quote(column)}: ${reason}`);
    const more = leftOut.length > 3 ? ", …" : "";
    return new InputError(
      `${this.#table.source}: expected at least one column of numbers, got none (${why.join(", ")}${more}); ` +
        "write numbers with a decimal point, names of columns in the first line, and a comma, semicolon, tab or | between cells",
    );
  }

  /** The columns that could be asked for. */
  #available(): string {
    const names = this.#all.flatMap(({ name, numbers, text }) => (numbers > 0 && !text && name !== "" ? [name] : []));
    return names.length === 0 ? "it has no columns of numbers" : `its columns of numbers are ${quoted(names)}`;
  }

  /** The numbers of some columns, [N, D]. The blocks are let go one by one. */
  #gathered(used: readonly Column[]): Float64Array {
    const D = used.length;
    const data = new Float64Array(this.#nRows * D);
    let at = 0;
    for (let block = this.#blocks.shift(); block !== undefined; block = this.#blocks.shift()) {
      const { columns, values, length } = block;
      const places = new Map(columns.map((column, i) => [column, i]));
      const from = Int32Array.from(used, (column) => places.get(column) as number);
      if (columns.length === D && from.every((place, d) => place === d)) {
        data.set(values.subarray(0, length), at);
        at += length;
        continue;
      }
      for (let row = 0; row < length; row += columns.length) {
        for (let d = 0; d < D; d++) data[at++] = values[row + from[d]];
      }
    }
    return data;
  }
}

const EMPTY = quote("");

/** The number in a cell, as far as it can be one; NaN otherwise. Notes down what the cell tells about its column. */
function valueIn(column: Column, cell: string, line: number): number {
  const value = decimalOf(cell);
  if (Number.isNaN(value)) {
    const bare = cell.trim(); // quotes keep spaces
    return bare === cell ? otherValueIn(column, cell, line) : valueIn(column, bare, line);
  }
  column.numbers++;
  if (!Number.isFinite(value)) column.gap ??= { cell: quote(cell), line };
  if (column.point === undefined && cell.includes(".")) column.point = { cell: quote(cell), line };
  return value;
}

function otherValueIn(column: Column, cell: string, line: number): number {
  const note = (kind: "text" | "gap" | "comma" | "ambiguous" | "other"): void => {
    column[kind] ??= { cell: quote(cell), line };
  };
  if (isMissing(cell)) {
    note("gap");
    return Number.NaN;
  }
  const value = commaDecimalOf(cell);
  const isNumber = !Number.isNaN(value) || isOtherNotation(cell);
  if (isNumber) column.numbers++;
  else column.texts++;
  note(!isNumber ? "text" : Number.isNaN(value) ? "other" : isAmbiguousComma(cell) ? "ambiguous" : "comma");
  return value;
}

/** What is left out, for a note: one line for each column, in the order of the file. */
export function notesOf({ leftOut }: Numbers): string[] {
  return leftOut.map(({ column, reason }) =>
    column === "" ? `left out a column: ${reason}` : `left out column ${quote(column)}: ${reason}`,
  );
}

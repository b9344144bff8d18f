import { getHeapStatistics } from "node:v8";
import { InputError } from "./failures.ts";
import { quote } from "./words.ts";

/** One row of a CSV file. */
export interface Row {
  readonly cells: readonly string[];
  /** The line on which it starts, counted from 1. */
  readonly line: number;
  /** A line without a cell: nothing on it, or spaces. */
  readonly isBlank: boolean;
}

const LF = 10;
const CR = 13;
const TAB = 9;
const SPACE = 32;
const QUOTE = 34;
/** Characters of a cell beyond which a quote must have been left open. */
const LONGEST_CELL = 2 ** 20;
/** What a row may take of the engine's heap, which cannot be had back once it has run out: bytes for each cell, with all that is kept of its column. */
const CELL_BYTES = 512;
/** The share of the heap that the text of a row may take. */
const TEXT_SHARE = 1 / 16;
/** What else is on the heap. */
const OTHER_BYTES = 2 ** 26;

function heapBytes(): number {
  return Math.max(OTHER_BYTES / 2, getHeapStatistics().heap_size_limit - OTHER_BYTES);
}

function mostCells(): number {
  return Math.floor(heapBytes() / CELL_BYTES);
}

/** How long a row may be. */
export function mostCharacters(): number {
  return Math.floor(heapBytes() * TEXT_SHARE);
}

/** What to tell of a row that is longer. */
export function longError(source: string, line: number): InputError {
  return new InputError(
    `${source}, line ${line}: expected a row of at most ${mostCells()} cells and ${mostCharacters()} characters, as many as ` +
      "fit into memory, got more; check its line ends, or raise --max-old-space-size in NODE_OPTIONS",
  );
}

/**
 * Takes CSV apart, in pieces as they come. Cells are trimmed unless quoted; a quote in a quoted cell is doubled; a line ends with
 * LF, CR or both.
 */
export class Scanner {
  readonly #delimiter: number;
  readonly #source: string;
  #line: number;
  /** What follows the last whole cell. */
  #rest = "";
  /** The row at hand. */
  #cells: string[] = [];
  #characters = 0;
  #wasBlank = false;
  /** Lines that its quoted cells begin. */
  #added = 0;
  readonly #mostCells: number;
  readonly #mostCharacters: number;
  /** The cell that was read last: its text, whether it was quoted, where the next begins, whether it ends its row. */
  #value = "";
  #isQuoted = false;
  #next = 0;
  #endsRow = false;

  /**
   * @param delimiter - one character.
   * @param source - what to call the file in messages.
   * @param line - the line on which the text begins.
   */
  constructor(delimiter: string, source: string, line = 1) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#source = source;
    this.#line = line;
    this.#mostCells = mostCells();
    this.#mostCharacters = mostCharacters();
  }

  /**
   * The rows that are whole once another piece has come. Of blank lines that follow each other, the first.
   *
   * @param piece - any part of the text.
   * @param isLast - whether nothing follows it.
   * @throws {InputError} If quotes do not match, or a cell or row has no end.
   */
  scan(piece: string, isLast: boolean): Row[] {
    const text = this.#rest + piece;
    const rows: Row[] = [];
    let at = 0;
    // a delimiter at the end has an empty cell behind it
    while ((at < text.length || (isLast && this.#cells.length > 0)) && this.#readCell(text, at, isLast)) {
      at = this.#next;
      const cells = this.#cells;
      cells.push(this.#value);
      this.#characters += this.#value.length;
      if (cells.length > this.#mostCells || this.#characters > this.#mostCharacters)
        throw longError(this.#source, this.#line);
      if (!this.#endsRow) continue;
      const isBlank = cells.length === 1 && this.#value === "" && !this.#isQuoted;
      if (!(isBlank && this.#wasBlank)) rows.push({ cells, line: this.#line, isBlank });
      this.#wasBlank = isBlank;
      this.#line += 1 + this.#added;
      this.#added = 0;
      this.#characters = 0;
      this.#cells = [];
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > LONGEST_CELL) {
      const open = /^\s*"/.test(this.#rest) ? "; is its quote never closed?" : "; check its delimiters and line ends";
      throw new InputError(
        `${this.#source}, line ${this.#line}: expected cells of at most ${LONGEST_CELL} characters, got ` +
          `${quote(this.#rest)} and more${open}`,
      );
    }
    return rows;
  }

  /** Reads one cell; false if its end has not come yet. */
  #readCell(text: string, at: number, isLast: boolean): boolean {
    const delimiter = this.#delimiter;
    let i = this.#skipSpace(text, at);
    if (text.charCodeAt(i) === QUOTE) return this.#readQuoted(text, i + 1, isLast);
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === delimiter || code === LF || code === CR) break;
      if (code === QUOTE) throw this.#quoteError("one inside a cell");
    }
    this.#value = text.slice(at, i).trim();
    this.#isQuoted = false;
    return this.#endCell(text, i, isLast);
  }

  #readQuoted(text: string, begin: number, isLast: boolean): boolean {
    let end = text.indexOf('"', begin);
    let isDoubled = false;
    while (end >= 0 && text.charCodeAt(end + 1) === QUOTE) {
      isDoubled = true;
      end = text.indexOf('"', end + 2);
    }
    if (end < 0) {
      if (isLast) throw this.#quoteError("one that is never closed");
      return false;
    }
    const after = this.#skipSpace(text, end + 1);
    const value = text.slice(begin, end);
    this.#value = isDoubled ? value.replaceAll('""', '"') : value;
    this.#isQuoted = true;
    if (!this.#endCell(text, after, isLast)) return false;
    this.#added += value.match(/\r\n?|\n/g)?.length ?? 0;
    return true;
  }

  /** Finds out what follows a cell that ends at `i`; false if it has not come yet. */
  #endCell(text: string, i: number, isLast: boolean): boolean {
    // CR and LF, and two quotes, may come in two pieces
    if (!isLast && (i >= text.length || (i + 1 === text.length && text.charCodeAt(i) === CR))) return false;
    const code = i < text.length ? text.charCodeAt(i) : LF;
    this.#endsRow = code === LF || code === CR;
    if (!this.#endsRow && code !== this.#delimiter) throw this.#quoteError("one inside a cell");
    const isPair = code === CR && text.charCodeAt(i + 1) === LF;
    this.#next = Math.min(i + (isPair ? 2 : 1), text.length);
    return true;
  }

  #skipSpace(text: string, at: number): number {
    let i = at;
    for (let code = text.charCodeAt(i); code === SPACE || code === TAB; code = text.charCodeAt(++i)) {
      if (code === this.#delimiter) break;
    }
    return i;
  }

  #quoteError(got: string): InputError {
    return new InputError(
      `${this.#source}, line ${this.#line}: expected quotes around whole cells, got ${got}; ` +
        "close it, or double the quotes that belong to the text of a quoted cell",
    );
  }
}

/**
 * Names separated by commas, quoted where a name holds one: `a,"b, c"`.
 *
 * @returns the names; undefined if the quotes do not match.
 */
export function namesOf(list: string): readonly string[] | undefined {
  try {
    return new Scanner(",", "").scan(list, true)[0]?.cells ?? [];
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** One line of CSV, its line end included. Cells that a reader would take apart or trim are quoted. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(",")}\n`;
}

function csvCell(cell: string | number): string {
  if (typeof cell === "number") return `${cell}`;
  return /[",;\t|\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

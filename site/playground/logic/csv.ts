// From cells of text to a table: which columns are numbers, which cells are empty, what the columns are called.
import type { Table, TableColumn } from "./table.ts";

/** What stands for a cell without a value. */
const EMPTY = /^(?:|na|n\/a|nan|null|none|\?|-|\.)$/i;

/** A column counts as numbers if at least this share of its cells that are not empty is. */
const MOSTLY = 0.9;

/** The number in a cell; NaN for an empty one, undefined for text. */
export function numberIn(cell: string): number | undefined {
  const text = cell.trim();
  if (EMPTY.test(text)) return Number.NaN;
  const plain = Number(text);
  if (!Number.isNaN(plain)) return plain;
  // a comma for the decimal point, in files that are parted by semicolons or tabs
  const comma = /^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i.test(text) ? Number(text.replace(",", ".")) : Number.NaN;
  return Number.isNaN(comma) ? undefined : comma;
}

/** Whether the first row names the columns: it has a text where the second has a number, or no number at all. */
function isHeader(first: readonly string[], second: readonly string[] | undefined): boolean {
  const isNumber = (cell: string | undefined): boolean =>
    cell !== undefined && !Number.isNaN(numberIn(cell) ?? Number.NaN);
  if (!first.some(isNumber)) return true;
  return second !== undefined && first.some((cell, i) => numberIn(cell) === undefined && isNumber(second[i]));
}

/** Names without gaps or repetition: "column 2" for an empty one, "x (2)" for a second x. */
function namesOf(header: readonly string[] | undefined, count: number): string[] {
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const wanted = header?.[i]?.trim() || `column ${i + 1}`;
    let name = wanted;
    for (let again = 2; names.includes(name); again++) name = `${wanted} (${again})`;
    names.push(name);
  }
  return names;
}

/**
 * A table of rows of cells.
 *
 * @returns the table, and sentences about what was left out.
 * @throws {RangeError} If there is no row, or no column of numbers.
 */
export function tableOfCells(rows: readonly (readonly string[])[]): { table: Table; notes: string[] } {
  const filled = rows.filter((row) => row.some((cell) => cell.trim() !== ""));
  const hasHeader = filled.length > 0 && isHeader(filled[0], filled[1]);
  const body = hasHeader ? filled.slice(1) : filled;
  if (body.length === 0)
    throw new RangeError("This holds no rows: expected columns of numbers, parted by commas, tabs or semicolons.");
  const width = filled.reduce((most, row) => Math.max(most, row.length), 0);
  if (width > 2000) throw new RangeError(`This has ${width} columns: expected at most 2,000.`);
  const names = namesOf(hasHeader ? filled[0] : undefined, width);
  const notes: string[] = [];
  const columns = names.map((name, i) => columnOf(name, body, i, notes));
  if (columns.every(({ numbers }) => numbers === undefined)) {
    throw new RangeError("No column holds numbers: expected at least one, with a point for decimals.");
  }
  return { table: { columns, nRows: body.length }, notes };
}

function columnOf(name: string, body: readonly (readonly string[])[], index: number, notes: string[]): TableColumn {
  const numbers = new Float64Array(body.length);
  let texts = 0;
  let found = 0;
  for (const [row, cells] of body.entries()) {
    const value = numberIn(cells[index] ?? "");
    numbers[row] = value ?? Number.NaN;
    if (value === undefined) texts++;
    else if (!Number.isNaN(value)) found++;
  }
  if (found === 0 || found < MOSTLY * (found + texts)) {
    return { name, numbers: undefined, texts: body.map((cells) => cells[index] ?? "") };
  }
  if (texts > 0)
    notes.push(
      `${texts} ${texts === 1 ? "cell" : "cells"} of “${name}” that ${texts === 1 ? "is" : "are"} no number count as empty.`,
    );
  return { name, numbers, texts: undefined };
}

/** A cell as CSV has it: in quotes where it must be. */
export function cellOf(value: string | number): string {
  const text = typeof value === "number" ? (Number.isNaN(value) ? "" : String(value)) : value;
  // a text that a spreadsheet would take for a formula stays a text
  const safe = typeof value === "string" && /^[=+@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A table with more columns as lines of CSV. */
export function csvOf(
  table: Table,
  more: readonly { readonly name: string; readonly values: readonly (string | number)[] }[],
): string {
  const lines = [[...table.columns.map(({ name }) => name), ...more.map(({ name }) => name)].map(cellOf).join(",")];
  for (let row = 0; row < table.nRows; row++) {
    const cells = table.columns.map(({ numbers, texts }) => cellOf(numbers?.[row] ?? texts?.[row] ?? ""));
    lines.push([...cells, ...more.map(({ values }) => cellOf(values[row] ?? ""))].join(","));
  }
  return `${lines.join("\n")}\n`;
}

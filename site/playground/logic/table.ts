// A table of columns, and the rows of some of them that a model is fitted to.

/** A column: its numbers, NaN where there is none; for a column that is not of numbers, its texts. */
export interface TableColumn {
  readonly name: string;
  readonly numbers: Float64Array | undefined;
  readonly texts: readonly string[] | undefined;
}

/** Columns of the same length. */
export interface Table {
  readonly columns: readonly TableColumn[];
  readonly nRows: number;
}

/** The rows that are complete in the columns chosen. */
export interface Rows {
  /** [N, D], row-major. */
  readonly values: Float64Array;
  /** [N]: which row of the table each is. */
  readonly origin: Int32Array;
  /** The columns of the table, D of them. */
  readonly chosen: readonly number[];
  /** Rows of the table that were left out, for a cell is empty or no finite number. */
  readonly skipped: number;
}

/** A table of numbers by name. */
export function tableOf(columns: Readonly<Record<string, ArrayLike<number>>>): Table {
  const made = Object.entries(columns).map(([name, values]) => numberColumn(name, Float64Array.from(values)));
  return { columns: made, nRows: made[0]?.numbers?.length ?? 0 };
}

/** A column of numbers. */
export function numberColumn(name: string, numbers: Float64Array): TableColumn {
  return { name, numbers, texts: undefined };
}

/** The columns of numbers, by index. */
export function numericColumns(table: Table): number[] {
  return table.columns.flatMap(({ numbers }, i) => (numbers === undefined ? [] : [i]));
}

/**
 * The columns to begin with: those of numbers that have more than one value and are not a running number, the first
 * eight of them; a picture's pixels and a table of two columns are thus taken whole.
 */
export function likelyColumns(table: Table): number[] {
  const numeric = numericColumns(table);
  const useful = numeric.filter((i) => {
    const numbers = table.columns[i].numbers as Float64Array;
    return varies(numbers) && !(numeric.length > 1 && isRunning(numbers));
  });
  return (useful.length > 0 ? useful : numeric).slice(0, 8);
}

function varies(numbers: Float64Array): boolean {
  const first = numbers.find((value) => Number.isFinite(value));
  return numbers.some((value) => Number.isFinite(value) && value !== first);
}

/** Whether a column counts the rows: 0, 1, 2 or 1, 2, 3 and so on. */
function isRunning(numbers: Float64Array): boolean {
  const first = numbers[0];
  return (first === 0 || first === 1) && numbers.length > 2 && numbers.every((value, i) => value === first + i);
}

/** The rows of a table that are complete in some columns of numbers. */
export function rowsOf(table: Table, chosen: readonly number[]): Rows {
  const columns = chosen.map((i) => table.columns[i].numbers as Float64Array);
  const D = columns.length;
  const values = new Float64Array(table.nRows * D);
  const origin = new Int32Array(table.nRows);
  let N = 0;
  for (let row = 0; row < table.nRows; row++) {
    let isWhole = true;
    for (let d = 0; d < D; d++) {
      const value = columns[d][row];
      values[N * D + d] = value;
      if (!Number.isFinite(value)) isWhole = false;
    }
    if (isWhole) origin[N++] = row;
  }
  return { values: values.slice(0, N * D), origin: origin.slice(0, N), chosen, skipped: table.nRows - N };
}

/** A table with other numbers in some cells. */
export function withCells(
  table: Table,
  cells: readonly { readonly row: number; readonly column: number; readonly value: number }[],
): Table {
  const columns = table.columns.map((column, i) => {
    const own = cells.filter((cell) => cell.column === i);
    if (own.length === 0 || column.numbers === undefined) return column;
    const numbers = column.numbers.slice();
    for (const { row, value } of own) numbers[row] = value;
    return { ...column, numbers };
  });
  return { ...table, columns };
}

/** A table with one more row: numbers by column, and empty cells. */
export function withRow(table: Table, values: ReadonlyMap<number, number>): Table {
  const columns = table.columns.map(({ name, numbers, texts }, i) => {
    if (numbers === undefined) return { name, numbers, texts: [...(texts ?? []), ""] };
    const longer = new Float64Array(numbers.length + 1);
    longer.set(numbers);
    longer[numbers.length] = values.get(i) ?? Number.NaN;
    return { name, numbers: longer, texts };
  });
  return { columns, nRows: table.nRows + 1 };
}

/** A table without some rows. */
export function withoutRows(table: Table, rows: ReadonlySet<number>): Table {
  const keep = (_: unknown, row: number): boolean => !rows.has(row);
  const columns = table.columns.map(({ name, numbers, texts }) => ({
    name,
    numbers: numbers?.filter(keep),
    texts: texts?.filter(keep),
  }));
  return { columns, nRows: table.nRows - rows.size };
}

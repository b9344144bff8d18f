// Files to tables. What reads them comes when the first file does.
import { tableOfCells } from "../logic/csv.ts";
import type { Answer } from "../logic/protocol.ts";
import { numberColumn, type TableColumn } from "../logic/table.ts";

/** The first four bytes of a Parquet file. */
const PARQUET = "PAR1";

/**
 * @param source - a file of CSV or Parquet, or text.
 * @param tell - takes how much has been read, from 0 to 1.
 * @throws {RangeError} If it holds no table with numbers.
 */
export async function parsed(
  source: File | string,
  tell: (progress: { share: number }) => void,
): Promise<Answer<"parse">> {
  if (typeof source !== "string" && (await source.slice(0, 4).text()) === PARQUET) return ofParquet(source);
  return tableOfCells(await cellsOf(source, tell));
}

async function cellsOf(source: File | string, tell: (progress: { share: number }) => void): Promise<string[][]> {
  const { default: Papa } = await import("papaparse");
  const rows: string[][] = [];
  await new Promise<void>((resolve, reject) => {
    const chunk = ({ data, meta }: { data: string[][]; meta: { cursor: number } }): void => {
      for (const row of data) rows.push(row);
      if (typeof source !== "string" && source.size > 0) tell({ share: Math.min(1, meta.cursor / source.size) });
    };
    const options = { skipEmptyLines: true, chunk, complete: () => resolve() } as const;
    if (typeof source === "string") Papa.parse<string[]>(source, { ...options, worker: false });
    else Papa.parse<string[]>(source, { ...options, error: reject });
  });
  return rows;
}

async function ofParquet(file: File): Promise<Answer<"parse">> {
  const { parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet");
  const buffer = {
    byteLength: file.size,
    slice: (start: number, end?: number) => file.slice(start, end).arrayBuffer(),
  };
  const metadata = await parquetMetadataAsync(buffer);
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  const rows = await new Promise<unknown[][]>((resolve, reject) => {
    parquetRead({ file: buffer, metadata, onComplete: (found) => resolve(found as unknown as unknown[][]) }).catch(
      reject,
    );
  });
  const columns = names.map((name, i) =>
    columnOf(
      name,
      rows.map((row) => row[i]),
    ),
  );
  if (rows.length === 0 || columns.every(({ numbers }) => numbers === undefined)) {
    throw new RangeError("This Parquet file holds no column of numbers with rows.");
  }
  return { table: { columns, nRows: rows.length }, notes: [] };
}

function columnOf(name: string, cells: readonly unknown[]): TableColumn {
  const isNumber = cells.every((cell) => cell == null || typeof cell === "number" || typeof cell === "bigint");
  if (isNumber)
    return numberColumn(
      name,
      Float64Array.from(cells, (cell) => (cell == null ? Number.NaN : Number(cell))),
    );
  return { name, numbers: undefined, texts: cells.map((cell) => (cell == null ? "" : String(cell))) };
}

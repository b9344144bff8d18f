import { existsSync, readFileSync } from "node:fs";

/** A real data set: what is measured, and the class of each row where there is one. */
export interface Dataset {
  /** [nRows, nColumns], row-major. */
  readonly data: Float64Array;
  readonly shape: readonly [number, number];
  readonly columns: readonly string[];
  /** The last column where it is text: the class of each row, numbered in order of appearance. */
  readonly classes: Int32Array | undefined;
}

export type DatasetName =
  | "iris"
  | "faithful"
  | "wine"
  | "breast_cancer"
  | "baudry_4_1"
  | "baudry_4_4_2"
  | "thyroid"
  | "banknote";

/** Text of test/fixtures/`name`, or of examples/`name`: what users see too is kept there. */
export function fixture(name: string): string {
  const path = ["../fixtures/", "../../examples/"]
    .map((folder) => new URL(folder + name, import.meta.url))
    .find(existsSync);
  if (path === undefined) throw new Error(`no fixture ${name}`);
  return readFileSync(path, "utf8");
}

/** The cells of a fixture of CSV without quoted commas, line by line; the header first. */
export function fixtureCells(name: string): string[][] {
  const lines = fixture(name).trim().replaceAll('"', "").split(/\r?\n/);
  return lines.map((line) => line.split(","));
}

/** Reads a data set; see test/fixtures/README.md for where it is from. */
export function dataset(name: DatasetName): Dataset {
  const [names, ...cells] = fixtureCells(`${name}.csv`);
  const labelled = Number.isNaN(Number(cells[0][names.length - 1]));
  const columns = labelled ? names.slice(0, -1) : names;
  const words = [...new Set(cells.map((row) => row[names.length - 1]))];
  return {
    data: Float64Array.from(cells.flatMap((row) => row.slice(0, columns.length).map(Number))),
    shape: [cells.length, columns.length],
    columns,
    classes: labelled ? Int32Array.from(cells, (row) => words.indexOf(row[names.length - 1])) : undefined,
  };
}

/** One column of row-major data. */
export function column({ data, shape }: Pick<Dataset, "data" | "shape">, d: number): Float64Array {
  return Float64Array.from({ length: shape[0] }, (_, n) => data[n * shape[1] + d]);
}

/** Some columns of a data set, as data. */
export function select(
  set: Pick<Dataset, "data" | "shape">,
  columns: readonly number[],
): Pick<Dataset, "data" | "shape"> {
  const [N] = set.shape;
  const data = Float64Array.from({ length: N * columns.length }, (_, i) => {
    const n = Math.floor(i / columns.length);
    return set.data[n * set.shape[1] + columns[i % columns.length]];
  });
  return { data, shape: [N, columns.length] };
}

/** Standard deviation of each column, divisor N: the scale on which its means are compared. */
export function spreads(set: Pick<Dataset, "data" | "shape">): Float64Array {
  const [N, D] = set.shape;
  return Float64Array.from({ length: D }, (_, d) => {
    const values = column(set, d);
    const mean = values.reduce((sum, value) => sum + value, 0) / N;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / N);
  });
}

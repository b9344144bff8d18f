import type { GaussianMixture } from "../index.ts";
import { type Numbers, notesOf, numbersOf, type Wanted } from "./columns.ts";
import { csvLine, quote, quoted, readTable, type Table } from "./csv.ts";
import { callLibrary, InputError } from "./failures.ts";
import { readText, STDIN, sourceOf, tell, writeOut } from "./files.ts";
import { readModel } from "./model.ts";
import { jsonArray } from "./records.ts";

/** The options of `gaussmix predict`, as commander gives them. */
export interface PredictFlags {
  readonly columns?: readonly string[];
  readonly json?: true;
}

/** `gaussmix predict MODEL FILE`: the rows again, with the component each belongs to. */
export async function runPredict(model: string, file: string, flags: PredictFlags): Promise<void> {
  if (model === STDIN && file === STDIN) {
    throw new InputError("expected one of MODEL and FILE to be -, got both; standard input can be read once");
  }
  const mixture = await readModel(model);
  const table = readTable(await readText(file), sourceOf(file));
  const numbers = columnsFor(mixture, table, flags.columns, sourceOf(model));
  const rows = { data: numbers.data, shape: numbers.shape };
  const found = await callLibrary(() => ({
    labels: mixture.predict(rows),
    probabilities: mixture.predictProba(rows),
    density: mixture.scoreSamples(rows),
  }));

  const K = mixture.nComponents;
  const names = newNames(["label", ...Array.from({ length: K }, (_, k) => `probability_${k}`), "log_density"], table);
  const valuesOf = (n: number): number[] => [
    found.labels[n],
    ...found.probabilities.subarray(n * K, (n + 1) * K),
    found.density[n],
  ];
  await writeOut(flags.json ? jsonArray(records(table, numbers, names, valuesOf)) : csvLines(table, names, valuesOf));
}

/** The columns that the model reads: by name if it has names, otherwise all columns of numbers, in their order. */
function columnsFor(
  mixture: GaussianMixture,
  table: Table,
  asked: readonly string[] | undefined,
  model: string,
): Numbers {
  const D = mixture.nFeatures;
  if (asked !== undefined && asked.length !== D) {
    throw new InputError(
      `--columns: expected ${D} names, as many as ${model} has columns, got ${asked.length}; ` +
        (mixture.columns ? `name those for ${quoted(mixture.columns)}` : "name as many"),
    );
  }
  const wanted: Wanted | undefined =
    asked !== undefined ? { names: asked, by: "--columns" } : mixture.columns && { names: mixture.columns, by: model };
  const numbers = numbersOf(table, wanted, "drop the row, or fill the value in");
  if (wanted !== undefined) return numbers;
  for (const note of notesOf(numbers)) tell(`note: ${note}`);
  if (numbers.columns.length !== D) {
    throw new InputError(
      `${table.source}: expected ${D} columns of numbers, as many as ${model} has, got ${numbers.columns.length}: ` +
        `${quoted(numbers.columns)}; name the ones to use with --columns`,
    );
  }
  return numbers;
}

/** Names for the new columns; one that the file has already gets a number: `label_2`. */
function newNames(names: readonly string[], { header, source }: Table): string[] {
  const taken = new Set([...header, ...names]);
  return names.map((name) => {
    if (!header.includes(name)) return name;
    let i = 2;
    while (taken.has(`${name}_${i}`)) i++;
    taken.add(`${name}_${i}`);
    tell(`note: ${source} has a column ${quote(name)}; the new one is called ${quote(`${name}_${i}`)}`);
    return `${name}_${i}`;
  });
}

function* csvLines(
  { header, rows }: Table,
  names: readonly string[],
  valuesOf: (n: number) => number[],
): Generator<string> {
  yield csvLine([...header, ...names]);
  for (let n = 0; n < rows.length; n++) yield csvLine([...rows[n], ...valuesOf(n)]);
}

/** The columns that the model reads are numbers, other columns stay texts; one without a name has no key. */
function* records(
  { header, rows }: Table,
  { columns, data }: Numbers,
  names: readonly string[],
  valuesOf: (n: number) => number[],
): Generator<object> {
  const places = header.map((name) => columns.indexOf(name));
  for (let n = 0; n < rows.length; n++) {
    const values = valuesOf(n);
    yield Object.fromEntries([
      ...header.flatMap((name, j) => {
        if (name === "") return [];
        return [[name, places[j] < 0 ? rows[n][j] : data[n * columns.length + places[j]]]];
      }),
      ...names.map((name, i) => [name, values[i]]),
    ]);
  }
}

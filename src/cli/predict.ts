import type { GaussianMixture } from "../index.ts";
import { type Numbers, notesOf, numbersOf, type Wanted } from "./columns.ts";
import { callLibrary, InputError } from "./failures.ts";
import { STDIN, sourceOf, tell, writeOut } from "./files.ts";
import { readModel } from "./model.ts";
import { jsonArray } from "./records.ts";
import { csvLine, type Row } from "./scanner.ts";
import { TextSource } from "./source.ts";
import { openTable, type Table } from "./table.ts";
import { quote, quoted } from "./words.ts";

/** The options of `gaussmix predict`, as commander gives them. */
export interface PredictFlags {
  readonly columns?: readonly string[];
  readonly json?: true;
}

/** A row of the file, and what the model says of it. */
interface Predicted {
  readonly cells: readonly string[];
  /** Its number among the rows. */
  readonly n: number;
  /** One for each of the new columns. */
  readonly values: readonly number[];
}

/**
 * `gaussmix predict MODEL FILE`: the rows again, with the component each belongs to. The file is read twice: its numbers are whole
 * before anything is written, its texts need not be held.
 */
export async function runPredict(model: string, file: string, flags: PredictFlags): Promise<void> {
  if (model === STDIN && file === STDIN) {
    throw new InputError("expected one of MODEL and FILE to be -, got both; standard input can be read once");
  }
  const mixture = await readModel(model);
  const source = new TextSource(file, true);
  const wanted = wantedBy(mixture, flags.columns, sourceOf(model));
  const table = await openTable(source, wanted?.names ?? []);
  const numbers = await columnsFor(mixture, table, wanted, sourceOf(model));

  const K = mixture.nComponents;
  const names = newNames(["label", ...Array.from({ length: K }, (_, k) => `probability_${k}`), "log_density"], table);
  const { batches } = await openTable(source, wanted?.names ?? []);
  const rows = predicted(mixture, numbers, batches);
  await writeOut(flags.json ? jsonArray(records(table, numbers, names, rows)) : csvLines(table, names, rows));
}

/** The columns that are asked for: on the command line, or by the model if it has names. */
function wantedBy(mixture: GaussianMixture, asked: readonly string[] | undefined, model: string): Wanted | undefined {
  const D = mixture.nFeatures;
  if (asked === undefined) return mixture.columns && { names: mixture.columns, by: model };
  if (asked.length === D) return { names: asked, by: "--columns" };
  throw new InputError(
    `--columns: expected ${D} names, as many as ${model} has columns, got ${asked.length}; ` +
      (mixture.columns ? `name those for ${quoted(mixture.columns)}` : "name as many"),
  );
}

/** The columns that the model reads: those that are asked for, otherwise all columns of numbers, in their order. */
async function columnsFor(
  mixture: GaussianMixture,
  table: Table,
  wanted: Wanted | undefined,
  model: string,
): Promise<Numbers> {
  const numbers = await numbersOf(table, wanted, "drop the row, or fill the value in");
  for (const note of [...table.notes, ...notesOf(numbers)]) tell(`note: ${note}`);
  const D = mixture.nFeatures;
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
  const there = new Set(header);
  const taken = new Set([...header, ...names]);
  return names.map((name) => {
    if (!there.has(name)) return name;
    let i = 2;
    while (taken.has(`${name}_${i}`)) i++;
    taken.add(`${name}_${i}`);
    tell(`note: ${source} has a column ${quote(name)}; the new one is called ${quote(`${name}_${i}`)}`);
    return `${name}_${i}`;
  });
}

/** The rows, with what the model says of them; a batch at a time. */
async function* predicted(
  mixture: GaussianMixture,
  { data, shape: [, D] }: Numbers,
  batches: AsyncIterable<readonly Row[]>,
): AsyncGenerator<Iterable<Predicted>> {
  const K = mixture.nComponents;
  let first = 0;
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    const rows = { data: data.subarray(first * D, (first + batch.length) * D), shape: [batch.length, D] as const };
    const found = await callLibrary(() => ({
      labels: mixture.predict(rows),
      probabilities: mixture.predictProba(rows),
      density: mixture.scoreSamples(rows),
    }));
    const start = first;
    first += batch.length;
    yield batch.map(({ cells }, n) => {
      const probabilities = found.probabilities.subarray(n * K, (n + 1) * K);
      return { cells, n: start + n, values: [found.labels[n], ...probabilities, found.density[n]] };
    });
  }
}

async function* csvLines(
  { header }: Table,
  names: readonly string[],
  batches: AsyncIterable<Iterable<Predicted>>,
): AsyncGenerator<string> {
  yield csvLine([...header, ...names]);
  for await (const batch of batches) {
    let text = "";
    for (const { cells, values } of batch) text += csvLine([...cells, ...values]);
    yield text;
  }
}

/** The columns that the model reads are numbers, other columns stay texts; one without a name has no key. */
async function* records(
  { header }: Table,
  { columns, data }: Numbers,
  names: readonly string[],
  batches: AsyncIterable<Iterable<Predicted>>,
): AsyncGenerator<object> {
  const placeOf = new Map(columns.map((name, d) => [name, d]));
  const places = header.map((name) => placeOf.get(name));
  for await (const batch of batches) {
    for (const { cells, n, values } of batch) {
      yield Object.fromEntries([
        ...header.flatMap((name, j) => {
          if (name === "") return [];
          const place = places[j];
          return [[name, place === undefined ? cells[j] : data[n * columns.length + place]]];
        }),
        ...names.map((name, i) => [name, values[i]]),
      ]);
    }
  }
}

import type { Sample } from "../index.ts";
import { callLibrary } from "./failures.ts";
import { writeOut } from "./files.ts";
import { readModel } from "./model.ts";
import { jsonArray } from "./records.ts";
import { csvLine } from "./scanner.ts";

/** The options of `gaussmix sample`, as commander gives them. */
export interface SampleFlags {
  readonly rows: number;
  readonly seed?: number;
  readonly json?: true;
}

/** `gaussmix sample MODEL`: rows drawn from the mixture, with the component each came from. */
export async function runSample(model: string, flags: SampleFlags): Promise<void> {
  const mixture = await readModel(model);
  const sample = await callLibrary(() => mixture.sample(flags.rows, { seed: flags.seed }));
  const columns = mixture.columns ?? Array.from({ length: mixture.nFeatures }, (_, d) => `x${d}`);
  const names = [...columns, labelName(columns)];
  await writeOut(flags.json ? jsonArray(records(sample, names)) : csvLines(sample, names));
}

/** `label`, or with a number if a column is called so. */
function labelName(columns: readonly string[]): string {
  const taken = new Set(columns);
  let name = "label";
  for (let i = 2; taken.has(name); i++) name = `label_${i}`;
  return name;
}

function* valuesOf({ data, shape: [nRows, D], labels }: Sample): Generator<number[]> {
  for (let n = 0; n < nRows; n++) yield [...data.subarray(n * D, (n + 1) * D), labels[n]];
}

function* csvLines(sample: Sample, names: readonly string[]): Generator<string> {
  yield csvLine(names);
  for (const values of valuesOf(sample)) yield csvLine(values);
}

function* records(sample: Sample, names: readonly string[]): Generator<object> {
  for (const values of valuesOf(sample)) yield Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

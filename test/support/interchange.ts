// Models of other programs, kept as fixtures, and how far their log-densities are from ours.
import { readFileSync } from "node:fs";
import type { GaussianMixture } from "../../src/index.ts";
import { worst } from "./compare.ts";
import { type DatasetName, dataset } from "./datasets.ts";
import { rowsOf, type Shaped } from "./problems.ts";

const folder = new URL("../fixtures/interchange/", import.meta.url);
/** An ONNX model of test/fixtures/interchange. */
export const onnx = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`${name}.onnx`, folder)));

/** What tools/reference/interchange.* wrote. */
export const figures = <T>(name: string): T => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as T;

/** Worst difference, relative to a log-density or to 1, whichever is larger: a log-density may be 0. */
export function apart(mixture: GaussianMixture, rows: Shaped | number[][], expected: ArrayLike<number>): number {
  return worst(mixture.scoreSamples(rows), expected, (i) => Math.max(1, Math.abs(expected[i])));
}

/** Every `step`-th row of a data set, the first `width` columns of it. */
export function probes(name: DatasetName, step: number, width?: number): Shaped {
  const { data, shape } = dataset(name);
  const rows = rowsOf(
    { data, shape },
    Array.from({ length: Math.ceil(shape[0] / step) }, (_, i) => i * step),
  );
  if (width === undefined) return rows;
  return { data: rows.data.filter((_, i) => i % shape[1] < width), shape: [rows.shape[0], width] };
}

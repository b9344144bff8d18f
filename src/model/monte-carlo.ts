import type { Parameters } from "../covariance/parameters.ts";
import { type Matrix, matrixOf } from "../input/data.ts";
import { drawSample } from "./sample.ts";

/** A mean over random rows. */
export interface Estimate {
  /** What is estimated; exact where the error is 0. */
  readonly value: number;
  /** How far off the value may be: its standard deviation over seeds, estimated from the rows. 0 where the value is exact. */
  readonly standardError: number;
}

/** Rows drawn at a time: the memory does not grow with their number. */
const WINDOW_ROWS = 4096;

/**
 * Means of functions over rows drawn from a mixture.
 *
 * @param nSamples - how many rows, 2 or more.
 * @param values - for some rows: [rows, functions], finite.
 * @param part - other parts of a seed, 0 or 1, draw unrelated rows.
 */
export function meansOver(
  parameters: Parameters,
  nSamples: number,
  seed: number,
  values: (rows: Matrix) => Float64Array,
  part = 0,
): Estimate[] {
  const means: number[] = [];
  const scatters: number[] = [];
  for (let first = 0; first < nSamples; first += WINDOW_ROWS) {
    const stream = (2 * first) / WINDOW_ROWS + part;
    const count = Math.min(WINDOW_ROWS, nSamples - first);
    const found = values(matrixOf(drawSample(parameters, count, seed, stream)));
    const width = found.length / count;
    for (let i = 0; i < found.length; i++) {
      // Welford 1962: nothing cancels
      const f = i % width;
      const mean = means[f] ?? 0;
      const step = found[i] - mean;
      means[f] = mean + step / (first + (i - f) / width + 1);
      scatters[f] = (scatters[f] ?? 0) + step * (found[i] - means[f]);
    }
  }
  return means.map((value, f) => ({ value, standardError: Math.sqrt(scatters[f] / (nSamples - 1) / nSamples) }));
}

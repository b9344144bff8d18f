import { type Matrix, matrixOf } from "../input/data.ts";
import type { Parameters } from "./parameters.ts";
import { drawSample } from "./sample.ts";

/** A mean over random rows. */
export interface Estimate {
  readonly value: number;
  /** How far off the value may be: its standard deviation over seeds, estimated from the rows. 0 where the value is exact. */
  readonly standardError: number;
}

/** Rows drawn at a time: the memory does not grow with their number. */
const WINDOW_ROWS = 4096;

/**
 * The mean of a function over rows drawn from a mixture.
 *
 * @param nSamples - how many rows, 2 or more.
 * @param part - other parts of a seed, 0 or 1, draw unrelated rows.
 * @param values - the function's values for some rows; +Infinity where it overflows, and then so does the mean.
 */
export function meanOver(
  parameters: Parameters,
  nSamples: number,
  seed: number,
  values: (rows: Matrix) => Iterable<number>,
  part = 0,
): Estimate {
  let count = 0;
  let mean = 0;
  let scatter = 0;
  for (let first = 0; first < nSamples; first += WINDOW_ROWS) {
    const stream = (2 * first) / WINDOW_ROWS + part;
    const rows = drawSample(parameters, Math.min(WINDOW_ROWS, nSamples - first), seed, stream);
    // Welford 1962: nothing cancels
    for (const value of values(matrixOf(rows))) {
      const step = value - mean;
      mean += step / ++count;
      scatter += step * (value - mean);
    }
  }
  if (!(scatter < Infinity)) return { value: Infinity, standardError: Infinity };
  return { value: mean, standardError: Math.sqrt(scatter / (count - 1) / count) };
}

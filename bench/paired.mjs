// Statistics for timings, and for pairs of timings taken one after the other, where the machine was in the same mood.
import { uniforms } from "./data.mjs";

/**
 * @typedef {{ median: number, min: number, mean: number, std: number, count: number }} Summary
 * @typedef {{ median: number, low: number, high: number }} Ratio the median and its 95% interval
 */

/** @param {readonly number[]} values @returns {number} */
export function medianOf(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {readonly number[]} samples @returns {Summary} */
export function summaryOf(samples) {
  const count = samples.length;
  const mean = samples.reduce((sum, value) => sum + value, 0) / count;
  const squares = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    median: medianOf(samples),
    min: Math.min(...samples),
    mean,
    std: Math.sqrt(squares / Math.max(1, count - 1)),
    count,
  };
}

/**
 * The median of values and where it would lie in 95 of 100 such runs: percentile bootstrap, seeded.
 *
 * @param {readonly number[]} values
 * @param {number} [resamples]
 * @returns {Ratio}
 */
export function medianInterval(values, resamples = 1000) {
  const uniform = uniforms(99);
  const medians = Float64Array.from({ length: resamples }, () =>
    medianOf(values.map(() => values[Math.floor(uniform() * values.length)])),
  ).sort();
  return {
    median: medianOf(values),
    low: medians[Math.floor(0.025 * resamples)],
    high: medians[Math.ceil(0.975 * resamples) - 1],
  };
}

/**
 * How many times longer a took than b.
 *
 * @param {readonly number[]} a
 * @param {readonly number[]} b taken beside a, pair by pair.
 * @returns {Ratio}
 */
export function pairedRatio(a, b) {
  return medianInterval(a.map((value, i) => value / b[i]));
}

/**
 * Times tasks in turn, A B C A B C …: what slows the machine down slows all of them.
 *
 * @template {string} Name
 * @param {Record<Name, () => unknown>} tasks each may return a promise, which is awaited.
 * @param {{ rounds: number, warmup?: number }} options rounds that count, and rounds before them that do not.
 * @returns {Promise<Record<Name, number[]>>} milliseconds of each round.
 */
export async function interleave(tasks, { rounds, warmup = 1 }) {
  const names = /** @type {Name[]} */ (Object.keys(tasks));
  const samples = /** @type {Record<Name, number[]>} */ (Object.fromEntries(names.map((name) => [name, []])));
  for (let round = -warmup; round < rounds; round++) {
    for (const name of names) {
      const before = performance.now();
      await tasks[name]();
      const elapsed = performance.now() - before;
      if (round >= 0) samples[name].push(elapsed);
    }
  }
  return samples;
}

/**
 * Milliseconds of one call of a short function, from batches that last some milliseconds each.
 *
 * @param {() => number} call its results are summed up, so that no engine can leave the work out.
 * @param {{ budget?: number }} [options] milliseconds in all.
 * @returns {Summary}
 */
export function perCall(call, { budget = 1000 } = {}) {
  let sink = 0;
  let batch = 1;
  const time = () => {
    const before = performance.now();
    for (let i = 0; i < batch; i++) sink += call();
    return performance.now() - before;
  };
  for (const end = performance.now() + budget / 4; performance.now() < end; ) {
    if (time() < 5) batch *= 2;
  }
  const samples = [];
  for (const end = performance.now() + budget; performance.now() < end; ) samples.push(time() / batch);
  if (Number.isNaN(sink)) throw new Error("a call answered NaN");
  return summaryOf(samples);
}

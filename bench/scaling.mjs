// How time grows with the rows and with the components.
import { GaussianMixture } from "gaussmix";
import { mixtureOf, nameOf, startNear } from "./data.mjs";
import { medianOf, pairedRatio, summaryOf } from "./paired.mjs";
import { timeIterations } from "./prototype/beside.mjs";
import { digits, interval, main, progress } from "./report.mjs";

const ROWS = [10_000, 100_000, 1_000_000, 10_000_000];
const COMPONENTS = [8, 16, 32, 64];
const REPEATS = { quick: 2, full: 5 };
/** Fits of one size are repeated no more when they have taken so many milliseconds. */
const FITS_MS = 20_000;
/** Iterations that count in one fit take together about so many milliseconds, or are this many. */
const ITERATIONS_MS = 300;
const LEAST = 4;
const MOST = 40;

/**
 * Median milliseconds of an iteration, of each shape in turn, so many times.
 *
 * @param {{ shape: import("./data.mjs").Shape, variant: import("./data.mjs").Variant }[]} cases
 * @param {number} repeats
 */
function iterationsOf(cases, repeats) {
  const problems = cases.map(({ shape, variant }) => ({ shape, ...mixtureOf(shape, variant) }));
  const samples = cases.map(() => /** @type {number[]} */ ([]));
  const iterations = cases.map(() => LEAST);
  for (let repeat = -1; repeat < repeats; repeat++) {
    for (const [i, { shape, rows, means }] of problems.entries()) {
      const ms = timeIterations(rows, shape, { iterations: iterations[i], start: startNear(means, shape) });
      const { median } = summaryOf(ms);
      if (repeat >= 0) samples[i].push(median);
      else iterations[i] = Math.max(LEAST, Math.min(MOST, Math.round(ITERATIONS_MS / median)));
    }
  }
  return samples;
}

/** @param {boolean} quick */
async function byRows(quick) {
  const sizes = quick ? ROWS.slice(0, -1) : ROWS;
  const repeats = quick ? REPEATS.quick : REPEATS.full;
  const cases = sizes.map((N) => ({ shape: { N, d: 2, K: 8 }, variant: /** @type {const} */ ("moderate") }));
  progress("scaling: iterations by rows");
  const iteration = iterationsOf(cases, repeats);
  const fits = sizes.map(() => /** @type {number[]} */ ([]));
  const iterations = sizes.map(() => /** @type {number[]} */ ([]));
  for (const [i, { shape, variant }] of cases.entries()) {
    progress(`scaling: fits, ${nameOf(shape)}`);
    const { rows } = mixtureOf(shape, variant);
    let spent = 0;
    // the very first only lets the engine compile
    for (let seed = i === 0 ? -1 : 0; seed < repeats && spent < FITS_MS; seed++) {
      const before = performance.now();
      const options = { nFeatures: shape.d, nComponents: shape.K, seed: Math.max(seed, 0) };
      const { report } = await GaussianMixture.fit(rows, options);
      const elapsed = performance.now() - before;
      spent += elapsed;
      if (seed < 0) continue;
      fits[i].push(elapsed);
      iterations[i].push(report.nIterations);
    }
  }
  // the larger have no more samples than the smaller
  const growth = (samples, i) => (i === 0 ? undefined : pairedRatio(samples[i], samples[i - 1]));
  const rows = cases.map(({ shape }, i) => ({
    shape: nameOf(shape),
    N: shape.N,
    iteration: { ms: summaryOf(iteration[i]), growth: growth(iteration, i) },
    fit: { ms: summaryOf(fits[i]), growth: growth(fits, i), iterations: medianOf(iterations[i]) },
  }));
  const grown = (part) => (row) => (row[part].growth === undefined ? "-" : interval(row[part].growth));
  return {
    title: "Time by rows: moderate components, 2 columns",
    note:
      "Iterations: full covariance, one thread; whole fits: every option at its default, threads too, medians over seeds, as are their iterations. " +
      "Growth: times longer than with a tenth of the rows; up to 10 is linear.",
    columns: {
      "N x d, K": (row) => row.shape,
      "iteration, ms": (row) => digits(row.iteration.ms.median),
      "ns per row": (row) => digits((row.iteration.ms.median / row.N) * 1e6),
      growth: grown("iteration"),
      "whole fit, ms": (row) => digits(row.fit.ms.median),
      "µs per row": (row) => digits((row.fit.ms.median / row.N) * 1e3),
      "growth of fits": grown("fit"),
      iterations: (row) => `${row.fit.iterations}`,
    },
    rows,
  };
}

/** @param {boolean} quick */
function byComponents(quick) {
  progress("scaling: iterations by components");
  const N = quick ? 50_000 : 200_000;
  const cases = COMPONENTS.map((K) => ({ shape: { N, d: 8, K }, variant: /** @type {const} */ ("separated") }));
  const samples = iterationsOf(cases, quick ? REPEATS.quick : REPEATS.full);
  const rows = cases.map(({ shape }, i) => ({
    shape: nameOf(shape),
    ms: summaryOf(samples[i]),
    ratio: pairedRatio(samples[i], samples[0]),
  }));
  return {
    title: "Time by components: separated, 8 columns",
    note: "One EM iteration, full covariance, one thread. Ratio: times longer than with 8 components, median of paired ratios (95% interval).",
    columns: {
      "N x d, K": (row) => row.shape,
      "iteration, ms": (row) => digits(row.ms.median),
      ratio: (row) => interval(row.ratio),
    },
    rows,
  };
}

/** @type {Parameters<typeof main>[1]} */
async function run({ quick }) {
  return [await byRows(quick), byComponents(quick)];
}

await main(import.meta.url, run);

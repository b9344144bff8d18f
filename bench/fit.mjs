// Whole fits with default options, import and compilation excluded: what a user waits for.
import { GaussianMixture } from "gaussmix";
import { Bench } from "tinybench";
import { TYPES } from "../test/support/forms.mjs";
import { GRID, mixtureRows, nameOf, QUICK_GRID } from "./data.mjs";
import { IRIS } from "./iris.mjs";
import { summaryOf } from "./paired.mjs";
import { digits, main, progress, spread } from "./report.mjs";

/** A fit that takes longer than this is given up, in milliseconds. */
const PATIENCE = 180_000;
/** Fits are repeated until they have taken this long together. */
const BUDGET = 4000;

/** @param {boolean} quick */
async function irisFits(quick) {
  progress("fit: iris");
  const bench = new Bench({ time: quick ? 200 : 1000, iterations: 20, warmupTime: 200, throws: true });
  const reports = new Map();
  for (const covarianceType of TYPES) {
    bench.add(covarianceType, async () => {
      const { report } = await GaussianMixture.fit(IRIS, { nFeatures: 4, nComponents: 3, covarianceType });
      reports.set(covarianceType, report);
    });
  }
  await bench.run();
  const rows = bench.tasks.map(({ name, result }) => {
    if (result.state !== "completed") throw new Error(`iris, ${name}: ${result.state}`);
    const { p50, min, mean, sd, samplesCount } = result.latency;
    const { nIterations, logLikelihood, converged } = reports.get(name);
    const latency = { median: p50, min, mean, std: sd, count: samplesCount };
    return { covarianceType: name, latency, nIterations, logLikelihood, converged };
  });
  return {
    title: "Default fit of Iris: 150 x 4, K=3",
    note: "Milliseconds; median (min, mean ± standard deviation), after warm-up.",
    columns: {
      "covariance type": (row) => row.covarianceType,
      "gaussmix.fit": (row) => spread(row.latency),
      fits: (row) => `${row.latency.count}`,
      iterations: (row) => `${row.nIterations}`,
      "log-likelihood": (row) => row.logLikelihood.toFixed(3),
    },
    rows,
  };
}

/**
 * Fits again and again until the budget is spent; undefined where the first fit takes too long.
 *
 * @param {Float64Array} rows
 * @param {import("./data.mjs").Shape} shape
 * @param {number} budget milliseconds
 * @returns {Promise<{ samples: number[], report: import("gaussmix").FitReport } | undefined>}
 */
async function timeFits(rows, { d, K }, budget) {
  const samples = [];
  let spent = 0;
  let report;
  while (samples.length === 0 || (spent < budget && samples.length < 20)) {
    const signal = AbortSignal.timeout(PATIENCE);
    const before = performance.now();
    try {
      ({ report } = await GaussianMixture.fit(rows, { nFeatures: d, nComponents: K, signal }));
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
    samples.push(performance.now() - before);
    spent += samples[samples.length - 1];
  }
  return { samples, report };
}

/** @param {boolean} quick */
async function gridFits(quick) {
  const rows = [];
  for (const shape of quick ? QUICK_GRID : GRID) {
    progress(`fit: ${nameOf(shape)}`);
    const timed = await timeFits(mixtureRows(shape), shape, quick ? 0 : BUDGET);
    if (timed === undefined) {
      rows.push({ shape: nameOf(shape) });
      continue;
    }
    const { samples, report } = timed;
    const seconds = summaryOf(samples.map((sample) => sample / 1000));
    const { nIterations, converged } = report;
    rows.push({ shape: nameOf(shape), seconds, nIterations, converged, logLikelihood: report.logLikelihood });
  }
  const or = (text) => (row) => (row.seconds === undefined ? "-" : text(row));
  return {
    title: "Default fit of the grid",
    note: `Seconds; full covariance, moderate components, every option at its default, threads too. Given up after ${PATIENCE / 1000} s.`,
    columns: {
      "N x d, K": (row) => row.shape,
      "gaussmix.fit": (row) => (row.seconds === undefined ? `> ${PATIENCE / 1000}` : spread(row.seconds)),
      fits: or((row) => `${row.seconds.count}`),
      iterations: or((row) => `${row.nIterations}`),
      converged: or((row) => (row.converged ? "yes" : "no")),
      "ms per iteration, starts included": or((row) => digits((row.seconds.median * 1000) / row.nIterations)),
    },
    rows,
  };
}

/** @type {Parameters<typeof main>[1]} */
async function run({ quick }) {
  return [await irisFits(quick), await gridFits(quick)];
}

await main(import.meta.url, run);

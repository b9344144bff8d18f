// The library and the dense prototype, iteration by iteration in turn, on the same data from the same start.
import { GaussianMixture } from "gaussmix";
import { mixtureRows, startOf } from "../data.mjs";
import { densePrototype, EXP_FLOOR, WHOLE_TILES } from "./dense.mjs";

/** Added to every variance, by both. */
const REG = 1e-6;
/** Iterations before those that count: engines compile in the background, and the start is far from any optimum. */
const WARMUP = 4;

/**
 * @typedef {{
 *   shape: import("../data.mjs").Shape, ours: number[], asItWas: number[], noSubnormals: number[], disagreement: number,
 * }} Beside milliseconds of each iteration, one of each in turn; the largest relative difference of the log-likelihoods.
 */

/** The shape with N rounded down to whole tiles of the prototype. @param {import("../data.mjs").Shape} shape */
export function wholeTiles(shape) {
  return { ...shape, N: Math.floor(shape.N / WHOLE_TILES) * WHOLE_TILES };
}

/**
 * Iterations that take about the budget, by a guess of 10 GFLOP/s and 8 ns for the exponentials of a row and component.
 *
 * @param {import("../data.mjs").Shape} shape
 * @param {number} budget milliseconds
 */
export function iterationsFor({ N, d, K }, budget) {
  const each = N * K * ((2 * d * d) / 10 + 8) * 1e-6;
  return Math.max(6, Math.min(60, Math.round(budget / each)));
}

/**
 * Options of a plain EM fit, and the milliseconds of each of its iterations once it has run: from callback to callback,
 * which is an M-step and a pass over the data. What `between` does in the callback is not counted.
 *
 * @param {import("../data.mjs").Shape} shape
 * @param {{ covarianceType?: import("../data.mjs").CovarianceType, iterations: number, start: import("../data.mjs").Start,
 *   between?: (iteration: number, logLikelihood: number) => void }} options iterations that count; where to start
 */
export function timedPlain(shape, { covarianceType = "full", iterations, start, between }) {
  /** @type {number[]} */
  const samples = [];
  let before = 0;
  const options = {
    nFeatures: shape.d,
    nComponents: shape.K,
    covarianceType,
    init: start,
    regCovar: REG,
    tol: 0,
    accelerate: false,
    maxIter: WARMUP + iterations,
    onIteration: ({ iteration, logLikelihood }) => {
      const elapsed = performance.now() - before;
      if (iteration > WARMUP) samples.push(elapsed);
      between?.(iteration, logLikelihood);
      before = performance.now();
    },
  };
  return { options, samples };
}

/**
 * Milliseconds of each iteration of a plain EM fit through the library's own door: see {@link timedPlain}.
 *
 * @param {Float64Array} rows
 * @param {import("../data.mjs").Shape} shape
 * @param {Omit<Parameters<typeof timedPlain>[1], "start"> & { start?: import("../data.mjs").Start }} settings
 */
export function timeIterations(rows, shape, settings) {
  const start = settings.start ?? startOf(rows, shape, settings.covarianceType ?? "full");
  const { options, samples } = timedPlain(shape, { ...settings, start });
  GaussianMixture.fitSync(rows, options);
  return samples;
}

/**
 * Compiles the prototype and lets both warm up.
 *
 * @returns {Promise<(shape: import("../data.mjs").Shape, variant: import("../data.mjs").Variant,
 *   options: { iterations: number, repeats: number }) => Beside>}
 */
export async function sideBySide() {
  const create = {
    asItWas: await densePrototype(EXP_FLOOR.asItWas),
    noSubnormals: await densePrototype(EXP_FLOOR.noSubnormals),
  };
  const run = (given, variant, { iterations, repeats }) => {
    const shape = wholeTiles(given);
    const rows = mixtureRows(shape, variant);
    const start = startOf(rows, shape);
    const times = { ours: [], asItWas: [], noSubnormals: [] };
    let disagreement = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const peers = Object.entries(create).map(([name, make]) => ({ name, dense: make(rows, shape, start, REG) }));
      for (const { dense } of peers) dense.pass();
      const between = (iteration, logLikelihood) => {
        for (const { name, dense } of peers) {
          const before = performance.now();
          const expected = dense.step();
          const elapsed = performance.now() - before;
          if (iteration > WARMUP) times[name].push(elapsed);
          disagreement = Math.max(disagreement, Math.abs(logLikelihood / expected - 1));
        }
      };
      times.ours.push(...timeIterations(rows, shape, { iterations, between }));
    }
    return { shape, ...times, disagreement };
  };
  run({ N: 20_000, d: 5, K: 4 }, "moderate", { iterations: 40, repeats: 2 });
  return run;
}

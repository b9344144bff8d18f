// Answers of a mixture that is loaded already: the delay of one row, the throughput of a million.
import { GaussianMixture } from "gaussmix";
import { mixtureRows, nameOf, startOf } from "./data.mjs";
import { interleave, perCall, summaryOf } from "./paired.mjs";
import { digits, main, progress, spread } from "./report.mjs";

const ONE_ROW = [
  { N: 64, d: 4, K: 3 },
  { N: 64, d: 8, K: 8 },
  { N: 64, d: 32, K: 16 },
];
const MANY_ROWS = [
  { N: 1_000_000, d: 2, K: 3 },
  { N: 1_000_000, d: 8, K: 8 },
];

/** @param {boolean} quick */
function oneRow(quick) {
  const rows = [];
  for (const shape of ONE_ROW) {
    const { N, d } = shape;
    progress(`predict: one row of ${d} columns`);
    const data = mixtureRows(shape);
    const mixture = GaussianMixture.fromParameters(startOf(data, shape));
    const flat = Array.from({ length: N }, (_, n) => data.slice(n * d, (n + 1) * d));
    const nested = flat.map((row) => [Array.from(row)]);
    const density = new Float64Array(1);
    let n = 0;
    const next = () => {
      n = (n + 1) % N;
      return n;
    };
    const budget = quick ? 200 : 1000;
    const microseconds = (call) => {
      const summary = perCall(call, { budget });
      return Object.fromEntries(
        Object.entries(summary).map(([key, value]) => [key, value * (key === "count" ? 1 : 1000)]),
      );
    };
    rows.push({
      shape: `d=${d}, K=${shape.K}`,
      flat: microseconds(() => mixture.predict(flat[next()])[0]),
      nested: microseconds(() => mixture.predict(nested[next()])[0]),
      density: microseconds(() => mixture.scoreSamples(flat[next()], density)[0]),
    });
  }
  return {
    title: "One row on a loaded model",
    note: "Microseconds; median (min, mean ± standard deviation) of batches.",
    columns: {
      mixture: (row) => row.shape,
      "predict, typed array": (row) => spread(row.flat),
      "predict, [[…]]": (row) => spread(row.nested),
      "scoreSamples with out": (row) => spread(row.density),
    },
    rows,
  };
}

/** @param {boolean} quick */
async function manyRows(quick) {
  const rows = [];
  for (const shape of MANY_ROWS) {
    progress(`predict: ${nameOf(shape)}`);
    const { N, K } = shape;
    const data = mixtureRows(shape);
    const mixture = GaussianMixture.fromParameters(startOf(data, shape));
    const labels = new Int32Array(N);
    const density = new Float64Array(N);
    const responsibilities = new Float64Array(N * K);
    const samples = await interleave(
      {
        predict: () => mixture.predict(data, labels),
        scoreSamples: () => mixture.scoreSamples(data, density),
        predictProba: () => mixture.predictProba(data, responsibilities),
      },
      { rounds: quick ? 3 : 9, warmup: 2 },
    );
    for (const [verb, times] of Object.entries(samples)) {
      const ms = summaryOf(times);
      rows.push({ shape: nameOf(shape), verb, ms, million: N / ms.median / 1000 });
    }
  }
  return {
    title: "A million rows on a loaded model",
    note: "Milliseconds; median (min, mean ± standard deviation); the answers go into arrays that are there already.",
    columns: {
      "N x d, K": (row) => row.shape,
      verb: (row) => row.verb,
      time: (row) => spread(row.ms),
      "million rows per second": (row) => digits(row.million),
    },
    rows,
  };
}

/** @type {Parameters<typeof main>[1]} */
async function run({ quick }) {
  return [oneRow(quick), await manyRows(quick)];
}

await main(import.meta.url, run);

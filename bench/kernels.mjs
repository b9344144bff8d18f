// The kernels alone, on one tile that stays in the first-level cache, with every component alive: no sorting, no dropping.

import { TYPES } from "../test/support/forms.mjs";
import { compile } from "./compile.mjs";
import { uniforms } from "./data.mjs";
import { digits, main, progress } from "./report.mjs";
import { roofs } from "./roof.mjs";

const COLUMNS = [1, 2, 3, 4, 8, 16, 32, 64, 128];
/** Components that take turns on the tile. */
const K = 8;

/** Rows of a tile, as src/engine/tiles.ts has them. @param {number} d */
const tileRows = (d) => (d <= 16 ? 128 : 64);

/**
 * Additions, subtractions and multiplications per row and component. A tied distance is a spherical one of whitened rows; its
 * scatter is derived from the total, so that only first moments are summed.
 */
const OPERATIONS = {
  full: { distance: (d) => d * (d + 1) + 3 * d, moments: (d) => d * (d + 1) + 4 * d },
  tied: { distance: (d) => 3 * d, moments: (d) => 3 * d },
  diag: { distance: (d) => 4 * d, moments: (d) => 5 * d },
  spherical: { distance: (d) => 3 * d, moments: (d) => 5 * d },
};

/** One tile with everything the kernels want to know. */
async function bench() {
  const module = await compile("kernels/kernels.ts");
  const memory = new WebAssembly.Memory({ initial: 64 });
  const kernels = /** @type {Record<string, (...args: number[]) => number>} */ (
    /** @type {unknown} */ (new WebAssembly.Instance(module, { env: { memory } }).exports)
  );
  const numbers = new Float64Array(memory.buffer);
  return (type, d) => {
    const T = tileRows(d);
    let top = Math.ceil(kernels.heapBase() / 16) * 16;
    /** @param {number} length @param {() => number} value */
    const array = (length, value) => {
      const at = top;
      top += Math.ceil(length / 2) * 16;
      for (let i = 0; i < length; i++) numbers[at / 8 + i] = value();
      return at;
    };
    const code = TYPES.indexOf(type);
    const uniform = uniforms(3);
    const x = array(d * T, uniform);
    const mu = array(K * d, uniform);
    const factor = array(kernels.factorLength(code, d, K), () => 0.1 * uniform());
    const logc = array(K, () => -1);
    const logp = array(K * T, () => 0);
    const most = array(T, () => 0);
    const z = array(8 * d + 8, () => 0);
    const w = array(T, () => 1);
    const share = array(T, uniform);
    const block = array(2 * (1 + d + kernels.scatterLength(code, d)), () => 0);
    const v = array((d + 1) * T, () => 0);
    const list = array(K, () => 0);
    const masks = array(K, () => 0);
    const all = (2 ** (T / 8) - 1) | 0;
    const forgetTops = () => numbers.fill(-Infinity, most / 8, most / 8 + T);
    const masksOf = new Int32Array(memory.buffer, masks, K);
    const each = (call) => () => {
      for (let k = 0; k < K; k++) call(k);
    };
    return {
      rows: T * K,
      prepare: {
        responsibilities: () => {
          forgetTops();
          numbers.fill(0, most / 8, most / 8 + T);
          for (let i = 0; i < K * T; i++) numbers[logp / 8 + i] = -20 * uniform();
          masksOf.fill(all);
        },
      },
      run: {
        distance: () => {
          forgetTops();
          each((k) =>
            kernels.logDensity(code, x, x, k, all, mu, factor, logc, logp + k * T * 8, most, z, d, T, Infinity),
          )();
        },
        moments: each((k) => kernels.addMoments(code, x, share, all, mu + k * d * 8, block, 0, v, d, T)),
        responsibilities: () => kernels.share(logp, masks, most, w, list, K, T, 40),
      },
    };
  };
}

/** Least nanoseconds per row and component over rounds in which all jobs take turns. */
function least(jobs, rounds) {
  const best = jobs.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    jobs.forEach(({ run, rows, prepare }, i) => {
      prepare?.();
      const calls = prepare ? 1 : Math.max(1, Math.round(20_000 / rows));
      const before = performance.now();
      for (let call = 0; call < calls; call++) run();
      best[i] = Math.min(best[i], ((performance.now() - before) * 1e6) / (calls * rows));
    });
  }
  return best;
}

/** @type {Parameters<typeof main>[1]} */
async function run({ quick }) {
  const roof = Math.max(...(await roofs(quick)).map(({ gigaflops }) => gigaflops));
  const problem = await bench();
  const rounds = quick ? 150 : 600;
  const tables = [];
  for (const type of TYPES) {
    progress(`kernels: ${type}`);
    const rows = [];
    for (const d of COLUMNS) {
      const { run: jobs, rows: count } = problem(type, d);
      const [distance, moments] = least(
        [jobs.distance, jobs.moments].map((run) => ({ run, rows: count })),
        rounds,
      );
      const rate = (operations, nanoseconds) => ({
        nanoseconds,
        gigaflops: operations / nanoseconds,
        share: operations / nanoseconds / roof,
      });
      const { distance: ofDistance, moments: ofMoments } = OPERATIONS[type];
      rows.push({
        d,
        distance: rate(ofDistance(d), distance),
        moments: rate(ofMoments(d), moments),
        both: rate(ofDistance(d) + ofMoments(d), distance + moments),
      });
    }
    const cell = (name) => (row) =>
      `${digits(row[name].nanoseconds)} (${digits(row[name].gigaflops)}, ${Math.round(100 * row[name].share)}%)`;
    tables.push({
      title: `Kernels alone: ${type}`,
      note:
        `Nanoseconds per row and component at best (GFLOP/s of additions and multiplications; share of ${digits(roof)} GFLOP/s, ` +
        "the roof of f64x2 multiply-adds).",
      columns: { d: (row) => `${row.d}`, distances: cell("distance"), moments: cell("moments"), both: cell("both") },
      rows,
    });
  }
  const { run: jobs, prepare, rows } = problem("full", 2);
  const [exponentials] = least([{ run: jobs.responsibilities, prepare: prepare.responsibilities, rows }], 20 * rounds);
  tables.push({
    title: "Responsibilities",
    note: "Log-sum-exp over 8 components, all alive: nanoseconds per row and component at best.",
    columns: { ns: (row) => digits(row.nanoseconds) },
    rows: [{ nanoseconds: exponentials }],
  });
  return tables;
}

await main(import.meta.url, run);

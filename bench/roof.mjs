// The machine's roof for 64-bit multiply-adds in pairs, and how near to it the dense work comes.
import { compile } from "./compile.mjs";
import { GRID, nameOf } from "./data.mjs";
import { medianOf } from "./paired.mjs";
import { iterationsFor, sideBySide } from "./prototype/beside.mjs";
import { flopsPerPair } from "./prototype/dense.mjs";
import { digits, main, progress } from "./report.mjs";

const CHAINS = [6, 7, 8, 9, 10, 11, 12, 13, 14];
/** Two lanes, each a multiplication and an addition. */
const FLOPS_PER_CHAIN = 4;

/** GFLOP/s of the best batch for each number of chains. @param {boolean} quick */
export async function roofs(quick) {
  progress("roof");
  const kernels = [];
  for (const chains of CHAINS) {
    const module = await compile("roof/roof.ts", { CHAINS: chains });
    const { exports } = new WebAssembly.Instance(module, { env: { memory: new WebAssembly.Memory({ initial: 1 }) } });
    kernels.push({
      chains,
      run: /** @type {(steps: number, factor: number, term: number) => number} */ (exports.run),
      gigaflops: 0,
    });
  }
  const steps = 1_000_000;
  // in turn, so that a neighbour's burst costs every number of chains the same
  for (let round = 0; round < (quick ? 20 : 60); round++) {
    for (const kernel of kernels) {
      const before = performance.now();
      const sum = kernel.run(steps, 0.5, 1);
      const elapsed = performance.now() - before;
      if (!Number.isFinite(sum)) throw new Error("roof: expected a finite sum");
      const gigaflops = (FLOPS_PER_CHAIN * kernel.chains * steps) / elapsed / 1e6;
      kernel.gigaflops = Math.max(kernel.gigaflops, gigaflops);
    }
  }
  return kernels.map(({ chains, gigaflops }) => ({ chains, gigaflops }));
}

/** @param {boolean} quick @param {number} roof GFLOP/s */
async function dense(quick, roof) {
  const beside = await sideBySide();
  const shapes = GRID.filter(({ d }) => d >= 8).slice(0, quick ? 2 : 5);
  const rows = [];
  for (const given of shapes) {
    progress(`roof: ${nameOf(given)}`);
    const iterations = iterationsFor(given, quick ? 300 : 1500);
    const { shape, ours, noSubnormals } = beside(given, "overlapping", { iterations, repeats: 1 });
    const flops = shape.N * shape.K * flopsPerPair(shape.d);
    const gigaflops = (samples) => {
      const best = Math.min(...samples);
      return { median: flops / medianOf(samples) / 1e6, best: flops / best / 1e6, share: flops / best / 1e6 / roof };
    };
    rows.push({ shape: nameOf(given), ours: gigaflops(ours), prototype: gigaflops(noSubnormals) });
  }
  const cell = (name) => (row) => `${digits(row[name].best)} (${Math.round(100 * row[name].share)}%)`;
  return {
    title: "Dense work beside the roof",
    note:
      "GFLOP/s of the best EM iteration, full covariance, overlapping components, of which none can be dropped; 2 d (d + 1) + 4 d " +
      "operations per row and component, exponentials not counted.",
    columns: { "N x d, K": (row) => row.shape, "dense prototype": cell("prototype"), gaussmix: cell("ours") },
    rows,
  };
}

/** @type {Parameters<typeof main>[1]} */
async function run({ quick }) {
  const rows = await roofs(quick);
  const roof = Math.max(...rows.map((row) => row.gigaflops));
  return [
    {
      title: "The roof",
      note: `f64x2 multiply and add in registers, one thread: ${digits(roof)} GFLOP/s at best.`,
      columns: { "independent chains": (row) => `${row.chains}`, "GFLOP/s": (row) => digits(row.gigaflops) },
      rows,
    },
    await dense(quick, roof),
  ];
}

await main(import.meta.url, run);

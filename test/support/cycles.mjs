// A fresh process that makes mixtures, uses them and drops them, and looks at its memory: `node --expose-gc cycles.mjs
// plain | threads`. Prints JSON: snapshots before, half way, and after all.
import { existsSync, readdirSync } from "node:fs";
import { TYPES } from "./forms.mjs";
import { uniforms } from "./random.mjs";

/** Every WebAssembly memory that somebody still holds, and how many have been made. */
const memories = new Set();
let made = 0;
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor) {
    super(descriptor);
    made++;
    memories.add(new WeakRef(this));
  }
};
const { GaussianMixture, eStep, kMeans } = await import("../../dist/index.js");

const N = 400;
const uniform = uniforms(1);
const rows = { data: Float64Array.from({ length: 2 * N }, (_, i) => uniform() + (i % 4 < 2 ? 0 : 3)), shape: [N, 2] };
const large = { data: Float64Array.from({ length: 8 * 20_000 }, uniform), shape: [20_000, 8] };

/** One life: fitted, asked, written, read, sampled from, dropped; every tenth ends in an error. */
function cycle(i) {
  // a race of starts takes as long as a hundred fits from one start
  const init = i % 100 === 0 ? "race" : "kmeans";
  const options = { nComponents: 2 + (i % 2), covarianceType: TYPES[i % 4], init, seed: i, maxIter: 3 };
  const mixture = GaussianMixture.fitSync(rows, options);
  const copy = GaussianMixture.fromJSON(JSON.stringify(mixture));
  copy.predictProba(rows);
  copy.sample(20, { seed: i });
  eStep(rows, mixture);
  kMeans(rows, { nClusters: 2, maxIter: 2, seed: i });
  if (i % 10 > 0) return;
  try {
    GaussianMixture.fitSync([[1], [1]], { nComponents: 1, regCovar: 0 });
  } catch (error) {
    if (error.code === "SINGULAR_COVARIANCE") return;
  }
  throw new Error("expected a fit of one value to fail");
}

/** A fit on three threads; every third is given up half way. */
async function threadedCycle(i) {
  const controller = new AbortController();
  const onIteration = ({ iteration }) => i % 3 === 0 && iteration === 2 && controller.abort();
  const options = {
    nComponents: 4,
    init: "kmeans",
    maxIter: 4,
    tol: 0,
    threads: 3,
    signal: controller.signal,
    onIteration,
  };
  await GaussianMixture.fit(large, options).catch((error) => {
    if (error.name !== "AbortError") throw error;
  });
}

const threadsNow = () => (existsSync("/proc/self/task") ? readdirSync("/proc/self/task").length : 0);

/** Threads after those that end have ended, and memory after everything that can be collected has been. */
async function snapshot() {
  // a worker holds its memory until it has ended, in turns of its own
  for (let i = 0; i < 400 && idle !== undefined && threadsNow() > idle.threads; i++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  for (let i = 0; i < 8; i++) {
    globalThis.gc();
    // a weak reference lives until its turn of the event loop ends
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  let wasm = 0;
  for (const memory of memories) wasm += memory.deref()?.buffer.byteLength ?? 0;
  const threads = threadsNow();
  return { rss, heapUsed, external, arrayBuffers, wasm, made, threads };
}

const threaded = process.argv[2] === "threads";
const CYCLES = threaded ? 60 : 10_000;
let idle;
idle = await snapshot();
let half;
for (let i = 1; i <= CYCLES; i++) {
  if (threaded) await threadedCycle(i);
  else cycle(i);
  if (i === CYCLES / 2) half = await snapshot();
}
console.log(JSON.stringify({ cycles: CYCLES, idle, half, late: await snapshot() }));

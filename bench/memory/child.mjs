// A fresh process whose memory is looked at: `node --expose-gc child.mjs data | library N d`, `fit N d [K threads]` or `again N d few many`.
// Prints JSON.
import { mixtureRows } from "../data.mjs";

const [mode, ...sizes] = process.argv.slice(2);
const [N, d] = sizes.map(Number);
const [K = 8, threads] = mode === "fit" ? sizes.slice(2).map(Number) : [];

/** Every WebAssembly memory that somebody still holds. */
const memories = /** @type {Set<WeakRef<WebAssembly.Memory>>} */ (new Set());
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor) {
    super(descriptor);
    memories.add(new WeakRef(this));
  }
};

function wasmBytes() {
  let bytes = 0;
  for (const memory of memories) bytes += memory.deref()?.buffer.byteLength ?? 0;
  return bytes;
}

function snapshot() {
  const { rss, heapUsed, arrayBuffers, external } = process.memoryUsage();
  return { wasm: wasmBytes(), rss, heapUsed, arrayBuffers, external };
}

/** Memory after everything that can be collected has been. */
async function settled() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    // a weak reference lives until its turn of the event loop ends
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return snapshot();
}

/** The largest of each figure so far. */
const peak = { wasm: 0, rss: 0, arrayBuffers: 0, external: 0 };

function sample() {
  const now = snapshot();
  for (const key of Object.keys(peak)) peak[key] = Math.max(peak[key], now[key]);
}

/** @param {Float64Array} rows @param {number} maxIter @param {import("gaussmix").FitOptions["init"]} [init] */
async function fitOnce(rows, maxIter, init) {
  const { GaussianMixture } = await import("gaussmix");
  const options = { nFeatures: d, nComponents: K, init, maxIter, tol: 0, threads, onIteration: sample };
  return GaussianMixture.fit(rows, options);
}

/** Fits and predictions in a row, and what is left behind. @param {number} times @param {Float64Array} rows */
async function again(times, rows) {
  for (let i = 0; i < times; i++) {
    // the search for a start would take a second each
    const mixture = await fitOnce(rows, 2, "kmeans");
    mixture.predict(rows);
  }
  return settled();
}

const rows = mixtureRows({ N, d, K });
if (mode === "again") {
  const [few, many] = sizes.slice(2).map(Number);
  const before = await again(few, rows);
  const after = await again(many, rows);
  console.log(JSON.stringify({ before, after }));
} else {
  const before = await settled();
  // small enough to cost nothing but the code
  if (mode === "library") await fitOnce(rows.subarray(0, 512 * d), 8);
  const mixture = mode === "fit" ? await fitOnce(rows, 8) : undefined;
  sample();
  const maxRSS = process.resourceUsage().maxRSS * 1024;
  const after = await settled();
  console.log(JSON.stringify({ before, peak, maxRSS, after, nComponents: mixture?.nComponents }));
}

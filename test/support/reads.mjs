// A process that reads one model file and says how much memory that took: node reads.mjs READER FILE. READER is
// a function of the built library, or JSON.parse. Prints JSON: outcome, and by how many bytes the peak has risen.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resourceUsage } from "node:process";
import * as gaussmix from "../../dist/index.js";

const { GaussianMixture, toBytes } = gaussmix;
const readers = { ...gaussmix, "GaussianMixture.fromJSON": GaussianMixture.fromJSON, "JSON.parse": JSON.parse };

// what is there before any file: compiled kernels, an arena
const small = GaussianMixture.fromParameters({ weights: [1], means: [0], covariances: [1] });
gaussmix.fromBytes(toBytes(small));
GaussianMixture.fromJSON(JSON.stringify(small));

/** Most kilobytes in memory so far. Linux counts those of the parent in maxRSS, and has a figure that can be reset. */
function peak() {
  if (!existsSync("/proc/self/clear_refs")) return resourceUsage().maxRSS;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
}

const [reader, path] = process.argv.slice(2);
const file = readFileSync(path, reader === "fromBytes" || reader === "fromOnnx" ? null : "latin1");
globalThis.gc();
if (existsSync("/proc/self/clear_refs")) writeFileSync("/proc/self/clear_refs", "5");
const before = peak();
let outcome = "read";
try {
  readers[reader](file);
} catch (error) {
  outcome = error.message;
}
console.log(JSON.stringify({ outcome, bytes: (peak() - before) * 1024 }));

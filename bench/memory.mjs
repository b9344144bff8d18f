// Peak memory of a fit beyond the caller's data, and what a thousand fits and predictions leave behind.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { nameOf } from "./data.mjs";
import { medianOf } from "./paired.mjs";
import { digits, main, progress } from "./report.mjs";

/** What the bar is set for, and fewer columns: what is kept per row weighs more there. */
const SHAPES = [
  { N: 1_000_000, d: 8, K: 8 },
  { N: 1_000_000, d: 2, K: 8 },
];
const COLUMNS = 8;
const MB = 1e6;
/** A fit may take this many times the data as 64-bit floats, and this much on top. */
const BAR_FACTOR = 1.3;
const BAR_EXTRA = 4 * MB;

/** @param {string} mode @param {number[]} sizes */
function child(mode, ...sizes) {
  const path = fileURLToPath(new URL("memory/child.mjs", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", path, mode, ...sizes.map(String)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output);
}

/** @param {import("./data.mjs").Shape} given @param {boolean} quick */
function peakOfFit(given, quick) {
  const shape = quick ? { ...given, N: 200_000 } : given;
  const dataBytes = shape.N * shape.d * 8;
  const bar = BAR_FACTOR * dataBytes + BAR_EXTRA;
  const samples = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    progress(`memory: ${nameOf(shape)}, process ${round + 1}`);
    const data = child("data", shape.N, shape.d);
    const library = child("library", shape.N, shape.d);
    const fit = child("fit", shape.N, shape.d);
    samples.push({
      wasm: fit.peak.wasm,
      arrays: fit.peak.arrayBuffers - fit.before.arrayBuffers,
      resident: fit.maxRSS - data.maxRSS,
      library: library.maxRSS - data.maxRSS,
      left: fit.after.rss - fit.before.rss,
    });
  }
  const of = (key) => medianOf(samples.map((sample) => sample[key]));
  const rows = [
    { what: "WebAssembly memory and the library's arrays", bytes: medianOf(samples.map((s) => s.wasm + s.arrays)) },
    { what: "WebAssembly memory", bytes: of("wasm") },
    { what: "JavaScript arrays beyond the data", bytes: of("arrays") },
    { what: "largest resident size over a process that only makes the data", bytes: of("resident") },
    { what: "the same for a process that fits 512 rows of it: the library's code", bytes: of("library") },
    { what: "resident size after the fit over that before it", bytes: of("left") },
    { what: `bar: ${BAR_FACTOR} times the data and ${BAR_EXTRA / MB} MB`, bytes: bar },
  ].map((row) => ({ ...row, shareOfData: row.bytes / dataBytes, bar }));
  return {
    title: `Memory of a fit: ${nameOf(shape)}, ${digits(dataBytes / MB)} MB of data`,
    note: "Beyond the caller's data, in fresh processes. Peaks are seen after every iteration; the resident size is the system's own.",
    columns: {
      what: (row) => row.what,
      MB: (row) => digits(row.bytes / MB),
      "times the data": (row) => digits(row.shareOfData),
    },
    rows,
  };
}

/** @param {boolean} quick */
function inARow(quick) {
  const few = quick ? 20 : 100;
  const rows = [];
  for (const [N, times] of [
    [200, quick ? 200 : 1000],
    [150_000, quick ? 20 : 100],
  ]) {
    progress(`memory: ${times} fits of ${N} x ${COLUMNS}`);
    const { before, after } = child("again", N, COLUMNS, Math.min(few, times), times);
    rows.push({ N, times, few: Math.min(few, times), before, after });
  }
  const cell = (key) => (row) => `${digits(row.before[key] / MB)} → ${digits(row.after[key] / MB)}`;
  return {
    title: "Fits and predictions in a row",
    note:
      "MB held after some and after many more, once garbage has been collected; two iterations each. The resident size also has the reserve of the engine's heap, " +
      "which grows by some MB at first, and what other threads hold, which the other columns do not see.",
    columns: {
      data: (row) => `${row.N} x ${COLUMNS}`,
      fits: (row) => `${row.few} → ${row.few + row.times}`,
      "WebAssembly memory": cell("wasm"),
      "array buffers": cell("arrayBuffers"),
      "JavaScript heap": cell("heapUsed"),
      "resident size": cell("rss"),
    },
    rows,
  };
}

/** @type {Parameters<typeof main>[1]} */
async function run({ quick }) {
  return [...SHAPES.map((shape) => peakOfFit(shape, quick)), inARow(quick)];
}

await main(import.meta.url, run);

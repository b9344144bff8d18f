// Nasty problems by the hundred thousand: what becomes of each kind, and whether anything is NaN, traps or hangs.
//
//     node bench/quality/nasty.mjs [FIRST [LAST]] [--out FILE]      blocks of 1,000 problems, by default 0 to 99
//
// Needs a built library. Block i is always the same 1,000 problems, so that a run can be cut in pieces. Prints each problem
// that went wrong, and the table of docs/numerics.md; with --out it keeps the counts of each block in a file and leaves out
// the blocks that are there already. Exits with 1 if a problem went wrong.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { build } from "esbuild";
import { headline, host } from "../report.mjs";

/** A fit that takes longer hangs: the slowest take some seconds on a busy machine. */
const PATIENCE = 120_000;
const BLOCK = 1000;
const here = fileURLToPath(new URL("../../", import.meta.url));
const bundle = `${here}build/nasty.mjs`;

/** One block, in a thread of its own: one that hangs can be ended. @param {number} block */
async function work(block) {
  const { default: fc } = await import("fast-check");
  const { nastyProblems, outcomeOf, kindsOf } = await import(bundle);
  /** @type {Record<string, Record<string, number>>} */
  const counts = {};
  let slowest = 0;
  let faults = 0;
  for (const problem of fc.sample(nastyProblems, { seed: block, numRuns: BLOCK })) {
    parentPort.postMessage({ problem: JSON.stringify(problem) });
    const before = performance.now();
    const outcome = outcomeOf(problem);
    slowest = Math.max(slowest, performance.now() - before);
    if (outcome.faults.length > 0) {
      faults++;
      console.log(`block ${block}: ${JSON.stringify(problem)}\n${outcome.faults.join("\n")}`);
    }
    for (const kind of ["all", ...kindsOf(problem)]) {
      counts[kind] ??= {};
      for (const what of [outcome.end, ...new Set(outcome.warnings)])
        counts[kind][what] = (counts[kind][what] ?? 0) + 1;
    }
  }
  parentPort.postMessage({ done: { counts, faults, slowest } });
}

/** @param {number} block @returns {Promise<{ counts: Record<string, Record<string, number>>, faults: number, slowest: number }>} */
function run(block) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: block });
    let last = "";
    const hung = () => {
      worker.terminate();
      reject(new Error(`block ${block}: no end after ${PATIENCE / 1000} s: ${last}`));
    };
    let timer = setTimeout(hung, PATIENCE);
    worker.on("message", ({ problem, done }) => {
      clearTimeout(timer);
      if (done) return resolve(done);
      last = problem;
      timer = setTimeout(hung, PATIENCE);
    });
    worker.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`block ${block}: ${last}`, { cause: error }));
    });
  });
}

async function main() {
  const args = process.argv.slice(2);
  const at = args.indexOf("--out");
  const [out] = at < 0 ? [] : args.splice(at, 2).slice(1);
  const [first = 0, last = 99] = args.map(Number);
  mkdirSync(`${here}build`, { recursive: true });
  const entryPoints = [`${here}test/support/nasty.ts`];
  await build({ entryPoints, outfile: bundle, bundle: true, format: "esm", platform: "node", packages: "external" });

  const blocks = out && existsSync(out) ? JSON.parse(readFileSync(out, "utf8")) : {};
  for (let block = first; block <= last; block++) {
    if (blocks[block]) continue;
    blocks[block] = await run(block);
    if (out) writeFileSync(out, JSON.stringify(blocks));
    process.stderr.write(`block ${block}: ${blocks[block].faults} wrong\n`);
  }
  const chosen = Object.entries(blocks).flatMap(([i, block]) => (i >= first && i <= last ? [block] : []));
  print(chosen);
  if (chosen.some(({ faults }) => faults > 0)) process.exitCode = 1;
}

/** @param {Awaited<ReturnType<typeof run>>[]} blocks */
function print(blocks) {
  /** @param {string} kind @param {string} what */
  const total = (kind, what) => blocks.reduce((sum, { counts }) => sum + (counts[kind]?.[what] ?? 0), 0);
  const ends = ["distribution", "RangeError", "SINGULAR_COVARIANCE", "NOT_FINITE"];
  const warnings = [
    "SPURIOUS_COMPONENT",
    "TOO_MANY_PARAMETERS",
    "CONSTANT_COLUMN",
    "DEPENDENT_COLUMN",
    "EMPTY_COMPONENT",
    "NOT_CONVERGED",
  ];
  const kinds = [...new Set(blocks.flatMap(({ counts }) => Object.keys(counts)))];
  const known = new Set([...ends, ...warnings]);
  const others = new Set(blocks.flatMap(({ counts }) => Object.keys(counts.all)).filter((what) => !known.has(what)));
  const columns = [...ends, ...others, ...warnings];
  console.log(`${headline(host())}\n`);
  console.log(
    `${blocks.length * BLOCK} problems, ${blocks.reduce((sum, { faults }) => sum + faults, 0)} wrong; slowest`,
  );
  console.log(`${(Math.max(...blocks.map(({ slowest }) => slowest)) / 1000).toFixed(1)} s\n`);
  console.log(`| kind | problems | ${columns.join(" | ")} |\n|---|---|${columns.map(() => "---|").join("")}`);
  for (const kind of kinds) {
    const problems = [...ends, ...others].reduce((sum, end) => sum + total(kind, end), 0);
    console.log(`| ${kind} | ${problems} | ${columns.map((what) => total(kind, what)).join(" | ")} |`);
  }
}

if (isMainThread) await main();
else await work(workerData);

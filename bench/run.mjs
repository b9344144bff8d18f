// All benches, each in a process of its own: `node bench/run.mjs [--only iteration,fit] [--quick]`.
import { fork } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { headline, host, slug } from "./report.mjs";

const BENCHES = ["kernels", "iteration", "fit", "cold", "predict", "memory", "roof", "scaling", "threads"];

/** @param {string} name @param {boolean} quick @returns {Promise<unknown[]>} its tables. */
function runBench(name, quick) {
  return new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
    const child = fork(path, quick ? ["--quick"] : []);
    let tables = [];
    child.on("message", (message) => {
      tables = /** @type {unknown[]} */ (message);
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code !== 0) process.exitCode = 1;
      resolve(tables);
    });
  });
}

/** What an earlier run of the same day, commit and manner has found, to be completed. */
function earlier(file, about) {
  try {
    const { benches, ...rest } = JSON.parse(readFileSync(file, "utf8"));
    return JSON.stringify(rest) === JSON.stringify(about) ? benches : {};
  } catch {
    return {};
  }
}

const { values } = parseArgs({ options: { only: { type: "string" }, quick: { type: "boolean", default: false } } });
const chosen = values.only?.split(",") ?? BENCHES;
const unknown = chosen.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) throw new RangeError(`--only: expected some of ${BENCHES}, got ${unknown}`);

const about = { ...host(), quick: values.quick };
console.log(headline(about));
const folder = new URL("results/", import.meta.url);
const file = new URL(`${about.date}-${slug(about.processor)}${values.quick ? "-quick" : ""}.json`, folder);
const benches = earlier(file, about);
for (const name of chosen) {
  benches[name] = await runBench(name, values.quick);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...about, benches }, undefined, 1)}\n`);
}
console.log(`\nWritten to bench/results/${file.pathname.split("/").pop()}`);

// Prints SHA-256 of the results of the fixed problems (suite/bits.mjs), and whether it is the one on record.
// With --write, after a numeric change that was meant, it becomes the one on record.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as gaussmix from "../../dist/index.js";
import { bitsOf } from "./suite/bits.mjs";

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const file = new URL("bits.json", import.meta.url);
const before = JSON.parse(readFileSync(file, "utf8"));
const { all, problem } = await bitsOf(gaussmix);
const changed = Object.keys(problem).filter((name) => problem[name].slice(0, 8) !== before.problems[name]);
console.log(`${all}${all === before.sha256 ? "" : `, on record ${before.sha256}`}`);
for (const name of changed) console.log(`changed: ${name}`);
if (values.write) {
  const problems = Object.fromEntries(Object.entries(problem).map(([name, digest]) => [name, digest.slice(0, 8)]));
  writeFileSync(file, `${JSON.stringify({ sha256: all, problems }, null, 2)}\n`);
} else if (all !== before.sha256) process.exitCode = 1;

// `npm run test:runtimes`: the packed library in every runtime, the bundlers, the examples. Installs what it needs, and
// prints the matrix; with --write it goes into docs/guide/where-it-runs.md, if no cell is missing. Other arguments choose test files:
// `npm run test:runtimes -- browsers`.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { recorded } from "./matrix.mjs";
import { tables } from "./table.mjs";

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));
const options = process.argv.slice(2).filter((option) => option !== "--write");
const isWritten = process.argv.includes("--write");

if (!existsSync(pathOf("../../dist/index.js"))) {
  console.error("no runtime was tested: dist is missing; run npm run build");
  process.exit(1);
}

/** Why the run is not a whole one that passes. */
const faults = [];
if (spawnSync("bash", [pathOf("install.sh")], { stdio: "inherit" }).status !== 0) {
  faults.push("not everything could be installed, see above");
}
if (!existsSync(pathOf("node_modules/.package-lock.json"))) {
  console.error("no runtime was tested: the packages of test/runtimes are not installed");
  process.exit(1);
}

const begin = performance.now();
const vitest = [pathOf("../../node_modules/vitest/vitest.mjs"), "run", "--config", pathOf("vitest.config.mjs")];
const { status } = spawnSync(process.execPath, [...vitest, ...options], { stdio: "inherit" });
if (status !== 0) faults.push("tests failed, see above");
const { rows, faults: missing, unmeasured } = recorded();
if (options.length === 0) faults.push(...missing);
// a busy machine is no reason for a test to fail, but for a table to wait
if (isWritten) faults.push(...unmeasured);
else for (const fault of unmeasured) console.log(fault);

const found = await tables(rows);
console.log(`\n${Object.values(found).join("\n\n")}\n`);
const seconds = ((performance.now() - begin) / 1000).toFixed(0);
console.log(`The runtimes took ${seconds} s; load average at the end: ${loadavg()[0].toFixed(1)}.`);

if (faults.length > 0) {
  process.exitCode = 1;
  console.error(`\nNot a whole run that passes:\n${faults.map((fault) => `- ${fault}`).join("\n")}`);
}
if (isWritten && (faults.length > 0 || options.length > 0)) {
  process.exitCode = 1;
  console.error("docs/guide/where-it-runs.md is left alone: only a whole run that passes goes there");
} else if (isWritten) {
  const page = new URL("../../docs/guide/where-it-runs.md", import.meta.url);
  let text = readFileSync(page, "utf8");
  for (const [name, table] of Object.entries(found)) {
    const block = new RegExp(`(<!-- ${name}: .*-->\n)[\\s\\S]*?(\n<!-- end -->)`);
    if (!block.test(text))
      throw new Error(`docs/guide/where-it-runs.md has no block <!-- ${name}: … --> … <!-- end -->`);
    text = text.replace(block, (_, head, end) => `${head}\n${table}\n${end}`);
  }
  writeFileSync(page, text);
}

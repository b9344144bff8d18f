// `npm run test:runtimes`: the packed library in every runtime, the bundlers, the examples. Prints the matrix; with
// --write it goes into the README. Other arguments choose test files: `npm run test:runtimes -- browsers`.
// What it needs: `npm run build` and `bash test/runtimes/install.sh`.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tables } from "./table.mjs";

const options = process.argv.slice(2).filter((option) => option !== "--write");
const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const config = fileURLToPath(new URL("vitest.config.mjs", import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, "run", "--config", config, ...options], { stdio: "inherit" });
process.exitCode = status ?? 1;

const found = await tables();
console.log(`\n${Object.values(found).join("\n\n")}\n`);
if (process.argv.includes("--write")) {
  if (status !== 0 || options.length > 0) {
    console.error("README.md is left alone: only a whole run that passes goes there");
    process.exitCode ||= 1;
  } else {
    const readme = new URL("../../README.md", import.meta.url);
    let text = readFileSync(readme, "utf8");
    for (const [name, table] of Object.entries(found)) {
      const block = new RegExp(`(<!-- ${name}: .*-->\n)[\\s\\S]*?(\n<!-- end -->)`);
      if (!block.test(text)) throw new Error(`README.md has no block <!-- ${name}: … --> … <!-- end -->`);
      text = text.replace(block, (_, begin, end) => `${begin}\n${table}\n${end}`);
    }
    writeFileSync(readme, text);
  }
}

// Runs the kernel tests with as-pect. as-pect exits with 0 when no file matches, and its own launcher may quit before
// the last output has been passed on; here both are failures to be seen. Arguments: parts of file names to run only
// those (`npm run test:as -- elementary`); options go on to as-pect (`-- --verbose`).
// Writes what as-pect printed to build/as-pect.log, where tools/count-tests.mjs reads it.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const log = new URL("../build/as-pect.log", import.meta.url);
rmSync(log, { force: true });

const options = process.argv.slice(2).filter((argument) => argument.startsWith("-"));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const runner = fileURLToPath(new URL("test.js", import.meta.resolve("@as-pect/cli")));
const child = spawn(process.execPath, ["--enable-source-maps", runner, ...options], {
  cwd: root,
  env: { ...process.env, AS_PECT_ONLY: names.join(","), FORCE_COLOR: process.stdout.isTTY ? "2" : "0" },
  stdio: ["ignore", "pipe", "pipe"],
});
let text = "";
for (const [from, to] of [
  [child.stdout, process.stdout],
  [child.stderr, process.stderr],
]) {
  from.setEncoding("utf8");
  from.on("data", (chunk) => {
    text += chunk;
    to.write(chunk);
  });
}
child.on("close", (code) => {
  if (!text.endsWith("\n")) process.stdout.write("\n");
  text = stripVTControlCharacters(text);
  mkdirSync(new URL(".", log), { recursive: true });
  writeFileSync(log, text);
  const tests = /\[Tests\]: *(\d+) *\/ *(\d+)/.exec(text);
  if (tests === null || tests[2] === "0") {
    console.error("as-pect ran no test: does a file match assembly/__tests__/**/*.spec.ts, and does it compile?");
    process.exitCode = 1;
  } else if (/Todo: [1-9]/.test(text)) {
    console.error("as-pect: a test runs or does not exist: no todo, xit or xtest");
    process.exitCode = 1;
  } else if (tests[1] !== tests[2]) process.exitCode = 1;
  else process.exitCode = code ?? 1;
});

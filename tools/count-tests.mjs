// Prints `N passed, N failed` for the last `npm test` and `npm run test:runtimes`: the kernel tests (build/as-pect.log)
// and vitest's (build/vitest.json, and build/vitest-runtimes.json if they ran) together. Argument: the exit code of those runs. Whatever
// failed without failing a test, such as the build or a test file that does not load, counts as one failure.
import { readFileSync } from "node:fs";

const read = (name) => {
  try {
    return readFileSync(new URL(`../build/${name}`, import.meta.url), "utf8");
  } catch {
    return undefined;
  }
};

let passed = 0;
let failed = 0;
const tests = /\[Tests\]: *(\d+) *\/ *(\d+)/.exec(read("as-pect.log") ?? "");
if (tests !== null) {
  passed += Number(tests[1]);
  failed += Number(tests[2]) - Number(tests[1]);
}
const reports = ["vitest.json", "vitest-runtimes.json"].map(read);
for (const report of reports) {
  if (report === undefined) continue;
  const { numPassedTests, numFailedTests } = JSON.parse(report);
  passed += numPassedTests;
  failed += numFailedTests;
}
const complete = tests !== null && reports[0] !== undefined;
if (failed === 0 && (process.argv[2] !== "0" || !complete)) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

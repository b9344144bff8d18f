// Prints `N passed, N failed` for the last `npm test`, `npm run test:runtimes` and `npm run test:site`: the kernel tests
// (build/as-pect.log) and vitest's (build/vitest.json, build/vitest-runtimes.json and build/vitest-site.json) together. Argument: the exit code of those runs. A test
// file that fails without failing a test, for it does not load, counts as one failure; so does whatever else fails, such
// as the build.
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
const reports = ["vitest.json", "vitest-runtimes.json", "vitest-site.json"].map(read);
for (const report of reports) {
  if (report === undefined) continue;
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report);
  passed += numPassedTests;
  failed += numFailedTests;
  failed += testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  ).length;
}
const complete = tests !== null && reports.every((report) => report !== undefined);
if (failed === 0 && (process.argv[2] !== "0" || !complete)) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["site/test/*.test.mjs"],
    pool: "forks",
    fileParallelism: false,
    // generous, for a busy machine: a timeout means a hang
    testTimeout: 120_000,
    hookTimeout: 120_000,
    allowOnly: false,
    passWithNoTests: false,
    // tools/count-tests.mjs reads the second one.
    reporters: ["default", ["json", { outputFile: "build/vitest-site.json" }]],
  },
});

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/runtimes/*.test.mjs"],
    globalSetup: fileURLToPath(new URL("setup.mjs", import.meta.url)),
    pool: "forks",
    // one runtime after the other: they measure
    fileParallelism: false,
    // generous, for a busy machine: a timeout means a hang
    testTimeout: 300_000,
    hookTimeout: 300_000,
    allowOnly: false,
    passWithNoTests: false,
    // tools/count-tests.mjs reads the second one.
    reporters: ["default", ["json", { outputFile: "build/vitest-runtimes.json" }]],
  },
});

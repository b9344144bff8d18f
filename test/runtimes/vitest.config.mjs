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
    testTimeout: 180_000,
    hookTimeout: 180_000,
    allowOnly: false,
    passWithNoTests: false,
    // tools/count-tests.mjs reads the second one.
    reporters: ["default", ["json", { outputFile: "build/vitest-runtimes.json" }]],
  },
});

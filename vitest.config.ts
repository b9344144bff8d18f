import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Fits keep a core busy and leave the runner idle: one process per core, none held back for it.
    pool: "forks",
    maxWorkers: availableParallelism(),
    // Generous, for a slow machine or a busy one: a timeout here means a hang.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    allowOnly: false,
    passWithNoTests: false,
    // tools/count-tests.mjs reads the second one.
    reporters: ["default", ["json", { outputFile: "build/vitest.json" }]],
  },
});

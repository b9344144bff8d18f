import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Fits keep a core busy and leave the runner idle: one process per core, none held back for it.
    pool: "forks",
    maxWorkers: availableParallelism(),
    // Generous, for a slow machine or one with six times as much to do as it has cores: a timeout here means a hang.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    allowOnly: false,
    passWithNoTests: false,
    // tools/count-tests.mjs reads the second one.
    reporters: ["default", ["json", { outputFile: "build/vitest.json" }]],
  },
});

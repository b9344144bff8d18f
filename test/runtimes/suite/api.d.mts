/** Tests of the whole public API, not yet run. */
export declare function apiChecks(
  gaussmix: typeof import("../../../src/index.ts"),
  predict: typeof import("../../../src/predict.ts"),
): { run(): Promise<{ readonly passed: number; readonly failures: readonly string[] }> };

// What a bundle of the library weighs, minified and gzipped, kernels included.
import { describe, expect, test } from "vitest";
import { files, sizes } from "../tools/size.mjs";

const KB = 1000;
/** A bar that lies further above the truth than this is none: what shrinks takes its bar down with it. */
const SLACK = 0.1;
const rows = await sizes();
const of = (name: string): number => rows.find((row) => row.name.includes(name))?.gzipped ?? Number.NaN;

/** Expects a size in bytes to be below its bar, and not by much. */
function expectBelow(bytes: number, bar: number): void {
  expect(bytes).toBeLessThanOrEqual(bar);
  expect(bytes).toBeGreaterThan((1 - SLACK) * bar);
}

describe("the size of", () => {
  // 45 KB were wanted for everything: what it would take stands in docs/decisions/0029-size.md
  test("what fits and predicts is at most 78 KB, and everything at most 101", () => {
    expectBelow(of("`GaussianMixture`"), 78 * KB);
    expectBelow(of("everything: `gaussmix`"), 101 * KB);
  });

  test("what only predicts is at most 24 KB, a third of what fits; with all that reads models and flags rows at most 28", () => {
    expectBelow(of("`Mixture` of `gaussmix/predict`"), 24 * KB);
    expect(of("`Mixture` of `gaussmix/predict`")).toBeLessThan(of("`GaussianMixture`") / 3);
    expectBelow(of("everything: `gaussmix/predict`"), 28 * KB);
  });

  test("what only clusters is at most 35 KB", () => {
    expectBelow(of("`kMeans`"), 35 * KB);
  });

  test("everything without its kernels, which come from elsewhere, is at most 80 KB", () => {
    expectBelow(of("`gaussmix/load`"), 80 * KB);
  });

  test("the kernels as text is at most a tenth over theirs as they are", () => {
    const { kernels } = rows[0];
    const bytes = files().find(({ name }) => name === "gaussmix.wasm")?.gzipped ?? Number.NaN;
    expectBelow(kernels / bytes, 1.1);
  });
});

// What a bundle of the library weighs, minified and gzipped, kernels included.
import { describe, expect, test } from "vitest";
import { files, sizes } from "../tools/size.mjs";

const KB = 1000;
const rows = await sizes();
const of = (name: string): number => rows.find((row) => row.name.includes(name))?.gzipped ?? Number.NaN;
const everything = of("everything: `gaussmix`");

describe("the size of", () => {
  // 45 KB were wanted for everything: what it would take stands in docs/decisions/0029-size.md
  test("what fits and predicts is at most 62 KB, and everything at most 86", () => {
    expect(everything).toBeGreaterThan(10 * KB);
    expect(of("`GaussianMixture`")).toBeLessThanOrEqual(62 * KB);
    expect(everything).toBeLessThanOrEqual(86 * KB);
  });

  test("what only predicts is at most 60 % of everything", () => {
    expect(of("`gaussmix/predict`")).toBeLessThan(0.6 * everything);
  });

  test("what only clusters is less than everything", () => {
    expect(of("`kMeans`")).toBeLessThan(0.8 * everything);
  });

  test("the kernels as text is at most a tenth over theirs as they are", () => {
    const { kernels } = rows[0];
    const bytes = files().find(({ name }) => name === "gaussmix.wasm")?.gzipped ?? Number.NaN;
    expect(kernels / bytes).toBeLessThan(1.1);
  });
});

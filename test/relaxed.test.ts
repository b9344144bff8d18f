// `reproducible: false`: kernels that multiply and add in one instruction, where the engine can.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GaussianMixture } from "../src/index.ts";
import { sameBits } from "./support/compare.ts";
import { clouds, TYPES } from "./support/problems.ts";

/** A module of one function: local.get 0, 0, 0, f64x2.relaxed_madd, drop. */
const PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 123, 0, 3, 2, 1, 0],
  ...[10, 14, 1, 12, 0, 32, 0, 32, 0, 32, 0, 253, 135, 2, 26, 11],
);
const library = new URL("../dist/index.js", import.meta.url);

test("is taken as wished for only where the engine has relaxed SIMD", () => {
  const data = clouds(600, 5, 3, 1);
  const options = { nComponents: 3, nFeatures: 5, maxIter: 5 };
  const plain = GaussianMixture.fitSync(data, options);
  const relaxed = GaussianMixture.fitSync(data, { ...options, reproducible: false });
  expect(plain.report?.reproducible).toBe(true);
  expect(relaxed.report?.reproducible).toBe(!WebAssembly.validate(PROBE));
  expect(sameBits(relaxed.means, plain.means)).toBe(relaxed.report?.reproducible);
});

// On an old engine, a process of its own with relaxed SIMD switched on before it is asked for.
describe.skipIf(!existsSync(library))("with relaxed SIMD", () => {
  const script = `
    import v8 from "node:v8";
    if (Number(process.versions.node.split(".")[0]) < 22) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
    const { GaussianMixture } = await import(${JSON.stringify(library.href)});
    let state = 1;
    const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const [N, D, K] = [6000, 6, 3];
    const data = Float64Array.from({ length: N * D }, (_, i) => uniform() * uniform() + 0.3 * (Math.floor(i / D) % K));
    const numbers = ({ means, covariances, weights, report }) =>
      [report.logLikelihood, ...weights, ...means, ...covariances].map((x) => x.toString());
    for (const covarianceType of ${JSON.stringify(TYPES)}) {
      const options = { nComponents: K, nFeatures: D, covarianceType, tol: 0, maxIter: 12 };
      const plain = GaussianMixture.fitSync(data, options);
      const relaxed = GaussianMixture.fitSync(data, { ...options, reproducible: false });
      const threads = await GaussianMixture.fit(data, { ...options, reproducible: false, threads: 2 });
      const again = GaussianMixture.fitSync(data, options);
      console.log(JSON.stringify({
        reproducible: [plain, relaxed, threads].map(({ report }) => report.reproducible),
        plain: numbers(plain), relaxed: numbers(relaxed), threads: numbers(threads), again: numbers(again),
      }));
    }`;

  test("every covariance type is the same but for the last digits, on any number of threads", () => {
    const child = spawnSync(process.execPath, ["--input-type=module", "-"], { input: script, timeout: 60_000 });
    expect(String(child.stderr)).toBe("");
    const lines = String(child.stdout).trim().split("\n");
    expect(lines).toHaveLength(TYPES.length);
    for (const line of lines) {
      const { reproducible, plain, relaxed, threads, again } = JSON.parse(line);
      expect(reproducible).toEqual([true, false, false]);
      expect(again).toEqual(plain);
      expect(threads).toEqual(relaxed);
      // other bits: the other kernels have really run
      expect(relaxed).not.toEqual(plain);
      relaxed.forEach((value: string, i: number) => {
        const expected = Number(plain[i]);
        expect(Math.abs(Number(value) - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
      });
    }
  });
});

// Runtimes with a command line: Node in its versions, Deno, Bun.
import { describe, expect, test } from "vitest";
import { answer, bin, COLD_STARTS, expectSuite, nodeBinary, output } from "./harness.mjs";
import { record } from "./matrix.mjs";

/** Deno may read the files of the project and nothing else: it needs no more. */
const DENO = ["run", "--quiet", "--no-prompt", "--no-remote", "--allow-read=."];
const runtimes = [
  ...[20, 22, 24, 26].map((major) => ({ name: `Node ${major}`, file: nodeBinary(major), options: [] })),
  { name: "Deno", file: bin("deno"), options: DENO },
  { name: "Bun", file: bin("bun"), options: [] },
];

for (const { name, file, options } of runtimes) {
  describe(name, () => {
    test("has the API, threads, and the bits", async () => {
      const version = (await output(file, ["--version"])).replace(/^(?:deno )?v?(\S+)[\s\S]*$/, "$1");
      const result = await answer(file, [...options, "script.mjs"]);
      const coldStarts = [];
      for (let i = 0; i < COLD_STARTS; i++) {
        coldStarts.push((await answer(file, [...options, "script.mjs", "cold"])).coldStart);
      }
      record(name, version, { ...result, coldStart: Math.min(...coldStarts) });
      expectSuite(result, true);
    });

    test("shows a mixture in the console as its text", async () => {
      const [text, ...shown] = (await output(file, [...options, "shown.mjs"])).split("\n=\n");
      expect(text).toMatch(/^GaussianMixture of 2 components over 1 column, full covariance\nconverged after \d+ iter/);
      expect(text).toContain('\n  "x" ');
      const [first] = text.split("\n");
      const part = new RegExp(`^\\{\\s+mixture: ${first.replace(/[()]/g, "\\$&")},?\\s+\\}$`);
      expect(shown).toEqual([
        text,
        expect.stringMatching(part),
        expect.stringMatching(/trace: Float64Array\(\d+\) \[/),
        expect.stringMatching(/^\[class GaussianMixture( extends Mixture)?\]$/),
        "[class Mixture]",
        expect.stringContaining("MixtureError: full"),
      ]);
    });

    if (name.startsWith("Node")) {
      test("takes it by require", async () => {
        const script = `
          const { GaussianMixture } = require("gaussmix");
          const { Mixture } = require("gaussmix/predict");
          const mixture = GaussianMixture.fitSync([[1], [2], [9], [10]], { nComponents: 2 });
          console.log(JSON.stringify([...Mixture.fromJSON(mixture.toJSON()).predict([[1.5], [9.5]])].sort()));`;
        expect(await answer(file, ["--no-warnings", "--input-type=commonjs", "-e", script])).toEqual([0, 1]);
      });
    }
  });
}

test("an engine without SIMD gets one clear error", async () => {
  const script = `
    import { GaussianMixture } from "gaussmix";
    const refusals = [];
    const note = ({ name, code, message }) => refusals.push({ name, code, message });
    try {
      GaussianMixture.fitSync([[1], [2]], { nComponents: 1 });
    } catch (error) {
      note(error);
    }
    await GaussianMixture.fit([[1], [2]], { nComponents: 1 }).catch(note);
    console.log(JSON.stringify(refusals));`;
  const refusals = await answer(bin("bun"), ["-e", script], { env: { BUN_JSC_useWasmSIMD: "0" } });
  expect(refusals).toHaveLength(2);
  for (const { name, code, message } of refusals) {
    expect([name, code]).toEqual(["MixtureError", "UNSUPPORTED"]);
    expect(message).toMatch(/^gaussmix: expected an engine with WebAssembly SIMD, got .*; update the engine$/);
  }
});

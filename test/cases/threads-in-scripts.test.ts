// Threads come to serve however a script has been given to Node: options of the program, as what it is told of its script, are
// none of the workers'.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SERVING } from "../../src/engine/worker.ts";

const LIBRARY = new URL("../../dist/index.js", import.meta.url).href;
/** Fits on three threads until both workers have come, and says how many have. */
const BODY = `
  // the small block of memory that a crew shares has a word for each thread
  const blocks = [];
  const { SharedArrayBuffer: Shared } = globalThis;
  globalThis.SharedArrayBuffer = class extends Shared {
    constructor(...given) {
      super(...given);
      if (this.byteLength < 1024) blocks.push(new Int32Array(this));
    }
  };
  let state = 1;
  const data = Float64Array.from({ length: 60000 }, () => (state = (state * 48271) % 2147483647) / 2147483647);
  const served = () => blocks.flatMap((words) => [...words.subarray(${SERVING})]).filter((word) => word === 1).length;
  const controller = new AbortController();
  const options = { nComponents: 4, nFeatures: 3, init: "kmeans", maxIter: 200000, tol: 0, threads: 3, signal: controller.signal };
  const clock = new Int32Array(new Shared(4));
  let left = 3000;
  const onIteration = () => {
    if (served() < 2 && left-- > 0) Atomics.wait(clock, 0, 0, 10);
    else controller.abort();
  };
  await GaussianMixture.fit(data, { ...options, onIteration }).catch(() => undefined);
  console.log(served() + " of 2");`;
const MODULE = `import { GaussianMixture } from ${JSON.stringify(LIBRARY)};${BODY}`;
const SCRIPT = `(async () => { const { GaussianMixture } = await import(${JSON.stringify(LIBRARY)});${BODY} })();`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gaussmix-threads-"));
  writeFileSync(join(folder, "script.mjs"), MODULE);
  writeFileSync(join(folder, "script.cjs"), SCRIPT);
  // what a program loads first: in a worker it would say so again
  writeFileSync(join(folder, "first.cjs"), 'process.stderr.write("loaded\\n");');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Given {
  readonly args: () => string[];
  readonly input?: string;
  readonly env?: () => Readonly<Record<string, string>>;
  readonly stderr?: string;
}

const ways: Readonly<Record<string, Given>> = {
  "a file with a module": { args: () => [join(folder, "script.mjs")] },
  "a file with a script": { args: () => [join(folder, "script.cjs")] },
  "-e with a script": { args: () => ["-e", SCRIPT] },
  "-e with a module": { args: () => ["--input-type=module", "-e", MODULE] },
  "-e with a module, as the environment tells": {
    args: () => ["-e", MODULE],
    env: () => ({ NODE_OPTIONS: "--input-type=module" }),
  },
  "a pipe with a script": { args: () => [], input: SCRIPT },
  "a pipe with a module": { args: () => ["--input-type=module"], input: MODULE },
  "a pipe with a module, named -": { args: () => ["--input-type=module", "-"], input: MODULE },
  "a program that loads another first": {
    args: () => ["--require", join(folder, "first.cjs"), join(folder, "script.mjs")],
    stderr: "loaded\n",
  },
  "a program that loads another first, as the environment tells": {
    args: () => [join(folder, "script.mjs")],
    env: () => ({ NODE_OPTIONS: `--require ${join(folder, "first.cjs")}` }),
    stderr: "loaded\n",
  },
};

describe("both workers of three threads serve, and say nothing, in", () => {
  for (const [name, { args, input = "", env, stderr = "" }] of Object.entries(ways)) {
    test(name, () => {
      const child = spawnSync(process.execPath, args(), {
        input,
        env: { PATH: process.env.PATH ?? "", ...env?.() },
        encoding: "utf8",
        timeout: 60_000,
      });
      expect({ status: child.status, stdout: child.stdout, stderr: child.stderr }).toEqual({
        status: 0,
        stdout: "2 of 2\n",
        stderr,
      });
    });
  }
});

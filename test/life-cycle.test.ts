// Mixtures and fits that come and go leave nothing behind. There is nothing to dispose of: a mixture holds no memory of
// WebAssembly's, and workers end when they are not needed.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Snapshot {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** Bytes of all WebAssembly memories that are still held, and how many were ever made. */
  readonly wasm: number;
  readonly made: number;
  /** Threads of the process (0 where nobody says). */
  readonly threads: number;
}

interface Course {
  readonly cycles: number;
  readonly idle: Snapshot;
  readonly half: Snapshot;
  readonly late: Snapshot;
}

const MB = 1e6;

/** A process of its own: nothing of the test runner's is in its memory. */
function lives(mode: string): Promise<Course> {
  const script = fileURLToPath(new URL("support/cycles.mjs", import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", script, mode], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`ended with ${code}`))));
  });
}

/** Half of the cycles fill what is kept on purpose and let the engine find its size; the other half must add nothing. */
function expectNoGrowth({ half, late }: Course): void {
  expect(late.wasm).toBe(half.wasm);
  expect(late.arrayBuffers - half.arrayBuffers).toBeLessThan(0.1 * MB);
  expect(late.external - half.external).toBeLessThan(0.1 * MB);
  expect(late.heapUsed - half.heapUsed).toBeLessThan(0.5 * MB);
  // a leak of a page of the module's memory each would be 300 MB
  expect(late.rss - half.rss).toBeLessThan(16 * MB);
}

test("10,000 mixtures that are fitted, used and dropped leave nothing behind", async () => {
  const course = await lives("plain");
  expect(course.cycles).toBe(10_000);
  expectNoGrowth(course);
  // three arenas of 64 KiB served them all: one scores, a fit takes one and another within it
  expect([course.late.made, course.late.wasm]).toEqual([3, 3 * 65536]);
});

test("60 fits on three threads, a third of them aborted, leave neither memory nor threads behind", async () => {
  const course = await lives("threads");
  expectNoGrowth(course);
  expect(course.late.threads).toBe(course.idle.threads);
});

// Files of some megabytes, made to have a reader allocate as much as can be: by how much does the memory of a process grow?
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { GaussianMixture, toBytes } from "../src/index.ts";
import { field, model, node, tensor } from "./support/files.ts";

const READS = fileURLToPath(new URL("support/reads.mjs", import.meta.url));
const MB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), "gaussmix-hostile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Reading {
  readonly outcome: string;
  readonly bytes: number;
}

/** Reads a file in a process of its own; young objects are collected often there, so that garbage hardly counts. */
function memoryFor(reader: string, file: string | Uint8Array): Reading {
  const path = join(folder, "model");
  writeFileSync(path, file);
  const args = ["--expose-gc", "--max-semi-space-size=1", READS, reader, path];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Reading;
}

/** The least of up to five readings: on a busy machine garbage waits for its collector, and counts. */
function leastMemoryFor(reader: string, file: string | Uint8Array, enough: number): Reading {
  let least = memoryFor(reader, file);
  for (let again = 0; again < 4 && least.bytes >= enough; again++) {
    const next = memoryFor(reader, file);
    if (next.bytes < least.bytes) least = next;
  }
  return least;
}

const SIZE = 2 * MB;
const ones = (length: number): Float64Array => new Float64Array(length).fill(1);
const short = (length: number): string[] => Array.from({ length }, (_, i) => i.toString(36));
const identity = (K: number, D: number): GaussianMixture => {
  const covariances = new Float64Array(K * D * D);
  for (let i = 0; i < K * D; i++) covariances[i * D + (i % D)] = 1;
  return GaussianMixture.fromParameters({ weights: ones(K).map((w) => w / K), means: ones(K * D), covariances });
};
const wide = (covarianceType: "spherical" | "diag", D: number, columns?: string[]): GaussianMixture => {
  const covariances = ones(covarianceType === "diag" ? D : 1);
  return GaussianMixture.fromParameters({ covarianceType, weights: [1], means: ones(D), covariances, columns });
};
const binaries: readonly (readonly [string, GaussianMixture])[] = [
  ["many columns, spherical", wide("spherical", SIZE / 8)],
  ["many columns, diag", wide("diag", SIZE / 16)],
  ["many short names", wide("spherical", SIZE / 16, short(SIZE / 16))],
  ["one large matrix", identity(1, 1000)],
  ["some large matrices", identity(9, 330)],
];

for (const [what, mixture] of binaries) {
  test(`binary, ${what}: at most ten times its size`, () => {
    const file = toBytes(mixture);
    const { outcome, bytes } = leastMemoryFor("fromBytes", file, 10 * file.length);
    expect(outcome).toBe("read");
    expect(bytes).toBeLessThan(10 * file.length);
  });
}

/** Parts of a graph that computes with K components of D columns; all of them name the same two matrices in turn. */
function shared(K: number, D: number): Uint8Array[] {
  const parts = [tensor("w", [K], ones(K)), tensor("d", [1], Float64Array.of(D * 1.8378770664093453))];
  parts.push(tensor("h", [1], Float64Array.of(-0.5)), tensor("l", [K], ones(K)), tensor("b", [D], ones(D)));
  for (const name of ["p0", "p1"]) parts.push(tensor(name, [D, D], identity(1, D).covariances));
  for (let k = 0; k < K; k++) {
    parts.push(node("Gemm", ["x", `p${k % 2}`, "b"], `y${k}`), node("ReduceSumSquare", [`y${k}`], `z${k}`));
  }
  parts.push(
    node(
      "Concat",
      Array.from({ length: K }, (_, k) => `z${k}`),
      "q",
    ),
    node("Add", ["d", "q"], "a"),
  );
  parts.push(node("Mul", ["a", "h"], "m"), node("Add", ["m", "l"], "g"), node("Add", ["g", "w"], "t"));
  return parts;
}

const graphs: readonly (readonly [string, readonly Uint8Array[]])[] = [
  ["empty operations", [new Uint8Array(SIZE).map((_, i) => (i % 2 ? 0 : 10))]],
  ["short operations", short(SIZE / 16).map((name) => field(1, [field(2, name), field(4, "Add")]))],
  ["operations", short(SIZE / 40).map((name) => node("Add", ["a"], name))],
  ["constants", short(SIZE / 32).map((name) => tensor(name, [1], ones(1)))],
  [
    "operands",
    [
      field(
        1,
        short(SIZE / 8).map((name) => field(1, name)),
      ),
    ],
  ],
  [
    "attributes",
    [
      field(
        1,
        short(SIZE / 16).map((name) => field(5, [field(1, name)])),
      ),
    ],
  ],
  ["components that share matrices", shared(5000, 100)],
];
for (const [what, parts] of graphs) {
  test(`ONNX, many ${what}: refused, with at most ten times its size`, () => {
    const file = model(parts);
    const { outcome, bytes } = leastMemoryFor("fromOnnx", file, 10 * file.length);
    expect(outcome).toMatch(/^bytes: expected an ONNX model as skl2onnx writes a GaussianMixture, got a graph/);
    expect(bytes).toBeLessThan(10 * file.length);
  });
}

/** Of texts there are two to read each time, one by JSON.parse alone. */
const TEXT = MB;
const head = (type: string, K: number, D: number): string =>
  `{"format":"gaussmix","version":1,"covarianceType":"${type}","nComponents":${K},"nFeatures":${D},"weights":[1`;
const list = (length: number): string => `1${",1".repeat(length - 1)}`;
const texts: readonly (readonly [string, string, number, string])[] = [
  [
    "digits, spherical",
    `${head("spherical", 1, TEXT / 2)}],"means":[[${list(TEXT / 2)}]],"covariances":[1]}`,
    TEXT / 2,
    "read",
  ],
  [
    "digits, diag",
    `${head("diag", 1, TEXT / 4)}],"means":[[${list(TEXT / 4)}]],"covariances":[[${list(TEXT / 4)}]]}`,
    TEXT / 2,
    "read",
  ],
  ["numbers, full", JSON.stringify(identity(1, 1000)), 1e6, "read"],
  [
    "components of one column",
    `${head("full", TEXT / 16, 1)}${",0".repeat(TEXT / 16 - 1)}],"means":[[1]${",[1]".repeat(TEXT / 16 - 1)}],"covariances":[[[1]]${",[[1]]".repeat(TEXT / 16 - 1)}]}`,
    (3 * TEXT) / 16,
    "read",
  ],
  [
    "short names",
    `${head("spherical", 1, TEXT / 8)}],"columns":${JSON.stringify(short(TEXT / 8))},"means":[[${list(TEXT / 8)}]],"covariances":[1]}`,
    TEXT / 8,
    "read",
  ],
  ["keys", `{${short(TEXT / 8).map((name) => `"${name}":0`)}}`, 0, "json.format"],
  ["brackets", `${head("full", 1, 1)}],"means":[${"[],".repeat(TEXT / 3)}[]],"covariances":[[[1]]]}`, 0, "json.means"],
];
for (const [what, file, numbers, expected] of texts) {
  test(`JSON, many ${what}: beyond what JSON.parse takes, at most ten times its size with each number a double`, () => {
    const parsed = memoryFor("JSON.parse", file).bytes;
    const limit = parsed + 10 * Math.max(file.length, 8 * numbers);
    const { outcome, bytes } = leastMemoryFor("GaussianMixture.fromJSON", file, limit);
    expect(outcome).toMatch(new RegExp(`^${expected}`));
    expect(bytes).toBeLessThan(limit);
  });
}

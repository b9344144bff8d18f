// Files of some megabytes, made to have a reader allocate as much as can be: by how much does the memory of a process grow?
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { type CovarianceType, GaussianMixture, toBytes, toMatlab, toMclust, toScikitLearn } from "../src/index.ts";
import { field, model, node, tensor } from "./support/files.ts";
import { randomMixture } from "./support/problems.ts";

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

/** What reading a text may take beside ten times its length, which small ones need. */
const ALLOWANCE = 10 * MB;
const head = (type: string, K: number, D: number): string =>
  `{"format":"gaussmix","version":1,"covarianceType":"${type}","nComponents":${K},"nFeatures":${D},"weights":[1`;
const times = (count: number, part: string): string => new Array(Math.floor(count)).fill(part).join();
const unit = (D: number): number[][] =>
  Array.from({ length: D }, (_, i) => [...ones(D).map((_, j) => Number(i === j))]);
const line = (K: number, separator = ","): string =>
  `${head("full", K, 1)}${`${separator}0`.repeat(K - 1)}],"means":[${new Array(K).fill("[1]").join(separator)}],"covariances":[${new Array(K).fill("[[1]]").join(separator)}]}`;

/** Texts that are little but punctuation, about as many MiB as given. */
const dense: readonly (readonly [string, string, (size: number) => string])[] = [
  [
    "brackets",
    "fromJSON",
    (size) => `${head("full", 1, 1)}],"means":[${times(size / 3, "[]")}],"covariances":[[[1]]]}`,
  ],
  ["braces", "fromJSON", (size) => `{"means":[${times(size / 3, "{}")}]}`],
  ["nested brackets", "fromJSON", (size) => "[".repeat(size)],
  ["keys", "fromJSON", (size) => `{${short(size / 8).map((name) => `"${name}":0`)}}`],
  [
    "short names",
    "fromJSON",
    (size) =>
      `${head("spherical", 1, size / 8)}],"columns":${JSON.stringify(short(size / 8))},"means":[[${times(size / 8, "1")}]],"covariances":[1]}`,
  ],
  ["components of one column", "fromJSON", (size) => line(size / 16)],
  [
    "digits",
    "fromJSON",
    (size) => `${head("spherical", 1, size / 2)}],"means":[[${times(size / 2, "1")}]],"covariances":[1]}`,
  ],
  [
    "zeros",
    "fromScikitLearn",
    (size) => {
      const D = Math.floor(Math.sqrt(size / 2));
      return JSON.stringify({ covariance_type: "full", weights_: [1], means_: [unit(D)[0]], covariances_: [unit(D)] });
    },
  ],
  [
    "zeros of diagonal matrices",
    "fromMclust",
    (size) => {
      const D = Math.floor(Math.sqrt(size / 16));
      const sigma = unit(D).map((row) => row.map((value) => new Array(8).fill(value)));
      const mean = new Array(D).fill([1, 2, 3, 4, 5, 6, 7, 8]);
      return JSON.stringify({ pro: [1, 0, 0, 0, 0, 0, 0, 0], mean, variance: { sigma } });
    },
  ],
];
for (const [what, name, textOf] of dense) {
  const reader = name === "fromJSON" ? "GaussianMixture.fromJSON" : name;
  test(`JSON, ${what} by the megabyte: refused, with less than its own size`, () => {
    const file = textOf(8 * MB);
    const { outcome, bytes } = leastMemoryFor(reader, file, file.length);
    expect(outcome).toMatch(
      /^json: expected text that takes up to 10 times its length in memory, got one for \d+ times/,
    );
    expect(bytes).toBeLessThan(file.length);
  });

  test(`JSON, ${what}, an eighth of a megabyte: read, or refused for what it is, within the allowance`, () => {
    const file = textOf(MB / 8);
    const { outcome, bytes } = leastMemoryFor(reader, file, ALLOWANCE);
    expect(outcome).not.toMatch(/times its length/);
    expect(bytes).toBeLessThan(ALLOWANCE);
  });
}

/** Random parameters, every number with all its digits. */
const random = (K: number, D: number, type: CovarianceType): GaussianMixture => randomMixture({ K, D, type, seed: 1 });
const ordinary: readonly (readonly [string, string, () => string])[] = [
  ["full, 20 of 60 columns", "GaussianMixture.fromJSON", () => JSON.stringify(random(20, 60, "full"))],
  ["tied, one of 250 columns", "GaussianMixture.fromJSON", () => JSON.stringify(random(1, 250, "tied"))],
  ["diag, 300 of 100 columns", "fromMatlab", () => JSON.stringify(toMatlab(random(300, 100, "diag")))],
  ["100,000 of one column", "GaussianMixture.fromJSON", () => JSON.stringify(random(100_000, 1, "full"))],
  ["100,000 of one column, of mclust", "fromMclust", () => JSON.stringify(toMclust(random(100_000, 1, "diag")))],
  ["30 of 30 columns, of scikit-learn", "fromScikitLearn", () => JSON.stringify(toScikitLearn(random(30, 30, "full")))],
];
for (const [what, reader, textOf] of ordinary) {
  test(`JSON, ${what}: read, with at most ten times its size`, () => {
    const file = textOf();
    const { outcome, bytes } = leastMemoryFor(reader, file, 10 * file.length);
    expect(outcome).toBe("read");
    expect(bytes).toBeLessThan(10 * file.length);
  });
}

const terse: readonly (readonly [string, string, () => string])[] = [
  // equal weights, whole numbers as means, ones as variances
  [
    "100,000 of one column",
    "GaussianMixture.fromJSON",
    () => {
      const weights = ones(1e5).map(() => 1e-5);
      const means = ones(1e5).map((_, k) => k);
      return JSON.stringify(GaussianMixture.fromParameters({ weights, means, covariances: ones(1e5) }));
    },
  ],
  [
    "20 of 100 columns, diagonal, with all the zeros",
    "fromMclust",
    () => JSON.stringify(toMclust(random(20, 100, "diag"))),
  ],
];
for (const [what, reader, textOf] of terse) {
  test(`JSON, ${what}, few digits: read, with at most ten times its size and the allowance`, () => {
    const file = textOf();
    const { outcome, bytes } = leastMemoryFor(reader, file, 10 * file.length + ALLOWANCE);
    expect(outcome).toBe("read");
    expect(bytes).toBeLessThan(10 * file.length + ALLOWANCE);
  });
}

test("a text that is refused can be given as an object, and so can one with spaces", () => {
  const text = line(MB / 8);
  expect(() => GaussianMixture.fromJSON(text)).toThrow(RangeError);
  expect(GaussianMixture.fromJSON(JSON.parse(text)).nComponents).toBe(MB / 8);
  expect(GaussianMixture.fromJSON(line(MB / 8, ",\n      ")).nComponents).toBe(MB / 8);
});

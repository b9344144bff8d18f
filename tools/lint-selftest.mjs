// Proves that the project's own lint rules fire. A misspelt glob or a plugin that no longer parses would otherwise let
// everything through in silence. Each line of `files` is one case: what is written, and the rule that must refuse it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const passes = undefined;
const imports = "lint/style/noRestrictedImports";
const wasm = "plugin: Only src/engine/kernels.ts names WebAssembly";
const buffer = "plugin: Only src/engine/arena.ts touches memory.buffer";
const math = "plugin: This use of Math differs between engines; use the kernel's.";
const power = "plugin: The operator ** differs between engines";
const powerAssign = "plugin: The operator **= differs between engines";
const importType = "plugin: Write `import type`";
const disabled = "plugin: A test runs or does not exist";

/** @type {Map<string, [code: string, rule: string | undefined][]>} */
const files = new Map();
const add = (path, ...cases) => files.set(path, [...(files.get(path) ?? []), ...cases]);

// Layers, lowest first; each may import those before it, but for some. `peer` is a second file of the same folder.
const layers = [
  { path: "src/errors.ts" },
  { path: "src/input/rows.ts", peer: "src/input/records.ts" },
  { path: "src/engine/kernels.ts", peer: "src/engine/exports.ts" },
  { path: "src/engine/arena.ts", peer: "src/engine/exports.ts" },
  { path: "src/covariance/forms.ts", peer: "src/covariance/diag.ts" },
  { path: "src/statistics/sums.ts", peer: "src/statistics/bytes.ts" },
  { path: "src/families/registry.ts", peer: "src/families/classical.ts" },
  // who only uses models knows forms, and no families
  {
    path: "src/model/gaussian.ts",
    peer: "src/model/weights.ts",
    but: ["src/statistics/sums.ts", "src/families/registry.ts"],
  },
  { path: "src/fit/em/em.ts", peer: "src/fit/em/iterate.ts" },
  { path: "src/fit/diagnosis/report.ts", peer: "src/fit/diagnosis/twins.ts" },
  { path: "src/fit/moves/swap.ts", peer: "src/fit/moves/far-row.ts" },
  { path: "src/fit/starts/kmeans.ts", peer: "src/fit/starts/given.ts" },
  { path: "src/fit/search/race.ts", peer: "src/fit/search/split.ts" },
  { path: "src/fit/select/folds.ts", peer: "src/fit/select/candidate.ts" },
  { path: "src/api/mixture.ts", peer: "src/api/select.ts" },
  { path: "src/interchange/onnx.ts", peer: "src/interchange/protobuf.ts" },
  { path: "src/index.ts" },
];
const relative = (from, to) => {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
};
for (const [i, { path, peer, but = [] }] of layers.entries()) {
  if (peer !== undefined) add(path, [`import "${relative(path, peer)}";`, passes]);
  for (const [j, to] of layers.entries()) {
    if (j === i) continue;
    const rule = j < i && !but.includes(to.path) ? passes : imports;
    const target = relative(path, to.path);
    add(path, [`import { a${j} } from "${target}";`, rule], [`import type { A${j} } from "${target}";`, rule]);
    add(path, [`export * from "${target}";`, rule], [`const b${j} = await import("${target}");`, rule]);
  }
  add(path, [`import "${relative(path, "src/cli/main.ts")}";`, imports]);
  add(path, [`import "${relative(path, "src/other/new.ts")}";`, imports]);
  add(path, ['import "node:fs";', imports], ['import "commander";', imports], ['import "gaussmix";', imports]);
  add(path, [`type T = import("${relative(path, "src/errors.ts")}").T;`, importType]);
  add(path, ['import { wasmBytes } from "#wasm";', /kernels|index/.test(path) ? passes : imports]);
}
add("src/api/mixture.ts", ['import "../engine/../index.ts";', imports]);
add(
  "src/fit/em/em.ts",
  ['import "./../../api/mixture.ts";', imports],
  ['import { LOOKED_AT } from "../policy.ts";', passes],
);
add("src/fit/policy.ts", ['import "../input/options.ts";', passes], ['import "./em/em.ts";', imports]);
add("src/load.ts", ['export * from "./index.ts";', passes], ['import "./cli/main.ts";', imports]);
add("src/predict.ts", ['export { a } from "./api/mixture.ts";', passes], ['import "gaussmix";', imports]);
add("src/other/new.ts", ['import "../errors.ts";', imports]);
add(
  "site/playground/logic/scale.ts",
  ['import { css } from "./palette.ts";', passes],
  ['import type { Parameters } from "gaussmix";', passes],
  ['import { html } from "../ui/dom.ts";', imports],
);
add("src/new.ts", ['import "./errors.ts";', imports]);
add(
  "src/cli/main.ts",
  ['import { GaussianMixture } from "../index.ts";', passes],
  ['import { table } from "./table.ts";', passes],
  ['import manifest from "../../package.json" with { type: "json" };', passes],
  ['import { readFile } from "node:fs/promises";', passes],
  ['import process from "node:process";', passes],
  ['import { Command } from "commander";', passes],
  ['import { parse } from "csv-parse/sync";', imports],
  ['import "../api/mixture.ts";', imports],
  ['import "../fit/em/em.ts";', imports],
  ['import "../errors.ts";', imports],
  ['import "#wasm";', imports],
  ['import "typescript";', imports],
);

// What only one file, or only the command line, may do.
for (const path of [...layers.map((layer) => layer.path), "src/cli/main.ts"]) {
  const inCli = path.startsWith("src/cli/");
  const onlyIn = (owner, rule) => (path === owner ? passes : rule);
  const notInCli = (rule) => (inCli ? passes : rule);
  for (const code of [
    "export const w0 = WebAssembly.compile(bytes);",
    "export const w1 = new globalThis.WebAssembly.Memory({ initial: 1 });",
    "export let w2: WebAssembly.Memory;",
    "export type W3 = typeof WebAssembly;",
  ]) {
    add(path, [code, onlyIn("src/engine/kernels.ts", wasm)]);
  }
  for (const code of [
    "export const m0 = memory.buffer;",
    "export const m1 = new Float64Array(kernels.memory.buffer, 8, 1);",
    "export const m2 = this.#memory.buffer;",
    "export const m3 = memory?.buffer;",
    "export const m4 = wasmMemory!.buffer.byteLength;",
    'export const m5 = memory["buffer"];',
    "export const { buffer } = kernels.memory;",
  ]) {
    add(path, [code, onlyIn("src/engine/arena.ts", buffer)]);
  }
  add(path, ["export const m6 = rows.buffer;", passes], ["export const m7 = memory.grow(1);", passes]);

  for (const name of "exp log log2 log10 log1p expm1 pow sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh cbrt hypot random".split(
    " ",
  )) {
    add(path, [`export const f_${name} = Math.${name}(x);`, notInCli(math)]);
  }
  add(
    path,
    ["export const f0 = Math?.exp(x);", notInCli(math)],
    ['export const f1 = Math["exp"](x);', notInCli(math)],
    ["export const f2 = globalThis.Math.exp;", notInCli(math)],
    ["export const { exp } = Math;", notInCli(math)],
    ["export const f3 = Math;", notInCli(math)],
    ["export const f4 = Math.sqrt(Math.abs(x)) + Math.max(1, Math.floor(x)) * Math.PI;", passes],
    ["export const p0 = x ** 0.5;", notInCli(power)],
    ["export const p1 = x ** 2 + 1;", notInCli(power)],
    ["export const p2 = 10 ** -3;", notInCli(power)],
    ["y **= 2;", notInCli(powerAssign)],
    ["export const p3 = 2 ** 31 - 1 + 2 ** -52;", passes],
    ["export const t0 = Date.now() + performance.now();", passes],
    ['console.log("x");', notInCli("lint/suspicious/noConsole")],
    ["export default 1;", "lint/style/noDefaultExport"],
    ['// Math.exp, WebAssembly, memory.buffer\nexport const s0 = "Math.exp(x) ** WebAssembly memory.buffer";', passes],
  );
}

const focused = "lint/suspicious/noFocusedTests";
const skipped = "lint/suspicious/noSkippedTests";
add(
  "test/a.test.ts",
  ['test("runs", () => {});', passes],
  ['test.each([1])("runs %d", () => {});', passes],
  ['test.only("x", () => {});', focused],
  ['describe.only("x", () => {});', focused],
  ['test.skip("x", () => {});', skipped],
  ['it.skip("x", () => {});', skipped],
  ['test.todo("x");', disabled],
  ['test.concurrent.skip("x", () => {});', disabled],
  ['test.concurrent.only("x", () => {});', disabled],
  ['test("x", (context) => context.skip());', disabled],
  ["export const f = Math.exp(1) + memory.buffer + WebAssembly;", passes],
  ['import "../src/engine/arena.ts";', passes],
);

// Write the cases one below the other, remembering on which line each begins.
const folder = mkdtempSync(join(tmpdir(), "gaussmix-lint-"));
let report;
/** @type {Map<string, { code: string, rule: string | undefined, found: string[] }[]>} by path, one entry per line */
const lines = new Map();
try {
  cpSync(join(root, "biome.jsonc"), join(folder, "biome.jsonc"));
  cpSync(join(root, "tools/lint"), join(folder, "tools/lint"), { recursive: true });
  for (const [path, cases] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), cases.map(([code]) => `${code}\n`).join(""));
    lines.set(
      path,
      cases.flatMap(([code, rule]) => {
        const one = { code, rule, found: [] };
        return code.split("\n").map(() => one);
      }),
    );
  }
  const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");
  const run = spawnSync(
    process.execPath,
    [biome, "lint", "--reporter=json", "--max-diagnostics=none", "src", "test", "site"],
    {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    },
  );
  try {
    report = JSON.parse(run.stdout);
  } catch {
    throw new Error(`lint self-test: biome wrote no report\n${run.stdout}${run.stderr}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const failures = [];
const ours = new Set([imports, focused, skipped, "lint/suspicious/noConsole", "lint/style/noDefaultExport"]);
for (const { category, severity, message, location } of report.diagnostics) {
  const own = category === "plugin" || ours.has(category);
  if (!own && category !== "parse") continue;
  const one = lines.get(location?.path)?.[(location?.start?.line ?? 0) - 1];
  if (one === undefined || category === "parse") failures.push(`${location?.path}: ${category}: ${message}`);
  else if (severity !== "error") failures.push(`${location.path}: ${category} is a ${severity}, not an error`);
  else one.found.push(category === "plugin" ? `plugin: ${message}` : category);
}
let count = 0;
for (const [path, cases] of lines) {
  for (const { code, rule, found } of new Set(cases)) {
    count++;
    const right = rule === undefined ? found.length === 0 : found.some((one) => one.startsWith(rule));
    if (!right)
      failures.push(`${path}: ${code}\n    expected ${rule ?? "nothing"}, got ${found.join(" | ") || "nothing"}`);
  }
}
if (failures.length > 0) {
  console.error(
    `lint self-test: ${failures.length} of ${count} cases failed; the first:\n  ${failures.slice(0, 20).join("\n  ")}`,
  );
  process.exit(1);
}
console.log(`lint self-test: ${count} cases passed`);

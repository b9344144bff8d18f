// The interface of the kernels in TypeScript against their sources and against what the compiler made of them.
import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { RECORD_BYTES } from "../src/engine/descriptors.ts";
import { MOST_ARGUMENTS } from "../src/engine/kernels.ts";
import { STATE } from "../src/fit/em/climb.ts";
import { DATA_START, loadKernels } from "./support/wasm.ts";

const root = new URL("../", import.meta.url);

/** A kernel's name and its arguments' names, in order. */
type Signatures = Readonly<Record<string, readonly string[]>>;

function parsed(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(new URL(path, root), "utf8"), ts.ScriptTarget.Latest);
}

function argumentsOf(file: ts.SourceFile, { parameters }: ts.SignatureDeclaration): readonly string[] {
  return parameters.map((parameter) => (parameter.dotDotDotToken ? "…" : "") + parameter.name.getText(file));
}

/** What `Kernels` in src/engine/kernels.ts declares. */
function declared(): Signatures {
  const file = parsed("src/engine/kernels.ts");
  const kernels = file.statements.filter(ts.isInterfaceDeclaration).find(({ name }) => name.text === "Kernels");
  const methods = [...(kernels?.members ?? [])].filter(ts.isMethodSignature);
  return Object.fromEntries(methods.map((method) => [method.name.getText(file), argumentsOf(file, method)]));
}

/** What an entry of assembly/ passes on from the files beside it. */
function written(entry: string): Signatures {
  const found: Record<string, readonly string[]> = {};
  for (const statement of parsed(`assembly/${entry}.ts`).statements) {
    if (!ts.isExportDeclaration(statement) || !statement.exportClause) continue;
    const file = parsed(`assembly/${(statement.moduleSpecifier as ts.StringLiteral).text}.ts`);
    const functions = file.statements.filter(ts.isFunctionDeclaration);
    for (const { name } of (statement.exportClause as ts.NamedExports).elements) {
      const source = functions.find((declaration) => declaration.name?.text === name.text);
      if (source) found[name.text] = argumentsOf(file, source);
    }
  }
  return found;
}

/** How many arguments each export of a built module takes. */
function built(name: "gaussmix" | "predict"): Record<string, number> {
  const { exports } = loadKernels(1, name);
  return Object.fromEntries(Object.entries(exports).map(([kernel, { length }]) => [kernel, length]));
}

/** The constants of a file, as it writes their values. */
function constants(path: string): Record<string, string | undefined> {
  const file = parsed(path);
  const all = file.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations);
  return Object.fromEntries(all.map(({ name, initializer }) => [name.getText(file), initializer?.getText(file)]));
}

const counts = (signatures: Signatures): Record<string, number> =>
  Object.fromEntries(Object.entries(signatures).map(([kernel, { length }]) => [kernel, length]));

describe("the interface of the kernels", () => {
  test("has every function of the module, with its arguments in their order, and no other", () => {
    expect(Object.keys(declared()).length).toBeGreaterThan(40);
    expect(declared()).toEqual(written("index"));
    expect(counts(declared())).toEqual(built("gaussmix"));
  });

  test("holds for the module of gaussmix/predict as far as that goes", () => {
    const own = written("predict");
    expect(own).toEqual(Object.fromEntries(Object.entries(declared()).filter(([kernel]) => kernel in own)));
    expect(counts(own)).toEqual(built("predict"));
  });

  test("asks for no more than nine arguments", () => {
    for (const [kernel, count] of Object.entries(built("gaussmix")))
      expect(count, kernel).toBeLessThanOrEqual(MOST_ARGUMENTS);
    expect(MOST_ARGUMENTS).toBe(9);
  });
});

test("the host has the state of a climb number by number as the kernel has it, and the same for what a call ends with", () => {
  const source = parsed("assembly/climb.ts");
  const state = source.statements.filter(ts.isClassDeclaration).find(({ name }) => name?.text === "State");
  const fields = [...(state?.members ?? [])].filter(ts.isPropertyDeclaration);
  expect(fields.every(({ type }) => type?.getText(source) === "f64")).toBe(true);
  expect(Object.entries(STATE)).toEqual(fields.map(({ name }, i) => [name.getText(source), i]));
  const kernel = constants("assembly/climb.ts");
  const host = constants("src/fit/em/climb.ts");
  const ends = ["OVER", "PASS", "PASS_OF_LEAP", "STEP", "SINGULAR", "NOT_FINITE"];
  const flags = ["ACCELERATED", "RESUMABLE", "PASSES_ELSEWHERE", "STEPS_ELSEWHERE", "SORTED"];
  for (const name of [...ends, ...flags]) expect(host[name], name).toBe(kernel[name]);
  expect(new Set(ends.map((name) => host[name])).size).toBe(ends.length);
  expect(host.STATE_LENGTH).toBe(String(fields.length));
});

describe("a record", () => {
  /** What writes each, and how much. */
  const writers: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    rows: { describeRows: 6 },
    model: { describeModel: 7, describeFactors: 4 },
    clusters: { describeClusters: 7 },
    climb: { describeClimb: 8, describeMemory: 7 },
  };
  for (const [record, kernels] of Object.entries(writers)) {
    test(`of ${record} has a word for each thing told, and ends before the room for it does`, () => {
      const { exports, memory } = loadKernels(3);
      let told = 0;
      for (const [kernel, count] of Object.entries(kernels)) {
        exports[kernel](DATA_START, ...Array.from({ length: count }, () => ++told));
      }
      const words = new Uint32Array(memory.buffer, DATA_START - RECORD_BYTES, (3 * RECORD_BYTES) / 4);
      const own = words.subarray(RECORD_BYTES / 4, (2 * RECORD_BYTES) / 4);
      const wanted = Array.from({ length: told }, (_, i) => i + 1);
      for (const written of [words, own])
        expect([...written].filter((word) => word > 0).sort((a, b) => a - b)).toEqual(wanted);
    });
  }
});

// docs/api is what the docstrings say, and every docstring of what is public says what it should.
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { transform } from "esbuild";
import ts from "typescript";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as gaussmix from "../src/load.ts";
import { docstringOf, isBehindOverloads, readExports, reference, SCOPE } from "../tools/api-reference.mjs";

const folder = new URL("../docs/api/", import.meta.url);
const files = reference();
const { exports } = readExports();

describe("docs/api", () => {
  test("has a file for each topic and no other", () => {
    expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort());
  });

  test.each([...files])("%s is what the docstrings say: `npm run docs:api` writes it", (name, text) => {
    expect(readFileSync(new URL(name, folder), "utf8")).toBe(text);
  });

  test("has every export", () => {
    expect(exports.size).toBeGreaterThan(90);
    const all = [...files.values()].join("\n");
    expect([...exports.keys()].filter((name) => !all.includes(`\n## ${name}\n`))).toEqual([]);
  });
});

/** What the docstring of a function or a method lacks. */
function lacksOf(node: ts.SignatureDeclaration): string[] {
  const { comment, parameters, returns, throws, examples } = docstringOf(node);
  const said = parameters.map((tag) => tag.name.getText());
  const given = node.parameters.map(({ name }) => name.getText());
  return [
    ...(comment ? [] : ["what it does"]),
    ...given.filter((name) => !said.includes(name)).map((name) => `@param ${name}`),
    ...said.filter((name) => !given.includes(name)).map((name) => `a parameter ${name}`),
    ...(returns || node.type?.getText() === "void" ? [] : ["@returns"]),
    ...(throws.length > 0 || given.length === 0 ? [] : ["@throws"]),
    ...(examples.length > 0 ? [] : ["@example"]),
  ];
}

const isPublic = (member: ts.ClassElement | ts.TypeElement): boolean =>
  member.name !== undefined &&
  !ts.isPrivateIdentifier(member.name) &&
  // left out of the declarations
  !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "internal") &&
  !(ts.getCombinedModifierFlags(member as ts.Declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected));

describe("a docstring", () => {
  test.each([...exports.values()].map(({ name, node }) => [name, node] as const))("of %s says all", (name, node) => {
    if (ts.isFunctionDeclaration(node)) expect(lacksOf(node)).toEqual([]);
    expect(docstringOf(node).comment, name).toBeTruthy();
    if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) return;
    const members: readonly (ts.ClassElement | ts.TypeElement)[] = [...node.members];
    for (const member of members.filter((one) => isPublic(one) && !isBehindOverloads(one, members))) {
      const isCall = ts.isMethodDeclaration(member) || ts.isMethodSignature(member);
      const lacks = isCall ? lacksOf(member) : docstringOf(member).comment ? [] : ["what it is"];
      expect(lacks, `${name}.${member.name?.getText()}`).toEqual([]);
    }
  });
});

/** The examples of a declaration and of its members. */
function examplesOf(name: string, node: ts.Declaration): (readonly [name: string, code: string])[] {
  const members = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ? [...node.members] : [];
  return [
    ...docstringOf(node).examples.map((tag) => [name, ts.getTextOfJSDocComment(tag.comment) ?? ""] as const),
    ...members.flatMap((member) => examplesOf(`${name}.${member.name?.getText()}`, member)),
  ];
}

describe("the example of", () => {
  const examples = [...exports.values()].flatMap(({ name, node }) => examplesOf(name, node));

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** Files by name: what examples read is there, what they write comes here. */
  const folder = new Map<string, string | Uint8Array>();
  const readFile = async (name: string): Promise<string | Uint8Array> => folder.get(name) ?? expect.fail(name);
  const writeFile = async (name: string, content: string | Uint8Array): Promise<void> => void folder.set(name, content);

  const bytesOf = (path: string): Buffer => readFileSync(new URL(`../${path}`, import.meta.url));

  test.each(examples)("%s runs", async (_, code) => {
    const mixture = gaussmix.GaussianMixture.fitSync([[1], [2], [8], [9]], { nComponents: 2 });
    folder.set("scikit-learn.json", JSON.stringify(gaussmix.toScikitLearn(mixture)));
    folder.set("mclust.json", JSON.stringify(gaussmix.toMclust(mixture)));
    folder.set("matlab.json", JSON.stringify(gaussmix.toMatlab(mixture)));
    folder.set("model.bin", gaussmix.toBytes(mixture));
    folder.set("gm.onnx", bytesOf("test/fixtures/interchange/iris-full.onnx"));
    folder.set("gaussmix.wasm", bytesOf("dist/gaussmix.wasm"));
    vi.stubGlobal("fetch", async (address: string) => {
      const content = await readFile(posix.basename(address));
      return new Response(content as string);
    });
    const body = `${SCOPE}\n{\n${code}\n}`.replace(/^import .*\n/gm, "");
    const { code: script } = await transform(`async function main() {\n${body}\n}`, { loader: "ts", target: "es2022" });
    const names = Object.keys(gaussmix).join(", ");
    const run = new Function(
      "gaussmix",
      "readFile",
      "writeFile",
      `const { ${names} } = gaussmix;\n${script}\nreturn main();`,
    );
    await run(gaussmix, readFile, writeFile);
  });

  test("functions and methods says something of each", () => {
    expect(examples.length).toBeGreaterThan(60);
  });
});

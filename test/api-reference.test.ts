// docs/api is what the docstrings say, and every docstring of what is public says what it should.
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { docstringOf, readExports, reference } from "../tools/api-reference.mjs";

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
  !(ts.getCombinedModifierFlags(member as ts.Declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected));

describe("a docstring", () => {
  test.each([...exports.values()].map(({ name, node }) => [name, node] as const))("of %s says all", (name, node) => {
    if (ts.isFunctionDeclaration(node)) expect(lacksOf(node)).toEqual([]);
    expect(docstringOf(node).comment, name).toBeTruthy();
    if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) return;
    for (const member of [...node.members].filter(isPublic)) {
      const isCall = ts.isMethodDeclaration(member) || ts.isMethodSignature(member);
      const lacks = isCall ? lacksOf(member) : docstringOf(member).comment ? [] : ["what it is"];
      expect(lacks, `${name}.${member.name?.getText()}`).toEqual([]);
    }
  });
});

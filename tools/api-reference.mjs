// Writes docs/api from the docstrings of what the package exports: `node tools/api-reference.mjs`. test/api-reference.test.ts
// holds the files to it. A new export needs a place in TOPICS.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { TOPICS } from "./api-topics.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const NOTE = "<!-- `npm run docs:api` writes this file from the docstrings in src: change them. -->";

/** The entries of the package, and the file that each is made of. */
export const ENTRIES = {
  gaussmix: "src/index.ts",
  "gaussmix/predict": "src/predict.ts",
  "gaussmix/load": "src/load.ts",
};

/**
 * @typedef {{ name: string, node: ts.Declaration, page: string, entries: string[] }} Export what the package exports, and where.
 * @typedef {{ name: string, optional: boolean, type: string, text: string }} Field
 */

/** What every entry exports, by name: the declaration, not the export. @returns {{ checker: ts.TypeChecker, exports: Map<string, Export> }} */
export function readExports() {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(
    Object.values(ENTRIES).map((file) => root + file),
    { ...options, noEmit: true },
  );
  const checker = program.getTypeChecker();
  const pages = new Map(Object.entries(TOPICS).flatMap(([page, { exports }]) => exports.map((name) => [name, page])));
  /** @type {Map<string, Export>} */
  const exports = new Map();
  for (const [entry, file] of Object.entries(ENTRIES)) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(root + file));
    for (const symbol of checker.getExportsOfModule(module)) {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const page = pages.get(symbol.name);
      if (page === undefined) throw new Error(`tools/api-topics.mjs: expected a topic with ${symbol.name}; add it`);
      const known = exports.get(symbol.name);
      if (known) known.entries.push(entry);
      else exports.set(symbol.name, { name: symbol.name, node: target.declarations[0], page, entries: [entry] });
    }
  }
  const strange = [...pages.keys()].filter((name) => !exports.has(name));
  if (strange.length > 0) throw new Error(`tools/api-topics.mjs: expected exports, got ${strange}; take them out`);
  return { checker, exports };
}

/** What the examples of docstrings go on from, beside everything that the package exports. */
export const SCOPE = `import { readFile, writeFile } from "node:fs/promises";

const rows = [[2.1, 3.0], [1.4, 2.2], [3.2, 2.6], [2.5, 4.1], [3.9, 3.4], [1.8, 3.3],
              [6.0, 7.2], [7.1, 5.9], [5.2, 5.8], [6.6, 8.0], [4.8, 6.9], [7.4, 7.1]];
const mixture = await GaussianMixture.fit(rows, { nComponents: 2, seed: 1, columns: ["x", "y"] });`;

/** A heading's anchor, as GitHub makes it. @param {string} heading */
export const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
    .replaceAll(" ", "-");

/** What a member is headed with: `mixture.predict`, `GaussianMixture.fit`. */
function titleOf(owner, member) {
  const isStatic = ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static;
  return `${isStatic ? owner : owner.replace(/^.*(?=[A-Z])/, "").toLowerCase()}.${member.name.text}`;
}

const isMethod = (member) => ts.isMethodDeclaration(member) || ts.isMethodSignature(member);

/** The text of a part of a docstring, links resolved. */
class Prose {
  /** @param {Map<string, Export>} exports @param {string} page where the text stands @param {string | undefined} owner the class or interface around it */
  constructor(exports, page, owner) {
    this.exports = exports;
    this.page = page;
    this.owner = owner;
  }

  /** Markdown of a comment. @param {string | ts.NodeArray<ts.JSDocComment> | undefined} comment */
  of(comment) {
    if (comment === undefined) return "";
    if (typeof comment === "string") return comment.trim();
    return comment
      .map((part) => (part.kind === ts.SyntaxKind.JSDocText ? part.text : this.#link(part)))
      .join("")
      .trim();
  }

  /** @param {ts.JSDocLink} link */
  #link({ name, text }) {
    const words = text.replace(/^\s*\|?\s*/, "");
    const path = name?.getText() ?? "";
    const shown = `\`${words || path}\``;
    const [first, member] = path.split(".");
    const target = this.exports.get(first) ?? (this.owner && this.exports.get(this.owner));
    if (!target) return shown;
    const named = this.exports.has(first) ? member : first;
    const found = named && target.node.members?.find((one) => one.name?.text === named);
    const heading = found && isMethod(found) ? titleOf(target.name, found) : target.name;
    return `[${shown}](${target.page === this.page ? "" : `${target.page}.md`}#${anchorOf(heading)})`;
  }
}

/** Line ends within a table cell, and bars. @param {string} text */
const cell = (text) => text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");

/** The source of a type, on one line. @param {ts.Node | undefined} node */
const sourceOf = (node) =>
  node
    ?.getText()
    .replace(/\/\*\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/^\| /, "")
    .trim() ?? "";

/** Whether a method is what stands behind overloads: callers see these alone. @param {ts.Node} member @param {readonly ts.Node[]} members */
export const isBehindOverloads = (member, members) =>
  member.body !== undefined &&
  members.some((one) => one !== member && isMethod(one) && !one.body && one.name.text === member.name?.text);

/** The docstring of a declaration: its text and its tags. @param {ts.Node} node */
export function docstringOf(node) {
  const docs = ts.getJSDocCommentsAndTags(node).filter((one) => one.kind === ts.SyntaxKind.JSDoc);
  const doc = docs.at(-1);
  const tags = [...(doc?.tags ?? [])];
  return {
    comment: doc?.comment,
    parameters: tags.filter(ts.isJSDocParameterTag),
    returns: tags.find(ts.isJSDocReturnTag),
    throws: tags.filter(ts.isJSDocThrowsTag),
    examples: tags.filter((tag) => tag.tagName.text === "example"),
  };
}

/** Names of types that the package exports, as links, under a signature. */
function typesNamed(node, prose, exports) {
  const names = new Set();
  const visit = (one) => {
    if (ts.isTypeReferenceNode(one) || ts.isExpressionWithTypeArguments(one)) {
      const name = (one.typeName ?? one.expression).getText();
      if (exports.has(name)) names.add(name);
    }
    if (!ts.isBlock(one)) ts.forEachChild(one, visit);
  };
  visit(node);
  return [...names].map((name) => {
    const { page } = exports.get(name);
    return `[${name}](${page === prose.page ? "" : `${page}.md`}#${anchorOf(name)})`;
  });
}

const fence = (code) => `\`\`\`ts\n${code.trim()}\n\`\`\``;
const paragraphs = (parts) => parts.filter((part) => part !== "").join("\n\n");

/** `select(data: DataInput, options?: SelectOptions): Promise<Selection>`. @param {ts.SignatureDeclaration} node @param {string} name */
function signatureOf(node, name) {
  const types = node.typeParameters ? `<${node.typeParameters.map(sourceOf).join(", ")}>` : "";
  const parameters = node.parameters.map((one) => {
    const optional = one.questionToken || one.initializer ? "?" : "";
    return `${sourceOf(one.name)}${optional}: ${sourceOf(one.type)}`;
  });
  const line = `${name}${types}(${parameters.join(", ")}): ${sourceOf(node.type)}`;
  return line.length <= 100
    ? line
    : `${name}${types}(\n${parameters.map((one) => `  ${one},`).join("\n")}\n): ${sourceOf(node.type)}`;
}

/** A function or a method below its heading. */
function callable(node, name, prose, exports) {
  const { comment, parameters, returns, throws, examples } = docstringOf(node);
  const lines = [
    ...parameters.map((tag) => `- \`${tag.name.getText()}\`: ${prose.of(tag.comment).replace(/^- /, "")}`),
    ...(returns ? [`- returns ${prose.of(returns.comment)}`] : []),
    ...throws.map((tag) => {
      const type = tag.typeExpression ? `\`${sourceOf(tag.typeExpression.type)}\`: ` : "";
      return `- throws ${type}${prose.of(tag.comment)}`;
    }),
  ].map((line) => line.replace(/\s*\n\s*/g, " "));
  const named = typesNamed(node, prose, exports);
  return paragraphs([
    fence(signatureOf(node, name)),
    prose.of(comment),
    lines.join("\n"),
    named.length > 0 ? `Types: ${named.join(", ")}.` : "",
    ...examples.map((tag) => fence(prose.of(tag.comment))),
  ]);
}

/** Fields of an interface or properties of a class, as a table. */
function fieldTable(members, prose) {
  const rows = members.map((member) => {
    const name = member.name.text + (member.questionToken ? "?" : "");
    const type = sourceOf(member.type);
    const { comment, throws } = docstringOf(member);
    const text = [
      prose.of(comment),
      ...throws.map((tag) => `Throws \`${sourceOf(tag.typeExpression?.type)}\`: ${prose.of(tag.comment)}`),
    ];
    return `| \`${name}\` | \`${cell(type.replace(/ \| undefined$/, ""))}\` | ${cell(text.join(" "))} |`;
  });
  return rows.length > 0 ? ["| | type | |", "|---|---|---|", ...rows].join("\n") : "";
}

const isHidden = (member) =>
  ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected) ||
  ts.isConstructorDeclaration(member) ||
  member.name === undefined ||
  ts.isPrivateIdentifier(member.name) ||
  ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "internal");

/** Clauses after `extends`, and the names that come with them. */
function heritage(node, prose, exports, checker) {
  const types = (node.heritageClauses ?? []).flatMap((clause) => clause.types);
  return types.map((type) => {
    const source = sourceOf(type);
    const base = type.expression.getText() === "Omit" ? sourceOf(type.typeArguments[0]) : source;
    const of = exports.get(base);
    const shown = of
      ? `[\`${base}\`](${of.page === prose.page ? "" : `${of.page}.md`}#${anchorOf(base)})`
      : `\`${base}\``;
    if (base === source) return `All of ${shown}, and`;
    const inherited = checker
      .getTypeAtLocation(type)
      .getProperties()
      .map(({ name }) => `\`${name}\``);
    return `Of ${shown}: ${inherited.join(", ")}. And`;
  });
}

/** @param {Export} one */
function section({ name, node, page }, exports, checker) {
  const prose = new Prose(exports, page, name);
  const { comment, examples } = docstringOf(node);
  const shown = [`## ${name}`, prose.of(comment)];
  if (ts.isFunctionDeclaration(node)) return paragraphs([`## ${name}`, callable(node, name, prose, exports)]);
  if (ts.isTypeAliasDeclaration(node)) {
    shown.push(
      fence(
        `type ${node.name.text}${node.typeParameters ? `<${node.typeParameters.map(sourceOf).join(", ")}>` : ""} = ${sourceOf(node.type)}`,
      ),
    );
    const named = typesNamed(node.type, prose, exports);
    if (named.length > 0) shown.push(`Types: ${named.join(", ")}.`);
  } else {
    const members = node.members.filter((member) => !isHidden(member) && !isBehindOverloads(member, node.members));
    const methods = members.filter(isMethod);
    shown.push(...examples.map((tag) => fence(prose.of(tag.comment))));
    shown.push(...heritage(node, prose, exports, checker));
    shown.push(
      fieldTable(
        members.filter((member) => !isMethod(member)),
        prose,
      ),
    );
    for (const method of methods) {
      shown.push(`### ${titleOf(name, method)}`, callable(method, titleOf(name, method), prose, exports));
    }
  }
  return paragraphs(shown);
}

/** The first sentence of a docstring. @param {string} text */
const firstSentence = (text) => cell(/^(?:\([^)]*\)|[^.:(])*[.:](?=\s|$)/.exec(text)?.[0] ?? text).replace(/:$/, ".");

/** All files of the reference: their text by name. @returns {Map<string, string>} */
export function reference() {
  const { checker, exports } = readExports();
  const files = new Map();
  const index = [
    "# API reference",
    NOTE,
    "Every export of the package, from its docstring. [The guide](../README.md#guide) goes by task. Examples go on from this:",
    fence(SCOPE),
  ];
  for (const [page, { title, exports: names }] of Object.entries(TOPICS)) {
    const sections = names.map((name) => section(exports.get(name), exports, checker));
    files.set(`${page}.md`, `${paragraphs([`# ${title}`, NOTE, ...sections])}\n`);
    const rows = names.map((name) => {
      const { node, entries } = exports.get(name);
      const text = firstSentence(new Prose(exports, "README", name).of(docstringOf(node).comment));
      const inPredict = entries.includes("gaussmix/predict") ? "yes" : "";
      return `| [\`${name}\`](${page}.md#${anchorOf(name)}) | ${entries[0] === "gaussmix/load" ? "`gaussmix/load` only" : inPredict} | ${text} |`;
    });
    index.push(`## ${title}`, ["| export | in `gaussmix/predict` | |", "|---|---|---|", ...rows].join("\n"));
  }
  files.set("README.md", `${paragraphs(index)}\n`);
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = `${root}docs/api/`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of reference()) writeFileSync(folder + name, text);
}

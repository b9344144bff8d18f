// The code of the README and of docs runs and says what it gives, commands too; every link leads somewhere.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import * as arrow from "apache-arrow";
import * as arquero from "arquero";
import { transform } from "esbuild";
import ts from "typescript";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { blockIn, blocks as generated } from "../bench/documents.mjs";
import * as gaussmix from "../src/index.ts";
import { fitSettings } from "../src/input/options.ts";
import * as withLoad from "../src/load.ts";
import * as predictOnly from "../src/predict.ts";
import { anchorOf } from "../tools/api-reference.mjs";
import { picture } from "../tools/picture.mjs";
import { CLI, cellsOf, IRIS } from "./support/cli.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const textOf = (path: string): string => readFileSync(`${root}${path}`, "utf8");

/** Every page for readers, by its path from the root. */
const pages = [
  "README.md",
  "CHANGELOG.md",
  "bench/README.md",
  "test/fixtures/README.md",
  ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => posix.join("docs", name))
    .sort(),
];

/** What a block imports from, and what the compiler is told of it: our entries are read from the sources. */
const ENTRIES: Readonly<Record<string, { readonly file: string; readonly module: object }>> = {
  gaussmix: { file: "../src/index.ts", module: gaussmix },
  "gaussmix/predict": { file: "../src/predict.ts", module: predictOnly },
  "gaussmix/load": { file: "../src/load.ts", module: withLoad },
  "apache-arrow": { file: "apache-arrow", module: arrow },
  arquero: { file: "arquero", module: arquero },
};

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** The code that the block goes on from: the first of its page. */
  readonly scope: string;
}

/** The fenced blocks of a page. Those of the API reference are the docstrings' examples: test/api-reference.test.ts has them. */
function blocksOf(page: string): Block[] {
  const text = textOf(page);
  const found = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)];
  const first = found.find(([, language]) => language === "ts");
  return found.map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length + 1,
    language: match[1],
    code: match[2],
    scope: match === first ? "" : (first?.[2] ?? ""),
  }));
}

const blocks = pages.filter((page) => !page.startsWith("docs/api/")).flatMap(blocksOf);
const programs = blocks.filter(({ language }) => language === "ts");

const IMPORT = /^import \{ (.*) \} from "(gaussmix(?:\/\w+)?|apache-arrow|arquero)";\n/gm;

/** What a block runs, in the scope of the first one of its page. */
function bodyOf({ scope, code }: Block): string {
  return `${scope}{\n${code}}\n`.replace(IMPORT, "");
}

/** The names that a block and its scope import, by entry. */
function importsOf({ scope, code }: Block): [entry: string, names: string][] {
  const names = new Map<string, Set<string>>();
  for (const [, list, entry] of `${scope}${code}`.matchAll(IMPORT)) {
    const known = names.get(entry) ?? new Set();
    for (const name of list.split(", ")) known.add(name);
    names.set(entry, known);
  }
  return [...names].map(([entry, known]) => [entry, [...known].join(", ")]);
}

/** Numbers as the page prints them: as many decimals as it shows. */
function expectShown(actual: unknown, shown: string, where: string): void {
  const printed = shown.match(/-?\d+(?:\.\d+)?/g) ?? [];
  const numbers = typeof actual === "number" ? [actual] : Array.from(actual as ArrayLike<number>);
  const decimals = printed.map((text) => text.split(".")[1]?.length ?? 0);
  expect(
    numbers.map((value, i) => value.toFixed(decimals[i] ?? 0)),
    where,
  ).toEqual(printed);
}

/** Runs a block against the sources; `expression; // => numbers` must hold. Result: how many did. */
async function run(block: Block): Promise<number> {
  let shown = 0;
  const show = (actual: unknown, text: string): void => {
    shown++;
    expectShown(actual, text, `${block.page}, block at line ${block.line}: ${text}`);
  };
  const checked = bodyOf(block).replace(
    /^(.*); \/\/ => (.*)$/gm,
    (_, expression: string, text: string) => `show(${expression}, ${JSON.stringify(text)});`,
  );
  const { code } = await transform(`async function main() {\n${checked}\n}`, { loader: "ts", target: "es2022" });
  const imports = importsOf(block).map(([entry, names]) => `const { ${names} } = entries["${entry}"];`);
  const entries = Object.fromEntries(Object.entries(ENTRIES).map(([name, { module }]) => [name, module]));
  await new Function("entries", "show", `${imports.join("\n")}\n${code}\nreturn main();`)(entries, show);
  return shown;
}

/** All blocks, as the compiler sees them beside the sources. */
function program(): ts.Program {
  const path = `${root}tsconfig.check.json`;
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(path, ts.sys.readFile).config, ts.sys, root);
  const files = new Map(
    programs.map((block, i) => {
      const imports = importsOf(block).map(([entry, names]) => `import { ${names} } from "${ENTRIES[entry].file}";\n`);
      return [`${root}test/documents-block-${i}.ts`, `${imports.join("")}export {};\n${bodyOf(block)}`];
    }),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  // what a block declares to show it need not be used
  return ts.createProgram([...files.keys()], { ...options, noUnusedLocals: false }, host);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the code of the documents", () => {
  test("is in languages that are tried: here, or with other programs", () => {
    expect(programs.length).toBeGreaterThan(20);
    // html: test/runtimes/examples.test.mjs; the rest: tools/reference, in the other program
    const tried = ["ts", "sh", "json", "html", "python", "r", "matlab"];
    expect(blocks.filter(({ language }) => !tried.includes(language))).toEqual([]);
  });

  test.each(programs.map((block) => [block.page, block.line, block] as const))(
    "in %s, the block at line %i runs and gives the numbers beside it",
    async (_, __, block) => {
      // what a page would get from its own server
      vi.stubGlobal("fetch", async (address: string) => {
        const bytes = readFileSync(join(dirname(CLI), posix.basename(address)));
        return new Response(bytes);
      });
      expect(await run(block)).toBe([...bodyOf(block).matchAll(/; \/\/ => /g)].length);
    },
  );

  test("has no type errors", () => {
    const messages = ts
      .getPreEmitDiagnostics(program())
      .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
    expect(messages).toEqual([]);
  });

  test("is JSON where it says so", () => {
    const texts = blocks.filter(({ language }) => language === "json");
    expect(texts.length).toBeGreaterThan(0);
    for (const { code } of texts) expect(Object.keys(JSON.parse(code))).not.toEqual([]);
  });
});

describe("the commands of the documents", () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gaussmix-documents-"));
    copyFileSync(IRIS, join(folder, "iris.csv"));
    copyFileSync(`${root}test/fixtures/interchange/iris-full.onnx`, join(folder, "gm.onnx"));
    writeFileSync(join(folder, "gaussmix"), `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`, { mode: 0o755 });
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(
    blocks.filter(({ language }) => language === "sh").map((block) => [block.page, block.line, block] as const),
  )("in %s, those at line %i do what they say", (_, __, { code }) => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const { status, stderr } = spawnSync("sh", ["-e", "-c", code], { cwd: folder, env, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^(?:gaussmix: .*\n)*$/) });
    const [header, ...rows] = cellsOf(readFileSync(join(folder, "labelled.csv"), "utf8"));
    expect(header.slice(-5)).toEqual(["label", "probability_0", "probability_1", "probability_2", "log_density"]);
    expect(rows).toHaveLength(150);
    if (code.includes("drawn.csv")) {
      expect(cellsOf(readFileSync(join(folder, "drawn.csv"), "utf8"))).toHaveLength(1001);
      expect(gaussmix.GaussianMixture.fromJSON(readFileSync(join(folder, "gm.json"), "utf8")).nFeatures).toBe(4);
    }
  });
});

describe("links", () => {
  /** Without blocks of code and what stands in backticks. */
  const proseOf = (page: string): string =>
    textOf(page)
      .replace(/^```[\s\S]*?^```$/gm, "")
      .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, " "));

  /** The anchors of a page's headings, as GitHub makes them. */
  const anchorsOf = (page: string): Set<string> => {
    const anchors = new Set<string>();
    for (const [, heading] of textOf(page)
      .replace(/^```[\s\S]*?^```$/gm, "")
      .matchAll(/^#{1,6} (.*)$/gm)) {
      const anchor = anchorOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
      let unique = anchor;
      for (let i = 1; anchors.has(unique); i++) unique = `${anchor}-${i}`;
      anchors.add(unique);
    }
    return anchors;
  };

  const linksOf = (page: string): string[] =>
    [...proseOf(page).matchAll(/\]\(\s*((?!https?:)[^)\s]*)\s*\)/g)].map(([, target]) => target);

  test("are found", () => {
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(300);
    expect(linksOf("README.md").length).toBeGreaterThan(10);
  });

  test.each(pages)("of %s lead to files and headings", (page) => {
    const dead = linksOf(page).flatMap((target) => {
      const [path, anchor] = target.split("#");
      const to = path === "" ? page : posix.join(posix.dirname(page), path);
      if (!existsSync(`${root}${to}`)) return [target];
      return anchor === undefined || anchorsOf(to).has(anchor) ? [] : [target];
    });
    expect(dead).toEqual([]);
  });

  test("lead from docs/README.md to every page of docs, but for single decisions, notes and exports", () => {
    const index = textOf("docs/README.md");
    const listed = pages.filter(
      (page) => page.startsWith("docs/") && !/^docs\/(?:README|(?:api|decisions|notebook)\/(?!README))/.test(page),
    );
    expect(listed.length).toBeGreaterThan(15);
    expect(listed.filter((page) => !index.includes(`](${posix.relative("docs", page)})`))).toEqual([]);
  });
});

describe("figures", () => {
  test.each(generated().map(({ page, name, text }) => [name, page, text] as const))(
    "of the block %s in %s are those of bench/results: `npm run bench:tables` writes them",
    (name, page, text) => {
      expect(blockIn(name).exec(textOf(page))?.[0]).toContain(`-->\n\n${text}\n\n<!-- end -->`);
    },
  );
});

describe("decisions", () => {
  const numbered = (folder: string): string[] =>
    readdirSync(`${root}docs/${folder}`)
      .filter((name) => name !== "README.md")
      .sort();
  const decisions = numbered("decisions");

  test("are in the index with number, title, status, date and a line, and no other is", () => {
    const index = textOf("docs/decisions/README.md");
    const rows = [...index.matchAll(/^\| (\d+) \| \[(.+)\]\((.+)\) \| (.+) \| \d{4}-\d\d-\d\d \| .{10,} \|$/gm)];
    expect(rows.map(([, , , file]) => file)).toEqual(decisions);
    expect(index.split("\n").filter((line) => /^\| \d/.test(line))).toHaveLength(decisions.length);
    for (const [, number, title, file, status] of rows) {
      expect(file.startsWith(number.padStart(4, "0"))).toBe(true);
      expect(textOf(`docs/decisions/${file}`)).toMatch(`# ${number}. ${title}\n`);
      expect(status).toMatch(/^(?:in force(?:, extended)?|superseded by \d+)$/);
    }
  });

  test.each(decisions)("%s has at most 400 words", (file) => {
    expect(textOf(`docs/decisions/${file}`).trim().split(/\s+/).length).toBeLessThanOrEqual(400);
  });

  test("and their notes lead to each other", () => {
    const notes = numbered("notebook");
    expect(decisions.filter((file) => textOf(`docs/decisions/${file}`).includes("](../notebook/"))).toEqual(notes);
    for (const file of notes) {
      expect(textOf(`docs/decisions/${file}`)).toContain(`](../notebook/${file})`);
      expect(textOf(`docs/notebook/${file}`)).toContain(`](../decisions/${file})`);
      expect(textOf("docs/notebook/README.md")).toContain(`](${file})`);
    }
  });
});

test("the README's picture is the fit that it shows: `npm run docs:picture` draws it", () => {
  const drawn = picture(gaussmix);
  expect(drawn).toMatch(/<title .*>.*<\/title>\n<desc /);
  expect(textOf("docs/faithful.svg")).toBe(drawn);
});

test("the README has at most 150 lines", () => {
  expect(textOf("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

test("docs/guide/fit.md gives the defaults that hold", () => {
  const text = textOf("docs/guide/fit.md");
  const settings = fitSettings({ nComponents: 2 }, 10);
  for (const name of ["covarianceType", "tol", "maxIter", "nInit", "seed", "accelerate", "reproducible"] as const) {
    const cell = new RegExp(`^\\| \`${name}\` \\| \`([^\`]+)\` \\|`, "m").exec(text)?.[1];
    expect(cell === undefined ? undefined : JSON.parse(cell), name).toBe(settings[name]);
  }
  expect(settings.init).toEqual({ kind: "strategy", strategy: "standard" });
  expect(text).toMatch(/^\| `effort` \| `"standard"` \|/m);
  expect(text).toMatch(/^\| `init` \| by `effort` \|/m);
});

test("docs/json.md names every field of the format", () => {
  const text = textOf("docs/json.md");
  const mixture = gaussmix.GaussianMixture.fitSync({ x: [1, 2] }, { nComponents: 1 });
  for (const key of Object.keys(mixture.toJSON())) expect(text).toContain(`| \`${key}\` |`);
});

describe("docs/notation.md", () => {
  const rows = [...textOf("docs/notation.md").matchAll(/^\| (.+) \| \*reserved\* (.+) \|$/gm)];

  test("reserves words that are not taken", () => {
    const names = rows.flatMap(([, word]) => [...word.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(names).toEqual(["onProgress", "update", "partial", "partialFit", "online"]);
    for (const name of names) {
      for (const call of [gaussmix.GaussianMixture.fitSync, gaussmix.selectSync]) {
        expect(() => call([[1], [2]], { nComponents: 1, [name]: 1 })).toThrow(name);
      }
      expect(Object.keys(gaussmix)).not.toContain(name);
      expect(name in gaussmix.GaussianMixture.prototype).toBe(false);
    }
  });

  test("says what nComponents means", () => {
    const counts = (nComponents: gaussmix.SelectOptions["nComponents"]): number[] =>
      gaussmix
        .selectSync([[1], [2], [4], [9]], { nComponents, covarianceType: "full", init: "kmeans" })
        .candidates.map((candidate) => candidate.nComponents);
    expect(counts(3)).toEqual([3]);
    expect(counts([3, 2])).toEqual([2, 3]);
    expect(counts({ from: 2, to: 3 })).toEqual([2, 3]);
    expect(counts({ from: 3 })).toEqual([3, 4]);
    expect(counts({})).toEqual([1, 2, 3, 4]);
  });
});

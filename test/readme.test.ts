// The README's code runs, says what it gives, and names everything that is public.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import * as gaussmix from "../src/index.ts";
import { fitSettings } from "../src/input/options.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");
const entry = `${root}src/index.ts`;

interface Block {
  /** The line of the README that it starts on. */
  readonly line: number;
  readonly code: string;
}

/** The TypeScript and JavaScript of the README. */
const blocks: readonly Block[] = [...readme.matchAll(/^```(?:ts|js)\n([\s\S]*?)^```$/gm)].map((found) => ({
  line: readme.slice(0, found.index).split("\n").length + 1,
  code: found[1],
}));

/** Blocks after the first go on in its scope: it has the rows and the mixture. */
function programOf(block: Block): string {
  return block === blocks[0] ? block.code : `${blocks[0].code}\n{\n${withoutImports(block.code)}}\n`;
}

const IMPORT = /^import \{ (.*) \} from "gaussmix";\n/gm;

function withoutImports(code: string): string {
  return code.replace(IMPORT, "");
}

/** Everything that the blocks import, in one line. */
function importsOf(...codes: readonly string[]): string {
  const names = codes.flatMap((code) => [...code.matchAll(IMPORT)].flatMap((found) => found[1].split(", ")));
  return [...new Set(names)].join(", ");
}

/** Numbers as the README prints them: as many decimals as it shows. */
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
    expectShown(actual, text, `README.md, block at line ${block.line}: ${text}`);
  };
  const checked = withoutImports(programOf(block)).replace(
    /^(.*); \/\/ => (.*)$/gm,
    (_, expression: string, text: string) => `show(${expression}, ${JSON.stringify(text)});`,
  );
  const names = importsOf(blocks[0].code, block.code);
  const { code } = await transform(`async function main() {\n${checked}\n}`, { loader: "ts", target: "es2022" });
  await new Function("gaussmix", "show", `const { ${names} } = gaussmix;\n${code}\nreturn main();`)(gaussmix, show);
  return shown;
}

/** The sources and all blocks, as the compiler sees them. */
const program = ((): ts.Program => {
  const path = `${root}tsconfig.check.json`;
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(path, ts.sys.readFile).config, ts.sys, root);
  const files = new Map(
    blocks.map((block) => [
      `${root}test/readme-block-${block.line}.ts`,
      `import { ${importsOf(blocks[0].code, block.code)} } from "../src/index.ts";\n${withoutImports(programOf(block))}`,
    ]),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  // what a block declares to show it need not be used
  return ts.createProgram([entry, ...files.keys()], { ...options, noUnusedLocals: false }, host);
})();

describe("the README's code", () => {
  test("has blocks to run", () => {
    expect(blocks.length).toBeGreaterThan(2);
  });

  for (const block of blocks) {
    test(`the block at line ${block.line} runs and gives the numbers beside it`, async () => {
      expect(await run(block)).toBe([...programOf(block).matchAll(/; \/\/ => /g)].length);
    });
  }

  test("has no type errors", () => {
    const messages = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    expect(messages).toEqual([]);
  });
});

describe("the README's API section", () => {
  const api = readme.slice(readme.indexOf("\n## API\n"), readme.indexOf("\n## Numerics\n"));
  /** Words inside backticks. */
  const prose = api.replace(/^```[\s\S]*?^```$/gm, "");
  const named = new Set([...prose.matchAll(/`([^`]+)`/g)].flatMap((found) => found[1].match(/[A-Za-z_]+/g) ?? []));
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  const exported = module ? checker.getExportsOfModule(module) : [];
  const targetOf = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

  test("names every export", () => {
    expect(exported.length).toBeGreaterThan(20);
    expect(exported.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([]);
  });

  test("names what the other entries have of their own", () => {
    for (const name of ["predict", "load"]) {
      expect(api).toContain(`\`gaussmix/${name}\``);
      const code = readFileSync(`${root}src/${name}.ts`, "utf8");
      const names = [...code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(
        ([, list]) => list.match(/\w+/g) ?? [],
      );
      expect(names.filter((one) => one !== "type" && !named.has(one))).toEqual([]);
    }
  });

  for (const symbol of exported) {
    const target = targetOf(symbol);
    if (!(target.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) continue;
    if (symbol.name === "MixtureJSON") continue; // docs/json.md has it
    test(`names every public member of ${symbol.name}`, () => {
      const members = [...(target.members?.values() ?? []), ...(target.exports?.values() ?? [])]
        .filter(({ name, flags }) => /^[a-z]/i.test(name) && !(flags & ts.SymbolFlags.Prototype))
        .map(({ name }) => name);
      // every error has a name
      const unsaid = members.filter((name) => !named.has(name) && !(name === "name" && symbol.name === "MixtureError"));
      expect(unsaid).toEqual([]);
    });
  }

  test("gives the defaults that hold", () => {
    const settings = fitSettings({ nComponents: 2 }, 10);
    for (const name of ["covarianceType", "tol", "maxIter", "nInit", "seed", "accelerate"] as const) {
      const cell = new RegExp(`^\\| \`${name}\` \\| \`([^\`]+)\` \\|`, "m").exec(api)?.[1];
      expect(cell === undefined ? undefined : JSON.parse(cell), name).toBe(settings[name]);
    }
    expect(settings.init).toEqual({ kind: "strategy", strategy: "race" });
    expect(api).toMatch(/^\| `init` \| `"race"` \|/m);
  });
});

test("docs/json.md names every field of the format", () => {
  const text = readFileSync(`${root}docs/json.md`, "utf8");
  const mixture = gaussmix.GaussianMixture.fitSync({ x: [1, 2] }, { nComponents: 1 });
  for (const key of Object.keys(mixture.toJSON())) expect(text).toContain(`| \`${key}\` |`);
});

test("every link of the documents leads to a file", () => {
  const documents = [
    "README.md",
    "CHANGELOG.md",
    "docs/notation.md",
    "docs/memory.md",
    "docs/numerics.md",
    "docs/json.md",
    "docs/binary.md",
    "docs/interchange.md",
  ];
  for (const document of documents) {
    const text = readFileSync(`${root}${document}`, "utf8");
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#[^)]*)?\)/g)) {
      if (target === "") continue;
      const path = new URL(target, `file://${root}${document}`);
      expect(
        ts.sys.fileExists(fileURLToPath(path)) || ts.sys.directoryExists(fileURLToPath(path)),
        `${document}: ${target}`,
      ).toBe(true);
    }
  }
});

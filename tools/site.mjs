// site/playground -> site/.dist/playground: a static page of relative addresses, to be served from any folder.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minified } from "./minify.mjs";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const from = path("site/playground/");
const to = path("site/.dist/playground/");

/** What a person's first visit loads, by name: the page, its two scripts, and what these import outright. */
export function firstFiles() {
  const names = ["index.html", "style.css", "main.js", "worker.js"];
  for (const name of names) {
    if (!name.endsWith(".js")) continue;
    const imported = readFileSync(`${to}${name}`, "utf8").matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g);
    for (const [, file] of imported) if (!names.includes(file)) names.push(file);
  }
  return names;
}

/** Builds the playground. */
export async function buildPlayground() {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const entries = { main: `${from}ui/main.ts`, worker: `${from}worker/worker.ts` };
  for (const [name, entry] of Object.entries(entries)) {
    const { outputFiles } = await build({
      ...{ entryPoints: { [name]: entry }, outdir: to, bundle: true, splitting: true, format: "esm", target: "es2022" },
      ...{ chunkNames: "[name]-[hash]", write: false, legalComments: "none", logLevel: "warning" },
    });
    for (const file of outputFiles) writeFileSync(file.path, await minified(file.text));
  }
  cpSync(`${from}index.html`, `${to}index.html`);
  const { code } = await transform(readFileSync(`${from}style.css`, "utf8"), { loader: "css", minify: true });
  writeFileSync(`${to}style.css`, code);
}

/** Bytes of each file of the built playground, gzipped. */
export function playgroundSizes() {
  const sizes = readdirSync(to).map((name) => [name, gzipSync(readFileSync(`${to}${name}`), { level: 9 }).length]);
  return Object.fromEntries(sizes);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPlayground();
  const sizes = playgroundSizes();
  const first = firstFiles().reduce((sum, name) => sum + sizes[name], 0);
  console.log(`site/.dist/playground: ${(first / 1000).toFixed(1)} KB gzipped before data, library included`);
}

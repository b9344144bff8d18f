// src/{index,predict,load}.ts -> dist, each in one module. Node needs 30 ms to find and link the 27 files that tsc would
// write, and 4 ms for this one. The module of the kernels stays an import, so that each host can pick its own.
// dist/gaussmix.min.js has it inside: for pages without a bundler.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minified } from "./minify.mjs";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** @param {string} entry @param {string} outfile @param {import("esbuild").BuildOptions} options */
const bundle = (entry, outfile, options) =>
  build({
    entryPoints: [path(`src/${entry}.ts`)],
    outfile: path(`dist/${outfile}.js`),
    bundle: true,
    format: "esm",
    target: "es2022",
    treeShaking: true,
    ...options,
  });

await bundle("index", "index", { external: ["#wasm"] });
await bundle("predict", "predict", { alias: { "#wasm": "#wasm-predict" }, external: ["#wasm-predict"] });
await bundle("load", "load", { alias: { "#wasm": path("build/none.js") } });

const { outputFiles } = await build({
  ...{ entryPoints: [path("dist/index.js")], alias: { "#wasm": path("dist/wasm/inline.js") } },
  ...{ bundle: true, format: "esm", write: false },
});
writeFileSync(path("dist/gaussmix.min.js"), await minified(outputFiles[0].text));

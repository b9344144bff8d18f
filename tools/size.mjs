// Sizes of what a user's bundle gets, minified and gzipped: by entry, by what is imported, and by part.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minified } from "./minify.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What is measured: a name, and the module to bundle. */
const IMPORTS = {
  "everything: `gaussmix`": 'export * from "gaussmix";',
  "`GaussianMixture`": 'export { GaussianMixture } from "gaussmix";',
  "`kMeans`": 'export { kMeans } from "gaussmix";',
  "`Mixture` of `gaussmix/predict`": 'export { Mixture } from "gaussmix/predict";',
  "everything: `gaussmix/predict`": 'export * from "gaussmix/predict";',
  "everything: `gaussmix/load`": 'export * from "gaussmix/load";',
};

const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

async function bundle(contents, external) {
  const { outputFiles } = await build({
    ...{ stdin: { contents, resolveDir: root }, bundle: true, format: "esm", write: false },
    ...{ external, logLevel: "error" },
  });
  return minified(outputFiles[0].text);
}

/**
 * @returns {Promise<{ name: string, minified: number, gzipped: number, code: number, kernels: number }[]>} in bytes:
 * `code` is what is gzipped but for the kernels, and `kernels` the rest.
 */
export async function sizes() {
  const rows = [];
  for (const [name, contents] of Object.entries(IMPORTS)) {
    const whole = await bundle(contents, []);
    const code = gzipped(await bundle(contents, ["#wasm", "#wasm-predict"]));
    rows.push({
      name,
      minified: Buffer.byteLength(whole),
      gzipped: gzipped(whole),
      code,
      kernels: gzipped(whole) - code,
    });
  }
  return rows;
}

/** Bytes gzipped of each file that is served as it is. */
export function files() {
  return ["gaussmix.min.js", "gaussmix.wasm"].map((name) => ({
    name,
    gzipped: gzipped(readFileSync(`${root}dist/${name}`)),
  }));
}

// The library through bundlers, with their defaults: the bundle runs in Chromium, on a cross-origin isolated page, and in
// Node, with workers.
import { mkdirSync, writeFileSync } from "node:fs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import { afterAll, describe, expect, test } from "vitest";
import webpack from "webpack";
import { browsers, reportOf, serveFolder } from "./browsers.mjs";
import { answer, consumer, pathOf } from "./harness.mjs";

const bundles = new URL("bundles/", consumer);
const entry = pathOf(new URL("app.mjs", consumer));
const HTML = '<!doctype html>\n<meta charset="utf-8" />\n<script type="module" src="app.js"></script>\n';

/** Each makes app.js in its folder. @type {Record<string, (folder: string) => Promise<unknown>>} */
const bundlers = {
  esbuild: (folder) =>
    esbuild.build({ entryPoints: [entry], bundle: true, minify: true, format: "esm", outfile: `${folder}app.js` }),
  Rollup: async (folder) => {
    const bundle = await rollup({ input: entry, plugins: [nodeResolve({ browser: true })] });
    await bundle.write({ file: `${folder}app.js`, format: "es" });
  },
  Vite: (outDir) =>
    vite.build({
      ...{ root: pathOf(consumer), logLevel: "error", configFile: false },
      build: {
        ...{ outDir, emptyOutDir: true, target: "es2022" },
        rolldownOptions: { input: entry, output: { entryFileNames: "app.js" } },
      },
    }),
  webpack: (path) =>
    new Promise((resolve, reject) => {
      const output = { path, filename: "app.js" };
      webpack({ mode: "production", entry, output, performance: { hints: false } }, (error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()));
        else resolve(stats);
      });
    }),
};

describe("a bundle of", () => {
  let browser;
  afterAll(() => browser?.close());

  for (const [name, bundle] of Object.entries(bundlers)) {
    test(`${name} fits with workers`, async () => {
      const folder = new URL(`${name}/`, bundles);
      mkdirSync(folder, { recursive: true });
      await bundle(pathOf(folder));
      writeFileSync(new URL("index.html", folder), HTML);
      browser ??= await browsers.Chromium(true);
      const server = await serveFolder(consumer, { isolated: true });
      try {
        const result = await reportOf(browser, server, `bundles/${name}/index.html`);
        expect(result).toEqual({ isolated: true, same: true, served: 2, predicted: true });
      } finally {
        await server.close();
      }
    });
  }

  for (const [format, extension] of [
    ["esm", "mjs"],
    ["cjs", "cjs"],
  ]) {
    test(`esbuild for Node, as ${format}, fits with workers`, async () => {
      const outfile = pathOf(new URL(`node-app.${extension}`, bundles));
      const entryPoints = [pathOf(new URL("node-app.mjs", consumer))];
      await esbuild.build({ entryPoints, bundle: true, minify: true, platform: "node", format, outfile });
      expect(await answer(process.execPath, [outfile])).toEqual({ same: true, served: 2, predicted: true });
    });
  }
});

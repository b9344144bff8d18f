// src/cli/main.ts -> dist/cli.js: one executable file with commander inside, so that the package has no
// dependencies. The library stays outside (./index.js beside it): one copy, the one the user has.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");
const cli = join(src, "cli") + sep;

/** Our own files: those of the command line are bundled, the entry stays an import, anything else is a mistake. */
const libraryStaysOutside = {
  name: "library-stays-outside",
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path);
      if (!file.startsWith(src + sep) || file.startsWith(cli)) return undefined;
      if (file === join(src, "index.ts")) return { path: "./index.js", external: true };
      return { errors: [{ text: `src/cli may import ../index.ts only, not ${path}` }] };
    });
  },
};

const result = await build({
  entryPoints: [join(cli, "main.ts")],
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  write: false,
  metafile: true,
  absWorkingDir: root,
  plugins: [libraryStaysOutside],
});

// commander is CommonJS and asks for Node's modules with require, which an ES module does not have.
const head = `#!/usr/bin/env node
import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);
`;
const body = result.outputFiles[0].text.replace(/^#!.*\n/, "");
const outfile = join(root, "dist/cli.js");
writeFileSync(outfile, head + body);
chmodSync(outfile, 0o755);

// The licences of what is bundled ask to travel with it.
const packages = new Set();
for (const input of Object.keys(result.metafile.inputs)) {
  const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
  if (name !== undefined) packages.add(name);
}
const licences = [...packages].sort().map((name) => {
  const folder = join(root, "node_modules", name);
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (file === undefined) throw new Error(`${name} is bundled into the command line but has no licence file`);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
});
if (licences.length > 0) {
  writeFileSync(`${outfile}.LICENSES.txt`, `dist/cli.js contains:\n\n${licences.join("\n---\n\n")}`);
}

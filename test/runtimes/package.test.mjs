// The tarball: what is in it, what checkers say of it, that its types hold, and that its binaries can be built again.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { bin, consumer, execute, library, output, pathOf, root } from "./harness.mjs";

const [name] = readdirSync(new URL("build/pack/", root));
const tarball = pathOf(new URL(`build/pack/${name}`, root));
const files = readdirSync(library, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name: file }) => relative(pathOf(library), join(parentPath, file)));

describe("the tarball", () => {
  test("holds what is meant to be published and nothing else", () => {
    const meant =
      /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|docs\/(?:(?:api|decisions|guide)\/)?[\w-]+\.md|docs\/gaussmix\.schema\.json|docs\/faithful\.svg|examples\/(?:cloudflare-worker\/)?[\w-]+\.(?:csv|html|js|json|jsonc|mjs|ts|toml)|dist\/(?:[\w-]+\/){0,2}[\w-]+\.d\.ts|dist\/(?:index|predict|load|cli|gaussmix\.min)\.js|dist\/cli\.js\.LICENSES\.txt|dist\/(?:gaussmix|predict)\.wasm|dist\/wasm\/(?:predict-)?(?:inline|workerd|edge-light)\.js)$/;
    expect(files.filter((file) => !meant.test(file))).toEqual([]);
    for (const file of ["README.md", "LICENSE", "dist/index.js", "dist/index.d.ts", "dist/gaussmix.wasm"]) {
      expect(files).toContain(file);
    }
  });

  test("holds every file that its package.json names", () => {
    const manifest = JSON.parse(readFileSync(new URL("package.json", library), "utf8"));
    const named = JSON.stringify([manifest.exports, manifest.imports, manifest.bin, manifest.jsdelivr, manifest.unpkg]);
    const paths = [...new Set([...named.matchAll(/"\.\/(dist\/[^"]+)"/g)].map(([, path]) => path))];
    expect(paths.length).toBeGreaterThan(12);
    expect(paths.filter((path) => !files.includes(path))).toEqual([]);
    expect(manifest.sideEffects).toBe(false);
  });

  test("installs nothing beside itself", () => {
    const installed = readdirSync(new URL("node_modules/", consumer)).filter((entry) => !entry.startsWith("."));
    expect(installed).toEqual(["gaussmix"]);
  });

  test("has no fault that publint finds", async () => {
    expect(await output(bin("publint"), [tarball, "--strict"])).toContain("All good!");
  });

  test("has types that resolve (attw)", async () => {
    const options = ["--profile", "esm-only", "--exclude-entrypoints", "./gaussmix.wasm", "--format", "json"];
    const { code, stdout, stderr } = await execute(bin("attw"), [tarball, ...options]);
    expect(code, `${stdout}\n${stderr}`).toBe(0);
  });
});

test("classes have their names in every file of the package", async () => {
  for (const file of ["index", "predict", "load", "gaussmix.min"]) {
    const { MixtureError, Mixture, GaussianMixture } = await import(new URL(`dist/${file}.js`, library).href);
    expect(Mixture.name).toBe("Mixture");
    expect(GaussianMixture?.name).toBe(file === "predict" ? undefined : "GaussianMixture");
    expect(`${new MixtureError("MEMORY", "full")}`).toBe("MixtureError: full");
  }
});

describe("the types", () => {
  const PROGRAM = `
import { GaussianMixture, MixtureError, type FitOptions } from "gaussmix";
import { load } from "gaussmix/load";
import { Mixture } from "gaussmix/predict";

const options: FitOptions = { nComponents: 2, covarianceType: "tied" };
const mixture: GaussianMixture = await GaussianMixture.fit([[1, 2], [3, 4]], options);
const labels: Int32Array = Mixture.fromJSON(mixture.toJSON()).predict({ data: [1, 2], shape: [1, 2] });
await load(new Uint8Array(labels.buffer)).catch((error: unknown) => error instanceof MixtureError && error.code);
// @ts-expect-error: a mistyped option
await GaussianMixture.fit([[1]], { nComponent: 2 });
// @ts-expect-error: a mixture that only predicts
await Mixture.fit([[1]], { nComponents: 2 });
// @ts-expect-error: made by fit, fromParameters and fromJSON alone
new Mixture();
// a mixture of the other entry will do for parameters
const { components } = GaussianMixture.fromParameters(Mixture.fromJSON(mixture.toJSON()));
const height: number = components[0].mean.height + components[0].covariance[0][1];
const means: number[] = Object.values(components[0].mean);
// @ts-expect-error: components are copies, and to be read
components[0].weight = height + means[0];
`;
  const today = new URL("node_modules/typescript/bin/tsc", root);
  const older = (version) => new URL(`node_modules/typescript-${version}/bin/tsc`, import.meta.url);
  const page = { module: "esnext", moduleResolution: "bundler", lib: ["ES2022", "DOM"], types: [] };
  const node = { types: ["node"], typeRoots: [pathOf(new URL("node_modules/@types", root))] };

  for (const [host, { tsc, ...settings }] of Object.entries({
    "a page through a bundler": { tsc: today, ...page },
    Node: { tsc: today, module: "nodenext", moduleResolution: "nodenext", lib: ["ES2023"], ...node },
    "a page through a bundler, with TypeScript 5.0": { tsc: older("5.0"), ...page },
    "Node, with TypeScript 4.7": { tsc: older("4.7"), ...page, module: "nodenext", moduleResolution: "nodenext" },
  })) {
    test(`hold in a strict program for ${host}`, async () => {
      const folder = new URL(`types-${host.replace(/\W+/g, "-")}/`, consumer);
      mkdirSync(folder, { recursive: true });
      writeFileSync(new URL("program.ts", folder), PROGRAM);
      const compilerOptions = { strict: true, noEmit: true, target: "es2022", skipLibCheck: false, ...settings };
      writeFileSync(new URL("tsconfig.json", folder), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
      const { code, stdout } = await execute(process.execPath, [pathOf(tsc), "-p", pathOf(folder)]);
      expect(stdout).toBe("");
      expect(code).toBe(0);
    });
  }
});

describe("the binaries", () => {
  for (const [file, entry, target] of [
    ["gaussmix", "assembly/index.ts", "simd"],
    ["predict", "assembly/predict.ts", "predict"],
  ]) {
    test(`${file}.wasm is the same to the byte when it is built again`, async () => {
      const again = pathOf(new URL(`build/${file}-again.wasm`, root));
      const asc = pathOf(new URL("node_modules/assemblyscript/bin/asc.js", root));
      await output(process.execPath, [asc, entry, "--target", target, "--outFile", again], { cwd: root });
      const [built, shipped] = [readFileSync(again), readFileSync(new URL(`dist/${file}.wasm`, library))];
      // what is shipped ends with a section for its digest
      expect(shipped.subarray(0, built.length).equals(built)).toBe(true);
      expect(shipped.subarray(built.length).toString("latin1").slice(3)).toMatch(/^gaussmix[0-9a-f]{16}$/);
    });
  }
});

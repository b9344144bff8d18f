// Before the tests of the runtimes: packs the library, installs the tarball in a project of its own, and puts the suite
// beside it.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { SERVING } from "../../src/engine/worker.ts";

const root = new URL("../../", import.meta.url);
const build = new URL("build/", root);
const consumer = new URL("consumer/", build);

export default function setup() {
  for (const name of ["consumer/", "pack/", "runtimes/"]) {
    rmSync(new URL(name, build), { recursive: true, force: true });
    mkdirSync(new URL(name, build), { recursive: true });
  }
  // not the old npm that as-pect brings along
  const paths = (process.env.PATH ?? "").split(delimiter).filter((path) => !path.includes("node_modules"));
  const env = { ...process.env, PATH: paths.join(delimiter) };
  const npm = (cwd, ...options) => execFileSync("npm", options, { cwd: fileURLToPath(cwd), stdio: "pipe", env });
  npm(root, "pack", "--ignore-scripts", "--pack-destination", fileURLToPath(new URL("pack/", build)));
  const [tarball] = readdirSync(new URL("pack/", build));
  writeFileSync(new URL("package.json", consumer), '{ "private": true, "type": "module" }\n');
  // --offline: there is nothing else to fetch
  npm(consumer, "install", "--offline", "--no-audit", "--no-fund", `../pack/${tarball}`);
  cpSync(new URL("suite/", import.meta.url), consumer, { recursive: true });
  const threads = new URL("threads.mjs", consumer);
  const text = readFileSync(threads, "utf8");
  writeFileSync(threads, text.replace("globalThis.GAUSSMIX_SERVING", String(SERVING)));
}

// workerd itself, as a process whose time can be told.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { bin, consumer, output, pathOf } from "./harness.mjs";

const COMPATIBILITY_DATE = "2026-04-01";
export const workerdVersion = createRequire(import.meta.url)("workerd/package.json").version;

/** Bundles a worker as Cloudflare's own tool does. @returns the folder. */
export async function bundled(entry) {
  const folder = new URL(`built/${entry.replace(/\W/g, "-")}/`, consumer);
  const options = ["--dry-run", "--name", "test", "--compatibility-date", COMPATIBILITY_DATE];
  const env = { WRANGLER_SEND_METRICS: "false", CI: "true" };
  await output(bin("wrangler"), ["deploy", entry, "--outdir", pathOf(folder), ...options], { env });
  return folder;
}

/**
 * Starts workerd over what wrangler has bundled.
 *
 * @param {URL} folder - one script and its .wasm files.
 * @returns the address, how long until it listened, its processor time so far, and how to end it.
 */
export async function serve(folder) {
  const kinds = { js: "esModule", wasm: "wasm" };
  const modules = readdirSync(folder)
    .filter((name) => /\.(?:js|wasm)$/.test(name))
    .sort((a) => (a.endsWith(".js") ? -1 : 1))
    .map((name) => `(name = "./${name}", ${kinds[name.split(".").at(-1)]} = embed "${name}")`);
  writeFileSync(
    new URL("config.capnp", folder),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
const worker :Workerd.Worker = (modules = [${modules.join(", ")}], compatibilityDate = "${COMPATIBILITY_DATE}");
`,
  );
  const begin = performance.now();
  const child = spawn(bin("workerd"), ["serve", "config.capnp", "--control-fd=3"], {
    cwd: pathOf(folder),
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const port = await new Promise((resolve, reject) => {
    child.on("close", (code) => reject(new Error(`workerd ended with ${code}`)));
    child.stdio[3].setEncoding("utf8").on("data", (text) => {
      const [, listening] = /"port":(\d+)/.exec(text) ?? [];
      if (listening) resolve(Number(listening));
    });
  });
  return {
    begin,
    url: `http://127.0.0.1:${port}/`,
    /** Milliseconds that all its threads have run (Linux). */
    processorTime() {
      const tasks = `/proc/${child.pid}/task`;
      const run = (task) => Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
      return readdirSync(tasks).reduce((sum, task) => sum + run(task), 0) / 1e6;
    },
    async stop() {
      child.kill();
      await ended;
    },
  };
}

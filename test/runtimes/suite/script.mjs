// The suite for runtimes with a command line. Arguments: `cold` to measure the first prediction only, `shared` where
// memory is to be shared with workers. The result is the last line.
import { readFile } from "node:fs/promises";
import { firstPrediction } from "./first.mjs";

const [what] = process.argv.slice(2);
const { gaussmix, coldStart } = await firstPrediction(() => import("gaussmix"));
let result = { coldStart };
if (what !== "cold") {
  const { runSuite } = await import("./run.mjs");
  const { loadChecks } = await import("./load.mjs");
  const predict = await import("gaussmix/predict");
  const bytes = await readFile(new URL("node_modules/gaussmix/dist/gaussmix.wasm", import.meta.url));
  const sources = {
    bytes: () => bytes,
    "an array buffer": () => new Uint8Array(bytes).buffer,
    "a module": () => new WebAssembly.Module(bytes),
    "a response": () => new Response(bytes),
    "a promise": () => Promise.resolve(bytes),
    "an address": () => `data:application/wasm;base64,${bytes.toString("base64")}`,
  };
  const load = await loadChecks(await import("gaussmix/load"), gaussmix, sources).run();
  result = { ...result, load, ...(await runSuite({ gaussmix, predict }, { shared: what === "shared" })) };
}
console.log(JSON.stringify(result));

// The suite for runtimes with a command line. With the argument `cold` it measures the first prediction only. The result
// is the last line.
import { readFile } from "node:fs/promises";
import { firstPrediction } from "./first.mjs";

const { gaussmix, coldStart } = await firstPrediction(() => import("gaussmix"));
let result = { coldStart };
if (process.argv[2] !== "cold") {
  const { runSuite } = await import("./run.mjs");
  const { severalChecks } = await import("./several.mjs");
  const [predict, own] = [await import("gaussmix/predict"), await import("gaussmix/load")];
  const bytes = await readFile(new URL("node_modules/gaussmix/dist/gaussmix.wasm", import.meta.url));
  const sources = {
    bytes: () => bytes,
    "an array buffer": () => new Uint8Array(bytes).buffer,
    "a module": () => new WebAssembly.Module(bytes),
    "a response": () => new Response(bytes),
    "a promise": () => Promise.resolve(bytes),
    "an address": () => `data:application/wasm;base64,${bytes.toString("base64")}`,
  };
  const host = { shared: true, sources, several: severalChecks(gaussmix, "gaussmix") };
  result = { ...result, ...(await runSuite({ gaussmix, predict, own }, host)) };
}
console.log(JSON.stringify(result));

// The suite for pages: /page.html?cold measures the first prediction only. The file for pages without a bundler is
// loaded first, then the modules of the package through an import map.
import { firstPrediction } from "./first.mjs";
import { report } from "./report.mjs";

const SINGLE_FILE = "/node_modules/gaussmix/dist/gaussmix.min.js";

await report(async () => {
  const { coldStart } = await firstPrediction(() => import(SINGLE_FILE));
  if (location.search === "?cold") return { coldStart };
  const [gaussmix, predict, own] = await Promise.all(
    ["gaussmix", "gaussmix/predict", "gaussmix/load"].map((name) => import(name)),
  );
  const { runSuite } = await import("./run.mjs");
  const { severalChecks } = await import("./several.mjs");
  const address = new URL("/node_modules/gaussmix/dist/gaussmix.wasm", location.href);
  const sources = {
    "an address": () => address,
    "a path": () => address.pathname,
    "a response to come": () => fetch(address),
    "a module": async () => WebAssembly.compile(await (await fetch(address)).arrayBuffer()),
  };
  const host = { shared: crossOriginIsolated, sources, several: severalChecks(gaussmix, SINGLE_FILE) };
  return { isolated: crossOriginIsolated, coldStart, ...(await runSuite({ gaussmix, predict, own }, host)) };
});

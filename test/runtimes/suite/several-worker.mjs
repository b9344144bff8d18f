// One of the workers of several.mjs.
import { DATA, OPTIONS } from "./several.mjs";

const port = typeof postMessage === "function" ? globalThis : (await import("node:worker_threads")).parentPort;

async function answer({ threads, library }) {
  try {
    const { GaussianMixture } = await import(library);
    port.postMessage({ json: (await GaussianMixture.fit(DATA, { ...OPTIONS, threads })).toJSON() });
  } catch (error) {
    port.postMessage({ error: String(error?.stack ?? error) });
  }
}

if (port.on) port.on("message", answer);
else globalThis.onmessage = ({ data }) => answer(data);

// Fits in several workers of the caller's at once, each with workers of the library's own.
import { Checks, equal } from "./check.mjs";
import { blobs } from "./data.mjs";

/** What each worker fits. */
export const DATA = blobs(20_000, 5, 4, 21);
export const OPTIONS = { nComponents: 4, seed: 2, maxIter: 15, tol: 0 };

/**
 * @param gaussmix - the module `gaussmix`.
 * @param {string} library - where workers import it from.
 */
export function severalChecks({ GaussianMixture }, library) {
  const checks = new Checks();
  checks.test("fits in several workers at once have the same bits", async () => {
    const expected = GaussianMixture.fitSync(DATA, OPTIONS).toJSON();
    const fits = await Promise.all([1, 2, 3].map((threads) => fitInWorker({ threads, library })));
    for (const fit of fits) equal(fit, expected);
  });
  return checks;
}

async function fitInWorker(task) {
  const url = new URL("several-worker.mjs", import.meta.url);
  const worker = typeof Worker === "function" ? new Worker(url, { type: "module" }) : await nodeWorker(url);
  try {
    return await new Promise((resolve, reject) => {
      const heard = (message) => (message.error ? reject(new Error(message.error)) : resolve(message.json));
      if (worker.on) {
        worker.on("message", heard);
        worker.on("error", reject);
      } else {
        worker.onmessage = ({ data }) => heard(data);
        worker.onerror = (event) => reject(new Error(event.message));
      }
      worker.postMessage(task);
    });
  } finally {
    worker.terminate();
  }
}

async function nodeWorker(url) {
  const { Worker: NodeWorker } = await import("node:worker_threads");
  return new NodeWorker(url);
}

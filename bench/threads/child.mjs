// One of two independent fits side by side: answers each message with the milliseconds of its one-thread iterations.
import { parentPort, workerData } from "node:worker_threads";
import { mixtureOf, startNear } from "../data.mjs";
import { timeIterations } from "../prototype/beside.mjs";

const { shape, variant, iterations } = workerData;
const { rows, means } = mixtureOf(shape, variant);
const start = startNear(means, shape);

parentPort?.on("message", () => {
  const before = performance.now();
  timeIterations(rows, shape, { iterations, start });
  parentPort?.postMessage(performance.now() - before);
});
parentPort?.postMessage(0);

// EM iterations of this library on command: JSON lines in, JSON lines out (see README.md).
//
// An iteration is the time from one `onIteration` to the next, an M-step and a pass over the data. The callback itself
// waits for the next command, with nothing of the fit running.
import { readFileSync, readSync, writeSync } from "node:fs";
import { GaussianMixture } from "gaussmix";

/** @typedef {{ command: string, iterations?: number, [name: string]: any }} Message */

const LEAVE = Symbol("leave the fit");
let pending = "";
const chunk = Buffer.alloc(65536);

/** Waits for a line, blocking. @returns {Message | undefined} nothing at the end. */
function receive() {
  for (;;) {
    const end = pending.indexOf("\n");
    if (end >= 0) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 1);
      return JSON.parse(line);
    }
    const count = readSync(0, chunk);
    if (count === 0) return undefined;
    pending += chunk.toString("utf8", 0, count);
  }
}

/** @param {object} answer */
function send(answer) {
  writeSync(1, `${JSON.stringify(answer)}\n`);
}

/** @param {string} path */
function numbersOf(path) {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/**
 * Fits as long as iterations are asked for.
 *
 * @param {Message} load
 * @returns {Promise<Message | undefined>} the first command that is not about this fit.
 */
async function serve({ rows, start, N, d, K, covarianceType, regCovar, threads }) {
  const data = numbersOf(rows);
  if (data.length !== N * d) throw new RangeError(`expected ${N * d} numbers, got ${data.length}`);
  const all = numbersOf(start);
  const init = {
    weights: all.subarray(0, K),
    means: all.subarray(K, K + K * d),
    covariances: all.subarray(K + K * d),
  };
  send({});
  let message = receive();
  if (message?.command !== "run") return message;
  let ms = [];
  let before = performance.now();
  const onIteration = ({ logLikelihood }) => {
    ms.push(performance.now() - before);
    while (ms.length === message?.iterations) {
      send({ ms });
      message = receive();
      while (message?.command === "logLikelihood") {
        send({ logLikelihood });
        message = receive();
      }
      if (message?.command !== "run") throw LEAVE;
      ms = [];
    }
    before = performance.now();
  };
  const options = { nFeatures: d, nComponents: K, covarianceType, init, regCovar, tol: 0, accelerate: false };
  const endless = { ...options, maxIter: 1_000_000, onIteration };
  try {
    if (threads === 1) GaussianMixture.fitSync(data, endless);
    else await GaussianMixture.fit(data, { ...endless, threads });
  } catch (error) {
    if (error !== LEAVE) throw error;
  }
  return message;
}

let message = receive();
while (message !== undefined) {
  try {
    if (message.command === "load") {
      message = await serve(/** @type {any} */ (message));
      continue;
    }
    send(message.command === "about" ? { version: `gaussmix, Node ${process.versions.node}` } : {});
  } catch (error) {
    send({ error: `gaussmix: ${error}` });
  }
  message = receive();
}

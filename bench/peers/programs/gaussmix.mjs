// EM iterations and whole fits of this library on command: JSON lines in, JSON lines out (see README.md).
//
// An iteration is the time from one `onIteration` to the next, an M-step and a pass over the data. The callback itself
// waits for the next command, with nothing of the fit running.
import { GaussianMixture } from "gaussmix";
import { receive, rowsOf, send, startOf } from "./lines.mjs";

/** @typedef {import("./lines.mjs").Message} Message */

const LEAVE = Symbol("leave the fit");
/** Iterations on the data before those asked for, as the engine compiles functions while they run. */
const WARMUP = 4;

/**
 * Iterates as long as it is asked to.
 *
 * @param {Message} load
 * @returns {Promise<Message | undefined>} the first command that is not about this fit.
 */
async function iterate(load) {
  const { d, K, covarianceType, regCovar, threads } = load;
  const data = rowsOf(load);
  const options = { nFeatures: d, nComponents: K, covarianceType, init: startOf(load), regCovar };
  const runFit = (maxIter, onIteration) => {
    const plain = { ...options, tol: 0, accelerate: false, maxIter, onIteration };
    return threads === 1 ? GaussianMixture.fitSync(data, plain) : GaussianMixture.fit(data, { ...plain, threads });
  };
  await runFit(WARMUP, () => {});
  send({});
  let message = receive();
  /** The log-likelihood after each iteration. */
  const trace = [];
  let ms = [];
  /** Answers what has been done already; returns when there is an iteration to do. */
  const pause = () => {
    for (;;) {
      if (message?.command === "run") {
        if (ms.length < message.iterations) return;
        send({ ms });
      } else if (message?.command === "logLikelihood") {
        if (trace.length < message.iterations) return;
        send({ logLikelihood: trace[message.iterations - 1] });
      } else {
        throw LEAVE;
      }
      ms = [];
      message = receive();
    }
  };
  let before = performance.now();
  try {
    if (message?.command !== "run") return message;
    await runFit(1_000_000, ({ logLikelihood }) => {
      ms.push(performance.now() - before);
      trace.push(logLikelihood);
      pause();
      before = performance.now();
    });
  } catch (error) {
    if (error !== LEAVE) throw error;
  }
  return message;
}

/**
 * Fits with default options but for the seed, as often as it is asked to.
 *
 * @param {Message} load without a start
 * @returns {Promise<Message | undefined>} the first command that is not about these data.
 */
async function fits(load) {
  const { d, K, threads } = load;
  const data = rowsOf(load);
  send({});
  let message = receive();
  for (; message?.command === "fit"; message = receive()) {
    const before = performance.now();
    const { report } = await GaussianMixture.fit(data, {
      nFeatures: d,
      nComponents: K,
      seed: message.seed,
      threads,
    });
    const ms = performance.now() - before;
    send({ ms, logLikelihood: report.logLikelihood, iterations: report.nIterations });
  }
  return message;
}

let message = receive();
while (message !== undefined) {
  try {
    if (message.command === "load") {
      message = await (message.start === undefined ? fits(message) : iterate(message));
      continue;
    }
    send(message.command === "about" ? { version: `gaussmix, Node ${process.versions.node}` } : {});
  } catch (error) {
    send({ error: `${error}` });
  }
  message = receive();
}

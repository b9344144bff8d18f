// EM iterations, whole fits and selections of this library on command: JSON lines in, JSON lines out (see README.md).
//
// An iteration is the time from one `onIteration` to the next, an M-step and a pass over the data. The callback itself
// waits for the next command, with nothing of the fit running.
import { GaussianMixture, select } from "gaussmix";
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

/** @param {() => Promise<object>} work @returns {Promise<object>} what it gives, and the milliseconds it took */
async function timed(work) {
  const before = performance.now();
  const answer = await work();
  return { ms: performance.now() - before, answer };
}

/** One fit. @param {Float64Array} data @param {object} options */
async function fitted(data, options) {
  const { ms, answer } = await timed(() => GaussianMixture.fit(data, options));
  const { logLikelihood, nIterations, warnings } = answer.report;
  const isSpurious = warnings.some(({ code }) => code === "SPURIOUS_COMPONENT");
  return { ms, logLikelihood, iterations: nIterations, isSpurious };
}

/** One selection: its table, with null where a candidate failed, and the winner. @param {Float64Array} data @param {object} options */
async function selected(data, options) {
  const { ms, answer } = await timed(() => select(data, options));
  const winner = answer.candidates.find(({ mixture }) => mixture === answer.best);
  const cellOf = ({ covarianceType, nComponents, logLikelihood, bic }) => ({
    type: covarianceType,
    K: nComponents,
    logLikelihood: logLikelihood ?? null,
    bic: bic ?? null,
  });
  return { ms, cells: answer.candidates.map(cellOf), winner: cellOf(winner) };
}

/**
 * Fits and selects with default options but for the seed and those that are asked for, as often as it is asked to.
 *
 * @param {Message} load without a start
 * @returns {Promise<Message | undefined>} the first command that is not about these data.
 */
async function answers(load) {
  const { d, K, threads } = load;
  const data = rowsOf(load);
  send({});
  let message = receive();
  for (; message?.command === "fit" || message?.command === "select"; message = receive()) {
    const options = { nFeatures: d, seed: message.seed, threads, ...message.options };
    try {
      const isFit = message.command === "fit";
      send(await (isFit ? fitted(data, { nComponents: K, ...options }) : selected(data, options)));
    } catch (error) {
      send({ error: `${error}` });
    }
  }
  return message;
}

let message = receive();
while (message !== undefined) {
  try {
    if (message.command === "load") {
      message = await (message.start === undefined ? answers(message) : iterate(message));
      continue;
    }
    send(message.command === "about" ? { version: `gaussmix, Node ${process.versions.node}` } : {});
  } catch (error) {
    send({ error: `${error}` });
  }
  message = receive();
}

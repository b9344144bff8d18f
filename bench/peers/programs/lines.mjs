// How a JavaScript peer talks: JSON lines on standard input and output, numbers in files.
import { readFileSync, readSync, writeSync } from "node:fs";

/**
 * @typedef {{ command: string, iterations?: number, [name: string]: any }} Message
 * @typedef {{ step: () => void, logLikelihood: () => number, prepare?: () => void }} Model
 *   step: one iteration, an M-step and an E-step, in whatever order; logLikelihood: after those done; prepare: what has to
 *   be done before an iteration only because it is called from here, off the clock.
 */

let pending = "";
const chunk = Buffer.alloc(65536);

/** Waits for a line, blocking. @returns {Message | undefined} nothing at the end. */
export function receive() {
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
export function send(answer) {
  writeSync(1, `${JSON.stringify(answer)}\n`);
}

/** @param {string} path @returns {Float64Array} */
export function numbersOf(path) {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** @param {Message} load @returns {Float64Array} [N, d] */
export function rowsOf({ rows, N, d }) {
  const data = numbersOf(rows);
  if (data.length !== N * d) throw new RangeError(`expected ${N * d} numbers, got ${data.length}`);
  return data;
}

/** @param {Message} load @returns {import("../../data.mjs").Start} */
export function startOf({ start, d, K }) {
  const all = numbersOf(start);
  return {
    weights: all.subarray(0, K),
    means: all.subarray(K, K + K * d),
    covariances: all.subarray(K + K * d),
  };
}

/**
 * Answers until there is nothing more on standard input.
 *
 * @param {{ version: string, load: (message: Message) => Model }} peer
 */
export function serve({ version, load }) {
  /** @type {Model | undefined} */
  let model;
  const answers = {
    about: () => ({ version }),
    load: (message) => {
      model = undefined;
      model = load(message);
      return {};
    },
    run: ({ iterations }) => {
      const ms = [];
      for (let i = 0; i < iterations; i++) {
        model.prepare?.();
        const before = performance.now();
        model.step();
        ms.push(performance.now() - before);
      }
      return { ms };
    },
    logLikelihood: () => ({ logLikelihood: model.logLikelihood() }),
    unload: () => {
      model = undefined;
      return {};
    },
  };
  for (let message = receive(); message !== undefined; message = receive()) {
    try {
      send(answers[message.command](message));
    } catch (error) {
      send({ error: `${error}` });
    }
  }
}

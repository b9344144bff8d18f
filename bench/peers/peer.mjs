// A peer in a process of its own that answers JSON lines: how to start one and talk to it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TYPES } from "../../test/support/forms.mjs";

/** @typedef {import("../data.mjs").CovarianceType} CovarianceType */

/** How the error of a peer begins that has taken too long. */
export const TOO_SLOW = "an iteration takes more than";

/** @param {string} name */
function local(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

const PACKAGES = ".installed/npm/node_modules";

/**
 * What can be started.
 *
 * - title: its name in tables.
 * - types: the covariance types it has.
 * - several: whether it can use several threads.
 * - fits: whether it answers `fit`.
 * - exact: whether it is expected to agree with this library to 1e-9.
 *
 * @type {Record<string, { title: string, types: readonly CovarianceType[], several?: boolean, fits?: boolean, exact?: boolean,
 *   command: (threads: number) => string[] }>}
 */
export const KINDS = {
  gaussmix: {
    ...{ title: "gaussmix", types: TYPES, several: true, fits: true, exact: true },
    command: () => [process.execPath, local("programs/gaussmix.mjs")],
  },
  sklearn: {
    ...{ title: "scikit-learn", types: TYPES, several: true, fits: true, exact: true },
    command: () => [local(".installed/sklearn/bin/python"), local("programs/sklearn_em.py")],
  },
  onedal: {
    ...{ title: "oneDAL", types: ["full", "diag"], several: true, fits: true, exact: true },
    command: () => [local(".installed/onedal/bin/python"), local("programs/onedal_em.py")],
  },
  armadillo: {
    ...{ title: "Armadillo", types: ["full", "diag"], several: true, fits: true, exact: true },
    command: (threads) => [local(`.installed/armadillo${threads > 1 ? "-threads" : ""}`)],
  },
  mclust: {
    ...{ title: "mclust", types: TYPES, fits: true, exact: true },
    command: () => ["Rscript", "--vanilla", local("programs/mclust.R")],
  },
  plain: {
    ...{ title: "plain TypeScript", types: TYPES, exact: true },
    command: () => [process.execPath, local("programs/plain.mjs")],
  },
  "gaussian-mixture-model": {
    ...{ title: "gaussian-mixture-model", types: ["full"] },
    command: () => [process.execPath, local("programs/npm.mjs"), local(`${PACKAGES}/gaussian-mixture-model`)],
  },
  "expectation-maximization": {
    ...{ title: "expectation-maximization", types: ["full"] },
    command: () => [process.execPath, local("programs/npm.mjs"), local(`${PACKAGES}/expectation-maximization`)],
  },
};

/**
 * The environment with the threads that count. OpenBLAS chooses its kernels by itself: what this shell may have set, such as
 * the kernels of an older processor, is left out.
 *
 * @param {number} threads
 */
function environment(threads) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OPENBLAS|OMP|GOMP|GOTO|MKL)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    ...{ OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}`, PYTHONDONTWRITEBYTECODE: "1" },
  };
}

export class Peer {
  #child;
  #lines;
  /** Why the process has ended, once it has; it is started again when something is loaded. */
  #ended = "";
  /** Iterations since the last load. */
  iterations = 0;

  /** @param {string} name of KINDS @param {number} threads */
  constructor(name, threads) {
    this.name = name;
    this.threads = threads;
    this.kind = KINDS[name];
    this.#start();
  }

  #start() {
    const words = this.kind.command(this.threads);
    if (words.some((word) => isAbsolute(word) && !existsSync(word))) throw new Error("not installed");
    const [program, ...args] = words;
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env: environment(this.threads) });
    const end = (why) => {
      if (this.#child === child) this.#ended ||= why;
    };
    child.on("exit", (code, signal) => end(`ended (${signal ?? code})`));
    child.on("error", (error) => end(`cannot be started: ${error.message}`));
    child.stdin.on("error", () => {});
    this.#child = child;
    this.#ended = "";
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /**
   * @param {string} command
   * @param {object} [rest]
   * @param {number} [patience] milliseconds, after which it is too slow and the process is ended.
   * @returns {Promise<any>} its answer.
   */
  async ask(command, rest = {}, patience = Number.POSITIVE_INFINITY) {
    if (this.#ended && command === "load") this.#start();
    if (this.#ended) throw new Error(this.#ended);
    this.#child.stdin.write(`${JSON.stringify({ command, ...rest })}\n`);
    const answered = this.#lines.next();
    const bell = new AbortController();
    const late = Number.isFinite(patience)
      ? wait(patience, "late", { signal: bell.signal }).catch(() => {})
      : undefined;
    const first = await (late === undefined ? answered : Promise.race([answered, late]));
    bell.abort();
    if (first === "late") {
      this.#ended = `${TOO_SLOW} ${patience / 1000} s`;
      this.#child.kill("SIGKILL");
      throw new Error(this.#ended);
    }
    const { value, done } = first;
    if (done) throw new Error(this.#ended || `ended at "${command}"`);
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  /** @param {object} message */
  async load(message) {
    this.iterations = 0;
    await this.ask("load", { ...message, threads: this.threads });
  }

  /** @param {number} iterations @param {number} [patience] @returns {Promise<number[]>} milliseconds of each. */
  async run(iterations, patience) {
    const { ms } = await this.ask("run", { iterations }, patience);
    this.iterations += iterations;
    return ms;
  }

  /** After so many iterations: all that it has done, or, this library only, any number. @param {number} iterations */
  async logLikelihood(iterations) {
    return (await this.ask("logLikelihood", { iterations })).logLikelihood ?? Number.NaN;
  }

  end() {
    this.#child.stdin.end();
  }
}

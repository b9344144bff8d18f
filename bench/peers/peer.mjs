// A peer in a process of its own that answers JSON lines: how to start one and talk to it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** @param {string} name */
function local(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

const ALL_TYPES = ["full", "diag", "spherical", "tied"];
/** @param {number} threads */
const armadillo = (threads) => local(`.venv/bin/armadillo-em${threads > 1 ? "-threads" : ""}`);

/** What can be started; `types` are the covariance types it has. */
export const KINDS = {
  gaussmix: { types: ALL_TYPES, command: () => [process.execPath, local("gaussmix.mjs")] },
  sklearn: { types: ALL_TYPES, command: () => [local(".venv/bin/python"), local("sklearn_em.py")] },
  armadillo: { types: ["full", "diag"], command: (threads) => [armadillo(threads)] },
};

/**
 * The environment with the threads that count. OpenBLAS chooses its kernels by itself: what this shell may have set, such as
 * the kernels of an older processor, is left out.
 *
 * @param {number} threads
 */
function environment(threads) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OPENBLAS|OMP|GOMP|GOTO)_/.test(name));
  return { ...Object.fromEntries(inherited), OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` };
}

export class Peer {
  #child;
  #lines;
  /** Set when the process has ended: what it would be asked fails. */
  #ended = false;

  /** @param {keyof typeof KINDS} name @param {number} threads */
  constructor(name, threads) {
    this.name = name;
    this.types = KINDS[name].types;
    const [program, ...args] = KINDS[name].command(threads);
    if (!existsSync(program)) throw new Error(`${name} is not installed: run bench/peers/install.sh`);
    const env = environment(threads);
    this.#child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env });
    this.#child.on("exit", () => {
      this.#ended = true;
    });
    this.#child.on("error", () => {
      this.#ended = true;
    });
    this.#child.stdin.on("error", () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /**
   * @param {string} command
   * @param {object} [rest]
   * @returns {Promise<any>} its answer.
   */
  async ask(command, rest = {}) {
    if (this.#ended) throw new Error(`${this.name} has ended`);
    this.#child.stdin.write(`${JSON.stringify({ command, ...rest })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.name} ended at "${command}"`);
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  /** @param {number} iterations @returns {Promise<number[]>} milliseconds of each. */
  async run(iterations) {
    return (await this.ask("run", { iterations })).ms;
  }

  end() {
    this.#child.stdin.end();
  }
}

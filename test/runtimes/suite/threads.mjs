// Fits on several threads: that workers serve, change no bit, serve the next fit, and end.
import { Checks, equal, refuses } from "./check.mjs";
import { blobs } from "./data.mjs";

/** Place of the first thread's word (SERVING of src/engine/worker.ts), which hosts of the suite fill in. */
const SERVING = globalThis.GAUSSMIX_SERVING;

/** Workers that the library has started, with what the tests need to know of them. */
export class Watch {
  started = [];
  /** The most workers that served the last fit of {@link untilServed} at once. */
  took = 0;
  #restore;

  constructor() {
    const { started } = this;
    const watched = (Base) =>
      class extends Base {
        ended = false;
        constructor(...options) {
          super(...options);
          started.push(this);
          this.on?.("exit", () => {
            this.exited = true;
          });
        }
        postMessage(message) {
          this.joined = message;
          super.postMessage(message);
        }
        terminate() {
          this.ended = true;
          return super.terminate();
        }
        /** Whether it has ever come to serve. */
        get served() {
          return new Int32Array(this.joined.control)[SERVING + this.joined.index] === 1;
        }
      };
    if (typeof Worker === "function") {
      const Real = Worker;
      globalThis.Worker = watched(Real);
      this.#restore = () => {
        globalThis.Worker = Real;
      };
    } else if (globalThis.process?.getBuiltinModule) {
      const { getBuiltinModule } = process;
      const threads = getBuiltinModule("node:worker_threads");
      const stub = { ...threads, Worker: watched(threads.Worker) };
      process.getBuiltinModule = (name) => (name === "node:worker_threads" ? stub : getBuiltinModule(name));
      this.#restore = () => {
        process.getBuiltinModule = getBuiltinModule;
      };
    }
  }

  /** Workers that have not been ended. */
  get alive() {
    return this.started.filter((worker) => !worker.ended);
  }

  get served() {
    return this.alive.filter((worker) => worker.served).length;
  }

  /**
   * Repeats a fit until its workers serve: nobody waits for a worker to start, and a fit may be over before.
   *
   * @param {(onIteration: () => void) => Promise<unknown>} work - the fit, called with what slows it down, more each time, so that
   * the event loop, which starts workers, has its turn.
   * @param {number} wanted - how many workers are to serve.
   * @param {number} attempts - the most times to try.
   * @returns what the last fit gave.
   */
  async untilServed(work, wanted, attempts = 60) {
    for (let attempt = 1; ; attempt++) {
      this.took = 0;
      const result = await work(() => {
        this.took = Math.max(this.took, this.served);
        if (this.took < wanted) rest(12 * attempt);
      });
      if (this.took >= wanted || attempt === attempts) return result;
    }
  }

  restore() {
    this.#restore?.();
  }
}

/** Keeps this thread for some milliseconds; where it may sleep, it does. */
function rest(ms) {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  } catch {
    const end = performance.now() + ms;
    while (performance.now() < end);
  }
}

/** How long workers wait for the next fit (src/engine/crew.ts). */
const REST_MS = 5000;

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/** @param gaussmix - the module `gaussmix`. @param {Watch} watch @param {boolean} shared - whether threads are expected. */
export function threadChecks({ GaussianMixture }, watch, shared) {
  const checks = new Checks();
  const data = blobs(20_000, 9, 5, 12);
  const options = { nComponents: 5, seed: 4, maxIter: 40, tol: 0 };
  /** Whether workers that wait let the program end; a page's need not. */
  const resting = !globalThis.Deno;
  let alone;

  if (!shared) {
    checks.test("without shared memory no worker starts, and the fit is the same", async () => {
      alone = GaussianMixture.fitSync(data, options);
      const mixture = await GaussianMixture.fit(data, { ...options, threads: 3 });
      equal(mixture.toJSON(), alone.toJSON());
      equal(watch.served, 0);
    });
    return checks;
  }

  checks.test("workers serve a fit and change no bit of it", async () => {
    // other copies of the library may have some that rest
    watch.started.length = 0;
    alone = GaussianMixture.fitSync(data, options);
    const mixture = await watch.untilServed(
      (onIteration) => GaussianMixture.fit(data, { ...options, threads: 3, onIteration }),
      2,
    );
    equal(mixture.toJSON(), alone.toJSON());
    equal(mixture.report, alone.report);
    // where an engine cannot let them rest, they have ended
    equal([watch.took, watch.alive.length], [2, resting ? 2 : 0]);
  });
  checks.test("workers serve the next fit", async () => {
    const before = watch.started.length;
    for (const maxIter of [1, 5]) {
      const few = { ...options, maxIter };
      equal(
        (await GaussianMixture.fit(data, { ...few, threads: 3 })).toJSON(),
        GaussianMixture.fitSync(data, few).toJSON(),
      );
    }
    equal(watch.started.length - before, resting ? 0 : 4);
  });
  checks.test("two fits at once keep out of each other's way", async () => {
    const fits = await Promise.all([2, 3].map((threads) => GaussianMixture.fit(data, { ...options, threads })));
    for (const mixture of fits) equal(mixture.toJSON(), alone.toJSON());
  });
  checks.test("workers end when no fit comes", async () => {
    const end = performance.now() + REST_MS * 2;
    while (watch.alive.length > 0 && performance.now() < end) await turn();
    equal(watch.alive.length, 0);
  });
  checks.test("an aborted fit leaves no worker behind", async () => {
    const controller = new AbortController();
    const onIteration = () => {
      if (watch.served === 2) controller.abort();
    };
    const endless = { ...options, maxIter: 1e9, threads: 3, signal: controller.signal, onIteration };
    await refuses(() => GaussianMixture.fit(data, endless), "AbortError", /abort/i);
    equal(watch.alive.length, 0);
    // Node tells when a thread is gone
    while (watch.started.some((worker) => worker.on && !worker.exited)) await turn();
  });
  return checks;
}

// Workers that the tests can count, look into and end, and that a fit can wait for: nobody else does, and a fit may be over before
// the first has come.
import { Worker, type WorkerOptions } from "node:worker_threads";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { dismissResting } from "../../src/engine/crew.ts";
import { SERVING } from "../../src/engine/worker.ts";

/** What a worker is told first. */
interface Joined {
  readonly control: SharedArrayBuffer;
  readonly index: number;
}

/** What a worker does instead of its work, if anything: it throws when it runs, or when it is constructed. */
export type Fate = "work" | "throw" | "refuse";

/** A worker that the tests can look into. */
export class Watched extends Worker {
  readonly fate: Fate;
  readonly ended: Promise<unknown>;
  /** Whether this thread knows that it has ended. */
  hasEnded = false;
  /** Whether it is to end: it comes to serve no more. */
  #isLeaving = false;
  #joined: Joined | undefined;

  constructor(source: string, options: WorkerOptions, fate: Fate) {
    super(fate === "throw" ? "throw new Error('dead on arrival');" : source, options);
    this.fate = fate;
    this.ended = new Promise((resolve) => {
      this.once("exit", resolve);
    });
    void this.ended.then(() => {
      this.hasEnded = true;
    });
  }

  override postMessage(message: Joined): void {
    this.#joined = message;
    super.postMessage(message);
  }

  override terminate(): Promise<number> {
    this.#isLeaving = true;
    return super.terminate();
  }

  /** Whether it will come to serve and has not done so yet. */
  get isComing(): boolean {
    return this.fate === "work" && !this.#isLeaving && !this.served;
  }

  /** Whether it has ever come to serve. */
  get served(): boolean {
    const { control, index } = this.#joined as Joined;
    return Atomics.load(new Int32Array(control), SERVING + index) === 1;
  }
}

/** The longest that the fits of a test wait for workers, in milliseconds: those that have not come by then do not come. */
const PATIENCE = 60_000;
/** Milliseconds of rest after which a fit, which keeps its thread for 8 at a time, gives others their turn. */
const TURN = 100;

/**
 * From here on, each test of the file begins without workers, and what it starts is watched. Call it at the top of the file.
 */
export class Workers {
  /** Workers started since the test began. */
  started: Watched[] = [];
  /** What the next workers do, by how many have been started before. */
  fate: (index: number) => Fate = () => "work";
  readonly #clock = new Int32Array(new SharedArrayBuffer(4));
  #patience = PATIENCE;

  constructor() {
    beforeEach(() => this.#watch());
    afterEach(() => {
      dismissResting();
      vi.restoreAllMocks();
    });
  }

  /**
   * Waits until all workers that can serve do. To be called by a listener of a fit, on whose thread it stays: the fit goes on with
   * all of its workers. Of workers that throw this thread hears in its next turn: each call leaves them some time until then.
   */
  readonly wait = (): void => {
    const since = performance.now();
    while (this.started.some(({ isComing }) => isComing) && performance.now() < since + this.#patience) this.#rest(1);
    this.#patience -= performance.now() - since;
    if (this.started.some(({ fate, hasEnded }) => fate === "throw" && !hasEnded)) this.#rest(TURN);
  };

  #rest(milliseconds: number): void {
    Atomics.wait(this.#clock, 0, 0, milliseconds);
  }

  /** Expects that so many workers have been started since the test began, and that all have come to serve. */
  expectServed(count: number): void {
    expect(this.started.map(({ served }) => served)).toEqual(new Array(count).fill(true));
  }

  /** Ends the workers that wait for the next fit, and begins to count anew. */
  restart(): void {
    dismissResting();
    this.started = [];
  }

  #watch(): void {
    this.started = [];
    this.fate = () => "work";
    this.#patience = PATIENCE;
    const workers = this;
    class Counted extends Watched {
      constructor(source: string, options: WorkerOptions) {
        const fate = workers.fate(workers.started.length);
        if (fate === "refuse") throw new Error("no more workers");
        super(source, options, fate);
        workers.started.push(this);
      }
    }
    const builtin = process.getBuiltinModule as (name: string) => object;
    const find = (name: string): object =>
      name === "node:worker_threads" ? { ...builtin(name), Worker: Counted } : builtin(name);
    vi.spyOn(process, "getBuiltinModule").mockImplementation(find as typeof process.getBuiltinModule);
  }
}

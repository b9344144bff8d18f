// Threads that run kernels on one shared memory. Nothing here knows what the kernels compute.
import { type Instance, instantiateShared, type Kernels, type Pointer } from "./kernels.ts";
import { type Member, recruit } from "./worker.ts";

/** One kernel, called once for each group; groups are claimed one by one by whoever is free. */
export interface CrewTask {
  readonly kernel: keyof Kernels;
  readonly groups: number;
  /** Arguments of every group, but for the scratch. */
  readonly args: (group: number) => readonly number[];
  /** Scratch of the first thread; the others' follow, scratchBytes apart. Appended to the arguments unless scratchBytes is 0. */
  readonly scratch: Pointer;
  readonly scratchBytes: number;
  readonly results?: Float64Array | undefined;
}

/** Words of the control block, shared with src/engine/worker.ts. */
const GENERATION = 0;
const NEXT = 1;
const GROUPS = 2;
const LEFT = 3;
const KERNEL = 4;
const ARGS = 5;
const STOP = 6;
const FAILED = 7;
/** One word per thread from here on: 1 once it serves. */
const SERVING = 8;
/** Larger than any number of groups: what a claim finds while a task is being written. */
const CLOSED = 1 << 30;

/** Room for the numbers of one task: scratch, its size, and for each group a result and the arguments. */
const MOST_GROUPS = 512;
const MOST_ARGS = 24;
const NUMBERS = 2 + MOST_GROUPS * (1 + MOST_ARGS);
const FIRST_RESULT = 2;
const FIRST_ARG = FIRST_RESULT + MOST_GROUPS;

/** A worker died or failed; what it was working on is lost. */
export class CrewLost extends Error {}

/**
 * This thread and some workers over one shared memory. Workers join when they are ready: nobody waits for them, and a
 * crew of which none ever starts is this thread alone.
 */
export class Crew {
  readonly instance: Instance;
  readonly threads: number;
  readonly #members: Member[] = [];
  readonly #control: Int32Array;
  readonly #numbers = new Float64Array(new SharedArrayBuffer(NUMBERS * 8));
  readonly #kernels: readonly string[];
  #wake: (() => void) | undefined;

  private constructor(instance: Instance, threads: number) {
    this.instance = instance;
    this.threads = threads;
    this.#kernels = Object.keys(instance.kernels);
    this.#control = new Int32Array(new SharedArrayBuffer((SERVING + threads) * 4));
    this.#control[NEXT] = CLOSED;
    const { module, memory } = instance;
    for (let index = 1; index < threads; index++) {
      const member = recruit(() => this.#wake?.());
      if (!member) break;
      this.#members.push(member);
      member.post({
        ...{ module, memory, index, kernels: this.#kernels },
        ...{ control: this.#control.buffer, numbers: this.#numbers.buffer },
      });
    }
  }

  /**
   * A crew for one fit, or undefined where the engine shares no memory or has no workers.
   *
   * @param bytes - how far the shared memory may grow.
   */
  static assemble(threads: number, bytes: number): Crew | undefined {
    if (threads < 2 || typeof SharedArrayBuffer === "undefined") return undefined;
    const instance = instantiateShared(bytes);
    if (!instance) return undefined;
    const crew = new Crew(instance, threads);
    if (crew.#members.length > 0) return crew;
    crew.dismiss();
    return undefined;
  }

  /** Whether a task fits into the block through which it is told. */
  static fits(task: Pick<CrewTask, "groups">): boolean {
    return task.groups <= MOST_GROUPS;
  }

  /**
   * Runs a task on all threads; resolves when every group is done.
   *
   * @param pause - called between this thread's groups; may wait, so that a page stays alive, or throw to give up.
   * @throws {CrewLost} If a worker died meanwhile.
   */
  async run(task: CrewTask, pause: () => Promise<void> | undefined): Promise<void> {
    const control = this.#control;
    const numbers = this.#numbers;
    const { groups, scratchBytes } = task;
    const length = task.args(0).length;
    control[GROUPS] = groups;
    control[LEFT] = groups;
    control[KERNEL] = this.#kernels.indexOf(task.kernel);
    control[ARGS] = length;
    numbers[0] = task.scratch;
    numbers[1] = scratchBytes;
    for (let group = 0; group < groups; group++) numbers.set(task.args(group), FIRST_ARG + group * length);
    // sequentially consistent: a claim that sees the opened counter sees all of the above
    Atomics.store(control, NEXT, 0);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);

    const kernel = this.instance.kernels[task.kernel] as (...args: readonly number[]) => number;
    const own = scratchBytes > 0 ? [task.scratch] : [];
    try {
      for (let group = this.#claim(); group < groups; group = this.#claim()) {
        numbers[FIRST_RESULT + group] = kernel(...task.args(group), ...own);
        Atomics.sub(control, LEFT, 1);
        const wait = pause();
        if (wait) await wait;
        if (this.#lost()) throw new CrewLost("a worker thread died");
      }
      await this.#finished();
    } finally {
      Atomics.store(control, NEXT, CLOSED);
    }
    task.results?.set(numbers.subarray(FIRST_RESULT, FIRST_RESULT + groups));
  }

  /** Sends the workers home. They stay for the next crew for a while, without keeping the process alive. */
  dismiss(): void {
    Atomics.store(this.#control, NEXT, CLOSED);
    Atomics.store(this.#control, STOP, 1);
    Atomics.add(this.#control, GENERATION, 1);
    Atomics.notify(this.#control, GENERATION);
    this.#wake = undefined;
    for (const member of this.#members) member.retire();
    this.#members.length = 0;
  }

  #claim(): number {
    return Atomics.add(this.#control, NEXT, 1);
  }

  #lost(): boolean {
    // one that never came to serve has taken nothing with it
    const gone = (member: Member, i: number): boolean => member.lost && this.#control[SERVING + 1 + i] === 1;
    return this.#control[FAILED] !== 0 || this.#members.some(gone);
  }

  /** Waits until the other threads' groups are done. */
  async #finished(): Promise<void> {
    const control = this.#control;
    for (let left = Atomics.load(control, LEFT); left > 0; left = Atomics.load(control, LEFT)) {
      if (this.#lost()) throw new CrewLost("a worker thread died");
      await this.#change(left);
    }
    if (this.#lost()) throw new CrewLost("a worker thread failed");
  }

  /** Resolves when the number of groups left may have changed, or a worker is lost. */
  #change(left: number): Promise<void> {
    const { waitAsync } = Atomics as unknown as {
      waitAsync?: (array: Int32Array, index: number, value: number) => { async: boolean; value: unknown };
    };
    return new Promise((resolve) => {
      this.#wake = resolve;
      const waiting = waitAsync?.(this.#control, LEFT, left);
      if (waiting?.async) (waiting.value as Promise<unknown>).then(() => resolve());
      else setTimeout(resolve, 0);
    });
  }
}

// Threads that run kernels on one shared memory. Nothing here knows what the kernels compute.
import { Arena } from "./arena.ts";
import { instantiateShared, type Kernels, MOST_ARGUMENTS, type Pointer } from "./kernels.ts";
import {
  CLAIMS,
  FAILED,
  FIRST_ARGUMENT,
  FIRST_RESULT,
  GENERATION,
  GROUPS,
  KERNEL,
  LEFT,
  LENGTH,
  Member,
  MOST_GROUPS,
  NEXT,
  OVER,
  SERVING,
} from "./worker.ts";

/** One kernel, called once for each group; groups are claimed one by one by whoever is free. */
export interface CrewTask {
  readonly kernel: keyof Kernels;
  readonly groups: number;
  /** Arguments of every group, but for the scratch. */
  readonly args: (group: number) => readonly number[];
  /** Scratch of the first thread; the others' follow, scratchBytes apart. Appended to the arguments: who needs none takes no notice. */
  readonly scratch: Pointer;
  readonly scratchBytes: number;
  readonly results?: Float64Array | undefined;
}

const NUMBERS = FIRST_ARGUMENT + MOST_GROUPS * MOST_ARGUMENTS;

/** How long a crew waits for the next fit, in milliseconds, and the most memory that it may hold meanwhile. */
const REST_MS = 5000;
const REST_BYTES = 256 * 1024 * 1024;
/** Shared memories may grow to multiples of this: a crew then serves other fits of about the same size. */
const GRAIN_BYTES = 64 * 1024 * 1024;

/** Crews that wait for the next fit. */
const resting = new Set<Crew>();

/** Ends the workers of the crews that wait for the next fit. */
export function dismissResting(): void {
  for (const crew of resting) crew.dismiss();
}

/** A worker died or failed; what it was working on is lost. */
export class CrewLost extends Error {}

/**
 * This thread and some workers over one shared memory. Workers join when they are ready: nobody waits for them, and a
 * crew of which none ever starts is this thread alone.
 */
export class Crew {
  /** Over the shared memory. */
  readonly arena: Arena;
  readonly threads: number;
  /** How far the memory may grow. */
  readonly #bytes: number;
  readonly #relaxed: boolean;
  readonly #members: Member[] = [];
  readonly #control: Int32Array;
  readonly #numbers = new Float64Array(new SharedArrayBuffer(NUMBERS * 8));
  readonly #kernels: readonly string[];
  #tag = 0;
  #wake: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(arena: Arena, threads: number, bytes: number, relaxed: boolean) {
    this.arena = arena;
    this.threads = threads;
    this.#bytes = bytes;
    this.#relaxed = relaxed;
    this.#kernels = Object.keys(arena.kernels);
    this.#control = new Int32Array(new SharedArrayBuffer((SERVING + threads) * 4));
    this.#control[NEXT] = this.#nextTag();
    const { module, memory } = arena.instance;
    for (let index = 1; index < threads; index++) {
      try {
        const member = new Member();
        // from here on it is ended with the others, whatever happens
        this.#members.push(member);
        member.onLost = () => this.#wake?.();
        member.post({
          ...{ module, memory, index, kernels: this.#kernels },
          ...{ control: this.#control.buffer, numbers: this.#numbers.buffer },
        });
      } catch {
        break;
      }
    }
  }

  /**
   * A crew for one fit, or undefined where the engine shares no memory or has no workers; {@link rest} or {@link dismiss} it. It
   * may be one that has served before.
   *
   * @param bytes - how far the shared memory may grow, at least.
   * @param relaxed - whether its kernels may fuse multiplications and additions.
   */
  static assemble(threads: number, bytes: number, relaxed: boolean): Crew | undefined {
    if (threads < 2 || typeof SharedArrayBuffer === "undefined") return undefined;
    for (const crew of resting) {
      const isWell = !crew.#members.some((member) => member.lost);
      if (crew.threads === threads && crew.#bytes >= bytes && crew.#relaxed === relaxed && isWell) {
        crew.#rise();
        return crew;
      }
    }
    // what waits is of no use: whoever fits now does other things
    dismissResting();
    const most = Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES;
    const instance = instantiateShared(most, relaxed);
    if (!instance) return undefined;
    const crew = new Crew(new Arena(instance), threads, most, relaxed);
    if (crew.#members.length > 0) return crew;
    crew.dismiss();
    return undefined;
  }

  /**
   * Runs a task on all threads; resolves when every group is done.
   *
   * @param pause - called between this thread's groups; may wait, so that a page stays alive, or throw to give up.
   * @param strike - called there, too; true ends the task, once the groups that are under way are done.
   * @returns whether it was ended before all groups were done.
   * @throws {CrewLost} If a worker died meanwhile.
   */
  async run(task: CrewTask, pause: () => Promise<void> | undefined, strike: () => boolean): Promise<boolean> {
    const control = this.#control;
    const numbers = this.#numbers;
    const { groups, scratch } = task;
    this.open(task);
    const kernel = this.arena.kernels[task.kernel] as (...args: readonly number[]) => number;
    let isStruck = false;
    try {
      for (let group = this.#claim(); group < groups; group = this.#claim()) {
        numbers[FIRST_RESULT + group] = kernel(...task.args(group), scratch);
        Atomics.sub(control, LEFT, 1);
        const wait = pause();
        if (wait) await wait;
        if (this.#lost()) throw new CrewLost("a worker thread died");
        if (!isStruck && strike()) {
          isStruck = true;
          this.#skip(groups);
        }
      }
      while (!this.isDone()) await this.change();
      return isStruck;
    } finally {
      this.close(task);
    }
  }

  /**
   * Whether a worker has come to serve, and the task fits into the block through which it is told; until one has, a task is sooner
   * done without the crew.
   */
  takes({ groups }: Pick<CrewTask, "groups">): boolean {
    return groups <= MOST_GROUPS && this.#members.some((_, i) => this.#serves(i));
  }

  /** Whether all groups are done. @throws {CrewLost} If a worker died meanwhile. */
  isDone(): boolean {
    const isDone = Atomics.load(this.#control, LEFT) <= 0;
    if (this.#lost()) throw new CrewLost("a worker thread died");
    return isDone;
  }

  /** Tells the workers a task: to be {@link close}d when it {@link isDone}. */
  open(task: CrewTask): void {
    const control = this.#control;
    const numbers = this.#numbers;
    const { groups, scratchBytes } = task;
    const length = task.args(0).length;
    const tag = this.#nextTag();
    control[GROUPS] = tag + groups;
    control[LEFT] = groups;
    control[KERNEL] = this.#kernels.indexOf(task.kernel);
    control[LENGTH] = length;
    numbers[0] = task.scratch;
    numbers[1] = scratchBytes;
    for (let group = 0; group < groups; group++) numbers.set(task.args(group), FIRST_ARGUMENT + group * length);
    // sequentially consistent: a claim that sees the opened counter sees all of the above
    Atomics.store(control, NEXT, tag);
    Atomics.add(control, GENERATION, 1);
    Atomics.notify(control, GENERATION);
  }

  /** The tag of the next task, in the upper bits of a word: a claim on an old task is never taken for one on a new one. */
  #nextTag(): number {
    this.#tag = (this.#tag + CLAIMS) | 0;
    return this.#tag;
  }

  /** Ends a task and hands over its results. */
  close({ groups, results }: CrewTask): void {
    // a tag that no task has
    Atomics.store(this.#control, NEXT, this.#nextTag());
    results?.set(this.#numbers.subarray(FIRST_RESULT, FIRST_RESULT + groups));
  }

  /** Keeps workers and memory for the next fit, for a while. To be called when no task is under way. */
  rest(): void {
    if (this.arena.bytes > REST_BYTES || !this.#members.every((member) => member.rest(true))) {
      this.dismiss();
      return;
    }
    this.arena.clear();
    resting.add(this);
    this.#timer = setTimeout(() => this.dismiss(), REST_MS);
    // Node's timers keep a program alive
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #rise(): void {
    resting.delete(this);
    clearTimeout(this.#timer);
    for (const member of this.#members) member.rest(false);
  }

  /** Ends the workers. They are woken first: Deno does not end one that waits. */
  dismiss(): void {
    this.#rise();
    Atomics.store(this.#control, OVER, 1);
    Atomics.add(this.#control, GENERATION, 1);
    Atomics.notify(this.#control, GENERATION);
    for (const member of this.#members) member.end();
    this.#members.length = 0;
  }

  /** Claims all groups that are left, and does none of them. */
  #skip(groups: number): void {
    const first = Atomics.exchange(this.#control, NEXT, this.#tag + groups) & (CLAIMS - 1);
    Atomics.sub(this.#control, LEFT, Math.max(0, groups - first));
  }

  /** The next group of the task at hand, or a number beyond its last. */
  #claim(): number {
    return Atomics.add(this.#control, NEXT, 1) & (CLAIMS - 1);
  }

  /** Whether a worker, counted from 0, has come to serve. */
  #serves(member: number): boolean {
    return Atomics.load(this.#control, SERVING + 1 + member) === 1;
  }

  #lost(): boolean {
    // one that never came to serve has taken nothing with it
    const gone = (member: Member, i: number): boolean => member.lost && this.#serves(i);
    return this.#control[FAILED] !== 0 || this.#members.some(gone);
  }

  /** Resolves when the number of groups left may have changed, or a worker is lost. */
  change(): Promise<void> {
    const left = Atomics.load(this.#control, LEFT);
    if (left <= 0) return Promise.resolve();
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

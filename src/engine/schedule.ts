// A fit is a generator that yields tasks; who runs it decides how: at once, in slices that leave the page alive, or by a crew.
import { timeOver, type Watch } from "../input/watch.ts";
import { type Arena, acquireArena, releaseArena } from "./arena.ts";
import type { Crew, CrewTask } from "./crew.ts";
import type { Pointer } from "./kernels.ts";

/** The kernels that work on a range of tiles, or of components, and may run on several ranges side by side; and a whole climb, which may not. */
export type GroupKernel =
  | "accumulate"
  | "accumulateGiven"
  | "sortRows"
  | "nearest"
  | "potentials"
  | "assign"
  | "factorise"
  | "relate"
  | "climb";

/** A kernel that is called once for each group of tiles or components; the groups are independent. */
export interface KernelTask {
  readonly arena: Arena;
  readonly kernel: GroupKernel;
  readonly groups: number;
  /** The arguments for a group, without the scratch. */
  readonly args: (group: number) => readonly number[];
  /** The arguments for a group that nobody waits for, as a worker has it alone: for as much work as there is. By default `args`. */
  readonly wholeArgs?: (group: number) => readonly number[];
  /** Bytes of scratch that a call needs, passed as the last argument; 0 if it takes none. */
  readonly scratchBytes: number;
  /** Where the results go, [groups], if they are wanted. */
  readonly results?: Float64Array;
  /** Whether it may be left half done when the time is over; whoever has yielded it catches that. */
  readonly isOpen?: boolean;
}

/** Steps that need the caller's data and so run where the caller runs. */
export interface LocalTask {
  readonly groups: number;
  readonly run: (group: number) => void;
}

/** A step of a fit: independent groups, whose results are combined in a fixed order afterwards. */
export type Task = KernelTask | LocalTask;

/** Work that yields its heavy steps and returns its result. */
export type Work<T> = Generator<Task, T, void>;

/** The longest that an asynchronous fit keeps the thread, in milliseconds: half a frame. */
const SLICE_MS = 8;

/** Rows times components times columns below which a kernel takes less than waking a thread for it, or than yielding it. */
export const BRIEF = 2e4;
/** One kernel in so many goes to the driver nevertheless, which may have something else to do, or a signal. */
const UNBROKEN = 16;
let unbroken = 0;

/**
 * Yields a task; a brief one, which takes less than to be yielded through all that wait for it, runs on the spot.
 *
 * @param size - rows times components times columns.
 */
export function* perform(size: number, task: KernelTask): Work<void> {
  if (task.groups > 1 || size >= BRIEF || ++unbroken % UNBROKEN === 0) {
    yield task;
    return;
  }
  const { arena } = task;
  const mark = arena.mark();
  runGroup(task, 0, arena.bytesOf(task.scratchBytes));
  arena.rewind(mark);
}

/** Steps on the caller's thread that others may come between, unless all together are brief. `run` does a range of them. */
export function* inTurns(
  multiplications: number,
  count: number,
  run: (first: number, last: number) => void,
): Work<void> {
  if (multiplications < BRIEF) run(0, count);
  else yield { groups: count, run: (step) => run(step, step + 1) };
}

/**
 * Works in an arena that is given back whatever happens.
 *
 * @param own - one to use instead, which is not given back.
 * @param bytes - what it is about to hold, at least.
 */
export function* inArena<T>(own: Arena | undefined, bytes: number, work: (arena: Arena) => Work<T>): Work<T> {
  const arena = own ?? acquireArena(bytes);
  try {
    return yield* work(arena);
  } finally {
    if (!own) releaseArena(arena);
  }
}

/** When work is to end: at once when the signal aborts; with what it has found when the watch is over, of which open tasks are told. */
export interface Ending {
  readonly signal?: AbortSignal | undefined;
  readonly watch?: Watch | undefined;
}

/** Work that ends when it is done. */
const NEVER: Ending = { signal: undefined, watch: undefined };

/** Runs the work on the spot. @throws the signal's reason if it has aborted. */
export function runSync<T>(work: Work<T>, { signal, watch }: Ending = NEVER): T {
  try {
    for (let step = work.next(); ; ) {
      if (step.done) return step.value;
      const strike = striking(watch, step.value);
      let isStruck = false;
      for (const run of groupsOf(step.value)) {
        signal?.throwIfAborted();
        isStruck = strike();
        if (isStruck) break;
        run();
      }
      step = isStruck ? work.throw(timeOver()) : work.next();
    }
  } finally {
    close(work);
  }
}

/** What says whether a task is to be left where it is, as the time is over. */
function striking(watch: Watch | undefined, task: Task): () => boolean {
  const isOpen = watch && "kernel" in task && task.isOpen;
  return () => Boolean(isOpen && watch.isOver);
}

/**
 * Runs the work in slices of some milliseconds, its kernels on all threads of the crew if there is one. Rejects with the
 * signal's reason if it aborts, and with {@link CrewLost} if a thread dies.
 */
export async function runAsync<T>(
  work: Work<T>,
  { signal, watch }: Ending = NEVER,
  crew?: Crew | undefined,
): Promise<T> {
  const pause = pauses(signal);
  try {
    for (let step = work.next(); ; ) {
      if (step.done) return step.value;
      const task = step.value;
      const strike = striking(watch, task);
      let isStruck = false;
      if ("kernel" in task && task.groups > 1 && crew?.takes(task)) {
        const mark = task.arena.mark();
        try {
          isStruck = await crew.run(withScratch(crew, task), pause, strike);
        } finally {
          task.arena.rewind(mark);
        }
      } else isStruck = await runSlowly(task, pause, strike);
      step = isStruck ? work.throw(timeOver()) : work.next();
    }
  } finally {
    close(work);
  }
}

/** Work that takes its turn with others: with a crew of its own, its kernels run there meanwhile. */
interface Lane {
  readonly arena: Arena;
  readonly crew?: Crew;
  work?: Work<void> | undefined;
  /** What the crew is at. */
  left?: CrewTask | undefined;
}

/**
 * Gives the next of many works, which takes the arena of its lane; undefined when there is none, or none before others that are
 * under way have ended. What a work leaves in an arena the next one in the same arena finds there.
 */
export type Take = () => ((arena: Arena) => Work<void>) | undefined;

/**
 * Runs many works, some at a time: one on this thread, and one beside each crew, whose kernels the crew's workers run.
 *
 * @param own - the arena of this thread's works.
 */
export async function runTogether(take: Take, crews: readonly Crew[], { signal }: Ending, own: Arena): Promise<void> {
  const pause = pauses(signal);
  const lanes: Lane[] = [{ arena: own }, ...crews.map((crew) => ({ arena: crew.arena, crew }))];
  try {
    for (;;) {
      const waiting: Crew[] = [];
      let moved = false;
      for (const lane of lanes) {
        const { arena, crew, left } = lane;
        lane.work ??= take()?.(arena);
        if (!lane.work) continue;
        if (crew && left) {
          if (!crew.isDone()) {
            waiting.push(crew);
            continue;
          }
          crew.close(left);
          lane.left = undefined;
        }
        moved = true;
        const step = lane.work.next();
        if (step.done) lane.work = undefined;
        else {
          lane.left = leaveTo(crew, step.value);
          if (!lane.left) await runSlowly(step.value, pause);
        }
      }
      if (!moved && waiting.length === 0) return;
      const wait = moved ? pause() : Promise.race(waiting.map((crew) => crew.change()));
      if (wait) await wait;
    }
  } finally {
    for (const { work } of lanes) if (work) close(work);
  }
}

/** Leaves a task to a crew's workers, if some have come and the task is for them. */
function leaveTo(crew: Crew | undefined, task: Task): CrewTask | undefined {
  if (!("kernel" in task) || !crew?.takes(task)) return undefined;
  const mark = task.arena.mark();
  const given = withScratch(crew, { ...task, args: task.wholeArgs ?? task.args });
  // nobody allocates before the task is done
  task.arena.rewind(mark);
  crew.open(given);
  return given;
}

/** A task for a crew, with scratch for each of its threads, aligned. */
function withScratch(crew: Crew, task: KernelTask): CrewTask {
  const scratchBytes = Math.ceil(task.scratchBytes / 16) * 16;
  return { ...task, scratch: task.arena.bytesOf(scratchBytes * crew.threads), scratchBytes };
}

/** What is called between two steps: waits, when a slice is over, until others have had their turn. */
function pauses(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  let sliceEnd = performance.now() + SLICE_MS;
  return () => {
    signal?.throwIfAborted();
    if (performance.now() < sliceEnd) return undefined;
    return nextTurn().then(() => {
      sliceEnd = performance.now() + SLICE_MS;
      signal?.throwIfAborted();
    });
  };
}

/** @returns whether the time was over before all groups were done. */
async function runSlowly(
  task: Task,
  pause: () => Promise<void> | undefined,
  strike: () => boolean = () => false,
): Promise<boolean> {
  for (const run of groupsOf(task)) {
    const wait = pause();
    if (wait) await wait;
    if (strike()) return true;
    run();
  }
  return false;
}

/** The calls that make up a task, in order. Scratch is taken before the first and given back after the last. */
function* groupsOf(task: Task): Generator<() => void, void, void> {
  if ("run" in task) {
    for (let group = 0; group < task.groups; group++) yield () => task.run(group);
    return;
  }
  const { arena } = task;
  const mark = arena.mark();
  try {
    const scratch = arena.bytesOf(task.scratchBytes);
    for (let group = 0; group < task.groups; group++) yield () => runGroup(task, group, scratch);
  } finally {
    arena.rewind(mark);
  }
}

function runGroup(task: KernelTask, group: number, scratch: Pointer): void {
  const { arena, args, results } = task;
  const kernel = arena.kernels[task.kernel] as (...args: readonly number[]) => number;
  // a function takes no notice of one argument more
  const result = kernel(...args(group).concat(scratch));
  if (results) results[group] = result;
}

/** Lets the generator's own `finally` blocks run when it is left half way. */
function close<T>(work: Work<T>): void {
  work.return(undefined as T);
}

/** Resolves after other tasks of the event loop have had their turn. */
function nextTurn(): Promise<void> {
  const { setImmediate: immediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return new Promise((resolve) => {
    if (immediate) immediate(resolve);
    else if (typeof MessageChannel === "function") {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    } else setTimeout(resolve, 0);
  });
}

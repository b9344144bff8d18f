// A fit is a generator that yields tasks; who runs it decides how: at once, or in slices that leave the page alive.

/** A step of a fit: independent groups of tiles, whose results are combined in a fixed order afterwards. */
export interface Task {
  readonly groups: number;
  run(group: number): void;
}

/** Work that yields its heavy steps and returns its result. */
export type Work<T> = Generator<Task, T, void>;

/** The longest that an asynchronous fit keeps the thread, in milliseconds: half a frame. */
const SLICE_MS = 8;

/** Runs the work on the spot. @throws the signal's reason if it has aborted. */
export function runSync<T>(work: Work<T>, signal?: AbortSignal | undefined): T {
  try {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done) return step.value;
      for (let group = 0; group < step.value.groups; group++) {
        signal?.throwIfAborted();
        step.value.run(group);
      }
    }
  } finally {
    close(work);
  }
}

/** Runs the work in slices of some milliseconds. Rejects with the signal's reason if it aborts. */
export async function runAsync<T>(work: Work<T>, signal: AbortSignal | undefined): Promise<T> {
  let sliceEnd = performance.now() + SLICE_MS;
  try {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done) return step.value;
      for (let group = 0; group < step.value.groups; group++) {
        if (performance.now() > sliceEnd) {
          await nextTurn();
          sliceEnd = performance.now() + SLICE_MS;
        }
        signal?.throwIfAborted();
        step.value.run(group);
      }
    }
  } finally {
    close(work);
  }
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

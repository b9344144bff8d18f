// Workers of any engine: how to start one and let it go.

// Words of the block of integers that a crew shares.
/** Raised when there is a task. */
export const GENERATION = 0;
/** The task's tag and the next group to claim. */
export const NEXT = 1;
/** The task's tag and the number of its groups; how many are not done. */
export const GROUPS = 2;
export const LEFT = 3;
/** The kernel, by its place in the list, and how many arguments each group has. */
export const KERNEL = 4;
export const LENGTH = 5;
/** Set when a worker's kernel failed. */
export const FAILED = 6;
/** Set when no more tasks come. */
export const OVER = 7;
/** One word per thread from here on: 1 once it serves. */
export const SERVING = 8;

/** A tag is a multiple of this: more than groups, and claims beyond the last of them, at most two of each thread. */
export const CLAIMS = 4096;

/** Room for the numbers of one task: first scratch and its size, then a result for each group, then the arguments. */
export const MOST_GROUPS = 512;
export const FIRST_RESULT = 2;
export const FIRST_ARGUMENT: number = FIRST_RESULT + MOST_GROUPS;

/** What a worker runs, as text: it has no imports, so that no bundler, path or MIME type can come between. */
const WORKER_SOURCE = `
const serve = ({ module, memory, index, kernels, control: words, numbers: shared }) => {
  const control = new Int32Array(words);
  const numbers = new Float64Array(shared);
  try {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    Atomics.store(control, ${SERVING} + index, 1);
    for (let seen = 0; ; ) {
      Atomics.wait(control, ${GENERATION}, seen);
      seen = Atomics.load(control, ${GENERATION});
      if (Atomics.load(control, ${OVER})) return;
      for (;;) {
        const claim = Atomics.add(control, ${NEXT}, 1);
        const last = Atomics.load(control, ${GROUPS});
        const group = claim & ${CLAIMS - 1};
        if (claim - group !== (last & -${CLAIMS}) || group >= (last & ${CLAIMS - 1})) break;
        const length = control[${LENGTH}];
        const first = ${FIRST_ARGUMENT} + group * length;
        const args = Array.from(numbers.subarray(first, first + length));
        if (numbers[1] > 0) args.push(numbers[0] + index * numbers[1]);
        numbers[${FIRST_RESULT} + group] = exports[kernels[control[${KERNEL}]]](...args);
        if (Atomics.sub(control, ${LEFT}, 1) === 1) Atomics.notify(control, ${LEFT});
      }
    }
  } catch {
    Atomics.store(control, ${FAILED}, Atomics.load(control, ${SERVING} + index));
    Atomics.notify(control, ${LEFT});
  }
};
`;

/** How each kind of engine hands a message to `serve`. */
const NODE_SOURCE = `${WORKER_SOURCE}require("node:worker_threads").parentPort.on("message", serve);`;
const WEB_SOURCE = `${WORKER_SOURCE}onmessage = (event) => serve(event.data);`;

/** A worker, as far as it is used here; Node's has `on`, and Node's and Bun's have `ref`. */
interface AnyWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
  on?(event: string, listener: () => void): void;
  addEventListener?(event: string, listener: () => void): void;
}

/** One worker of one crew. */
export class Member {
  /** Told when the worker fails or ends. */
  onLost: (() => void) | undefined;
  readonly #worker: AnyWorker;
  #lost = false;

  /** @throws where the engine has no workers. */
  constructor() {
    this.#worker = startWorker();
    const lose = (): void => {
      this.#lost = true;
      this.onLost?.();
    };
    if (this.#worker.on) {
      this.#worker.on("error", lose);
      this.#worker.on("exit", lose);
    } else this.#worker.addEventListener?.("error", lose);
  }

  /** Whether the worker has failed or ended. */
  get lost(): boolean {
    return this.#lost;
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** Lets the program end while the worker waits for its next fit; false where it would not, as in Deno. */
  rest(): boolean {
    this.#worker.unref?.();
    return Boolean(this.#worker.unref) || !("process" in globalThis);
  }

  /** Has the program wait for the worker again. */
  rise(): void {
    this.#worker.ref?.();
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** The number of threads that the machine runs at once. */
export function machineThreads(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return (
    navigator?.hardwareConcurrency ??
    builtin<{ availableParallelism(): number }>("node:os")?.availableParallelism() ??
    1
  );
}

/** Made once: every worker runs the same text. */
let webUrl: string | undefined;

function startWorker(): AnyWorker {
  const threads = builtin<{ Worker: new (source: string, options: object) => AnyWorker }>("node:worker_threads");
  if (threads && typeof Worker === "undefined") return new threads.Worker(NODE_SOURCE, { eval: true });
  webUrl ??= URL.createObjectURL(new Blob([WEB_SOURCE], { type: "text/javascript" }));
  return new Worker(webUrl, { type: "module" }) as unknown as AnyWorker;
}

/** A module of Node's, without an import that a bundler would follow. */
function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as T | undefined;
}

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

/**
 * What a worker runs, as text: it has no imports, so that no bundler, path or MIME type can come between. Nobody shortens it, so it
 * is not indented.
 */
const WORKER_SOURCE = `const serve = ({ module, memory, index, kernels, control: words, numbers: shared }) => {
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
const first = ${FIRST_ARGUMENT} + group * control[${LENGTH}];
const args = numbers.subarray(first, first + control[${LENGTH}]);
numbers[${FIRST_RESULT} + group] = exports[kernels[control[${KERNEL}]]](...args, numbers[0] + index * numbers[1]);
if (Atomics.sub(control, ${LEFT}, 1) === 1) Atomics.notify(control, ${LEFT});
}
}
} catch {
Atomics.store(control, ${FAILED}, Atomics.load(control, ${SERVING} + index));
Atomics.notify(control, ${LEFT});
}
};
`;

/**
 * How each kind of engine hands a message to `serve`. Node runs the text as a script, or as a module where it has been told so by
 * `--input-type`: there is no `require` then.
 */
const NODE_SOURCE = `${WORKER_SOURCE}process.getBuiltinModule("node:worker_threads").parentPort.on("message", serve);`;
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
  /** Whether it has. */
  lost = false;
  readonly #worker: AnyWorker;

  /** @throws where the engine has no workers. */
  constructor() {
    const worker = startWorker();
    this.#worker = worker;
    for (const event of ["error", "exit"]) {
      (worker.on ?? worker.addEventListener)?.call(worker, event, () => {
        this.lost = true;
        this.onLost?.();
      });
    }
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** Whether the program may end while the worker waits; false where it cannot be let, as in Deno. */
  rest(rests: boolean): boolean {
    const worker = this.#worker;
    (rests ? worker.unref : worker.ref)?.call(worker);
    return Boolean(worker.unref) || !("process" in globalThis);
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
  if (threads && typeof Worker === "undefined") {
    // options of the program, as what it loads first, are none of the worker's
    return new threads.Worker(NODE_SOURCE, { eval: true, execArgv: [], env: {} });
  }
  webUrl ??= URL.createObjectURL(new Blob([WEB_SOURCE], { type: "text/javascript" }));
  return new Worker(webUrl, { type: "module" }) as unknown as AnyWorker;
}

/** A module of Node's, without an import that a bundler would follow. */
function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as T | undefined;
}

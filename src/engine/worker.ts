// Workers of any engine: how to start one, keep it for a while, and let it go.

/**
 * What a worker runs, as text: it has no imports, so that no bundler, path or MIME type can come between. It serves one
 * crew after the other. The words of the control block are those of src/engine/crew.ts.
 */
const WORKER_SOURCE = `
const GENERATION = 0, NEXT = 1, GROUPS = 2, LEFT = 3, KERNEL = 4, ARGS = 5, STOP = 6, FAILED = 7, SERVING = 8;
const FIRST_RESULT = 2, FIRST_ARG = 514;
const serve = ({ module, memory, index, kernels, control: words, numbers: shared }) => {
  const control = new Int32Array(words);
  const numbers = new Float64Array(shared);
  try {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    Atomics.store(control, SERVING + index, 1);
    for (let seen = 0; ; ) {
      Atomics.wait(control, GENERATION, seen);
      seen = Atomics.load(control, GENERATION);
      if (Atomics.load(control, STOP)) return;
      for (;;) {
        const group = Atomics.add(control, NEXT, 1);
        if (group >= Atomics.load(control, GROUPS)) break;
        const length = control[ARGS];
        const first = FIRST_ARG + group * length;
        const args = Array.from(numbers.subarray(first, first + length));
        if (numbers[1] > 0) args.push(numbers[0] + index * numbers[1]);
        numbers[FIRST_RESULT + group] = exports[kernels[control[KERNEL]]](...args);
        if (Atomics.sub(control, LEFT, 1) === 1) Atomics.notify(control, LEFT);
      }
    }
  } catch {
    Atomics.store(control, FAILED, Atomics.load(control, SERVING + index));
    Atomics.notify(control, LEFT);
  }
};
`;

/** How each kind of engine hands a message to `serve`. */
const NODE_SOURCE = `${WORKER_SOURCE}require("node:worker_threads").parentPort.on("message", serve);`;
const WEB_SOURCE = `${WORKER_SOURCE}onmessage = (event) => serve(event.data);`;

/** An idle worker ends after this time, in milliseconds. */
const IDLE_MS = 2000;

/** A worker, as far as it is used here; Node's has `on`, `ref` and `unref`. */
interface AnyWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
  on?(event: string, listener: () => void): void;
  addEventListener?(event: string, listener: () => void): void;
  ref?(): void;
  unref?(): void;
}

const idle: Member[] = [];

/** One worker, in a crew or idle. */
export class Member {
  readonly #worker: AnyWorker;
  #lost = false;
  #onLost: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(worker: AnyWorker) {
    this.#worker = worker;
    const lose = (): void => {
      this.#lost = true;
      this.#onLost?.();
    };
    if (worker.on) {
      worker.on("error", lose);
      worker.on("exit", lose);
    } else worker.addEventListener?.("error", lose);
  }

  /** Whether the worker has failed or ended by itself. */
  get lost(): boolean {
    return this.#lost;
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  /** Takes up work; from now on it keeps the process alive. */
  join(onLost: () => void): void {
    clearTimeout(this.#timer);
    this.#onLost = onLost;
    this.#worker.ref?.();
  }

  /** Waits for more work for a while, without keeping the process alive, and ends. */
  retire(): void {
    this.#onLost = undefined;
    if (this.#lost) return;
    this.#worker.unref?.();
    idle.push(this);
    this.#timer = setTimeout(() => {
      idle.splice(idle.indexOf(this), 1);
      this.#worker.terminate();
    }, IDLE_MS);
    (this.#timer as { unref?: () => void }).unref?.();
  }
}

/** An idle worker or a new one, or undefined where the engine has none. */
export function recruit(onLost: () => void): Member | undefined {
  let member = idle.pop();
  while (member?.lost) member = idle.pop();
  try {
    member ??= new Member(startWorker());
  } catch {
    return undefined;
  }
  member.join(onLost);
  return member;
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

function startWorker(): AnyWorker {
  const threads = builtin<{ Worker: new (source: string, options: object) => AnyWorker }>("node:worker_threads");
  if (threads && typeof Worker === "undefined") return new threads.Worker(NODE_SOURCE, { eval: true });
  const url = URL.createObjectURL(new Blob([WEB_SOURCE], { type: "text/javascript" }));
  return new Worker(url, { type: "module" }) as unknown as AnyWorker;
}

/** A module of Node's, without an import that a bundler would follow. */
function builtin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as T | undefined;
}

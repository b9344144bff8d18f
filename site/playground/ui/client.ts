// The page's side of a worker: calls that are promises, told of progress, and cancelled by a signal.
import type { Answer, Ask, Incoming, Kind, Outgoing, ProgressOf } from "../logic/protocol.ts";

/** What a worker threw. */
export class WorkerError extends Error {
  readonly code: string | undefined;
  constructor(name: string, message: string, code: string | undefined) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly tell: ((progress: never) => void) | undefined;
}

/** How long a worker may take to see that it is not wanted any more, in milliseconds; then it is ended. */
const PATIENCE = 400;

/** A worker that is there when it is asked something, and again after it had to be ended. */
export class Client {
  #worker: Worker | undefined;
  #next = 1;
  readonly #pending = new Map<number, Pending>();
  #data: Ask<"data"> | undefined;
  #isSent = false;

  /** The rows that calls are about. They are sent with the next call. */
  set data(data: Ask<"data">) {
    this.#data = data;
    this.#isSent = false;
  }

  /** Asks; rejects with an AbortError if the signal aborts first. */
  async call<K extends Kind>(
    kind: K,
    ask: Ask<K>,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: ProgressOf<K>) => void } = {},
  ): Promise<Answer<K>> {
    if (!this.#isSent && this.#data !== undefined && kind !== "parse") {
      this.#isSent = true;
      void this.#post("data", this.#data, undefined).answer.catch(() => {});
    }
    signal?.throwIfAborted();
    const { id, answer } = this.#post(kind, ask, onProgress as Pending["tell"]);
    if (signal === undefined) return answer as Promise<Answer<K>>;
    const cancel = (): void => this.#cancel(id);
    signal.addEventListener("abort", cancel);
    return answer.finally(() => signal.removeEventListener("abort", cancel)) as Promise<Answer<K>>;
  }

  /** Ends the worker, and all it was asked. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#isSent = false;
    const error = new DOMException("The worker was ended.", "AbortError");
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #post(kind: Kind, ask: unknown, tell: Pending["tell"]): { id: number; answer: Promise<unknown> } {
    const id = this.#next++;
    const answer = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject, tell }));
    this.#started().postMessage({ id, kind, ask } as Incoming);
    return { id, answer };
  }

  #cancel(id: number): void {
    this.#worker?.postMessage({ id, kind: "cancel" } satisfies Incoming);
    setTimeout(() => {
      if (this.#pending.has(id)) this.end();
    }, PATIENCE);
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Outgoing>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      for (const { reject } of this.#pending.values())
        reject(new WorkerError("Error", event.message || "The worker could not be started.", undefined));
      this.#pending.clear();
      this.end();
    };
    this.#worker = worker;
    return worker;
  }

  #receive(message: Outgoing): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if ("progress" in message) {
      pending.tell?.(message.progress as never);
      return;
    }
    this.#pending.delete(message.id);
    if ("answer" in message) pending.resolve(message.answer);
    else pending.reject(new WorkerError(message.error.name, message.error.message, message.error.code));
  }
}

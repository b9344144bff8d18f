// A module worker: takes questions, gives answers, tells how far it is. It holds a copy of the rows.
import type { Incoming, Outgoing } from "../logic/protocol.ts";
import { Session } from "./answers.ts";
import { parsed } from "./parse.ts";

/** What of a worker's scope is used here. */
interface Scope {
  onmessage: ((event: MessageEvent<Incoming>) => void) | null;
  postMessage(message: Outgoing): void;
}

const scope = globalThis as unknown as Scope;
const session = new Session();
const running = new Map<number, AbortController>();

function answered(message: Exclude<Incoming, { kind: "cancel" }>, signal: AbortSignal): unknown {
  const tell = (progress: unknown): void => scope.postMessage({ id: message.id, progress });
  switch (message.kind) {
    case "data":
      return session.data(message.ask);
    case "fit":
      return session.fit(message.ask, tell, signal);
    case "start":
      return session.start(message.ask);
    case "eStep":
      return session.eStep(message.ask);
    case "mStep":
      return session.mStep(message.ask);
    case "select":
      return session.select(message.ask, tell, signal);
    case "kMeans":
      return session.kMeans(message.ask);
    case "starts":
      return session.starts(message.ask, tell);
    case "explain":
      return session.explain(message.ask);
    case "anomalies":
      return session.anomalies(message.ask);
    case "regression":
      return session.regression(message.ask);
    case "labels":
      return session.labels(message.ask);
    case "parse":
      return parsed(message.ask.source, tell);
  }
}

scope.onmessage = async ({ data: message }) => {
  const { id } = message;
  if (message.kind === "cancel") {
    running.get(id)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  try {
    scope.postMessage({ id, answer: await answered(message, controller.signal) });
  } catch (thrown) {
    const { name, message: text, code } = thrown as Error & { code?: unknown };
    scope.postMessage({ id, error: { name, message: text, code: typeof code === "string" ? code : undefined } });
  } finally {
    running.delete(id);
  }
};

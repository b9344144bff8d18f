// How long work may take, and who is told how far it is.
import { MixtureError } from "../errors.ts";

/** How far a fit is. */
export interface FitProgress {
  /** How much of the work is done, from 0 to 1, about; it never falls, and is 1 at the end alone. */
  readonly share: number;
  /**
   * What the best solution so far is maximised in, in nats: the total log-likelihood; with a `prior` the log-posterior. Estimated
   * while a sample of the rows is looked at; -Infinity before there is a solution.
   */
  readonly best: number;
}

/** The clock of a fit. */
export class Watch {
  readonly #end: number;
  readonly #listener: ((progress: FitProgress) => void) | undefined;
  #isOver = false;
  #share = 0;
  #best = Number.NEGATIVE_INFINITY;
  /** What part of the work is under way: from one share to another. */
  #part: readonly [from: number, to: number] = [0, 1];

  /**
   * @param timeLimit - in milliseconds from now; undefined if there is none.
   * @param listener - is told how far the work is.
   */
  constructor(timeLimit: number | undefined, listener: ((progress: FitProgress) => void) | undefined) {
    this.#end = timeLimit === undefined ? Infinity : performance.now() + timeLimit;
    this.#listener = listener;
  }

  /** Whether time is over: then no new step of a search is begun. */
  get isOver(): boolean {
    this.#isOver ||= performance.now() >= this.#end;
    return this.#isOver;
  }

  /** Says which part of the work comes next. */
  begin(from: number, to: number): void {
    this.#part = [from, to];
  }

  /**
   * Tells how far it is.
   *
   * @param share - of the part under way.
   * @param found - what the best solution so far is maximised in.
   */
  tell(share: number, found: number = Number.NEGATIVE_INFINITY): void {
    if (!this.#listener) return;
    const [from, to] = this.#part;
    const before = this.#share;
    this.#share = Math.max(before, from + (to - from) * Math.min(1, share));
    const best = Math.max(this.#best, found);
    const isNew = this.#share > before || best > this.#best;
    this.#best = best;
    if (isNew) this.#listener({ share: this.#share, best });
  }
}

/** What work is interrupted by when its time is over: whoever has something to show for it ends with that. */
export function timeOver(): MixtureError {
  return new MixtureError("TIME_LIMIT", "timeLimit: expected time for a first solution, got too little; raise it");
}

/** Whether an error is {@link timeOver}. */
export function isTimeOver(error: unknown): boolean {
  return error instanceof MixtureError && error.code === "TIME_LIMIT";
}

// A crew of threads does every group of every task once, on any machine and however its threads are held up.
import { expect, test } from "vitest";
import { Crew, type CrewTask } from "../src/engine/crew.ts";

const THREADS = 6;
const MOST_GROUPS = 7;
const TASKS = 60_000;
/** One task in so many is left to the workers alone. */
const LEFT = 16;
/** Bytes of a pair of numbers. */
const PAIR = 16;
/** Of every worker, so many groups at least: it has come, been told tasks, and gone on to the next ones. */
const LEAST = 20;

/**
 * Counts what each thread of a crew does. A row of pairs belongs to each group, and `merge` adds one to as many pairs of it as it is
 * told, which is the scratch of the thread: 1 of the first thread, and one more of each that follows.
 */
class Count {
  readonly expected = new Float64Array(MOST_GROUPS);
  readonly #crew: Crew;
  readonly #rows: number;
  readonly #ones: number;

  constructor(crew: Crew) {
    const { arena } = crew;
    this.#crew = crew;
    this.#rows = arena.f64(MOST_GROUPS * THREADS * 2);
    this.#ones = arena.f64(THREADS * 2);
    arena.viewF64(this.#rows, MOST_GROUPS * THREADS * 2).fill(0);
    arena.viewF64(this.#ones, THREADS * 2).fill(1);
  }

  /** A task of some groups, which is to be done once. */
  task(groups: number): CrewTask {
    for (let group = 0; group < groups; group++) this.expected[group]++;
    const args = (group: number): readonly number[] => [this.#rows + group * THREADS * PAIR, this.#ones];
    return { kernel: "merge", groups, args, scratch: 1, scratchBytes: 1 };
  }

  /** How often each group was done, by any thread. */
  get groups(): Float64Array {
    return this.#pairs.filter((_, i) => i % THREADS === 0);
  }

  /** How many groups each thread did. */
  get threads(): number[] {
    const pairs = this.#pairs;
    const reached = (thread: number): number =>
      pairs.reduce((sum, value, i) => (i % THREADS === thread ? sum + value : sum), 0);
    return Array.from({ length: THREADS }, (_, i) => reached(i) - (i + 1 < THREADS ? reached(i + 1) : 0));
  }

  get #pairs(): Float64Array {
    return this.#crew.arena.viewF64(this.#rows, MOST_GROUPS * THREADS * 2).filter((_, i) => i % 2 === 0);
  }
}

test("a crew of more threads than the machine has does each group of many small tasks once, and every worker does some", {
  timeout: 120_000,
}, async () => {
  const crew = Crew.assemble(THREADS, 1 << 24, false) as Crew;
  const count = new Count(crew);
  /** A task that this thread takes no part in. */
  const leave = async (groups: number): Promise<void> => {
    const task = count.task(groups);
    crew.open(task);
    while (!crew.isDone()) await crew.change();
    crew.close(task);
  };
  try {
    // nobody waits for a worker to start: it is told tasks until it has done some
    while (Math.min(...count.threads.slice(1)) < LEAST) await leave(MOST_GROUPS);
    expect(count.threads[0]).toBe(0);
    // tasks of changing sizes: what is one too many in a small one is a group of a larger one
    for (let task = 0; task < TASKS; task++) {
      const groups = 1 + (task % MOST_GROUPS);
      if (task % LEFT === 0) await leave(groups);
      else
        await crew.run(
          count.task(groups),
          () => undefined,
          () => false,
        );
    }
    expect(count.groups).toEqual(count.expected);
    expect(count.threads.reduce((sum, done) => sum + done, 0)).toBe(
      count.expected.reduce((sum, done) => sum + done, 0),
    );
    expect(count.threads[0]).toBeGreaterThan(0);
  } finally {
    crew.dismiss();
  }
});

// A crew of threads does every group of every task once, on any machine and however its threads are held up.
import { describe, expect, test } from "vitest";
import { Crew } from "../src/engine/crew.ts";

const THREADS = 6;
const MOST_GROUPS = 7;
const TASKS = 60_000;

/** Waits until the event loop has started all workers, for which nobody waits otherwise. */
async function allServing(crew: Crew, run: () => Promise<void>): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    await run();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(crew.threads).toBe(THREADS);
}

describe("a crew of more threads than the machine has", () => {
  test("does each group of many small tasks once", async () => {
    const crew = Crew.assemble(THREADS, 1 << 24, false) as Crew;
    const { arena } = crew;
    const counts = arena.f64(MOST_GROUPS * 2);
    const one = arena.f64(2);
    const expected = new Float64Array(MOST_GROUPS);
    arena.viewF64(counts, MOST_GROUPS * 2).fill(0);
    arena.viewF64(one, 2).fill(1);
    /** Adds one to the counts of the first groups. */
    const count = async (groups: number): Promise<void> => {
      for (let group = 0; group < groups; group++) expected[group]++;
      const args = (group: number): readonly number[] => [counts + group * 16, one, 1];
      await crew.run({ kernel: "merge", groups, args, scratch: 0, scratchBytes: 0 }, () => undefined);
    };
    try {
      await allServing(crew, () => count(1));
      // tasks of changing sizes: what is one too many in a small one is a group of a larger one
      for (let task = 0; task < TASKS; task++) await count(1 + (task % MOST_GROUPS));
      expect(arena.viewF64(counts, MOST_GROUPS * 2).filter((_, i) => i % 2 === 0)).toEqual(expected);
    } finally {
      crew.dismiss();
    }
  });
});

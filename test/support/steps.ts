// How much EM has been done, wherever it was: in steps one by one, or in a kernel that makes many.
import { vi } from "vitest";
import { Climb } from "../../src/fit/em/climb.ts";
import { Em } from "../../src/fit/em/em.ts";

/** Counts passes and M-steps from now on, until `vi.restoreAllMocks`. */
export function counted(): { readonly passes: number; readonly steps: number; clear(): void } {
  const passes = vi.spyOn(Em.prototype, "evaluate");
  const steps = vi.spyOn(Em.prototype, "maximiseOnly");
  const ends = vi.spyOn(Climb.prototype, "end", "get");
  // a climb makes a pass after each M-step, and one before; here and there a leap takes one more. Passes that a climb has others make, of
  // data in groups or sorted rows, count twice
  const climbed = (): number[] => ends.mock.results.map(({ value }) => value.nIterations);
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, count) => all + count, 0);
  return {
    get passes() {
      return passes.mock.calls.length + sum(climbed().map((count) => count + 1));
    },
    get steps() {
      return steps.mock.calls.length + sum(climbed());
    },
    clear() {
      for (const spy of [passes, steps, ends]) spy.mockClear();
    },
  };
}

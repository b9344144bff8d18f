// Problems made to break a fit, by the hundred: a typed error or a distribution, never NaN, a trap or a hang.
// GAUSSMIX_RUNS=10 takes ten times as many; bench/quality/nasty.mjs a hundred thousand.
import fc from "fast-check";
import { expect, test } from "vitest";
import { nastyProblems, outcomeOf } from "./support/nasty.ts";
import { runs } from "./support/problems.ts";
import { staysUnharmed } from "./support/unharmed.ts";

staysUnharmed();

const RUNS = 200;

test("starts that all collapse late, in a second heat, are the error of the last", () => {
  const options = { init: "short-em", regCovar: 1e-300, maxIter: 200, accelerate: true, seed: 482069084521 } as const;
  const sizes = { N: 9, D: 2, K: 4, seed: 2147483642 };
  const problem = { ...sizes, defects: [], weights: "none", by: "fit", options } as const;
  expect(outcomeOf(problem)).toEqual({ end: "SINGULAR_COVARIANCE", warnings: [], faults: [] });
});

test("nasty problems end in a distribution or in a typed error", () => {
  const outcomes = new Map<string, number>();
  fc.assert(
    fc.property(nastyProblems, (problem) => {
      const { end, warnings, faults } = outcomeOf(problem);
      expect(faults).toEqual([]);
      for (const what of [end, ...warnings]) outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
    }),
    runs(RUNS),
  );
  // many end well, and every kind of end is among them
  expect(outcomes.get("distribution")).toBeGreaterThan(0.35 * (runs(RUNS).numRuns as number));
  for (const end of [
    "RangeError",
    "SINGULAR_COVARIANCE",
    "CONSTANT_COLUMN",
    "DEPENDENT_COLUMN",
    "SPURIOUS_COMPONENT",
  ]) {
    expect(outcomes.get(end), end).toBeGreaterThan(0);
  }
});

// The search for a start among few rows, from the inside.
import { describe, expect, test } from "vitest";
import { runSync, type Work } from "../src/fit/drive.ts";
import { Em } from "../src/fit/em.ts";
import { startFromPacked } from "../src/fit/moments.ts";
import { withProblem } from "../src/fit/problem.ts";
import { regularisationOf } from "../src/fit/regularisation.ts";
import { movesOf, relocatedBest } from "../src/fit/relocation.ts";
import { spuriousComponents } from "../src/fit/spurious.ts";
import { GaussianMixture } from "../src/index.ts";
import { matrixOf } from "../src/input/data.ts";
import { dataset } from "./support/datasets.ts";

const N = 40;
const D = 2;

/** Two clouds of 20 rows, far apart. */
function clouds(): Float64Array {
  const rows = new Float64Array(N * D);
  for (let n = 0; n < N; n++) {
    rows[n * D] = Math.cos(n * 2.4) * (1 + (n % 7) / 7) + (n < 20 ? 0 : 60);
    rows[n * D + 1] = Math.sin(n * 2.4) * (1 + (n % 5) / 5);
  }
  return rows;
}

/** The classification likelihood of two full components, but for a constant, in textbook arithmetic. */
function criterion(rows: Float64Array, labels: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return [0, 1].reduce((sum, k) => {
    const own = labels.flatMap((label, n) => (label === k ? [n] : []));
    const count = own.reduce((all, n) => all + weights[n], 0);
    const mean = (of: (n: number) => number): number => own.reduce((all, n) => all + weights[n] * of(n), 0) / count;
    const [x, y] = [mean((n) => rows[n * D]), mean((n) => rows[n * D + 1])];
    const xx = mean((n) => (rows[n * D] - x) ** 2);
    const yy = mean((n) => (rows[n * D + 1] - y) ** 2);
    const xy = mean((n) => (rows[n * D] - x) * (rows[n * D + 1] - y));
    return sum + count * (Math.log(count / total) - Math.log(xx * yy - xy * xy) / 2);
  }, 0);
}

/** Works on an Em that has made an M-step from labels. */
function fromLabels<T>(
  rows: Float64Array,
  labels: readonly number[],
  weights: readonly number[],
  work: (em: Em) => Work<T>,
): T {
  const matrix = matrixOf({ data: rows, shape: [N, D] });
  return runSync(
    withProblem(matrix, "full", 2, Float64Array.from(weights), function* (problem) {
      const em = new Em(problem, regularisationOf(problem, 0));
      yield* startFromPacked(em, Float64Array.from(labels.flatMap((label) => (label === 0 ? [1, 0] : [0, 1]))));
      return yield* work(em);
    }),
  );
}

describe("rows relocated one by one", () => {
  const rows = clouds();
  const labels: number[] = Array.from({ length: N }, (_, n) => (n < 20 ? 0 : 1));

  test.each([
    ["equal weights", Array.from({ length: N }, () => 1)],
    ["weights of their own", Array.from({ length: N }, (_, n) => 0.5 + (n % 3))],
  ])("gain what the classification likelihood gains, with %s", (_, weights) => {
    const { moves } = fromLabels(rows, labels, weights, movesOf);
    const before = criterion(rows, labels, weights);
    expect(moves).toHaveLength(N);
    for (const { row, to, gain } of moves) {
      expect(to).toBe(1 - labels[row]);
      const after = criterion(rows, labels.with(row, to), weights) - before;
      // soft counts and hard ones differ by what the clouds share: nothing
      expect(Math.abs(gain - after)).toBeLessThan(1e-9 * Math.abs(before));
    }
  });

  test("stay where none gains", () => {
    const weights = labels.map(() => 1);
    expect(fromLabels(rows, labels, weights, (em) => relocatedBest(em, em.vector.slice()))).toBeUndefined();
  });
});

test("a component of a sample is judged by the rows that it stands for", () => {
  const rows = clouds();
  const labels: number[] = Array.from({ length: N }, (_, n) => (n < 20 ? 0 : 1));
  const spurious = (whole: number | undefined): number[] =>
    fromLabels(
      rows,
      labels,
      labels.map(() => 1),
      // biome-ignore lint/correctness/useYield: nothing heavy
      function* (em) {
        const parameters = em.read();
        // the first one narrow: (3 / 20)² / 10 = 0.00225 is what 20 rows ask for, 0.00002 what 200 do
        parameters.covariances.set([1e-3, 0, 0, 1e-3]);
        return spuriousComponents({ problem: { ...em.problem, whole }, regularisation: em.regularisation }, parameters);
      },
    );
  expect(spurious(undefined)).toEqual([0]);
  expect(spurious(400)).toEqual([]);
});

test("an easy problem is searched less than a rugged one", () => {
  let passes = 0;
  const original = Em.prototype.evaluate;
  Em.prototype.evaluate = function (this: Em) {
    passes++;
    return original.call(this);
  };
  const passesOf = (nComponents: number, covarianceType: "full" | "diag"): number => {
    passes = 0;
    GaussianMixture.fitSync(dataset("iris"), { nComponents, covarianceType, seed: 1 });
    return passes;
  };
  try {
    expect(passesOf(3, "full")).toBeLessThan(1500);
    expect(passesOf(5, "diag")).toBeGreaterThan(2500);
  } finally {
    Em.prototype.evaluate = original;
  }
});

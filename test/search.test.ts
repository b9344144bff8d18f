// The search for a start among few rows, from the inside.
import { afterEach, describe, expect, test, vi } from "vitest";
import { randomState } from "../src/engine/random.ts";
import { runSync, type Work } from "../src/engine/schedule.ts";
import { spuriousComponents } from "../src/fit/diagnosis/spurious.ts";
import { Em } from "../src/fit/em/em.ts";
import { startFromPacked } from "../src/fit/em/first-m-step.ts";
import { regularisationOf } from "../src/fit/em/regularisation.ts";
import { startFromFarRow } from "../src/fit/moves/far-row.ts";
import { movesOf, relocatedBest } from "../src/fit/moves/relocation.ts";
import { attempt, isSound, taken } from "../src/fit/search/contender.ts";
import { evolve } from "../src/fit/search/memetic.ts";
import { Optima } from "../src/fit/search/optima.ts";
import { startBy } from "../src/fit/starts/strategies.ts";
import { type CovarianceType, GaussianMixture } from "../src/index.ts";
import { matrixOf } from "../src/input/data.ts";
import { dataset } from "./support/datasets.ts";
import { withProblem } from "./support/packed.ts";
import type { Shaped } from "./support/problems.ts";
import { counted } from "./support/steps.ts";

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

/** Which cloud each row is of. */
const CLOUD: readonly number[] = Array.from({ length: N }, (_, n) => (n < 20 ? 0 : 1));

/** What becomes of the two clouds' parameters, as the M-step of their labels gives them. */
function fromClouds<T>(work: (em: Em) => Work<T>, covarianceType?: CovarianceType): T {
  const weights = CLOUD.map(() => 1);
  return fromLabels(clouds(), CLOUD, weights, work, covarianceType);
}

/** Works on an Em that has made an M-step from labels. */
function fromLabels<T>(
  rows: Float64Array,
  labels: readonly number[],
  weights: readonly number[],
  work: (em: Em) => Work<T>,
  covarianceType: CovarianceType = "full",
): T {
  const matrix = matrixOf({ data: rows, shape: [N, D] });
  return runSync(
    withProblem(matrix, covarianceType, 2, Float64Array.from(weights), function* (problem) {
      const em = new Em(problem, yield* regularisationOf(problem, 0));
      yield* startFromPacked(em, Float64Array.from(labels.flatMap((label) => (label === 0 ? [1, 0] : [0, 1]))));
      return yield* work(em);
    }),
  );
}

describe("rows relocated one by one", () => {
  const rows = clouds();
  const labels = CLOUD;

  test.each([
    ["equal weights", Array.from({ length: N }, () => 1)],
    ["weights of their own", Array.from({ length: N }, (_, n) => 0.5 + (n % 3))],
  ])("gain what the classification likelihood gains, with %s", (_, weights) => {
    const { moves } = fromLabels(rows, labels, weights, movesOf);
    // rows weigh 1 on average, whatever the unit of their weights
    const unit = N / weights.reduce((sum, weight) => sum + weight, 0);
    const own = weights.map((weight) => weight * unit);
    const before = criterion(rows, labels, own);
    expect([...moves.to]).toEqual(labels.map((label) => 1 - label));
    for (const [row, label] of labels.entries()) {
      const after = criterion(rows, labels.with(row, 1 - label), own) - before;
      // soft counts and hard ones differ by what the clouds share: nothing
      expect(Math.abs(moves.gain[row] - after)).toBeLessThan(1e-9 * Math.abs(before));
    }
  });

  test("stay where none gains", () => {
    const weights = labels.map(() => 1);
    expect(fromLabels(rows, labels, weights, (em) => relocatedBest(em, em.vector.slice()))).toBeUndefined();
  });
});

describe("a component that begins again at a far row, the covariance tied", () => {
  // the last two rows far above the others
  const rows = clouds();
  for (const n of [N - 2, N - 1]) rows.set([30 + n / N, 12], n * D);
  const labels = Array.from({ length: N }, (_, n) => n % 2);
  const weights = labels.map(() => 1);
  const startAt = (rank: number, seed: number): { mean: number[]; rows: number } =>
    fromLabels(
      rows,
      labels,
      weights,
      function* (em) {
        const random = randomState(em.rows.arena, seed);
        yield* startFromFarRow(em, em.vector.slice(), rank, random);
        const start = em.read();
        const k = start.weights.indexOf(Math.min(...start.weights));
        expect(start.weights[0] + start.weights[1]).toBeCloseTo(1, 15);
        const end = yield* attempt(em, () => taken(em, em.vector.slice()), { maxIter: 60 });
        if (end instanceof Error) throw end;
        return { mean: [...start.means.subarray(k * D, (k + 1) * D)], rows: end.vector[k] * N };
      },
      "tied",
    );

  test.each([0, 1])("takes the rows that lie there, of rank %i", (rank) => {
    for (let seed = 0; seed < 4; seed++) {
      const { mean, rows: count } = startAt(rank, seed);
      expect(mean[1]).toBe(12);
      expect(count).toBeCloseTo(2, 3);
    }
  });

  test("takes each row in turn, and the first after the last", () => {
    const means = Array.from({ length: N }, (_, rank) => startAt(rank, 1).mean.join());
    expect(new Set(means).size).toBe(
      new Set(Array.from({ length: N }, (_, n) => rows.slice(n * D, n * D + D).join())).size,
    );
    expect(startAt(N, 1).mean.join()).toBe(means[0]);
  });
});

test("a component with half a row less than its shape asks for is spurious, however wide, and one with more is not", () => {
  /** The first component as wide as the other, with so many rows. */
  const spurious = (count: number, covarianceType: CovarianceType): number[] =>
    fromClouds(function* (em) {
      const parameters = em.read();
      parameters.weights.set([count / N, 1 - count / N]);
      yield* em.write(parameters);
      return spuriousComponents(em, em.read());
    }, covarianceType);
  // rows that a shape asks for: D + 1 for full covariances, 2 for one number a column; a tied one has them all
  for (const [covarianceType, least] of [
    ["full", D + 1],
    ["diag", 2],
    ["spherical", 2],
  ] as const) {
    expect(spurious(least - 0.51, covarianceType), covarianceType).toEqual([0]);
    expect(spurious(least - 0.49, covarianceType), covarianceType).toEqual([]);
    expect(spurious(0, covarianceType), covarianceType).toEqual([]);
  }
  expect(spurious(0.1, "tied")).toEqual([]);
});

test("a component of a sample is judged by the rows that it stands for", () => {
  const spurious = (whole: number | undefined): number[] =>
    fromClouds(function* (em) {
      const parameters = em.read();
      // the first one narrow, and near the other: (3 / 5)² / 10 is what 5 rows ask for, (3 / 50)² / 10 what 50 do
      parameters.weights.set([1 / 8, 7 / 8]);
      parameters.means.set(parameters.means.subarray(D), 0);
      parameters.covariances.set([2e-2, 0, 0, 2e-2].map((share, i) => share * parameters.covariances[D * D + i]));
      return spuriousComponents({ rows: { ...em.rows, whole }, regularisation: em.regularisation }, parameters);
    });
  expect(spurious(undefined)).toEqual([0]);
  expect(spurious(400)).toEqual([]);
});

test("all that a search hands on are at different places, the sound before the spurious", () => {
  const set = dataset("iris");
  const found = runSync(
    withProblem(matrixOf(set), "full", 5, undefined, function* (problem) {
      const em = new Em(problem, yield* regularisationOf(problem, undefined));
      const random = randomState(problem.rows.arena, 3);
      const start = (): Work<void> => startBy("random-from-data", em, random);
      const contenders = yield* evolve(em, 3000, start, random, new Optima());
      return contenders.map((one) => ({ sound: isSound(em, one), objective: one.objective }));
    }),
  );
  expect(found).toHaveLength(10);
  for (let i = 1; i < found.length; i++) {
    expect(Number(found[i].sound)).toBeLessThanOrEqual(Number(found[i - 1].sound));
    if (found[i].sound === found[i - 1].sound) expect(found[i].objective).toBeLessThan(found[i - 1].objective);
  }
});

describe("a search ends", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("an easy problem is searched less than a rugged one", () => {
    const count = counted();
    const passesOf = (nComponents: number, covarianceType: "full" | "diag"): number => {
      count.clear();
      GaussianMixture.fitSync(dataset("iris"), { nComponents, covarianceType, effort: "thorough", seed: 1 });
      return count.passes;
    };
    const easy = passesOf(3, "full");
    expect(easy).toBeGreaterThan(100);
    expect(easy).toBeLessThan(700);
    expect(passesOf(5, "diag")).toBeGreaterThan(10 * easy);
  });

  test("when another place is unlikely enough, however many passes it may take, and not before", () => {
    const count = counted();
    /** Passes and starts of a search that may take so many passes. */
    const spent = (set: Shaped, K: number, covarianceType: "full" | "diag", most: number): [number, number] => {
      count.clear();
      let starts = 0;
      const found = runSync(
        withProblem(matrixOf(set), covarianceType, K, undefined, function* (problem) {
          const em = new Em(problem, yield* regularisationOf(problem, undefined));
          const random = randomState(problem.rows.arena, 3);
          const start = function* (): Work<void> {
            starts++;
            yield* startBy("random-from-data", em, random);
          };
          return yield* evolve(em, most, start, random, new Optima());
        }),
      );
      expect(found.length).toBeGreaterThan(0);
      return [count.passes, starts];
    };
    // one place: ten starts meet there, and four moves lead nowhere else
    const pair = spent({ data: clouds(), shape: [N, D] }, 2, "full", 300_000);
    expect(pair[1]).toBe(10);
    expect(pair[0]).toBeLessThan(14 * 30);
    expect(spent({ data: clouds(), shape: [N, D] }, 2, "full", 3000)).toEqual(pair);
    // a hundred places: a small allowance is used up, and beyond some thousands of passes it does not matter any more
    const iris = dataset("iris");
    // (leaps that are taken back are not counted)
    expect(spent(iris, 5, "diag", 3000)[0]).toBeGreaterThan(2850);
    const whole = spent(iris, 5, "diag", 30_000);
    expect(whole[0]).toBeGreaterThan(3000);
    expect(whole[0]).toBeLessThan(15_000);
    expect(spent(iris, 5, "diag", 300_000)).toEqual(whole);
  });
});

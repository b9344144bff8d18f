// The kernel `climb` against the same steps one by one: parameters, traces, ends, continuations and errors, to the bit.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { randomState } from "../src/engine/random.ts";
import { runSync, type Work } from "../src/engine/schedule.ts";
import { STATE } from "../src/fit/em/climb.ts";
import { Em } from "../src/fit/em/em.ts";
import { type Checkpoint, type IterateSettings, iterate } from "../src/fit/em/iterate.ts";
import { regularisationOf } from "../src/fit/em/regularisation.ts";
import { startBy } from "../src/fit/starts/strategies.ts";
import type { CovarianceType } from "../src/index.ts";
import { matrixOf } from "../src/input/data.ts";
import { withProblem } from "./support/packed.ts";
import { type PlainCheckpoint, type PlainRun, plainClimb } from "./support/plain-climb.ts";
import { clouds, runs, type Shaped, TYPES, uniforms } from "./support/problems.ts";

interface Case {
  readonly set: Shaped;
  readonly type: CovarianceType;
  readonly K: number;
  readonly seed: number;
  readonly weights?: Float64Array | undefined;
  readonly regCovar?: number | undefined;
  readonly settings: IterateSettings;
  /** M-steps of a second climb, which goes on where the first has ended; undefined: there is none. */
  readonly more: number | undefined;
}

type Told = PlainRun["told"];
/** A climb, or its continuation: all that can be told of it, and where the next would begin. */
type Way<C> = (em: Em, settings: IterateSettings, from?: C) => Work<readonly [tale: readonly unknown[], checkpoint: C]>;

const plain: Way<PlainCheckpoint> = function* (em, settings, from) {
  const { vector, trace, told, converged, checkpoint } = yield* plainClimb(em, settings, from);
  const { pass, stop, longest, rate, iteration, leapt, nIterations } = checkpoint;
  const saved = [checkpoint.vector, pass, [longest, rate, ...stop], iteration, [...checkpoint.trace], leapt];
  return [[vector, [...trace], told, converged, nIterations, em.logLikelihood, ...saved], checkpoint];
};

/** @param listens - whether somebody is told of each iteration, which cuts the climb into single passes. */
const inKernel = (listens: boolean): Way<Checkpoint> =>
  function* (em, settings, from) {
    let told: Told = [];
    const onPass = (iteration: number, logLikelihood: number): void => {
      told = [...told, [iteration, logLikelihood]];
    };
    const run = yield* iterate(em, settings, listens ? onPass : undefined, from);
    const checkpoint = run.checkpoint as Checkpoint;
    const { pass, state, iteration, leapt } = checkpoint;
    const { longest, rate, gain, limit, level, checks } = STATE;
    const saved = [
      ...[checkpoint.vector, pass, [longest, rate, gain, limit, level, checks].map((at) => state[at])],
      ...[iteration, [...checkpoint.trace], leapt],
    ];
    const trace = [...run.trace];
    const first = from?.trace.length ?? 0;
    const heard = listens ? told : trace.map((value, i) => [i, value]).slice(first + 1);
    const tale = [em.vector.slice(), trace, heard, run.converged, run.nIterations, em.logLikelihood, ...saved];
    expect(run.logLikelihood).toBe(em.logLikelihood);
    return [tale, checkpoint];
  };

/** What becomes of a climb and its continuation, or the error that they end with. */
function story<C extends { readonly nIterations: number }>(one: Case, way: Way<C>, lazy = true): readonly unknown[] {
  const { set, type, K, seed, weights, regCovar, settings, more } = one;
  const work = withProblem(matrixOf(set), type, K, weights, function* (problem): Work<readonly unknown[]> {
    const em = new Em(problem, yield* regularisationOf(problem, regCovar), lazy);
    yield* startBy("random-from-data", em, randomState(problem.rows.arena, seed));
    const [first, checkpoint] = yield* way(em, settings);
    if (more === undefined) return first;
    const [second] = yield* way(em, { ...settings, maxIter: checkpoint.nIterations + more }, checkpoint);
    return [...first, ...second, em.exact, em.order.state, em.sums];
  });
  try {
    return runSync(work);
  } catch (error) {
    return [error instanceof Error && `${error.name}: ${error.message}`];
  }
}

/** Expects two stories to be the same in every bit. */
function expectSame(actual: readonly unknown[], expected: readonly unknown[]): void {
  // the assertion, which takes ten times as long, is there to tell the difference
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

/** Rows of which many are the same, as they are rounded. */
function tied({ data, shape }: Shaped): Shaped {
  return { data: data.map((value) => Math.round(2 * value) / 2), shape };
}

const CASES: fc.Arbitrary<Case> = fc
  .record({
    N: fc.oneof(fc.integer({ min: 10, max: 200 }), fc.integer({ min: 200, max: 2000 })),
    D: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 5 }) }, { weight: 1, arbitrary: fc.constant(9) }),
    K: fc.integer({ min: 1, max: 9 }),
    type: fc.constantFrom(...TYPES),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
    separation: fc.constantFrom(0, 1, 3, 30, 3000, 1e5),
    hasTies: fc.boolean(),
    isWeighted: fc.boolean(),
    regCovar: fc.constantFrom(undefined, undefined, 0, 0, 0.01),
    tol: fc.constantFrom(0, 1e-3, 1e-7, 1e-12, 1e-16),
    maxIter: fc.constantFrom(0, 1, 2, 3, 4, 7, 20, 61, 300),
    accelerate: fc.constantFrom(true, true, false),
    more: fc.constantFrom(undefined, 0, 0, 1, 2, 30),
  })
  .map(({ N, D, K, seed, separation, hasTies, isWeighted, tol, maxIter, accelerate, ...rest }) => {
    const set = clouds(N, D, K, seed, separation);
    const uniform = uniforms(seed);
    return {
      ...rest,
      ...{ K: Math.min(K, N), seed, set: hasTies ? tied(set) : set },
      weights: isWeighted ? Float64Array.from({ length: N }, () => 0.5 + uniform()) : undefined,
      settings: { tol, maxIter, accelerate },
    };
  });

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a climb in one kernel is the same as its steps one by one, to the bit", () => {
  test("parameters, traces, ends, what a continuation starts from, and errors", () => {
    let [converged, failed, flipped, sorted, raised] = [0, 0, 0, 0, 0];
    fc.assert(
      fc.property(CASES, (one) => {
        const expected = story(one, plain);
        expectSame(story(one, inKernel(false)), expected);
        expectSame(story(one, inKernel(true)), expected);
        if (expected.length === 1) failed++;
        else if (expected[3]) converged++;
        const pass = expected[7] as Checkpoint["pass"] | undefined;
        if (pass?.exact) flipped++;
        if (pass?.order.sorts.length) sorted++;
        if (one.regCovar === undefined && one.set.data.every((value) => value % 0.5 === 0)) raised++;
      }),
      runs(700),
    );
    // each of what a climb may meet is met
    for (const count of [converged, failed, flipped, sorted, raised]) expect(count).toBeGreaterThan(4);
  });

  test.each([
    ["passes", ["hasOwnPasses"]],
    ["passes and M-steps", ["hasOwnPasses", "hasOwnSteps"]],
  ] as const)("also where its %s are made outside", (_, asked) => {
    for (const name of asked) vi.spyOn(Em.prototype, name, "get").mockReturnValue(true);
    fc.assert(
      fc.property(CASES, (one) => {
        expectSame(story(one, inKernel(true)), story(one, plain));
      }),
      runs(200),
    );
  });

  test("also with passes that leave out nothing", () => {
    fc.assert(
      fc.property(CASES, (one) => {
        expectSame(story(one, inKernel(false), false), story(one, plain, false));
      }),
      runs(200),
    );
  });
});

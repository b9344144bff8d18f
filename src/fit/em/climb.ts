// The kernel `climb`: its memory, what it is asked for, and what it asks in return (assembly/climb.ts).
import type { Pointer } from "../../engine/kernels.ts";
import { perform, type Work } from "../../engine/schedule.ts";
import type { Em } from "./em.ts";
import type { Checkpoint, IterateSettings } from "./iterate.ts";

// What a call of the kernel ends with: assembly/climb.ts has the same.
const OVER = 0;
const PASS = 2;
const PASS_OF_LEAP = 3;
const STEP = 4;
const SINGULAR = 5;
const NOT_FINITE = 6;

/** Places of the numbers of a `State`: assembly/climb.ts has all of them, in this order. */
export const STATE = {
  tol: 0,
  maxIter: 1,
  accelerate: 2,
  resumable: 3,
  passesElsewhere: 4,
  stepsElsewhere: 5,
  margin: 6,
  rounding: 7,
  leapAfter: 8,
  sorts: 9,
  passes: 10,
  sortAt: 11,
  sorted: 12,
  mostStrays: 13,
  exact: 14,
  passesBefore: 15,
  sortAtBefore: 16,
  sortedBefore: 17,
  exactBefore: 18,
  longest: 19,
  rate: 20,
  step: 21,
  full: 22,
  halvings: 23,
  rr: 24,
  ss: 25,
  vv: 26,
  gain: 27,
  limit: 28,
  calm: 29,
  level: 30,
  checks: 31,
  stage: 32,
  phase: 33,
  iteration: 34,
  before: 35,
  after: 36,
  objective: 37,
  status: 38,
  traced: 39,
  traces: 40,
  converged: 41,
  leapt: 42,
} as const;
const STATE_LENGTH = 43;

/** Points that a climb keeps: with the last one it can be continued. */
const POINTS = 4;

/** Rounding of nearly singular covariances in the log-likelihood of a row, in units of V (`inflation`): at most 0.12 eps in fits of 10 to 300 rows of as many columns. */
const SINGULAR_ROUNDING = Number.EPSILON / 4;
/** The same where covariances are raised to a floor: at most 1.04 eps across columns that depend on each other. */
const RAISED_ROUNDING = 4 * Number.EPSILON;

/** Multiplications in one call of the kernel, about: half a millisecond, after which others may have their turn. */
const PIECE = 3e5;
/** Passes in one call, at most: each has a number in the trace. */
const MOST_PASSES = 256;

/** What of a run a continuation needs, beside its story. */
export type Origin = Pick<Checkpoint, "vector" | "pass" | "state">;

/** One climb of an Em, in whose arena it lives until that is rewound. */
export class Climb {
  readonly #em: Em;
  readonly #at: Pointer;
  readonly #points: Pointer;
  readonly #state: Pointer;
  readonly #trace: Pointer;
  readonly #lists: Pointer;
  readonly #isElsewhere: boolean;
  readonly #isResumable: boolean;
  /** Passes that a call may make, and multiplications of these. */
  readonly #passes: number;
  readonly #size: number;
  readonly #scratchBytes: number;

  /**
   * @param isHeard - whether somebody is to be told of each iteration.
   * @param from - where to go on from: parameters, rows and homes are there already.
   */
  constructor(em: Em, settings: IterateSettings, isHeard: boolean, from?: Checkpoint) {
    const { rows, form, K, length } = em;
    const { arena, N, D, nTiles, columnVariances } = rows;
    const { maxIter, resumable = true } = settings;
    this.#em = em;
    this.#isElsewhere = em.hasOwnPasses;
    this.#isResumable = resumable;
    const left = maxIter - (from?.iteration ?? 0) + 1;
    const most = Math.min(MOST_PASSES, left, PIECE / (N * K * D * (form.isDense ? D : 1)));
    this.#passes = isHeard || this.#isElsewhere ? 1 : Math.max(1, Math.floor(most));
    this.#size = this.#isElsewhere ? 0 : N * K * D * this.#passes;
    this.#scratchBytes = em.climbScratchBytes;
    this.#at = em.describeClimb();
    this.#points = arena.f64((POINTS + (resumable ? 1 : 0)) * length);
    this.#state = arena.f64(2 * STATE_LENGTH);
    this.#trace = arena.f64(this.#passes + 1);
    this.#lists = arena.i32(resumable ? 2 * nTiles : 0);
    const variances = arena.copyOf(columnVariances);
    arena.kernels.describeMemory(this.#at, this.#points, variances, this.#state, this.#trace, this.#lists, length);
    this.#begin(settings, from);
    this.#tell();
  }

  get #numbers(): Float64Array {
    return this.#em.rows.arena.viewF64(this.#state, STATE_LENGTH);
  }

  #begin({ tol, maxIter, accelerate }: IterateSettings, from?: Checkpoint): void {
    const em = this.#em;
    const { rows, family, margin, regularisation } = em;
    const state = this.#numbers;
    if (from) state.set(from.state);
    else {
      state.fill(0);
      state[STATE.longest] = state[STATE.rate] = 1;
      state[STATE.gain] = state[STATE.limit] = Infinity;
      state[STATE.level] = -Infinity;
    }
    state[STATE.tol] = tol * rows.totalWeight;
    state[STATE.maxIter] = maxIter;
    state[STATE.accelerate] = Number(accelerate && family.isAffine);
    state[STATE.resumable] = Number(this.#isResumable);
    state[STATE.passesElsewhere] = Number(this.#isElsewhere);
    state[STATE.stepsElsewhere] = Number(em.hasOwnSteps);
    state[STATE.margin] = margin;
    state[STATE.rounding] = (regularisation.floor ? RAISED_ROUNDING : SINGULAR_ROUNDING) * rows.totalWeight;
    state[STATE.leapAfter] = from?.leapt ? from.iteration + 1 : -1;
    // one lucky check, or none, under another tolerance
    state[STATE.calm] = Number(state[STATE.limit] < state[STATE.tol]);
    state[STATE.stage] = state[STATE.phase] = 0;
    state[STATE.traces] = from?.trace.length ?? 0;
  }

  /** What was maximised at the beginning and after each iteration, from the last call of {@link goOn} on. A view: use it at once. */
  get traced(): Float64Array {
    return this.#em.rows.arena.viewF64(this.#trace, this.#numbers[STATE.traced]);
  }

  /** M-steps so far, those before a continuation included. */
  get iteration(): number {
    return this.#numbers[STATE.iteration];
  }

  /** Whether the climb has ended as little was left to gain; and if so, with a leap. */
  get converged(): boolean {
    return this.#numbers[STATE.converged] > 0;
  }

  get leapt(): boolean {
    return this.#numbers[STATE.leapt] > 0;
  }

  /** Where a continuation begins, and how much of the trace lies before. */
  get origin(): (Origin & { readonly iteration: number; readonly traces: number }) | undefined {
    if (!this.#isResumable) return undefined;
    const em = this.#em;
    const { length } = em;
    const { arena, nTiles } = em.rows;
    const state = arena.readF64(this.#state + STATE_LENGTH * 8, STATE_LENGTH);
    const sorts = em.sorts.slice(0, state[STATE.sortedBefore]);
    const homes = arena.viewI32(this.#lists + nTiles * 4, nTiles).slice();
    const order = { passes: state[STATE.passesBefore], sortAt: state[STATE.sortAtBefore], homes, sorts };
    return {
      vector: arena.readF64(this.#points + POINTS * length * 8, length),
      pass: { order, exact: state[STATE.exactBefore] > 0 },
      state,
      iteration: state[STATE.iteration],
      traces: state[STATE.traces] - 1,
    };
  }

  /**
   * Goes on for some passes, or until something is to be done here, and does it.
   *
   * @returns whether the climb is over.
   * @throws {MixtureError} `NOT_FINITE` if the log-likelihood overflows, `SINGULAR_COVARIANCE` if a covariance is not positive definite.
   */
  *goOn(): Work<boolean> {
    const em = this.#em;
    const { arena } = em.rows;
    const results = new Float64Array(1);
    const scratchBytes = this.#scratchBytes;
    const args = (): readonly number[] => [this.#at, this.#passes];
    yield* perform(this.#size, { arena, kernel: "climb", groups: 1, args, scratchBytes, results });
    const [asked] = results;
    const state = this.#numbers;
    if (!this.#isElsewhere) {
      const [passes, sortAt, exact] = [state[STATE.passes], state[STATE.sortAt], state[STATE.exact] > 0];
      em.arrive({ passes, sortAt, exact }, asked === OVER ? state[STATE.objective] : undefined);
    }
    if (asked === PASS || asked === PASS_OF_LEAP) yield* this.#pass(asked === PASS_OF_LEAP);
    else if (asked === STEP) em.maximiseOnly();
    else if (asked === SINGULAR) em.check(state[STATE.status]);
    else if (asked === NOT_FINITE) throw em.notFinite(state[STATE.objective]);
    return asked === OVER;
  }

  /** A pass here: over rows in groups, or sorted anew, or with what the kernel knows nothing of. */
  *#pass(isLeap: boolean): Work<void> {
    const em = this.#em;
    const { arena, nTiles } = em.rows;
    // nobody has changed the parameters before the first
    if (this.#numbers[STATE.phase] > 0) em.moved();
    const isValid = !isLeap || (yield* em.isValid());
    const objective = isValid ? yield* em.evaluate() : Number.NaN;
    const state = this.#numbers;
    state[STATE.objective] = objective;
    state[STATE.status] = Number(!isValid);
    this.#tell();
    if (!this.#isResumable || !isValid) return;
    const { order, exact } = em.state;
    state[STATE.passesBefore] = order.passes;
    state[STATE.sortAtBefore] = order.sortAt;
    state[STATE.sortedBefore] = order.sorts.length;
    state[STATE.exactBefore] = Number(exact);
    arena.viewI32(this.#lists, nTiles).set(order.homes);
  }

  /** Tells the kernel how rows lie. */
  #tell(): void {
    const state = this.#numbers;
    const { pays, passes, sortAt, sorted, mostStrays, exact } = this.#em.standing;
    state[STATE.sorts] = Number(pays);
    state[STATE.passes] = passes;
    state[STATE.sortAt] = sortAt;
    state[STATE.sorted] = sorted;
    state[STATE.mostStrays] = mostStrays;
    state[STATE.exact] = Number(exact);
  }
}

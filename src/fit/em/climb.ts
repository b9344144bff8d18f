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

// Flags, which add up: assembly/climb.ts has the same.
const ACCELERATED = 1;
const RESUMABLE = 2;
const PASSES_ELSEWHERE = 4;
const STEPS_ELSEWHERE = 8;
const SORTED = 16;

/** Places of the numbers of a `State`: assembly/climb.ts has all of them, in this order. */
export const STATE = {
  tol: 0,
  maxIter: 1,
  margin: 2,
  rounding: 3,
  leapAfter: 4,
  passes: 5,
  sortAt: 6,
  sorted: 7,
  mostStrays: 8,
  exact: 9,
  passesBefore: 10,
  sortAtBefore: 11,
  sortedBefore: 12,
  exactBefore: 13,
  longest: 14,
  rate: 15,
  step: 16,
  full: 17,
  halvings: 18,
  rr: 19,
  ss: 20,
  vv: 21,
  gain: 22,
  limit: 23,
  calm: 24,
  level: 25,
  checks: 26,
  iteration: 27,
  before: 28,
  after: 29,
  objective: 30,
  status: 31,
  traced: 32,
  traces: 33,
  converged: 34,
  leapt: 35,
} as const;
const STATE_LENGTH = 36;

/** Points that a climb keeps: with the last one it can be continued. */
const POINTS = 4;

/** Rounding of nearly singular covariances in the log-likelihood of a row, in units of V (`inflation`): at most 0.12 eps in fits of 10 to 300 rows of as many columns. */
const SINGULAR_ROUNDING = Number.EPSILON / 4;
/** The same where covariances are raised to a floor: at most 1.04 eps across columns that depend on each other. */
const RAISED_ROUNDING = 4 * Number.EPSILON;

/** Multiplications in one call of the kernel, about: half a millisecond, after which others may have their turn. */
const PIECE = 3e5;
/** The same where the kernel runs beside this thread: 20 milliseconds. */
const WHOLE_PIECE = 1.2e7;
/** Passes in one call, at most: each has a number in the trace. */
const MOST_PASSES = 256;

/** How a climb has ended. */
export interface End {
  /** Whether little was left to gain. */
  readonly converged: boolean;
  /** M-steps, those before a continuation included. */
  readonly nIterations: number;
  /** What was maximised, at the beginning and after each iteration. */
  readonly trace: Float64Array;
  readonly checkpoint: Checkpoint | undefined;
}

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
  /** Passes of a call that a worker makes, beside this thread. */
  readonly #wholePasses: number;
  readonly #size: number;
  readonly #asked = new Float64Array(1);
  readonly #traces: Float64Array[] = [];
  /** M-steps before the continuation, if it is one. */
  readonly #first: number;

  /**
   * @param isHeard - whether somebody is to be told of each iteration.
   * @param from - where to go on from: parameters, rows and homes are there already.
   */
  constructor(em: Em, settings: IterateSettings, isHeard: boolean, from?: Checkpoint) {
    const { rows, form, K, length } = em;
    const { arena, N, D, nTiles } = rows;
    this.#em = em;
    this.#isElsewhere = em.hasOwnPasses;
    this.#isResumable = settings.resumable !== false;
    const left = settings.maxIter - (from?.iteration ?? 0) + 1;
    const isSingle = isHeard || this.#isElsewhere;
    const passesOf = (multiplications: number): number => {
      const most = Math.floor(multiplications / (N * K * D * (form.isDense ? D : 1)));
      return isSingle ? 1 : Math.max(1, Math.min(MOST_PASSES, left, most));
    };
    this.#passes = passesOf(PIECE);
    this.#wholePasses = passesOf(WHOLE_PIECE);
    this.#size = this.#isElsewhere ? 0 : N * K * D * this.#passes;
    this.#at = em.describeClimb();
    this.#points = arena.f64((POINTS + Number(this.#isResumable)) * length);
    this.#state = arena.f64(2 * STATE_LENGTH);
    this.#trace = arena.f64(this.#wholePasses + 1);
    this.#lists = arena.i32(2 * nTiles);
    const variances = arena.copyOf(rows.columnVariances);
    const flags =
      (settings.accelerate && em.family.isAffine ? ACCELERATED : 0) |
      (this.#isResumable ? RESUMABLE : 0) |
      (this.#isElsewhere ? PASSES_ELSEWHERE : 0) |
      (em.hasOwnSteps ? STEPS_ELSEWHERE : 0) |
      (em.order.pays ? SORTED : 0);
    const [points, state, trace, lists] = [this.#points, this.#state, this.#trace, this.#lists];
    arena.kernels.describeMemory(this.#at, points, variances, state, trace, lists, length, flags);
    this.#first = from?.trace.length ?? 0;
    if (from) this.#traces.push(from.trace);
    this.#begin(settings, from);
  }

  get #numbers(): Float64Array {
    return this.#em.rows.arena.viewF64(this.#state, STATE_LENGTH);
  }

  #begin({ tol, maxIter }: IterateSettings, from?: Checkpoint): void {
    const em = this.#em;
    const { rows, regularisation } = em;
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
    state[STATE.margin] = em.margin;
    state[STATE.rounding] = (regularisation.floor ? RAISED_ROUNDING : SINGULAR_ROUNDING) * rows.totalWeight;
    state[STATE.leapAfter] = from?.leapt ? from.iteration + 1 : -1;
    // a check may have met the tolerance of now, though not that of before
    state[STATE.calm] = Number(state[STATE.limit] < state[STATE.tol]);
    state[STATE.traces] = this.#first;
    this.#tell(state);
  }

  /** Tells the kernel how rows lie. */
  #tell(state: Float64Array): void {
    const { order, exact } = this.#em;
    state[STATE.passes] = order.passes;
    state[STATE.sortAt] = order.sortAt;
    state[STATE.sorted] = order.sorts.length;
    state[STATE.mostStrays] = order.mostStrays;
    state[STATE.exact] = Number(exact);
  }

  /**
   * Goes on for some passes, or until something is to be done here, and does it.
   *
   * @param onPass - told of each iteration.
   * @returns whether the climb is over.
   * @throws {MixtureError} `NOT_FINITE` if the log-likelihood overflows, `SINGULAR_COVARIANCE` if a covariance is not positive definite.
   */
  *goOn(onPass: ((iteration: number, logLikelihood: number) => void) | undefined): Work<boolean> {
    const em = this.#em;
    const { arena } = em.rows;
    const [args, results, scratchBytes] = [() => [this.#at, this.#passes], this.#asked, em.climbScratchBytes];
    const wholeArgs = (): readonly number[] => [this.#at, this.#wholePasses];
    yield* perform(this.#size, { arena, kernel: "climb", groups: 1, args, wholeArgs, scratchBytes, results });
    const state = this.#numbers;
    const asked = results[0];
    const objective = state[STATE.objective];
    if (!this.#isElsewhere) {
      em.order.passes = state[STATE.passes];
      em.order.sortAt = state[STATE.sortAt];
      em.exact = state[STATE.exact] > 0;
      if (asked === OVER) em.arrive(objective);
    }
    const trace = arena.readF64(this.#trace, state[STATE.traced]);
    this.#traces.push(trace);
    if (onPass) this.#report(trace, state[STATE.traces] - trace.length, onPass);
    if (asked === PASS || asked === PASS_OF_LEAP) yield* this.#pass(asked === PASS_OF_LEAP);
    else if (asked === STEP) em.maximiseOnly();
    else if (asked === SINGULAR) em.check(state[STATE.status]);
    else if (asked === NOT_FINITE) throw em.notFinite(objective);
    return asked === OVER;
  }

  /** @param first - the number of M-steps before the first of the trace. */
  #report(trace: Float64Array, first: number, onPass: (iteration: number, logLikelihood: number) => void): void {
    const { logLikelihood, regularisation } = this.#em;
    trace.forEach((objective, i) => {
      // the first of all belongs to no M-step, or to one that was told before
      if (first + i > this.#first) onPass(first + i, regularisation.prior ? logLikelihood : objective);
    });
  }

  /** A pass here: over rows in groups, or sorted anew, or with what the kernel knows nothing of. */
  *#pass(isLeap: boolean): Work<void> {
    const em = this.#em;
    const { arena, nTiles } = em.rows;
    // before the first pass nobody has changed the parameters
    if (this.#numbers[STATE.traces] > this.#first) em.moved();
    const isValid = !isLeap || (yield* em.isValid());
    const objective = isValid ? yield* em.evaluate() : Number.NaN;
    const state = this.#numbers;
    state[STATE.objective] = objective;
    state[STATE.status] = Number(!isValid);
    this.#tell(state);
    if (!this.#isResumable || !isValid) return;
    const { order, exact } = em.state;
    state[STATE.passesBefore] = order.passes;
    state[STATE.sortAtBefore] = order.sortAt;
    state[STATE.sortedBefore] = order.sorts.length;
    state[STATE.exactBefore] = Number(exact);
    arena.viewI32(this.#lists, nTiles).set(order.homes);
  }

  /** M-steps so far, those before a continuation included. */
  get iteration(): number {
    return this.#numbers[STATE.iteration];
  }

  /** What is maximised, as the last pass found it; undefined before the first. */
  get objective(): number | undefined {
    return this.#traces.at(-1)?.at(-1);
  }

  /** How it has ended, once it is over, or how far it is. */
  get end(): End {
    const state = this.#numbers;
    const trace = joined(this.#traces);
    const [nIterations, leapt] = [state[STATE.iteration], state[STATE.leapt] > 0];
    const checkpoint = this.#isResumable ? { ...this.#checkpoint(trace), nIterations, leapt } : undefined;
    return { trace, converged: state[STATE.converged] > 0, nIterations, checkpoint };
  }

  #checkpoint(trace: Float64Array): Omit<Checkpoint, "nIterations" | "leapt"> {
    const { length, order, rows } = this.#em;
    const { arena, nTiles } = rows;
    const state = arena.readF64(this.#state + STATE_LENGTH * 8, STATE_LENGTH);
    const before = {
      passes: state[STATE.passesBefore],
      sortAt: state[STATE.sortAtBefore],
      homes: arena.viewI32(this.#lists + nTiles * 4, nTiles).slice(),
      sorts: order.sorts.slice(0, state[STATE.sortedBefore]),
    };
    return {
      vector: arena.readF64(this.#points + POINTS * length * 8, length),
      pass: { order: before, exact: state[STATE.exactBefore] > 0 },
      state,
      iteration: state[STATE.iteration],
      trace: trace.slice(0, state[STATE.traces] - 1),
    };
  }
}

/** The pieces one after the other. */
function joined(pieces: readonly Float64Array[]): Float64Array {
  if (pieces.length === 1) return pieces[0];
  const all = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

// A whole climb of EM: passes, M-steps, leaps, and the rule that ends it, one after the other without leaving the module. What
// takes other threads, or other arithmetic, the host does in between: it is asked, and the climb goes on from there.
//
// A cycle is an M-step and a pass, then a second M-step, the leap through both (SQUAREM, scheme S3: Varadhan & Roland 2008,
// Scand. J. Statist. 35:335) and a pass. A leap that lands outside the parameters, or lower than it left, is taken back for the second
// plain step. It runs on weights, means and covariances as they are: the combination's coefficients sum to 1, so covariances stay
// symmetric and weights nearly normalised; positivity is checked.
import { accumulate } from "./accumulate";
import { Climb, Model, Rows } from "./descriptors";
import { raiseCovariances } from "./floor";
import { laneSum } from "./lanes";
import { DIAG, SPHERICAL, TIED, triangleLength } from "./layout";
import { factorise, maximise, tiedScatter } from "./maximise";
import { relate } from "./reach";
import { extrapolate, naturalScale, stepSquares } from "./squarem";

// What a call ends with. The host has the same: src/fit/em/climb.ts.

/** The climb is over. */
// @ts-ignore: decorator
@inline export const OVER: i32 = 0;
/** As many passes were made as the call may make. */
// @ts-ignore: decorator
@inline export const PAUSE: i32 = 1;
/** The host is to make a pass; or one at parameters that may be none. */
// @ts-ignore: decorator
@inline export const PASS: i32 = 2;
// @ts-ignore: decorator
@inline export const PASS_OF_LEAP: i32 = 3;
/** The host is to make an M-step. */
// @ts-ignore: decorator
@inline export const STEP: i32 = 4;
/** A covariance is not positive definite: of the component before `status`. */
// @ts-ignore: decorator
@inline export const SINGULAR: i32 = 5;
/** The log-likelihood, `objective`, has overflowed. */
// @ts-ignore: decorator
@inline export const NOT_FINITE: i32 = 6;

// Flags. The host has the same: src/fit/em/climb.ts.

/** Leaps are made. */
// @ts-ignore: decorator
@inline export const ACCELERATED: i32 = 1;
/** A continuation is wanted. */
// @ts-ignore: decorator
@inline export const RESUMABLE: i32 = 2;
/** The host makes passes; M-steps; sorts rows before the pass of number `sortAt`, which it makes. */
// @ts-ignore: decorator
@inline export const PASSES_ELSEWHERE: i32 = 4;
// @ts-ignore: decorator
@inline export const STEPS_ELSEWHERE: i32 = 8;
// @ts-ignore: decorator
@inline export const SORTED: i32 = 16;

// Stages: what comes next.
// @ts-ignore: decorator
@inline const TO_PASS: i32 = 0;
// @ts-ignore: decorator
@inline const PASSED: i32 = 1;
// @ts-ignore: decorator
@inline const TO_STEP: i32 = 2;
// @ts-ignore: decorator
@inline const STEPPED: i32 = 3;
// @ts-ignore: decorator
@inline const ENDED: i32 = 4;

// Phases: where in a cycle the pass at hand, or the M-step before it, stands.
/** Before the first cycle. */
// @ts-ignore: decorator
@inline const FIRST: i32 = 0;
/** After the first M-step. */
// @ts-ignore: decorator
@inline const PLAIN: i32 = 1;
/** After the leap. */
// @ts-ignore: decorator
@inline const LEAP: i32 = 2;
/** After the second M-step, in place of a leap. */
// @ts-ignore: decorator
@inline const BACK: i32 = 3;

/** How much the longest step grows when it was taken, and shrinks when it failed (Varadhan & Roland 2008, section 6.2). */
// @ts-ignore: decorator
@inline const STEP_FACTOR: f64 = 4;
/** A step that leaves the parameter space is halved towards the plain one this often before the plain one is taken. */
// @ts-ignore: decorator
@inline const HALVINGS: i32 = 4;
/** How often larger the total scatter may be than the tied one before the shortcut would cost more than four digits. */
// @ts-ignore: decorator
@inline const TIED_RATIO: f64 = 1e4;
/** Below this a log-likelihood contains a row that no component explains: a distance has overflowed. */
// @ts-ignore: decorator
@inline const LOWEST: f64 = -1e300;
// @ts-ignore: decorator
@inline const EPSILON: f64 = 2.220446049250313e-16;
/** Sums of N terms differ by this share of themselves when the terms change in the last place: below it, a gain is rounding. */
// @ts-ignore: decorator
@inline const ROUNDING: f64 = 8 * EPSILON;
/** Checks in a row that leave the log-likelihood where it was, but for the rounding of nearly singular covariances, until it counts as still. */
// @ts-ignore: decorator
@inline const WAVERING: i32 = 3;

/** What a climb is at. Unmanaged: every field is 8 bytes, in this order, which the host has as well (src/fit/em/climb.ts). */
@unmanaged
export class State {
  // What the host asks for.
  /** In total log-likelihood: where less is left to gain the climb ends; 0: never. */
  tol: f64;
  /** M-steps that may be taken, those before a continuation included. */
  maxIter: f64;
  /** See `accumulate`. */
  margin: f64;
  /** Rounding of nearly singular covariances in the log-likelihood, in units of `inflation`. */
  rounding: f64;
  /** M-steps after which there is a leap although no iteration is left after it: a run from which this one goes on has made it. */
  leapAfter: f64;

  // How rows lie (src/fit/em/row-order.ts).
  /** Passes since the start, and before which of them the host sorts rows next. */
  passes: f64;
  sortAt: f64;
  /** How often rows were sorted. */
  sorted: f64;
  /** Rows that may stray before it pays to sort again. */
  mostStrays: f64;
  /** Tied, not 0: sums are about the means. */
  exact: f64;
  /** The same before the last pass. */
  passesBefore: f64;
  sortAtBefore: f64;
  sortedBefore: f64;
  exactBefore: f64;

  // Leaps.
  /** The longest step that is allowed. */
  longest: f64;
  /** The share of the gain of one plain step that the next would bring, as the last cycle saw it; 1 before the first. */
  rate: f64;
  /** The present step, whether it was the longest, and how often it was halved. */
  step: f64;
  full: f64;
  halvings: f64;
  /** Of the steps: see `stepSquares`. */
  rr: f64;
  ss: f64;
  vv: f64;

  // The rule that ends the climb.
  /** The last gain of a plain step. */
  gain: f64;
  /** The tolerance that the last check would just not have met. */
  limit: f64;
  /** Checks in a row that have met the tolerance. */
  calm: f64;
  /** Where the log-likelihood was when it last moved, and how many checks it has been there since. */
  level: f64;
  checks: f64;

  // Where the climb is.
  /** M-steps so far. */
  iteration: f64;
  /** What is maximised: at the start of the cycle, and after its first step. */
  before: f64;
  after: f64;
  /** What the last pass found, and 0; or 1 + the component whose covariance was not positive definite, or any other number if parameters were none. */
  objective: f64;
  status: f64;
  /** Numbers in the trace: of this call, and of all. */
  traced: f64;
  traces: f64;
  /** Not 0: the climb has ended by the rule; with a leap. */
  converged: f64;
  leapt: f64;
}

/** Bytes of a `State`. */
// @ts-ignore: decorator
@inline const STATE_BYTES: usize = offsetof<State>();

/**
 * EM from the parameters as they are until less than `tol` is left to gain, `maxIter` M-steps are made, or the host is needed:
 * called again, it goes on where it was.
 *
 * climb    its state in/out; its model's parameters, stats and homes in/out.
 * passes   that this call may make, at least 1; the trace has room for one number more.
 * scratch  the largest of `passScratchBytes`, `raiseScratchBytes` and the scratch of `factorise` and `relate`.
 * result   what it ended with, as above. Asked for a pass, the host writes `objective` and `status`, for a leap's a status that is not 0
 *          where parameters are none; and what else a pass changes: `passes`, `sortAt`, `sorted`, `mostStrays` and `exact`, and all as they were before it.
 */
export function climb(climb: usize, passes: i32, scratch: usize): i32 {
  const way = changetype<Climb>(climb);
  const state = changetype<State>(way.state);
  state.traced = 0;
  while (way.stage != ENDED) {
    if (way.stage == TO_STEP) {
      way.stage = STEPPED;
      if (way.flags & STEPS_ELSEWHERE) return STEP;
      maximise(way.model, way.stats, way.reg, way.ridge);
      if (way.floor) raiseCovariances(way.model, way.floor, scratch);
    }
    if (way.stage == STEPPED) stepped(way, state, scratch);
    if (way.stage == TO_PASS) {
      const elsewhere = (way.flags & PASSES_ELSEWHERE) != 0 || ((way.flags & SORTED) != 0 && state.passes == state.sortAt);
      if (!elsewhere && passes-- <= 0) return PAUSE;
      way.stage = PASSED;
      if (elsewhere) return way.phase == LEAP ? PASS_OF_LEAP : PASS;
      const failure = pass(way, state, scratch);
      if (failure) return failure;
    }
    passed(way, state, scratch);
  }
  return OVER;
}

/** E-step and sums. Result: 0, or the failure that ends the climb. */
function pass(way: Climb, state: State, scratch: usize): i32 {
  const model = changetype<Model>(way.model);
  const D = model.D, K = model.K;
  const isLeap = way.phase == LEAP;
  if (isLeap && !hasWeights(model)) {
    state.status = 1;
    return 0;
  }
  const status = factorise(way.model, 0, K, <f64>D * EPSILON, scratch);
  state.status = status;
  if (status) return isLeap ? 0 : SINGULAR;
  if (model.reach) relate(way.model, 0, K, state.margin, scratch);
  const objective = sums(way, state, scratch);
  state.objective = objective;
  if (way.flags & SORTED) {
    ++state.passes;
    // every sort waits twice as long as the one before: their number grows with the logarithm of the passes
    if (state.passes >= state.sortAt * 2 && load<f64>(way.stats, 16) > state.mostStrays) state.sortAt = state.passes;
  }
  return objective > LOWEST && objective < Infinity ? 0 : NOT_FINITE;
}

function hasWeights(model: Model): bool {
  for (let k: usize = 0; k < <usize>model.K; ++k) if (!(load<f64>(model.weights + (k << 3)) >= 0)) return false;
  return true;
}

/** Sums of all tiles; where the tied scatter is too small beside the total one, again, without the shortcut. Result: the log-likelihood. */
function sums(way: Climb, state: State, scratch: usize): f64 {
  const rows = changetype<Rows>(way.rows);
  const tiles = (rows.N + rows.T - 1) / rows.T;
  let enough = false;
  while (!enough) {
    if (way.flags & RESUMABLE) {
      state.passesBefore = state.passes;
      state.sortAtBefore = state.sortAt;
      state.sortedBefore = state.sorted;
      state.exactBefore = state.exact;
      memory.copy(way.lists, way.homes, <usize>tiles << 2);
    }
    accumulate(way.rows, way.model, 0, tiles, way.homes, way.stats, <i32>state.exact, state.margin, scratch);
    enough = !way.total || state.exact != 0 || !(tiedScatter(way.model, way.stats, way.total) > TIED_RATIO);
    if (!enough) state.exact = 1;
  }
  return laneSum(v128.load(way.stats));
}

/** After an M-step. */
function stepped(way: Climb, state: State, scratch: usize): void {
  way.stage = TO_PASS;
  if (way.phase != LEAP) return;
  const bytes = <usize>way.length << 3;
  const scale = way.points;
  const start = scale + bytes;
  const once = start + bytes;
  const twice = once + bytes;
  memory.copy(twice, changetype<Model>(way.model).weights, bytes);
  stepSquares(start, once, twice, scale, way.state + offsetof<State>("rr"), way.length);
  // |r| / |v| with r the first step and v the change of step, between 1 (the plain step) and the longest allowed
  state.rate = state.rr > 0 ? min(1, state.ss / state.rr) : 0;
  state.step = state.vv > 0 ? max(1, min(state.longest, Math.sqrt(state.rr / state.vv))) : 1;
  state.full = f64(state.step == state.longest);
  state.halvings = 0;
  leap(way, state, scratch);
}

/** To the point of the present step, or back to the second plain one. */
function leap(way: Climb, state: State, scratch: usize): void {
  way.stage = TO_PASS;
  if (!(state.step > 1 && state.halvings < HALVINGS)) return goBack(way, state);
  const model = changetype<Model>(way.model);
  const bytes = <usize>way.length << 3;
  const start = way.points + bytes;
  extrapolate(start, start + bytes, start + 2 * bytes, model.weights, model.K, way.length, state.step);
  if (way.floor) raiseCovariances(way.model, way.floor, scratch);
}

/** In place of a leap the second plain step. */
function goBack(way: Climb, state: State): void {
  way.phase = BACK;
  way.stage = TO_PASS;
  if (state.step > 1) {
    state.longest = max(1, state.longest / STEP_FACTOR);
    const bytes = <usize>way.length << 3;
    memory.copy(changetype<Model>(way.model).weights, way.points + 3 * bytes, bytes);
  } else if (state.full) state.longest *= STEP_FACTOR;
}

/** After a pass. */
function passed(way: Climb, state: State, scratch: usize): void {
  const phase = way.phase;
  if (phase == PLAIN) return firstStepDone(way, state);
  if (phase == LEAP) {
    if (state.status) {
      ++state.halvings;
      state.step = (state.step + 1) / 2;
      return leap(way, state, scratch);
    }
    if (!(state.objective >= state.after)) return goBack(way, state);
    if (state.full && state.halvings == 0) state.longest *= STEP_FACTOR;
  }
  if (phase == FIRST) {
    trace(way, state);
    if (way.flags & ACCELERATED) naturalScale(changetype<Model>(way.model), way.variances, way.points);
  } else {
    ++state.iteration;
    trace(way, state);
    const still = isStill(state.after, state.objective) && !isStill(state.before, state.after);
    state.leapt = state.converged = f64(still && state.tol > 0);
  }
  nextCycle(way, state);
}

function firstStepDone(way: Climb, state: State): void {
  ++state.iteration;
  state.after = state.objective;
  trace(way, state);
  state.converged = f64(isReached(way, state));
  if (!state.converged && way.flags & ACCELERATED) {
    // a longer run would leap here, and differ from now on; the run that this one goes on from may have done so
    if (state.iteration + 1 >= state.maxIter && state.iteration != state.leapAfter) return beginCycle(way, state);
    keep(way, 2);
    way.phase = LEAP;
    way.stage = TO_STEP;
    return;
  }
  nextCycle(way, state);
}

/** Remembers where a continuation would begin, and begins the next cycle; unless the climb has ended. */
function nextCycle(way: Climb, state: State): void {
  if (!state.converged && way.flags & RESUMABLE) {
    keep(way, 4);
    memory.copy(way.state + STATE_BYTES, way.state, STATE_BYTES);
    const rows = changetype<Rows>(way.rows);
    const bytes = <usize>((rows.N + rows.T - 1) / rows.T) << 2;
    memory.copy(way.lists + bytes, way.lists, bytes);
  }
  beginCycle(way, state);
}

function beginCycle(way: Climb, state: State): void {
  if (state.converged || state.iteration >= state.maxIter) {
    way.stage = ENDED;
    return;
  }
  state.before = state.objective;
  if (way.flags & ACCELERATED) keep(way, 1);
  way.phase = PLAIN;
  way.stage = TO_STEP;
}

/** Keeps the parameters as one of the points. */
function keep(way: Climb, point: i32): void {
  const bytes = <usize>way.length << 3;
  memory.copy(way.points + <usize>point * bytes, changetype<Model>(way.model).weights, bytes);
}

function trace(way: Climb, state: State): void {
  store<f64>(way.trace + (<usize>state.traced << 3), state.objective);
  ++state.traced;
  ++state.traces;
}

/** Whether a step changed the log-likelihood by no more than rounding. */
function isStill(before: f64, after: f64): bool {
  return Math.abs(after - before) <= ROUNDING * Math.abs(after);
}

/**
 * Whether what is left to gain is estimated below `tol`, after a plain step.
 *
 * Plain EM gains in a geometric series near an optimum, so what is left after a gain g that was a times the one before is
 * g a / (1 - a) (Aitken; Böhning et al. 1994, Ann. Inst. Stat. Math. 46). A slow climb is thus not taken for a summit.
 */
function isReached(way: Climb, state: State): bool {
  const before = state.before, after = state.after;
  const last = state.gain;
  // with a constant added to the variances EM may climb down: what counts is how far it still goes
  const gain = Math.abs(after - before);
  const ratio = way.flags & ACCELERATED ? state.rate : gain / last;
  // one component has every row whatever its parameters: the first step is the answer, the second free of a far mean's rounding
  const done = changetype<Model>(way.model).K == 1 && last < Infinity;
  const moved = last < Infinity && last > ROUNDING * Math.abs(after);
  state.gain = gain;
  const left = ratio < 1 ? (gain * ratio) / (1 - ratio) : Infinity;
  const still = isStill(before, after);
  state.limit = still ? -1 : max(left, gain);
  // one lucky ratio is not a series: it must hold twice; and who has not moved yet may be on a saddle
  state.calm = state.limit < state.tol ? state.calm + 1 : 0;
  const wavers = isWavering(way, state);
  return (done || (still && moved) || state.calm >= 2 || wavers) && state.tol > 0;
}

/**
 * Whether all that changes the log-likelihood is the rounding of covariances. Each entry is right to eps of its two standard
 * deviations; with V = Σ_d Σ_dd (Σ⁻¹)_dd that moves log |Σ| by some eps V, and the log-likelihood of each row by as much
 * where regularisation alone keeps the covariance up, so that the likelihood does not rest at its top. A fall, which EM does
 * not make, is the sign to look.
 */
function isWavering(way: Climb, state: State): bool {
  const after = state.after;
  if (!(after > state.level) || state.checks > 0) {
    // a tied scatter that is what others leave of the total one is rounded in units of that
    const least = way.total && !state.exact ? way.variances : 0;
    const isLevel = Math.abs(after - state.level) <= state.rounding * inflation(changetype<Model>(way.model), least);
    state.checks = isLevel ? state.checks + 1 : 0;
  }
  if (state.checks == 0) state.level = after;
  return state.checks >= WAVERING;
}

/**
 * Σ_k π_k Σ_d v_d (Σ_k⁻¹)_dd: by how much rounding of the covariances, in units of the variances v, is magnified in log |Σ_k|. D
 * where columns are independent, more the closer they are to depending on each other.
 *
 * model   its factor, weights and cov count.
 * least   [D] f64, in: what v_d is at least, beside (Σ_k)_dd; 0 if nothing.
 */
export function inflation(model: Model, least: usize): f64 {
  const type = model.type, D = model.D;
  if (type == DIAG || type == SPHERICAL) return <f64>D;
  const matrices = type == TIED ? 1 : model.K;
  const rowBytes = <usize>D << 3;
  let cov = model.cov;
  let factor = model.factor;
  let sum: f64 = 0;
  for (let k = 0; k < matrices; ++k, cov += rowBytes * <usize>D, factor += <usize>triangleLength(D) << 3) {
    const share = matrices > 1 ? load<f64>(model.weights + (<usize>k << 3)) : 1;
    if (!(share > 0)) continue;
    let p = factor;
    for (let i = 0; i < D; i += 2) {
      // rows of P come in pairs, column by column; an odd last one alone
      const pair = i + 1 < D;
      for (let j: usize = 0; j < <usize>min(D, i + 2); ++j) {
        const own = load<f64>(cov + j * (rowBytes + 8));
        const variance = share * max(own, least ? load<f64>(least + (j << 3)) : 0);
        sum += variance * load<f64>(p) * load<f64>(p);
        p += 8;
        if (!pair) continue;
        sum += variance * load<f64>(p) * load<f64>(p);
        p += 8;
      }
    }
  }
  return sum;
}

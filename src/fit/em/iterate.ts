import type { Work } from "../../engine/schedule.ts";
import type { Em, PassState } from "./em.ts";
import { Squarem } from "./squarem.ts";

/** How one start went. */
export interface Run {
  /** Total log-likelihood of the parameters that the run ended with, in nats. */
  readonly logLikelihood: number;
  /** What was maximised, there: with a prior the log-likelihood and the logarithm of the prior, otherwise the first alone. */
  readonly objective: number;
  /** Whether what was left to gain was estimated below `tol`. */
  readonly converged: boolean;
  /** M-steps taken. */
  readonly nIterations: number;
  /** The objective at the start and after each pass over the data. */
  readonly trace: Float64Array;
  /** Where a continuation begins; undefined if none was wanted. */
  readonly checkpoint: Checkpoint | undefined;
}

/** When to stop. */
export interface IterateSettings {
  readonly tol: number;
  readonly maxIter: number;
  readonly accelerate: boolean;
  /** Whether there is to be a continuation; by default there is. */
  readonly resumable?: boolean;
}

/** A climb at the start of a cycle: going on from here is as if it had never been interrupted. */
export interface Checkpoint {
  /** In the form of {@link Em.vector}. */
  readonly vector: Float64Array;
  readonly pass: PassState;
  readonly squarem: Squarem["state"] | undefined;
  readonly stop: Stop["state"];
  /** M-steps, and the log-likelihoods, up to here; and the M-steps that the run went on to take. */
  readonly iteration: number;
  readonly trace: Float64Array;
  readonly nIterations: number;
  /** Whether the run ended with a leap, the next from here: it had converged. */
  readonly leapt: boolean;
}

/** Sums of N terms differ by this share of themselves when the terms change in the last place: below it, a gain is rounding. */
const ROUNDING = 8 * Number.EPSILON;
/** Checks in a row that leave the log-likelihood where it was, but for the rounding of nearly singular covariances, until it counts as still. */
const WAVERING = 3;
/** Rounding of nearly singular covariances in the log-likelihood of a row, in units of V (`Em.inflation`): at most 0.12 eps in fits of 10 to 300 rows of as many columns. */
const SINGULAR_ROUNDING = Number.EPSILON / 4;
/** The same where covariances are raised to a floor: at most 1.04 eps across columns that depend on each other. */
const RAISED_ROUNDING = 4 * Number.EPSILON;

/**
 * EM from the current parameters until what is left to gain is estimated below `tol` per row, or `maxIter` M-steps are done.
 *
 * Plain EM gains in a geometric series near an optimum, so what is left after a gain g that was a times the one before is
 * g a / (1 - a) (Aitken; Böhning et al. 1994, Ann. Inst. Stat. Math. 46). A slow climb is thus not taken for a summit.
 *
 * @param onPass - told after each pass how many M-steps were taken and the log-likelihood.
 * @param from - to go on from, instead of the current parameters; `maxIter` counts from its beginning.
 */
export function* iterate(
  em: Em,
  settings: IterateSettings,
  onPass: (iteration: number, logLikelihood: number) => void,
  from?: Checkpoint,
): Work<Run> {
  const { arena } = em.rows;
  const mark = arena.mark();
  try {
    const { tol, maxIter } = settings;
    const stop = new Stop(em, tol);
    const squarem = settings.accelerate && em.family.isAffine ? new Squarem(em) : undefined;
    const trace = Array.from(from?.trace ?? []);
    let iteration = 0;
    if (from) {
      yield* em.resume(from.pass);
      em.seatVector(from.vector);
      if (squarem && from.squarem) squarem.state = from.squarem;
      stop.state = from.stop;
      iteration = from.iteration;
    } else em.begin();
    trace.push(yield* em.evaluate());
    const vector = settings.resumable === false ? undefined : new Float64Array(em.length);
    const save = (): Omit<Checkpoint, "trace" | "nIterations" | "leapt"> | undefined => {
      if (!vector) return undefined;
      // there is one checkpoint at a time: the last
      vector.set(em.vector);
      return { vector, pass: em.state, squarem: squarem?.state, stop: stop.state, iteration };
    };
    let last = save();
    let at = trace.length - 1;
    let converged = false;
    let leapt = false;
    while (iteration < maxIter && !converged) {
      const before = trace[trace.length - 1];
      squarem?.begin();
      em.maximiseOnly();
      iteration++;
      const after = yield* em.evaluate();
      trace.push(after);
      onPass(iteration, em.logLikelihood);
      converged = stop.reached(before, after, squarem?.rate);
      if (converged) break;
      if (squarem) {
        // a longer run would leap here, and differ from now on; the run that this one goes on from may have done so
        if (iteration + 1 >= maxIter && !(from?.leapt && iteration === from.iteration + 1)) continue;
        const leap = yield* squarem.leap(after);
        iteration++;
        trace.push(leap);
        onPass(iteration, em.logLikelihood);
        converged = tol > 0 && isStill(after, leap) && !isStill(before, after);
        // who goes on from here has to find that again
        leapt = converged;
        if (converged) break;
      }
      last = save();
      at = trace.length - 1;
    }
    return {
      logLikelihood: em.logLikelihood,
      objective: trace[trace.length - 1],
      converged,
      nIterations: iteration,
      trace: Float64Array.from(trace),
      checkpoint: last && { ...last, trace: Float64Array.from(trace.slice(0, at)), nIterations: iteration, leapt },
    };
  } finally {
    arena.rewind(mark);
  }
}

/** Whether a step changed the log-likelihood by no more than rounding. */
function isStill(before: number, after: number): boolean {
  return Math.abs(after - before) <= ROUNDING * Math.abs(after);
}

/** The stopping rule, fed with the gain of every plain EM step. */
class Stop {
  readonly #em: Em;
  /** In total log-likelihood. */
  readonly #tol: number;
  #gain = Infinity;
  #calm = 0;
  /** The tolerance that the last check would just not have met. */
  #limit = Infinity;
  /** Where the log-likelihood was when it last moved, and how many checks it has been there since. */
  #level = Number.NEGATIVE_INFINITY;
  #checks = 0;

  /** @param tol - in log-likelihood per row. */
  constructor(em: Em, tol: number) {
    this.#em = em;
    this.#tol = tol * em.rows.totalWeight;
  }

  /** What the next check depends on, whatever the tolerance. */
  get state(): readonly [gain: number, limit: number, level: number, checks: number] {
    return [this.#gain, this.#limit, this.#level, this.#checks];
  }

  set state([gain, limit, level, checks]: Stop["state"]) {
    this.#gain = gain;
    this.#limit = limit;
    this.#calm = limit < this.#tol ? 1 : 0;
    this.#level = level;
    this.#checks = checks;
  }

  /** @param rate - share of this gain that the next plain step would bring; by default seen from the gain before. */
  reached(before: number, after: number, rate?: number): boolean {
    // with a constant added to the variances EM may climb down: what counts is how far it still goes
    const gain = Math.abs(after - before);
    const ratio = rate ?? gain / this.#gain;
    // one component has every row whatever its parameters: the first step is the answer, the second free of a far mean's rounding
    const done = this.#em.K === 1 && this.#gain < Infinity;
    const moved = this.#gain < Infinity && this.#gain > ROUNDING * Math.abs(after);
    this.#gain = gain;
    const left = ratio < 1 ? (gain * ratio) / (1 - ratio) : Infinity;
    const still = isStill(before, after);
    this.#limit = still ? -1 : Math.max(left, gain);
    // one lucky ratio is not a series: it must hold twice; and who has not moved yet may be on a saddle
    this.#calm = this.#limit < this.#tol ? this.#calm + 1 : 0;
    const wavers = this.#wavers(after);
    return (done || (still && moved) || this.#calm >= 2 || wavers) && this.#tol > 0;
  }

  /**
   * Whether all that changes the log-likelihood is the rounding of covariances. Each entry is right to eps of its two standard
   * deviations; with V = Σ_d Σ_dd (Σ⁻¹)_dd that moves log |Σ| by some eps V, and the log-likelihood of each row by as much
   * where regularisation alone keeps the covariance up, so that the likelihood does not rest at its top. A fall, which EM does
   * not make, is the sign to look.
   */
  #wavers(after: number): boolean {
    if (!(after > this.#level) || this.#checks > 0) {
      const { rows, inflation, regularisation } = this.#em;
      const rounding = (regularisation.floor ? RAISED_ROUNDING : SINGULAR_ROUNDING) * rows.totalWeight * inflation;
      const isLevel = Math.abs(after - this.#level) <= rounding;
      this.#checks = isLevel ? this.#checks + 1 : 0;
    }
    if (this.#checks === 0) this.#level = after;
    return this.#checks >= WAVERING;
  }
}

import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "./em.ts";
import type { Problem } from "./problem.ts";

/** How much the longest step grows when it was taken, and shrinks when it failed (Varadhan & Roland 2008, section 6.2). */
const STEP_FACTOR = 4;
/** A step that leaves the parameter space is halved towards the plain one this often before the plain one is taken. */
const HALVINGS = 4;

/**
 * Squared extrapolation of the EM map (SQUAREM, scheme S3: Varadhan & Roland 2008, Scand. J. Statist. 35:335), guarded: a
 * leap that lands outside the parameters or below the log-likelihood it left is taken back for the plain EM step.
 *
 * It runs on weights, means and covariances as they are. The combination's coefficients sum to 1, so
 * covariances stay symmetric and weights nearly normalised; positivity is checked.
 */
export class Squarem {
  readonly #em: Em;
  readonly #scale: Pointer;
  readonly #start: Pointer;
  readonly #once: Pointer;
  readonly #twice: Pointer;
  readonly #squares: Pointer;
  #longest = 1;
  #rate = 1;

  /** @param em - in whose arena it lives, until that is rewound. */
  constructor(em: Em) {
    const { arena } = em.rows;
    this.#em = em;
    this.#scale = arena.copyOf(scaleOf(em, em.length));
    this.#start = arena.f64(em.length);
    this.#once = arena.f64(em.length);
    this.#twice = arena.f64(em.length);
    this.#squares = arena.f64(3);
  }

  /** The share of the gain of one plain step that the next would bring, as the last cycle saw it; 1 before the first. */
  get rate(): number {
    return this.#rate;
  }

  /** What the next cycle depends on beside the parameters: the longest step allowed, and the rate. */
  get state(): readonly [longest: number, rate: number] {
    return [this.#longest, this.#rate];
  }

  set state([longest, rate]: readonly [longest: number, rate: number]) {
    this.#longest = longest;
    this.#rate = rate;
  }

  /** Remembers where the cycle starts. */
  begin(): void {
    this.#keep(this.#start);
  }

  /**
   * A second M-step from the sums of the first step's pass, then the leap through both.
   *
   * @param floor - log-likelihood after the first step.
   * @returns the log-likelihood where the cycle ends: at least floor, but for rounding.
   */
  *leap(floor: number): Work<number> {
    const em = this.#em;
    const { arena } = em.rows;
    this.#keep(this.#once);
    em.maximiseOnly();
    this.#keep(this.#twice);
    let step = this.#stepLength();
    const full = step === this.#longest;
    for (let halving = 0; step > 1 && halving < HALVINGS; halving++, step = (step + 1) / 2) {
      arena.kernels.extrapolate(this.#start, this.#once, this.#twice, em.pointer, em.K, em.length, step);
      if (!(yield* em.tryHere())) continue;
      const logLikelihood = yield* em.evaluate();
      if (logLikelihood >= floor) {
        if (full && halving === 0) this.#longest *= STEP_FACTOR;
        return logLikelihood;
      }
      break;
    }
    if (step > 1) {
      this.#longest = Math.max(1, this.#longest / STEP_FACTOR);
      em.seatVector(arena.viewF64(this.#twice, em.length));
    } else if (full) this.#longest *= STEP_FACTOR;
    return yield* em.evaluate();
  }

  #keep(to: Pointer): void {
    this.#em.rows.arena.viewF64(to, this.#em.length).set(this.#em.vector);
  }

  /** |r| / |v| with r the first step and v the change of step, between 1 (the plain step) and the longest allowed. */
  #stepLength(): number {
    const { length, rows } = this.#em;
    const { arena } = rows;
    arena.kernels.stepSquares(this.#start, this.#once, this.#twice, this.#scale, this.#squares, length);
    const squares = arena.viewF64(this.#squares, 3);
    const rr = squares[0];
    const vv = squares[2];
    this.#rate = rr > 0 ? Math.min(1, squares[1] / rr) : 0;
    if (!(vv > 0)) return 1;
    return Math.max(1, Math.min(this.#longest, Math.sqrt(rr / vv)));
  }
}

/** One over the natural size of each parameter: 1 for weights, the column's spread for means, its square for covariances. */
function scaleOf({ rows, form, K }: Problem, length: number): Float64Array {
  const { D, columnVariances } = rows;
  const spread = columnVariances.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 1));
  const scale = new Float64Array(length).fill(1);
  for (let i = 0; i < K * D; i++) scale[K + i] = spread[i % D];
  const covariances = scale.subarray(K + K * D);
  const block = form.outer(spread);
  for (let i = 0; i < covariances.length; i++) covariances[i] = block[i % block.length];
  return scale;
}

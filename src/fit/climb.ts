import type { Work } from "./drive.ts";
import type { Em } from "./em.ts";
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
}

/** When to stop. */
export interface ClimbSettings {
  readonly tol: number;
  readonly maxIter: number;
  readonly accelerate: boolean;
}

/** Sums of N terms differ by this share of themselves when the terms change in the last place: below it, a gain is rounding. */
const ROUNDING = 8 * Number.EPSILON;

/**
 * EM from the current parameters until what is left to gain is estimated below `tol` per row, or `maxIter` M-steps are done.
 *
 * Plain EM gains in a geometric series near an optimum, so what is left after a gain g that was a times the one before is
 * g a / (1 - a) (Aitken; Böhning et al. 1994, Ann. Inst. Stat. Math. 46). A slow climb is thus not taken for a summit.
 *
 * @param onPass - told after each pass how many M-steps were taken and the log-likelihood.
 */
export function* climb(
  em: Em,
  settings: ClimbSettings,
  onPass: (iteration: number, logLikelihood: number) => void,
): Work<Run> {
  const { tol, maxIter } = settings;
  const stop = new Stop(tol * em.problem.totalWeight);
  em.begin();
  const trace = [yield* em.evaluate()];
  const squarem = settings.accelerate ? new Squarem(em) : undefined;
  let iteration = 0;
  let converged = false;
  while (iteration < maxIter && !converged) {
    const before = trace[trace.length - 1];
    squarem?.begin();
    em.maximise();
    iteration++;
    const after = yield* em.evaluate();
    trace.push(after);
    onPass(iteration, em.logLikelihood);
    converged = stop.reached(before, after, squarem?.rate);
    if (squarem && !converged && iteration + 1 < maxIter) {
      const leap = yield* squarem.leap(after);
      iteration++;
      trace.push(leap);
      onPass(iteration, em.logLikelihood);
    }
  }
  return {
    logLikelihood: em.logLikelihood,
    objective: trace[trace.length - 1],
    converged,
    nIterations: iteration,
    trace: Float64Array.from(trace),
  };
}

/** The stopping rule, fed with the gain of every plain EM step. */
class Stop {
  readonly #tol: number;
  #gain = Infinity;
  #calm = 0;

  /** @param tol - in total log-likelihood. */
  constructor(tol: number) {
    this.#tol = tol;
  }

  /** @param rate - share of this gain that the next plain step would bring; by default seen from the gain before. */
  reached(before: number, after: number, rate?: number): boolean {
    if (this.#tol === 0) return false;
    // with a constant added to the variances EM may climb down: what counts is how far it still goes
    const gain = Math.abs(after - before);
    const ratio = rate ?? gain / this.#gain;
    this.#gain = gain;
    const left = ratio < 1 ? (gain * ratio) / (1 - ratio) : Infinity;
    const calm = gain <= ROUNDING * Math.abs(after) || (left < this.#tol && gain < this.#tol);
    // one lucky ratio is not a series: it must hold twice
    this.#calm = calm ? this.#calm + 1 : 0;
    return this.#calm >= 2;
  }
}

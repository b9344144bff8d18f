// EM from some parameters to where it ends, and on from there.
import type { Work } from "../../engine/schedule.ts";
import { isTimeOver, timeOver } from "../../input/watch.ts";
import { Climb } from "./climb.ts";
import type { Em, PassState } from "./em.ts";

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
  /** Whether the log-likelihood is estimated from a sample, as time was over. */
  readonly isEstimated?: boolean;
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
  /** What the kernel `climb` knows of its way, number by number as in `STATE`. */
  readonly state: Float64Array;
  /** M-steps, and the log-likelihoods, up to here; and the M-steps that the run went on to take. */
  readonly iteration: number;
  readonly trace: Float64Array;
  readonly nIterations: number;
  /** Whether the run ended with a leap, the next from here: it had converged. */
  readonly leapt: boolean;
}

/** After this many M-steps, half of a fit counts as done. */
const HALF_WAY = 20;

/**
 * EM from the current parameters until what is left to gain is estimated below `tol` per row, or `maxIter` M-steps are done.
 *
 * @param onPass - told after each pass how many M-steps were taken and the log-likelihood.
 * @param from - to go on from, instead of the current parameters; `maxIter` counts from its beginning.
 */
export function* iterate(
  em: Em,
  settings: IterateSettings,
  onPass?: (iteration: number, logLikelihood: number) => void,
  from?: Checkpoint,
): Work<Run> {
  const { arena } = em.rows;
  const mark = arena.mark();
  try {
    if (from) {
      yield* em.resume(from.pass);
      em.seatVector(from.vector);
    } else {
      yield* em.prepare();
      em.begin();
    }
    const climb = new Climb(em, settings, onPass !== undefined, from);
    const trace = Array.from(from?.trace ?? []);
    const first = trace.length;
    for (let isOver = false; !isOver; ) {
      let isCut = false;
      try {
        isOver = yield* climb.goOn();
      } catch (error) {
        if (!isTimeOver(error)) throw error;
        isCut = true;
      }
      for (const objective of climb.traced) {
        const iteration = trace.push(objective) - 1;
        if (iteration > first) onPass?.(iteration, em.regularisation.prior ? em.logLikelihood : objective);
      }
      if (settings.resumable !== false)
        em.tell(climb.iteration / (climb.iteration + HALF_WAY), trace[trace.length - 1]);
      if (isCut || (!isOver && em.isTimeOver)) return interrupted(em, climb, trace, first);
    }
    const { converged, iteration, leapt, origin } = climb;
    const { logLikelihood } = em;
    return {
      ...{ logLikelihood, converged, nIterations: iteration, trace: Float64Array.from(trace) },
      objective: trace[trace.length - 1],
      checkpoint: origin && {
        ...{ vector: origin.vector, pass: origin.pass, state: origin.state, iteration: origin.iteration, leapt },
        ...{ trace: Float64Array.from(trace.slice(0, origin.traces)), nIterations: iteration },
      },
    };
  } finally {
    arena.rewind(mark);
  }
}

/**
 * A run that ends where its last cycle began, as the time for it is over.
 *
 * @throws {MixtureError} `TIME_LIMIT` if there is no such place.
 */
function interrupted(em: Em, { origin }: Climb, trace: readonly number[], first: number): Run {
  if (!origin || trace.length === first) throw timeOver();
  const { vector, pass, state, iteration, traces } = origin;
  em.seatVector(vector);
  const objective = trace[traces];
  return {
    ...{ objective, logLikelihood: em.logLikelihoodOf(objective), converged: false, nIterations: iteration },
    trace: Float64Array.from(trace.slice(0, traces + 1)),
    checkpoint: {
      ...{ vector, pass, state, iteration, nIterations: iteration, leapt: false },
      trace: Float64Array.from(trace.slice(0, traces)),
    },
  };
}

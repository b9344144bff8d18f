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
    for (let isOver = false; !isOver; ) {
      try {
        isOver = yield* climb.goOn(onPass);
      } catch (error) {
        if (!isTimeOver(error)) throw error;
        return interrupted(em, climb, from);
      }
      if (settings.resumable !== false && em.rows.watch)
        em.tell(climb.iteration / (climb.iteration + HALF_WAY), climb.objective);
      if (!isOver && em.isTimeOver) return interrupted(em, climb, from);
    }
    const { trace, converged, nIterations, checkpoint } = climb.end;
    const objective = trace[trace.length - 1];
    return { logLikelihood: em.logLikelihood, objective, converged, nIterations, trace, checkpoint };
  } finally {
    arena.rewind(mark);
  }
}

/**
 * A run that ends where its last cycle began, as the time for it is over.
 *
 * @throws {MixtureError} `TIME_LIMIT` if there is no such place.
 */
function interrupted(em: Em, climb: Climb, from: Checkpoint | undefined): Run {
  const { checkpoint, trace } = climb.end;
  const first = from?.trace.length ?? 0;
  if (!checkpoint || trace.length === first) throw timeOver();
  em.seatVector(checkpoint.vector);
  const { iteration } = checkpoint;
  const at = checkpoint.trace.length;
  const objective = trace[at];
  return {
    ...{ objective, logLikelihood: em.logLikelihoodOf(objective), converged: false, nIterations: iteration },
    ...{ trace: trace.slice(0, at + 1), checkpoint: { ...checkpoint, nIterations: iteration, leapt: false } },
  };
}

// Parameters on their way, in a search for a start.

import { inTurns, type Work } from "../../engine/schedule.ts";
import { isCollapse, type MixtureError } from "../../errors.ts";
import { type Fault, faultOf } from "../diagnosis/sound.ts";
import type { Em } from "../em/em.ts";
import { iterate } from "../em/iterate.ts";
import { CONTENDER_TOL } from "../policy.ts";

/** Where EM has come to from one start. */
export interface Contender {
  /** In the form of {@link Em.vector}. */
  readonly vector: Float64Array;
  readonly objective: number;
  readonly converged: boolean;
  /** M-steps that it has taken. */
  readonly nIterations: number;
  /** What is wrong with it, once {@link isSound} has looked. */
  fault?: Fault;
}

/** Puts parameters into the Em that the search runs in. */
export type Starter = () => Work<void>;

/** A start and EM from it, or why that led nowhere. */
export function* attempt(
  em: Em,
  start: Starter,
  { tol = CONTENDER_TOL, maxIter }: { readonly tol?: number | undefined; readonly maxIter: number },
): Work<Contender | MixtureError> {
  const { arena } = em.rows;
  const mark = arena.mark();
  try {
    yield* start();
    const settings = { tol, maxIter, accelerate: true, resumable: false };
    const { objective, converged, nIterations } = yield* iterate(em, settings);
    return { vector: em.vector.slice(), objective, converged, nIterations };
  } catch (error) {
    if (!isCollapse(error)) throw error;
    return error;
  } finally {
    arena.rewind(mark);
  }
}

/** A start from parameters as they are; whether they are any, the climb from them will tell. */
export function taken(em: Em, vector: Float64Array): Work<void> {
  return inTurns(0, 1, () => em.seatVector(vector));
}

/** Whether every component counts: none is spurious or idle. */
export function isSound(em: Em, contender: Contender): boolean {
  contender.fault ??= faultOf(em, em.read(contender.vector));
  return contender.fault === "none";
}

/** Whether two are at different places. */
export function isApart({ rows }: Em, a: Contender, b: Contender): boolean {
  return Math.abs(a.objective - b.objective) > CONTENDER_TOL * rows.totalWeight;
}

/**
 * The first `count`: sound ones before others, then by likelihood; of two of a kind at one place the first. One that is less
 * likely than what fewer components reach is near a saddle, and no better than others.
 */
export function ranked(em: Em, field: readonly Contender[], count: number): Contender[] {
  const sound: Contender[] = [];
  const others: Contender[] = [];
  let isSurpassed = false;
  for (const contender of [...field].sort((a, b) => b.objective - a.objective)) {
    if (sound.length === count) break;
    const peers = isSound(em, contender) && !isSurpassed ? sound : others;
    isSurpassed ||= contender.fault === "idle";
    const last = peers.at(-1);
    if (!last || isApart(em, last, contender)) peers.push(contender);
  }
  return [...sound, ...others].slice(0, count);
}

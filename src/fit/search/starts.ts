import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import type { InitSettings } from "../../input/options.ts";
import type { Em } from "../em/em.ts";
import { startFromGiven } from "../starts/given.ts";
import type { Optima } from "./optima.ts";
import { startsByStrategy } from "./race.ts";

/**
 * The parameters that a fit may start from, the most promising first: one for a start of the caller's own.
 *
 * @param em - holds the first of them afterwards.
 * @param stream - which of several starts with one seed.
 * @param optima - takes note of where starts lead.
 * @throws {RangeError} If given parameters do not fit the data.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 */
export function* startsOf(
  em: Em,
  init: InitSettings,
  seed: number,
  stream: number,
  optima: Optima,
): Work<readonly Float64Array[]> {
  const { arena } = em.rows;
  const mark = arena.mark();
  try {
    if (init.kind === "strategy")
      return yield* startsByStrategy(em, init, randomState(arena, seed, stream), stream, optima);
    yield* startFromGiven(em, init);
    return [em.vector.slice()];
  } finally {
    arena.rewind(mark);
  }
}

// Rows moved one by one: what EM cannot do where a row holds its component where it is.
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "../em/em.ts";
import { responsibilityMoments } from "../em/first-m-step.ts";
import { distancesAt, responsibilitiesOf } from "../em/posteriors.ts";
import { MOST_RELOCATED, RELOCATION_TEMPERATURE, SURE_RELOCATION } from "../policy.ts";

/** The best move of each row, as the rows lie. */
export interface Moves {
  /** [N]: the component to move to. */
  readonly to: Int32Array;
  /** [N]: what the classification likelihood gains, in nats; minus infinity where there is nowhere to move. */
  readonly gain: Float64Array;
}

/**
 * The responsibilities [N, K] of full components, and the best move of each row to another component by what the
 * classification likelihood gains with both covariances estimated anew: the criterion of Scott & Symons (1971, Biometrics
 * 27:387), climbed by single rows as Friedman & Rubin (1967, JASA 62:1159) and Hartigan & Wong (1979) do. A row adds to the
 * covariance of its own component, which thus lies nearer to it than it should: with many columns for few rows, EM stops
 * at one of a great many optima that differ in single rows.
 */
export function* movesOf(em: Em): Work<{ readonly responsibilities: Float64Array; readonly moves: Moves }> {
  const { K } = em;
  const { arena, at, N, totalWeight } = em.rows;
  const responsibilities = yield* responsibilitiesOf(em);
  const mark = arena.mark();
  try {
    const resp = arena.copyOf(responsibilities);
    const distance = distancesAt(em);
    const to = arena.i32(N);
    const gain = arena.f64(N);
    arena.kernels.bestMoves(at, em.model.at, resp, distance, to, gain, totalWeight, arena.f64(7 * K));
    return { responsibilities, moves: { to: arena.viewI32(to, N).slice(), gain: arena.readF64(gain, N) } };
  } finally {
    arena.rewind(mark);
  }
}

/** The parameters that the moves of some rows lead to, in the form of {@link Em.vector}; undefined if none is chosen. */
function* relocated(
  em: Em,
  vector: Float64Array,
  choose: (gain: Float64Array) => number[],
): Work<Float64Array | undefined> {
  const { K } = em;
  yield* em.take(vector);
  const { responsibilities, moves } = yield* movesOf(em);
  const chosen = choose(moves.gain);
  if (chosen.length === 0) return undefined;
  for (const row of chosen) {
    responsibilities.fill(0, row * K, (row + 1) * K);
    responsibilities[row * K + moves.to[row]] = 1;
  }
  yield* responsibilityMoments(em, responsibilities);
  em.maximiseOnly();
  return em.vector.slice();
}

/** The parameters after the moves that gain most, if any gains. */
export function relocatedBest(em: Em, vector: Float64Array): Work<Float64Array | undefined> {
  return relocated(em, vector, (gain) => {
    const better = [...gain.keys()].filter((row) => gain[row] > 0);
    return better.sort((a, b) => gain[b] - gain[a]).slice(0, MOST_RELOCATED);
  });
}

/** A start in the neighbourhood of other parameters: rows move by chance, the likelier the less is lost. */
export function* startFromRelocation(em: Em, vector: Float64Array, random: Pointer): Work<void> {
  const { kernels } = em.rows.arena;
  const next = yield* relocated(em, vector, (gain) =>
    [...gain.keys()].filter(
      (row) => gain[row] > SURE_RELOCATION + RELOCATION_TEMPERATURE * kernels.log(1 - kernels.uniform(random)),
    ),
  );
  if (next) yield* em.take(next);
}

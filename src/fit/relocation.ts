// Rows moved one by one: what EM cannot do where a row holds its component where it is.
import type { Pointer } from "../engine/kernels.ts";
import type { Work } from "./drive.ts";
import type { Em } from "./em.ts";
import { responsibilityMoments } from "./moments.ts";
import { distancesOf, responsibilitiesOf } from "./posteriors.ts";
import { rowWeights } from "./problem.ts";

/** Rows that move at most where the best ones do. */
const MOST_ROWS = 10;
/** Nats that a move may lose and still be made one time in e, and that it must gain to be made for sure. */
const TEMPERATURE = 4;
const SURE_GAIN = 2;

/** A row, another component for it, and what the classification likelihood gains, in nats. */
export interface Move {
  readonly row: number;
  readonly to: number;
  readonly gain: number;
}

/**
 * The responsibilities [N, K] of full components, and the best move of each row to another component by what the
 * classification likelihood
 *
 *     Σ_k n_k (log(n_k / W) - ½ log |Σ_k|)
 *
 * gains with both covariances estimated anew: the criterion of Scott & Symons (1971, Biometrics 27:387), climbed by single
 * rows as Friedman & Rubin (1967, JASA 62:1159) and Hartigan & Wong (1979) do. A row adds to the covariance of its own
 * component, which thus lies nearer to it than it should: with many columns for few rows, EM stops at one of a great many
 * optima that differ in single rows. Determinants follow from squared distances δ: |Σ - c d dᵀ| = |Σ| (1 - c δ).
 */
export function* movesOf(em: Em): Work<{ readonly responsibilities: Float64Array; readonly moves: Move[] }> {
  const { arena, N, D, K, totalWeight } = em.problem;
  const { kernels } = arena;
  const responsibilities = yield* responsibilitiesOf(em);
  const squares = distancesOf(em).map((distance) => distance * distance);
  const logConstants = arena.readF64(em.model[2], K);
  const weights = rowWeights(em.problem).slice();
  const { vector } = em;
  // log |Σ|, but for a constant that all have
  const logDets = logConstants.map((value, k) => 2 * (kernels.log(vector[k]) - value));
  const counts = vector.slice(0, K).map((weight) => weight * totalWeight);
  const now = counts.map((count, k) => (count > 0 ? count * (kernels.log(count / totalWeight) - logDets[k] / 2) : 0));
  /** What component k gains with `weight` more, or less, at a row at a squared distance. */
  const changeBy = (weight: number): ((k: number, square: number) => number) => {
    const after = counts.map((count) => count + weight);
    const logShares = after.map((count) => kernels.log(count / totalWeight));
    const scaled = after.map((count, k) => logDets[k] + D * kernels.log(counts[k] / count));
    return (k, square) => {
      const share = 1 + (weight * square) / after[k];
      if (!(after[k] > D && share > 0)) return -Infinity;
      return after[k] * (logShares[k] - (scaled[k] + kernels.log(share)) / 2) - now[k];
    };
  };
  const moves: Move[] = [];
  let join = changeBy(1);
  let leave = join;
  for (let row = 0; row < N; row++) {
    const first = row * K;
    // rows of one weight share them
    if (weights[row] !== weights[row - 1]) {
      join = changeBy(weights[row]);
      leave = changeBy(-weights[row]);
    }
    let home = 0;
    for (let k = 1; k < K; k++) if (responsibilities[first + k] > responsibilities[first + home]) home = k;
    const left = leave(home, squares[first + home]);
    let to = home;
    let gain = -Infinity;
    for (let k = 0; k < K; k++) {
      const total = left + join(k, squares[first + k]);
      if (k !== home && total > gain) {
        to = k;
        gain = total;
      }
    }
    moves.push({ row, to, gain });
  }
  return { responsibilities, moves };
}

/** The parameters that some of the moves lead to, in the form of {@link Em.vector}; undefined if none is chosen. */
function* relocated(em: Em, vector: Float64Array, choose: (moves: Move[]) => Move[]): Work<Float64Array | undefined> {
  const { K } = em.problem;
  em.take(vector);
  const { responsibilities, moves } = yield* movesOf(em);
  const chosen = choose(moves);
  if (chosen.length === 0) return undefined;
  for (const { row, to } of chosen) {
    responsibilities.fill(0, row * K, (row + 1) * K);
    responsibilities[row * K + to] = 1;
  }
  yield* responsibilityMoments(em, responsibilities);
  em.maximiseOnly();
  return em.vector.slice();
}

/** The parameters after the moves that gain most, if any gains. */
export function relocatedBest(em: Em, vector: Float64Array): Work<Float64Array | undefined> {
  return relocated(em, vector, (moves) => {
    const better = moves.filter(({ gain }) => gain > 0);
    return better.sort((a, b) => b.gain - a.gain).slice(0, MOST_ROWS);
  });
}

/** A start in the neighbourhood of other parameters: rows move by chance, the likelier the less is lost. */
export function* startFromRelocation(em: Em, vector: Float64Array, random: Pointer): Work<void> {
  const { kernels } = em.problem.arena;
  const next = yield* relocated(em, vector, (moves) =>
    moves.filter(({ gain }) => gain > SURE_GAIN + TEMPERATURE * kernels.log(1 - kernels.uniform(random))),
  );
  if (next) em.take(next);
}

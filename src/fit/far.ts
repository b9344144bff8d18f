// Rows far from all others: what a component of a tied mixture may be there for.
import type { Pointer } from "../engine/kernels.ts";
import type { Work } from "./drive.ts";
import type { Em } from "./em.ts";

/** Weight of the new component, in rows: EM finds more, if there are. */
const FIRST_ROWS = 1;

/**
 * A start from other parameters with tied covariance: one component is given up, and begins again at a row that lies far from
 * those that are left, in their metric. Where all share a covariance, a few rows far out can be worth a component of their
 * own; starts that cover the data hardly ever leave one to them.
 *
 * @param rank - how many rows lie farther.
 */
export function* startFromFarRow(em: Em, parent: Float64Array, rank: number, random: Pointer): Work<void> {
  const { arena, type, rows, N, D, K, T } = em.problem;
  const { kernels } = arena;
  const gone = Math.floor(kernels.uniform(random) * K);
  const vector = parent.slice();
  const left = 1 - vector[gone];
  if (!(left > 0)) return em.take(parent);
  for (let k = 0; k < K; k++) vector[k] = k === gone ? 0 : vector[k] / left;
  em.take(vector);
  em.begin();
  yield* em.evaluate();
  em.maximise();
  const [mu, factor] = em.model;
  const others = em.vector.slice();
  const mark = arena.mark();
  try {
    const distances = arena.f64(N * K);
    const scratch = arena.bytesOf(kernels.scoreScratchBytes(type, D, T, K));
    kernels.mahalanobis(type, rows[0], N, D, T, K, mu, factor, arena.filled(K, 0), distances, scratch);
    const all = arena.viewF64(distances, N * K);
    const nearest = Float64Array.from({ length: N }, (_, n) => {
      let least = Infinity;
      for (let k = 0; k < K; k++) if (k !== gone && others[k] > 0) least = Math.min(least, all[n * K + k]);
      return least;
    });
    const order = [...nearest.keys()].sort((a, b) => nearest[b] - nearest[a] || a - b);
    const mean = arena.f64(D);
    kernels.readRow(rows[0], order[rank % N], D, T, mean);
    others.set(arena.viewF64(mean, D), K + gone * D);
  } finally {
    arena.rewind(mark);
  }
  const share = FIRST_ROWS / (N + FIRST_ROWS);
  for (let k = 0; k < K; k++) others[k] = k === gone ? share : others[k] * (1 - share);
  em.take(others);
}

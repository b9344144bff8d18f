// Rows far from all others: what a component of a tied mixture may be there for.
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "../em/em.ts";
import { distancesAt } from "../em/posteriors.ts";

/**
 * A start from other parameters with tied covariance: one component is given up, and begins again at a row that lies far from
 * those that are left, in their metric. Where all share a covariance, a few rows far out can be worth a component of their
 * own; starts that cover the data hardly ever leave one to them.
 *
 * @param rank - how many rows lie farther.
 */
export function* startFromFarRow(em: Em, parent: Float64Array, rank: number, random: Pointer): Work<void> {
  const { rows, K } = em;
  const { arena, N, D } = rows;
  const gone = Math.floor(arena.kernels.uniform(random) * K);
  yield* em.take(parent.map((value, at) => (at === gone ? 0 : value)));
  yield* em.evaluate();
  yield* em.maximise();
  const others = em.vector.slice();
  const distances = arena.readF64(distancesAt(em), N * K);
  const order = Array.from({ length: N }, (_, n) => [
    Math.min(...distances.subarray(n * K, n * K + K).filter((_, k) => others[k] > 0)),
    n,
  ]).sort((a, b) => b[0] - a[0]);
  const mean = arena.f64(D);
  arena.kernels.readRow(rows.at, order[rank % N][1], mean);
  others.set(arena.viewF64(mean, D), K + gone * D);
  // one row more: EM finds others, if there are
  for (let k = 0; k < K; k++) others[k] = (k === gone ? 1 : others[k] * N) / (N + 1);
  yield* em.take(others);
}

import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import { bestMatching } from "../../model/matching.ts";
import type { Em } from "../em/em.ts";
import { startFromPacked } from "../em/first-m-step.ts";
import { responsibilitiesOf } from "../em/posteriors.ts";

/**
 * A start between two others: components are matched by the rows that they share; a row that both give to the same one stays
 * there, and of the others each goes by one of the two, at random (genetic EM after Pernkopf & Bouchaffra 2005, IEEE PAMI
 * 27:1344, with rows exchanged instead of components).
 */
export function* startFromParents(em: Em, a: Float64Array, b: Float64Array, random: Pointer): Work<void> {
  const { K } = em;
  const { arena, N } = em.rows;
  yield* em.take(a);
  const ours = yield* responsibilitiesOf(em);
  yield* em.take(b);
  const theirs = yield* responsibilitiesOf(em);
  const shared = new Float64Array(K * K);
  for (let at = 0; at < N * K; at += K) {
    for (let i = 0; i < K; i++) for (let j = 0; j < K; j++) shared[i * K + j] += ours[at + i] * theirs[at + j];
  }
  const match = bestMatching(shared, K, K);
  for (let at = 0; at < N * K; at += K) {
    let [mine, other] = [0, 0];
    for (let k = 1; k < K; k++) {
      if (ours[at + k] > ours[at + mine]) mine = k;
      if (theirs[at + match[k]] > theirs[at + match[other]]) other = k;
    }
    if (mine === other || arena.kernels.uniform(random) >= 0.5) continue;
    for (let k = 0; k < K; k++) ours[at + k] = theirs[at + match[k]];
  }
  yield* startFromPacked(em, ours);
}

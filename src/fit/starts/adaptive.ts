import { describeModel } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "../em/em.ts";
import { columnMeansFor, firstStep } from "../em/first-m-step.ts";
import { halve } from "../moves/swap.ts";

/**
 * One component after the other, in the metric of those so far (after the adaptive seeding of Blömer & Bujna, arXiv
 * 1312.5946). The first has all rows. Each further one begins at a row, drawn with a probability that is half uniform and
 * half proportional to the row's smallest squared Mahalanobis distance, with the covariance and half the weight of the
 * component nearest to it; then each row joins its most likely component, and all are estimated anew. Columns may have any
 * units and any correlation.
 */
export function* startAdaptively(em: Em, random: Pointer): Work<void> {
  const { form, K } = em;
  const { arena, at, w, wStep, N, D, T } = em.rows;
  const { kernels } = arena;
  const labels = arena.i32(N);
  arena.viewI32(labels, N).fill(0);
  const distances = arena.f64(N * K);
  const nearest = arena.f64(N);
  const zeros = arena.filled(K, 0);
  const scratch = arena.bytesOf(kernels.scoreScratchBytes(form.code, D, T, K));
  const mean = arena.f64(D);
  /** The mixture of the first `count` components. */
  const begun = (count: number): Pointer => describeModel(arena, { ...em.model, K: count });
  yield* firstStep(em, columnMeansFor(em), () => em.sumLabels(labels));
  for (let k = 1; k < K; k++) {
    let singular = false;
    yield {
      groups: 1,
      run: () => {
        kernels.mahalanobis(at, begun(k), zeros, distances, scratch);
        const homes = nearestOf(arena.viewF64(distances, N * k), arena.viewF64(nearest, N), k);
        let total = 0;
        const weights = wStep ? arena.viewF64(w, N) : undefined;
        arena.viewF64(nearest, N).forEach((distance, n) => {
          total += distance * (weights ? weights[n] : 1);
        });
        const target = kernels.uniform(random);
        // all rows lie on means: any row will do
        const row = total > 0 ? kernels.pickRow(at, nearest, target * total) : Math.floor(target * N);
        kernels.readRow(at, row, mean);
        const vector = em.vector.slice();
        halve(em, vector, homes[row], k, new Float64Array(D));
        vector.set(arena.viewF64(mean, D), K + k * D);
        singular = !em.tryVector(vector);
        if (!singular) kernels.score(at, begun(k + 1), 0, 0, labels, scratch);
      },
    };
    if (singular) break;
    yield* firstStep(em, columnMeansFor(em), () => em.sumLabels(labels));
  }
}

/** The nearest component of each row; its squared distance, with their mean added, goes to `nearest`. */
function nearestOf(distances: Float64Array, nearest: Float64Array, k: number): Int32Array {
  const homes = new Int32Array(nearest.length);
  let sum = 0;
  for (let n = 0; n < nearest.length; n++) {
    let home = 0;
    for (let j = 1; j < k; j++) if (distances[n * k + j] < distances[n * k + home]) home = j;
    homes[n] = home;
    const distance = Math.min(distances[n * k + home], 1e100);
    sum += nearest[n] = distance * distance;
  }
  for (let n = 0; n < nearest.length; n++) nearest[n] += sum / nearest.length;
  return homes;
}

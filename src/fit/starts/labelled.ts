// Where a fit begins that knows the components of some rows.
import type { Pointer } from "../../engine/kernels.ts";
import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import type { FitSettings } from "../../input/options.ts";
import { Em } from "../em/em.ts";
import { columnMeansFor, firstStep, pooled } from "../em/first-m-step.ts";
import type { Problem } from "../em/problem.ts";
import { regularisationOf } from "../em/regularisation.ts";
import { startFromGiven } from "./given.ts";
import { KMeans } from "./kmeans.ts";

/**
 * Where a fit with known labels starts, one for each of `nInit`. A strategy gives way to k-means with the means of the
 * known rows among its seeds (Basu, Banerjee & Mooney 2002, ICML), as only these tell which component is which.
 *
 * @param labels - the component of each packed row, or -1.
 */
export function* labelledStarts(problem: Problem, settings: FitSettings, labels: Int32Array): Work<Float64Array[]> {
  const { arena } = problem.rows;
  const { init, seed, nInit } = settings;
  const em = new Em(problem, yield* regularisationOf(problem, settings.regCovar, settings.prior));
  const starts: Float64Array[] = [];
  for (let stream = 0; stream < nInit; stream++) {
    const mark = arena.mark();
    if (init.kind === "strategy") yield* seeded(em, labels, randomState(arena, seed, stream));
    else yield* startFromGiven(em, init);
    starts.push(em.vector.slice());
    arena.rewind(mark);
  }
  return starts;
}

function* seeded(em: Em, labels: Int32Array, random: Pointer): Work<void> {
  const { rows, K } = em;
  const { arena, N, D, columnVariances } = rows;
  // means of the known rows
  const counts = new Float64Array(K);
  for (const label of labels) if (label >= 0) counts[label]++;
  const clusters = new KMeans(
    rows,
    K,
    columnVariances.map((variance) => (variance > 0 ? 1 / variance : 1)),
  );
  const packed = arena.i32(N);
  arena.viewI32(packed, N).set(labels);
  em.seat(pooled(em, columnMeansFor(em)));
  yield* em.sumLabels(packed);
  em.maximiseOnly();
  const { means } = em.read();
  // k-means knows the components with known rows first
  const order = [...counts.keys()].sort((a, b) => Number(counts[b] > 0) - Number(counts[a] > 0) || a - b);
  const given = counts.filter((count) => count > 0).length;
  order.forEach((k, place) => {
    arena.viewF64(clusters.centres + place * D * 8, D).set(means.subarray(k * D, (k + 1) * D));
  });
  yield* clusters.seed(random, undefined, given);
  yield* clusters.lloyd();
  const centres = arena.readF64(clusters.centres, K * D);
  order.forEach((k, place) => {
    means.set(centres.subarray(place * D, (place + 1) * D), k * D);
  });
  const found = arena.viewI32(clusters.labels, N);
  arena.viewI32(packed, N).set(found.map((place, n) => (labels[n] >= 0 ? labels[n] : order[place])));
  yield* firstStep(em, means, () => em.sumLabels(packed));
}

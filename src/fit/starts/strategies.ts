// Starts of one kind each: parameters from the data and chance.
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "../em/em.ts";
import { columnMeansFor, firstStep, pooled, startFromPacked } from "../em/first-m-step.ts";
import { BRIEF_LLOYD_ITERATIONS, MOST_SEED_TRIALS, type SimpleStrategy } from "../policy.ts";
import { startAdaptively } from "./adaptive.ts";
import type { KMeans } from "./kmeans.ts";
import { clustersIn, type Space } from "./spaces.ts";

/** Those that cluster, and where. */
const SPACES: Readonly<Partial<Record<SimpleStrategy, Space>>> = {
  kmeans: "raw",
  "kmeans-standardised": "standardised",
  "kmeans-whitened": "whitened",
  "k-means++": "raw",
  "k-means++-standardised": "standardised",
  "k-means++-whitened": "whitened",
};

/**
 * Puts the parameters of a start into `em`.
 *
 * @param brief - whether k-means is one of several in a race: more rows to choose each seed from, fewer iterations.
 */
export function* startBy(strategy: SimpleStrategy, em: Em, random: Pointer, brief = false): Work<void> {
  const { rows, K } = em;
  const { arena, D } = rows;
  const mark = arena.mark();
  try {
    if (strategy === "random") yield* startFromRandom(em, random);
    else if (strategy === "adaptive") yield* startAdaptively(em, random);
    else if (strategy === "random-from-data") {
      const clusters = yield* clustersIn("raw", rows, K);
      clusters.drawRows(random);
      yield* em.write(pooled(em, arena.readF64(clusters.centres, K * D)));
    } else {
      const trials = brief ? Math.min(K, MOST_SEED_TRIALS) + 2 : undefined;
      const maxIter = strategy.startsWith("k-means++") ? 0 : brief ? BRIEF_LLOYD_ITERATIONS : undefined;
      const clusters = yield* clustersIn(SPACES[strategy] as Space, rows, K);
      yield* startFromClusters(em, clusters, random, trials, maxIter);
    }
  } finally {
    arena.rewind(mark);
  }
}

/**
 * Puts parameters into `em` of which each component is one cluster of k-means.
 *
 * @param clusters - of the same rows, in some space, anew.
 * @param trials - how many rows each seed is the best of; by default as many as k-means++ has.
 * @param maxIter - the most iterations of Lloyd's algorithm.
 */
export function* startFromClusters(
  em: Em,
  clusters: KMeans,
  random: Pointer,
  trials?: number,
  maxIter?: number,
): Work<void> {
  const { rows, K } = em;
  const { arena, D } = rows;
  yield* clusters.seed(random, trials);
  yield* clusters.lloyd(maxIter);
  // where the space has rows of its own, centres there are no means here
  const means = clusters.rows === rows ? arena.readF64(clusters.centres, K * D) : columnMeansFor(em);
  yield* firstStep(em, means, () => em.sumLabels(clusters.labels));
}

/** Each row's responsibilities are K uniform numbers, divided by their sum. */
function* startFromRandom(em: Em, random: Pointer): Work<void> {
  const { K } = em;
  const { arena, N } = em.rows;
  const responsibilities = new Float64Array(N * K);
  for (let n = 0; n < N; n++) {
    let sum = 0;
    // 1 - u is never 0
    for (let k = 0; k < K; k++) sum += responsibilities[n * K + k] = 1 - arena.kernels.uniform(random);
    for (let k = 0; k < K; k++) responsibilities[n * K + k] /= sum;
  }
  yield* startFromPacked(em, responsibilities);
}

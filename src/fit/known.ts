// Rows whose component is known: they lie in tiles of their own, of one component each.
import type { Pointer } from "../engine/kernels.ts";
import { randomState } from "../engine/random.ts";
import { mostTileRows } from "../engine/tiles.ts";
import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import type { Work } from "./drive.ts";
import { Em } from "./em.ts";
import { KMeans } from "./kmeans.ts";
import { columnMeansFor, firstStep, pooled } from "./moments.ts";
import { type Known, type Problem, selectRows } from "./problem.ts";
import { regularisationOf } from "./regularisation.ts";
import { startsOf } from "./starts.ts";

/** Tiles of one job, about 4096 rows. */
const JOB_ROWS = 4096;

/** Rows by what is known of them: first those that are free, then those of each component, every kind in whole tiles. */
export interface Arranged {
  readonly matrix: Matrix;
  /** Rows that fill up a tile weigh 0. */
  readonly weights: Float64Array;
  /** Rows of a weight above 0. */
  readonly nRows: number;
  /** Rows of a tile. */
  readonly T: number;
  readonly known: Known;
}

/** Arranges the rows of a weight above 0. */
export function arranged(matrix: Matrix, { labels, sampleWeight }: FitSettings, K: number): Arranged {
  const T = mostTileRows(matrix.nColumns);
  const kinds = Array.from({ length: K + 1 }, (): number[] => []);
  (labels as Int32Array).forEach((label, n) => {
    if (!sampleWeight || sampleWeight[n] > 0) kinds[label + 1].push(n);
  });
  const order: number[] = [];
  const weights: number[] = [];
  const parts: { component: number; first: number; last: number }[] = [];
  kinds.forEach((rows, kind) => {
    const first = order.length / T;
    for (const row of rows) {
      order.push(row);
      weights.push(sampleWeight ? sampleWeight[row] : 1);
    }
    while (order.length % T !== 0) {
      order.push(rows[rows.length - 1]);
      weights.push(0);
    }
    const last = order.length / T;
    const tiles = JOB_ROWS / T;
    for (let at = first; kind > 0 && at < last; at += tiles) {
      parts.push({ component: kind - 1, first: at, last: Math.min(at + tiles, last) });
    }
  });
  return {
    matrix: selectRows(matrix, Int32Array.from(order)),
    weights: Float64Array.from(weights),
    nRows: kinds.reduce((sum, { length }) => sum + length, 0),
    T,
    known: { free: Math.ceil(kinds[0].length / T), parts },
  };
}

/**
 * Where a fit with known labels starts, one for each of `nInit`. A strategy gives way to k-means with the means of the
 * known rows among its seeds (Basu, Banerjee & Mooney 2002, ICML), as only these tell which component is which.
 */
export function* knownStarts(problem: Problem, settings: FitSettings): Work<Float64Array[]> {
  const { arena, kept } = problem;
  const { init, seed, nInit, labels } = settings;
  const all = labels as Int32Array;
  const own = kept ? Int32Array.from(kept, (row) => all[row]) : all;
  const em = new Em(problem, yield* regularisationOf(problem, settings.regCovar, settings.prior));
  const starts: Float64Array[] = [];
  for (let stream = 0; stream < nInit; stream++) {
    const mark = arena.mark();
    if (init.kind === "strategy") yield* seeded(em, own, randomState(arena, seed, stream));
    else yield* startsOf(em, init, seed, stream);
    starts.push(em.vector.slice());
    arena.rewind(mark);
  }
  return starts;
}

function* seeded(em: Em, labels: Int32Array, random: Pointer): Work<void> {
  const { problem } = em;
  const { arena, N, K, D, columnVariances } = problem;
  // means of the known rows
  const counts = new Float64Array(K);
  for (const label of labels) if (label >= 0) counts[label]++;
  const clusters = new KMeans(
    problem,
    columnVariances.map((variance) => (variance > 0 ? 1 / variance : 1)),
  );
  const packed = arena.i32(N);
  arena.viewI32(packed, N).set(labels);
  em.seat(pooled(problem, columnMeansFor(problem)));
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

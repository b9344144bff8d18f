// Clusters by agglomeration: one hierarchy has a partition for every number of clusters.
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import { type RowSource, rowWeights } from "../em/row-source.ts";
import { AGGLOMERATION_WORK, SAMPLED_AGGLOMERATION_WORK } from "../policy.ts";

/** Some rows, and the order in which they merge into one cluster. */
export interface Hierarchy {
  /** How many rows. */
  readonly n: number;
  /** [D, n], column by column, and their masses [n]. */
  readonly points: Float64Array;
  readonly mass: Float64Array;
  /** Pairs of clusters, the nearest first, each cluster named by the first of its rows. */
  readonly merges: readonly (readonly [first: number, second: number])[];
}

/** How many of some rows can be agglomerated in little time: the work grows with their square. */
export function agglomerated({ N, D, whole }: Pick<RowSource, "N" | "D" | "whole">): number {
  const work = whole === undefined ? AGGLOMERATION_WORK : SAMPLED_AGGLOMERATION_WORK;
  return Math.min(N, Math.floor(Math.sqrt(work / D)));
}

/** Ward's hierarchy of some rows, or of one drawn from each of as many stretches of equal length as can be agglomerated. */
export function* hierarchyOf(rows: RowSource, random: Pointer): Work<Hierarchy> {
  const { arena, N, D, totalWeight } = rows;
  const { kernels } = arena;
  const n = agglomerated(rows);
  // one slot more than points, and an even number of them
  const stride = 2 * Math.floor(n / 2) + 2;
  const mark = arena.mark();
  try {
    const points = arena.f64(stride * D);
    const mass = arena.f64(stride);
    const merges = arena.i32(2 * n);
    const heights = arena.f64(n);
    const scratch = arena.bytesOf(kernels.agglomerateScratchBytes(n, D));
    const drawn = n === N ? undefined : drawnRows(rows, n, random);
    const kept = columnsOf(rows, n, drawn);
    const weights = rowWeights(rows);
    // rounded, so that a change of the unit of the weights changes no merge
    const masses = Float64Array.from({ length: n }, (_, i) =>
      Math.fround((weights[drawn ? drawn[i] : i] / totalWeight) * N),
    );
    for (let d = 0; d < D; d++) arena.viewF64(points + d * stride * 8, n).set(kept.subarray(d * n, (d + 1) * n));
    arena.viewF64(mass, n).set(masses);
    yield {
      groups: 1,
      run: () => kernels.agglomerate(points, mass, n, D, stride, merges, heights, scratch),
    };
    const pairs = arena.viewI32(merges, 2 * n);
    const height = arena.viewF64(heights, n);
    const order = Array.from({ length: n - 1 }, (_, i) => i).sort((a, b) => height[a] - height[b] || a - b);
    return { n, points: kept, mass: masses, merges: order.map((i) => [pairs[2 * i], pairs[2 * i + 1]] as const) };
  } finally {
    arena.rewind(mark);
  }
}

/** Rows by number: one of each of n stretches. */
function drawnRows({ arena, N }: RowSource, n: number, random: Pointer): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => {
    const from = Math.floor((N * i) / n);
    const stretch = Math.floor((N * (i + 1)) / n) - from;
    return from + Math.floor(arena.kernels.uniform(random) * stretch);
  });
}

/** Some rows, or all, column by column: [D, n]. */
function columnsOf({ arena, at, x, D, T }: RowSource, n: number, drawn: Int32Array | undefined): Float64Array {
  const columns = new Float64Array(D * n);
  if (!drawn) {
    for (let first = 0; first < n; first += T) {
      const count = Math.min(T, n - first);
      for (let d = 0; d < D; d++) columns.set(arena.viewF64(x + (first * D + d * T) * 8, count), d * n + first);
    }
    return columns;
  }
  const row = arena.f64(D);
  for (let i = 0; i < n; i++) {
    arena.kernels.readRow(at, drawn[i], row);
    const values = arena.viewF64(row, D);
    for (let d = 0; d < D; d++) columns[d * n + i] = values[d];
  }
  return columns;
}

/** The centres [K, D] of the K clusters of a hierarchy, in the order of the first row of each. */
export function centresOf({ n, points, mass, merges }: Hierarchy, K: number): Float64Array {
  const D = points.length / n;
  // a cluster is named by the first of its rows, so that a later row's name leads to an earlier one's
  const named = Int32Array.from({ length: n }, (_, i) => i);
  for (const [first, second] of merges.slice(0, n - K)) named[second] = first;
  const places = new Map<number, number>();
  const centres = new Float64Array(K * D);
  const masses = new Float64Array(K);
  for (let i = 0; i < n; i++) {
    named[i] = named[named[i]];
    const k = places.get(named[i]) ?? places.size;
    places.set(named[i], k);
    masses[k] += mass[i];
    for (let d = 0; d < D; d++) centres[k * D + d] += mass[i] * points[d * n + i];
  }
  return centres.map((sum, i) => sum / masses[Math.floor(i / D)]);
}

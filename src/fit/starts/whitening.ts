// The data as k-means sees them: in the units given, in standard deviations of each column, or without correlation.
import { describeModel } from "../../engine/descriptors.ts";
import { TYPE_CODE } from "../../engine/kernels.ts";
import { inTurns, type Work } from "../../engine/schedule.ts";
import { type RowSource, whitenedRows } from "../em/row-source.ts";
import { totalCovariance } from "../em/total-covariance.ts";
import { WHITENING_SHARE } from "../policy.ts";
import { KMeans } from "./kmeans.ts";

/** How distances are measured: as given; each column over its standard deviation; after a rotation to unit covariance. */
export type Space = "raw" | "standardised" | "whitened";

/** k-means over some rows in a space; its memory lives as long as the arena's mark before it. */
export function* clustersIn(space: Space, rows: RowSource, K: number): Work<KMeans> {
  const ones = new Float64Array(rows.D).fill(1);
  if (space === "raw") return new KMeans(rows, K, ones);
  // of as many columns as rows, whitened rows are all equally far apart: there is nothing to cluster
  if (space === "whitened" && rows.N > rows.D) return new KMeans(yield* whitened(rows), K, ones);
  const metric = rows.columnVariances.map((variance) => (variance > 0 ? 1 / variance : 0));
  return new KMeans(rows, K, metric);
}

/**
 * The same rows with mean 0 and unit covariance, in tiles of their own; a column that depends on others keeps little but
 * rounding and gets no weight from it.
 */
function* whitened(rows: RowSource): Work<RowSource> {
  const { arena, at, N, D, T, nTiles, columnMeans } = rows;
  const { kernels } = arena;
  const y = arena.f64(nTiles * D * T);
  const mark = arena.mark();
  try {
    const centre = arena.copyOf(columnMeans);
    const all = describeModel(arena, {
      ...{ type: TYPE_CODE.tied, D, K: 1, weights: arena.filled(1, 1), mu: centre, centre },
      cov: arena.copyOf(yield* totalCovariance(rows, WHITENING_SHARE, 1)),
      factor: arena.f64(kernels.factorLength(TYPE_CODE.tied, D, 1)),
      logc: arena.f64(1),
    });
    const square = arena.f64(2 * D * D);
    if (kernels.factorise(all, 0, 1, 0, square) !== 0) return rows;
    yield* inTurns(N * D * D, nTiles, (first, last) => kernels.whitenTiles(at, all, first, last, y, square));
  } finally {
    arena.rewind(mark);
  }
  return whitenedRows(rows, y);
}

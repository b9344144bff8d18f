// The data as k-means sees them: in the units given, in standard deviations of each column, with far values drawn in, or without correlation.
import { describeModel } from "../../engine/descriptors.ts";
import { TYPE_CODE } from "../../engine/kernels.ts";
import { inTurns, type Work } from "../../engine/schedule.ts";
import { type RowSource, rowWeights, whitenedRows } from "../em/row-source.ts";
import { totalCovariance } from "../em/total-covariance.ts";
import { WHITENING_SHARE, WINSORISED_DEVIATIONS, WINSORISED_TIMES } from "../policy.ts";
import { KMeans } from "./kmeans.ts";

/**
 * How distances are measured: as given; each column over its standard deviation; the same after values far from the mean were drawn
 * in; after a rotation to unit covariance.
 */
export type Space = "raw" | "standardised" | "winsorised" | "whitened";

/** k-means over some rows in a space; its memory lives as long as the arena's mark before it. */
export function* clustersIn(space: Space, rows: RowSource, K: number): Work<KMeans> {
  const ones = new Float64Array(rows.D).fill(1);
  if (space === "raw") return new KMeans(rows, K, ones);
  if (space === "winsorised") return new KMeans(yield* winsorised(rows), K, ones);
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

/**
 * The same rows in tiles of their own, each column in standard deviations from its mean, once values that lie too many of them away
 * have been set to that limit (Winsor's proposal; Tukey 1962, Ann. Math. Stat. 33:1), so that few rows far away are no clusters.
 */
function* winsorised(rows: RowSource): Work<RowSource> {
  const { arena, x, N, D, T, nTiles } = rows;
  const y = arena.f64(nTiles * D * T);
  const weights = rowWeights(rows).slice();
  yield {
    groups: D,
    run: (d) => {
      const values = new Float64Array(N);
      for (let n = 0; n < N; n += T) {
        const count = Math.min(T, N - n);
        values.set(arena.viewF64(x + (n * D + d * T) * 8, count), n);
      }
      drawIn(values, weights, rows.totalWeight, rows.columnMeans[d], Math.sqrt(rows.columnVariances[d]));
      for (let n = 0; n < N; n += T) {
        const tile = arena.viewF64(y + (n * D + d * T) * 8, T).fill(0);
        tile.set(values.subarray(n, Math.min(n + T, N)));
      }
    },
  };
  return whitenedRows(rows, y);
}

/** Winsorises values in place, and measures them in standard deviations from their mean. */
function drawIn(
  values: Float64Array,
  weights: Float64Array,
  total: number,
  firstMean: number,
  firstDeviation: number,
): void {
  let [mean, deviation] = [firstMean, firstDeviation];
  for (let time = 0; time < WINSORISED_TIMES; time++) {
    const [least, most] = [mean - WINSORISED_DEVIATIONS * deviation, mean + WINSORISED_DEVIATIONS * deviation];
    let [shift, square] = [0, 0];
    for (let n = 0; n < values.length; n++) {
      const inside = Math.min(Math.max(values[n], least), most);
      values[n] = inside;
      const part = (weights[n] / total) * (inside - mean);
      shift += part;
      square += part * (inside - mean);
    }
    mean += shift;
    deviation = Math.sqrt(Math.max(0, square - shift * shift));
  }
  for (let n = 0; n < values.length; n++) values[n] = deviation > 0 ? (values[n] - mean) / deviation : 0;
}

// Rows whose component is known: they lie in tiles of their own, of one component each.
import type { Work } from "../../engine/schedule.ts";
import { mostTileRows } from "../../engine/tiles.ts";
import type { Matrix } from "../../input/matrix.ts";
import { selectRows } from "../../input/rows.ts";
import { measured, packing } from "./packing.ts";
import { rearranged } from "./rearrange.ts";
import { type RowSource, rowWeights } from "./row-source.ts";

/** Tiles of one job, about 4096 rows. */
const JOB_ROWS = 4096;

/** How many rows more there must be room for where rows are packed that {@link arrangedByLabel} is to arrange. */
export function spareForLabels({ nColumns }: Matrix, K: number): number {
  return (K + 1) * mostTileRows(nColumns);
}

/**
 * Packed rows by what is known of them, in the place of `rows`, which are no more: first those that are free, then those of each
 * component, every kind in whole tiles. A tile is filled up with copies of a row, which weigh 0.
 *
 * @param rows - as they were packed, with {@link spareForLabels}.
 * @param labels - the component of each row, or -1.
 * @param matrix - the caller's data.
 */
export function* arrangedByLabel(rows: RowSource, labels: Int32Array, K: number, matrix: Matrix): Work<RowSource> {
  const { arena, N, D, x, kept, wStep } = rows;
  const T = mostTileRows(D);
  const own = wStep ? rowWeights(rows) : undefined;
  const kinds = Array.from({ length: K + 1 }, (): number[] => []);
  labels.forEach((label, n) => {
    kinds[label + 1].push(n);
  });
  const places: number[] = [];
  const parts: { component: number; first: number; last: number }[] = [];
  kinds.forEach((kind, number) => {
    const tiles = JOB_ROWS / T;
    let first = places.length / T;
    for (const n of kind) places.push(n);
    while (places.length % T !== 0) places.push(kind[kind.length - 1]);
    const end = places.length / T;
    for (; number > 0 && first < end; first += tiles) {
      parts.push({ component: number - 1, first, last: Math.min(first + tiles, end) });
    }
  });
  const order = Int32Array.from(places);
  const weights = new Float64Array(order.length);
  order.forEach((n, place) => {
    if (n !== order[place - 1]) weights[place] = own ? own[n] : 1;
  });
  yield* rearranged(rows, order, T);
  const w = wStep ? rows.w : arena.f64(weights.length);
  arena.viewF64(w, weights.length).set(weights);
  const source = selectRows(matrix, kept ? order.map((n) => kept[n]) : order);
  return measured(
    {
      ...{ arena, N, D, T, nTiles: order.length / T, x, w, wStep: T * 8 },
      totalWeight: weights.reduce((sum, weight) => sum + weight, 0),
      labelled: { free: Math.ceil(kinds[0].length / T), parts },
      restore: packing({ arena, matrix: source, weights, x, w, T }),
    },
    matrix,
  );
}

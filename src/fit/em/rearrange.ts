// Packed rows in another order: moved within their memory, which holds them once.
import type { Work } from "../../engine/schedule.ts";
import type { RowSource } from "./row-source.ts";

/**
 * Moves packed rows into another order and into tiles of another height. A tile is as long as its rows one after the other, so
 * all are taken out of their tiles, moved, and put into tiles again.
 *
 * @param rows - packed, with room behind them for all places.
 * @param order - for each place, in whole tiles of T, the row to go there. Every row is there; copies may follow it in its tile.
 */
export function* rearranged({ arena, D, T: from, nTiles, x }: RowSource, order: Int32Array, T: number): Work<void> {
  const places = order.length;
  const rowsAt = (first: number, count: number): Float64Array => arena.viewF64(x + first * D * 8, count * D);
  const spare = new Float64Array(Math.max(from, T) * D);
  yield { groups: nTiles, run: (tile) => transpose(rowsAt(tile * from, from), D, from, spare) };
  // where the row that lies at a place is to go; -1 where none lies. Of several places in the order the first
  const goal = new Int32Array(places).fill(-1);
  for (let place = places - 1; place >= 0; place--) goal[order[place]] = place;
  let n = 0;
  yield {
    // each step leaves a place behind, or brings a row to its own: at most one of both for each place
    groups: (2 * places) / T,
    run: () => {
      const all = rowsAt(0, places);
      for (let step = 0; step < T && n < places; step++) {
        const to = goal[n];
        if (to < 0 || to === n) n++;
        else {
          for (let d = 0; d < D; d++) {
            const taken = all[to * D + d];
            all[to * D + d] = all[n * D + d];
            all[n * D + d] = taken;
          }
          goal[n] = goal[to];
          goal[to] = to;
        }
      }
    },
  };
  yield {
    groups: places / T,
    run: (tile) => {
      const own = rowsAt(tile * T, T);
      for (let i = 1; i < T; i++) {
        if (order[tile * T + i] === order[tile * T + i - 1]) own.copyWithin(i * D, (i - 1) * D, i * D);
      }
      transpose(own, T, D, spare);
    },
  };
}

/** A matrix [m, n] becomes the same, transposed [n, m]. @param spare - as large at least. */
function transpose(matrix: Float64Array, m: number, n: number, spare: Float64Array): void {
  spare.set(matrix);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) matrix[j * m + i] = spare[i * n + j];
}

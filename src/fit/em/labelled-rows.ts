// Rows whose component is known: they lie in tiles of their own, of one component each.
import { mostTileRows } from "../../engine/tiles.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { FitSettings } from "../../input/options.ts";
import { type LabelledTiles, selectRows } from "./dataset.ts";

/** Tiles of one job, about 4096 rows. */
const JOB_ROWS = 4096;

/** Rows by what is known of them: first those that are free, then those of each component, every kind in whole tiles. */
export interface LabelledRows {
  readonly matrix: Matrix;
  /** Rows that fill up a tile weigh 0. */
  readonly weights: Float64Array;
  /** Rows of a weight above 0. */
  readonly nRows: number;
  /** Rows of a tile. */
  readonly T: number;
  readonly labelled: LabelledTiles;
}

/** Arranges the rows of a weight above 0. */
export function arrangedByLabel(matrix: Matrix, { labels, sampleWeight }: FitSettings, K: number): LabelledRows {
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
    labelled: { free: Math.ceil(kinds[0].length / T), parts },
  };
}

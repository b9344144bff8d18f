// Where candidates run one after the other: on rows that are packed once for all of them.
import type { Arena } from "../../engine/arena.ts";
import type { Work } from "../../engine/schedule.ts";
import { tileRows } from "../../engine/tiles.ts";
import type { Matrix } from "../../input/matrix.ts";
import { packedRows } from "../em/packing.ts";
import type { RowSource } from "../em/row-source.ts";

/**
 * Bytes up to which a lane holds rows in tiles of several heights, and rows without each fold, side by side, and has a copy of
 * each, from which they are restored once they have been sorted. Of more bytes it holds the rows that were used last, and has
 * them read again, which takes less than a pass.
 */
const MOST_HELD_BYTES = 8 * 1024 * 1024;

/** Some rows of the data: those with a weight above 0. */
export interface Share {
  /** How many. */
  readonly nRows: number;
  /** For each row of the data its weight, or undefined if all weigh 1. */
  readonly weights: () => Float64Array | undefined;
}

/**
 * Works on rows in the order of the data, and gives back what that takes of the arena: of many works each finds the rows that
 * they share packed already.
 *
 * @param K - how many components are to be fitted: the height of the tiles follows from it.
 */
export type Lane = <T>(share: Share, K: number, work: (rows: RowSource) => Work<T>) => Work<T>;

/** A lane in an arena from which nobody else takes as long as the lane is used. */
export function laneIn(arena: Arena, matrix: Matrix): Lane {
  const base = arena.mark();
  const { nColumns: D } = matrix;
  let held: { readonly share: Share; readonly rows: RowSource }[] = [];
  return function* (share, K, work) {
    const T = tileRows(D, share.nRows, K);
    let rows = held.find((one) => one.share === share && one.rows.T === T)?.rows;
    const bytes = (share.nRows + T) * D * 8;
    if (!rows && arena.mark() - base + bytes > MOST_HELD_BYTES) {
      held = [];
      arena.rewind(base);
    }
    let mark = arena.mark();
    try {
      if (rows?.restore) yield* rows.restore();
      else {
        const packed = yield* packedRows(arena, matrix, K, share.weights());
        mark = arena.mark();
        rows = bytes > MOST_HELD_BYTES ? packed : withCopy(packed, mark);
        held.push({ share, rows });
      }
      return yield* work(rows);
    } finally {
      arena.rewind(mark);
    }
  };
}

/** The same rows, restored from a copy of all that lies from their tiles on up to `end`. */
function withCopy(rows: RowSource, end: number): RowSource {
  const { arena, x } = rows;
  const copy = arena.viewF64(x, (end - x) / 8).slice();
  return {
    ...rows,
    *restore() {
      yield { groups: 1, run: () => arena.viewF64(x, copy.length).set(copy) };
    },
  };
}

// How rows get into an arena, and back into their order there.
import type { Arena } from "../../engine/arena.ts";
import type { Pointer } from "../../engine/kernels.ts";
import { inArena, type Work } from "../../engine/schedule.ts";
import { packRows, tileRows, windowRows } from "../../engine/tiles.ts";
import { columnLabel } from "../../input/columns.ts";
import type { Matrix } from "../../input/matrix.ts";
import { selectRows } from "../../input/rows.ts";
import { type RowSource, sourceOf } from "./row-source.ts";

/** Numbers beyond this could overflow when squared and summed. */
const LARGEST_SPREAD = 1e150;
/** A standard deviation below this has a square that is no longer a normal number. */
const SMALLEST_SPREAD = 1e-150;
/** A standard deviation below this share of the mean is rounding. */
const LAST_DIGIT = 2 * Number.EPSILON;

/** Rows on their way into tiles. */
interface Packing {
  readonly arena: Arena;
  readonly matrix: Matrix;
  /** For each row of the matrix, its index in the caller's data, where that differs. */
  readonly kept?: Int32Array | undefined;
  /** Of each row of the matrix; undefined if all weigh 1. */
  readonly weights: Float64Array | undefined;
  /** Where tiles and weights go. */
  readonly x: Pointer;
  readonly w: Pointer;
  readonly T: number;
}

/**
 * What packs rows: at first, and whenever they have been sorted and are to lie as they were packed.
 *
 * @throws {RangeError} If a value is NaN or infinite, naming its row and column.
 */
export function packing({ arena, matrix, kept, weights, x, w, T }: Packing): () => Work<void> {
  const { nRows: N, nColumns: D } = matrix;
  const rows = windowRows(N, D, T);
  return function* () {
    const mark = arena.mark();
    try {
      if (weights) arena.viewF64(w, N).set(weights);
      const staging = arena.f64(rows * D);
      yield {
        groups: Math.ceil(N / rows),
        run: (window) => {
          const first = window * rows;
          packRows(arena, matrix, first, Math.min(rows, N - first), staging, x + first * D * 8, T, kept);
        },
      };
    } finally {
      arena.rewind(mark);
    }
  };
}

/**
 * Packs rows, works on them, and gives their memory back whatever happens.
 *
 * @param K - how many components are to be fitted: with many, tiles are shorter.
 * @param own - an arena to use instead of one that this thread keeps at hand: over shared memory, or with other kernels.
 * @param spare - see {@link packedRows}.
 */
export function withRows<T>(
  matrix: Matrix,
  K: number,
  sampleWeight: Float64Array | undefined,
  work: (rows: RowSource) => Work<T>,
  own?: Arena | undefined,
  spare?: number,
): Work<T> {
  return inArena(own, matrix.nRows * matrix.nColumns * 8, function* (arena) {
    return yield* work(yield* packedRows(arena, matrix, K, sampleWeight, spare));
  });
}

/**
 * Packs the rows of a weight above 0. They live until the arena is rewound.
 *
 * @param spare - for how many rows more there is to be room, and for weights if some are given, so that all can be arranged anew.
 */
export function* packedRows(
  arena: Arena,
  all: Matrix,
  K: number,
  sampleWeight: Float64Array | undefined,
  spare = 0,
): Work<RowSource> {
  const kept = sampleWeight?.includes(0) ? positiveRows(sampleWeight) : undefined;
  const matrix = kept ? selectRows(all, kept) : all;
  const { nRows: N, nColumns: D } = matrix;
  const T = tileRows(D, N, K);
  const nTiles = Math.ceil(N / T);
  const x = arena.f64((nTiles * T + spare) * D);
  const weights = sampleWeight && (kept ? Float64Array.from(kept, (row) => sampleWeight[row]) : sampleWeight);
  const w = arena.f64(weights ? nTiles * T + spare : 2 * T);
  if (weights) arena.viewF64(w, nTiles * T).fill(0);
  else
    arena
      .viewF64(w, 2 * T)
      .fill(1)
      .fill(0, T + N - (nTiles - 1) * T);
  const restore = packing({ arena, matrix, kept, weights, x, w, T });
  yield* restore();
  const wStep = weights ? T * 8 : 0;
  const totalWeight = sampleWeight ? sampleWeight.reduce((sum, weight) => sum + weight, 0) : N;
  return measured({ arena, N, D, T, nTiles, x, w, wStep, totalWeight, kept, restore }, matrix);
}

/** Rows by number, of a weight above 0. */
function positiveRows(sampleWeight: Float64Array): Int32Array {
  const rows: number[] = [];
  sampleWeight.forEach((weight, n) => {
    if (weight > 0) rows.push(n);
  });
  return Int32Array.from(rows);
}

type Unmeasured = Omit<Parameters<typeof sourceOf>[0], "columnMeans" | "columnVariances">;

/**
 * Packed rows with the moments of their columns.
 *
 * @throws {RangeError} If a column's values or spread are beyond what can be squared.
 */
export function measured(places: Unmeasured, { columns }: Pick<Matrix, "columns">): RowSource {
  const none = new Float64Array(0);
  const bare = sourceOf({ ...places, columnMeans: none, columnVariances: none });
  const { arena, at, D, nTiles, totalWeight } = bare;
  const mark = arena.mark();
  try {
    const c = arena.f64(D);
    arena.kernels.readRow(at, 0, c);
    const s1 = arena.filled(D, 0);
    const s2 = arena.filled(D, 0);
    arena.kernels.columnMoments(at, 0, nTiles, c, s1, s2);
    const shift = arena.readF64(s1, D).map((sum) => sum / totalWeight);
    const columnMeans = arena.readF64(c, D).map((value, d) => value + shift[d]);
    const columnVariances = arena.readF64(s2, D).map((sum, d) => Math.max(0, sum / totalWeight - shift[d] * shift[d]));
    for (let d = 0; d < D; d++) {
      const rounding = LAST_DIGIT * Math.abs(columnMeans[d]);
      // what differs in the last digit alone is constant
      const isRounding = Math.sqrt(columnVariances[d]) <= rounding && Math.abs(shift[d]) <= rounding;
      const constant = isRounding || (arena.viewF64(s2, D)[d] === 0 && arena.viewF64(s1, D)[d] === 0);
      if (constant) columnVariances[d] = 0;
      const spread = Math.sqrt(columnVariances[d]);
      if (
        !(spread <= LARGEST_SPREAD && Math.abs(columnMeans[d]) <= LARGEST_SPREAD) ||
        !(spread >= SMALLEST_SPREAD || constant)
      ) {
        throw new RangeError(
          `data: expected columns whose values and spread lie between ${SMALLEST_SPREAD} and ${LARGEST_SPREAD}, ` +
            `got column ${columnLabel(d, columns)} beyond that; change its unit`,
        );
      }
    }
    return { ...bare, columnMeans, columnVariances };
  } finally {
    arena.rewind(mark);
  }
}

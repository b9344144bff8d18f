import type { Form } from "../../covariance/form.ts";
import { type Arena, acquireArena, releaseArena } from "../../engine/arena.ts";
import { type PlacedRows, placeRows } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import { packRows, tileRows, windowRows } from "../../engine/tiles.ts";
import type { Family } from "../../families/family.ts";
import { familyNamed } from "../../families/registry.ts";
import { columnLabel } from "../../input/columns.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { CovarianceType, FamilyName } from "../../input/options.ts";

/** Numbers per group, about: enough work to hide what a group costs, few enough to keep many threads and the page busy. */
const GROUP_NUMBERS = 65_536;
/** A row counts as at least so many numbers. */
const LEAST_COLUMNS = 16;
/** With more components than this a group has fewer numbers, up to this number of groups: more would cost more than they bring. */
const MANY_COMPONENTS = 8;
const ENOUGH_GROUPS = 8;
/** Fewer groups than this are a power of two: as many threads share them without one that is left over. */
const MANY_GROUPS = 16;
/** Most groups, and most bytes of partial statistics: each group has its own. */
const MOST_GROUPS = 64;
const MOST_PARTIAL_BYTES = 4 * 1024 * 1024;
/** Numbers beyond this could overflow when squared and summed. */
const LARGEST_SPREAD = 1e150;
/** A standard deviation below this has a square that is no longer a normal number. */
const SMALLEST_SPREAD = 1e-150;

/** A standard deviation below this share of the mean is rounding. */
const LAST_DIGIT = 2 * Number.EPSILON;

/** Rows whose component is known. */
export interface LabelledTiles {
  /** Tiles of rows of which nothing is known; they come first. */
  readonly free: number;
  /** The other tiles, in pieces of one component each: from `first` to `last` - 1. */
  readonly parts: readonly { readonly component: number; readonly first: number; readonly last: number }[];
}

/**
 * The rows of one fit, packed, in an arena of their own. Rows of weight 0 are left out, as if they were not there.
 */
export interface Problem {
  readonly arena: Arena;
  readonly family: Family;
  readonly covarianceType: CovarianceType;
  readonly form: Form;
  /** What kernels know the form by. */
  readonly type: number;
  readonly N: number;
  /** Of a subsample: the rows that it stands for. */
  readonly whole?: number | undefined;
  readonly D: number;
  readonly K: number;
  readonly T: number;
  readonly nTiles: number;
  /** Where the rows lie, and the record by which kernels are told of them. */
  readonly rows: PlacedRows;
  /** Σ weights. */
  readonly totalWeight: number;
  /** [D] mean and variance of each column; the variance of a constant column is exactly 0. */
  readonly columnMeans: Float64Array;
  readonly columnVariances: Float64Array;
  /** For each kept row, its index in the caller's data; undefined if all rows are kept. */
  readonly kept: Int32Array | undefined;
  /** Packs the rows anew: in the caller's order, whatever sorting has done to it. A subsample has none. */
  readonly restore?: (() => Work<void>) | undefined;
  readonly labelled?: LabelledTiles | undefined;
}

/**
 * Opens a problem, works on it, and gives its memory back whatever happens.
 *
 * @param family - of the covariances: by its name, or by that of its form.
 * @param own - an arena to use instead of one that this thread keeps at hand: over shared memory, or with other kernels.
 * @param tiled - the number of rows of a tile, where they are arranged in tiles: those of weight 0 stay where they are.
 */
export function* withProblem<T>(
  matrix: Matrix,
  family: FamilyName | CovarianceType,
  K: number,
  sampleWeight: Float64Array | undefined,
  work: (problem: Problem) => Work<T>,
  own?: Arena | undefined,
  tiled?: number,
): Work<T> {
  const arena = own ?? acquireArena(matrix.nRows * matrix.nColumns * 8);
  try {
    return yield* work(yield* pack(arena, matrix, family, K, sampleWeight, tiled));
  } finally {
    if (!own) releaseArena(arena);
  }
}

/** The weights [N] of the rows as they lie. A view or an array of ones: use it at once. */
export function rowWeights({ arena, N, rows }: Problem): Float64Array {
  const { w, wStep } = rows;
  return wStep ? arena.viewF64(w, N) : new Float64Array(N).fill(1);
}

/** Range of tiles of a group, first inclusive, last exclusive. It depends on the data's shape alone. */
export function groupTiles(problem: Pick<Problem, "nTiles">, groups: number, group: number): readonly [number, number] {
  const { nTiles } = problem;
  return [Math.floor((nTiles * group) / groups), Math.floor((nTiles * (group + 1)) / groups)];
}

/**
 * Number of groups of tiles that a pass over the data is cut into, each with partial results of some bytes. It depends
 * on the shape of the problem alone, never on the number of threads, and with it the order of every sum.
 */
export function groupCount(
  { N, D, K, nTiles }: Pick<Problem, "N" | "D" | "K" | "nTiles">,
  partialBytes: number,
): number {
  const affordable = Math.max(4, Math.floor(MOST_PARTIAL_BYTES / partialBytes));
  const byNumbers = (N * Math.max(LEAST_COLUMNS, D)) / GROUP_NUMBERS;
  const byWork = Math.min(ENOUGH_GROUPS, (byNumbers * K) / MANY_COMPONENTS);
  const most = Math.max(1, Math.min(MOST_GROUPS, affordable, nTiles, Math.round(Math.max(byNumbers, byWork))));
  return most < MANY_GROUPS ? 1 << (31 - Math.clz32(most)) : most;
}

function* pack(
  arena: Arena,
  all: Matrix,
  name: FamilyName | CovarianceType,
  K: number,
  sampleWeight: Float64Array | undefined,
  tiled: number | undefined,
): Work<Problem> {
  const kept = tiled === undefined && sampleWeight?.includes(0) ? positiveRows(sampleWeight) : undefined;
  const matrix = kept ? selectRows(all, kept) : all;
  const { nRows: N, nColumns: D } = matrix;
  const T = tiled ?? tileRows(D, N, K);
  const nTiles = Math.ceil(N / T);
  const x = arena.f64(nTiles * D * T);
  const weights = sampleWeight && (kept ? Float64Array.from(kept, (row) => sampleWeight[row]) : sampleWeight);
  const { w, wStep } = packWeights(arena, N, T, nTiles, weights);
  const window = windowRows(N, D, T);
  const rows = placeRows(arena, { x, w, wStep, N, D, T });
  const restore = function* (): Work<void> {
    const mark = arena.mark();
    try {
      if (weights) arena.viewF64(w, N).set(weights);
      const staging = arena.f64(window * D);
      yield {
        groups: Math.ceil(N / window),
        run: (group) => {
          const first = group * window;
          packRows(arena, matrix, first, Math.min(window, N - first), staging, x + first * D * 8, T, kept);
        },
      };
    } finally {
      arena.rewind(mark);
    }
  };
  yield* restore();
  const totalWeight = sampleWeight ? sampleWeight.reduce((sum, weight) => sum + weight, 0) : N;
  const family = familyNamed(name);
  const { form } = family;
  const shape = {
    arena,
    family,
    covarianceType: form.name,
    form,
    type: form.code,
    N,
    D,
    K,
    T,
    nTiles,
    rows,
    totalWeight,
    kept,
    restore,
  };
  return { ...shape, ...columnStatistics(shape, matrix) };
}

function positiveRows(sampleWeight: Float64Array): Int32Array {
  const rows: number[] = [];
  sampleWeight.forEach((weight, n) => {
    if (weight > 0) rows.push(n);
  });
  return Int32Array.from(rows);
}

/** Some rows of a matrix, in order. */
export function selectRows(all: Matrix, rows: Int32Array): Matrix {
  const D = all.nColumns;
  return {
    nRows: rows.length,
    nColumns: D,
    columns: all.columns,
    copyRows: (first, count, out) => {
      for (let n = 0; n < count; n++) all.copyRows(rows[first + n], 1, out.subarray(n * D, (n + 1) * D));
    },
  };
}

function packWeights(
  arena: Arena,
  N: number,
  T: number,
  nTiles: number,
  weights: Float64Array | undefined,
): { readonly w: Pointer; readonly wStep: number } {
  if (!weights) {
    const w = arena.filled(2 * T, 1);
    arena.viewF64(w, 2 * T).fill(0, T + N - (nTiles - 1) * T);
    return { w, wStep: 0 };
  }
  return { w: arena.filled(nTiles * T, 0), wStep: T * 8 };
}

function columnStatistics(
  problem: Omit<Problem, "columnMeans" | "columnVariances">,
  matrix: Matrix,
): Pick<Problem, "columnMeans" | "columnVariances"> {
  const { arena, D, nTiles, rows, totalWeight } = problem;
  const mark = arena.mark();
  try {
    const c = arena.f64(D);
    arena.kernels.readRow(rows.at, 0, c);
    const s1 = arena.filled(D, 0);
    const s2 = arena.filled(D, 0);
    arena.kernels.columnMoments(rows.at, 0, nTiles, c, s1, s2);
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
            `got column ${columnLabel(d, matrix.columns)} beyond that; change its unit`,
        );
      }
    }
    return { columnMeans, columnVariances };
  } finally {
    arena.rewind(mark);
  }
}

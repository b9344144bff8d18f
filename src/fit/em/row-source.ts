// Rows as a fit sees them, whatever is fitted to them: where they lie, and what is known of them.
import type { Form } from "../../covariance/form.ts";
import type { Arena } from "../../engine/arena.ts";
import { describeRows } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Watch } from "../../input/watch.ts";
import type { Regularisation } from "./regularisation.ts";
import type { Resolution } from "./resolution.ts";

/** Rows in tiles, in an arena. Rows of weight 0 are left out, as if they were not there. */
interface Places {
  readonly arena: Arena;
  /** Rows of a weight above 0. */
  readonly N: number;
  /** Of a subsample: the rows that it stands for. */
  readonly whole?: number | undefined;
  readonly D: number;
  readonly T: number;
  readonly nTiles: number;
  /** The tiles (docs/notation.md). */
  readonly x: Pointer;
  /** The weights, and the bytes from those of one tile to those of the next: 0 where all rows weigh 1. */
  readonly w: Pointer;
  readonly wStep: number;
  /** Σ weights. */
  readonly totalWeight: number;
  /** [D] mean and variance of each column; the variance of a constant column is exactly 0. */
  readonly columnMeans: Float64Array;
  readonly columnVariances: Float64Array;
  /** For each row, its index in the caller's data; undefined if all rows are there, in the caller's order. */
  readonly kept?: Int32Array | undefined;
  readonly labelled?: LabelledTiles | undefined;
  /** The clock of the fit to them, and to any of them. */
  watch?: Watch | undefined;
  /** Puts the rows back as they were packed, whatever sorting has done to them. A subsample has none. */
  readonly restore?: (() => Work<void>) | undefined;
}

/** The rows of a fit, or some of them, or the same with other weights. It lives until the arena is rewound to before it. */
export interface RowSource extends Places {
  /** The record by which kernels are told of the rows. */
  readonly at: Pointer;
  /** What the rows can tell apart, once `resolutionOf` has looked. */
  resolution: Resolution | undefined;
  /** What their scale asks for, by the form of the covariances, as far as `regularisationOf` has been asked. */
  readonly regularisations: Map<Form, Regularisation>;
  /** Columns that follow from others, as far as `dependentColumns` has been asked: for dense forms, and for others. */
  readonly dependent: Map<boolean, readonly number[]>;
}

/** Rows whose component is known. */
export interface LabelledTiles {
  /** Tiles of rows of which nothing is known; they come first. */
  readonly free: number;
  /** The other tiles, in pieces of one component each: from `first` to `last` - 1. */
  readonly parts: readonly { readonly component: number; readonly first: number; readonly last: number }[];
}

/** Rows about which nobody has asked yet. */
export function sourceOf(places: Places): RowSource {
  const { arena, x, w, wStep, N, D, T, nTiles, labelled } = places;
  return {
    ...places,
    // where rows are arranged by label, all tiles are full
    at: describeRows(arena, { x, w, wStep, N: labelled ? nTiles * T : N, D, T }),
    resolution: undefined,
    regularisations: new Map(),
    dependent: new Map(),
  };
}

/** The weights [N] of the rows as they lie. A view or an array of ones: use it at once. */
export function rowWeights({ arena, N, w, wStep }: RowSource): Float64Array {
  return wStep ? arena.viewF64(w, N) : new Float64Array(N).fill(1);
}

/**
 * The same tiles with other weights.
 *
 * @param w - the weights, with room for whole tiles; 0 takes a row out.
 * @param totalWeight - their sum.
 */
export function reweighted(rows: RowSource, w: Pointer, totalWeight: number): RowSource {
  return sourceOf({ ...rows, w, wStep: rows.T * 8, totalWeight, labelled: undefined, restore: undefined });
}

/**
 * The rows of one component: the same tiles, weighted by the component's responsibilities.
 *
 * @param w - responsibilities times weights, with room for whole tiles.
 * @param columnMeans - the mean of the component, [D].
 * @param columnVariances - its variances, [D].
 */
export function rowsOfComponent(
  rows: RowSource,
  w: Pointer,
  totalWeight: number,
  columnMeans: Float64Array,
  columnVariances: Float64Array,
): RowSource {
  return { ...reweighted(rows, w, totalWeight), columnMeans, columnVariances };
}

/** The same rows in other tiles, at `x`, where every column has variance 1. */
export function whitenedRows(rows: RowSource, x: Pointer): RowSource {
  return sourceOf({ ...rows, x, columnVariances: new Float64Array(rows.D).fill(1), restore: undefined });
}

/**
 * A subsample: some of the rows in tiles of their own, at `x`, with weights `w` as in {@link reweighted}. The moments of the
 * columns are still those of all rows.
 */
export function subsampledRows(
  rows: RowSource,
  { N, T, nTiles, x, w, totalWeight }: Pick<Places, "N" | "T" | "nTiles" | "x" | "w" | "totalWeight">,
): RowSource {
  return sourceOf({
    ...{ ...rows, N, T, nTiles, x, w, wStep: T * 8, totalWeight, whole: rows.whole ?? rows.N },
    ...{ kept: undefined, labelled: undefined, restore: undefined },
  });
}

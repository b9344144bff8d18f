// How rows lie: those of one component are brought together, so that a lazy pass finds pure tiles.

import { hasOwnMatrices } from "../../covariance/forms.ts";
import { type Parameters, withinCovariance } from "../../covariance/parameters.ts";
import { pivotTolerance } from "../../covariance/roots.ts";
import { describeModel, type PlacedModel } from "../../engine/descriptors.ts";
import { type Pointer, TYPE_CODE } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Problem } from "./problem.ts";

/** Rows are sorted again when more than this share of them lies in a tile of another component. */
const STRAY_SHARE = 0.1;
/** Tiles per component below which no tile can be pure. */
const TILES_PER_COMPONENT = 2;
/** Rows are sorted within windows of this size, in bytes: at least, and at most. */
const LEAST_WINDOW = 1024 * 1024;
const MOST_WINDOW = 4 * 1024 * 1024;
/** Of data that make this share larger than the most, this share is the most. */
const WINDOW_SHARE = 1 / 6;
/** Full components, and columns, from which the first sort goes by the average covariance. */
const ROUGH_COMPONENTS = 4;
const ROUGH_COLUMNS = 6;
/** Rows are sorted properly when more than this share of them strays after a rough sort, beside what any sort leaves. */
const ROUGH_STRAY_SHARE = 0.01;
/** Pure tiles that each component should find in a window. */
const WINDOW_TILES = 8;

/** All that the order of the rows depends on beside the parameters. */
export interface OrderState {
  readonly passes: number;
  readonly sortAt: number;
  /** [tiles]: the component to try first in each. */
  readonly homes: Int32Array;
  /** What rows were sorted by, from the caller's order on. */
  readonly sorts: readonly SortState[];
}

interface SortState {
  /** In the form of {@link Sorted.vector}. */
  readonly vector: Float64Array;
  readonly homes: Int32Array;
}

/** The parameters that rows are sorted by: see Em. */
interface Sorted extends Problem {
  readonly vector: Float64Array;
  readonly model: PlacedModel;
  read(): Parameters;
  seatVector(values: Float64Array): void;
  settle(): Work<number>;
}

/** The order of the rows of one fit in progress. */
export class RowOrder {
  /** [tiles] of 32-bit integers: the component to try first in each. */
  readonly homes: Pointer;
  readonly #em: Sorted;
  /** Tiles to sort: those whose rows may belong to any component. */
  readonly #free: number;
  /** Whether rows are ever sorted. */
  readonly pays: boolean;
  /** Passes since the start, where it pays to count them. */
  passes = 0;
  /** The pass before which sorting pays again, if rows have strayed by then. */
  sortAt = 0;
  /** What rows were sorted by since they were packed. */
  #sorts: readonly SortState[] = [];

  /** @param free - the number of tiles, first ones, whose rows may belong to any component. @param lazy - whether passes are. */
  constructor(em: Sorted, free: number, lazy: boolean) {
    const { K } = em;
    const { arena, nTiles } = em.rows;
    this.#em = em;
    this.#free = free;
    this.pays = lazy && K > 1 && free >= TILES_PER_COMPONENT * K;
    this.homes = arena.i32(nTiles);
    this.#homesView.fill(0);
  }

  get #homesView(): Int32Array {
    const { arena, nTiles } = this.#em.rows;
    return arena.viewI32(this.homes, nTiles);
  }

  /** A copy: {@link resume} brings rows back to where they are. */
  get state(): OrderState {
    return { passes: this.passes, sortAt: this.sortAt, homes: this.#homesView.slice(), sorts: this.#sorts };
  }

  /** What rows were sorted by since they were packed. */
  get sorts(): OrderState["sorts"] {
    return this.#sorts;
  }

  /** How many rows may lie in tiles of other components before it pays to sort again. */
  get mostStrays(): number {
    return this.#tolerableStrays() * this.#em.rows.N;
  }

  /** Sorts rows if a pass is to find them sorted anew. */
  *prepare(): Work<void> {
    if (this.passes === this.sortAt) yield* this.#sort();
  }

  /** Takes note of a pass. @param strays - the number of rows that it found in a tile of another component. */
  passed(strays: number): void {
    if (!this.pays) return;
    this.passes++;
    // every sort waits twice as long as the one before: their number grows with the logarithm of the passes
    if (this.passes >= this.sortAt * 2 && strays > this.mostStrays) {
      this.sortAt = this.passes;
    }
  }

  /** Forgets how rows were sorted for other parameters: for a new start. */
  begin(): void {
    this.passes = 0;
    this.sortAt = 0;
  }

  /** Puts rows back into the caller's order. */
  *renew(): Work<void> {
    const { restore } = this.#em.rows;
    if (this.#sorts.length > 0 && restore) yield* restore();
    this.#sorts = [];
    this.#homesView.fill(0);
    this.begin();
  }

  /** Brings rows to where they were. Parameters are left as they were for the last sort. */
  *resume({ passes, sortAt, homes, sorts }: OrderState): Work<void> {
    yield* this.renew();
    for (const sort of sorts) {
      this.#em.seatVector(sort.vector);
      yield* this.#em.settle();
      this.#homesView.set(sort.homes);
      yield* this.#sort();
    }
    this.#homesView.set(homes);
    this.passes = passes;
    this.sortAt = sortAt;
  }

  /** Tiles in a window of {@link #sort}. */
  #windowTiles(): number {
    const { K } = this.#em;
    const { D, T } = this.#em.rows;
    const tileBytes = D * T * 8;
    const wanted = Math.max(LEAST_WINDOW, K * WINDOW_TILES * tileBytes);
    const affordable = Math.max(MOST_WINDOW, this.#free * tileBytes * WINDOW_SHARE);
    return Math.min(this.#free, Math.max(1, Math.floor(Math.min(wanted, affordable) / tileBytes)));
  }

  /** Whether a sort, counted from 1, goes by the average covariance. */
  #isRough(sort: number): boolean {
    const { form, K } = this.#em;
    const { D } = this.#em.rows;
    return sort === 1 && hasOwnMatrices(form) && D >= ROUGH_COLUMNS && K >= ROUGH_COMPONENTS;
  }

  /** Share of the rows that may lie in tiles of other components before it pays to sort again. */
  #tolerableStrays(): number {
    if (!this.#isRough(this.#sorts.length)) return STRAY_SHARE;
    // where two components meet in a window, a quarter of a tile strays: the rest is what was sorted too roughly
    return ROUGH_STRAY_SHARE + (this.#em.K - 1) / (4 * this.#windowTiles());
  }

  /** Brings rows of one component together, within windows. */
  *#sort(): Work<void> {
    if (!this.pays) return;
    const { rows, K, model, vector } = this.#em;
    const { arena, at, D, T } = rows;
    const nTiles = this.#free;
    const rough = this.#isRough(this.#sorts.length + 1);
    // a new list: the old one belongs to the state before
    this.#sorts = [...this.#sorts, { vector: vector.slice(), homes: this.#homesView.slice() }];
    const tiles = this.#windowTiles();
    const mark = arena.mark();
    try {
      const by = (rough && this.#pooled()) || model;
      yield {
        arena,
        kernel: "sortRows",
        groups: Math.ceil(nTiles / tiles),
        scratchBytes: arena.kernels.sortScratchBytes(by.type, D, T, K, tiles),
        args: (window) => [...[at, by.at, window * tiles, Math.min((window + 1) * tiles, nTiles), this.homes, 0]],
      };
    } finally {
      arena.rewind(mark);
    }
  }

  /**
   * The components with their average covariance in place of their own: D multiplications for a row and component instead of
   * D² / 2, which sorts most rows alike. It lies in the arena until that is rewound.
   */
  #pooled(): Pick<PlacedModel, "type" | "at"> | undefined {
    const { rows, K, model } = this.#em;
    const { arena, D } = rows;
    const type = TYPE_CODE.tied;
    const { weights, mu, centre } = model;
    const at = describeModel(arena, {
      ...{ type, D, K, weights, mu, centre },
      cov: arena.copyOf(withinCovariance(this.#em.read())),
      factor: arena.f64(arena.kernels.factorLength(type, D, K)),
      logc: arena.f64(K),
    });
    const status = arena.kernels.factorise(at, 0, K, pivotTolerance(D), arena.f64(2 * D * D));
    return status > 0 ? undefined : { type, at };
  }
}

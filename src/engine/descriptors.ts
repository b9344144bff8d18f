// Rows, models and clusters in an arena's memory, each with the record by which kernels are told of it: see
// assembly/descriptors.ts. Written once, so that a kernel's call hands over one address.
import type { Arena } from "./arena.ts";
import type { Pointer } from "./kernels.ts";

/** Room for any record, in bytes: assembly/descriptors.ts has the same. */
export const RECORD_BYTES = 80;

/** Rows in tiles: names as in docs/notation.md. */
export interface RowPlaces {
  readonly x: Pointer;
  readonly w: Pointer;
  readonly wStep: number;
  readonly N: number;
  readonly D: number;
  readonly T: number;
}

/** Tells the kernels of rows. @returns the record, what they take for `rows`; it holds until the arena is rewound. */
export function describeRows(arena: Arena, { x, w, wStep, N, D, T }: RowPlaces): Pointer {
  const at = arena.bytesOf(RECORD_BYTES);
  arena.kernels.describeRows(at, x, w, wStep, N, D, T);
  return at;
}

/** A mixture of K components over D columns; a place that is left out is nowhere, and no kernel that reads there may be called. */
export interface ModelPlaces {
  /** A `TYPE_CODE`. */
  readonly type: number;
  readonly D: number;
  readonly K: number;
  readonly weights?: Pointer;
  readonly mu?: Pointer;
  readonly cov?: Pointer;
  readonly centre?: Pointer;
  readonly factor?: Pointer;
  readonly logc?: Pointer;
  /** What is known of pairs of components; 0, or left out, does without. */
  readonly separators?: Pointer;
  readonly reach?: Pointer;
}

/** A mixture, told. */
export interface PlacedModel extends Required<ModelPlaces> {
  /** The record: what kernels take for `model`. */
  readonly at: Pointer;
}

/** Tells the kernels of a mixture. @returns the record, what they take for `model`; it holds until the arena is rewound. */
export function describeModel(arena: Arena, places: ModelPlaces): Pointer {
  const { kernels } = arena;
  const { type, D, K, weights = 0, mu = 0, cov = 0, centre = 0 } = places;
  const { factor = 0, logc = 0, separators = 0, reach = 0 } = places;
  const at = arena.bytesOf(RECORD_BYTES);
  kernels.describeModel(at, type, D, K, weights, mu, cov, centre);
  kernels.describeFactors(at, factor, logc, separators, reach);
  return at;
}

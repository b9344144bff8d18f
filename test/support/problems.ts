import fc from "fast-check";
import { mostTileRows } from "../../src/engine/tiles.ts";
import { type CovarianceType, GaussianMixture } from "../../src/index.ts";
import { TYPES } from "./forms.mjs";
import { normals, uniforms } from "./random.mjs";

export { normals, TYPES, uniforms };

/**
 * How the properties are run: seeded, so that a failure comes back. To look further, `GAUSSMIX_SEED=7 GAUSSMIX_RUNS=20`
 * takes other problems, and 20 times as many.
 */
export function runs(numRuns: number): fc.Parameters<unknown> {
  const { GAUSSMIX_SEED: seed = "20261122", GAUSSMIX_RUNS: times = "1" } = process.env;
  return { seed: Number(seed), numRuns: numRuns * Number(times) };
}

/** Data in the form of `{ data, shape }`. */
export interface Shaped {
  readonly data: Float64Array;
  readonly shape: readonly [number, number];
}

/** Every number is a multiple of this and below 2^11: adding an integer below 2^32 is exact. */
const GRID = 2 ** -20;

/**
 * N rows in D columns from K skewed clouds, each within some units of its centre; the centres some units apart.
 *
 * @param apart - spread of the centres: 3 makes clouds that overlap, 30 clouds that do not.
 */
export function clouds(N: number, D: number, K: number, seed: number, apart = 3): Shaped {
  const normal = normals(seed);
  const list = (length: number, scale: number): number[] => Array.from({ length }, () => scale * normal());
  const centres = Array.from({ length: K }, () => list(D, apart));
  // rows of D numbers; a unit added to the diagonal keeps the clouds from being flat
  const skews = centres.map(() =>
    Array.from({ length: D }, (_, d) => list(D, 0.4).map((v, j) => v + (j === d ? 1 : 0))),
  );
  const data = new Float64Array(N * D);
  for (let n = 0; n < N; n++) {
    const z = list(D, 1);
    for (let d = 0; d < D; d++) {
      const moved = skews[n % K][d].reduce((sum, v, j) => sum + v * z[j], centres[n % K][d]);
      data[n * D + d] = Math.round(moved / GRID) * GRID;
    }
  }
  return { data, shape: [N, D] };
}

/** A change of each number in its twelfth digit, by up to 2^-40 of itself. */
export function nudged({ data, shape }: Shaped, seed: number): Shaped {
  const uniform = uniforms(seed);
  return { data: data.map((value) => value * (1 + (2 * uniform() - 1) * 2 ** -40)), shape };
}

/** Some rows of data, by index; an index may come twice. */
export function rowsOf({ data, shape }: Shaped, rows: readonly number[]): Shaped {
  const D = shape[1];
  return {
    data: Float64Array.from(rows.flatMap((n) => [...data.subarray(n * D, (n + 1) * D)])),
    shape: [rows.length, D],
  };
}

/** Rows of data as arrays. */
export function nested({ data, shape: [N, D] }: Shaped): number[][] {
  return Array.from({ length: N }, (_, n) => [...data.subarray(n * D, (n + 1) * D)]);
}

/** The shape of a random problem. */
export interface Sizes {
  readonly N: number;
  readonly D: number;
  readonly K: number;
  readonly type: CovarianceType;
  readonly seed: number;
}

/** 1 to 9, which covers every kernel and its tails, and now and then a large odd number. */
function oneToNine(large: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 9 }) },
    { weight: 1, arbitrary: fc.constant(large) },
  );
}

/**
 * Sizes around the tiles in which rows are packed: one row less, the tile itself, one more, two tiles and three rows; and
 * a few rows.
 *
 * @param least - rows for each component at least, in multiples of the number of columns.
 */
export function sizes(least = 0): fc.Arbitrary<Sizes> {
  return fc
    .record({
      D: oneToNine(33),
      components: oneToNine(17),
      rows: fc.constantFrom(-1, 0, 1, 2),
      few: fc.option(fc.integer({ min: 1, max: 40 }), { freq: 4 }),
      type: fc.constantFrom(...TYPES),
      seed: fc.integer({ min: 0, max: 2 ** 30 }),
    })
    .map(({ D, components, rows, few, type, seed }) => {
      const T = mostTileRows(D);
      const N = few !== null && least === 0 ? few : rows === 2 ? 2 * T + 3 : T + rows;
      const K = Math.max(1, Math.min(components, N, least > 0 ? Math.floor(N / (least * D)) : N));
      return { N, D, K, type, seed };
    });
}

/** Valid parameters that belong to no data: random weights, means, and covariances A A' + 1/4. */
export function randomMixture({ D, K, type, seed }: Omit<Sizes, "N">): GaussianMixture {
  const normal = normals(seed + 1);
  const uniform = uniforms(seed + 2);
  const shares = Array.from({ length: K }, () => 0.1 + uniform());
  const total = shares.reduce((sum, share) => sum + share, 0);
  const variance = (): number => 0.25 + 2 * uniform();
  const matrix = (): number[][] => {
    const a = Array.from({ length: D }, () => Array.from({ length: D }, normal));
    return a.map((row, i) => a.map((other, j) => row.reduce((s, v, m) => s + v * other[m], i === j ? 0.25 : 0)));
  };
  const covariances = {
    full: () => Array.from({ length: K }, matrix),
    tied: matrix,
    diag: () => Array.from({ length: K }, () => Array.from({ length: D }, variance)),
    spherical: () => Array.from({ length: K }, variance),
  }[type]();
  return GaussianMixture.fromParameters({
    covarianceType: type,
    weights: shares.map((share) => share / total),
    means: Array.from({ length: K }, () => Array.from({ length: D }, () => 3 * normal())),
    covariances,
  });
}

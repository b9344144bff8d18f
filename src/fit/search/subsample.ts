import type { Pointer } from "../../engine/kernels.ts";
import { tileRows } from "../../engine/tiles.ts";
import type { Problem } from "../em/problem.ts";
import { type RowSource, subsampledRows } from "../em/row-source.ts";
import {
  LEAST_RACE_ROWS,
  LEAST_SAMPLE_ROWS,
  RACE_ROWS_PER_COMPONENT,
  RACE_SAMPLE_PAYS,
  SAMPLE_PAYS,
  SAMPLE_ROWS_PER_COLUMN,
  SAMPLE_ROWS_PER_COMPONENT,
} from "../policy.ts";

/** How many rows a start needs to look at; undefined if that is most of them. */
export function subsampleRows({ rows: { N, D }, K }: Pick<Problem, "rows" | "K">): number | undefined {
  const rows = Math.max(LEAST_SAMPLE_ROWS, K * (SAMPLE_ROWS_PER_COMPONENT + SAMPLE_ROWS_PER_COLUMN * D));
  return rows * SAMPLE_PAYS <= N ? rows : undefined;
}

/** How many rows the contenders of a race look at; undefined if that is most of them. */
export function raceRows({ rows: { N, D }, K }: Pick<Problem, "rows" | "K">): number | undefined {
  const rows = Math.max(LEAST_RACE_ROWS, K * (RACE_ROWS_PER_COMPONENT + SAMPLE_ROWS_PER_COLUMN * D));
  return rows * RACE_SAMPLE_PAYS <= N ? rows : undefined;
}

/**
 * A subsample, in the same arena: one row drawn from each of `count` stretches of equal length, so
 * that sorted data are seen from end to end. It lives until the caller rewinds the arena.
 */
export function subsample({ rows: all, K }: Pick<Problem, "rows" | "K">, count: number, random: Pointer): RowSource {
  const { arena, at, w, wStep, N, D } = all;
  const { kernels } = arena;
  const T = tileRows(D, count, K);
  const nTiles = Math.ceil(count / T);
  const tiles = arena.f64(nTiles * D * T);
  const weights = arena.filled(nTiles * T, 0);
  const mark = arena.mark();
  const staging = arena.f64(T * D);
  // nothing is allocated below: views stay valid
  const given = wStep ? arena.viewF64(w, N) : undefined;
  const kept = arena.viewF64(weights, count);
  let totalWeight = 0;
  for (let i = 0; i < count; i++) {
    const from = Math.floor((N * i) / count);
    const row = from + Math.floor(kernels.uniform(random) * (Math.floor((N * (i + 1)) / count) - from));
    kernels.readRow(at, row, staging + (i % T) * D * 8);
    const weight = given ? given[row] : 1;
    kept[i] = weight;
    totalWeight += weight;
    const first = i - (i % T);
    if (i % T === T - 1 || i === count - 1) kernels.pack(staging, tiles + first * D * 8, i - first + 1, D, T);
  }
  arena.rewind(mark);
  return subsampledRows(all, { N: count, T, nTiles, x: tiles, w: weights, totalWeight });
}

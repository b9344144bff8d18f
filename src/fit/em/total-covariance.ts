// The covariance of all rows, and the columns that depend on others in it.
import { describeModel } from "../../engine/descriptors.ts";
import { type Pointer, TYPE_CODE } from "../../engine/kernels.ts";
import { inTurns, type Work } from "../../engine/schedule.ts";
import type { Problem } from "./problem.ts";
import type { RowSource } from "./row-source.ts";

/** A column depends on others when they leave less than this share of its variance. */
const DEPENDENT_SHARE = 1e-9;
/** Rows in which dependent columns are looked for first. */
const LOOKED_AT = 1024;
/** Columns up to which they are looked for where covariances are diagonal: it takes their cube, and such a fit does not mind. */
const MOST_LOOKED_AT = 128;

/**
 * [D, D] covariance of the rows about the columns' means, divisor W.
 *
 * @param share - this share of its variance is added to each column's.
 * @param constant - what a constant column has for a variance.
 * @param tiles - how many tiles of rows to look at; by default all.
 */
export function* totalCovariance(
  rows: RowSource,
  share: number,
  constant: number,
  tiles: number = rows.nTiles,
): Work<Float64Array> {
  const { arena, D, columnMeans, columnVariances } = rows;
  const { kernels } = arena;
  const mark = arena.mark();
  try {
    const stats = arena.f64(kernels.statisticsLength(TYPE_CODE.full, D, 1) * 2);
    const [weights, mu, cov] = [arena.f64(1), arena.copyOf(columnMeans), arena.f64(D * D)];
    const all = describeModel(arena, { type: TYPE_CODE.full, D, K: 1, weights, mu, cov });
    yield* sumScatter(rows, mu, stats, tiles);
    const reg = arena.copyOf(columnVariances.map((variance) => (variance > 0 ? share * variance : constant)));
    kernels.maximise(all, stats, reg, arena.filled(D, 0));
    return arena.readF64(cov, D * D);
  } finally {
    arena.rewind(mark);
  }
}

/**
 * Statistics of one full component that has all rows, about a centre [D].
 *
 * @param tiles - how many tiles of rows to look at; by default all.
 */
export function* sumScatter(
  { arena, at, N, D, T, nTiles }: RowSource,
  centre: Pointer,
  stats: Pointer,
  tiles: number = nTiles,
): Work<void> {
  const { kernels } = arena;
  arena.viewF64(stats, kernels.statisticsLength(TYPE_CODE.full, D, 1) * 2).fill(0);
  const mark = arena.mark();
  try {
    const scratch = arena.bytesOf(kernels.givenScratchBytes(D, T));
    const all = describeModel(arena, { type: TYPE_CODE.full, D, K: 1, mu: centre });
    yield* inTurns(N * D * D, tiles, (first, last) =>
      kernels.accumulateGiven(at, all, first, last, 0, 0, stats, scratch),
    );
  } finally {
    arena.rewind(mark);
  }
}

/** Columns that are linear combinations of those before them, but for rounding; constant ones are not counted. Looked for once for all fits to the rows. */
export function* dependentColumns({ rows, form }: Pick<Problem, "rows" | "form">): Work<readonly number[]> {
  const known = rows.dependent.get(form.isDense);
  if (known) return known;
  const found = yield* dependentAmong({ rows, form });
  rows.dependent.set(form.isDense, found);
  return found;
}

function* dependentAmong({ rows, form }: Pick<Problem, "rows" | "form">): Work<number[]> {
  const { N, D, T, nTiles, columnVariances } = rows;
  const within = function* (tiles: number): Work<number[]> {
    const small = yield* smallPivots(yield* totalCovariance(rows, 0, 1, tiles), D);
    return small.filter((d) => columnVariances[d] > 0);
  };
  // with as many columns as rows some always are
  if (D === 1 || N <= D || (!form.isDense && D > MOST_LOOKED_AT)) return [];
  const some = Math.min(nTiles, Math.ceil((LOOKED_AT + D) / T));
  const suspects = yield* within(some);
  return suspects.length > 0 && some < nTiles ? yield* within(nTiles) : suspects;
}

/** Takes row i of a symmetric matrix [D, D] out of those below it; its upper triangle counts, and is overwritten. */
export function eliminateBelow(rest: Float64Array, D: number, i: number, pivot: number): void {
  for (let j = i + 1; j < D; j++) {
    const factor = rest[i * D + j] / pivot;
    for (let l = j; l < D; l++) rest[j * D + l] -= factor * rest[i * D + l];
  }
}

/** Indices whose pivot in the Cholesky decomposition of a covariance [D, D] keeps next to nothing of the variance. */
function* smallPivots(covariance: Float64Array, D: number): Work<number[]> {
  const small: number[] = [];
  const rest = covariance.slice();
  const eliminate = (i: number): void => {
    const pivot = rest[i * (D + 1)];
    if (!(pivot > DEPENDENT_SHARE * covariance[i * (D + 1)])) {
      small.push(i);
      return;
    }
    eliminateBelow(rest, D, i, pivot);
  };
  yield* inTurns(D * D * D, D, (first, last) => {
    for (let i = first; i < last; i++) eliminate(i);
  });
  return small;
}

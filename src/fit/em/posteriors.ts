import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "./em.ts";

/**
 * The E-step by itself: shows the responsibilities [count, K] of some rows at a time, as they lie, without their weights.
 * The pointer holds until the visit returns.
 */
export function* posteriorsOf(
  { problem, model }: Em,
  visit: (first: number, count: number, responsibilities: Pointer) => void,
): Work<void> {
  const { arena, type, rows, N, D, K, T, nTiles } = problem;
  const { kernels } = arena;
  const [mu, factor, logc] = model;
  const mark = arena.mark();
  try {
    const resp = arena.f64(T * K);
    const scratch = arena.bytesOf(kernels.scoreScratchBytes(type, D, T, K));
    yield {
      groups: nTiles,
      run: (tile) => {
        const count = Math.min(T, N - tile * T);
        const x = rows[0] + tile * T * D * 8;
        kernels.score(type, x, count, D, T, K, mu, factor, logc, 0, resp, 0, scratch);
        visit(tile * T, count, resp);
      },
    };
  } finally {
    arena.rewind(mark);
  }
}

/** All responsibilities [N, K], row-major over the rows as they lie. */
export function* responsibilitiesOf(em: Em): Work<Float64Array> {
  const { arena, N, K } = em.problem;
  const all = new Float64Array(N * K);
  yield* posteriorsOf(em, (first, count, r) => all.set(arena.viewF64(r, count * K), first * K));
  return all;
}

/** Mahalanobis distances [N, K] of all rows from all components, as the rows lie. They lie in the arena until that is rewound. */
export function distancesAt({ problem, model }: Em): Pointer {
  const { arena, type, rows, N, D, K, T } = problem;
  const { kernels } = arena;
  const distances = arena.f64(N * K);
  const mark = arena.mark();
  const scratch = arena.bytesOf(kernels.scoreScratchBytes(type, D, T, K));
  kernels.mahalanobis(type, rows[0], N, D, T, K, model[0], model[1], arena.filled(K, 0), distances, scratch);
  arena.rewind(mark);
  return distances;
}

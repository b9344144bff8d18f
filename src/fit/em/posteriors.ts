import { RECORD_BYTES } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "./em.ts";

/**
 * The E-step by itself: shows the responsibilities [count, K] of some rows at a time, as they lie, without their weights.
 * The pointer holds until the visit returns.
 */
export function* posteriorsOf(
  { rows, form, K, model }: Em,
  visit: (first: number, count: number, responsibilities: Pointer) => void,
): Work<void> {
  const { arena, x, N, D, T, nTiles } = rows;
  const { kernels } = arena;
  const mark = arena.mark();
  try {
    const resp = arena.f64(T * K);
    const scratch = arena.bytesOf(kernels.scoreScratchBytes(form.code, D, T, K));
    const some = arena.bytesOf(RECORD_BYTES);
    yield {
      groups: nTiles,
      run: (tile) => {
        const count = Math.min(T, N - tile * T);
        kernels.describeRows(some, x + tile * T * D * 8, 0, 0, count, D, T);
        kernels.score(some, model.at, 0, resp, 0, scratch);
        visit(tile * T, count, resp);
      },
    };
  } finally {
    arena.rewind(mark);
  }
}

/** All responsibilities [N, K], row-major over the rows as they lie. */
export function* responsibilitiesOf(em: Em): Work<Float64Array> {
  const { K } = em;
  const { arena, N } = em.rows;
  const all = new Float64Array(N * K);
  yield* posteriorsOf(em, (first, count, r) => all.set(arena.viewF64(r, count * K), first * K));
  return all;
}

/** Mahalanobis distances [N, K] of all rows from all components, as the rows lie. They lie in the arena until that is rewound. */
export function distancesAt({ rows, form, K, model }: Em): Pointer {
  const { arena, at, N, D, T } = rows;
  const { kernels } = arena;
  const distances = arena.f64(N * K);
  const mark = arena.mark();
  const scratch = arena.bytesOf(kernels.scoreScratchBytes(form.code, D, T, K));
  kernels.mahalanobis(at, model.at, arena.filled(K, 0), distances, scratch);
  arena.rewind(mark);
  return distances;
}

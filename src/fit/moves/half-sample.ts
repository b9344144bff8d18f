import { placeRows } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Problem } from "../em/dataset.ts";
import { Em } from "../em/em.ts";
import { HALF_SAMPLE_STEPS } from "../policy.ts";

/**
 * A start in the neighbourhood of other parameters: some EM steps from them on a random half of the rows (after Elidan, Ninio,
 * Friedman & Schuurmans 2002, Data perturbation for escaping local maxima in learning, AAAI, whose rows have random weights;
 * half samples go back to McCarthy 1969). A row that is left out no longer holds its component where it is.
 */
export function* startFromNeighbour(em: Em, vector: Float64Array, random: Pointer): Work<void> {
  const shaken = new Em(halved(em.problem, random), em.regularisation, false);
  if (!shaken.tryVector(vector)) return;
  for (let step = 0; step < HALF_SAMPLE_STEPS; step++) {
    yield* shaken.evaluate();
    yield* shaken.maximise();
  }
  em.tryVector(shaken.vector.slice());
}

function halved(problem: Problem, random: Pointer): Problem {
  const { arena, rows, nTiles } = problem;
  const { kernels } = arena;
  const { N, T } = rows;
  const own = placeRows(arena, { ...rows, w: arena.filled(nTiles * T, 0), wStep: T * 8 });
  // nothing is allocated below: views stay valid
  const weights = arena.viewF64(own.w, N);
  const given = rows.wStep ? arena.viewF64(rows.w, N) : undefined;
  let totalWeight = 0;
  for (let n = 0; n < N; n++) {
    if (kernels.uniform(random) < 0.5) continue;
    weights[n] = given ? given[n] : 1;
    totalWeight += weights[n];
  }
  return { ...problem, rows: own, totalWeight };
}

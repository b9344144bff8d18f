import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import { Em } from "../em/em.ts";
import { problemOf } from "../em/problem.ts";
import { type RowSource, reweighted } from "../em/row-source.ts";
import { HALF_SAMPLE_STEPS } from "../policy.ts";

/**
 * A start in the neighbourhood of other parameters: some EM steps from them on a random half of the rows (after Elidan, Ninio,
 * Friedman & Schuurmans 2002, Data perturbation for escaping local maxima in learning, AAAI, whose rows have random weights;
 * half samples go back to McCarthy 1969). A row that is left out no longer holds its component where it is.
 */
export function* startFromNeighbour(em: Em, vector: Float64Array, random: Pointer): Work<void> {
  const problem = problemOf(halved(em.rows, random), em.family.name, em.K);
  const shaken = new Em(problem, em.regularisation, false);
  if (!shaken.tryVector(vector)) return;
  for (let step = 0; step < HALF_SAMPLE_STEPS; step++) {
    yield* shaken.evaluate();
    yield* shaken.maximise();
  }
  em.tryVector(shaken.vector.slice());
}

function halved(rows: RowSource, random: Pointer): RowSource {
  const { arena, N, T, nTiles, w, wStep } = rows;
  const { kernels } = arena;
  const own = arena.filled(nTiles * T, 0);
  // nothing is allocated before the last of them is written: views stay valid
  const weights = arena.viewF64(own, N);
  const given = wStep ? arena.viewF64(w, N) : undefined;
  let totalWeight = 0;
  for (let n = 0; n < N; n++) {
    if (kernels.uniform(random) < 0.5) continue;
    weights[n] = given ? given[n] : 1;
    totalWeight += weights[n];
  }
  return reweighted(rows, own, totalWeight);
}

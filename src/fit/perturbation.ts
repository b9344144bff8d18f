import type { Pointer } from "../engine/kernels.ts";
import type { Work } from "./drive.ts";
import { Em } from "./em.ts";
import type { Problem } from "./problem.ts";

/** EM steps on the perturbed data. */
const STEPS = 3;

/**
 * A start in the neighbourhood of other parameters: some EM steps from them with each row's weight multiplied by a random
 * number, exponential of mean 1 (Elidan, Ninio, Friedman & Schuurmans 2002, Data perturbation for escaping local maxima in
 * learning, AAAI; the weights are those of the Bayesian bootstrap, Rubin 1981).
 */
export function* startFromNeighbour(em: Em, vector: Float64Array, random: Pointer): Work<void> {
  const shaken = new Em(perturbed(em.problem, random), em.regularisation, false);
  if (!shaken.tryVector(vector)) return;
  for (let step = 0; step < STEPS; step++) {
    yield* shaken.evaluate();
    shaken.maximise();
  }
  em.tryVector(shaken.vector.slice());
}

function perturbed(problem: Problem, random: Pointer): Problem {
  const { arena, rows, nTiles } = problem;
  const { kernels } = arena;
  const [x, w, wStep, N, D, T] = rows;
  const weights = arena.viewF64(arena.filled(nTiles * T, 0), nTiles * T);
  const given = wStep ? arena.viewF64(w, N) : undefined;
  let totalWeight = 0;
  for (let n = 0; n < N; n++) {
    weights[n] = -kernels.log(1 - kernels.uniform(random)) * (given ? given[n] : 1);
    totalWeight += weights[n];
  }
  return { ...problem, rows: [x, weights.byteOffset, T * 8, N, D, T], totalWeight };
}

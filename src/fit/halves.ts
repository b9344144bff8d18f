// Two components where there was one: for a component that has died, or is given up.
import type { Pointer } from "../engine/kernels.ts";
import { rootsOf } from "../model/parameters.ts";
import type { Em } from "./em.ts";

/**
 * The parameters as they are, but the first component without rows has half of the heaviest one: the two lie half a
 * standard deviation to each side of where that was, along the column in which it is widest for the data.
 */
export function revived(em: Em): Float64Array {
  const { K, D, columnVariances } = em.problem;
  const vector = em.vector.slice();
  const weights = vector.subarray(0, K);
  const heaviest = weights.indexOf(Math.max(...weights));
  const variances = variancesOf(em, vector, heaviest);
  const relative = variances.map((variance, d) => variance / (columnVariances[d] || Infinity));
  const widest = relative.indexOf(Math.max(...relative));
  const offset = new Float64Array(D);
  offset[widest] = Math.sqrt(variances[widest]) / 2;
  halve(em, vector, heaviest, weights.indexOf(0), offset);
  return vector;
}

/**
 * A random component is given up, and another, drawn by weight, falls into two, a standard deviation to each side of where
 * it was, in a random direction of its own: a step across the valleys that EM does not cross, like the split and merge
 * moves of Ueda, Nakano, Ghahramani & Hinton (2000, Neural Computation 12:2109), at random.
 */
export function swapped(em: Em, parent: Float64Array, random: Pointer): Float64Array {
  const { arena, K } = em.problem;
  const { kernels } = arena;
  const vector = parent.slice();
  const weights = vector.subarray(0, K);
  const gone = Math.floor(kernels.uniform(random) * K);
  const freed = weights[gone];
  weights[gone] = 0;
  let target = kernels.uniform(random) * (1 - freed);
  let from = -1;
  for (let k = 0; k < K; k++) {
    if (weights[k] === 0) continue;
    from = k;
    target -= weights[k];
    if (target < 0) break;
  }
  if (from < 0) return parent;
  halve(em, vector, from, gone, deviation(em, vector, from, random));
  for (let k = 0; k < K; k++) weights[k] /= 1 - freed;
  return vector;
}

/** Component `to` becomes one half of component `from`, which becomes the other; their means lie `offset` [D] to each side. */
export function halve(em: Em, vector: Float64Array, from: number, to: number, offset: Float64Array): void {
  const { K, D, covarianceType } = em.problem;
  const means = vector.subarray(K, K + K * D);
  for (let d = 0; d < D; d++) {
    means[to * D + d] = means[from * D + d] + offset[d];
    means[from * D + d] -= offset[d];
  }
  vector[from] /= 2;
  vector[to] = vector[from];
  if (covarianceType === "tied") return;
  const covariances = vector.subarray(K + K * D);
  const size = covariances.length / K;
  covariances.copyWithin(to * size, from * size, (from + 1) * size);
}

/** A random step from the mean of component k: about one standard deviation of its own long. */
function deviation(em: Em, vector: Float64Array, k: number, random: Pointer): Float64Array {
  const { arena, type, covarianceType, K, D } = em.problem;
  const { kernels } = arena;
  const mark = arena.mark();
  try {
    const roots = rootsOf(arena, em.read(vector));
    const size = covarianceType === "tied" ? roots.length : roots.length / K;
    const first = covarianceType === "tied" ? 0 : k * size;
    const root = arena.copyOf(roots.subarray(first, first + size));
    const drawn = arena.f64(D);
    const [one, zeros, label, z] = [arena.filled(1, 1), arena.filled(D, 0), arena.i32(1), arena.f64(D)];
    kernels.sample(type, one, zeros, root, random, drawn, label, z, 1, D, 1);
    return arena.readF64(drawn, D).map((value) => value / Math.sqrt(D));
  } finally {
    arena.rewind(mark);
  }
}

/** [D] variances of component k. */
function variancesOf(em: Em, vector: Float64Array, k: number): Float64Array {
  const { K, D, covarianceType } = em.problem;
  const covariances = vector.subarray(K + K * D);
  const first = covarianceType === "tied" ? 0 : (k * covariances.length) / K;
  const step = { full: D + 1, tied: D + 1, diag: 1, spherical: 0 }[covarianceType];
  return Float64Array.from({ length: D }, (_, d) => covariances[first + d * step]);
}

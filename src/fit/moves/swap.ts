// Two components where there was one: for a component that is given up.

import { blockOf, variancesIn } from "../../covariance/forms.ts";
import { rootsOf } from "../../covariance/roots.ts";
import { describeModel } from "../../engine/descriptors.ts";
import type { Kernels, Pointer } from "../../engine/kernels.ts";
import type { Em } from "../em/em.ts";
import { SWAP_LOOKED_AT } from "../policy.ts";

/**
 * A component is given up, and another falls into two, a standard deviation to each side of where it was, in a random
 * direction of its own: a step across valleys that EM does not cross. Like the split and merge moves of Ueda, Nakano,
 * Ghahramani & Hinton (2000, Neural Computation 12:2109), but drawn: of some random components the one that lies closest to
 * another for its size is given up, and of some others the largest is taken apart.
 */
export function swapped(em: Em, parent: Float64Array, random: Pointer): Float64Array {
  const { form, K } = em;
  const { arena, D } = em.rows;
  const { kernels } = arena;
  const vector = parent.slice();
  const covariances = vector.subarray(K + K * D);
  const weights = vector.subarray(0, K);
  const means = vector.subarray(K, K + K * D);
  const variances = Array.from({ length: K }, (_, k) => variancesIn(form, blockOf(form, covariances, K, k), D));
  const apart = (a: number, b: number): number =>
    variances[a].reduce((sum, variance, d) => {
      const z = means[a * D + d] - means[b * D + d];
      return sum + (z * z) / variance;
    }, 0);
  const alone = (k: number): number => Math.min(...variances.map((_, j) => (j === k ? Infinity : apart(k, j))));
  const gone = drawn(K, random, kernels, (k) => -alone(k));
  const others = [...weights.keys()].filter((k) => k !== gone && weights[k] > 0);
  if (others.length === 0) return parent;
  const size = (i: number): number => variances[others[i]].reduce((sum, variance) => sum + kernels.log(variance), 0);
  const from = others[drawn(others.length, random, kernels, size)];
  const left = 1 - weights[gone];
  halve(em, vector, from, gone, deviation(em, vector, from, random));
  for (let k = 0; k < K; k++) weights[k] /= left;
  return vector;
}

/** The best of some random numbers below `count`. */
function drawn(count: number, random: Pointer, kernels: Kernels, worth: (index: number) => number): number {
  let best = -1;
  let most = -Infinity;
  for (let i = 0; i < Math.ceil(count / SWAP_LOOKED_AT); i++) {
    const index = Math.floor(kernels.uniform(random) * count);
    const value = worth(index);
    if (best < 0 || value > most) {
      best = index;
      most = value;
    }
  }
  return best;
}

/** Component `to` becomes one half of component `from`, which becomes the other; their means lie `offset` [D] to each side. */
export function halve(em: Em, vector: Float64Array, from: number, to: number, offset: Float64Array): void {
  const { form, K } = em;
  const { D } = em.rows;
  const means = vector.subarray(K, K + K * D);
  for (let d = 0; d < D; d++) {
    means[to * D + d] = means[from * D + d] + offset[d];
    means[from * D + d] -= offset[d];
  }
  vector[from] /= 2;
  vector[to] = vector[from];
  if (form.isShared) return;
  const covariances = vector.subarray(K + K * D);
  const size = covariances.length / K;
  covariances.copyWithin(to * size, from * size, (from + 1) * size);
}

/** A random step from the mean of component k: about one standard deviation of its own long. */
function deviation(em: Em, vector: Float64Array, k: number, random: Pointer): Float64Array {
  const { form, K } = em;
  const { arena, D } = em.rows;
  const { kernels } = arena;
  const mark = arena.mark();
  try {
    const root = arena.copyOf(blockOf(form, rootsOf(arena, em.read(vector)), K, k));
    const drawn = arena.f64(D);
    const [one, label, z] = [arena.filled(1, 1), arena.i32(1), arena.f64(D)];
    const model = describeModel(arena, { type: form.code, D, K: 1, mu: arena.filled(D, 0) });
    kernels.sample(model, one, root, random, drawn, label, 1, z);
    return arena.readF64(drawn, D).map((value) => value / Math.sqrt(D));
  } finally {
    arena.rewind(mark);
  }
}

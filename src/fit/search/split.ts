// Components taken apart, and mixtures written as larger ones: where a larger model can start from a smaller one.

import type { Form } from "../../covariance/form.ts";
import { blockOf, variancesIn } from "../../covariance/forms.ts";
import { placeRows } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import { isCollapse } from "../../errors.ts";
import { sharesCovariance } from "../../input/families.ts";
import { joined } from "../../model/sums.ts";
import { areSound } from "../diagnosis/sound.ts";
import { type Problem, rowWeights } from "../em/dataset.ts";
import { Em } from "../em/em.ts";
import { iterate } from "../em/iterate.ts";
import type { Values } from "../em/monotone.ts";
import { posteriorsOf } from "../em/posteriors.ts";
import type { Regularisation } from "../em/regularisation.ts";
import { PARTS_CLIMB } from "../policy.ts";
import { startBy } from "../starts/strategies.ts";
import { subsample, subsampleRows } from "./subsample.ts";

/** A component as two. */
export interface Split {
  readonly component: number;
  /** What the log-likelihood gains at least, in nats per row; for tied covariances an estimate. */
  readonly gain: number;
  /** The two; their weights sum to 1. */
  readonly parts: readonly Component[];
}

/** One component; a tied covariance is the same array in all. */
export interface Component {
  readonly weight: number;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** The components of a mixture. */
export function componentsOf(form: Form, { weights, means, covariances }: Values): Component[] {
  const K = weights.length;
  const D = means.length / K;
  return Array.from(weights, (weight, k) => ({
    weight,
    mean: means.slice(k * D, (k + 1) * D),
    covariance: form.isShared ? covariances : blockOf(form, covariances, K, k).slice(),
  }));
}

/** The mixture of some components. */
export function valuesOf(form: Form, components: readonly Component[]): Values {
  const covariances = components.map(({ covariance }) => covariance);
  return {
    weights: Float64Array.from(components, ({ weight }) => weight),
    means: joined(components.map(({ mean }) => mean)),
    covariances: form.isShared ? covariances[0] : joined(covariances),
  };
}

/** The responsibilities of some rows, by component. */
export interface Shares {
  /** The rows: all, or a subsample where there are many. */
  readonly rows: Problem;
  /** [K, N] rounded up to whole tiles: responsibilities times weights. */
  readonly weights: Pointer;
  /** Numbers from one component's weights to the next one's. */
  readonly stride: number;
}

/**
 * Every component that can be taken apart, best first: EM of two components on its rows, weighted by their
 * responsibilities. Since the other components keep theirs, the log-likelihood of the whole gains no less than that of
 * these rows (the bound of Neal & Hinton 1998).
 *
 * @param look - is shown how rows belong to the components.
 */
export function* splitsOf(
  problem: Problem,
  regularisation: Regularisation,
  all: readonly Component[],
  seed: number,
  look: (shares: Shares) => void = () => undefined,
): Work<Split[]> {
  const { arena } = problem;
  const outer = arena.mark();
  try {
    const shares = yield* sharesOf({ ...problem, K: all.length }, regularisation, all, seed);
    look(shares);
    const found: Split[] = [];
    for (let k = 0; k < all.length; k++) {
      const mark = arena.mark();
      try {
        found.push(...(yield* splitOf(shares, regularisation, all[k], k, seed)));
      } catch (error) {
        // a part has collapsed: not a split to make
        if (!isCollapse(error)) throw error;
      }
      arena.rewind(mark);
    }
    return found.sort((a, b) => b.gain - a.gain || a.component - b.component);
  } finally {
    arena.rewind(outer);
  }
}

function* sharesOf(
  problem: Problem,
  regularisation: Regularisation,
  all: readonly Component[],
  seed: number,
): Work<Shares> {
  const { arena, K, T } = problem;
  const count = subsampleRows(problem);
  const rows = count === undefined ? problem : subsample(problem, count, randomState(arena, seed));
  const stride = rows.nTiles * T;
  const weights = arena.filled(K * stride, 0);
  const mark = arena.mark();
  const em = new Em(rows, regularisation, false);
  yield* em.write(valuesOf(problem.form, all));
  const own = rowWeights(rows).slice();
  yield* posteriorsOf(em, (first, n, responsibilities) => {
    const r = arena.viewF64(responsibilities, n * K);
    const out = arena.viewF64(weights, K * stride);
    for (let i = 0; i < n * K; i++) {
      const row = first + Math.floor(i / K);
      out[(i % K) * stride + row] = r[i] * own[row];
    }
  });
  arena.rewind(mark);
  return { rows, weights, stride };
}

/** The split of component k, if there is one. */
function* splitOf(
  { rows, weights, stride }: Shares,
  regularisation: Regularisation,
  { weight, mean, covariance }: Component,
  k: number,
  seed: number,
): Work<Split[]> {
  const { arena, form, N, D, T } = rows;
  if (!(weight * N >= 2)) return [];
  const w = weights + k * stride * 8;
  const totalWeight = arena.viewF64(w, stride).reduce((sum, share) => sum + share, 0);
  const own = { ...rows, rows: placeRows(arena, { ...rows.rows, w, wStep: T * 8 }), totalWeight };
  const problem = { ...own, columnMeans: mean, columnVariances: variancesIn(form, covariance, D) };
  const one = new Em({ ...problem, K: 1 }, regularisation, false);
  yield* one.write({ weights: Float64Array.of(1), means: mean, covariances: covariance });
  const before = yield* one.evaluate();
  const em = new Em({ ...problem, K: 2 }, regularisation, false);
  yield* startBy("kmeans-standardised", em, randomState(arena, seed, k), true);
  const { objective } = yield* iterate(em, PARTS_CLIMB, () => undefined);
  const found = em.read();
  const { whole } = em.problem;
  const few = { regularisation, problem: { ...em.problem, N: weight * N, whole: whole && weight * whole } };
  if (!areSound(few, found)) return [];
  const parts = componentsOf(form, found);
  return [
    {
      component: k,
      // as much for each of all rows
      gain: (objective - before) / rows.totalWeight,
      // a tied covariance stays the same for all
      parts: sharesCovariance(rows.family.name) ? parts.map((part) => ({ ...part, covariance })) : parts,
    },
  ];
}

/** One component more: the first part in the place of the one taken apart, the second at the end. */
export function withParts(all: readonly Component[], { component, parts }: Omit<Split, "gain">): Component[] {
  const [a, b] = parts.map((part) => ({ ...part, weight: part.weight * all[component].weight }));
  return [...all.map((one, k) => (k === component ? a : one)), b];
}

/** One component less: in the place of i one with the moments of i and j, the last in the place of j. */
export function withMerged(form: Form, all: readonly Component[], i: number, j: number): Component[] {
  const [a, b] = [all[i], all[j]];
  const weight = a.weight + b.weight;
  const share = weight > 0 ? b.weight / weight : 0.5;
  const apart = a.mean.map((value, d) => b.mean[d] - value);
  const spread = form.outer(apart);
  const covariance = a.covariance.map(
    (value, at) => value + share * (b.covariance[at] - value) + share * (1 - share) * spread[at],
  );
  const mean = a.mean.map((value, d) => value + share * apart[d]);
  const merged = { weight, mean, covariance: form.isShared ? a.covariance : covariance };
  return all.map((one, k) => (k === i ? merged : k === j ? all[all.length - 1] : one)).slice(0, -1);
}

/** The same density with one component more: the heaviest twice, with half its weight each. */
export function withTwin(all: readonly Component[]): Component[] {
  const component = all.reduce((best, { weight }, k) => (weight > all[best].weight ? k : best), 0);
  const half = { ...all[component], weight: 0.5 };
  return withParts(all, { component, parts: [half, half] });
}

/** The same density with covariances of a form that contains the given one. */
export function widened(from: Form, to: Form, all: readonly Component[]): readonly Component[] {
  if (from === to || from.isDense) return all;
  return all.map((one) => ({
    ...one,
    covariance: to.ofVariances(variancesIn(from, one.covariance, one.mean.length)),
  }));
}

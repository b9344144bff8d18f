// Components taken apart, and mixtures written as larger ones: where a larger model can start from a smaller one.

import type { Form } from "../../covariance/form.ts";
import { blockOf, variancesIn } from "../../covariance/forms.ts";
import type { Pointer } from "../../engine/kernels.ts";
import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import { isCollapse } from "../../errors.ts";
import { sharesCovariance } from "../../input/families.ts";
import { joined } from "../../model/sums.ts";
import { areSound } from "../diagnosis/sound.ts";
import { Em } from "../em/em.ts";
import { iterate } from "../em/iterate.ts";
import type { Values } from "../em/monotone.ts";
import { posteriorsOf } from "../em/posteriors.ts";
import { problemOf } from "../em/problem.ts";
import { type RowSource, rowsOfComponent, rowWeights } from "../em/row-source.ts";
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
  readonly rows: RowSource;
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
 * @param em - whose rows, family and regularisation they have; its parameters and their number are not looked at.
 * @param look - is shown how rows belong to the components.
 */
export function* splitsOf(
  em: Em,
  all: readonly Component[],
  seed: number,
  look: (shares: Shares) => void = () => undefined,
): Work<Split[]> {
  const { arena } = em.rows;
  const outer = arena.mark();
  try {
    const shares = yield* sharesOf(em, all, seed);
    look(shares);
    const found: Split[] = [];
    for (let k = 0; k < all.length; k++) {
      const mark = arena.mark();
      try {
        found.push(...(yield* splitOf(em, shares, all[k], k, seed)));
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
  { rows: given, family, form, regularisation }: Em,
  all: readonly Component[],
  seed: number,
): Work<Shares> {
  const K = all.length;
  const { arena } = given;
  const count = subsampleRows({ rows: given, K });
  const rows = count === undefined ? given : subsample({ rows: given, K }, count, randomState(arena, seed));
  const stride = rows.nTiles * rows.T;
  const weights = arena.filled(K * stride, 0);
  const mark = arena.mark();
  const em = new Em(problemOf(rows, family.name, K), regularisation, false);
  yield* em.write(valuesOf(form, all));
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
  { family: { form, name }, regularisation }: Em,
  { rows, weights, stride }: Shares,
  { weight, mean, covariance }: Component,
  k: number,
  seed: number,
): Work<Split[]> {
  const { arena, N, D } = rows;
  if (!(weight * N >= 2)) return [];
  const w = weights + k * stride * 8;
  const totalWeight = arena.viewF64(w, stride).reduce((sum, share) => sum + share, 0);
  const own = rowsOfComponent(rows, w, totalWeight, mean, variancesIn(form, covariance, D));
  const one = new Em(problemOf(own, name, 1), regularisation, false);
  yield* one.write({ weights: Float64Array.of(1), means: mean, covariances: covariance });
  const before = yield* one.evaluate();
  const em = new Em(problemOf(own, name, 2), regularisation, false);
  yield* startBy("kmeans-standardised", em, randomState(arena, seed, k), true);
  const { objective } = yield* iterate(em, PARTS_CLIMB);
  const found = em.read();
  if (!areSound(em, found, weight)) return [];
  const parts = componentsOf(form, found);
  return [
    {
      component: k,
      // as much for each of all rows
      gain: (objective - before) / rows.totalWeight,
      // a tied covariance stays the same for all
      parts: sharesCovariance(name) ? parts.map((part) => ({ ...part, covariance })) : parts,
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

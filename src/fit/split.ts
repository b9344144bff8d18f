// Components taken apart, and mixtures written as larger ones: where a larger model can start from a smaller one.
import type { Pointer } from "../engine/kernels.ts";
import { randomState } from "../engine/random.ts";
import { isCollapse } from "../errors.ts";
import type { CovarianceType } from "../input/options.ts";
import { climb } from "./climb.ts";
import type { Work } from "./drive.ts";
import { Em, type Regularisation } from "./em.ts";
import type { Values } from "./follow.ts";
import { KMeans } from "./kmeans.ts";
import { type Problem, rowWeights } from "./problem.ts";
import { spuriousComponents } from "./spurious.ts";
import { subsample, subsampleRows } from "./subsample.ts";

/** EM of the two parts: what they still gain per row after this, the fit of the whole finds sooner. */
const PARTS_CLIMB = { tol: 1e-4, maxIter: 20, accelerate: true };
/** Lloyd iterations that part the rows of a component before EM. */
const PARTS_LLOYD = 10;

/** A component as two. */
export interface Split {
  readonly component: number;
  /** What the log-likelihood gains at least, in nats; for tied covariances an estimate. */
  readonly gain: number;
  /** The two; their weights sum to 1. */
  readonly parts: Values;
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

/** How the rows of a problem, or a subsample of many, belong to the components. It lives until the caller rewinds the arena. */
export function* sharesOf(
  problem: Problem,
  regularisation: Regularisation,
  values: Values,
  seed: number,
): Work<Shares> {
  const { arena, K, T } = problem;
  const count = subsampleRows(problem);
  const rows = count === undefined ? problem : subsample(problem, count, randomState(arena, seed));
  const stride = rows.nTiles * T;
  const weights = arena.filled(K * stride, 0);
  const mark = arena.mark();
  const em = new Em(rows, regularisation, false);
  em.write(values);
  const own = rowWeights(rows).slice();
  yield* em.posteriors((first, n, responsibilities) => {
    const r = arena.viewF64(responsibilities, n * K);
    const out = arena.viewF64(weights, K * stride);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < K; k++) out[k * stride + first + i] = r[i * K + k] * own[first + i];
    }
  });
  arena.rewind(mark);
  return { rows, weights, stride };
}

/**
 * Every component that can be taken apart, best first: EM of two components on its rows, weighted by their
 * responsibilities. Since the other components keep theirs, the log-likelihood of the whole gains no less than that of
 * these rows (the bound of Neal & Hinton 1998).
 */
export function* splits(
  problem: Problem,
  regularisation: Regularisation,
  values: Values,
  shares: Shares,
  seed: number,
): Work<Split[]> {
  const { arena, K } = problem;
  const found: Split[] = [];
  for (let k = 0; k < K; k++) {
    const mark = arena.mark();
    try {
      const split = yield* splitOf(problem, regularisation, values, shares, k, seed);
      if (split) found.push(split);
    } catch (error) {
      // a part has collapsed: not a split to make
      if (!isCollapse(error)) throw error;
    } finally {
      arena.rewind(mark);
    }
  }
  return found.sort((a, b) => b.gain - a.gain || a.component - b.component);
}

function* splitOf(
  problem: Problem,
  regularisation: Regularisation,
  { weights, means, covariances }: Values,
  { rows, weights: shares, stride }: Shares,
  k: number,
  seed: number,
): Work<Split | undefined> {
  const { arena, covarianceType, D, T } = problem;
  const { N } = rows;
  const w = shares + k * stride * 8;
  const totalWeight = arena.viewF64(w, stride).reduce((sum, share) => sum + share, 0);
  const mean = means.slice(k * D, (k + 1) * D);
  const covariance = covarianceOf(covarianceType, covariances, k, D);
  const variances = variancesOf(covarianceType, covariance, D);
  if (!(weights[k] * N >= 2)) return undefined;
  const [x] = rows.rows;
  const own = {
    ...{ ...rows, rows: [x, w, T * 8, N, D, T] as const, totalWeight },
    ...{ columnMeans: mean, columnVariances: variances },
  };
  const one = new Em({ ...own, K: 1 }, regularisation, false);
  one.write({ weights: Float64Array.of(1), means: mean, covariances: covariance });
  const before = yield* one.evaluate();
  const two = { ...own, K: 2 };
  const em = new Em(two, regularisation, false);
  const clusters = new KMeans(
    two,
    variances.map((variance) => 1 / variance),
  );
  yield* clusters.seed(randomState(arena, seed, k));
  yield* clusters.lloyd(PARTS_LLOYD);
  em.seat({
    weights: Float64Array.of(0.5, 0.5),
    means: arena.readF64(clusters.centres, 2 * D),
    covariances: covarianceType === "tied" ? covariance : Float64Array.of(...covariance, ...covariance),
  });
  yield* em.sumLabels(clusters.labels);
  em.maximiseOnly();
  yield* em.sumLabels(clusters.labels);
  em.maximise();
  const { logLikelihood } = yield* climb(em, PARTS_CLIMB, () => undefined);
  const parts = em.read();
  const few = { regularisation, problem: { ...two, N: weights[k] * N } };
  if (spuriousComponents(few, parts).length > 0) return undefined;
  // of a subsample's rows each stands for several
  const gain = ((logLikelihood - before) * problem.totalWeight) / rows.totalWeight;
  return { component: k, gain, parts };
}

/** The numbers of one component's covariance; of tied ones, the shared. */
export function covarianceOf(type: CovarianceType, covariances: Float64Array, k: number, D: number): Float64Array {
  if (type === "tied") return covariances;
  const length = { full: D * D, diag: D, spherical: 1 }[type];
  return covariances.slice(k * length, (k + 1) * length);
}

function variancesOf(type: CovarianceType, covariance: Float64Array, D: number): Float64Array {
  if (type === "spherical") return new Float64Array(D).fill(covariance[0]);
  return Float64Array.from({ length: D }, (_, d) => covariance[type === "diag" ? d : d * (D + 1)]);
}

/** K + 1 components: the first part in the place of the one taken apart, the second at the end. */
export function withParts(type: CovarianceType, values: Values, { component: k, parts }: Omit<Split, "gain">): Values {
  const { weights, means, covariances } = values;
  const insert = (all: Float64Array, two: Float64Array): Float64Array => {
    const length = two.length / 2;
    const joined = Float64Array.of(...all, ...two.subarray(length));
    joined.set(two.subarray(0, length), k * length);
    return joined;
  };
  return {
    weights: insert(
      weights,
      parts.weights.map((share) => share * weights[k]),
    ),
    means: insert(means, parts.means),
    covariances: type === "tied" ? covariances : insert(covariances, parts.covariances),
  };
}

/** K - 1 components: in the place of i one with the moments of i and j, the last in the place of j. */
export function withMerged(
  type: CovarianceType,
  { weights, means, covariances }: Values,
  i: number,
  j: number,
): Values {
  const K = weights.length;
  const D = means.length / K;
  const weight = weights[i] + weights[j];
  const share = weight > 0 ? weights[j] / weight : 0.5;
  const apart = Float64Array.from({ length: D }, (_, d) => means[j * D + d] - means[i * D + d]);
  const mean = apart.map((distance, d) => means[i * D + d] + share * distance);
  const other = covarianceOf(type, covariances, j, D);
  const square = apart.reduce((sum, distance) => sum + distance * distance, 0) / D;
  const covariance = covarianceOf(type, covariances, i, D).map((value, at) => {
    const [row, column] = type === "diag" ? [at, at] : [Math.floor(at / D), at % D];
    const spread = type === "spherical" ? square : apart[row] * apart[column];
    return value + share * (other[at] - value) + share * (1 - share) * spread;
  });
  const replace = (all: Float64Array, one: ArrayLike<number>): Float64Array => {
    const { length } = one;
    const joined = all.slice(0, all.length - length);
    if (j < K - 1) joined.set(all.subarray(all.length - length), j * length);
    joined.set(one, i * length);
    return joined;
  };
  return {
    weights: replace(weights, [weight]),
    means: replace(means, mean),
    covariances: type === "tied" ? covariances : replace(covariances, covariance),
  };
}

/** The same density with one component more: one of the largest weight twice, with half its weight each. */
export function withTwin(type: CovarianceType, values: Values): Values {
  const { weights, means, covariances } = values;
  const D = means.length / weights.length;
  const component = weights.indexOf(Math.max(...weights));
  const mean = means.subarray(component * D, (component + 1) * D);
  const covariance = covarianceOf(type, covariances, component, D);
  const parts = {
    weights: Float64Array.of(0.5, 0.5),
    means: Float64Array.of(...mean, ...mean),
    covariances: Float64Array.of(...covariance, ...covariance),
  };
  return withParts(type, values, { component, parts });
}

/** The same density with covariances of a type that holds the given one. */
export function widened(from: CovarianceType, to: CovarianceType, values: Values): Values {
  const { weights, means } = values;
  const K = weights.length;
  const D = means.length / K;
  if (from === to) return values;
  const one = to === "diag" ? D : D * D;
  const copies = to === "tied" ? 1 : K;
  const covariances = new Float64Array(copies * one);
  for (let k = 0; k < copies; k++) {
    const given = covarianceOf(from, values.covariances, k, D);
    if (given.length === one) covariances.set(given, k * one);
    else {
      const variances = variancesOf(from, given, D);
      for (let d = 0; d < D; d++) covariances[k * one + (to === "diag" ? d : d * (D + 1))] = variances[d];
    }
  }
  return { weights, means, covariances };
}

// Components that share rows taken together as one cluster.
import { withArena } from "../engine/arena.ts";
import { integerIn } from "../input/checks.ts";
import type { DataInput, Matrix } from "../input/data.ts";
import { agglomerate } from "../model/agglomerate.ts";
import type { Model } from "../model/model.ts";
import { scoreRows } from "../model/score.ts";
import { type MixtureParameters, rowsFor, sampleWeightsOf, type WeightOptions } from "./mixture.ts";
import { modelFrom } from "./operand.ts";

/** One clustering out of a hierarchy. */
export interface MergeStep {
  /** How many clusters there are. */
  readonly nClusters: number;
  /** [K]: the cluster of each component, numbered from 0 in the order of their first components. */
  readonly clusters: Int32Array;
  /** The two clusters of the step before that were joined, as they were numbered there; the joint one has the first's number. */
  readonly merged: readonly [number, number] | undefined;
  /** Entropy of the soft clustering, -Σ_n w_n Σ_k t_nk log t_nk, in nats: 0 where every row is sure of its cluster. */
  readonly entropy: number;
  /** Weight of the rows, by default their number, whose most likely cluster, in the step before, was one of the two. */
  readonly nMerged: number;
}

/** A hierarchy of clusterings, from one component each to all in one. */
export interface Merging {
  /** K steps: of K clusters, K - 1, …, 1. */
  readonly steps: readonly MergeStep[];
  /**
   * The number of clusters at the elbow of the entropy against the cumulated number of merged rows: where two straight
   * lines, one on either side, fit best. With one or two components there is no elbow, and it is K.
   */
  readonly nClusters: number;
  /** The elbow of the entropy against the number of clusters, as mclust's `clustCombiOptim` has it. */
  readonly nClustersUnscaled: number;
  /**
   * The most likely cluster of each row, the first of equals.
   *
   * @param nClusters - how many clusters to have, from 1 to K. Default: {@link nClusters}.
   * @returns Int32Array of length N.
   * @throws {TypeError | RangeError} If nClusters is not such an integer.
   * @example
   * merge(mixture, rows).labels(2);
   */
  labels(nClusters?: number): Int32Array;
  /**
   * Responsibilities of the clusters: those of their components, added up.
   *
   * @param nClusters - how many clusters to have, from 1 to K. Default: {@link nClusters}.
   * @returns Float64Array [N, nClusters], row-major.
   * @throws {TypeError | RangeError} If nClusters is not such an integer.
   * @example
   * merge(mixture, rows).responsibilities(2);
   */
  responsibilities(nClusters?: number): Float64Array;
}

/**
 * Merges components into clusters, two by two, by the entropy of the clustering (Baudry, Raftery, Celeux, Lo & Gottardo 2010):
 * at each step the two whose union leaves the least entropy, that is, the two that share most rows. The mixture stays
 * as it is: a cluster's density is the mixture of its components. What is returned holds 2 N K numbers.
 *
 * @param mixture - whose components are merged.
 * @param data - N rows, as a rule those of the fit.
 * @param options - `sampleWeight`, what each row counts for.
 * @returns K clusterings, from one component each to all in one, and the number of clusters that the entropy suggests.
 * @throws {TypeError | RangeError} If parameters or data are malformed or do not fit each other.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const merging = merge(mixture, rows);
 * merging.labels(); // clusters, not components
 */
export function merge(mixture: MixtureParameters, data: DataInput, options: WeightOptions = {}): Merging {
  const model = modelFrom("mixture", mixture);
  const { nComponents: K } = model;
  const matrix = rowsFor(model, data);
  const weights = sampleWeightsOf(options, matrix.nRows) ?? new Float64Array(matrix.nRows).fill(1);
  const clusterOf = (shares: Float64Array): Cluster => {
    const rows = Int32Array.from(shares.keys()).filter((n) => shares[n] > LEAST_SHARE);
    const parts = new Float64Array(shares.length);
    const entropy = addEntropy(
      weights,
      (n) => shares[n],
      rows,
      (n, part) => {
        parts[n] = part;
      },
    );
    const roots = shares.map((share, n) => Math.sqrt(weights[n] * share));
    return { shares, rows, parts, entropy, roots };
  };
  const join = (a: Cluster, b: Cluster): Cluster => clusterOf(a.shares.map((share, n) => share + b.shares[n]));
  const costs = { cost: (a: Cluster, b: Cluster): number => entropyChange(weights, a, b), atLeast: mostChange };
  const components = sharesOf(model, matrix).map(clusterOf);
  const levels: (readonly Float64Array[])[] = [];
  const steps: MergeStep[] = [];
  for (const { items, labels, pair } of agglomerate(components, 1, costs, join)) {
    const before = mostLikely(levels.at(-1) ?? []);
    const entropy = items.reduce((sum, item) => sum + item.entropy, 0);
    const nMerged = before.reduce((sum, label, n) => (pair?.includes(label) ? sum + weights[n] : sum), 0);
    steps.push({ nClusters: items.length, clusters: labels, merged: pair, entropy: Math.max(0, entropy), nMerged });
    levels.push(items.map(({ shares }) => shares));
  }

  const entropies = steps.map(({ entropy }) => entropy);
  let rows = 0;
  const cumulated = steps.map(({ nMerged }) => {
    rows += nMerged;
    return rows;
  });
  const nClusters = K - elbow(cumulated, entropies);
  const level = (count: number = nClusters): readonly Float64Array[] => {
    return levels[K - integerIn("nClusters", count, 1, "leave it out for the number suggested", K)];
  };
  return {
    steps,
    nClusters,
    nClustersUnscaled: K - elbow([...steps.keys()], entropies),
    labels: (count) => mostLikely(level(count)),
    responsibilities: (count) => sideBySide(level(count)),
  };
}

/** A cluster's share of each row, [N], and its part of the entropy. */
interface Cluster {
  readonly shares: Float64Array;
  /** The rows of which it has more than next to nothing. */
  readonly rows: Int32Array;
  /** [N]: its part of the entropy in each of them, and their sum. */
  readonly parts: Float64Array;
  readonly entropy: number;
  /** [N]: sqrt(w t). */
  readonly roots: Float64Array;
}

/** Shares below this change an entropy by less than rounding. */
const LEAST_SHARE = 1e-20;

/** Each component's share of each row, [K][N]. */
function sharesOf(model: Model, matrix: Matrix): Float64Array[] {
  const { nComponents: K } = model;
  const responsibilities = new Float64Array(matrix.nRows * K);
  scoreRows(model, matrix, { responsibilities });
  return Array.from({ length: K }, (_, k) =>
    new Float64Array(matrix.nRows).map((_zero, n) => responsibilities[n * K + k]),
  );
}

/** Rows of whose shares logarithms are taken at a time. */
const WINDOW = 1024;

/** What the entropy changes by when two clusters become one: 0 or less, and 0 for those that share no rows. */
function entropyChange(weights: Float64Array, a: Cluster, b: Cluster): number {
  const [few, other] = a.rows.length < b.rows.length ? [a, b] : [b, a];
  const rows = few.rows.slice();
  let count = 0;
  let apart = 0;
  for (let i = 0; i < few.rows.length; i++) {
    const n = few.rows[i];
    if (!(other.shares[n] > LEAST_SHARE)) continue;
    rows[count++] = n;
    apart += a.parts[n] + b.parts[n];
  }
  return addEntropy(weights, (n) => a.shares[n] + b.shares[n], rows.subarray(0, count)) - apart;
}

/**
 * What the entropy changes by at most, as a number below 0: as the entropy of a share of x and one of 1 - x is at most 2 log 2
 * sqrt(x (1 - x)), -2 log 2 Σ w sqrt(a b). It takes no logarithms.
 */
function mostChange(a: Cluster, b: Cluster): number {
  const { rows } = a.rows.length < b.rows.length ? a : b;
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += a.roots[rows[i]] * b.roots[rows[i]];
  return -2 * Math.LN2 * sum;
}

/** -Σ w t log t over some rows. */
function addEntropy(
  weights: Float64Array,
  share: (row: number) => number,
  rows: Int32Array,
  look: (row: number, part: number) => void = () => undefined,
): number {
  return withArena((arena) => {
    const [from, to] = [arena.f64(WINDOW), arena.f64(WINDOW)];
    const [terms, logs] = [arena.viewF64(from, WINDOW), arena.viewF64(to, WINDOW)];
    let sum = 0;
    for (let first = 0; first < rows.length; first += WINDOW) {
      const count = Math.min(WINDOW, rows.length - first);
      for (let i = 0; i < count; i++) terms[i] = share(rows[first + i]);
      arena.kernels.logArray(from, to, count);
      let all = 0;
      for (let i = 0; i < count; i++) {
        const n = rows[first + i];
        const part = -weights[n] * terms[i] * logs[i];
        all += part;
        look(n, part);
      }
      sum += all;
    }
    return sum;
  });
}

/** [N]: the cluster with the largest share of each row, the first of equals. */
function mostLikely(clusters: readonly Float64Array[]): Int32Array {
  const labels = new Int32Array(clusters.length && clusters[0].length);
  const most = new Float64Array(labels.length).fill(-1);
  clusters.forEach((shares, c) => {
    for (let n = 0; n < labels.length; n++) {
      if (!(shares[n] > most[n])) continue;
      most[n] = shares[n];
      labels[n] = c;
    }
  });
  return labels;
}

/** [N, clusters], row-major. */
function sideBySide(clusters: readonly Float64Array[]): Float64Array {
  const { length } = clusters;
  const all = new Float64Array(clusters[0].length * length);
  return all.map((_, i) => clusters[i % length][Math.floor(i / length)]);
}

/** The place, neither the first nor the last, up to which and from which on two lines fit the points best; 0 if there is none. */
function elbow(x: readonly number[], y: readonly number[]): number {
  let best = Infinity;
  let place = 0;
  for (let i = 1; i < x.length - 1; i++) {
    const rest = lineResidual(x.slice(0, i + 1), y.slice(0, i + 1)) + lineResidual(x.slice(i), y.slice(i));
    if (rest < best) [best, place] = [rest, i];
  }
  return place;
}

/** Sum of squares that the best line leaves. */
function lineResidual(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const product = (a: readonly number[], ma: number, b: readonly number[], mb: number): number =>
    a.reduce((sum, value, i) => sum + (value - ma) * (b[i] - mb), 0);
  const xy = product(x, mx, y, my);
  return product(y, my, y, my) - (xy * xy) / (product(x, mx, x, mx) || 1);
}

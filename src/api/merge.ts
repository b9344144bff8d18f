// Components that share rows taken together as one cluster.
import { withArena } from "../engine/arena.ts";
import { integerIn } from "../input/checks.ts";
import { type DataInput, matrixOf } from "../input/data.ts";
import { agglomerate } from "../model/agglomerate.ts";
import { scoreRows } from "../model/score.ts";
import type { MixtureParameters } from "./mixture.ts";
import { modelFrom } from "./operand.ts";

/** One clustering out of a hierarchy. */
export interface MergeStep {
  readonly nClusters: number;
  /** [K]: the cluster of each component, numbered from 0 in the order of their first components. */
  readonly clusters: Int32Array;
  /** The two clusters of the step before that were joined, as they were numbered there; the joint one has the first's number. */
  readonly merged: readonly [number, number] | undefined;
  /** Entropy of the soft clustering, -Σ_n Σ_k t_nk log t_nk, in nats: 0 where every row is sure of its cluster. */
  readonly entropy: number;
  /** Rows whose most likely cluster, in the step before, was one of the two. */
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
  /** The elbow of the entropy against the number of clusters. */
  readonly nClustersUnscaled: number;
  /** [N]: the most likely of so many clusters (default {@link nClusters}) for each row, the first of equals. */
  labels(nClusters?: number): Int32Array;
  /** [N, nClusters], row-major: responsibilities, those of the components of each cluster added up. */
  responsibilities(nClusters?: number): Float64Array;
}

/**
 * Merges components into clusters, two by two, by the entropy of the clustering (Baudry, Raftery, Celeux, Lo & Gottardo 2010):
 * at each step the two whose union leaves the least entropy, that is, the two that share most rows. The mixture stays
 * as it is: a cluster's density is the mixture of its components.
 *
 * @param data - N rows, as a rule those of the fit.
 * @throws {TypeError | RangeError} If parameters or data are malformed or do not fit each other.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const merging = merge(mixture, rows);
 * merging.labels(); // clusters, not components
 */
export function merge(mixture: MixtureParameters, data: DataInput): Merging {
  const model = modelFrom("mixture", mixture);
  const { nComponents: K, nFeatures } = model;
  const matrix = matrixOf(data, { nFeatures, columns: mixture.columns, widthName: "the mixture's nFeatures" });
  const N = matrix.nRows;
  const shares = new Float64Array(N * K);
  scoreRows(model, matrix, { responsibilities: shares });

  const responsibilitiesIn = (clusters: Int32Array, nClusters: number): Float64Array => {
    const out = new Float64Array(N * nClusters);
    shares.forEach((share, i) => {
      out[Math.floor(i / K) * nClusters + clusters[i % K]] += share;
    });
    return out;
  };
  const labelsIn = (clusters: Int32Array, nClusters: number): Int32Array =>
    mostLikely(responsibilitiesIn(clusters, nClusters), nClusters);

  const start = Array.from({ length: K }, (_, k) => clusterOf(shares.filter((_share, i) => i % K === k)));
  const steps: MergeStep[] = [];
  const add = (clusters: Int32Array, merged: MergeStep["merged"], items: readonly Cluster[]): void => {
    const before = steps.at(-1);
    const labels = before && labelsIn(before.clusters, before.nClusters);
    const entropy = Math.max(
      0,
      items.reduce((sum, item) => sum + item.entropy, 0),
    );
    const nMerged = labels ? labels.filter((label) => merged?.includes(label)).length : 0;
    steps.push({ nClusters: items.length, clusters, merged, entropy, nMerged });
  };
  add(
    Int32Array.from(start, (_, k) => k),
    undefined,
    start,
  );
  const cost = (a: Cluster, b: Cluster): number => entropyOf(a.shares, b.shares) - a.entropy - b.entropy;
  const join = (a: Cluster, b: Cluster): Cluster => clusterOf(a.shares.map((share, n) => share + b.shares[n]));
  for (const { labels, pair, items } of agglomerate(start, 1, cost, join)) add(labels, pair, items);

  const entropies = steps.map(({ entropy }) => entropy);
  let rows = 0;
  const nClusters =
    K -
    elbow(
      steps.map(({ nMerged }) => (rows += nMerged)),
      entropies,
    );
  const stepOf = (count: number): MergeStep =>
    steps[
      K - integerIn("nClusters", count, 1, K, `an integer from 1 to ${K}`, "leave it out for the number suggested")
    ];
  return {
    steps,
    nClusters,
    nClustersUnscaled:
      K -
      elbow(
        steps.map((_, step) => step),
        entropies,
      ),
    labels: (count = nClusters) => labelsIn(stepOf(count).clusters, count),
    responsibilities: (count = nClusters) => responsibilitiesIn(stepOf(count).clusters, count),
  };
}

/** A cluster's share of each row, [N], and its part of the entropy. */
interface Cluster {
  readonly shares: Float64Array;
  readonly entropy: number;
}

function clusterOf(shares: Float64Array): Cluster {
  return { shares, entropy: entropyOf(shares) };
}

/** Shares whose logarithms are taken at a time. */
const WINDOW = 1024;

/** -Σ t log t, t the shares of one cluster or of two together. */
function entropyOf(a: Float64Array, b?: Float64Array): number {
  return withArena((arena) => {
    const at = arena.f64(WINDOW);
    let sum = 0;
    for (let first = 0; first < a.length; first += WINDOW) {
      const terms = a.slice(first, first + WINDOW).map((share, n) => share + (b ? b[first + n] : 0));
      arena.viewF64(at, terms.length).set(terms.map((term) => term || 1));
      arena.kernels.logArray(at, at, terms.length);
      const logs = arena.viewF64(at, terms.length);
      sum -= terms.reduce((part, term, n) => part + term * logs[n], 0);
    }
    return sum;
  });
}

function mostLikely(responsibilities: Float64Array, nClusters: number): Int32Array {
  return Int32Array.from({ length: responsibilities.length / nClusters }, (_, n) => {
    const row = responsibilities.subarray(n * nClusters, (n + 1) * nClusters);
    return row.indexOf(Math.max(...row));
  });
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

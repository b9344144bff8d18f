import { type Parameters, precisionsOf, withinCovariance } from "../model/parameters.ts";
import type { Em } from "./em.ts";

/** A variance below this share of the average one is suspect in a component with no more rows than its shape asks for … */
const SMALL_SHARE = 0.1;
/** … and below this in any. */
const LEAST_SHARE = 1e-6;
/** A variance of which regularisation makes up more than one part in this many has no other support. */
const SUPPORT = 2;

/**
 * Components that owe their likelihood to a few rows, or to rows that lie in a plane, as numbers from 0. The likelihood
 * of such a component grows without bound as it shrinks (Day 1969, Biometrika 56:463), so that a maximum at one says
 * nothing (McLachlan & Peel, Finite Mixture Models, 2000, section 3.10).
 *
 * With W the average of the components' covariances by weight, a component of n rows counts as spurious if
 *
 *     D / tr(Σ⁻¹ W) < max(1e-6, (p / n)² / 10)   or   n < p
 *
 * where the left side is the harmonic mean of its variances relative to W, and p is the number of rows from which its
 * shape can be estimated at all: D + 1 for full covariances, 2 otherwise. It also does if regularisation is all that
 * keeps the variance of some columns above 0. Where that holds for every column its rows are all one: such a component is
 * as good as the others are, and counts only with `points`. Tied covariances have no such component as long as N >= D + 1.
 * In a subsample n counts the rows that it stands for, so that a component which all rows confirm is not taken for spurious
 * before they are seen; but p of those in the sample there must be.
 */
export function spuriousComponents(
  { problem, regularisation }: Pick<Em, "problem" | "regularisation">,
  parameters: Parameters,
  points = false,
): number[] {
  const { covarianceType, nComponents: K, nFeatures: D, weights } = parameters;
  const { N, whole = N, totalWeight, columnVariances } = problem;
  const within = withinCovariance(parameters);
  const least = covarianceType === "full" || covarianceType === "tied" ? D + 1 : 2;
  const varying = [...columnVariances.keys()].filter((d) => columnVariances[d] > 0);
  const spurious: number[] = [];
  let shared: number | undefined;
  const traceOf = (k: number): number => {
    if (covarianceType !== "tied") return relativeTrace(parameters, within, k);
    shared ??= relativeTrace(parameters, within, 0);
    return shared;
  };
  for (let k = 0; k < K; k++) {
    const share = covarianceType === "tied" ? 1 : weights[k];
    const rows = share * N;
    const all = share * whole;
    const limit = Math.max(LEAST_SHARE, (SMALL_SHARE * least * least) / (all * all));
    const flat = varying.filter((d) => {
      const floor = regularisation.reg[d] + regularisation.ridge[d] / (share * totalWeight);
      return varianceOf(parameters, k, d) <= SUPPORT * floor;
    }).length;
    const rests = flat > 0 && (points || flat < varying.length);
    // half a row is left for what the other components take of it
    const few = N > 1 && rows < least - 0.5;
    if (weights[k] === 0 || few || rests || !(D / traceOf(k) >= limit)) spurious.push(k);
  }
  return spurious;
}

/** Index of component k's entry (i, j) among the covariances; -1 where it is 0 by the type. */
function place({ covarianceType, nFeatures: D }: Parameters, k: number, i: number, j: number): number {
  if (covarianceType === "full") return (k * D + i) * D + j;
  if (covarianceType === "tied") return i * D + j;
  if (i !== j) return -1;
  return covarianceType === "diag" ? k * D + i : k;
}

function varianceOf(parameters: Parameters, k: number, d: number): number {
  return parameters.covariances[place(parameters, k, d, d)];
}

/** tr(Σ_k⁻¹ W) */
function relativeTrace(parameters: Parameters, within: Float64Array, k: number): number {
  const { covarianceType, nFeatures: D, covariances } = parameters;
  const first = covarianceType === "tied" ? 0 : k * within.length;
  const one = { ...parameters, nComponents: 1, covariances: covariances.subarray(first, first + within.length) };
  const precisions = precisionsOf(one);
  let trace = 0;
  for (let i = 0; i < within.length; i++) trace += precisions[i] * within[i];
  return covarianceType === "spherical" ? trace * D : trace;
}

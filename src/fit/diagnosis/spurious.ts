import { blockOf, familyOf, formOf } from "../../covariance/forms.ts";
import { type Parameters, withinCovariance } from "../../covariance/parameters.ts";
import { precisionsOf } from "../../covariance/roots.ts";
import { sharesCovariance } from "../../input/families.ts";
import type { Regularisation } from "../em/regularisation.ts";
import type { RowSource } from "../em/row-source.ts";
import { eliminateBelow } from "../em/total-covariance.ts";

/** A variance below this share of the average one is narrow in a component with no more rows than its shape asks for … */
const SMALL_SHARE = 0.1;
/** … and below this in any. */
const LEAST_SHARE = 1e-6;
/** A variance of which regularisation makes up more than one part in this many has no other support. */
const SUPPORT = 2;
/** A narrow component with fewer rows than this is an accident, however narrow: so many copies of a row are no group. */
const FEW = 3.5;
/** Logarithm of the expected number of equally narrow groups of rows, above which one is an accident where some column has a step: one in a hundred. */
const ACCIDENT = -4.6;
/** The same where no column has a step, one in a thousand: a likelihood without bound is drawn to the narrowest of all groups. */
const CONTINUOUS_ACCIDENT = -6.9;
/** Where no column has a step, rows that lie farther out than this squared Mahalanobis distance are no less likely to lie in a plane. */
const MOST_DISTANCE = 4;

/** What components are judged by: rows, and what keeps covariances up. */
export interface Judged {
  readonly rows: Pick<RowSource, "arena" | "N" | "whole" | "totalWeight" | "columnVariances">;
  readonly regularisation: Regularisation;
}

/**
 * Components that owe their likelihood to a few rows, or to rows that lie in a plane by chance, as numbers from 0. The
 * likelihood of such a component grows without bound as it shrinks (Day 1969, Biometrika 56:463), so that a maximum at one
 * says nothing (McLachlan & Peel, Finite Mixture Models, 2000, section 3.10).
 *
 * A component of n rows, whose shape needs p of them to be estimated at all (D + 1 for full covariances, 2 otherwise), is
 * spurious if n < p, or if it is narrow by accident. Rows are counted by weight, in units of the median weight of distinct rows.
 *
 * It is narrow if D / tr(Σ⁻¹ V) < max(1e-6, (p / n)² / 10), the harmonic mean of its variances relative to V, both for V the
 * average of the components' covariances by weight and for V the covariance of its neighbour, the component that its rows would
 * fall to; or if regularisation is all that keeps the variance of a column above 0, and a tenth of that of all rows is more.
 *
 * It is so by accident if n < 3.5, or if among all N rows some n of them would be as close by chance: p - 1 rows define where it
 * lies, and a row of the neighbour's lies there with probability q = 2 (|Σ| / |V|)^½ exp(-δ² / 2) or so, δ being the Mahalanobis
 * distance of its mean from the neighbour, so that of such groups
 *
 *     C(N, n) C(n, p - 1) q^(n - p + 1)
 *
 * are expected, to be compared with 1/100. Where no column has a step, the likelihood has no bound and is drawn to the narrowest group of
 * all: there δ is 2 at most, and the number is compared with 1/1000. To Σ and V is added what the steps leave open in which the columns are recorded (h² / 12). Thus
 * 4,500 of 5,000 rows on one value are a finding, and three rows in a plane an accident.
 *
 * A component without weight is none.
 *
 * In a subsample n counts the rows that it stands for, so that a component which all rows confirm is not taken for spurious
 * before they are seen; but p of those in the sample there must be.
 *
 * @param share - of how many of the rows, weighted, the parameters are: 1 but for a part of a mixture.
 */
export function spuriousComponents(em: Judged, parameters: Parameters, share = 1): number[] {
  const { rows, regularisation } = em;
  const { nComponents: K, nFeatures: D, weights } = parameters;
  const form = formOf(parameters);
  const { arena, totalWeight } = rows;
  const N = share * rows.N;
  const whole = share * (rows.whole ?? rows.N);
  const inSight = totalWeight / regularisation.resolution.unit;
  const total = inSight * (whole / N);
  // the most work by far where columns are many, and not needed where rows are few
  let precisions: Float64Array | undefined;
  let within: Float64Array | undefined;
  const least = form.isDense ? D + 1 : 2;
  const isShared = sharesCovariance(familyOf(parameters));
  const isNarrow = (ratio: number, limit: number): boolean => !(ratio >= limit);
  const spurious: number[] = [];
  for (let k = 0; k < K; k++) {
    const part = isShared ? 1 : weights[k];
    const n = part * total;
    // half a row is left for what the other components take of it
    if (N > 1 && part * inSight < least - 0.5) {
      if (weights[k] > 0) spurious.push(k);
      continue;
    }
    precisions ??= precisionsOf(parameters, arena);
    within ??= withinCovariance(parameters);
    const limit = Math.max(LEAST_SHARE, (SMALL_SHARE * least * least) / (n * n));
    const rests = restsOn(em, parameters, k, part * totalWeight);
    if (!rests && !isNarrow(D / relativeTrace(parameters, precisions, within, k), limit)) continue;
    const neighbour = neighbourOf(em, parameters, precisions, k);
    if (neighbour < 0) continue;
    const own = ownBlock(parameters, parameters.covariances, neighbour);
    if (!rests && !isNarrow(D / relativeTrace(parameters, precisions, own, k), limit)) continue;
    if (n < FEW || isByChance(em, parameters, precisions, [k, neighbour], [n, total, least])) spurious.push(k);
  }
  return spurious;
}

/** Whether regularisation is all that keeps the variance of some column up in component k, of some weight, and the column has far more. */
function restsOn({ rows, regularisation }: Judged, parameters: Parameters, k: number, weight: number): boolean {
  const { nComponents: K, nFeatures: D, covariances } = parameters;
  const { columnVariances } = rows;
  const { reg, ridge } = regularisation;
  const form = formOf(parameters);
  const start = form.isShared ? 0 : (covariances.length / K) * k;
  for (let d = 0; d < D; d++) {
    const variance = covariances[start + form.at(d, d, D)];
    const isAdded = variance <= SUPPORT * (reg[d] + ridge[d] / weight);
    if (isAdded && columnVariances[d] > 0 && variance < SMALL_SHARE * columnVariances[d]) return true;
  }
  return false;
}

/** Whether a group of n rows, of all, as narrow as component k is beside its neighbour is to be expected where a shape needs `least` rows. */
function isByChance(
  { rows, regularisation }: Judged,
  parameters: Parameters,
  precisions: Float64Array,
  [k, neighbour]: readonly [number, number],
  [n, total, least]: readonly [number, number, number],
): boolean {
  const { log } = rows.arena.kernels;
  const { steps } = regularisation.resolution;
  const volume = (j: number): number => logDeterminant(parameters, j, steps, log);
  const distance = quadratic(parameters, precisions, apart(parameters, k, neighbour), neighbour);
  const isBounded = steps.some((step) => step > 0);
  const far = isBounded ? distance : Math.min(MOST_DISTANCE, distance);
  const chance = Math.min(0, (volume(k) - volume(neighbour) - far) / 2 + log(2));
  /** log C(of, count), by Stirling's formula. */
  const choices = (of: number, count: number): number => {
    const rest = of - count;
    if (!(count >= 1 && rest >= 1)) return 0;
    return of * log(of) - count * log(count) - rest * log(rest) - log((2 * Math.PI * count * rest) / of) / 2;
  };
  return (
    choices(total, n) + choices(n, least - 1) + (n - least + 1) * chance > (isBounded ? ACCIDENT : CONTINUOUS_ACCIDENT)
  );
}

/** [D]: from the mean of component j to that of component k. */
function apart({ nFeatures: D, means }: Parameters, k: number, j: number): Float64Array {
  return Float64Array.from({ length: D }, (_, d) => means[k * D + d] - means[j * D + d]);
}

/** The component that is likeliest, on average, for rows drawn from component k; -1 if there is no other. */
function neighbourOf({ rows }: Judged, parameters: Parameters, precisions: Float64Array, k: number): number {
  const { nComponents: K, nFeatures: D, weights } = parameters;
  const { log } = rows.arena.kernels;
  const none = new Float64Array(D);
  const own = ownBlock(parameters, parameters.covariances, k);
  let best = -1;
  let most = -Infinity;
  for (let j = 0; j < K; j++) {
    if (j === k || weights[j] === 0) continue;
    const distance = quadratic(parameters, precisions, apart(parameters, k, j), j);
    const spread = relativeTrace(parameters, precisions, own, j) + distance;
    const value = log(weights[j]) - (logDeterminant(parameters, j, none, log) + spread) / 2;
    if (!(value > most)) continue;
    best = j;
    most = value;
  }
  return best;
}

/** The block of component k. A view. */
function ownBlock(parameters: Parameters, blocks: Float64Array, k: number): Float64Array {
  return blockOf(formOf(parameters), blocks, parameters.nComponents, k);
}

/** tr(Σ_k⁻¹ V), V a block. */
function relativeTrace(parameters: Parameters, precisions: Float64Array, V: Float64Array, k: number): number {
  const { isIsotropic, isShared } = formOf(parameters);
  const start = isShared ? 0 : V.length * k;
  let trace = 0;
  for (let i = 0; i < V.length; i++) trace += precisions[start + i] * V[i];
  return isIsotropic ? trace * parameters.nFeatures : trace;
}

/** z' Σ_k⁻¹ z */
function quadratic(parameters: Parameters, precisions: Float64Array, z: Float64Array, k: number): number {
  const D = z.length;
  const form = formOf(parameters);
  const precision = ownBlock(parameters, precisions, k);
  let sum = 0;
  for (let i = 0; i < D; i++) {
    if (!form.isDense) sum += precision[form.at(i, i, D)] * z[i] * z[i];
    else for (let j = 0; j < D; j++) sum += precision[i * D + j] * z[i] * z[j];
  }
  return sum;
}

/** log|Σ_k + diag(h² / 12)|, by elimination. */
function logDeterminant(parameters: Parameters, k: number, steps: Float64Array, log: (x: number) => number): number {
  const D = steps.length;
  const form = formOf(parameters);
  const block = ownBlock(parameters, parameters.covariances, k);
  let sum = 0;
  if (!form.isDense) {
    steps.forEach((step, d) => {
      sum += log(block[form.at(d, d, D)] + (step * step) / 12);
    });
    return sum;
  }
  const rest = block.slice();
  for (let i = 0; i < D; i++) {
    // what has become of it may be rounding
    const pivot = Math.max(rest[i * (D + 1)], Number.MIN_VALUE) + (steps[i] * steps[i]) / 12;
    sum += log(pivot);
    eliminateBelow(rest, D, i, pivot);
  }
  return sum;
}

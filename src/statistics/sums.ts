// What the rows of a mixture's components sum up to, and what can be done with such sums.
import type { Form } from "../covariance/form.ts";
import { blockCount, blockOf } from "../covariance/forms.ts";

/** Sums over weighted responsibilities r of some rows x, about stated means m. All arrays are flat and row-major. */
export interface Sums {
  readonly form: Form;
  readonly K: number;
  readonly D: number;
  /** Total log-likelihood of the rows, in nats. */
  readonly logLikelihood: number;
  /** [K, D]: m. */
  readonly means: Float64Array;
  /** [K]: Σ r, for the weights. */
  readonly counts: Float64Array;
  /** [K]: what first moments are divided by: Σ r, and what a prior of the means weighs. */
  readonly meanDivisors: Float64Array;
  /** [K]: what scatters are divided by: Σ r, and what a prior of the covariances adds. */
  readonly divisors: Float64Array;
  /** [K, D]: Σ r (x - m). */
  readonly moments: Float64Array;
  /** Σ r (x - m)(x - m)' as far as the form holds it, in the shape of the covariances. */
  readonly scatter: Float64Array;
}

/** The arrays of sums that are added and scaled number by number. */
const SUMMED = ["counts", "meanDivisors", "divisors", "moments", "scatter"] as const;

/** The sums of both; they are about the same means. */
export function addedSums(a: Sums, b: Sums): Sums {
  const parts = SUMMED.map((key) => [key, a[key].map((value, i) => value + b[key][i])] as const);
  return { ...a, logLikelihood: a.logLikelihood + b.logLikelihood, ...Object.fromEntries(parts) };
}

/** The sums of rows that weigh `factor` times as much. */
export function scaledSums(sums: Sums, factor: number): Sums {
  const parts = SUMMED.map((key) => [key, sums[key].map((value) => value * factor)] as const);
  return { ...sums, logLikelihood: sums.logLikelihood * factor, ...Object.fromEntries(parts) };
}

/** Same rows, about other means [K, D]: with e the mean of a component's rows from m, S + n (e - δ)(e - δ)' - n e e'. */
export function recentredSums(sums: Sums, means: Float64Array): Sums {
  const { form, K, D } = sums;
  const moments = sums.moments.slice();
  const scatter = sums.scatter.slice();
  for (let k = 0; k < K; k++) {
    const n = sums.meanDivisors[k];
    if (!(n > 0)) continue;
    const from = meanFrom(sums, k);
    const to = from.map((value, d) => value - (means[k * D + d] - sums.means[k * D + d]));
    const [before, after] = [form.outer(from), form.outer(to)];
    const block = blockOf(form, scatter, K, k);
    for (let i = 0; i < block.length; i++) block[i] += n * (after[i] - before[i]);
    for (let d = 0; d < D; d++) moments[k * D + d] = n * to[d];
  }
  return { ...sums, means: means.slice(), moments, scatter };
}

/** [D]: from m to the mean of component k's rows, which there must be. */
export function meanFrom({ D, moments, meanDivisors }: Sums, k: number): Float64Array {
  return moments.slice(k * D, (k + 1) * D).map((sum) => sum / meanDivisors[k]);
}

/** A component with less than this share of the total weight has nothing left to estimate from. */
const EMPTY_SHARE = 1e-12;

/** [K]: whether each component has rows. */
export function haveRows({ counts }: Sums): readonly boolean[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Array.from(counts, (count) => count > EMPTY_SHARE * total);
}

/**
 * The covariance that each component's rows have about their mean, S / divisor - (n / divisor) e e', in the shape of the
 * form: one of all rows where that is shared. A component without rows keeps what it has, unless a prior says something.
 *
 * @param previous - the covariances so far.
 */
export function covariancesOfSums(sums: Sums, previous: Float64Array): Float64Array {
  const { form, K } = sums;
  const covariances = sums.scatter.slice();
  const taken = new Float64Array(blockCount(form, K));
  const hasRows = haveRows(sums);
  for (let k = 0; k < K; k++) {
    const block = blockOf(form, covariances, K, k);
    taken[form.isShared ? 0 : k] += sums.divisors[k];
    if (!hasRows[k]) continue;
    const spread = form.outer(meanFrom(sums, k));
    for (let i = 0; i < block.length; i++) block[i] -= sums.meanDivisors[k] * spread[i];
  }
  taken.forEach((divisor, k) => {
    const block = blockOf(form, covariances, K, k);
    if (divisor > 0) for (let i = 0; i < block.length; i++) block[i] /= divisor;
    else block.set(blockOf(form, previous, K, k));
  });
  return covariances;
}

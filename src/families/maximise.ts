import type { Form } from "../covariance/form.ts";
import { covariancesOfSums, haveRows, meanFrom, type Sums } from "../statistics/sums.ts";
import { type Family, shareOfBlock } from "./family.ts";

/** Weights [K], means [K, D] and covariances in the shape of the form. */
export interface Estimates {
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}

/** What is added on the way, each [D]. */
export interface Additions {
  /** To the scatter of each covariance, before the family has its say. */
  readonly ridge?: Float64Array | undefined;
  /** To the variances in the end. */
  readonly reg?: Float64Array | undefined;
}

/**
 * The M-step: the parameters of a family that fit sums best (Bishop, PRML, eq. 9.24 to 9.26; Celeux & Govaert 1995). A
 * component without rows has weight 0, and keeps mean and covariance.
 *
 * @param previous - the covariances so far.
 */
export function maximise(
  family: Family,
  sums: Sums,
  previous: Float64Array,
  { ridge, reg }: Additions = {},
): Estimates {
  const { K, D, counts } = sums;
  const { form } = family;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const held = ridge
    ? {
        ...sums,
        scatter: withVariances(
          form,
          sums.scatter,
          ridge.map((value) => value * shareOfBlock(family, K)),
        ),
      }
    : sums;
  const own = covariancesOfSums(held, previous);
  const covariances = family.constrained?.(own, sums) ?? own;
  const hasRows = haveRows(sums);
  const weights = counts.map((count, k) => (hasRows[k] ? count / total : 0));
  const means = sums.means.slice();
  for (let k = 0; k < K; k++) {
    if (!hasRows[k]) continue;
    meanFrom(sums, k).forEach((value, d) => {
      means[k * D + d] += value;
    });
  }
  return { weights, means, covariances: reg ? withVariances(form, covariances, reg) : covariances };
}

/** Blocks with variances [D] added to each. */
function withVariances(form: Form, blocks: Float64Array, variances: Float64Array): Float64Array {
  const own = form.ofVariances(variances);
  return blocks.map((value, i) => value + own[i % own.length]);
}

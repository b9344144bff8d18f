// The formulas as they stand in a textbook (Bishop, PRML, chapters 2.3 and 9.2), on nested arrays, one row at a time.
import { covarianceOf, type Formed } from "./forms.mjs";
import type { Shaped } from "./problems.ts";
import { nested } from "./problems.ts";

/** Lower triangular L with L L' = a. */
export function choleskyOf(a: readonly (readonly number[])[]): number[][] {
  const low = a.map((row) => row.map(() => 0));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i][j];
      for (let m = 0; m < j; m++) rest -= low[i][m] * low[j][m];
      low[i][j] = i === j ? Math.sqrt(rest) : rest / low[j][j];
    }
  }
  return low;
}

/** log |a|. */
export function logDetOf(a: readonly (readonly number[])[]): number {
  return choleskyOf(a).reduce((sum, row, i) => sum + 2 * Math.log(row[i]), 0);
}

/** What the plain formulas need of a mixture: every covariance as a whole matrix. */
export interface PlainMixture {
  readonly weights: readonly number[];
  readonly means: readonly (readonly number[])[];
  readonly covariances: readonly (readonly (readonly number[])[])[];
}

/** The parameters of any covariance type, written out. */
export function writtenOut(
  mixture: Formed & { readonly nComponents: number; readonly weights: Float64Array; readonly means: Float64Array },
): PlainMixture {
  const { nComponents: K, nFeatures: D, weights, means } = mixture;
  return {
    weights: [...weights],
    means: Array.from({ length: K }, (_, k) => [...means.subarray(k * D, (k + 1) * D)]),
    covariances: Array.from({ length: K }, (_, k) => covarianceOf(mixture, k)),
  };
}

/** Per row: the Mahalanobis distances, the responsibilities and the log-density. */
export function plainScores(
  mixture: PlainMixture,
  set: Shaped,
): { distances: number[]; responsibilities: number[]; density: number }[] {
  const factors = mixture.covariances.map(choleskyOf);
  return nested(set).map((x) => {
    const distances = mixture.means.map((mean, k) => {
      const y: number[] = [];
      x.forEach((value, i) => {
        let rest = value - mean[i];
        for (let m = 0; m < i; m++) rest -= factors[k][i][m] * y[m];
        y.push(rest / factors[k][i][i]);
      });
      return Math.sqrt(y.reduce((sum, v) => sum + v * v, 0));
    });
    const terms = distances.map((distance, k) => {
      const logDet = factors[k].reduce((sum, row, i) => sum + Math.log(row[i]), 0);
      return Math.log(mixture.weights[k]) - logDet - (x.length * Math.log(2 * Math.PI)) / 2 - distance ** 2 / 2;
    });
    const top = Math.max(...terms);
    const total = terms.reduce((sum, term) => sum + Math.exp(term - top), 0);
    return {
      distances,
      responsibilities: terms.map((term) => Math.exp(term - top) / total),
      density: top + Math.log(total),
    };
  });
}

/** Weights, means and whole covariances of an M-step from responsibilities [N][K]. */
export function plainMStep(set: Shaped, responsibilities: readonly (readonly number[])[]): PlainMixture {
  const rows = nested(set);
  const [N, D] = set.shape;
  const K = responsibilities[0].length;
  const sum = (k: number, value: (x: readonly number[]) => number): number =>
    rows.reduce((total, x, n) => total + responsibilities[n][k] * value(x), 0);
  const columns = Array.from({ length: D }, (_, d) => d);
  const counts = Array.from({ length: K }, (_, k) => sum(k, () => 1));
  const means = counts.map((count, k) => columns.map((d) => sum(k, (x) => x[d]) / count));
  const covariances = counts.map((count, k) =>
    columns.map((i) => columns.map((j) => sum(k, (x) => (x[i] - means[k][i]) * (x[j] - means[k][j])) / count)),
  );
  return { weights: counts.map((count) => count / N), means, covariances };
}

/** Mean [D] and covariance [D, D] of a whole mixture. */
export function plainMoments({ weights, means, covariances }: PlainMixture): [number[], number[]] {
  const over = (value: (k: number) => number): number => weights.reduce((sum, w, k) => sum + w * value(k), 0);
  const mean = means[0].map((_, d) => over((k) => means[k][d]));
  const covariance = mean.flatMap((_, i) =>
    mean.map((_m, j) => over((k) => covariances[k][i][j] + (means[k][i] - mean[i]) * (means[k][j] - mean[j]))),
  );
  return [mean, covariance];
}

// Closed forms about mixtures, where the integrals themselves have none.
import { logOf, logSumExp } from "./elementary.ts";
import { combined, commonOf, entropyOf, type FactoredNormal, factored, klOf } from "./normals.ts";

/** Steps of {@link klUpperBound}, and pairs of components looked at in all of them; it stops where a step gains less than GAIN, relative. */
const MOST_STEPS = 1000;
const MOST_PAIRS = 2e7;
const GAIN = 1e-9;

/**
 * Bounds on the entropy of a mixture (Huber, Bailey, Durrant-Whyte & Hanebeck 2008). Below, by Jensen's inequality,
 * -Σ w_i log Σ_j w_j ∫ N_i N_j; above, the smaller of Σ w_i (H_i - log w_i) and the entropy of one normal with the
 * mixture's covariance, which no density of that covariance exceeds.
 */
export function entropyBounds(normals: readonly FactoredNormal[]): { readonly lower: number; readonly upper: number } {
  const logs = normals.map(({ weight }) => logOf(weight));
  let lower = 0;
  let upper = 0;
  normals.forEach((a, i) => {
    lower -= a.weight * logSumExp(normals.map((b, j) => logs[j] + commonOf(a, b).logProduct));
    upper += a.weight * (entropyOf(a) - logs[i]);
  });
  return { lower, upper: Math.min(upper, entropyOf(factored(combined(normals)))) };
}

/** [Kp, Kq]: the Kullback-Leibler divergence of each component of q from each of p. */
function divergences(p: readonly FactoredNormal[], q: readonly FactoredNormal[]): number[][] {
  return p.map((a) => q.map((b) => klOf(a, b)));
}

/**
 * Two closed forms for the Kullback-Leibler divergence of mixture q from mixture p (Hershey & Olsen 2007): the variational
 * approximation, which may lie on either side, and the variational upper bound.
 */
export function klVariational(
  p: readonly FactoredNormal[],
  q: readonly FactoredNormal[],
): { readonly approximation: number; readonly upper: number } {
  const [logP, logQ] = [p, q].map((normals) => normals.map(({ weight }) => logOf(weight)));
  const within = divergences(p, p);
  const between = divergences(p, q);
  const nearness = (row: readonly number[], logs: readonly number[]): number =>
    logSumExp(row.map((divergence, j) => logs[j] - divergence));
  const approximation = p.reduce(
    (sum, { weight }, i) => sum + weight * (nearness(within[i], logP) - nearness(between[i], logQ)),
    0,
  );
  return { approximation, upper: klUpperBound(p, logP, logQ, between) };
}

/**
 * The smallest of KL(φ || ψ) + Σ φ_ab KL(p_a || q_b) over the ways φ and ψ to split each component of p among those of q and
 * the other way round, by turns: with φ fixed the best ψ is known, and with ψ the best φ. In logarithms.
 */
function klUpperBound(
  p: readonly FactoredNormal[],
  logP: readonly number[],
  logQ: readonly number[],
  between: readonly (readonly number[])[],
): number {
  let split = logP.map((a) => logQ.map((b) => a + b));
  let bound = Infinity;
  const steps = Math.min(MOST_STEPS, Math.ceil(MOST_PAIRS / (logP.length * logQ.length)));
  for (let step = 0; step < steps; step++) {
    const totals = logQ.map((_, j) => logSumExp(split.map((row) => row[j])));
    let next = 0;
    split = split.map((row, i) => {
      const terms = row.map((value, j) => logQ[j] + value - totals[j] - between[i][j]);
      const total = logSumExp(terms);
      next += p[i].weight * (logP[i] - total);
      return terms.map((term) => logP[i] + term - total);
    });
    if (!(bound - next > GAIN * Math.abs(next))) return Math.max(0, next);
    bound = next;
  }
  return bound;
}

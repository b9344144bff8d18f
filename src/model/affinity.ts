// The square root of the product of two mixtures lies below a mixture that can be drawn from.
import { expOf, logSumExp } from "./exponentials.ts";
import { commonOf, type FactoredNormal, factored, multiply } from "./normals.ts";
import type { Parameters } from "./parameters.ts";
import { logOf } from "./sums.ts";

/** Pairs of components below exp(-40) of the largest are left out: together less than a rounding. */
const MARGIN = 40;

/** P' P, in blocks. */
function gram(p: Float64Array, D: number): Float64Array {
  const side = p.length / D;
  return p.map((_, at) => {
    const first = Math.floor(at / side / side) * side;
    const i = Math.floor(at / side) - first;
    const j = at % side;
    let sum = 0;
    for (let m = Math.max(i, j); m < side; m++) sum += p[(first + m) * side + i] * p[(first + m) * side + j];
    return sum;
  });
}

/**
 * Σ_ab sqrt(w_a N_a v_b N_b), which is at least sqrt(p q): the logarithm of its integral, and it as a mixture of normals.
 * With A and B the precisions of a pair, the root of the product is a normal of precision ½ (A + B).
 *
 * @returns no parameters worth using where `logTotal` is -Infinity.
 */
export function commonGround(
  p: readonly FactoredNormal[],
  q: readonly FactoredNormal[],
): { readonly logTotal: number; readonly parameters: Parameters } {
  const D = p[0].mean.length;
  const logs = p.flatMap((a) =>
    q.map((b) => ({ a, b, log: (logOf(a.weight) + logOf(b.weight)) / 2 - commonOf(a, b).distance })),
  );
  const logTotal = logSumExp(logs.map(({ log }) => log));
  const pairs = logs.filter(({ log }) => log > logTotal - MARGIN);
  const precisions = new Map([...p, ...q].map((normal) => [normal, gram(normal.inverse, D)]));
  const dense = D > 1 && p[0].covariance.length > D;
  const means = new Float64Array(pairs.length * D);
  const covariances = new Float64Array(pairs.length * p[0].covariance.length);
  pairs.forEach(({ a, b }, k) => {
    const [ofA, ofB] = [a, b].map((normal) => precisions.get(normal) as Float64Array);
    const middle = factored({ ...a, covariance: ofA.map((value, i) => value / 2 + ofB[i] / 2) });
    const covariance = gram(middle.inverse, D);
    const pull = multiply(
      ofB,
      b.mean.map((value, d) => (value - a.mean[d]) / 2),
    );
    const shift = multiply(covariance, pull);
    means.set(
      a.mean.map((value, d) => value + shift[d]),
      k * D,
    );
    covariances.set(covariance, k * covariance.length);
  });
  return {
    logTotal,
    parameters: {
      covarianceType: dense ? "full" : "diag",
      nComponents: pairs.length,
      nFeatures: D,
      weights: Float64Array.from(pairs, ({ log }) => expOf(log - logTotal)),
      means,
      covariances,
    },
  };
}

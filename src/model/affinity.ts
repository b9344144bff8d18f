import type { Parameters } from "../covariance/parameters.ts";
import { expOf, logOf, logSumExp } from "./elementary.ts";
import { commonOf, difference, type FactoredNormal, halfway, mixtureOf, multiply, withInverse } from "./normals.ts";

/** Pairs of components below exp(-40) of all are left out: together they are less than a rounding. */
const MARGIN = 40;

/**
 * Σ_ab sqrt(w_a N_a v_b N_b), which is at least sqrt(p q): the logarithm of its integral, and it as a mixture. With A and B
 * the precisions of a pair, its term has the shape of a normal of precision ½ (A + B).
 */
export function commonGround(
  p: readonly FactoredNormal[],
  q: readonly FactoredNormal[],
): { readonly logTotal: number; readonly mixture: Parameters } {
  const others = withInverse(q);
  const terms = withInverse(p).flatMap((a) =>
    others.map((b) => ({ a, b, log: (logOf(a.weight) + logOf(b.weight)) / 2 - commonOf(a, b).distance })),
  );
  const logTotal = logSumExp(terms.map(({ log }) => log));
  const pairs = terms.filter(({ log }) => log >= logTotal - MARGIN);
  // normals in all but their covariances, which are precisions still
  const middles = pairs.map(({ a, b, log }) => ({
    weight: expOf(log - logTotal),
    mean: a.mean,
    covariance: halfway(a.precision, b.precision),
    pull: multiply(b.precision, difference(b.mean, a.mean)),
  }));
  const normals = withInverse(middles).map(({ weight, mean, pull, precision: covariance }) => {
    const shift = multiply(covariance, pull);
    return { weight, mean: mean.map((value, d) => value + shift[d] / 2), covariance };
  });
  return { logTotal, mixture: mixtureOf(normals) };
}

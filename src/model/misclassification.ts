// How often a row of one component is more likely to be taken for another's.
import { withArena } from "../engine/arena.ts";
import { type Estimate, meanOver } from "./monte-carlo.ts";
import { normalCdf } from "./normal-cdf.ts";
import { difference, type FactoredNormal, multiply, relativeRoot, squared } from "./normals.ts";

/** P(a t² + 2 b t + c < 0), t standard normal: between the roots, or outside them. Never NaN. */
function quadraticProbability(a: number, b: number, c: number, cdf: (x: number) => number): number {
  if (!(c < Infinity)) return 0;
  if (c === -Infinity) return 1;
  // the roots depend on the ratios only: to one scale, so that nothing overflows
  const scale = Math.max(Math.abs(a), Math.abs(b), Math.abs(c)) || 1;
  const [A, B, C] = [a / scale, b / scale, c / scale];
  const discriminant = B * B - A * C;
  if (!(discriminant > 0)) return A < 0 || C < 0 ? 1 : 0;
  const q = B < 0 ? Math.sqrt(discriminant) - B : -Math.sqrt(discriminant) - B;
  const low = Math.min(q / A, C / q);
  const high = Math.max(q / A, C / q);
  if (A < 0) return cdf(low) + cdf(-high);
  return low > 0 ? cdf(-low) - cdf(-high) : cdf(high) - cdf(low);
}

/**
 * ω_b|a = P(w_a N_a(x) < w_b N_b(x)), x drawn from a (Maitra & Melnykov 2010): the chance that a row of a is taken for one
 * of b, were there only these two.
 *
 * With x = μ_a + L_a z and M = P_b L_a the condition is |M z + δ|² - |z|² < c. Along any direction e it is a quadratic in
 * z'e, whose probability is known; only the other directions are drawn, and e is taken along the line between the
 * means. Where covariances are equal, or in one dimension, nothing is left to draw: the value is exact.
 *
 * @param log - the logarithm of w_b / w_a.
 */
export function misclassification(
  a: FactoredNormal,
  b: FactoredNormal,
  log: number,
  nSamples: number,
  seed: number,
): Estimate {
  return withArena(({ kernels }) => {
    const cdf = (x: number): number => normalCdf(x, kernels.exp);
    const D = a.mean.length;
    const shift = difference(a.mean, b.mean);
    const limit = 2 * log + a.logDet - b.logDet;
    const delta = multiply(b.inverse, shift);
    if (a.covariance.every((value, i) => value === b.covariance[i])) {
      const square = squared(delta);
      const value = quadraticProbability(0, Math.sqrt(square), square - 2 * log, cdf);
      return { value, standardError: 0 };
    }
    const m = relativeRoot(b, a);
    const line = multiply(a.inverse, shift);
    const length = Math.sqrt(squared(line));
    const e = line.map((value, d) => (length > 0 && length < Infinity ? value / length : d === 0 ? 1 : 0));
    const me = multiply(m, e);
    const standard = { weights: Float64Array.of(1), means: new Float64Array(D), covariances: Float64Array.of(1) };
    const model = { ...standard, covarianceType: "spherical", nComponents: 1, nFeatures: D } as const;
    return meanOver(model, D === 1 ? 2 : nSamples, seed, (rows) => {
      const z = new Float64Array(rows.nRows * D);
      rows.copyRows(0, rows.nRows, z);
      return Array.from({ length: rows.nRows }, (_, n) => {
        const row = z.subarray(n * D, (n + 1) * D);
        const along = row.reduce((sum, value, d) => sum + value * e[d], 0);
        const across = D === 1 ? row.fill(0) : row.map((value, d) => value - along * e[d]);
        const y = multiply(m, across).map((value, d) => value + delta[d]);
        const slope = y.reduce((sum, value, d) => sum + value * me[d], 0);
        return quadraticProbability(squared(me) - 1, slope, squared(y) - squared(across) - limit, cdf);
      });
    });
  });
}

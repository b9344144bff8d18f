// How often a row of one component is more likely to be taken for another's.
import { withArena } from "../engine/arena.ts";
import { type Estimate, meanOver } from "./monte-carlo.ts";
import { normalCdf } from "./normal-cdf.ts";
import { difference, type FactoredNormal, halfway, mixtureOf, multiply, relativeRoot, squared } from "./normals.ts";
import { precisionsOf } from "./parameters.ts";

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
 * z'e, whose probability is known; only the other directions are drawn. e = L_a' (Σ_a + Σ_b)⁻¹ (μ_a - μ_b), scaled: up to 36
 * times smaller errors than along the line between the means, on the mixtures of test/overlap.test.ts. Where covariances are equal, or in one dimension, nothing is left to draw: the value is exact.
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
    const side = m.length / D;
    // in a's metric, towards the point where a and b meet
    const middle = mixtureOf([{ ...a, covariance: halfway(a.covariance, b.covariance) }]);
    const line = multiply(a.inverse, multiply(a.covariance, multiply(precisionsOf(middle), shift)));
    const length = Math.sqrt(squared(line));
    const e = line.map((value, d) => (length > 0 && length < Infinity ? value / length : d === 0 ? 1 : 0));
    const me = multiply(m, e);
    const curve = squared(me) - 1;
    const standard = { weights: Float64Array.of(1), means: new Float64Array(D), covariances: Float64Array.of(1) };
    const model = { ...standard, covarianceType: "spherical", nComponents: 1, nFeatures: D } as const;
    return meanOver(model, D === 1 ? 2 : nSamples, seed, (rows) => {
      const z = new Float64Array(rows.nRows * D);
      if (D > 1) rows.copyRows(0, rows.nRows, z);
      return new Float64Array(rows.nRows).map((_, n) => {
        const row = n * D;
        let along = 0;
        let across = 0;
        for (let d = 0; d < D; d++) {
          along += z[row + d] * e[d];
          across += z[row + d] * z[row + d];
        }
        let slope = 0;
        let height = along * along - across - limit;
        for (let i = 0; i < D; i++) {
          const first = i - (i % side);
          let y = delta[i] - along * me[i];
          for (let j = first; j <= i; j++) y += m[i * side + j - first] * z[row + j];
          slope += y * me[i];
          height += y * y;
        }
        return quadraticProbability(curve, slope, height, cdf);
      });
    });
  });
}

// How often a row of one component is more likely to be taken for another's.
import { type Estimate, meansOver } from "./monte-carlo.ts";
import { normalCdf } from "./normal-cdf.ts";
import { difference, type FactoredNormal, halfway, mixtureOf, multiply, squared, withInverse } from "./normals.ts";
import { modelOf } from "./parameters.ts";
import { scoreRows } from "./score.ts";
import { logOf } from "./sums.ts";

/** P(a t² + 2 b t + c < 0), t standard normal: between the roots, or outside them. ½ if it is 0 everywhere; never NaN. */
function quadraticProbability(a: number, b: number, c: number): number {
  if (!(c < Infinity)) return 0;
  if (c === -Infinity) return 1;
  // the roots depend on the ratios only: to one scale, so that nothing overflows
  const scale = Math.max(Math.abs(a), Math.abs(b), Math.abs(c));
  if (scale === 0) return 0.5;
  const [A, B, C] = [a / scale, b / scale, c / scale];
  const discriminant = B * B - A * C;
  if (!(discriminant > 0)) return A < 0 || C < 0 ? 1 : 0;
  const q = B < 0 ? Math.sqrt(discriminant) - B : -Math.sqrt(discriminant) - B;
  const low = Math.min(q / A, C / q);
  const high = Math.max(q / A, C / q);
  if (A < 0) return normalCdf(low) + normalCdf(-high);
  return low > 0 ? normalCdf(-low) - normalCdf(-high) : normalCdf(high) - normalCdf(low);
}

/**
 * ω_b|a = P(w_a N_a(x) < w_b N_b(x)), x drawn from component a (Maitra & Melnykov 2010), for each component b: the chance
 * that a row of a is taken for one of b, were there only these two.
 *
 * The condition is d_b(x)² - d_a(x)² < c, d the Mahalanobis distances. Along any direction u it is a quadratic in a standard
 * normal, whose probability is known; only the other directions are drawn. With u = Σ_a (Σ_a + Σ_b)⁻¹ (μ_a - μ_b), towards
 * where a and b meet, errors were 2 to 80 times smaller than those of counting (docs/decisions/0013-estimates.md). Where
 * covariances are equal, or in one dimension, nothing is left to draw: the value is exact.
 *
 * @param k - the place of a among the components.
 */
export function misclassifications(
  normals: readonly FactoredNormal[],
  k: number,
  nSamples: number,
  seed: number,
): Estimate[] {
  const a = normals[k];
  const D = a.mean.length;
  const lines = normals.map((b) => {
    const shift = difference(a.mean, b.mean);
    const equal = a.covariance.every((value, i) => value === b.covariance[i]);
    const limit = 2 * (logOf(b.weight) - logOf(a.weight)) + a.logDet - b.logDet;
    const square = squared(multiply(b.inverse, shift));
    const [{ precision }, { precision: metric }] = withInverse([
      { ...a, covariance: halfway(a.covariance, b.covariance) },
      b,
    ]);
    let along = multiply(precision, shift);
    // concentric: any direction
    if (!(dot(along, multiply(a.covariance, along)) > 0)) along = shift.map((_, d) => (d === 0 ? 1 : 0));
    const u = multiply(a.covariance, along);
    const length = Math.sqrt(dot(along, u));
    // (x - μ_a)'f is the standard normal, (x - μ_b)'h what it is multiplied by
    const f = along.map((value) => value / length);
    const h = multiply(metric, u).map((value) => value / length);
    const curve = equal ? 1 : dot(h, u) / length;
    const start = equal ? Math.sqrt(square) : dot(h, shift);
    const exact = equal || D === 1;
    return { b, f, h, curve, limit, exact, value: quadraticProbability(curve - 1, start, square - limit) };
  });
  const drawn = lines.filter(({ exact }) => !exact);
  const model = modelOf(mixtureOf([a, ...drawn.map(({ b }) => b)]));
  const width = drawn.length;
  const estimates =
    width === 0
      ? []
      : meansOver(mixtureOf([a]), nSamples, seed, (rows) => {
          const distances = new Float64Array(rows.nRows * (width + 1));
          scoreRows(model, rows, { distances });
          const x = new Float64Array(rows.nRows * D);
          rows.copyRows(0, rows.nRows, x);
          const values = new Float64Array(rows.nRows * width);
          for (let n = 0, at = 0; n < rows.nRows; n++) {
            const own = distances[n * (width + 1)];
            for (let j = 0; j < width; j++, at++) {
              const { b, f, h, curve, limit } = drawn[j];
              let s = 0;
              let t = 0;
              for (let d = 0; d < D; d++) {
                s += (x[n * D + d] - a.mean[d]) * f[d];
                t += (x[n * D + d] - b.mean[d]) * h[d];
              }
              const other = distances[n * (width + 1) + j + 1];
              const height = other * other - own * own - 2 * s * t + s * s * (curve + 1) - limit;
              values[at] = quadraticProbability(curve - 1, t - s * curve, height);
            }
          }
          return values;
        });
  return lines.map((line) => (line.exact ? { value: line.value, standardError: 0 } : estimates[drawn.indexOf(line)]));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

// How often a row of one component is more likely to be taken for another's.

import { withArena } from "../engine/arena.ts";
import type { Kernels } from "../engine/kernels.ts";
import { type Matrix, matrixOf } from "../input/data.ts";
import { logOf } from "./elementary.ts";
import { type Estimate, meansOver } from "./monte-carlo.ts";
import { difference, type FactoredNormal, halfway, mixtureOf, multiply, withInverse } from "./normals.ts";
import { modelOf } from "./parameters.ts";
import { scoreRows } from "./score.ts";

/** Standard deviations beyond which a tail is 0 in 64 bits. */
const FAR = 40;

/** P(a t² + 2 b t + c < 0), t standard normal: between the roots, or outside them. ½ if it is 0 everywhere; never NaN. */
function quadraticProbability(kernels: Kernels, a: number, b: number, c: number): number {
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
  // Φ(x), right to 5e-16 of itself in the lower tail (docs/decisions/0011-normal-tails.md)
  const below = (x: number): number => (x < -FAR ? 0 : x > FAR ? 1 : kernels.normalTail(-x));
  if (A < 0) return below(low) + below(-high);
  return low > 0 ? below(-low) - below(-high) : below(high) - below(low);
}

/**
 * ω_b|a = P(w_a N_a(x) < w_b N_b(x)), x drawn from component a (Maitra & Melnykov 2010), for each component b: the chance
 * that a row of a is taken for one of b, were there only these two.
 *
 * The condition is d_b(x)² - d_a(x)² < c, d the Mahalanobis distances. Along any direction u it is a quadratic in a standard
 * normal, whose probability is known; only the other directions are drawn. With u = Σ_a (Σ_a + Σ_b)⁻¹ (μ_a - μ_b), towards
 * where a and b meet, errors were 2 to 80 times smaller than those of counting (docs/decisions/0013-estimates.md). Where
 * covariances are equal, or in one dimension, nothing is left to draw: any row gives the value, say the mean of a.
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
  const K = normals.length;
  const model = modelOf(mixtureOf(normals));
  const lines = normals.map((b) => {
    const shift = difference(a.mean, b.mean);
    const equal = a.covariance.every((value, i) => value === b.covariance[i]);
    const limit = 2 * (logOf(b.weight) - logOf(a.weight)) + a.logDet - b.logDet;
    const middle = { ...a, covariance: halfway(a.covariance, b.covariance) };
    const [inverse, metric] = withInverse([middle, b]).map(({ precision }) => precision);
    let along = multiply(inverse, shift);
    // concentric: any direction
    if (!(dot(along, multiply(a.covariance, along)) > 0)) along = shift.map((_, d) => (d === 0 ? 1 : 0));
    const u = multiply(a.covariance, along);
    const length = Math.sqrt(dot(along, u));
    // s = (x - μ_a)'f is the standard normal; with t = (x - μ_b)'h the quadratic is curve s² + 2 (t - s curve) s + …
    const f = along.map((value) => value / length);
    const h = multiply(metric, u).map((value) => value / length);
    return { f, h, limit, equal, curve: equal ? 1 : dot(h, u) / length };
  });
  const valuesAt = (rows: Matrix): Float64Array => {
    const distances = new Float64Array(rows.nRows * K);
    scoreRows(model, rows, { distances });
    const x = new Float64Array(rows.nRows * D);
    rows.copyRows(0, rows.nRows, x);
    const values = new Float64Array(distances.length);
    withArena(({ kernels }) => {
      for (let n = 0; n < rows.nRows; n++) {
        const own = distances[n * K + k];
        for (let j = 0; j < K; j++) {
          const { f, h, limit, equal, curve } = lines[j];
          const { mean } = normals[j];
          const distance = distances[n * K + j];
          let s = 0;
          let t = 0;
          for (let d = 0, at = n * D; d < D; d++, at++) {
            s += (x[at] - a.mean[d]) * f[d];
            t += (x[at] - mean[d]) * h[d];
          }
          const height = distance * distance - own * own - 2 * s * t + s * s * (curve + 1) - limit;
          // equal covariances are asked at the mean of a only, where t is the distance; this one is free of inverses
          values[n * K + j] = quadraticProbability(kernels, curve - 1, equal ? distance : t - s * curve, height);
        }
      }
    });
    return values;
  };
  const exact = lines.map(({ equal }) => equal || D === 1);
  const atMean = valuesAt(matrixOf({ data: a.mean, shape: [1, D] }));
  const drawn = exact.every(Boolean) ? [] : meansOver(mixtureOf([a]), nSamples, seed, valuesAt);
  return exact.map((is, j) => (is ? { value: atMean[j], standardError: 0 } : drawn[j]));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

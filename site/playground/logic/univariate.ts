// One column: a histogram, the curve of each component, and their sum.
import type { Parameters } from "gaussmix";
import { along } from "./contour.ts";
import { matrixOf } from "./geometry.ts";
import { uniform } from "./random.ts";

/** Bars of a histogram, their area 1. */
export interface Histogram {
  /** Where bars begin and end: one more than there are bars. */
  readonly edges: Float64Array;
  readonly heights: Float64Array;
}

/** A histogram with bars by the rule of Freedman & Diaconis (1981), no fewer than 12 and no more than 80. */
export function histogramOf(values: Float64Array): Histogram {
  const sorted = values.slice().sort();
  const N = sorted.length;
  if (N === 0) return { edges: new Float64Array(0), heights: new Float64Array(0) };
  const [low, high] = [sorted[0], sorted[N - 1]];
  if (!(high > low)) return { edges: Float64Array.of(low - 0.5, low + 0.5), heights: Float64Array.of(1) };
  const spread = sorted[Math.floor(0.75 * (N - 1))] - sorted[Math.floor(0.25 * (N - 1))];
  const wanted = (high - low) / (2 * (spread || (high - low) / 4) * N ** (-1 / 3));
  const bars = Math.round(Math.min(80, Math.max(12, wanted)));
  const edges = along(low, high, bars + 1);
  const heights = new Float64Array(bars);
  for (const value of sorted) heights[Math.min(bars - 1, Math.floor(((value - low) / (high - low)) * bars))]++;
  const area = (N * (high - low)) / bars;
  return { edges, heights: heights.map((count) => count / area) };
}

/** Heights of the curves at places along the axis: each component times its weight, and all together. */
export function curvesOf(parameters: Parameters, x: Float64Array): { components: Float64Array[]; sum: Float64Array } {
  const sum = new Float64Array(x.length);
  const components = Array.from(parameters.weights, (weight, k) => {
    const [variance] = matrixOf(parameters, k);
    const scale = weight / Math.sqrt(2 * Math.PI * variance);
    const curve = x.map((value) => scale * Math.exp(-((value - parameters.means[k]) ** 2) / (2 * variance)));
    for (let i = 0; i < x.length; i++) sum[i] += curve[i];
    return curve;
  });
  return { components, sum };
}

/** Heights from 0 to 1 for points of one column, so that equal ones lie beside each other. */
export function jitter(count: number): Float64Array {
  const next = uniform(12);
  return Float64Array.from({ length: count }, () => next());
}

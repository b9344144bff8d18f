import type { Parameters } from "../covariance/parameters.ts";
import { withArena } from "../engine/arena.ts";

/** A mixture over one column: [K] each. */
export interface Line {
  /** Above 0; their sum is 1 to rounding, where that of the parameters may differ from 1 by what a file loses. */
  readonly weights: Float64Array;
  readonly means: Float64Array;
  /** Standard deviations. */
  readonly sigmas: Float64Array;
}

/** The components with weight of a mixture over one column. */
export function lineOf({ weights, means, covariances }: Parameters): Line {
  const total = weights.reduce((sum, weight) => sum + weight);
  const keep = (values: Float64Array): Float64Array => values.filter((_, k) => weights[k] > 0);
  return {
    weights: keep(weights.map((weight) => weight / total)),
    means: keep(means),
    // one for each component, or one for all
    sigmas: keep(means.map((_, k) => Math.sqrt(covariances[k % covariances.length]))),
  };
}

/** Numbers that go through a kernel at a time. */
const WINDOW = 16384;

/**
 * Shares of the mixture beyond each point (`tails`), or the points with given shares beyond them (`quantiles`).
 *
 * @param side - beyond: 1 above, -1 below.
 */
export function along(
  kernel: "tails" | "quantiles",
  { weights, means, sigmas }: Line,
  values: Float64Array,
  side: number,
): Float64Array {
  const out = values.slice();
  withArena((arena) => {
    const [w, mu, sigma] = [weights, means, sigmas].map((column) => arena.copyOf(column));
    const window = arena.f64(WINDOW);
    for (let first = 0; first < out.length; first += WINDOW) {
      const part = out.subarray(first, first + WINDOW);
      arena.viewF64(window, part.length).set(part);
      arena.kernels[kernel](window, part.length, w, mu, sigma, weights.length, side, window);
      part.set(arena.viewF64(window, part.length));
    }
  });
  return out;
}

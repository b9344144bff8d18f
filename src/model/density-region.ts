// Highest-density regions over one column (Hyndman 1996, The American Statistician 50:120), exact.
import { withArena } from "../engine/arena.ts";
import { along, type Line } from "./line.ts";
import { rootBetween } from "./roots.ts";
import { type Bell, logDensityAt, turningPoints } from "./turning-points.ts";

/** Where the density is at least a threshold. */
export interface LineRegion {
  /** Log of the threshold. */
  readonly threshold: number;
  /** [intervals, 2]: their ends, ascending. */
  readonly intervals: Float64Array;
}

/** A place is known well enough to so much of the distance of the points around it. */
const NEAR = 1e-24;
/** Standard deviations beyond which nothing is left. */
const FAR = 40;
/** Half of log 2 π. */
const LOG_ROOT_2PI = 0.9189385332046727;

/** Share of the mixture outside of intervals. */
function shareOutside(line: Line, intervals: Float64Array): number {
  const below = along("tails", line, intervals, -1);
  const above = along("tails", line, intervals, 1);
  let share = below[0] + above[above.length - 1];
  // gaps, by the nearer tail
  for (let i = 1; i + 1 < below.length; i += 2) {
    share += Math.max(0, below[i] < 0.5 ? below[i + 1] - below[i] : above[i] - above[i + 1]);
  }
  return share;
}

/**
 * The smallest region that leaves a given share of the mixture outside. Between turning points the density is monotone,
 * so the ends of the intervals at a threshold are plain roots; the threshold is the root of the share outside.
 *
 * @param outside - above 0, below 1.
 */
export function lineRegion(line: Line, outside: number): LineRegion {
  return withArena(({ kernels }) => {
    const { weights, means, sigmas } = line;
    const bells = Array.from(means, (mean, k) => {
      return { log: kernels.log(weights[k] / sigmas[k]) - LOG_ROOT_2PI, mean, sigma: sigmas[k] };
    });
    const goal = kernels.log(outside);
    // where the density is below this, within FAR of the components, there is less than the share
    const floor = goal - kernels.log(2 * FAR * sigmas.reduce((sum, sigma) => sum + sigma));
    // where each component is below this, all together are
    const least = floor - kernels.log(means.length) - 1;
    const reach = ({ log }: Bell): number => Math.sqrt(2 * Math.max(0, log - least));
    const densityAt = (x: number): number => logDensityAt(bells, kernels, x);
    const ends = [-1, 1].map((side) =>
      bells.reduce(
        (most, bell) => side * Math.max(side * most, side * bell.mean + reach(bell) * bell.sigma),
        -side * Infinity,
      ),
    );
    const points = [ends[0], ...turningPoints(bells, kernels, least, reach), ends[1]];
    const logs = points.map((x, i) => (i % (points.length - 1) === 0 ? -Infinity : densityAt(x)));
    const intervalsAt = (level: number): Float64Array =>
      Float64Array.from(
        points.flatMap((x, i) =>
          i > 0 && logs[i - 1] > level !== logs[i] > level
            ? rootBetween((at) => densityAt(at) - level, points[i - 1], x, NEAR * (x - points[i - 1]))
            : [],
        ),
      );
    const top = logs.reduce((a, b) => Math.max(a, b));
    const threshold = rootBetween(
      (level) => (level < top ? kernels.log(shareOutside(line, intervalsAt(level))) : 0) - goal,
      floor,
      top,
      Number.EPSILON,
    );
    return { threshold, intervals: intervalsAt(threshold) };
  });
}

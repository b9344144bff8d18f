// Highest-density regions over one column (Hyndman 1996, The American Statistician 50:120), exact.
import { withArena } from "../engine/arena.ts";
import type { Kernels } from "../engine/kernels.ts";
import { along, type Line } from "./line.ts";
import { rootBetween } from "./roots.ts";

/** Where the density is at least a threshold. */
export interface LineRegion {
  /** Log of the threshold. */
  readonly threshold: number;
  /** [intervals, 2]: their ends, ascending. */
  readonly intervals: Float64Array;
}

/** The density at x and near it. */
interface Shape {
  /** Log-density. */
  readonly log: number;
  /** The density f, half f′ and half² f″, and a bound on half³ |f‴| as far as `half` from x: all over one positive number. */
  readonly f: number;
  readonly f1: number;
  readonly f2: number;
  readonly f3: number;
}

type Curve = (x: number, half: number) => Shape;

/** Turning points between which the density changes by less than this, relative, may count as one. */
const FLAT = 1e-8;
/** Standard deviations beyond which nothing is left. */
const FAR = 40;
/** Half of log 2 π. */
const LOG_ROOT_2PI = 0.9189385332046727;

function curveOf({ weights, means, sigmas }: Line, kernels: Kernels): Curve {
  const logc = Array.from(weights, (weight, k) => kernels.log(weight / sigmas[k]) - LOG_ROOT_2PI);
  return (x, half) => {
    const u = Array.from(means, (mean, k) => (x - mean) / sigmas[k]);
    const top = Math.max(...u.map((z, k) => logc[k] - (z * z) / 2));
    let [f, f1, f2, f3] = [0, 0, 0, 0];
    u.forEach((z, k) => {
      const h = half / sigmas[k];
      const e = kernels.exp(logc[k] - (z * z) / 2 - top);
      f += e;
      // where e is 0, z may overflow
      f1 -= e && e * z * h;
      f2 += e && e * (z * z - 1) * h * h;
      // |z³ - 3 z| <= 2 + |z|³, which times exp(-z²/2) falls with |z|; beyond 1000 it is 0
      const v = Math.min(Math.max(0, Math.abs(z) - h), 1000);
      f3 += kernels.exp(logc[k] - (v * v) / 2 - top) * (2 + v * v * v) * h * h * h;
    });
    return { log: top + kernels.log(f), f, f1, f2, f3 };
  };
}

/**
 * Ascending points between which the density only rises or only falls, but for changes below FLAT: intervals are halved
 * until the first two derivatives in the middle and a bound on the third exclude a turn, or leave no room for a change.
 */
function turningPoints(curve: Curve, from: number, to: number): number[] {
  const half = (to - from) / 2;
  const x = from + half;
  const { f, f1, f2, f3 } = curve(x, half);
  const bend = Math.abs(f2) + f3 / 2;
  if (Math.abs(f1) > bend) return [];
  if (!(Math.abs(f1) + bend < FLAT * f || x <= from || x >= to)) {
    return [...turningPoints(curve, from, x), ...turningPoints(curve, x, to)];
  }
  const turn = x - half * (f1 / f2);
  return [turn > from && turn < to ? turn : x];
}

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
    const curve = curveOf(line, kernels);
    const { means, sigmas } = line;
    const ends = [-1, 1].map((side) => side * Math.max(...means.map((mean, k) => side * mean + FAR * sigmas[k])));
    const points = [ends[0], ...turningPoints(curve, Math.min(...means), Math.max(...means)), ends[1]];
    const logs = points.map((x) => curve(x, 0).log);
    const intervalsAt = (level: number): Float64Array =>
      Float64Array.from(
        points.flatMap((x, i) =>
          i > 0 && logs[i - 1] > level !== logs[i] > level
            ? rootBetween((at) => curve(at, 0).log - level, points[i - 1], x)
            : [],
        ),
      );
    const goal = kernels.log(outside);
    const top = logs.reduce((a, b) => Math.max(a, b));
    const threshold = rootBetween(
      (level) => (level < top ? kernels.log(shareOutside(line, intervalsAt(level))) : 0) - goal,
      Math.max(logs[0], logs[logs.length - 1]),
      top,
    );
    return { threshold, intervals: intervalsAt(threshold) };
  });
}

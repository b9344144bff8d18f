// Where the density of a mixture over one column turns, whatever the scales and distances of its components.
import type { Kernels } from "../engine/kernels.ts";

/** One component: its log-density is `log` - ((x - mean) / sigma)² / 2. */
export interface Bell {
  readonly log: number;
  readonly mean: number;
  readonly sigma: number;
}

/** Where turning points are looked for, and the components that count there. */
interface Interval {
  readonly from: number;
  readonly to: number;
  readonly bells: readonly Bell[];
}

/** Turning points between which the density changes by less than this, relative, may count as one. */
const FLAT = 1e-8;
/** A component that is below exp(-745) of another everywhere on an interval is 0 there in 64 bits. */
const MARGIN = 745;
/** Terms of a Taylor series, and what bounds the rest of its derivative: 1.09 sqrt((TERMS + 1)!) / TERMS!. */
const TERMS = 8;
const REST = 0.0163;
/** Intervals are taken for so much longer, relative, so that rounding hides no turn at their ends. */
const PAD = 4 * Number.EPSILON;
/** Most intervals that are looked at, so that every search ends: 300 components on top of each other take some 10,000. */
const MOST_INTERVALS = 50_000;

function logAt({ log }: Bell, z: number): number {
  return log - (z * z) / 2;
}

/** The log-density at x; -Infinity where every distance overflows. */
export function logDensityAt(bells: readonly Bell[], kernels: Kernels, x: number): number {
  const logs = bells.map((bell) => logAt(bell, (x - bell.mean) / bell.sigma));
  const top = logs.reduce((most, log) => Math.max(most, log));
  return top === -Infinity ? top : top + kernels.log(logs.reduce((sum, log) => sum + kernels.exp(log - top), 0));
}

/**
 * Ascending points between which the density only rises or only falls, but for changes below FLAT and where it is below
 * `floor`. Intervals are halved until a bound excludes a turn or leaves no room for a change; the first of them begin and
 * end where a component comes above the floor, so that it does not matter how far apart the components lie. Their ends are
 * among the points: between two of them the scale of the density does not change much.
 *
 * @param floor - what the log-density of each component has to come above.
 * @param reach - how far from its mean, in standard deviations, a component is above the floor.
 */
export function turningPoints(
  bells: readonly Bell[],
  kernels: Kernels,
  floor: number,
  reach: (bell: Bell) => number,
): number[] {
  const means = bells.map(({ mean }) => mean);
  const [first, last] = [Math.min(...means), Math.max(...means)];
  const cuts = bells
    .flatMap((bell) => [-1, 1].map((side) => bell.mean + side * reach(bell) * bell.sigma))
    .filter((x) => x > first && x < last);
  const ends = Float64Array.of(first, ...cuts, last).sort();
  const queue: Interval[] = Array.from(ends.subarray(1), (to, i) => ({ from: ends[i], to, bells }));
  const points = [...ends];
  // breadth first: should there be too many, all places are equally well known
  for (let at = 0; at < queue.length; at++) {
    const { from, to } = queue[at];
    const half = to / 2 - from / 2;
    const x = from + half;
    const some = countingOn(queue[at], floor);
    const turn = some.length === 0 ? x : turnOn(some, x, half + PAD * (half + Math.abs(x)), kernels);
    if (turn === "none") continue;
    if (turn !== "unknown") points.push(Math.min(Math.max(turn, from), to));
    else if (x > from && x < to && queue.length < MOST_INTERVALS) {
      queue.push({ from, to: x, bells: some }, { from: x, to, bells: some });
    } else points.push(x);
  }
  return [...Float64Array.from(points).sort()];
}

/** The components that count on an interval; none where all are below the floor. */
function countingOn({ from, to, bells }: Interval, floor: number): readonly Bell[] {
  // the least that the largest has, and the most that each has
  let [least, most] = [-Infinity, -Infinity];
  const mosts = bells.map((bell) => {
    const { mean, sigma } = bell;
    least = Math.max(least, logAt(bell, Math.max(to - mean, mean - from) / sigma));
    const here = logAt(bell, Math.max(0, from - mean, mean - to) / sigma);
    most = Math.max(most, here);
    return here;
  });
  return bells.filter((_, k) => most > floor && mosts[k] >= least - MARGIN);
}

/**
 * The place of the only turn that there may be as far as `half` from x, or whether there is none.
 *
 * First by the slope over the density of the largest component, exp(q) of which the others are: it is bounded where the
 * exponents q, which are parabolas, are. Then by the Taylor series of the density at x, whose terms are Hermite
 * polynomials, with Cramér's bound |He_n(z)| exp(-z²/4) <= 1.09 sqrt(n!) on the rest: it tells where terms cancel.
 */
function turnOn(bells: readonly Bell[], x: number, half: number, kernels: Kernels): number | "none" | "unknown" {
  const all = bells.map((bell) => {
    const [z, h] = [(x - bell.mean) / bell.sigma, half / bell.sigma];
    return { log: logAt(bell, z), peak: bell.log, z, h };
  });
  const head = all.reduce((best, one) => (one.log > best.log ? one : best));
  if (head.log === -Infinity) return "unknown";
  let [low, high, rest] = [0, 0, 0];
  const series = new Float64Array(TERMS + 1);
  for (const { log, peak, z, h } of all) {
    const q = log - head.log;
    const spread = Math.abs(head.z * head.h - z * h) + Math.abs(head.h * head.h - h * h) / 2;
    const [a, b] = [q - spread, Math.min(q + spread, 700)].map(kernels.exp);
    const [least, most] = [-(z + h) * h, -(z - h) * h];
    low += least && least * (least < 0 ? b : a);
    high += most && most * (most > 0 ? b : a);
    // e h^n He_n(-z) / n!, by their recursion
    let [before, term] = [0, kernels.exp(q)];
    for (let n = 0; n <= TERMS; n++) {
      series[n] += term;
      // where it is 0, z may overflow
      [before, term] = [term, term && (-(z * term * h) - before * h * h) / (n + 1)];
    }
    const nearest = Math.max(0, Math.abs(z) - h);
    const bound = kernels.exp(Math.min(700, peak - head.log - (nearest * nearest) / 4));
    const cube = h * h * h;
    rest += bound && REST * bound * cube * cube * cube;
  }
  if (low > 0 || high < 0) return "none";
  const [f, f1, f2] = series;
  const bends = series.reduce((sum, term, n) => (n > 1 ? sum + n * Math.abs(term) : sum), rest);
  if (Math.abs(f1) > bends) return "none";
  return 2 * Math.max(high, -low) < FLAT || Math.abs(f1) + bends < FLAT * f
    ? x - (half * f1) / (2 * f2 || 1)
    : "unknown";
}

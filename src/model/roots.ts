/** Steps after which only bisection goes on: with 64 bits it ends after some 2,100 more, whatever the function. */
const MOST_STEPS = 60;

/**
 * A root of a continuous function between two points where its signs differ: inverse quadratic interpolation where that
 * is safe, else bisection (Chandrupatla 1997, Advances in Engineering Software 28:145), to the last few bits.
 *
 * @param f - may be infinite.
 * @param enough - how near is near enough, where the last bits are smaller.
 */
export function rootBetween(
  f: (x: number) => number,
  from: number,
  to: number,
  enough: number = Number.MIN_VALUE,
): number {
  // a: the newest point; b: the nearest on the other side of the root; c: the one before
  let [a, b, c] = [to, from, from];
  let [fa, fb] = [f(a), f(b)];
  let fc = fb;
  for (let step = 0; ; step++) {
    const best = Math.abs(fa) < Math.abs(fb) ? a : b;
    const least = (Number.EPSILON * Math.abs(best) + enough) / Math.abs(b - a);
    if (fa === 0 || fb === 0 || !(least < 0.5)) return best;
    const xi = (a - b) / (c - b);
    const phi = (fa - fb) / (fc - fb);
    const interpolate = step < MOST_STEPS && phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    const share = interpolate
      ? ((fa / (fb - fa)) * fc) / (fb - fc) + ((((c - a) / (b - a)) * fa) / (fc - fa)) * (fb / (fc - fb))
      : 0.5;
    const width = b - a;
    const x = Math.abs(width) < Infinity ? a + Math.min(Math.max(share, least), 1 - least) * width : a / 2 + b / 2;
    const fx = f(x);
    if (fx > 0 === fa > 0) {
      [c, fc] = [a, fa];
    } else {
      [c, fc] = [b, fb];
      [b, fb] = [a, fa];
    }
    [a, fa] = [x, fx];
  }
}

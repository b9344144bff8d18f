import { expOf } from "./exponentials.ts";

/** Beyond this the continued fraction of {@link TERMS} terms is exact; up to it the series loses no more than it must. */
const TAIL = 2.5;
const TERMS = 70;

/**
 * Φ(x), standard normal. Up to |x| = 2.5 the series ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …) (Abramowitz & Stegun 26.2.11), beyond
 * it Laplace's continued fraction φ(x) / (x + 1/(x + 2/(x + 3/(x + …)))) of the tail (26.2.14). Right to 5e-16, below 0 to
 * 1e-13 of itself.
 */
export function normalCdf(x: number): number {
  const size = Math.abs(x);
  const density = expOf((-x * x) / 2) * 0.3989422804014327; // 1 / sqrt(2π)
  if (size > TAIL) {
    let fraction = size;
    for (let term = TERMS; term > 0; term--) fraction = size + term / fraction;
    const tail = density / fraction;
    return x < 0 ? tail : 1 - tail;
  }
  let sum = x;
  let power = x;
  for (let odd = 3, before = 0; sum !== before; odd += 2) {
    before = sum;
    power *= (x * x) / odd;
    sum += power;
  }
  return 0.5 + density * sum;
}

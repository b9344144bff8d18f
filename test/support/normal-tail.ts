import { add, type DoubleDouble, divide, expReference, multiply, type Scaled } from "./double-double.ts";

/** 1 / sqrt(2 π). */
const INV_SQRT_2PI: DoubleDouble = { hi: 0.3989422804014327, lo: -2.4923272022777433e-17 };
/** Up to here the series for the mass near 0, beyond it the continued fraction: either gives 80 bits and more there. */
const SERIES_END = 5.5;

const number = (hi: number): DoubleDouble => ({ hi, lo: 0 });
const negative = ({ hi, lo }: DoubleDouble): DoubleDouble => ({ hi: -hi, lo: -lo });

/** exp(-z²/2), z² with all its bits: a second factor exp(-lo) = 1 - lo + lo²/2 - … takes what the double z² lost. */
function bell(z: number): Scaled {
  const square = multiply(number(z), number(z));
  const low = number(-square.lo / 2);
  const second = add(number(1), add(low, multiply(low, number(low.hi / 2))));
  const { hi, lo, exponent } = expReference(-square.hi / 2);
  return { ...multiply({ hi, lo }, second), exponent };
}

/** Q(z) = P(standard normal > z) for |z| <= 38, relative error below 2^-75 (test/normal.test.ts, against mpmath). */
export function upperTailReference(z: number): Scaled {
  const a = Math.abs(z);
  const { hi, lo, exponent } = bell(a);
  const density = multiply({ hi, lo }, INV_SQRT_2PI);
  if (a >= SERIES_END) {
    // Q = φ / (a + 1 / (a + 2 / (a + 3 / …)))   (Abramowitz & Stegun, 26.2.14)
    let tail = number(a);
    for (let n = 120; n >= 1; n--) tail = add(number(a), divide(number(n), tail));
    const q = divide(density, tail);
    if (z > 0) return { ...q, exponent };
    return { ...add(number(1), negative(scaled(q, exponent))), exponent: 0 };
  }
  // Q = 1/2 - φ Σ a^(2n+1) / (1 · 3 · … · (2n + 1))   (26.2.11)
  const square = multiply(number(a), number(a));
  let term = number(a);
  let sum = number(a);
  for (let n = 3; term.hi > 1e-34 * sum.hi; n += 2) {
    term = divide(multiply(term, square), number(n));
    sum = add(sum, term);
  }
  const near = scaled(multiply(density, sum), exponent);
  return { ...add(number(0.5), z > 0 ? negative(near) : near), exponent: 0 };
}

function scaled({ hi, lo }: DoubleDouble, exponent: number): DoubleDouble {
  return { hi: hi * 2 ** exponent, lo: lo * 2 ** exponent };
}

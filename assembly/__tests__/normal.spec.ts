// Tails and quantiles of mixtures over one column. Their accuracy is measured in test/normal.test.ts.
import { normalTail, quantiles, tails } from "../normal";
import {
  at, between, damaged, EPS, f64s, fill, filled, firstDifference, isFresh, put, ratio, reset, seal, sizeAt, SIZES, where,
} from "./support.include";

let weights: usize = 0;
let mu: usize = 0;
let sigma: usize = 0;

/** K components; every third one has no weight. */
function makeLine(K: i32): void {
  weights = f64s(K);
  mu = f64s(K);
  sigma = f64s(K);
  fill(mu, K, -5, 5);
  fill(sigma, K, 0.2, 3);
  let total: f64 = 0;
  for (let k = 0; k < K; ++k) {
    put(weights, k, k % 3 == 1 ? 0 : between(0.5, 1));
    total += at(weights, k);
  }
  for (let k = 0; k < K; ++k) put(weights, k, at(weights, k) / total);
}

/** Q(z), with the exp of AssemblyScript's standard library, which shares nothing with elementary.ts. */
function plainTail(z: f64): f64 {
  const a = Math.abs(z);
  let q: f64 = 0;
  if (a > 4) {
    // Laplace's continued fraction (Abramowitz & Stegun, 26.2.14)
    let tail = a;
    for (let n = 200; n >= 1; --n) tail = a + <f64>n / tail;
    q = Math.exp(-0.5 * a * a) * 0.3989422804014327 / tail;
  } else {
    // the series about 0 (26.2.11)
    let term = a;
    let sum = a;
    for (let n = 3; n < 200; n += 2) {
      term *= a * a / <f64>n;
      sum += term;
    }
    q = 0.5 - Math.exp(-0.5 * a * a) * 0.3989422804014327 * sum;
  }
  return z < 0 ? 1 - q : q;
}

function plainShare(x: f64, K: i32, side: f64): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < K; ++k) sum += at(weights, k) * plainTail(side * (x - at(mu, k)) / at(sigma, k));
  return sum;
}

describe("tails", () => {
  test("are sums of plain tails, on either side, for every K and length, and nothing around them is written", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let length = 0; length < 10; ++length) {
        const K = sizeAt(i);
        reset(K * 16 + length);
        makeLine(K);
        // room for an even number
        const x = f64s((length + 1) & ~1);
        fill(x, length, -9, 9);
        for (let side: f64 = -1; side <= 1; side += 2) {
          seal();
          const out = f64s((length + 1) & ~1);
          tails(x, length, weights, mu, sigma, K, side, out);
          let most: f64 = 0;
          // the series loses to the subtraction from 1/2 what the tail at 4, 3e-5, is smaller than it
          for (let n = 0; n < length; ++n) {
            const plain = plainShare(at(x, n), K, side);
            most = max(most, ratio(at(out, n), plain, 4 * <f64>K * EPS + 1e3 * EPS * plain));
          }
          expect(most).toBeLessThanOrEqual(1, where("tails", 0, 1, K, length, 0));
          expect(damaged()).toBe(0, where("tails", 0, 1, K, length, 0));
        }
      }
    }
  });

  test("are 0, 1 and 1/2 where they must be, NaN for NaN, whatever is in the other lane", () => {
    reset();
    weights = filled(1, 1);
    mu = filled(1, 2);
    sigma = filled(1, 3);
    const x = f64s(6);
    put(x, 0, Infinity);
    put(x, 1, NaN);
    put(x, 2, 2);
    put(x, 3, -Infinity);
    put(x, 4, -1e300);
    put(x, 5, 1e300);
    const out = f64s(6);
    tails(x, 6, weights, mu, sigma, 1, 1, out);
    expect(at(out, 0)).toBe(0);
    expect(at(out, 1)).toBeNaN();
    expect(at(out, 2)).toBe(0.5);
    expect(at(out, 3)).toBe(1);
    expect(at(out, 4)).toBe(1);
    expect(at(out, 5)).toBe(0);
  });

  test("of the standard normal are those of one number, to the same bits", () => {
    reset();
    weights = filled(1, 1);
    mu = filled(1, 0);
    sigma = filled(1, 1);
    const x = f64s(100);
    fill(x, 100, -39, 39);
    const out = f64s(100);
    tails(x, 100, weights, mu, sigma, 1, 1, out);
    for (let i = 0; i < 100; ++i) expect(normalTail(at(x, i))).toBe(at(out, i));
    expect(normalTail(-Infinity)).toBe(1);
    expect(normalTail(Infinity)).toBe(0);
    expect(normalTail(NaN)).toBeNaN();
  });

  test("never exceed 1, though weights rounded up would", () => {
    reset();
    weights = filled(3, 0.33333333333333337);
    mu = filled(3, 0);
    sigma = filled(3, 1);
    const x = filled(2, -50);
    tails(x, 2, weights, mu, sigma, 3, 1, x);
    expect(at(x, 0)).toBe(1);
  });

  test("may be written over the points, to the same bits", () => {
    reset();
    makeLine(4);
    const x = f64s(8);
    fill(x, 8, -9, 9);
    const out = f64s(8);
    tails(x, 8, weights, mu, sigma, 4, -1, out);
    tails(x, 8, weights, mu, sigma, 4, -1, x);
    expect(firstDifference(x, out, 8)).toBe(-1);
  });
});

describe("quantiles", () => {
  test("have the shares asked for beyond them, on either side, for every K", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let side: f64 = -1; side <= 1; side += 2) {
        const K = sizeAt(i);
        reset(K * 16);
        makeLine(K);
        const p = f64s(9);
        for (let j = 0; j < 9; ++j) put(p, j, j < 5 ? <f64>(j + 1) / 10 : j < 8 ? 1 - between(0, 0.5) : 1e-200);
        seal();
        const out = f64s(9);
        quantiles(p, 9, weights, mu, sigma, K, side, out);
        const shares = f64s(10);
        const rest = f64s(10);
        const x = f64s(10);
        memory.copy(x, out, 72);
        put(x, 9, 0);
        tails(x, 9, weights, mu, sigma, K, side, shares);
        tails(x, 9, weights, mu, sigma, K, -side, rest);
        let most: f64 = 0;
        for (let j = 0; j < 9; ++j) {
          // the rounding of x: a relative change of z² eps in the share; z is at most 50 where p is at least 1e-200
          const share = at(p, j);
          const near = share > 0.5 ? ratio(at(rest, j), 1 - share, 5e3 * EPS * (1 - share)) : ratio(at(shares, j), share, 5e3 * EPS * share);
          most = max(most, near);
        }
        expect(most).toBeLessThanOrEqual(1, where("quantiles", 0, 1, K, 9, 0));
        expect(damaged()).toBe(0, where("quantiles", 0, 1, K, 9, 0));
      }
    }
  });

  test("are infinite at 0 and 1, and the mean in the middle of one component", () => {
    reset();
    weights = filled(1, 1);
    mu = filled(1, -7.5);
    sigma = filled(1, 1e-3);
    const p = f64s(3);
    put(p, 0, 0);
    put(p, 1, 1);
    put(p, 2, 0.5);
    const out = f64s(3);
    quantiles(p, 3, weights, mu, sigma, 1, -1, out);
    expect(at(out, 0)).toBe(-Infinity);
    expect(at(out, 1)).toBe(Infinity);
    expect(at(out, 2)).toBe(-7.5);
    quantiles(p, 3, weights, mu, sigma, 1, 1, out);
    expect(at(out, 0)).toBe(Infinity);
    expect(at(out, 1)).toBe(-Infinity);
  });

  test("come to an end where there is no density, or none that 64 bits could hold", () => {
    reset();
    weights = filled(2, 0.5);
    mu = f64s(2);
    put(mu, 0, -1e100);
    put(mu, 1, 1e100);
    sigma = f64s(2);
    put(sigma, 0, 1e-150);
    put(sigma, 1, 1e150);
    const p = f64s(4);
    put(p, 0, 0.5);
    put(p, 1, 5e-324);
    put(p, 2, 0.25);
    put(p, 3, 0.9999999999999999);
    const out = f64s(4);
    quantiles(p, 4, weights, mu, sigma, 2, -1, out);
    for (let i = 0; i < 4; ++i) expect(Math.abs(at(out, i))).toBeLessThan(1e152);
    expect(at(out, 1)).toBeLessThan(at(out, 2));
    // both at the narrow component, to what the rounding of a share is on the scale of the wide one
    expect(Math.abs(at(out, 2) - at(out, 0))).toBeLessThan(1e135);
    expect(at(out, 0)).toBeLessThan(at(out, 3));
  });

  test("write nothing for length 0", () => {
    reset();
    makeLine(2);
    const out = f64s(2);
    quantiles(out, 0, weights, mu, sigma, 2, 1, out);
    tails(out, 0, weights, mu, sigma, 2, 1, out);
    expect(isFresh(out, 16)).toBe(true);
  });
});

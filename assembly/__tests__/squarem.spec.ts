// The squared extrapolation, against its definition.
import { Model } from "../descriptors";
import { covarianceLength, DIAG, FULL, SPHERICAL, TIED } from "../layout";
import { extrapolate, naturalScale, stepSquares } from "../squarem";
import { parametersOf } from "./reference";
import { at, damaged, EPS, f64s, fill, put, ratio, reset, seal, sizeAt, SIZES, where } from "./support.include";

describe("naturalScale", () => {
  test("is 1 for weights, one over a column's spread for means, and its products for covariances; a constant column's is 1", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let s = 0; s < SIZES; ++s) {
        const D = sizeAt(s);
        const K = 3;
        reset(s);
        const model = changetype<Model>(parametersOf(type, D, K, 0, 0, 0, 0));
        const variances = f64s(D);
        for (let d = 0; d < D; ++d) put(variances, d, d % 4 == 3 ? 0 : <f64>((d + 1) * (d + 1)));
        seal();
        const length = K + K * D + covarianceLength(type, D, K);
        const scale = f64s(length);
        naturalScale(model, variances, scale);
        const name = where("naturalScale", type, D, K, 0, 0);
        let mean: f64 = 0;
        for (let d = 0; d < D; ++d) mean += unit(d) * unit(d) / <f64>D;
        let worst: f64 = 0;
        for (let i = 0; i < length; ++i) {
          const own = i - K - K * D;
          let value: f64 = 1;
          if (own >= 0 && type == SPHERICAL) value = mean;
          else if (own >= 0 && type == DIAG) value = unit(own % D) * unit(own % D);
          else if (own >= 0) value = unit((own / D) % D) * unit(own % D);
          else if (i >= K) value = unit((i - K) % D);
          worst = max(worst, ratio(at(scale, i), value, <f64>(D + 4) * EPS * value));
        }
        expect(worst).toBeLessThanOrEqual(1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });
});

/** One over the spread of column d. */
function unit(d: i32): f64 {
  return d % 4 == 3 ? 1 : 1 / <f64>(d + 1);
}

describe("stepSquares", () => {
  test("sums the squares of the first step, the second, and their difference, each parameter in its unit", () => {
    for (let s = 0; s < SIZES; ++s) {
      const length = sizeAt(s);
      reset(length);
      const start = f64s(length);
      const once = f64s(length);
      const twice = f64s(length);
      const scale = f64s(length);
      fill(start, length, -1, 1);
      fill(once, length, -1, 1);
      fill(twice, length, -1, 1);
      fill(scale, length, 0.1, 10);
      seal();
      const squares = f64s(3);
      stepSquares(start, once, twice, scale, squares, length);
      let rr: f64 = 0, ss: f64 = 0, vv: f64 = 0;
      for (let i = 0; i < length; ++i) {
        const unit2 = at(scale, i) * at(scale, i);
        const r = at(once, i) - at(start, i);
        const t = at(twice, i) - at(once, i);
        rr += r * r * unit2;
        ss += t * t * unit2;
        vv += (t - r) * (t - r) * unit2;
      }
      // terms are not negative; each has some roundings of its own, the difference of steps of up to 2 most
      const tolerance = <f64>(length + 8) * EPS * (rr + ss + vv);
      const name = "length " + length.toString();
      expect(ratio(at(squares, 0), rr, tolerance)).toBeLessThanOrEqual(1, name);
      expect(ratio(at(squares, 1), ss, tolerance)).toBeLessThanOrEqual(1, name);
      expect(ratio(at(squares, 2), vv, tolerance)).toBeLessThanOrEqual(1, name);
      expect(damaged()).toBe(0, name);
    }
  });
});

describe("extrapolate", () => {
  test("continues the parabola through three points, and weights sum to 1", () => {
    for (let s = 0; s < SIZES; ++s) {
      const length = sizeAt(s);
      for (let K = 1; K <= min(length, 3); ++K) {
        reset(length);
        const start = f64s(length);
        const once = f64s(length);
        const twice = f64s(length);
        fill(start, length, 0.5, 1);
        fill(once, length, 0.5, 1);
        fill(twice, length, 0.5, 1);
        seal();
        const to = f64s(length);
        const step: f64 = 1.75;
        extrapolate(start, once, twice, to, K, length, step);
        let sum: f64 = 0;
        for (let k = 0; k < K; ++k) sum += parabola(at(start, k), at(once, k), at(twice, k), step);
        let worst: f64 = 0;
        let total: f64 = 0;
        for (let i = 0; i < length; ++i) {
          const value = parabola(at(start, i), at(once, i), at(twice, i), step);
          // the coefficients of the three are below 8 in sum
          const tolerance = 64 * EPS;
          worst = max(worst, i < K ? ratio(at(to, i) * sum, value, tolerance * (1 + Math.abs(at(to, i)))) : ratio(at(to, i), value, tolerance));
          if (i < K) total += at(to, i);
        }
        const name = "length " + length.toString() + ", K " + K.toString();
        expect(worst).toBeLessThanOrEqual(1, name);
        // K quotients and K - 1 sums, none of them large: the parabola is below 8 in size
        expect(ratio(total, 1, 64 * EPS)).toBeLessThanOrEqual(1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("gives the second point at a step of 1, but for rounding", () => {
    reset();
    const start = f64s(9);
    const once = f64s(9);
    const twice = f64s(9);
    fill(start, 9, -1, 1);
    fill(once, 9, -1, 1);
    fill(twice, 9, -1, 1);
    seal();
    const to = f64s(9);
    extrapolate(start, once, twice, to, 0, 9, 1);
    for (let i = 0; i < 9; ++i) expect(ratio(at(to, i), at(twice, i), 16 * EPS)).toBeLessThanOrEqual(1);
    expect(damaged()).toBe(0);
  });
});

/** By Lagrange's coefficients of a quadratic in step: (1 - step)² a + 2 step (1 - step) b + step² c. */
function parabola(a: f64, b: f64, c: f64, step: f64): f64 {
  return (1 - step) * (1 - step) * a + 2 * step * (1 - step) * b + step * step * c;
}

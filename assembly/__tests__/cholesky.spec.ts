// Cholesky factor, inverse and packed form, against their definitions.
import { cholesky, invertFactor, multiplyPacked, packFactor } from "../cholesky";
import { triangleLength } from "../layout";
import { packByIndex } from "./reference";
import {
  at, between, copyOf, damaged, EPS, f64s, fill, filled, firstDifference, intAt, isFresh, put, ratio, reset, seal,
  sizeAt, SIZES, worst,
} from "./support.include";

/** Positive definite: the upper triangle of B B' / D + s I; the lower one is 7, which nothing may read or change. */
function makeDefinite(D: i32, shift: f64): usize {
  const b = f64s(D * D);
  fill(b, D * D, -1, 1);
  const a = filled(D * D, 7);
  for (let i = 0; i < D; ++i) {
    for (let j = i; j < D; ++j) {
      let sum: f64 = 0;
      for (let l = 0; l < D; ++l) sum += at(b, i * D + l) * at(b, j * D + l);
      put(a, i * D + j, sum / <f64>D + (i == j ? shift : 0));
    }
  }
  return a;
}

/** |U'U - A| as a share of (D + 1) eps |U|'|U| (Higham, Accuracy and Stability, 2nd ed., theorem 10.3), upper triangle. */
function factorError(u: usize, a: usize, D: i32): f64 {
  let most: f64 = 0;
  for (let i = 0; i < D; ++i) {
    for (let j = i; j < D; ++j) {
      let sum: f64 = 0;
      let scale: f64 = 0;
      for (let l = 0; l <= i; ++l) {
        sum += at(u, l * D + i) * at(u, l * D + j);
        scale += Math.abs(at(u, l * D + i) * at(u, l * D + j));
      }
      most = max(most, ratio(sum, at(a, i * D + j), 2 * <f64>(D + 1) * EPS * scale));
    }
  }
  return most;
}

/** How often the part below the diagonal differs from before. */
function changesBelow(u: usize, a: usize, D: i32): i32 {
  let changes = 0;
  for (let i = 1; i < D; ++i) changes += i32(firstDifference(u + (<usize>(i * D) << 3), a + (<usize>(i * D) << 3), i) >= 0);
  return changes;
}

describe("cholesky", () => {
  test("gives U with U'U = A, reads the upper triangle alone and leaves the lower one", () => {
    for (let s = 0; s <= SIZES; ++s) {
      const D = s < SIZES ? sizeAt(s) : 64;
      reset(D);
      const a = makeDefinite(D, 0.1);
      seal();
      const u = copyOf(a, <usize>(D * D) << 3);
      const name = "D " + D.toString();
      expect(cholesky(u, D, 1e-12)).toBe(0, name);
      expect(factorError(u, a, D)).toBeLessThanOrEqual(1, name);
      expect(changesBelow(u, a, D)).toBe(0, name);
      expect(damaged()).toBe(0, name);
    }
  });

  test("is backward stable for matrices close to singular and of very different scales", () => {
    for (let s = 0; s < SIZES; ++s) {
      const D = sizeAt(s);
      reset(D + 40);
      const a = makeDefinite(D, 1e-9);
      for (let i = 0; i < D; ++i) {
        for (let j = i; j < D; ++j) {
          const scale = (i % 2 == 0 ? 1e120 : 1e-120) * (j % 2 == 0 ? 1e120 : 1e-120);
          put(a, i * D + j, at(a, i * D + j) * scale);
        }
      }
      const u = copyOf(a, <usize>(D * D) << 3);
      expect(cholesky(u, D, 0)).toBe(0, "D " + D.toString());
      expect(factorError(u, a, D)).toBeLessThanOrEqual(1, "D " + D.toString());
    }
  });

  test("names the first pivot that is zero, negative, NaN or infinite, for every D and place", () => {
    for (let s = 0; s < SIZES; ++s) {
      const D = sizeAt(s);
      for (let place = 0; place < D; ++place) {
        for (let kind = 0; kind < 4; ++kind) {
          reset(D);
          const a = makeDefinite(D, 1);
          put(a, place * D + place, kind == 0 ? -1e-300 : kind == 1 ? NaN : kind == 2 ? Infinity : -Infinity);
          const name = "D " + D.toString() + ", place " + place.toString() + ", kind " + kind.toString();
          expect(cholesky(a, D, 0)).toBe(1 + place, name);
          expect(damaged()).toBe(0, name);
        }
      }
      reset();
      expect(cholesky(filled(D * D, 0), D, 0)).toBe(1, "zeros, D " + D.toString());
      expect(cholesky(filled(D * D, 1), D, 0)).toBe(D == 1 ? 0 : 2, "ones, D " + D.toString());
    }
  });

  test("fails where NaN or an infinity stands off the diagonal", () => {
    for (let s = 1; s < SIZES; ++s) {
      const D = sizeAt(s);
      for (let i = 0; i < D; ++i) {
        for (let j = i + 1; j < D; ++j) {
          reset(D);
          const a = makeDefinite(D, 1);
          put(a, i * D + j, NaN);
          expect(cholesky(a, D, 0)).toBe(1 + j);
          reset(D);
          const b = makeDefinite(D, 1);
          put(b, i * D + j, (i + j) % 2 == 0 ? Infinity : -Infinity);
          expect(cholesky(b, D, 0)).toBeGreaterThan(0);
        }
      }
    }
  });

  test("asks a pivot to exceed the tolerance times the diagonal entry", () => {
    for (let s = 1; s < SIZES; ++s) {
      const D = sizeAt(s);
      for (let i = -2; i <= 2; ++i) {
        // the identity, but the last two columns are nearly the same: the last pivot is 1 - (1 - 2^-20)² = 2^-19 - 2^-40
        const scale = i == -2 ? 1e-200 : i == 2 ? 1e200 : 1.0;
        reset();
        const a = filled(D * D, 0);
        for (let d = 0; d < D; ++d) put(a, d * D + d, scale);
        put(a, (D - 2) * D + D - 1, scale * (1 - 9.5367431640625e-7));
        const share = 1.9073486328125e-6;
        const tolerance = share * (1 + 0.01 * <f64>i);
        const name = "D " + D.toString() + ", " + i.toString();
        if (i < 0) expect(cholesky(a, D, tolerance)).toBe(0, name);
        if (i > 0) expect(cholesky(a, D, tolerance)).toBe(D, name);
      }
    }
  });

  test("takes a tolerance of 1 to refuse all, and refuses none that are positive at 0", () => {
    reset();
    const a = filled(1, 5e-324);
    expect(cholesky(a, 1, 0)).toBe(0);
    put(a, 0, 2);
    expect(cholesky(a, 1, 1)).toBe(1);
    put(a, 0, 2);
    expect(cholesky(a, 1, NaN)).toBe(1);
  });
});

describe("invertFactor", () => {
  test("gives P with U'P = 1, zeros above the diagonal, and reads the upper triangle alone", () => {
    for (let s = 0; s <= SIZES; ++s) {
      const D = s < SIZES ? sizeAt(s) : 64;
      reset(D);
      const u = makeDefinite(D, 0.1);
      expect(cholesky(u, D, 0)).toBe(0);
      seal();
      const p = f64s(D * D);
      invertFactor(u, p, D);
      let most: f64 = 0;
      let above = 0;
      for (let i = 0; i < D; ++i) {
        for (let j = 0; j <= i; ++j) {
          let sum: f64 = 0;
          let scale: f64 = 0;
          for (let l = j; l <= i; ++l) {
            sum += at(u, l * D + i) * at(p, l * D + j);
            scale += Math.abs(at(u, l * D + i) * at(p, l * D + j));
          }
          // forward substitution, row by row: |LP - 1| <= (D + 1) eps |L||P| (Higham, section 14.2)
          most = max(most, ratio(sum, i == j ? 1 : 0, 2 * <f64>(D + 1) * EPS * scale));
        }
        for (let j = i + 1; j < D; ++j) above += i32(load<u64>(p + (<usize>(i * D + j) << 3)) != 0);
      }
      const name = "D " + D.toString();
      expect(most).toBeLessThanOrEqual(1, name);
      expect(above).toBe(0, name);
      expect(damaged()).toBe(0, name);
    }
  });
});

/** A lower triangular P with 0 above its diagonal. */
function makeLower(D: i32): usize {
  const p = filled(D * D, 0);
  for (let i = 0; i < D; ++i) for (let j = 0; j <= i; ++j) put(p, i * D + j, between(-1, 1));
  return p;
}

describe("packFactor and multiplyPacked", () => {
  test("pack pairs of rows as in the picture, zeros included", () => {
    for (let D = 1; D <= 33; ++D) {
      reset(D);
      const p = makeLower(D);
      const expected = f64s(triangleLength(D));
      packByIndex(p, expected, D);
      seal();
      const packed = f64s(triangleLength(D));
      packFactor(p, packed, D);
      expect(firstDifference(packed, expected, triangleLength(D))).toBe(-1, "D " + D.toString());
      expect(damaged()).toBe(0, "D " + D.toString());
    }
  });

  test("multiply a packed P by a vector", () => {
    for (let D = 1; D <= 33; ++D) {
      reset(D);
      const p = makeLower(D);
      const z = f64s(D);
      fill(z, D, -2, 2);
      const packed = f64s(triangleLength(D));
      packByIndex(p, packed, D);
      const expected = filled(D, 0);
      for (let i = 0; i < D; ++i) for (let j = 0; j <= i; ++j) put(expected, i, at(expected, i) + at(p, i * D + j) * at(z, j));
      seal();
      const y = f64s(D);
      multiplyPacked(packed, z, y, D);
      // at most D products of size 2, on either side
      expect(worst(y, expected, D, 2 * <f64>(D * D) * EPS)).toBeLessThanOrEqual(1, "D " + D.toString());
      expect(damaged()).toBe(0, "D " + D.toString());
    }
  });
});

describe("D = 0", () => {
  test("is no work and no failure", () => {
    reset();
    const a = f64s(1);
    expect(cholesky(a, 0, 0)).toBe(0);
    invertFactor(a, a + 8, 0);
    packFactor(a, a + 8, 0);
    multiplyPacked(a, a, a + 8, 0);
    expect(isFresh(a, 8)).toBe(true);
    expect(intAt(a, 0)).toBe(intAt(a, 1));
    expect(damaged()).toBe(0);
  });
});

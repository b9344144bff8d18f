// Rows drawn from a mixture.
import { DIAG, FULL, SPHERICAL, TIED } from "../layout";
import { normal, pick, seedRandom } from "../random";
import { sample } from "../sample";
import { parametersOf } from "./reference";
import {
  add, at, between, copyOf, damaged, EPS, f64s, fill, filled, firstDifference, i32s, intAt, isFresh, put, ratio, reset, room,
  seal, sizeAt, SIZES, unseal, where,
} from "./support.include";

const DRAWS: i32 = 100000;
const SIGMAS: f64 = 5;

/** Roots as the kernel reads them: upper triangles with NaN below, or standard deviations. */
function makeRoots(type: i32, D: i32, K: i32): usize {
  if (type == DIAG || type == SPHERICAL) {
    const p = f64s(type == DIAG ? K * D : K);
    fill(p, type == DIAG ? K * D : K, 0.5, 2);
    return p;
  }
  const matrices = type == FULL ? K : 1;
  const p = filled(matrices * D * D, NaN);
  for (let k = 0; k < matrices; ++k) {
    for (let i = 0; i < D; ++i) for (let j = i; j < D; ++j) put(p, (k * D + i) * D + j, i == j ? between(0.5, 2) : between(-1, 1));
  }
  return p;
}

/** Entry (j, d) of U for component k, 0 where the type has none. */
function rootAt(type: i32, root: usize, k: i32, j: i32, d: i32, D: i32): f64 {
  if (type == FULL) return at(root, (k * D + j) * D + d);
  if (type == TIED) return at(root, j * D + d);
  if (j != d) return 0;
  return type == DIAG ? at(root, k * D + d) : at(root, k);
}

/** Entry (i, j) of U'U for one component. */
function covarianceAt(type: i32, root: usize, i: i32, j: i32, D: i32): f64 {
  let sum: f64 = 0;
  for (let l = 0; l <= min(i, j); ++l) sum += rootAt(type, root, 0, l, i, D) * rootAt(type, root, 0, l, j, D);
  return sum;
}

function makeCumulative(K: i32): usize {
  const p = f64s(K);
  for (let k = 0; k < K; ++k) put(p, k, (k ? at(p, k - 1) : 0) + (k % 3 == 1 ? 0 : between(0.5, 1)));
  return p;
}

function check(type: i32, D: i32, K: i32, N: i32): void {
  reset(D * 16 + K);
  const cumulative = makeCumulative(K);
  const mu = f64s(K * D);
  fill(mu, K * D, -5, 5);
  const root = makeRoots(type, D, K);
  seal();
  const state = room(48);
  seedRandom(state, 9, D);
  // an odd number of normals beforehand: the stored one is the first to be used
  normal(state);
  const copy = copyOf(state, 48);
  const rows = f64s(N * D);
  const labels = i32s(N);
  sample(parametersOf(type, D, K, 0, mu, 0, 0), cumulative, root, state, rows, labels, N, f64s(D));
  const z = f64s(D);
  let most: f64 = 0;
  let wrong = 0;
  for (let n = 0; n < N; ++n) {
    const k = pick(copy, cumulative, K);
    wrong += i32(intAt(labels, n) != k);
    for (let d = 0; d < D; ++d) put(z, d, normal(copy));
    for (let d = 0; d < D; ++d) {
      let sum: f64 = 0;
      let scale = Math.abs(at(mu, k * D + d));
      for (let j = 0; j <= d; ++j) {
        const term = rootAt(type, root, k, j, d, D) * at(z, j);
        sum += term;
        scale += Math.abs(term);
      }
      most = max(most, ratio(at(rows, n * D + d), at(mu, k * D + d) + sum, <f64>(D + 2) * EPS * scale));
    }
  }
  const name = where("sample", type, D, K, N, 0);
  expect(wrong).toBe(0, name);
  expect(most).toBeLessThanOrEqual(1, name);
  expect(firstDifference(state, copy, 5)).toBe(-1, name);
  expect(damaged()).toBe(0, name);
}

describe("sample", () => {
  test("takes a component, then D normals, and puts them through U and the mean, for every type, D, K and N", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let K = 1; K <= 9; ++K) check(type, sizeAt(i), K, K == 1 ? 0 : K == 2 ? 1 : 13);
        check(type, sizeAt(i), 17, 40);
      }
    }
  });

  test("draws the same rows in one piece and in several", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const cumulative = makeCumulative(3);
      const mu = filled(9, 1);
      const root = makeRoots(type, 3, 3);
      seal();
      const state = room(48);
      const one = f64s(60);
      const two = f64s(60);
      const labels = i32s(20);
      const z = f64s(3);
      seedRandom(state, 1, 0);
      const model = parametersOf(type, 3, 3, 0, mu, 0, 0);
      sample(model, cumulative, root, state, one, labels, 20, z);
      seedRandom(state, 1, 0);
      sample(model, cumulative, root, state, two, labels, 7, z);
      sample(model, cumulative, root, state, two + 7 * 24, labels + 28, 13, z);
      expect(firstDifference(one, two, 60)).toBe(-1, "type " + type.toString());
      expect(damaged()).toBe(0);
    }
  });

  test("has the mean and the covariance U'U, for every type", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset(type);
      const D = 3;
      const mu = f64s(D);
      fill(mu, D, -2, 2);
      const root = makeRoots(type, D, 1);
      const cumulative = filled(1, 1);
      seal();
      const state = room(48);
      seedRandom(state, 21, type);
      const rows = f64s(D * DRAWS);
      sample(parametersOf(type, D, 1, 0, mu, 0, 0), cumulative, root, state, rows, i32s(DRAWS), DRAWS, f64s(D));
      const sums = filled(D + D * D, 0);
      for (let n = 0; n < DRAWS; ++n) {
        for (let i = 0; i < D; ++i) {
          const zi = at(rows, n * D + i) - at(mu, i);
          add(sums, i, zi);
          for (let j = 0; j < D; ++j) add(sums, D + i * D + j, zi * (at(rows, n * D + j) - at(mu, j)));
        }
      }
      const n = <f64>DRAWS;
      let most: f64 = 0;
      for (let i = 0; i < D; ++i) {
        const vii = covarianceAt(type, root, i, i, D);
        most = max(most, ratio(at(sums, i) / n, 0, SIGMAS * Math.sqrt(vii / n)));
        for (let j = 0; j < D; ++j) {
          // the variance of z_i z_j is Σ_ii Σ_jj + Σ_ij² (Isserlis)
          const vij = covarianceAt(type, root, i, j, D);
          const spread = vii * covarianceAt(type, root, j, j, D) + vij * vij;
          most = max(most, ratio(at(sums, D + i * D + j) / n, vij, SIGMAS * Math.sqrt(spread / n)));
        }
      }
      expect(most).toBeLessThanOrEqual(1, "type " + type.toString());
      expect(damaged()).toBe(0);
    }
  });

  test("draws each component as often as its weight says, and one of weight 0 never", () => {
    reset();
    const cumulative = makeCumulative(5);
    const mu = filled(5, 0);
    const root = filled(5, 1);
    seal();
    const state = room(48);
    seedRandom(state, 4, 0);
    const labels = i32s(DRAWS);
    sample(parametersOf(SPHERICAL, 1, 5, 0, mu, 0, 0), cumulative, root, state, f64s(DRAWS), labels, DRAWS, f64s(1));
    const counts = filled(5, 0);
    for (let n = 0; n < DRAWS; ++n) add(counts, intAt(labels, n), 1);
    for (let k = 0; k < 5; ++k) {
      const share = (at(cumulative, k) - (k ? at(cumulative, k - 1) : 0)) / at(cumulative, 4);
      const bound = SIGMAS * Math.sqrt((share * (1 - share)) / <f64>DRAWS);
      expect(Math.abs(at(counts, k) / <f64>DRAWS - share)).toBeLessThanOrEqual(bound, "k " + k.toString());
    }
    expect(at(counts, 1)).toBe(0);
  });

  test("writes nothing for N = 0 and leaves the state as it was", () => {
    reset();
    const state = room(48);
    seedRandom(state, 4, 0);
    const rows = f64s(1);
    const cumulative = filled(1, 1);
    seal();
    unseal(rows);
    sample(parametersOf(TIED, 1, 1, 0, cumulative, 0, 0), cumulative, cumulative, state, rows, i32s(0), 0, f64s(1));
    expect(isFresh(rows, 8)).toBe(true);
    expect(damaged()).toBe(0);
  });
});

// Means, moments and densities of targets given inputs.
import { conditionalDensity, conditionalMeans, mixMoments } from "../conditional";
import { describeFactors } from "../descriptors";
import { factorLength, FULL } from "../layout";
import { factorise } from "../maximise";
import { makeCovariances, makeData, parametersOf, rowsOf } from "./reference";
import {
  at, between, countAt, COUNTS, damaged, EPS, f64s, fill, filled, firstDifference, isFresh, put, ratio, reset, seal, sizeAt,
  SIZES, tileAt, TILES, where,
} from "./support.include";

function check(N: i32, D: i32, T: i32, K: i32, M: i32): void {
  reset(D * 64 + K * 8 + M);
  const d = makeData(N, D, T, false);
  const mu = f64s(K * D);
  const nu = f64s(K * M);
  const slopes = f64s(K * M * D);
  fill(mu, K * D, -3, 3);
  fill(nu, K * M, -3, 3);
  fill(slopes, K * M * D, -2, 2);
  seal();
  const means = f64s(N * K * M);
  conditionalMeans(rowsOf(d), parametersOf(FULL, D, K, 0, mu, 0, 0), nu, slopes, means, M);
  let most: f64 = 0;
  for (let n = 0; n < N; ++n) {
    for (let k = 0; k < K; ++k) {
      for (let j = 0; j < M; ++j) {
        let sum = at(nu, k * M + j);
        let scale = Math.abs(sum);
        for (let i = 0; i < D; ++i) {
          const term = at(slopes, (k * M + j) * D + i) * (at(d.rows, n * D + i) - at(mu, k * D + i));
          sum += term;
          scale += Math.abs(term);
        }
        most = max(most, ratio(at(means, (n * K + k) * M + j), sum, <f64>(D + 2) * EPS * scale));
      }
    }
  }
  const name = where("conditionalMeans, M = " + M.toString(), 0, D, K, N, T);
  expect(most).toBeLessThanOrEqual(1, name);
  expect(damaged()).toBe(0, name);
}

describe("conditionalMeans", () => {
  test("are plain sums, for every D and N around a tile", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let j = 0; j < TILES; ++j) {
        if (tileAt(j) == 128 && sizeAt(i) > 5) continue;
        for (let c = 0; c < COUNTS; ++c) check(countAt(c, tileAt(j)), sizeAt(i), tileAt(j), 1 + ((i + c) % 3), 1 + (i % 2));
      }
    }
  });

  test("are plain sums, for every K and M", () => {
    for (let i = 0; i < SIZES; ++i) for (let j = 0; j < SIZES; ++j) check(19, 3, 8, sizeAt(i), sizeAt(j));
  });
});

/** Responsibilities [N, K], some of them 0; rows sum to 1 to rounding. */
function makeShares(N: i32, K: i32): usize {
  const p = f64s(N * K);
  for (let n = 0; n < N; ++n) {
    let total: f64 = 0;
    for (let k = 0; k < K; ++k) {
      const r = (n + k) % 4 == 3 && K > 1 ? 0 : between(0.1, 1);
      put(p, n * K + k, r);
      total += r;
    }
    for (let k = 0; k < K; ++k) put(p, n * K + k, at(p, n * K + k) / total);
  }
  return p;
}

function checkMoments(N: i32, K: i32, M: i32): void {
  reset(K * 8 + M);
  const resp = makeShares(N, K);
  const means = f64s(N * K * M);
  fill(means, N * K * M, -3, 3);
  const cov = f64s(K * M * M);
  fill(cov, K * M * M, -1, 2);
  seal();
  const mean = f64s(N * M);
  const covariance = f64s(N * M * M);
  mixMoments(resp, means, cov, N, K, M, mean, covariance);
  const alone = f64s(N * M);
  mixMoments(resp, means, 0, N, K, M, alone, 0);
  let most: f64 = 0;
  for (let n = 0; n < N; ++n) {
    for (let i = 0; i < M; ++i) {
      let sum: f64 = 0;
      for (let k = 0; k < K; ++k) sum += at(resp, n * K + k) * at(means, (n * K + k) * M + i);
      most = max(most, ratio(at(mean, n * M + i), sum, <f64>(K + 2) * EPS * 3));
      for (let j = 0; j < M; ++j) {
        let spread: f64 = 0;
        for (let k = 0; k < K; ++k) {
          const di = at(means, (n * K + k) * M + i) - at(mean, n * M + i);
          const dj = at(means, (n * K + k) * M + j) - at(mean, n * M + j);
          spread += at(resp, n * K + k) * (at(cov, (k * M + i) * M + j) + di * dj);
        }
        most = max(most, ratio(at(covariance, (n * M + i) * M + j), spread, <f64>(K + 6) * EPS * 38));
      }
    }
  }
  const name = where("mixMoments, M = " + M.toString(), 0, 1, K, N, 0);
  expect(most).toBeLessThanOrEqual(1, name);
  expect(firstDifference(alone, mean, N * M)).toBe(-1, name);
  expect(damaged()).toBe(0, name);
}

describe("mixMoments", () => {
  test("are the moments' definitions, for every K and M, with and without covariances", () => {
    for (let i = 0; i < SIZES; ++i) for (let j = 0; j < SIZES; ++j) checkMoments(5, sizeAt(i), sizeAt(j));
  });

  test("write nothing for N = 0", () => {
    reset();
    const out = f64s(4);
    mixMoments(f64s(1), f64s(1), f64s(1), 0, 1, 1, out, out + 16);
    expect(isFresh(out, 32)).toBe(true);
  });
});

function checkDensity(N: i32, K: i32, M: i32): void {
  reset(K * 8 + M);
  const resp = makeShares(N, K);
  const means = f64s(N * K * M);
  fill(means, N * K * M, -3, 3);
  const y = f64s(N * M);
  fill(y, N * M, -3, 3);
  const cov = makeCovariances(FULL, M, K);
  const factor = f64s(factorLength(FULL, M, K));
  const logc = f64s(K);
  const model = parametersOf(FULL, M, K, filled(K, 1), 0, cov, 0);
  describeFactors(model, factor, logc, 0, 0);
  factorise(model, 0, K, 0, f64s(2 * M * M));
  seal();
  const density = f64s(N);
  conditionalDensity(model, resp, means, y, density, N, f64s(2 * M));
  let most: f64 = 0;
  for (let n = 0; n < N; ++n) {
    let sum: f64 = 0;
    for (let k = 0; k < K; ++k) {
      const q = quadraticForm(cov + (<usize>(k * M * M) << 3), y + (<usize>(n * M) << 3), means + (<usize>((n * K + k) * M) << 3), M);
      sum += at(resp, n * K + k) * Math.exp(at(logc, k) - 0.5 * q);
    }
    // distances go to some 1e3 and condition numbers of these covariances to some 1e3: 1e6 eps in the exponent
    most = max(most, ratio(at(density, n), Math.log(sum), 1e6 * EPS));
  }
  const name = where("conditionalDensity, M = " + M.toString(), 0, 1, K, N, 0);
  expect(most).toBeLessThanOrEqual(1, name);
  expect(damaged()).toBe(0, name);
}

/** (y - m)' C⁻¹ (y - m), by Gauss's elimination. */
function quadraticForm(c: usize, y: usize, m: usize, M: i32): f64 {
  const a = f64s(M * M);
  const b = f64s(M);
  for (let e = 0; e < M * M; ++e) put(a, e, at(c, e));
  for (let i = 0; i < M; ++i) put(b, i, at(y, i) - at(m, i));
  let q: f64 = 0;
  for (let i = 0; i < M; ++i) {
    q += at(b, i) * at(b, i) / at(a, i * M + i);
    for (let r = i + 1; r < M; ++r) {
      const f = at(a, r * M + i) / at(a, i * M + i);
      for (let j = i; j < M; ++j) put(a, r * M + j, at(a, r * M + j) - f * at(a, i * M + j));
      put(b, r, at(b, r) - f * at(b, i));
    }
  }
  return q;
}

describe("conditionalDensity", () => {
  test("is the logarithm of the plain sum, for every K and M", () => {
    for (let i = 0; i < SIZES; ++i) for (let j = 0; j < SIZES; ++j) checkDensity(3, sizeAt(i), sizeAt(j));
  });

  test("is minus infinity where every distance overflows or every weight is 0, else finite however far the targets", () => {
    reset();
    const factor = filled(2, 1);
    const logc = filled(2, -0.9189385332046727);
    const resp = filled(6, 0.5);
    put(resp, 4, 0);
    put(resp, 5, 0);
    const y = filled(3, 1e200);
    put(y, 1, 1e100);
    put(y, 2, 0);
    const density = f64s(3);
    const model = parametersOf(FULL, 1, 2, 0, 0, 0, 0);
    describeFactors(model, factor, logc, 0, 0);
    conditionalDensity(model, resp, filled(6, 0), y, density, 3, f64s(2));
    expect(at(density, 0)).toBe(-Infinity);
    expect(ratio(at(density, 1), -0.5e200, 1e185)).toBeLessThanOrEqual(1);
    expect(at(density, 2)).toBe(-Infinity);
  });
});

// The best move of each row, against the classification likelihood of rows on a line, worked out anew for every move.
import { describeFactors, describeRows, RECORD_BYTES } from "../descriptors";
import { log } from "../elementary";
import { FULL } from "../layout";
import { bestMoves } from "../relocation";
import { parametersOf } from "./reference";
import {
  at, below, between, damaged, f64s, fill, filled, i32s, intAt, isFresh, put, putInt, ratio, reset, room, seal, where,
} from "./support.include";

/** Rows on a line with labels and weights. */
class Rows {
  constructor(public N: i32, public K: i32, public x: usize, public labels: usize, public w: usize) {}
}

/** Every component has three rows at least. */
function makeRows(N: i32, K: i32, weighted: bool): Rows {
  const rows = new Rows(N, K, f64s(N), i32s(N), filled(N, 1));
  for (let n = 0; n < N; ++n) {
    const k = n < 3 * K ? n % K : below(K);
    putInt(rows.labels, n, k);
    put(rows.x, n, <f64>k + between(-1, 1));
    // runs of equal weights, and others
    if (weighted) put(rows.w, n, n % 3 == 0 ? between(0.8, 1.25) : at(rows.w, n - 1));
  }
  return rows;
}

/** Weight, mean and variance of one component. */
class Moments {
  constructor(public weight: f64, public mean: f64, public variance: f64) {}
}

function momentsOf(rows: Rows, k: i32): Moments {
  let weight: f64 = 0, first: f64 = 0, second: f64 = 0;
  for (let n = 0; n < rows.N; ++n) {
    if (intAt(rows.labels, n) != k) continue;
    weight += at(rows.w, n);
    first += at(rows.w, n) * at(rows.x, n);
  }
  const mean = first / weight;
  for (let n = 0; n < rows.N; ++n) {
    if (intAt(rows.labels, n) == k) second += at(rows.w, n) * (at(rows.x, n) - mean) * (at(rows.x, n) - mean);
  }
  return new Moments(weight, mean, second / weight);
}

function totalOf(rows: Rows): f64 {
  let total: f64 = 0;
  for (let n = 0; n < rows.N; ++n) total += at(rows.w, n);
  return total;
}

/** The classification likelihood, but for a constant. */
function criterion(rows: Rows): f64 {
  const total = totalOf(rows);
  let sum: f64 = 0;
  for (let k = 0; k < rows.K; ++k) {
    const m = momentsOf(rows, k);
    sum += m.weight * (Math.log(m.weight / total) - Math.log(m.variance) / 2);
  }
  return sum;
}

/** Rows of which nothing but their weights and number is read. */
function weighed(w: usize, wStep: usize, N: i32, D: i32): usize {
  const rows = room(RECORD_BYTES);
  describeRows(rows, 0, w, wStep, N, D, 8);
  return rows;
}

/** Full components of which the weights and constants are known. */
function full(D: i32, K: i32, weights: usize, logc: usize): usize {
  const model = parametersOf(FULL, D, K, weights, 0, 0, 0);
  describeFactors(model, 0, logc, 0, 0);
  return model;
}

function check(N: i32, K: i32, weighted: bool): void {
  reset(N * 16 + K);
  const rows = makeRows(N, K, weighted);
  const total = totalOf(rows);
  const resp = filled(N * K, 0);
  const distance = f64s(N * K);
  const weights = f64s(K);
  const logc = f64s(K);
  for (let k = 0; k < K; ++k) {
    const m = momentsOf(rows, k);
    put(weights, k, m.weight / total);
    put(logc, k, log(m.weight / total) - log(2 * Math.PI * m.variance) / 2);
    for (let n = 0; n < N; ++n) put(distance, n * K + k, Math.abs(at(rows.x, n) - m.mean) / Math.sqrt(m.variance));
  }
  for (let n = 0; n < N; ++n) put(resp, n * K + intAt(rows.labels, n), 1);
  seal();
  const to = i32s(N);
  const gain = f64s(N);
  bestMoves(weighed(rows.w, i32(weighted) * 8, N, 1), full(1, K, weights, logc), resp, distance, to, gain, total, f64s(7 * K));
  const name = where(weighted ? "weighted" : "unweighted", 0, 1, K, N, 0);
  expect(damaged()).toBe(0, name);
  // in rows of average weight
  const unit = <f64>N / total;
  const before = unit * criterion(rows);
  let worst: f64 = 0;
  let lost = 0;
  for (let n = 0; n < N; ++n) {
    const home = intAt(rows.labels, n);
    let most = -Infinity;
    for (let k = 0; k < K; ++k) {
      if (k == home) continue;
      putInt(rows.labels, n, k);
      most = max(most, unit * criterion(rows) - before);
      // the move that was chosen is one of the best, the last place aside
      if (k == intAt(to, n) && unit * criterion(rows) - before < at(gain, n) - 1e-9 * Math.abs(before)) ++lost;
    }
    putInt(rows.labels, n, home);
    if (intAt(to, n) == home) ++lost;
    worst = max(worst, ratio(at(gain, n), most, 1e-10 * (1 + Math.abs(before))));
  }
  expect(lost).toBe(0, name);
  expect(worst).toBeLessThanOrEqual(1, name);
}

describe("bestMoves", () => {
  test("finds what the classification likelihood gains most by", () => {
    for (let K = 2; K <= 5; ++K) {
      for (let N = 3 * K; N <= 3 * K + 20; N += 5) {
        check(N, K, false);
        check(N, K, true);
      }
    }
  });

  test("moves no row of a component that would not be left with more rows than columns, nor with one component", () => {
    for (let K = 1; K <= 2; ++K) {
      reset(K);
      const N = 6;
      const resp = filled(N * K, 0);
      const weights = f64s(K);
      fill(weights, K, 0.4, 0.6);
      for (let n = 0; n < N; ++n) put(resp, n * K, 1);
      seal();
      const to = i32s(N);
      const gain = f64s(N);
      // 2.4 to 3.6 rows less one, in 3 columns
      bestMoves(weighed(0, 0, N, 3), full(3, K, weights, filled(K, 0)), resp, filled(N * K, 1), to, gain, <f64>N, f64s(7 * K));
      for (let n = 0; n < N; ++n) {
        expect(intAt(to, n)).toBe(0);
        expect(at(gain, n)).toBe(-Infinity);
      }
      expect(damaged()).toBe(0);
    }
  });

  test("does nothing without rows", () => {
    reset();
    const weights = filled(2, 0.5);
    seal();
    const to = i32s(1);
    const gain = f64s(1);
    bestMoves(weighed(0, 0, 0, 2), full(2, 2, weights, weights), 0, 0, to, gain, 1, f64s(14));
    expect(isFresh(to, 4)).toBe(true);
    expect(isFresh(gain, 8)).toBe(true);
    expect(damaged()).toBe(0);
  });
});

// Sums of a pass, written out as plain numbers.
import { covarianceLength, DIAG, FULL, HEADER, scatterLength, SPHERICAL, statisticsLength, TIED } from "../layout";
import { unpackStatistics } from "../statistics";
import { parametersOf, scatterIndex } from "./reference";
import { at, between, damaged, f64s, filled, pairAt, put, reset, seal, sizeAt, SIZES, where } from "./support.include";

/** Lane sums; what nothing may read (the header and the doubled entries of a scatter) is NaN. */
function makeStatistics(type: i32, D: i32, K: i32): usize {
  const stats = filled(2 * statisticsLength(type, D, K), NaN);
  const block = 1 + D + scatterLength(type, D);
  for (let k = 0; k < K; ++k) {
    const first = HEADER + k * block;
    for (let d = 0; d <= D; ++d) putPair(stats, first + d);
    if (type == FULL) fillScatter(stats, first + 1 + D, D);
    else for (let d = 0; d < scatterLength(type, D); ++d) putPair(stats, first + 1 + D + d);
  }
  if (type == TIED) fillScatter(stats, HEADER + K * block, D);
  return stats;
}

function putPair(stats: usize, i: i32): void {
  put(stats, 2 * i, between(-9, 9));
  put(stats, 2 * i + 1, between(-9, 9));
}

function fillScatter(stats: usize, from: i32, D: i32): void {
  for (let i = 0; i < D; ++i) for (let j = 0; j <= i; ++j) putPair(stats, from + scatterIndex(i, j, D));
}

/** The matrices at `out`, from the packed triangle at lane sum `from`: every entry and its mirror, to the bit. */
function isMatrix(out: usize, first: i32, stats: usize, from: i32, D: i32): bool {
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j <= i; ++j) {
      const value = pairAt(stats, from + scatterIndex(i, j, D));
      if (at(out, first + i * D + j) != value || at(out, first + j * D + i) != value) return false;
    }
  }
  return true;
}

function check(type: i32, D: i32, K: i32): void {
  reset(D * 16 + K + type);
  const stats = makeStatistics(type, D, K);
  seal();
  const out = f64s(K + K * D + covarianceLength(type, D, K));
  unpackStatistics(parametersOf(type, D, K, 0, 0, 0, 0), stats, out);
  let isRight = true;
  const block = 1 + D + scatterLength(type, D);
  for (let k = 0; k < K; ++k) {
    const first = HEADER + k * block;
    isRight = isRight && at(out, k) == pairAt(stats, first);
    for (let d = 0; d < D; ++d) isRight = isRight && at(out, K + k * D + d) == pairAt(stats, first + 1 + d);
    if (type == FULL) isRight = isRight && isMatrix(out, K + K * D + k * D * D, stats, first + 1 + D, D);
    if (type == DIAG) {
      for (let d = 0; d < D; ++d) isRight = isRight && at(out, K + K * D + k * D + d) == pairAt(stats, first + 1 + D + d);
    }
    if (type == SPHERICAL) isRight = isRight && at(out, K + K * D + k) == pairAt(stats, first + 1 + D) / <f64>D;
  }
  if (type == TIED) isRight = isRight && isMatrix(out, K + K * D, stats, HEADER + K * block, D);
  expect(isRight).toBe(true, where("unpackStatistics", type, D, K, 0, 0));
  expect(damaged()).toBe(0, where("unpackStatistics", type, D, K, 0, 0));
}

describe("unpackStatistics", () => {
  it("writes every sum once, and matrices with both triangles", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let s = 0; s < SIZES; ++s) {
        for (let K = 1; K <= 3; ++K) check(type, sizeAt(s), K);
      }
    }
  });
});

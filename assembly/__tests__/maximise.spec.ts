// The M-step in closed form, the derived tied scatter, and the factors.
import { describeFactors } from "../descriptors";
import {
  covarianceLength, DIAG, factorLength, FULL, HEADER, scatterLength, SPHERICAL, statisticsLength, TIED, triangleLength,
} from "../layout";
import { factorise, maximise, tiedScatter } from "../maximise";
import {
  addRow, denseCovariance, makeCovariances, makeData, makeSums, packedIndex, parametersOf, scatterIndex, sumBound, textbook, textbookBound,
} from "./reference";
import {
  at, below, between, copyOf, damaged, EPS, f64s, fill, filled, firstDifference, isFresh, pairAt, put, ratio, reset,
  seal, sizeAt, SIZES, unseal, where,
} from "./support.include";

function putPair(p: usize, i: i32, value: f64): void {
  const part = between(-0.5, 1.5) * value;
  put(p, 2 * i, part);
  put(p, 2 * i + 1, value - part);
}

/** First entry of component k. */
function blockOf(type: i32, D: i32, k: i32): i32 {
  return HEADER + k * (1 + D + scatterLength(type, D));
}

/** Random statistics; the header and the doubled entries of a scatter, which nothing may read, are NaN. */
function makeStatistics(type: i32, D: i32, K: i32): usize {
  const stats = filled(2 * statisticsLength(type, D, K), NaN);
  for (let k = 0; k < K; ++k) {
    const block = blockOf(type, D, k);
    putPair(stats, block, between(1, 10));
    for (let d = 0; d < D; ++d) putPair(stats, block + 1 + d, between(-3, 3));
    if (type == FULL) fillScatter(stats, block + 1 + D, D);
    for (let d = 0; d < (type == DIAG ? D : type == SPHERICAL ? 1 : 0); ++d) putPair(stats, block + 1 + D + d, between(20, 50));
  }
  if (type == TIED) fillScatter(stats, blockOf(type, D, K), D);
  return stats;
}

function fillScatter(stats: usize, from: i32, D: i32): void {
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j <= i; ++j) putPair(stats, from + scatterIndex(i, j, D), i == j ? between(20, 50) : between(-9, 9));
  }
}

function isEmpty(stats: usize, type: i32, D: i32, k: i32, total: f64): bool {
  return !(pairAt(stats, blockOf(type, D, k)) > 1e-12 * total);
}

/** Scatter about the mean of entry (i, j) of one component, over nk; and the size of what was subtracted. */
let entryScale: f64 = 0;

function centred(stats: usize, scatter: f64, block: i32, i: i32, j: i32): f64 {
  const nk = pairAt(stats, block);
  const shift = (pairAt(stats, block + 1 + i) / nk) * (pairAt(stats, block + 1 + j) / nk);
  entryScale += Math.abs(scatter / nk) + Math.abs(shift);
  return scatter / nk - shift;
}

/** Covariances [K, …] and their bounds [K, …] from the formulas in the header. */
function covariancesOf(type: i32, stats: usize, reg: usize, ridge: usize, before: usize, D: i32, K: i32, total: f64): usize {
  const length = covarianceLength(type, D, K);
  const out = filled(2 * length, 0);
  for (let i = 0; i < length; ++i) put(out, i, at(before, i));
  for (let k = 0; k < K; ++k) {
    if (type != TIED && isEmpty(stats, type, D, k, total)) continue;
    if (type == TIED && k > 0) break;
    const block = blockOf(type, D, k);
    const nk = type == TIED ? total : pairAt(stats, block);
    let trace: f64 = 0;
    let traceScale: f64 = 0;
    for (let i = 0; i < D; ++i) {
      const extra = at(ridge, i) / nk + at(reg, i);
      for (let j = 0; j <= i; ++j) {
        entryScale = i == j ? extra : 0;
        let value = i == j ? extra : 0;
        if (type == FULL) value += centred(stats, pairAt(stats, block + 1 + D + scatterIndex(i, j, D)), block, i, j);
        else if (type == TIED) {
          const whole = pairAt(stats, blockOf(type, D, K) + scatterIndex(i, j, D)) / total;
          value += whole;
          entryScale += Math.abs(whole);
          for (let c = 0; c < K; ++c) {
            const from = blockOf(type, D, c);
            if (isEmpty(stats, type, D, c, total)) continue;
            value += centred(stats, 0, from, i, j) * (pairAt(stats, from) / total);
          }
        } else if (i == j && type == DIAG) value += centred(stats, pairAt(stats, block + 1 + D + i), block, i, i);
        else if (i == j) value += centred(stats, i == 0 ? pairAt(stats, block + 1 + D) : 0, block, i, i);
        const bound = <f64>(K + D + 12) * EPS * entryScale;
        if (type == FULL || type == TIED) {
          const at1 = ((type == FULL ? k * D : 0) + i) * D + j;
          const at2 = ((type == FULL ? k * D : 0) + j) * D + i;
          put(out, at1, value);
          put(out, at2, value);
          put(out, length + at1, bound);
          put(out, length + at2, bound);
        } else if (type == DIAG && i == j) {
          put(out, k * D + i, value);
          put(out, length + k * D + i, bound);
        } else if (i == j) {
          trace += value;
          traceScale += bound;
        }
      }
    }
    if (type == SPHERICAL) {
      put(out, k, trace / <f64>D);
      put(out, length + k, traceScale / <f64>D);
    }
  }
  return out;
}

/** emptied: bit k set makes component k empty (its weight a share of 1e-13 of the others' at most). */
function checkMaximise(type: i32, D: i32, K: i32, emptied: i32): void {
  reset(D * 16 + K);
  const stats = makeStatistics(type, D, K);
  let total: f64 = 0;
  for (let k = 0; k < K; ++k) {
    if ((emptied >> k) & 1) putPair(stats, blockOf(type, D, k), k & 1 ? 0 : 1e-13);
    total += pairAt(stats, blockOf(type, D, k));
  }
  const reg = f64s(D);
  const ridge = f64s(D);
  fill(reg, D, 0, 1);
  fill(ridge, D, 0, 5);
  const length = covarianceLength(type, D, K);
  const before = f64s(length);
  fill(before, length, 1, 2);
  const means = f64s(K * D);
  fill(means, K * D, -5, 5);
  const expected = covariancesOf(type, stats, reg, ridge, before, D, K, total);
  seal();
  const weights = f64s(K);
  const mu = copyOf(means, <usize>(K * D) << 3);
  const cov = copyOf(before, <usize>length << 3);
  const empty = maximise(parametersOf(type, D, K, weights, mu, cov, 0), stats, reg, ridge);
  let most: f64 = 0;
  let missing = 0;
  for (let k = 0; k < K; ++k) {
    const block = blockOf(type, D, k);
    const nk = pairAt(stats, block);
    const gone = isEmpty(stats, type, D, k, total);
    missing += i32(gone);
    most = max(most, ratio(at(weights, k), gone ? 0 : nk / total, <f64>(K + 2) * EPS));
    for (let d = 0; d < D; ++d) {
      const shift = gone ? 0 : pairAt(stats, block + 1 + d) / nk;
      const old = at(means, k * D + d);
      most = max(most, ratio(at(mu, k * D + d), old + shift, gone ? 0 : 4 * EPS * (Math.abs(old) + Math.abs(shift))));
    }
  }
  for (let i = 0; i < length; ++i) most = max(most, ratio(at(cov, i), at(expected, i), at(expected, length + i)));
  const name = where("maximise, emptied " + emptied.toString(), type, D, K, 0, 0);
  expect(empty).toBe(missing, name);
  expect(most).toBeLessThanOrEqual(1, name);
  if (!emptied) expect(asymmetries(type, cov, D, K)).toBe(0, name);
  expect(damaged()).toBe(0, name);
}

function asymmetries(type: i32, cov: usize, D: i32, K: i32): i32 {
  if (type == DIAG || type == SPHERICAL) return 0;
  let count = 0;
  for (let k = 0; k < (type == FULL ? K : 1); ++k) {
    for (let i = 0; i < D; ++i) {
      for (let j = 0; j < i; ++j) count += i32(at(cov, (k * D + i) * D + j) != at(cov, (k * D + j) * D + i));
    }
  }
  return count;
}

describe("maximise", () => {
  test("gives the weights, means and covariances of the formulas, for every type, D and K", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) for (let K = 1; K <= 9; ++K) checkMaximise(type, sizeAt(i), K, 0);
      for (let D = 18; D <= 33; ++D) checkMaximise(type, D, 2, 0);
    }
  });

  test("counts empty components and leaves their means and covariances as they were", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) for (let emptied = 1; emptied < 15; ++emptied) checkMaximise(type, sizeAt(i), 4, emptied);
    }
  });

  test("without any weight, or with NaN for it, finds every component empty and changes no mean and no covariance", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let kind = 0; kind < 2; ++kind) {
        reset();
        const stats = filled(2 * statisticsLength(type, 3, 2), 0);
        if (kind) put(stats, 2 * blockOf(type, 3, 1), NaN);
        const zeros = filled(3, 0);
        const means = filled(6, 2);
        const before = filled(covarianceLength(type, 3, 2), 3);
        seal();
        const mu = copyOf(means, 48);
        const cov = copyOf(before, <usize>covarianceLength(type, 3, 2) << 3);
        const weights = f64s(2);
        const name = where(kind ? "NaN" : "no weight", type, 3, 2, 0, 0);
        expect(maximise(parametersOf(type, 3, 2, weights, mu, cov, 0), stats, zeros, zeros)).toBe(2, name);
        expect(at(weights, 0)).toBe(0, name);
        expect(at(weights, 1)).toBe(0, name);
        expect(firstDifference(mu, means, 6)).toBe(-1, name);
        expect(firstDifference(cov, before, covarianceLength(type, 3, 2))).toBe(-1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("draws the line of an empty component at 1e-12 of the total", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let kind = 0; kind < 2; ++kind) {
        reset();
        const stats = makeStatistics(type, 2, 2);
        putPair(stats, blockOf(type, 2, 0), 1);
        put(stats, 2 * blockOf(type, 2, 1), kind ? 1.01e-12 : 0.99e-12);
        put(stats, 2 * blockOf(type, 2, 1) + 1, 0);
        const cov = filled(covarianceLength(type, 2, 2), 1);
        const model = parametersOf(type, 2, 2, f64s(2), filled(4, 0), cov, 0);
        expect(maximise(model, stats, filled(2, 0), filled(2, 0))).toBe(1 - kind);
      }
    }
  });
});

/** Statistics of the tied type, summed plainly for random responsibilities; the total; and what must come out. */
function checkTiedScatter(D: i32, K: i32, N: i32): void {
  reset(D * 16 + K);
  const d = makeData(N, D, 8, true);
  const mu = f64s(K * D);
  fill(mu, K * D, -1, 1);
  const centre = f64s(D);
  fill(centre, D, -0.5, 0.5);
  const sums = makeSums(D, K);
  const whole = makeSums(D, 1);
  for (let n = 0; n < N; ++n) {
    const row = d.rows + (<usize>(n * D) << 3);
    addRow(whole, 0, row, centre, at(d.weights, n), sumBound(N + 8 * K), 0);
    const k = below(K);
    addRow(sums, k, row, mu + (<usize>(k * D) << 3), at(d.weights, n), sumBound(N + 8 * K), 0);
  }
  const stats = filled(2 * statisticsLength(TIED, D, K), NaN);
  const total = filled(2 * statisticsLength(FULL, D, 1), NaN);
  for (let k = 0; k < K; ++k) {
    for (let i = 0; i <= D; ++i) putPair(stats, blockOf(TIED, D, k) + i, at(sums.value, 1 + k * (1 + D + D * D) + i));
  }
  const shared = blockOf(TIED, D, K);
  const from = blockOf(FULL, D, 0) + 1 + D;
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j <= i; ++j) putPair(total, from + scatterIndex(i, j, D), at(whole.value, 2 + D + i * D + j));
  }
  seal();
  unseal(stats);
  const result = tiedScatter(parametersOf(TIED, D, K, 0, mu, 0, centre), stats, total);
  let most: f64 = 0;
  let loss: f64 = 1;
  let lossBound: f64 = 0;
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j <= i; ++j) {
      let rest: f64 = 0;
      let bound = at(whole.bound, 2 + D + i * D + j);
      for (let k = 0; k < K; ++k) {
        const e = 1 + k * (1 + D + D * D);
        rest += at(sums.value, e + 1 + D + i * D + j);
        bound += betweenBound(sums.bound, e, mu + (<usize>(k * D) << 3), centre, i, j) + at(sums.bound, e + 1 + D + i * D + j);
      }
      most = max(most, ratio(pairAt(stats, shared + scatterIndex(i, j, D)), rest, bound));
      if (i != j) continue;
      loss = max(loss, at(whole.value, 2 + D + i * D + i) / rest);
      lossBound = max(lossBound, (2 * bound) / rest);
    }
  }
  const name = where("tiedScatter", TIED, D, K, N, 0);
  expect(most).toBeLessThanOrEqual(1, name);
  expect(ratio(result, loss, lossBound * loss + EPS)).toBeLessThanOrEqual(1, name);
  expect(damaged()).toBe(0, name);
}

/** Rounding of s1_i δ_j + δ_i s1_j + nk δ_i δ_j, from the bounds of the sums. */
function betweenBound(bound: usize, e: i32, mu: usize, centre: usize, i: i32, j: i32): f64 {
  const di = Math.abs(at(mu, i) - at(centre, i));
  const dj = Math.abs(at(mu, j) - at(centre, j));
  return at(bound, e + 1 + i) * dj + di * at(bound, e + 1 + j) + at(bound, e) * di * dj;
}

describe("tiedScatter", () => {
  test("equals the scatter about the means, and tells how much of the total was subtracted", () => {
    for (let i = 0; i < SIZES; ++i) for (let K = 1; K <= 9; ++K) checkTiedScatter(sizeAt(i), K, 60);
    for (let D = 18; D <= 33; ++D) checkTiedScatter(D, 2, 40);
  });

  test("gives Infinity where nothing is left of a variance, and passes over a column without any", () => {
    for (let D = 1; D <= 5; ++D) {
      reset();
      // two rows of weight 1 at 1 ± 0 about centre 0, mean 1: total 2, between 2; every other column is constant at its centre
      const stats = filled(2 * statisticsLength(TIED, D, 1), 0);
      const total = filled(2 * statisticsLength(FULL, D, 1), 0);
      const from = blockOf(FULL, D, 0) + 1 + D;
      const mu = filled(D, 0);
      const centre = filled(D, 0);
      const model = parametersOf(TIED, D, 1, 0, mu, 0, centre);
      put(stats, 2 * HEADER, 2);
      expect(tiedScatter(model, stats, total)).toBe(1, "D " + D.toString());
      for (let place = 0; place < D; ++place) {
        put(mu, place, 1);
        put(total, 2 * (from + scatterIndex(place, place, D)), 2);
        expect(tiedScatter(model, stats, total)).toBe(Infinity, "D " + D.toString());
        put(total, 2 * (from + scatterIndex(place, place, D)), 8);
        expect(tiedScatter(model, stats, total)).toBeGreaterThan(1.3, "D " + D.toString());
      }
      expect(tiedScatter(model, stats, total)).toBe(8.0 / 6, "D " + D.toString());
    }
  });
});

/** Parameters with room for their factors. */
function unfactorised(
  type: i32, D: i32, K: i32, weights: usize, mu: usize, cov: usize, centre: usize, factor: usize, logc: usize,
): usize {
  const model = parametersOf(type, D, K, weights, mu, cov, centre);
  describeFactors(model, factor, logc, 0, 0);
  return model;
}

/** The density that follows from `factor` and `logc` as `factorise` wrote them, beside the textbook's. */
function checkFactorise(type: i32, D: i32, K: i32): void {
  reset(D * 16 + K);
  const cov = makeCovariances(type, D, K);
  const mu = f64s(K * D);
  fill(mu, K * D, -2, 2);
  const centre = f64s(D);
  fill(centre, D, -1, 1);
  const weights = f64s(K);
  fill(weights, K, 0.1, 1);
  seal();
  const factor = f64s(factorLength(type, D, K));
  const logc = f64s(K);
  const scratch = f64s(2 * D * D);
  const name = where("factorise", type, D, K, 0, 0);
  expect(factorise(unfactorised(type, D, K, weights, mu, cov, centre, factor, logc), 0, K, 1e-12, scratch)).toBe(0, name);
  expect(damaged()).toBe(0, name);
  const dense = f64s(D * D);
  const row = f64s(D);
  let most: f64 = 0;
  for (let k = 0; k < K; ++k) {
    denseCovariance(type, cov, k, D, dense);
    for (let r = 0; r < 3; ++r) {
      fill(row, D, -3, 3);
      const expected = textbook(dense, at(weights, k), mu + (<usize>(k * D) << 3), row, D);
      most = max(most, ratio(at(logc, k) - 0.5 * distanceOf(type, factor, k, mu, centre, row, D), expected, 2 * textbookBound));
    }
  }
  expect(most).toBeLessThanOrEqual(1, name);
}

/** |P (x - mu_k)|² from a packed factor; the tied type's as |P (x - centre) - v_k|². */
function distanceOf(type: i32, factor: usize, k: i32, mu: usize, centre: usize, row: usize, D: i32): f64 {
  const triangle = triangleLength(D);
  let q: f64 = 0;
  for (let i = 0; i < D; ++i) {
    let y: f64 = type == TIED ? -at(factor, triangle + D + k * D + i) : 0;
    for (let j = 0; j <= i; ++j) {
      let p: f64 = 0;
      if (type == FULL) p = at(factor, k * triangle + packedIndex(i, j, D));
      else if (type == TIED) p = at(factor, packedIndex(i, j, D));
      else if (i == j) p = type == DIAG ? at(factor, k * D + i) : at(factor, k);
      y += p * (at(row, j) - (type == TIED ? at(centre, j) : at(mu, k * D + j)));
    }
    q += y * y;
  }
  return q;
}

/** Status with one variance replaced, at component k and place d. */
function statusWith(type: i32, D: i32, K: i32, k: i32, d: i32, value: f64): i32 {
  reset(D);
  const cov = makeCovariances(type, D, K);
  const index = type == FULL ? (k * D + d) * D + d : type == TIED ? d * D + d : type == DIAG ? k * D + d : k;
  put(cov, index, value);
  const weights = filled(K, 1);
  const means = filled(K * D, 0);
  seal();
  const model = unfactorised(type, D, K, weights, means, cov, means, f64s(factorLength(type, D, K)), f64s(K));
  const status = factorise(model, 0, K, 1e-14, f64s(2 * D * D));
  return damaged() ? -1 : status;
}

describe("factorise", () => {
  test("gives the textbook's density, for every type, D and K", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) for (let K = 1; K <= 9; ++K) checkFactorise(type, sizeAt(i), K);
    }
  });

  test("gives the same bits for ranges of components, and names the same one that is not positive definite", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      if (type == TIED) continue;
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        const K = 5;
        reset(D);
        const cov = makeCovariances(type, D, K);
        const weights = filled(K, 0.2);
        const means = filled(K * D, 0);
        seal();
        const length = factorLength(type, D, K);
        const factor = f64s(length);
        const logc = f64s(K);
        const scratch = f64s(2 * D * D);
        expect(factorise(unfactorised(type, D, K, weights, means, cov, 0, factor, logc), 0, K, 0, scratch)).toBe(0);
        const parts = f64s(length);
        const partsLogc = f64s(K);
        const model = unfactorised(type, D, K, weights, means, cov, 0, parts, partsLogc);
        expect(factorise(model, 3, K, 0, scratch)).toBe(0);
        expect(isFresh(parts, <usize>factorLength(type, D, 3) << 3) && isFresh(partsLogc, 24)).toBe(true);
        expect(factorise(model, 0, 3, 0, scratch)).toBe(0);
        const name = where("ranges", type, D, K, 0, 0);
        expect(firstDifference(factor, parts, length)).toBe(-1, name);
        expect(firstDifference(logc, partsLogc, K)).toBe(-1, name);
        expect(damaged()).toBe(0, name);
        put(cov, covarianceLength(type, D, 3), -1);
        expect(factorise(model, 0, 3, 0, scratch)).toBe(0, name);
        expect(factorise(model, 2, K, 0, scratch)).toBe(4, name);
      }
    }
  });

  test("copies the tied centre, and whitens a mean at the centre to exact zeros", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      reset(D);
      const cov = makeCovariances(TIED, D, 2);
      const centre = f64s(D);
      fill(centre, D, -1, 1);
      const mu = filled(2 * D, 0.5);
      memory.copy(mu + (<usize>D << 3), centre, <usize>D << 3);
      const factor = f64s(factorLength(TIED, D, 2));
      const model = unfactorised(TIED, D, 2, filled(2, 0.5), mu, cov, centre, factor, f64s(2));
      expect(factorise(model, 0, 2, 0, f64s(2 * D * D))).toBe(0);
      const from = factor + (<usize>triangleLength(D) << 3);
      expect(firstDifference(from, centre, D)).toBe(-1);
      expect(firstDifference(from + (<usize>(2 * D) << 3), filled(D, 0), D)).toBe(-1);
    }
  });

  test("names the first component whose covariance is not positive definite: 0, below, NaN, infinite", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        for (let k = 0; k < 3; ++k) {
          for (let d = 0; d < D; ++d) {
            const expected = type == TIED ? 1 : 1 + k;
            const name = where("component " + k.toString(), type, D, 3, d, 0);
            expect(statusWith(type, D, 3, k, d, 0)).toBe(expected, name);
            expect(statusWith(type, D, 3, k, d, -1)).toBe(expected, name);
            expect(statusWith(type, D, 3, k, d, NaN)).toBe(expected, name);
            expect(statusWith(type, D, 3, k, d, Infinity)).toBe(expected, name);
          }
        }
      }
    }
  });

  test("refuses a covariance that is singular, and one with less than the tolerance left", () => {
    for (let type = FULL; type <= TIED; ++type) {
      for (let D = 2; D <= 9; ++D) {
        reset();
        const cov = filled(covarianceLength(type, D, 1), 1);
        const ones = filled(D, 1);
        const factor = f64s(factorLength(type, D, 1));
        const model = unfactorised(type, D, 1, ones, ones, cov, ones, factor, f64s(1));
        expect(factorise(model, 0, 1, 1e-14, f64s(2 * D * D))).toBe(1);
        for (let d = 0; d < D; ++d) put(cov, d * (D + 1), 1.0001);
        expect(factorise(model, 0, 1, 1e-2, f64s(2 * D * D))).toBe(1);
        expect(factorise(model, 0, 1, 1e-6, f64s(2 * D * D))).toBe(0);
      }
    }
  });

  test("gives a component of weight 0 minus infinity for its constant, and NaN for a weight below", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const cov = makeCovariances(type, 3, 3);
      const weights = filled(3, 1);
      put(weights, 1, 0);
      put(weights, 2, -1);
      const logc = f64s(3);
      const factor = f64s(factorLength(type, 3, 3));
      const model = unfactorised(type, 3, 3, weights, filled(9, 0), cov, filled(3, 0), factor, logc);
      expect(factorise(model, 0, 3, 0, f64s(18))).toBe(0);
      expect(at(logc, 0)).toBeGreaterThan(-100);
      expect(at(logc, 1)).toBe(-Infinity);
      expect(at(logc, 2)).toBeNaN();
      expect(isFresh(factor, 8)).toBe(false);
    }
  });
});

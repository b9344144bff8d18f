// Log-densities, responsibilities, labels and distances of new rows.
import { describeFactors } from "../descriptors";
import { DIAG, factorLength, FULL, SPHERICAL, TIED } from "../layout";
import { factorise } from "../maximise";
import { mahalanobis, score, scoreScratchBytes } from "../score";
import {
  Data, denseCovariance, explain, logDensityBound, logDensityOf, makeCovariances, makeData, makeMixture, Mixture, modelOf,
  packData, packMixture, parametersOf, rowBound, rowsOf, textbook, textbookBound,
} from "./reference";
import {
  at, countAt, COUNTS, damaged, EPS, f64s, fill, filled, firstDifference, i32s, intAt, isFresh, put, ratio, reset, room,
  seal, sizeAt, SIZES, tileAt, TILES, where,
} from "./support.include";

/** Outputs of the last `answer`. */
let density: usize = 0;
let resp: usize = 0;
let labels: usize = 0;

function answer(m: Mixture, d: Data): void {
  density = f64s(d.N);
  resp = f64s(d.N * m.K);
  labels = i32s(d.N);
  const scratch = room(scoreScratchBytes(m.type, m.D, d.T, m.K));
  score(rowsOf(d), modelOf(m), density, resp, labels, scratch);
}

function rowOf(d: Data, n: i32): usize {
  return d.rows + (<usize>(n * d.D) << 3);
}

/** First index of the largest of K. */
function first(r: usize, K: i32): i32 {
  let best = 0;
  for (let k = 1; k < K; ++k) if (at(r, k) > at(r, best)) best = k;
  return best;
}

/** Worst error of the outputs against `explain`; a label may differ where two components are equal within rounding. */
function worstAnswer(m: Mixture, d: Data): f64 {
  const r = f64s(m.K);
  let most: f64 = 0;
  for (let n = 0; n < d.N; ++n) {
    const l = explain(m, rowOf(d, n), r);
    most = max(most, ratio(at(density, n), l, rowBound));
    for (let k = 0; k < m.K; ++k) most = max(most, ratio(at(resp, n * m.K + k), at(r, k), 2 * rowBound * at(r, k) + 1e-300));
    const label = intAt(labels, n);
    const best = at(r, first(r, m.K));
    if (label < 0 || label >= m.K || at(r, label) < best * (1 - 4 * rowBound)) most = Infinity;
  }
  return most;
}

function check(type: i32, D: i32, K: i32, N: i32, T: i32): void {
  reset(D * 16 + K);
  const m = makeMixture(type, D, K);
  const d = makeData(N, D, T, false);
  seal();
  answer(m, d);
  const name = where("score", type, D, K, N, T);
  expect(damaged()).toBe(0, name);
  expect(worstAnswer(m, d)).toBeLessThanOrEqual(1, name);
}

describe("score", () => {
  test("equals direct sums over the components, for every type, D and N around a tile", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let j = 0; j < TILES; ++j) {
          if (tileAt(j) == 128 && sizeAt(i) > 5) continue;
          for (let c = 0; c < COUNTS; ++c) check(type, sizeAt(i), 3, countAt(c, tileAt(j)), tileAt(j));
        }
      }
    }
  });

  test("equals direct sums for K from 1 to 9 and 17, and in tiles of 256 rows", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) for (let D = 1; D <= 5; ++D) check(type, D, sizeAt(i), 19, 8);
      for (let D = 1; D <= 5; ++D) check(type, D, 2, 259, 256);
    }
  });

  test("after factorise is the textbook's log-density", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        reset(D);
        const m = makeMixture(type, D, 1);
        const cov = makeCovariances(type, D, 1);
        const d = makeData(21, D, 8, false);
        const weights = filled(1, 0.75);
        seal();
        const dense = f64s(D * D);
        m.factor = f64s(factorLength(type, D, 1));
        m.logc = f64s(1);
        const model = parametersOf(type, D, 1, weights, m.mu, cov, m.centre);
        describeFactors(model, m.factor, m.logc, 0, 0);
        expect(factorise(model, 0, 1, 1e-12, f64s(2 * D * D))).toBe(0);
        answer(m, d);
        denseCovariance(type, cov, 0, D, dense);
        let most: f64 = 0;
        for (let n = 0; n < 21; ++n) {
          const expected = textbook(dense, 0.75, m.mu, rowOf(d, n), D);
          most = max(most, ratio(at(density, n), expected, 2 * textbookBound));
        }
        expect(most).toBeLessThanOrEqual(1, where("textbook", type, D, 1, 21, 8));
        expect(damaged()).toBe(0);
      }
    }
  });

  test("writes only the outputs that are asked for, and the same into them", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const m = makeMixture(type, 4, 3);
      const d = makeData(21, 4, 8, false);
      seal();
      answer(m, d);
      const scratch = room(scoreScratchBytes(type, 4, 8, 3));
      for (let wanted = 0; wanted < 8; ++wanted) {
        const l = f64s(21);
        const r = f64s(63);
        const k = i32s(21);
        score(rowsOf(d), modelOf(m), wanted & 1 ? l : 0, wanted & 2 ? r : 0, wanted & 4 ? k : 0, scratch);
        const name = "type " + type.toString() + ", wanted " + wanted.toString();
        expect(wanted & 1 ? firstDifference(l, density, 21) < 0 : isFresh(l, 168)).toBe(true, name);
        expect(wanted & 2 ? firstDifference(r, resp, 63) < 0 : isFresh(r, 504)).toBe(true, name);
        const same = firstDifference(k, labels, 10) < 0 && intAt(k, 20) == intAt(labels, 20);
        expect(wanted & 4 ? same : isFresh(k, 84)).toBe(true, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("answers a row the same to the bit, alone or beside any others", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        reset(D);
        const m = makeMixture(type, D, 3);
        const d = makeData(19, D, 8, false);
        // some rows lie so far away that other components are impossible or nothing beside the best
        for (let n = 0; n < 19; n += 4) put(d.rows, n * D, n % 3 == 0 ? 1e200 : 1e5);
        packData(d);
        answer(m, d);
        const allDensity = density;
        const allResp = resp;
        const allLabels = labels;
        for (let n = 0; n < 19; ++n) {
          const one = makeData(1, D, 8, false);
          memory.copy(one.rows, rowOf(d, n), <usize>D << 3);
          packData(one);
          answer(m, one);
          const name = where("row " + n.toString(), type, D, 3, 19, 8);
          expect(firstDifference(density, allDensity + (<usize>n << 3), 1)).toBe(-1, name);
          expect(firstDifference(resp, allResp + (<usize>(3 * n) << 3), 3)).toBe(-1, name);
          expect(intAt(labels, 0)).toBe(intAt(allLabels, n), name);
        }
      }
    }
  });

  test("gives the first of equal components the label, and both the same responsibility", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const m = makeMixture(type, 3, 4);
      // 1 and 2 are the same, and far likelier than 0 and 3
      memory.copy(m.mu + 48, m.mu + 24, 24);
      memory.copy(m.p + 2 * 72, m.p + 72, 72);
      put(m.logc, 1, 500);
      put(m.logc, 2, 500);
      packMixture(m);
      const d = makeData(20, 3, 8, false);
      answer(m, d);
      for (let n = 0; n < 20; ++n) {
        expect(intAt(labels, n)).toBe(1);
        expect(at(resp, 4 * n + 1)).toBe(0.5);
        expect(at(resp, 4 * n + 2)).toBe(0.5);
      }
    }
  });
});

/** Rows 2 and 8 … 15 get a value; they must come out as explained by nothing, and the others as ever. */
function checkUnexplained(type: i32, D: i32, K: i32, value: f64): void {
  reset(D);
  const m = makeMixture(type, D, K);
  const d = makeData(20, D, 8, false);
  for (let n = 0; n < 20; ++n) if (n == 2 || (n >= 8 && n < 16)) put(d.rows, n * D + (n % D), value);
  packData(d);
  seal();
  answer(m, d);
  const name = where("a value of " + value.toString(), type, D, K, 20, 8);
  const r = f64s(K);
  let wrong = 0;
  for (let n = 0; n < 20; ++n) {
    if (n == 2 || (n >= 8 && n < 16)) {
      wrong += i32(at(density, n) != -Infinity) + i32(intAt(labels, n) != 0);
      for (let k = 0; k < K; ++k) wrong += i32(at(resp, n * K + k) != 1 / <f64>K);
    } else {
      wrong += i32(!(ratio(at(density, n), explain(m, rowOf(d, n), r), rowBound) <= 1));
      wrong += i32(!(ratio(at(resp, n * K), at(r, 0), 2 * rowBound) <= 1));
    }
  }
  expect(wrong).toBe(0, name);
  expect(damaged()).toBe(0, name);
}

describe("rows that no component explains", () => {
  test("get minus infinity, 1 / K each and label 0, whether far away, infinite or NaN", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let K = 1; K <= 3; ++K) {
          checkUnexplained(type, sizeAt(i), K, 1e200);
          checkUnexplained(type, sizeAt(i), K, -1.7e308);
          checkUnexplained(type, sizeAt(i), K, Infinity);
          checkUnexplained(type, sizeAt(i), K, NaN);
        }
      }
    }
  });

  test("are those under a mixture without any weight too", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const m = makeMixture(type, 3, 2);
      put(m.logc, 0, -Infinity);
      put(m.logc, 1, -Infinity);
      const d = makeData(9, 3, 8, false);
      answer(m, d);
      for (let n = 0; n < 9; ++n) {
        expect(at(density, n)).toBe(-Infinity);
        expect(at(resp, 2 * n + 1)).toBe(0.5);
        expect(intAt(labels, n)).toBe(0);
      }
    }
  });

  test("are told from very unlikely ones, whose log-density is finite", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const m = makeMixture(type, 2, 2);
      const d = makeData(1, 2, 8, false);
      put(d.rows, 0, 1e153);
      packData(d);
      answer(m, d);
      expect(at(density, 0)).toBeLessThan(-1e304);
      expect(at(density, 0)).toBeGreaterThan(-Infinity);
      // to two components that far away a row may look the same
      expect(at(resp, intAt(labels, 0))).toBeGreaterThanOrEqual(0.5);
      expect(at(resp, 0) + at(resp, 1)).toBe(1);
    }
  });
});

describe("a component", () => {
  test("without weight never explains anything", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let none = 0; none < 3; ++none) {
          const D = sizeAt(i);
          reset(D);
          const m = makeMixture(type, D, 3);
          put(m.logc, none, -Infinity);
          const d = makeData(20, D, 8, false);
          answer(m, d);
          const name = where("without weight " + none.toString(), type, D, 3, 20, 8);
          let wrong = 0;
          for (let n = 0; n < 20; ++n) wrong += i32(at(resp, 3 * n + none) != 0) + i32(intAt(labels, n) == none);
          expect(wrong).toBe(0, name);
          expect(worstAnswer(m, d)).toBeLessThanOrEqual(1, name);
        }
      }
    }
  });

  test("that is impossible in one block of a tile and likely in another has responsibility 0 in the first", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      // the tied type has no component narrower than another
      if (type == TIED) continue;
      for (let D = 1; D <= 5; ++D) {
        reset(D);
        const m = makeMixture(type, D, 2);
        for (let e = 0; e < 2 * D * D; ++e) put(m.p, e, at(m.p, e) * (e < D * D ? 1e150 : 1e-10));
        fill(m.mu, 2 * D, 0, 0);
        packMixture(m);
        const d = makeData(32, D, 32, false);
        for (let n = 0; n < 32 * D; ++n) put(d.rows, n, n < 8 * D ? 0 : (at(d.rows, n) + 4) * 1e10);
        packData(d);
        answer(m, d);
        const name = where("impossible in a block", type, D, 2, 32, 32);
        let wrong = 0;
        for (let n = 8; n < 32; ++n) {
          wrong += i32(at(resp, 2 * n) != 0) + i32(at(resp, 2 * n + 1) != 1) + i32(intAt(labels, n) != 1);
        }
        expect(wrong).toBe(0, name);
        expect(worstAnswer(m, d)).toBeLessThanOrEqual(1, name);
      }
    }
  });

  test("under which a row's distance is NaN (the terms overflow both ways) leaves it to the others", () => {
    reset();
    const m = makeMixture(FULL, 2, 2);
    // component 0: y_1 = 1e150 z_0 + 1e150 z_1; at (1e159, -1e159) that is infinity minus infinity. Component 1 is wide.
    fill(m.mu, 4, 0, 0);
    for (let e = 0; e < 8; ++e) put(m.p, e, e < 4 ? 1e150 : e == 4 || e == 7 ? 1e-154 : 0);
    put(m.p, 1, 0);
    packMixture(m);
    const d = makeData(8, 2, 8, false);
    fill(d.rows, 16, 0, 0);
    put(d.rows, 6, 1e159);
    put(d.rows, 7, -1e159);
    packData(d);
    answer(m, d);
    // q = 2 (1e5)²
    expect(ratio(at(density, 3), at(m.logc, 1) - 1e10, 16 * EPS * 1e10)).toBeLessThanOrEqual(1);
    expect(intAt(labels, 3)).toBe(1);
    expect(at(resp, 6)).toBe(0);
    expect(at(resp, 7)).toBe(1);
  });
});

function distances(m: Mixture, d: Data): usize {
  const zeros = filled(m.K, 0);
  const out = f64s(d.N * m.K);
  const scratch = room(scoreScratchBytes(m.type, m.D, d.T, m.K));
  mahalanobis(rowsOf(d), modelOf(m), zeros, out, scratch);
  return out;
}

describe("mahalanobis", () => {
  test("is the root of the plain quadratic form, for every type, D, K and N around a tile", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let j = 0; j < TILES; ++j) {
          for (let c = 0; c < COUNTS; ++c) {
            const D = sizeAt(i);
            const T = tileAt(j);
            const K = 1 + ((i + c) % 3);
            const N = countAt(c, T);
            reset(D);
            const m = makeMixture(type, D, K);
            fill(m.logc, K, 0, 0);
            const d = makeData(N, D, T, false);
            seal();
            const out = distances(m, d);
            let most: f64 = 0;
            for (let n = 0; n < N; ++n) {
              for (let k = 0; k < K; ++k) {
                const q = -2 * logDensityOf(m, k, rowOf(d, n));
                const found = at(out, n * K + k);
                most = max(most, found >= 0 ? ratio(found * found, q, 2 * logDensityBound + 4 * EPS * q) : Infinity);
              }
            }
            const name = where("mahalanobis", type, D, K, N, T);
            expect(most).toBeLessThanOrEqual(1, name);
            expect(damaged()).toBe(0, name);
          }
        }
      }
    }
  });

  test("is +0 at the mean and infinite where it overflows", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        reset(D);
        const m = makeMixture(type, D, 1);
        memory.copy(m.centre, m.mu, <usize>D << 3);
        packMixture(m);
        const d = makeData(20, D, 8, false);
        memory.copy(rowOf(d, 3), m.mu, <usize>D << 3);
        for (let n = 8; n < 17; ++n) put(d.rows, n * D + (n % D), n & 1 ? 1e200 : -1e200);
        packData(d);
        const out = distances(m, d);
        const name = where("mahalanobis", type, D, 1, 20, 8);
        for (let n = 8; n < 17; ++n) expect(at(out, n)).toBe(Infinity, name);
        expect(at(out, 17)).toBeLessThan(1e3, name);
        expect(at(out, 3)).toBe(0, name);
        expect(load<u64>(out + 24)).toBe(0, name);
      }
    }
  });

  test("of a row with NaN does not depend on the rows beside it", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const m = makeMixture(type, 3, 1);
      const d = makeData(9, 3, 8, false);
      put(d.rows, 4, NaN);
      put(d.rows, 8 * 3 + 1, NaN);
      packData(d);
      // the second is alone in its tile, but for padding; a third one is beside its like
      const other = makeData(8, 3, 8, false);
      fill(other.rows, 24, NaN, NaN);
      packData(other);
      const beside = at(distances(m, d), 1);
      const alone = at(distances(m, other), 1);
      expect(beside == alone || (beside != beside && alone != alone)).toBe(true, "type " + type.toString());
    }
  });
});

describe("scoreScratchBytes", () => {
  test("is enough for both, at every size (the canaries tell), and differs by the tied tile", () => {
    expect(scoreScratchBytes(TIED, 5, 32, 3) - scoreScratchBytes(DIAG, 5, 32, 3)).toBe(5 * 256);
  });
});

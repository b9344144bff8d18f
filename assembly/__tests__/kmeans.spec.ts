// k-means on the tiles against brute force over the rows.
import { describeClusters, RECORD_BYTES } from "../descriptors";
import { assign, farthestRow, nearest, pickRow, potentials } from "../kmeans";
import { Data, makeData, packData, rowsOf, sumBound } from "./reference";
import {
  add, at, below, between, copyOf, countAt, COUNTS, damaged, EPS, f64s, fill, filled, firstDifference, i32s, intAt, isFresh,
  put, putInt, ratio, reset, room, seal, sizeAt, SIZES, tileAt, TILES, where, worst,
} from "./support.include";

/** Σ_d metric_d (x_d - c_d)². A sum of D terms of four roundings: the two sides differ by at most (D + 4) eps of it. */
function distanceOf(d: Data, n: i32, c: usize, metric: usize): f64 {
  let q: f64 = 0;
  for (let i = 0; i < d.D; ++i) {
    const z = at(d.rows, n * d.D + i) - at(c, i);
    q += at(metric, i) * (z * z);
  }
  return q;
}

function distanceBound(D: i32, q: f64): f64 {
  return <f64>(D + 4) * EPS * q;
}

function makeMetric(D: i32): usize {
  const metric = f64s(D);
  fill(metric, D, 0.2, 3);
  return metric;
}

function checkNearest(D: i32, N: i32, T: i32, weighted: bool, start: f64): void {
  reset(D * 16 + N);
  const d = makeData(N, D, T, weighted);
  const c = f64s(D);
  fill(c, D, -1, 1);
  const metric = makeMetric(D);
  const length = d.nTiles * T;
  const from = filled(length, start);
  let sum: f64 = 0;
  let bound: f64 = 0;
  const expected = f64s(N);
  for (let n = 0; n < N; ++n) {
    // some rows are nearer to an earlier centre
    if (n % 3 == 0) put(from, n, between(0, 3));
    put(expected, n, min(at(from, n), distanceOf(d, n, c, metric)));
    sum += at(d.weights, n) * at(expected, n);
    bound += (sumBound(N) + <f64>D * EPS) * at(d.weights, n) * at(expected, n);
  }
  seal();
  const to = f64s(length);
  const rows = rowsOf(d);
  const result = nearest(rows, 0, d.nTiles, c, metric, from, to);
  const name = where(weighted ? "nearest, weighted" : "nearest", 0, D, 0, N, T);
  let most = ratio(result, sum, bound);
  for (let n = 0; n < N; ++n) most = max(most, ratio(at(to, n), at(expected, n), distanceBound(D, at(expected, n))));
  expect(most).toBeLessThanOrEqual(1, name);
  expect(damaged()).toBe(0, name);
  const place = copyOf(from, <usize>length << 3);
  expect(nearest(rows, 0, d.nTiles, c, metric, place, place)).toBe(result, name);
  expect(firstDifference(place, to, length)).toBe(-1, name);
}

describe("nearest", () => {
  test("equals brute force, in place or not, for every D and N around a tile, weighted or not", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let j = 0; j < TILES; ++j) {
        for (let c = 0; c < COUNTS; ++c) {
          checkNearest(sizeAt(i), countAt(c, tileAt(j)), tileAt(j), c % 2 == 0, Infinity);
          checkNearest(sizeAt(i), countAt(c, tileAt(j)), tileAt(j), c % 2 == 1, 5);
        }
      }
    }
  });

  test("works on its own tiles only", () => {
    reset();
    const d = makeData(37, 3, 8, true);
    const c = filled(3, 0.5);
    const metric = makeMetric(3);
    const from = filled(40, Infinity);
    for (let n = 0; n < 40; n += 2) put(from, n, between(0, 5));
    seal();
    const whole = f64s(40);
    const rows = rowsOf(d);
    nearest(rows, 0, 5, c, metric, from, whole);
    for (let first = 0; first <= 5; ++first) {
      for (let last = first; last <= 5; ++last) {
        const to = f64s(40);
        const sum = nearest(rows, first, last, c, metric, from, to);
        let expected: f64 = 0;
        for (let n = 8 * first; n < min(37, 8 * last); ++n) expected += at(d.weights, n) * at(whole, n);
        const name = first.toString() + " to " + last.toString();
        expect(ratio(sum, expected, sumBound(40) * expected)).toBeLessThanOrEqual(1, name);
        expect(firstDifference(to + (<usize>first << 6), whole + (<usize>first << 6), 8 * (last - first))).toBe(-1, name);
        expect(isFresh(to, <usize>first << 6)).toBe(true, name);
        expect(isFresh(to + (<usize>last << 6), <usize>(5 - last) << 6)).toBe(true, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("has a potential of exactly 0 when every row of any weight is at the centre", () => {
    for (let weighted = 0; weighted < 2; ++weighted) {
      reset();
      const d = makeData(11, 2, 8, weighted == 1);
      const c = f64s(2);
      put(c, 0, 0.1);
      put(c, 1, 1e10 / 3);
      for (let n = 0; n < 11; ++n) {
        const away = weighted && at(d.weights, n) == 0;
        put(d.rows, 2 * n, away ? 5 : 0.1);
        put(d.rows, 2 * n + 1, 1e10 / 3);
      }
      packData(d);
      const to = filled(16, Infinity);
      expect(nearest(rowsOf(d), 0, 2, c, filled(2, 1), to, to)).toBe(0);
      expect(pickRow(rowsOf(d), to, 0)).toBe(-1);
    }
  });

  test("shows NaN in its own row and in the sum, without a trap", () => {
    reset();
    const d = makeData(8, 2, 8, false);
    put(d.rows, 6, NaN);
    packData(d);
    const to = filled(8, Infinity);
    expect(nearest(rowsOf(d), 0, 1, filled(2, 0), filled(2, 1), to, to)).toBeNaN();
    expect(at(to, 3)).toBeNaN();
    expect(at(to, 2)).toBeLessThan(30);
    expect(at(to, 4)).toBeLessThan(30);
  });
});

function brutePick(d: Data, v: usize, target: f64): i32 {
  let sum: f64 = 0;
  let last = -1;
  for (let n = 0; n < d.N; ++n) {
    const p = at(d.weights, n) * (v ? at(v, n) : 1);
    if (p > 0) {
      sum += p;
      last = n;
      if (sum > target) return n;
    }
  }
  return last;
}

function checkPotentials(D: i32, N: i32, T: i32, M: i32, weighted: bool): void {
  reset(D * 16 + N + M);
  const d = makeData(N, D, T, weighted);
  const metric = makeMetric(D);
  const c = f64s(M * D);
  fill(c, M * D, -3, 3);
  const from = f64s(d.nTiles * T);
  for (let n = 0; n < d.nTiles * T; ++n) put(from, n, n % 3 == 0 ? Infinity : between(0, 5));
  seal();
  const out = f64s(2 * M);
  const first = d.nTiles / 3;
  const rows = rowsOf(d);
  potentials(rows, first, d.nTiles, c, metric, from, out, M);
  const name = where(weighted ? "potentials, weighted" : "potentials", 0, D, M, N, T);
  expect(damaged()).toBe(0, name);
  const to = f64s(d.nTiles * T);
  for (let m = 0; m < M; ++m) {
    const place = c + (<usize>(m * D) << 3);
    expect(at(out, 2 * m)).toBe(nearest(rows, first, d.nTiles, place, metric, from, to), name);
  }
}

describe("potentials", () => {
  test("are those of nearest to the bit, for every D and N around a tile, an even or odd number of places", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let j = 0; j < TILES; ++j) {
        for (let c = 0; c < COUNTS; ++c) {
          checkPotentials(sizeAt(i), countAt(c, tileAt(j)), tileAt(j), 1 + ((c + i) % 4), c % 2 == 0);
        }
      }
    }
  });
});

describe("pickRow", () => {
  test("equals brute force for targets from below 0 to beyond the sum, with weights, zeros and none", () => {
    for (let j = 0; j < TILES; ++j) {
      const T = tileAt(j);
      for (let c = 0; c < COUNTS; ++c) {
        const N = countAt(c, T);
        for (let kind = 0; kind < 4; ++kind) {
          reset(N);
          const d = makeData(N, 1, T, (kind & 1) == 1);
          const v = kind & 2 ? filled(d.nTiles * T, 7) : 0;
          for (let n = 0; v && n < N; ++n) put(v, n, n % 4 == 2 ? 0 : between(0, 2));
          seal();
          const rows = rowsOf(d);
          let sum: f64 = 0;
          for (let n = 0; n < N; ++n) sum += at(d.weights, n) * (v ? at(v, n) : 1);
          for (let i = -2; i <= 22; ++i) {
            const target = (sum * <f64>i) / 20;
            const name = where("pickRow, kind " + kind.toString(), 0, 1, i, N, T);
            expect(pickRow(rows, v, target)).toBe(brutePick(d, v, target), name);
          }
          expect(pickRow(rows, v, Infinity)).toBe(brutePick(d, v, Infinity));
          expect(damaged()).toBe(0);
        }
      }
    }
  });

  test("passes over NaN and rows without weight, and is -1 when nothing is left", () => {
    reset();
    const d = makeData(10, 1, 8, true);
    const v = filled(16, 1);
    for (let n = 0; n < 10; ++n) put(d.weights, n, n == 4 || n == 9 ? 1 : 0);
    packData(d);
    const rows = rowsOf(d);
    expect(pickRow(rows, v, 0)).toBe(4);
    expect(pickRow(rows, v, 1)).toBe(9);
    put(v, 4, NaN);
    expect(pickRow(rows, v, 0)).toBe(9);
    put(v, 9, 0);
    expect(pickRow(rows, v, 0)).toBe(-1);
    expect(pickRow(rowsOf(makeData(0, 1, 8, true)), 0, 0)).toBe(-1);
  });
});

describe("farthestRow", () => {
  test("is the first row with the largest value among those with weight", () => {
    for (let j = 0; j < TILES; ++j) {
      const T = tileAt(j);
      for (let c = 0; c < COUNTS; ++c) {
        const N = countAt(c, T);
        for (let weighted = 0; weighted < 2; ++weighted) {
          reset(N);
          const d = makeData(N, 1, T, weighted == 1);
          // whole numbers: there are ties; the padding is larger than all
          const v = filled(d.nTiles * T, 100);
          for (let n = 0; n < N; ++n) put(v, n, <f64>below(5));
          seal();
          let best = -1;
          for (let n = 0; n < N; ++n) {
            if (at(d.weights, n) > 0 && (best < 0 || at(v, n) > at(v, best))) best = n;
          }
          const name = where("farthestRow", 0, 1, 0, N, T);
          expect(farthestRow(rowsOf(d), v)).toBe(best, name);
          expect(damaged()).toBe(0, name);
        }
      }
    }
  });

  test("finds a row when every value is 0, passes over NaN, and is -1 without any weight", () => {
    reset();
    const d = makeData(10, 1, 8, true);
    const v = filled(16, 0);
    fill(d.weights, 10, 1, 1);
    put(d.weights, 0, 0);
    packData(d);
    const rows = rowsOf(d);
    expect(farthestRow(rows, v)).toBe(1);
    put(v, 1, NaN);
    expect(farthestRow(rows, v)).toBe(2);
    put(v, 9, Infinity);
    expect(farthestRow(rows, v)).toBe(9);
    fill(d.weights, 10, 0, 0);
    packData(d);
    expect(farthestRow(rows, v)).toBe(-1);
  });
});

/** Clusters as the kernel is told of them. */
function clustersOf(K: i32, centres: usize, metric: usize, labels: usize, distance: usize, bounds: usize, drift: usize): usize {
  const clusters = room(RECORD_BYTES);
  describeClusters(clusters, K, centres, metric, labels, distance, bounds, drift);
  return clusters;
}

function checkAssign(D: i32, K: i32, N: i32, T: i32, weighted: bool, first: i32, last: i32): void {
  reset(D * 16 + K);
  const d = makeData(N, D, T, weighted);
  // one more centre lies behind the K, so that a kernel that goes one too far is seen
  const centres = f64s((K + 1) * D);
  fill(centres, (K + 1) * D, -2, 2);
  const metric = makeMetric(D);
  const length = d.nTiles * T;
  const before = i32s(length);
  for (let n = 0; n < length; ++n) putInt(before, n, below(K + 1) - 1);
  seal();
  const labels = copyOf(before, <usize>length << 2);
  const distance = f64s(length);
  const sums = filled(K * (1 + D), 0);
  const bounds = f64s(2 * length);
  const clusters = clustersOf(K, centres, metric, labels, distance, bounds, 0);
  const changed = assign(rowsOf(d), clusters, first, last, sums, room(128));
  const expected = filled(K * (1 + D), 0);
  const bound = filled(K * (1 + D), 0);
  let most: f64 = 0;
  let moved = 0;
  for (let n = 0; n < N; ++n) {
    const k = intAt(labels, n);
    if (n < first * T || n >= last * T) {
      if (k != intAt(before, n)) most = Infinity;
      continue;
    }
    moved += i32(k != intAt(before, n));
    let best = Infinity;
    for (let c = 0; c < K; ++c) best = min(best, distanceOf(d, n, centres + (<usize>(c * D) << 3), metric));
    most = max(most, ratio(at(distance, n), best, distanceBound(D, best)));
    // the label may be any centre that is nearest within rounding
    const own = distanceOf(d, n, centres + (<usize>(k * D) << 3), metric);
    most = max(most, ratio(own, best, 2 * distanceBound(D, best)));
    let second = Infinity;
    for (let c = 0; c < K; ++c) {
      if (c != k) second = min(second, distanceOf(d, n, centres + (<usize>(c * D) << 3), metric));
    }
    const limits = bounds + (<usize>(2 * T * (n / T) + n % T) << 3);
    most = max(most, ratio(at(limits, 0), Math.sqrt(best), distanceBound(D, Math.sqrt(best))));
    if (K == 1) most = max(most, at(limits, T) == Infinity ? 0 : Infinity);
    else most = max(most, ratio(at(limits, T), Math.sqrt(second), distanceBound(D, Math.sqrt(second))));
    const weight = at(d.weights, n);
    add(expected, k * (1 + D), weight);
    add(bound, k * (1 + D), sumBound(N) * weight);
    for (let i = 0; i < D; ++i) {
      const z = at(d.rows, n * D + i) - at(centres, k * D + i);
      add(expected, k * (1 + D) + 1 + i, weight * z);
      add(bound, k * (1 + D) + 1 + i, sumBound(N) * weight * Math.abs(z));
    }
  }
  for (let e = 0; e < K * (1 + D); ++e) most = max(most, ratio(at(sums, e), at(expected, e), at(bound, e)));
  const name = where(weighted ? "assign, weighted" : "assign", 0, D, K, N, T);
  expect(most).toBeLessThanOrEqual(1, name);
  expect(changed).toBe(moved, name);
  expect(isFresh(distance, <usize>first * <usize>T << 3)).toBe(true, name);
  expect(isFresh(distance + (<usize>last * <usize>T << 3), <usize>(d.nTiles - last) * <usize>T << 3)).toBe(true, name);
  expect(damaged()).toBe(0, name);
}

describe("assign", () => {
  test("equals brute force for every D, K and N around a tile, weighted or not", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      for (let j = 0; j < TILES; ++j) {
        const T = tileAt(j);
        for (let c = 0; c < COUNTS; ++c) {
          const N = countAt(c, T);
          checkAssign(D, 3, N, T, c % 2 == 0, 0, (N + T - 1) / T);
        }
      }
      for (let K = 1; K <= 9; ++K) checkAssign(D, K, 19, 8, K % 2 == 0, 0, 3);
      checkAssign(D, 17, 19, 8, true, 0, 3);
    }
  });

  test("touches the rows of its own tiles only", () => {
    for (let first = 0; first <= 5; ++first) {
      for (let last = first; last <= 5; ++last) checkAssign(3, 4, 37, 8, true, first, last);
    }
  });

  test("gives a row between two centres to the first of them, and equal centres to the first", () => {
    reset();
    const d = makeData(9, 1, 8, false);
    fill(d.rows, 9, 0, 0);
    packData(d);
    const centres = f64s(4);
    put(centres, 0, 5);
    put(centres, 1, -1);
    put(centres, 2, 1);
    put(centres, 3, -1);
    const labels = i32s(16);
    for (let n = 0; n < 9; ++n) putInt(labels, n, 3);
    const scratch = room(128);
    const metric = filled(1, 1);
    const distance = f64s(16);
    const bounds = f64s(32);
    const sums = filled(8, 0);
    const rows = rowsOf(d);
    const clusters = clustersOf(4, centres, metric, labels, distance, bounds, 0);
    expect(assign(rows, clusters, 0, 2, sums, scratch)).toBe(9);
    for (let n = 0; n < 9; ++n) expect(intAt(labels, n)).toBe(1);
    expect(worst(distance, filled(9, 1), 9, 0)).toBe(0);
    expect(at(sums, 2)).toBe(9);
    expect(at(sums, 3)).toBe(9);
    expect(assign(rows, clusters, 0, 2, filled(8, 0), scratch)).toBe(0);
    expect(damaged()).toBe(0);
  });

  test("labels rows of weight 0 too, but they weigh nothing", () => {
    reset();
    const d = makeData(8, 1, 8, true);
    for (let n = 0; n < 8; ++n) {
      put(d.weights, n, n < 4 ? 0 : 1);
      put(d.rows, n, n < 4 ? 10 : 0);
    }
    packData(d);
    const centres = f64s(2);
    put(centres, 0, 0.5);
    put(centres, 1, 9);
    const labels = i32s(8);
    const sums = filled(4, 0);
    const clusters = clustersOf(2, centres, filled(1, 1), labels, f64s(8), f64s(16), 0);
    assign(rowsOf(d), clusters, 0, 1, sums, room(128));
    expect(intAt(labels, 0)).toBe(1);
    expect(at(sums, 0)).toBe(4);
    expect(at(sums, 1)).toBe(-2);
    expect(at(sums, 2)).toBe(0);
    expect(at(sums, 3)).toBe(0);
  });

  test("gives a row with NaN to the first centre, without a trap", () => {
    reset();
    const d = makeData(8, 2, 8, false);
    put(d.rows, 7, NaN);
    packData(d);
    const centres = f64s(6);
    fill(centres, 6, -1, 1);
    const labels = i32s(8);
    const distance = f64s(8);
    const clusters = clustersOf(3, centres, filled(2, 1), labels, distance, f64s(16), 0);
    assign(rowsOf(d), clusters, 0, 1, filled(9, 0), room(128));
    expect(intAt(labels, 3)).toBe(0);
    expect(at(distance, 3)).toBeNaN();
    expect(at(distance, 2)).toBeLessThan(30);
  });

  test("passes over blocks that have settled, and changes no label and no sum by it", () => {
    let skipped = 0;
    for (let D = 1; D <= 4; ++D) {
      for (let K = 1; K <= 9; ++K) {
        for (let wide = 0; wide < 2; ++wide) skipped += checkSettled(D, K, 61, wide ? 3 : 0.05);
      }
    }
    // most blocks of close centres settle, few of distant ones; what is skipped must be many, but not all
    expect(skipped).toBeGreaterThan(500);
  });
});

/** Lloyd with and without bounds; result: how many blocks were passed over. Rows lie about K places, `spread` wide. */
function checkSettled(D: i32, K: i32, N: i32, spread: f64): i32 {
  reset(D * 16 + K);
  const T = 16;
  const d = makeData(N, D, T, true);
  for (let n = 0; n < N; ++n) {
    for (let i = 0; i < D; ++i) put(d.rows, n * D + i, <f64>((n * K / N * (i + 1)) % K) + spread * between(-1, 1));
  }
  packData(d);
  const length = d.nTiles * T;
  const centres = f64s(K * D);
  fill(centres, K * D, 0, <f64>K);
  const metric = makeMetric(D);
  const labels = i32s(length);
  const plainLabels = i32s(length);
  for (let n = 0; n < length; ++n) putInt(labels, n, -1);
  for (let n = 0; n < length; ++n) putInt(plainLabels, n, -1);
  const bounds = f64s(2 * length);
  const plainBounds = f64s(2 * length);
  const drift = f64s(2 * K);
  const sums = f64s(K * (1 + D));
  const plainSums = f64s(K * (1 + D));
  const distance = f64s(length);
  const plainDistance = f64s(length);
  let skipped = 0;
  for (let step = 0; step < 8; ++step) {
    const name = where("settled", 0, D, K, N, T) + ", step " + step.toString();
    fill(sums, K * (1 + D), 0, 0);
    fill(plainSums, K * (1 + D), 0, 0);
    fill(distance, length, -1, -1);
    const clusters = clustersOf(K, centres, metric, labels, distance, bounds, step ? drift : 0);
    const changed = assign(rowsOf(d), clusters, 0, d.nTiles, sums, room(128));
    const plain = clustersOf(K, centres, metric, plainLabels, plainDistance, plainBounds, 0);
    const expected = assign(rowsOf(d), plain, 0, d.nTiles, plainSums, room(128));
    expect(changed).toBe(expected, name);
    expect(firstDifference(sums, plainSums, K * (1 + D))).toBe(-1, name);
    for (let n = 0; n < N; ++n) if (intAt(labels, n) != intAt(plainLabels, n)) skipped = i32.MIN_VALUE;
    for (let n = 0; n < length; n += 8) skipped += i32(at(distance, n) == -1);
    for (let k = 0; k < K; ++k) {
      let square: f64 = 0;
      const weight = at(sums, k * (1 + D));
      for (let i = 0; i < D; ++i) {
        const move = weight > 0 ? at(sums, k * (1 + D) + 1 + i) / weight : 0;
        add(centres, k * D + i, move);
        square += at(metric, i) * move * move;
      }
      put(drift, 2 * k, Math.sqrt(square));
    }
    for (let k = 0; k < K; ++k) {
      let most: f64 = 0;
      for (let j = 0; j < K; ++j) if (j != k) most = max(most, at(drift, 2 * j));
      put(drift, 2 * k + 1, most);
    }
  }
  return skipped;
}

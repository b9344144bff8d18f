// The fused pass against the double loop over rows and components.
import { accumulate, merge } from "../accumulate";
import { FULL, HEADER, scatterLength, SPHERICAL, statisticsLength, TIED } from "../layout";
import { tiedScatter } from "../maximise";
import { passScratchBytes } from "../pass";
import { accumulateGiven, givenScratchBytes } from "../starts";
import {
  Data, explain, logDensityOf, makeData, makeMixture, Mixture, modelOf, NONE, packData, packMixture, parametersOf, passOf, rowBound,
  rowsOf, scatterIndex, worstOf,
} from "./reference";
import {
  add, at, between, copyOf, countAt, COUNTS, damaged, EPS, f64s, filled, firstDifference, i32s, intAt, isFresh, pairAt, put,
  putInt, ratio, reset, room, seal, sizeAt, SIZES, tileAt, TILES, where,
} from "./support.include";

/** What is run: the four types, and the tied one without its scatter. */
const VARIANTS: i32 = 5;

function typeOf(variant: i32): i32 {
  return variant < 4 ? variant : TIED;
}

function homesOf(d: Data, home: i32): usize {
  const homes = i32s(d.nTiles);
  for (let t = 0; t < d.nTiles; ++t) putInt(homes, t, home);
  return homes;
}

/** Room for the sums of a pass, with something in it that is to go. */
function usedStatistics(m: Mixture): usize {
  return filled(2 * statisticsLength(m.type, m.D, m.K), 77);
}

function pass(m: Mixture, d: Data, first: i32, last: i32, margin: f64, homes: usize, stats: usize, exact: i32): void {
  const scratch = room(passScratchBytes(m.type, m.D, d.T, m.K));
  accumulate(rowsOf(d), modelOf(m), first, last, homes, stats, exact, margin, scratch);
}

function check(variant: i32, D: i32, K: i32, N: i32, T: i32, weighted: bool, margin: f64): void {
  const type = typeOf(variant);
  const exact = i32(variant == TIED);
  reset(D * 16 + K);
  const m = makeMixture(type, D, K);
  const d = makeData(N, D, T, weighted);
  const expected = passOf(m, d, 0, d.nTiles, margin);
  seal();
  const stats = usedStatistics(m);
  const homes = homesOf(d, N % K);
  pass(m, d, 0, d.nTiles, margin, homes, stats, exact);
  const name = where("variant " + variant.toString() + (weighted ? ", weighted" : ""), type, D, K, N, T);
  expect(worstOf(variant == 4 ? NONE : type, stats, expected)).toBeLessThanOrEqual(1, name);
  expect(damaged()).toBe(0, name);
  if (variant != 4) return;
  // the shared scatter is left to `tiedScatter`
  const shared = 2 * (HEADER + K * (1 + D));
  const length = 2 * statisticsLength(TIED, D, K) - shared;
  expect(firstDifference(stats + (<usize>shared << 3), filled(length, 0), length)).toBe(-1, name);
}

describe("accumulate", () => {
  test("equals the double loop for every type, D, and N around a tile", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      for (let i = 0; i < SIZES; ++i) {
        for (let j = 0; j < TILES; ++j) {
          // the wide tiles with the narrow rows only: the loops are the same
          if (tileAt(j) == 128 && sizeAt(i) > 5) continue;
          for (let c = 0; c < COUNTS; ++c) check(variant, sizeAt(i), 3, countAt(c, tileAt(j)), tileAt(j), false, Infinity);
        }
      }
    }
  });

  test("equals the double loop with weights, some of them 0", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      for (let i = 0; i < SIZES; ++i) {
        for (let j = 0; j < TILES; ++j) {
          if (tileAt(j) == 128 && sizeAt(i) > 5) continue;
          for (let c = 0; c < COUNTS; ++c) check(variant, sizeAt(i), 2, countAt(c, tileAt(j)), tileAt(j), true, Infinity);
        }
      }
    }
  });

  test("equals the double loop for K from 1 to 9 and 17", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      for (let i = 0; i < SIZES; ++i) {
        for (let j = 1; j < 6; ++j) {
          check(variant, j, sizeAt(i), 43, 32, (j & 1) == 0, Infinity);
          check(variant, j, sizeAt(i), 43, 32, (j & 1) == 1, 40);
        }
      }
    }
  });

  test("with a margin of 40 gives the same sums as with none: what it drops is below e^-40 of a row", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      for (let i = 0; i < SIZES; ++i) {
        for (let c = 0; c < COUNTS; ++c) check(variant, sizeAt(i), 5, countAt(c, 32), 32, c % 2 == 0, 40);
      }
    }
  });

  test("uses every block of a tile of 256 rows", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      for (let D = 1; D <= 5; ++D) {
        check(variant, D, 2, 259, 256, false, Infinity);
        check(variant, D, 2, 255, 256, true, 40);
      }
    }
  });
});

/** Two groups of rows far apart, in tiles that are pure but for the last. */
function separated(type: i32, D: i32, T: i32, N: i32): Data {
  const d = makeData(N, D, T, true);
  for (let n = 0; n < N; ++n) {
    const far: f64 = (n / T) % 2 == 0 ? 60 : -60;
    for (let j = 0; j < D; ++j) put(d.rows, n * D + j, (n % 7 == 6 && n / T == d.nTiles - 1 ? -far : far) + between(-2, 2));
  }
  packData(d);
  return d;
}

describe("the margin", () => {
  test("drops what lies far away, and the sums still equal those without it", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        const type = typeOf(variant);
        const exact = i32(variant == TIED);
        reset(D);
        const m = makeMixture(type, D, 4);
        for (let k = 0; k < 4; ++k) for (let j = 0; j < D; ++j) put(m.mu, k * D + j, (k & 1 ? -60 : 60) + between(-1, 1));
        packMixture(m);
        const d = separated(type, D, 32, 32 * 4 - 5);
        seal();
        const lazy = usedStatistics(m);
        const all = usedStatistics(m);
        pass(m, d, 0, d.nTiles, 40, homesOf(d, 0), lazy, exact);
        pass(m, d, 0, d.nTiles, Infinity, homesOf(d, 0), all, exact);
        const name = where("variant " + variant.toString(), type, D, 4, d.N, d.T);
        const expected = passOf(m, d, 0, d.nTiles, 40);
        expect(worstOf(variant == 4 ? NONE : type, lazy, expected)).toBeLessThanOrEqual(1, name);
        expect(worstOf(variant == 4 ? NONE : type, all, expected)).toBeLessThanOrEqual(1, name);
        let most: f64 = 0;
        for (let k = 0; k < 4; ++k) {
          const e = HEADER + k * (1 + D + scatterLength(type, D));
          most = max(most, ratio(pairAt(lazy, e), pairAt(all, e), 1e-12 * pairAt(all, e)));
        }
        most = max(most, ratio(pairAt(lazy, 0), pairAt(all, 0), 1e-12 * Math.abs(pairAt(all, 0))));
        expect(most).toBeLessThanOrEqual(1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("leaves a component without kept rows with exact zeros", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      const type = typeOf(variant);
      reset();
      const m = makeMixture(type, 4, 2);
      for (let j = 0; j < 4; ++j) put(m.mu, 4 + j, 500);
      packMixture(m);
      const d = makeData(40, 4, 32, false);
      const stats = usedStatistics(m);
      pass(m, d, 0, 2, 40, homesOf(d, 0), stats, 1);
      const length = 1 + 4 + scatterLength(type, 4);
      expect(firstDifference(stats + (<usize>(HEADER + length) << 4), filled(2 * length, 0), 2 * length)).toBe(-1);
    }
  });
});

describe("ranges of tiles", () => {
  test("one after the other give the homes of one range, and their sums together its own", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      for (let D = 1; D <= 5; ++D) {
        const exact = i32(variant == TIED);
        reset(D);
        const m = makeMixture(typeOf(variant), D, 3);
        const d = makeData(5 * 8 - 3, D, 8, D % 2 == 0);
        const length = statisticsLength(m.type, D, 3);
        const expected = passOf(m, d, 0, 5, 40);
        seal();
        const homes = homesOf(d, 1);
        pass(m, d, 0, 5, 40, homes, usedStatistics(m), exact);
        const others = homesOf(d, 1);
        const sums = usedStatistics(m);
        pass(m, d, 0, 1, 40, others, sums, exact);
        for (let first = 1; first < 5; first += 3) {
          const more = usedStatistics(m);
          pass(m, d, first, min(first + 3, 5), 40, others, more, exact);
          merge(sums, more, length);
          const none = usedStatistics(m);
          pass(m, d, 4, 4, 40, others, none, exact);
          merge(sums, none, length);
        }
        const name = where("variant " + variant.toString(), m.type, D, 3, d.N, 8);
        expect(worstOf(variant == 4 ? NONE : m.type, sums, expected)).toBeLessThanOrEqual(1, name);
        for (let t = 0; t < 5; ++t) expect(intAt(homes, t)).toBe(intAt(others, t), name);
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("merge to the same bits where the order of additions is the same, and to the double loop otherwise", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        const exact = i32(variant == TIED);
        reset(D);
        const m = makeMixture(typeOf(variant), D, 3);
        const d = makeData(6 * 8 - 3, D, 8, D % 2 == 0);
        const length = statisticsLength(m.type, D, 3);
        const expected = passOf(m, d, 0, 6, Infinity);
        seal();
        const one = usedStatistics(m);
        pass(m, d, 0, 6, Infinity, homesOf(d, 0), one, exact);
        for (let split = 0; split <= 6; ++split) {
          const low = usedStatistics(m);
          const high = usedStatistics(m);
          const homes = homesOf(d, 0);
          pass(m, d, split, 6, Infinity, homes, high, exact);
          pass(m, d, 0, split, Infinity, homes, low, exact);
          const before = copyOf(high, <usize>length << 4);
          merge(low, high, length);
          const name = where("variant " + variant.toString() + ", split " + split.toString(), m.type, D, 3, d.N, 8);
          // a single tile at the end adds up the same way, but for the tied scatter, to which every component adds
          const sameOrder = split == 0 || split == 6 || (split == 5 && variant != TIED);
          if (sameOrder) expect(firstDifference(low, one, 2 * length)).toBe(-1, name);
          expect(worstOf(variant == 4 ? NONE : m.type, low, expected)).toBeLessThanOrEqual(1, name);
          expect(firstDifference(high, before, 2 * length)).toBe(-1, name);
          expect(damaged()).toBe(0, name);
        }
      }
    }
  });

  test("that are empty have sums of zero and change no home, with no rows at all too", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      reset();
      const m = makeMixture(typeOf(variant), 3, 2);
      const d = makeData(variant == 0 ? 0 : 20, 3, 8, false);
      seal();
      const length = 2 * statisticsLength(m.type, 3, 2);
      const zeros = filled(length, 0);
      const homes = i32s(4);
      for (let first = 0; first <= 2; first += 2) {
        const stats = usedStatistics(m);
        pass(m, d, first, first, 40, homes, stats, 1);
        expect(firstDifference(stats, zeros, length)).toBe(-1);
      }
      expect(isFresh(homes, 16)).toBe(true);
      expect(damaged()).toBe(0);
    }
  });

  test("touch the homes of their own tiles only", () => {
    reset();
    const m = makeMixture(FULL, 2, 3);
    const d = makeData(40, 2, 8, false);
    const homes = i32s(5);
    putInt(homes, 2, 1);
    pass(m, d, 2, 3, 40, homes, usedStatistics(m), 0);
    expect(isFresh(homes, 8)).toBe(true);
    expect(isFresh(homes + 12, 8)).toBe(true);
    expect(<u32>intAt(homes, 2)).toBeLessThan(3);
  });
});

describe("homes", () => {
  test("do not change the sums beyond rounding", () => {
    for (let variant = 0; variant < VARIANTS; ++variant) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        reset(D);
        const m = makeMixture(typeOf(variant), D, 5);
        const d = makeData(37, D, 8, true);
        const expected = passOf(m, d, 0, 5, 40);
        seal();
        for (let home = 0; home < 5; ++home) {
          const stats = usedStatistics(m);
          pass(m, d, 0, 5, 40, homesOf(d, home), stats, i32(variant == TIED));
          const name = where("home " + home.toString(), m.type, D, 5, 37, 8);
          expect(worstOf(variant == 4 ? NONE : m.type, stats, expected)).toBeLessThanOrEqual(1, name);
          expect(damaged()).toBe(0, name);
        }
      }
    }
  });

  test("become the component with most weight in the tile", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let home = 0; home < 4; ++home) {
        reset();
        const m = makeMixture(type, 3, 4);
        for (let k = 0; k < 4; ++k) for (let j = 0; j < 3; ++j) put(m.mu, k * 3 + j, <f64>(20 * k));
        packMixture(m);
        const d = makeData(64, 3, 8, true);
        // tile t belongs to component (3 t) % 4, but for one light row of the next
        for (let n = 0; n < 64; ++n) {
          const k = (3 * (n / 8) + (n % 8 == 2 ? 1 : 0)) % 4;
          for (let j = 0; j < 3; ++j) put(d.rows, n * 3 + j, <f64>(20 * k) + between(-0.5, 0.5));
          put(d.weights, n, n % 8 == 2 ? 0.5 : 1);
        }
        packData(d);
        const homes = homesOf(d, home);
        pass(m, d, 0, 8, 40, homes, usedStatistics(m), 1);
        for (let t = 0; t < 8; ++t) expect(intAt(homes, t)).toBe((3 * t) % 4, where("homes", type, 3, 4, 64, 8));
      }
    }
  });

  test("are counted against: the second lane sum is the rows that are more likely elsewhere", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let home = 0; home < 3; ++home) {
        reset(home);
        const m = makeMixture(type, 3, 3);
        const d = makeData(96, 3, 32, false);
        let strays = 0;
        for (let n = 0; n < 96; ++n) {
          const row = d.rows + (<usize>(3 * n) << 3);
          const l = logDensityOf(m, home, row);
          strays += i32(logDensityOf(m, (home + 1) % 3, row) > l || logDensityOf(m, (home + 2) % 3, row) > l);
        }
        const stats = usedStatistics(m);
        pass(m, d, 0, 3, Infinity, homesOf(d, home), stats, 0);
        expect(pairAt(stats, 1)).toBe(<f64>strays, where("strays", type, 3, 3, 96, 32));
      }
    }
  });
});

/** Largest error of the tied scatter that follows from the total, as a share of its bound. */
function derivedError(m: Mixture, d: Data, stats: usize): f64 {
  const expected = passOf(m, d, 0, d.nTiles, 40);
  const D = m.D;
  const shared = stats + (<usize>(HEADER + m.K * (1 + D)) << 4);
  const r = f64s(m.K);
  // every term of the total and of the difference is at most Σ_k w (|x - c| + |mu_k - c|)(|x - c| + |mu_k - c|)', and
  // the responsibilities add up to w within their own bound
  const scale = filled(D * D, 0);
  let relative: f64 = 0;
  for (let n = 0; n < d.N; ++n) {
    explain(m, d.rows + (<usize>(n * D) << 3), r);
    relative = max(relative, 2 * rowBound + <f64>(d.N + 8 * m.K + 16) * EPS);
    for (let k = 0; k < m.K; ++k) {
      for (let i = 0; i < D; ++i) {
        const c = at(m.centre, i);
        const own = Math.abs(at(d.rows, n * D + i) - c) + Math.abs(at(m.mu, k * D + i) - c);
        for (let j = 0; j <= i; ++j) {
          const other = Math.abs(at(d.rows, n * D + j) - at(m.centre, j)) + Math.abs(at(m.mu, k * D + j) - at(m.centre, j));
          add(scale, i * D + j, at(d.weights, n) * own * other);
        }
      }
    }
  }
  let most: f64 = 0;
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j <= i; ++j) {
      let sum: f64 = 0;
      for (let k = 0; k < m.K; ++k) sum += at(expected.value, 1 + k * (1 + D + D * D) + 1 + D + i * D + j);
      most = max(most, ratio(pairAt(shared, scatterIndex(i, j, D)), sum, relative * at(scale, i * D + j)));
    }
  }
  return most;
}

describe("the tied scatter", () => {
  test("follows from the total scatter and the pass without it", () => {
    for (let i = 0; i < SIZES; ++i) {
      for (let K = 1; K <= 5; ++K) {
        const D = sizeAt(i);
        reset(D);
        const m = makeMixture(TIED, D, K);
        const d = makeData(37, D, 8, K % 2 == 0);
        const total = filled(2 * statisticsLength(FULL, D, 1), 0);
        const all = parametersOf(FULL, D, 1, 0, m.centre, 0, 0);
        accumulateGiven(rowsOf(d), all, 0, 5, 0, 0, total, room(givenScratchBytes(D, 8)));
        const stats = usedStatistics(m);
        pass(m, d, 0, 5, 40, homesOf(d, 0), stats, 0);
        const name = where("derived", TIED, D, K, 37, 8);
        expect(tiedScatter(modelOf(m), stats, total)).toBeGreaterThanOrEqual(1, name);
        expect(derivedError(m, d, stats)).toBeLessThanOrEqual(1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });
});

describe("odd input", () => {
  test("a component without weight gets exact zeros", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        const D = sizeAt(i);
        reset(D);
        const m = makeMixture(type, D, 3);
        put(m.logc, 1, -Infinity);
        const d = makeData(20, D, 8, false);
        const expected = passOf(m, d, 0, 3, Infinity);
        const stats = usedStatistics(m);
        pass(m, d, 0, 3, i % 2 ? 40 : Infinity, homesOf(d, 1), stats, 1);
        const name = where("no weight", type, D, 3, 20, 8);
        const length = 1 + D + scatterLength(type, D);
        expect(firstDifference(stats + (<usize>(HEADER + length) << 4), filled(2 * length, 0), 2 * length)).toBe(-1, name);
        expect(worstOf(type, stats, expected)).toBeLessThanOrEqual(1, name);
      }
    }
  });

  test("NaN and infinite rows do not trap, and end in a log-likelihood of about -1.8e308 or less, or in NaN", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let kind = 0; kind < 3; ++kind) {
          const D = sizeAt(i);
          reset(D);
          const m = makeMixture(type, D, 2);
          const d = makeData(20, D, 8, false);
          put(d.rows, 3 * D + D - 1, kind == 0 ? NaN : kind == 1 ? Infinity : -1e300);
          packData(d);
          const stats = usedStatistics(m);
          pass(m, d, 0, 3, 40, homesOf(d, 0), stats, 1);
          expect(pairAt(stats, 0) > -1.79e308).toBe(false, where("kind " + kind.toString(), type, D, 2, 20, 8));
          expect(damaged()).toBe(0);
        }
      }
    }
  });

  test("a row that no component explains leaves no NaN in the sums", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset();
      const m = makeMixture(type, 2, 2);
      // standard deviations of 1e-150: q of a row at 1e10 overflows, its square does not
      for (let e = 0; e < 8; ++e) put(m.p, e, e % 4 == 0 || e % 4 == 3 ? 1e150 : 0);
      for (let e = 0; e < 4; ++e) put(m.mu, e, 1e-150);
      put(m.centre, 0, 0);
      put(m.centre, 1, 0);
      packMixture(m);
      const d = makeData(8, 2, 8, false);
      for (let n = 0; n < 16; ++n) put(d.rows, n, between(0, 2e-150));
      put(d.rows, 6, 1e10);
      packData(d);
      const stats = usedStatistics(m);
      pass(m, d, 0, 1, 40, homesOf(d, 0), stats, 1);
      let nans = 0;
      for (let e = 0; e < statisticsLength(type, 2, 2); ++e) nans += i32(pairAt(stats, e) != pairAt(stats, e));
      expect(nans).toBe(0, where("NaN sums", type, 2, 2, 8, 8));
      expect(pairAt(stats, 0)).toBeLessThan(-1.79e308);
    }
  });

  test("padding rows stay out of the sums, however far from every component they lie", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let N = 1; N <= 8; ++N) {
        reset();
        const m = makeMixture(type, 2, 2);
        for (let e = 0; e < 8; ++e) put(m.p, e, e % 4 == 0 || e % 4 == 3 ? 1e150 : 0);
        for (let e = 0; e < 4; ++e) put(m.mu, e, 1e10);
        put(m.centre, 0, 1e10);
        put(m.centre, 1, 1e10);
        packMixture(m);
        const d = makeData(N, 2, 8, false);
        for (let n = 0; n < 2 * N; ++n) put(d.rows, n, 1e10);
        packData(d);
        const stats = usedStatistics(m);
        pass(m, d, 0, 1, 40, homesOf(d, 0), stats, 1);
        const weight = pairAt(stats, HEADER) + pairAt(stats, HEADER + 3 + scatterLength(type, 2));
        const name = where("padding", type, 2, 2, N, 8);
        expect(ratio(weight, <f64>N, 16 * EPS * <f64>N)).toBeLessThanOrEqual(1, name);
        expect(at(stats, 0)).toBeGreaterThan(-1e6, name);
      }
    }
  });
});

describe("merge", () => {
  test("adds lane by lane and changes nothing else", () => {
    for (let length = 0; length <= 9; ++length) {
      reset();
      const b = filled(2 * length, 0.5);
      seal();
      const a = f64s(2 * length);
      for (let i = 0; i < 2 * length; ++i) put(a, i, <f64>i);
      merge(a, b, length);
      for (let i = 0; i < 2 * length; ++i) expect(at(a, i)).toBe(<f64>i + 0.5);
      expect(damaged()).toBe(0);
    }
  });
});

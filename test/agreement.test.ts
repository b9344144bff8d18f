// Agreement of clusterings, beside scikit-learn and scipy.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { adjustedRandIndex, contingencyTable, GaussianMixture } from "../src/index.ts";
import { bestMatching } from "../src/model/matching.ts";
import { dataset, fixture } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { runs, uniforms } from "./support/problems.ts";

/** By tools/reference/agreement_sklearn.py. */
const { cases } = JSON.parse(fixture("agreement.sklearn.json")) as {
  readonly cases: {
    readonly a: number[];
    readonly b: number[];
    readonly counts: number[][];
    readonly matched: number;
    readonly adjustedRand: number;
  }[];
};

describe("beside scikit-learn", () => {
  test("the adjusted Rand index is the same to 1e-14", () => {
    expect(cases.length).toBeGreaterThan(8);
    for (const { a, b, adjustedRand } of cases) {
      expect(Math.abs(adjustedRandIndex(a, b) - adjustedRand)).toBeLessThan(1e-14);
      expect(adjustedRandIndex(b, a)).toBe(adjustedRandIndex(a, b));
    }
  });

  test("so are the table, and as scipy has it the number of rows that match at best", () => {
    for (const { a, b, counts, matched } of cases) {
      const table = contingencyTable(a, b);
      expect([...table.counts]).toEqual(counts.flat());
      expect(table.accuracy).toBe(matched / a.length);
      expect(table.errorRate).toBe((a.length - matched) / a.length);
      const back = contingencyTable(b, a);
      expect(back.accuracy).toBe(table.accuracy);
      expect(table.mapping.size).toBe(Math.min(counts.length, counts[0].length));
      expect(new Set(table.mapping.values()).size).toBe(table.mapping.size);
      expect(a.filter((label, n) => table.mapping.get(label) === b[n]).length).toBe(matched);
    }
  });
});

describe("the contingency table", () => {
  test("matches clusters to species", () => {
    const iris = dataset("iris");
    const species = [...(iris.classes ?? [])].map((c) => ["setosa", "versicolor", "virginica"][c]);
    const mixture = GaussianMixture.fitSync(iris, { nComponents: 3, seed: 1 });
    const { labelsA, labelsB, counts, mapping, accuracy } = contingencyTable(mixture.predict(iris), species);
    expect(labelsA).toEqual([0, 1, 2]);
    expect(labelsB).toEqual(["setosa", "versicolor", "virginica"]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(150);
    expect([...mapping.values()].sort()).toEqual(labelsB);
    // five flowers on the wrong side: the well-known best of full covariances
    expect(accuracy).toBe(145 / 150);
  });

  test("sorts labels: numbers by size, texts by their units", () => {
    expect(contingencyTable([10, 9, -1], ["b", "B", "a"]).labelsA).toEqual([-1, 9, 10]);
    expect(contingencyTable([10, 9, -1], ["b", "B", "a"]).labelsB).toEqual(["B", "a", "b"]);
  });

  test("takes any list, and a single row", () => {
    expect(contingencyTable(Int32Array.of(3, 3, 5), ["x", "x", "y"]).accuracy).toBe(1);
    expect(contingencyTable({ length: 2, 0: 1, 1: 2 }, [1n, 2n].map(Number)).accuracy).toBe(1);
    const one = contingencyTable(["only"], [7]);
    expect([...one.counts, one.accuracy, one.errorRate]).toEqual([1, 1, 0]);
    expect([...one.mapping]).toEqual([["only", 7]]);
  });

  test("leaves the rest of the larger set out of the mapping", () => {
    const { mapping, accuracy } = contingencyTable([0, 0, 1, 1, 2], ["a", "a", "b", "b", "b"]);
    expect([...mapping]).toEqual([
      [0, "a"],
      [1, "b"],
    ]);
    expect(accuracy).toBe(0.8);
  });
});

describe("the best matching", () => {
  /** The largest total over all assignments of rows to different columns. */
  function bestOf(gains: readonly number[], R: number, C: number, row = 0, taken: readonly number[] = []): number {
    if (row === R) return 0;
    let best = R - row > C - taken.length ? bestOf(gains, R, C, row + 1, taken) : -Infinity;
    for (let j = 0; j < C; j++) {
      if (!taken.includes(j)) best = Math.max(best, gains[row * C + j] + bestOf(gains, R, C, row + 1, [...taken, j]));
    }
    return best;
  }

  test("has the largest total of all, for any shape", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }).chain((R) =>
          fc.integer({ min: 1, max: 6 }).chain((C) =>
            fc.record({
              R: fc.constant(R),
              C: fc.constant(C),
              // small numbers, for many ties
              gains: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: R * C, maxLength: R * C }),
            }),
          ),
        ),
        ({ R, C, gains }) => {
          const columns = bestMatching(gains, R, C);
          const pairs = [...columns].flatMap((j, i) => (j < 0 ? [] : [[i, j]]));
          expect(columns.length).toBe(R);
          expect(pairs.length).toBe(Math.min(R, C));
          expect(new Set(pairs.map(([, j]) => j)).size).toBe(pairs.length);
          const total = pairs.reduce((sum, [i, j]) => sum + gains[i * C + j], 0);
          expect(total).toBe(bestOf(gains, R, C));
        },
      ),
      runs(300),
    );
  });

  test("of a large table is found, as good as one that is known", () => {
    const uniform = uniforms(5);
    const n = 200;
    const gains = Array.from({ length: n * n }, () => Math.floor(10 * uniform()));
    const hidden = Array.from({ length: n }, (_, i) => (i * 73 + 11) % n);
    hidden.forEach((j, i) => {
      gains[i * n + j] = 10;
    });
    expect([...bestMatching(gains, n, n)].reduce((sum, j, i) => sum + gains[i * n + j], 0)).toBe(10 * n);
  });
});

describe("the adjusted Rand index", () => {
  test("is 1 for the same clusters under other names", () => {
    expect(adjustedRandIndex([0, 0, 1, 2, 2], ["c", "c", "a", "b", "b"])).toBe(1);
    expect(adjustedRandIndex([4, 4, 4], ["x", "x", "x"])).toBe(1);
    expect(adjustedRandIndex([1, 2, 3], ["x", "y", "z"])).toBe(1);
    expect(adjustedRandIndex([1], ["x"])).toBe(1);
  });

  test("of Hubert and Arabie's formula, worked by hand", () => {
    // table [[2, 1], [0, 3]]: pairs together in both 1 + 3 = 4, in a 3 + 3, in b 1 + 6, of 15; expected 6·7/15
    const [a, b] = [
      [0, 0, 0, 1, 1, 1],
      [0, 0, 1, 1, 1, 1],
    ];
    expect(adjustedRandIndex(a, b)).toBeCloseTo((4 - 42 / 15) / (6.5 - 42 / 15), 15);
    // worse than chance
    expect(adjustedRandIndex([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(-0.5, 15);
  });

  test("is 0 on average between clusterings that know nothing of each other", () => {
    const uniform = uniforms(9);
    const draw = (): number[] => Array.from({ length: 60 }, () => Math.floor(4 * uniform()));
    const values = Array.from({ length: 400 }, () => adjustedRandIndex(draw(), draw()));
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    expect(Math.abs(mean)).toBeLessThan((4 * deviation) / Math.sqrt(values.length));
  });

  test("counts pairs of many rows exactly", () => {
    const N = 200_000;
    const a = Int32Array.from({ length: N }, (_, n) => n % 2);
    expect(
      adjustedRandIndex(
        a,
        a.map((v) => 1 - v),
      ),
    ).toBe(1);
    // one row of 200,000 on the other side
    const b = a.slice();
    b[0] = 1;
    const moved = adjustedRandIndex(a, b);
    expect(1 - moved).toBeGreaterThan(1.9e-5);
    expect(1 - moved).toBeLessThan(2.1e-5);
  });
});

describe("bad labels", () => {
  for (const measure of [adjustedRandIndex, contingencyTable] as ((a: never, b: never) => unknown)[]) {
    test(`are named by ${measure.name}`, async () => {
      const of = (a: unknown, b: unknown) => (): unknown => measure(a as never, b as never);
      await expectError(of([1, 2], [1]), RangeError, /^labelsB: expected as many labels as in labelsA.*got 1 and 2/);
      await expectError(of([], []), RangeError, /^labelsB: .*1 or more/);
      await expectError(
        of(undefined, [1]),
        TypeError,
        /^labelsA: expected a list of integers, or one of texts, got undef/,
      );
      await expectError(of([1], "1"), TypeError, /^labelsB: .*got "1"/);
      await expectError(of([1, "1"], [1, 1]), TypeError, /^labelsA: .*got "1" at index 1/);
      await expectError(of(["1", 1], [1, 1]), TypeError, /^labelsA: .*got 1 at index 1/);
      await expectError(of([1, 2.5], [1, 1]), RangeError, /^labelsA: .*got 2\.5 at index 1/);
      await expectError(of([1, 1], [1, Number.NaN]), RangeError, /^labelsB: .*got NaN at index 1/);
      await expectError(of([true], [1]), TypeError, /^labelsA: .*got true at index 0/);
      await expectError(of([1, undefined], [1, 1]), TypeError, /^labelsA: .*got undefined at index 1/);
    });
  }

  test("that tell rows apart, not clusters, are too many for a table", async () => {
    const ids = Array.from({ length: 3000 }, (_, n) => n);
    await expectError(() => contingencyTable(ids, ids), RangeError, /^labelsB: expected labels of clusters, got 3000/);
    expect(adjustedRandIndex(ids, ids)).toBe(1);
  });
});

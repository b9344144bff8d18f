// Ward's hierarchy of rows against a method that looks at all pairs, and the spaces in which rows are clustered.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomState } from "../src/engine/random.ts";
import { runSync, type Work } from "../src/engine/schedule.ts";
import type { RowSource } from "../src/fit/em/row-source.ts";
import { WINSORISED_TIMES } from "../src/fit/policy.ts";
import { agglomerated, centresOf, type Hierarchy, hierarchyOf } from "../src/fit/starts/hierarchy.ts";
import { clustersIn, type Space } from "../src/fit/starts/spaces.ts";
import { matrixOf } from "../src/input/data.ts";
import { withProblem } from "./support/packed.ts";
import { clouds, normals, runs, type Shaped, uniforms } from "./support/problems.ts";

/** What becomes of packed rows. */
function withRows<T>(set: Shaped, weights: Float64Array | undefined, work: (rows: RowSource) => Work<T>): T {
  return runSync(withProblem(matrixOf(set), "full", 1, weights, ({ rows }) => work(rows)));
}

const hierarchyIn = (set: Shaped, weights?: Float64Array, seed = 0): Hierarchy =>
  withRows(set, weights, (rows) => hierarchyOf(rows, randomState(rows.arena, seed)));

interface Cluster {
  readonly rows: readonly number[];
  readonly mass: number;
  readonly centre: readonly number[];
}

/** By how much the squared distances to the centres grow when two clusters merge (Ward 1963). */
function heightOf(a: Cluster, b: Cluster): number {
  const square = a.centre.reduce((sum, value, d) => sum + (value - b.centre[d]) ** 2, 0);
  return ((a.mass * b.mass) / (a.mass + b.mass)) * square;
}

function joined(a: Cluster, b: Cluster): Cluster {
  const mass = a.mass + b.mass;
  const centre = a.centre.map((value, d) => (a.mass * value + b.mass * b.centre[d]) / mass);
  return { rows: [...a.rows, ...b.rows].sort((x, y) => x - y), mass, centre };
}

const singlesOf = ({ data, shape: [N, D] }: Shaped, weights?: ArrayLike<number>): Cluster[] => {
  const total = weights ? Array.from(weights).reduce((sum, weight) => sum + weight, 0) : N;
  return Array.from({ length: N }, (_, n) => {
    const mass = ((weights ? weights[n] : 1) / total) * N;
    return { rows: [n], mass, centre: [...data.subarray(n * D, (n + 1) * D)] };
  });
};

/** A hierarchy, and the rows as it has worked with them: their masses in single precision. */
function agglomeratedFrom(
  set: Shaped,
  weights?: Float64Array,
): { readonly hierarchy: Hierarchy; readonly singles: readonly Cluster[] } {
  const hierarchy = hierarchyIn(set, weights);
  return { hierarchy, singles: singlesOf(set, weights).map((one, n) => ({ ...one, mass: hierarchy.mass[n] })) };
}

/** The least height of any two clusters. */
const leastOf = (clusters: readonly Cluster[]): number =>
  Math.min(...clusters.flatMap((a, i) => clusters.slice(i + 1).map((b) => heightOf(a, b))));

/**
 * Follows a hierarchy, merge by merge: each must be of two clusters that are there, named by their first rows, as near as any two.
 *
 * @param each - told of the clusters that are left, first and after each merge.
 */
function follow(
  { merges }: Hierarchy,
  singles: readonly Cluster[],
  each: (clusters: readonly Cluster[]) => void,
): void {
  const clusters = new Map(singles.map((cluster, n) => [n, cluster]));
  // heights come from differences of centres: rounding of these, squared
  const size = Math.max(...singles.flatMap(({ centre }) => centre.map(Math.abs)), 1);
  each([...clusters.values()]);
  for (const [first, second] of merges) {
    const [a, b] = [clusters.get(first), clusters.get(second)];
    if (!a || !b) throw new Error(`no clusters ${first} and ${second}`);
    expect(first).toBeLessThan(second);
    const least = leastOf([...clusters.values()]);
    expect(heightOf(a, b)).toBeLessThanOrEqual(least + 1e-9 * (least + Number.EPSILON * size * size));
    clusters.set(first, joined(a, b));
    clusters.delete(second);
    each([...clusters.values()]);
  }
  expect(clusters.size).toBe(1);
}

const problem = fc.record({
  N: fc.integer({ min: 1, max: 34 }),
  D: fc.integer({ min: 1, max: 5 }),
  K: fc.integer({ min: 1, max: 5 }),
  apart: fc.constantFrom(0, 3, 100),
  isWeighted: fc.boolean(),
  seed: fc.integer({ min: 0, max: 2 ** 30 }),
});
const weightsOf = (N: number, seed: number): Float64Array => {
  const uniform = uniforms(seed);
  // masses are kept in single precision
  return Float64Array.from({ length: N }, () => Math.ceil(8 * uniform()) / 4);
};

describe("a hierarchy of all rows", () => {
  test("merges the two nearest clusters each time, of points of any weight", () => {
    fc.assert(
      fc.property(problem, ({ N, D, K, apart, isWeighted, seed }) => {
        const set = clouds(N, D, K, seed, apart);
        const weights = isWeighted ? weightsOf(N, seed + 1) : undefined;
        const { hierarchy, singles } = agglomeratedFrom(set, weights);
        hierarchy.mass.forEach((mass, n) => {
          expect(mass).toBe(Math.fround(singlesOf(set, weights)[n].mass));
        });
        follow(hierarchy, singles, () => undefined);
      }),
      runs(300),
    );
  });

  test("does so too where many rows are equal, or lie on a grid", () => {
    fc.assert(
      fc.property(problem, fc.integer({ min: 1, max: 4 }), ({ N, D, isWeighted, seed }, places) => {
        const uniform = uniforms(seed);
        const data = Float64Array.from({ length: N * D }, () => Math.floor(places * uniform()));
        const set = { data, shape: [N, D] as const };
        const weights = isWeighted ? weightsOf(N, seed + 1) : undefined;
        const { hierarchy, singles } = agglomeratedFrom(set, weights);
        follow(hierarchy, singles, () => undefined);
      }),
      runs(300),
    );
  });

  test("gives centres that are the means of its clusters, in the order of their first rows, for every number of them", () => {
    fc.assert(
      fc.property(problem, ({ N, D, K, apart, isWeighted, seed }) => {
        const set = clouds(N, D, K, seed, apart);
        const weights = isWeighted ? weightsOf(N, seed + 1) : undefined;
        const { hierarchy, singles } = agglomeratedFrom(set, weights);
        const size = Math.max(...set.data.map(Math.abs), 1);
        follow(hierarchy, singles, (clusters) => {
          const centres = centresOf(hierarchy, clusters.length);
          const expected = [...clusters].sort((a, b) => a.rows[0] - b.rows[0]).flatMap(({ centre }) => centre);
          expect(centres).toHaveLength(expected.length);
          centres.forEach((value, i) => {
            expect(Math.abs(value - expected[i])).toBeLessThan(4 * N * Number.EPSILON * size);
          });
        });
      }),
      runs(100),
    );
  });

  test("has as many centres as are asked for where there are fewer distinct rows", () => {
    for (const [N, places] of [
      [12, 1],
      [13, 2],
      [40, 3],
    ]) {
      const data = Float64Array.from({ length: 2 * N }, (_, i) => Math.floor(i / 2) % places);
      const hierarchy = hierarchyIn({ data, shape: [N, 2] });
      for (let K = 1; K <= N; K++) {
        const centres = centresOf(hierarchy, K);
        expect(centres).toHaveLength(2 * K);
        // below the number of places clusters lie between them, from there on upon them
        if (K < places) continue;
        const found = new Set(centres);
        expect([...found].sort()).toEqual(Array.from({ length: places }, (_, place) => place));
      }
    }
  });

  test("hangs on no seed, and on the unit of weights by nothing", () => {
    const set = clouds(60, 3, 4, 5);
    const weights = weightsOf(60, 4);
    const { merges } = hierarchyIn(set, weights);
    for (const seed of [1, 2]) expect(hierarchyIn(set, weights, seed).merges).toEqual(merges);
    for (const times of [3, 0.1, 1e-200]) {
      expect(
        hierarchyIn(
          set,
          weights.map((weight) => times * weight),
        ).merges,
      ).toEqual(merges);
    }
  });
});

describe("a hierarchy of a sample", () => {
  const set = clouds(4000, 2, 3, 8);
  const n = agglomerated({ N: 4000, D: 2 });

  test("has so many rows that their squared number times the columns is below six million", () => {
    for (const D of [1, 2, 7, 30, 200]) {
      const most = agglomerated({ N: 1e6, D });
      expect(most * most * D).toBeLessThanOrEqual(6e6);
      expect((most + 1) * (most + 1) * D).toBeGreaterThan(6e6);
      expect(agglomerated({ N: most - 1, D })).toBe(most - 1);
    }
  });

  test("has one row of each stretch of equal length, with its mass", () => {
    const weights = weightsOf(4000, 2);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const { points, mass, merges } = hierarchyIn(set, weights, 3);
    expect([points.length, mass.length, merges.length]).toEqual([2 * n, n, n - 1]);
    for (let i = 0; i < n; i++) {
      const from = Math.floor((4000 * i) / n);
      const to = Math.floor((4000 * (i + 1)) / n);
      const own = Array.from({ length: to - from }, (_, j) => from + j).filter(
        (row) => set.data[2 * row] === points[i] && set.data[2 * row + 1] === points[n + i],
      );
      expect(own).toHaveLength(1);
      expect(mass[i]).toBe(Math.fround((weights[own[0]] / total) * 4000));
    }
  });

  test("hangs on the seed, and has centres near those of another", () => {
    const [one, same, other] = [1, 1, 2].map((seed) => hierarchyIn(set, undefined, seed));
    expect(same).toEqual(one);
    expect(other.points).not.toEqual(one.points);
    const byFirst = (hierarchy: Hierarchy): number[] => {
      const centres = centresOf(hierarchy, 3);
      return [0, 1, 2].map((k) => centres[2 * k]).sort((a, b) => a - b);
    };
    const spread = Math.max(...set.data) - Math.min(...set.data);
    byFirst(one).forEach((value, k) => {
      expect(Math.abs(value - byFirst(other)[k])).toBeLessThan(0.05 * spread);
    });
  });
});

/** Rows as they lie in a space, [N, D]. */
function rowsIn(space: Space, set: Shaped, weights?: Float64Array): Float64Array {
  const [N, D] = set.shape;
  return withRows(set, weights, function* (rows) {
    const { rows: own } = yield* clustersIn(space, rows, 2);
    const out = new Float64Array(N * D);
    const row = own.arena.f64(D);
    for (let n = 0; n < N; n++) {
      own.arena.kernels.readRow(own.at, n, row);
      out.set(own.arena.viewF64(row, D), n * D);
    }
    return out;
  });
}

describe("winsorised rows", () => {
  /** By definition: ten times, what lies beyond 2.5 standard deviations from the mean is set there; then standard scores. */
  function winsorised(values: readonly number[], weights: readonly number[]): number[] {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const meanOf = (list: readonly number[]): number =>
      list.reduce((sum, value, n) => sum + (weights[n] / total) * value, 0);
    const deviationOf = (list: readonly number[]): number =>
      Math.sqrt(meanOf(list.map((value) => (value - meanOf(list)) ** 2)));
    let list = values;
    for (let time = 0; time < WINSORISED_TIMES; time++) {
      const [mean, deviation] = [meanOf(list), deviationOf(list)];
      list = list.map((value) => Math.min(Math.max(value, mean - 2.5 * deviation), mean + 2.5 * deviation));
    }
    const [mean, deviation] = [meanOf(list), deviationOf(list)];
    return list.map((value) => (deviation > 0 ? (value - mean) / deviation : 0));
  }

  test("are what the definition says, with weights and values far out", () => {
    fc.assert(
      fc.property(problem, fc.integer({ min: 0, max: 6 }), ({ N, D, isWeighted, seed }, far) => {
        const normal = normals(seed);
        const data = Float64Array.from({ length: N * D }, (_, i) => normal() * (i < far ? 1000 : 1) + 7);
        const weights = isWeighted ? weightsOf(N, seed) : undefined;
        const found = rowsIn("winsorised", { data, shape: [N, D] }, weights);
        for (let d = 0; d < D; d++) {
          const column = Array.from({ length: N }, (_, n) => data[n * D + d]);
          const expected = winsorised(column, weights ? [...weights] : column.map(() => 1));
          if (N === 1) expect(found[d]).toBe(0);
          else expected.forEach((value, n) => void expect(Math.abs(found[n * D + d] - value)).toBeLessThan(1e-9));
        }
      }),
      runs(200),
    );
  });

  test("are 0 in a constant column, and where all values but few are the same", () => {
    const data = Float64Array.from({ length: 3 * 50 }, (_, i) => [1e9, i, 0.1][i % 3]);
    const found = rowsIn("winsorised", { data, shape: [50, 3] });
    found.forEach((value, i) => {
      if (i % 3 !== 1) expect(value).toBe(0);
      else expect(Math.abs(value)).toBeLessThan(2);
    });
    const single = Float64Array.from({ length: 50 }, (_, n) => (n === 7 ? 1e6 : 3));
    const one = rowsIn("winsorised", { data: single, shape: [50, 1] });
    expect(new Set(one).size).toBe(2);
    expect(one.every(Number.isFinite)).toBe(true);
  });

  test("do not depend on the units of columns", () => {
    const { data, shape } = clouds(80, 3, 2, 4);
    const plain = rowsIn("winsorised", { data, shape });
    const scaled = rowsIn("winsorised", { data: data.map((value, i) => value * 2 ** [40, -3, 7][i % 3]), shape });
    expect(scaled).toEqual(plain);
  });

  test("give a row forty deviations away no cluster of its own, where rows as they are do", () => {
    const { data } = clouds(120, 2, 2, 3, 8);
    // some forty standard deviations of the others away
    data.set([150, -130], 0);
    const set = { data, shape: [120, 2] } as const;
    const smallest = (space: Space): number =>
      withRows(set, undefined, function* (rows) {
        const clusters = yield* clustersIn(space, rows, 2);
        const hierarchy = yield* hierarchyOf(clusters.rows, randomState(rows.arena, 0));
        rows.arena.viewF64(clusters.centres, 4).set(centresOf(hierarchy, 2));
        yield* clusters.lloyd();
        const labels = Array.from(rows.arena.viewI32(clusters.labels, 120));
        return Math.min(...[0, 1].map((k) => labels.filter((label) => label === k).length));
      });
    expect(smallest("raw")).toBe(1);
    expect(smallest("winsorised")).toBeGreaterThan(30);
  });
});

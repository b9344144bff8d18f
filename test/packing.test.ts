// How often rows are read from the caller's data, and how they lie in memory afterwards.
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Arena } from "../src/engine/arena.ts";
import { runSync } from "../src/engine/schedule.ts";
import { tileRows } from "../src/engine/tiles.ts";
import { arrangedByLabel, spareForLabels } from "../src/fit/em/labelled-rows.ts";
import { withRows } from "../src/fit/em/packing.ts";
import type { RowSource } from "../src/fit/em/row-source.ts";
import { GaussianMixture, type Selection, type SelectOptions, select, selectSync } from "../src/index.ts";
import { matrixOf } from "../src/input/data.ts";
import { sameBits } from "./support/compare.ts";
import { clouds, runs, type Shaped, TYPES, uniforms } from "./support/problems.ts";

/** A reading of all rows of a matrix into tiles of T rows. */
interface Packing {
  readonly arena: Arena;
  readonly nRows: number;
  readonly T: number;
}

const packings = vi.hoisted((): Packing[] => []);
/** Whether rows are being scored, which reads them into tiles too. */
const reader = vi.hoisted(() => ({ scores: false }));

vi.mock(import("../src/engine/tiles.ts"), async (original) => {
  const tiles = await original();
  return {
    ...tiles,
    packRows: (...args) => {
      const [arena, matrix, first, , , , T] = args;
      if (first === 0 && !reader.scores) packings.push({ arena, nRows: matrix.nRows, T });
      tiles.packRows(...args);
    },
  };
});

vi.mock(import("../src/model/score.ts"), async (original) => {
  const score = await original();
  return {
    ...score,
    scoreRows: (...args) => {
      reader.scores = true;
      try {
        score.scoreRows(...args);
      } finally {
        reader.scores = false;
      }
    },
  };
});

beforeEach(() => {
  packings.length = 0;
});

/** Heights of the tiles in which candidates with these numbers of components have some rows, each once, sorted. */
function heights(nRows: number, D: number, counts: readonly number[]): number[] {
  return [...new Set(counts.map((K) => tileRows(D, nRows, K)))].sort((a, b) => a - b);
}

/** Heights of the tiles into which so many rows were read, sorted: each as often as that was done. */
function readings(nRows: number): number[] {
  const some = packings.filter((packing) => packing.nRows === nRows);
  return some.map(({ T }) => T).sort((a, b) => a - b);
}

const counts = [1, 2, 3, 4, 5];
/** So few rows that passes do not sort them. */
const few = clouds(300, 3, 3, 21);
/** So many that passes sort them, and that tiles are shorter for more components. */
const many = clouds(2304, 3, 3, 22);
const options: SelectOptions = { nComponents: counts, init: "kmeans", maxIter: 20 };

describe("a selection of four types and one to five components reads the rows", () => {
  test("once where all candidates have tiles of one height", () => {
    const { candidates } = selectSync(few, options);
    expect(candidates).toHaveLength(20);
    expect(readings(300)).toEqual(heights(300, 3, counts));
    expect(packings).toHaveLength(1);
  });

  test("once for each height of tiles, though passes sort them", () => {
    // fits that begin again have to put the rows back into their order
    GaussianMixture.fitSync(many, { nComponents: 3, nInit: 3, init: "kmeans" });
    expect(packings.length).toBeGreaterThan(1);
    packings.length = 0;
    selectSync(many, { ...options, nInit: 2 });
    const wanted = heights(2304, 3, counts);
    expect(wanted.length).toBeGreaterThan(1);
    expect(readings(2304)).toEqual(wanted);
    expect(packings).toHaveLength(wanted.length);
  });

  test("and once without each fold", () => {
    selectSync(many, { ...options, folds: 3 });
    expect(readings(2304)).toEqual(heights(2304, 3, counts));
    const left = (2304 * 2) / 3;
    expect(readings(left)).toEqual(heights(left, 3, counts).flatMap((T) => [T, T, T]));
  });

  test("once where some weigh 0", () => {
    const sampleWeight = Float64Array.from({ length: 300 }, (_, n) => n % 3);
    selectSync(few, { ...options, sampleWeight });
    expect(readings(200)).toEqual(heights(200, 3, counts));
    expect(packings).toHaveLength(1);
  });

  test("once for each thread that has candidates of its own", async () => {
    await select(many, { ...options, threads: 3 });
    const arenas = [...new Set(packings.map(({ arena }) => arena))];
    expect(arenas.length).toBeGreaterThan(1);
    expect(arenas.length).toBeLessThanOrEqual(3);
    for (const arena of arenas) {
      const own = packings.filter((packing) => packing.arena === arena).map(({ T }) => T);
      expect(new Set(own).size).toBe(own.length);
    }
  });
});

/** Parameters and figures of the candidates of a type. */
function figures({ candidates }: Selection, covarianceType: string): number[] {
  return candidates
    .filter((candidate) => candidate.covarianceType === covarianceType)
    .flatMap(({ bic, icl, cv, mixture }) => [
      ...[bic, icl, cv].map((value) => value ?? 0),
      ...(mixture ? [...mixture.weights, ...mixture.means, ...mixture.covariances] : []),
    ]);
}

describe("a candidate does not depend on what has sorted the rows before it", () => {
  // neither of the two types contains the other
  const expectSame = (set: Shaped, more: SelectOptions): void => {
    const alone = selectSync(set, { ...options, ...more, covarianceType: ["tied"] });
    const second = selectSync(set, { ...options, ...more, covarianceType: ["spherical", "tied"] });
    expect(sameBits(figures(second, "tied"), figures(alone, "tied"))).toBe(true);
  };

  test("where rows are restored from a copy", () => {
    expectSame(many, { folds: 2 });
    const sampleWeight = Float64Array.from({ length: 2304 }, (_, n) => n % 4);
    expectSame(many, { folds: 2, sampleWeight });
  });

  test("where they are too large for that, and are read again", () => {
    const [N, D] = [66_000, 16];
    expectSame(clouds(N, D, 3, 23), { nComponents: [1, 2], folds: 2, maxIter: 4 });
    // without a copy each further candidate reads the rows
    expect(readings(N).length).toBeGreaterThan(2);
  });
});

describe("a fit with known labels", () => {
  const labelsOf = (N: number, share: number): Int32Array => {
    const uniform = uniforms(4);
    return Int32Array.from({ length: N }, (_, n) => (uniform() < share ? n % 3 : -1));
  };

  for (const covarianceType of TYPES) {
    test(`reads the rows once: ${covarianceType}`, () => {
      for (const set of [few, many]) {
        const [N] = set.shape;
        for (const share of [0.1, 1]) {
          packings.length = 0;
          GaussianMixture.fitSync(set, { nComponents: 3, covarianceType, labels: labelsOf(N, share) });
          expect(readings(N)).toEqual([tileRows(3, N, 3)]);
          packings.length = 0;
          const sampleWeight = Float64Array.from({ length: N }, (_, n) => n % 3);
          GaussianMixture.fitSync(set, { nComponents: 3, covarianceType, labels: labelsOf(N, share), sampleWeight });
          expect(packings).toHaveLength(1);
        }
      }
    });
  }

  /** Row n of some rows as they lie, and its weight. */
  const rowAt = (rows: RowSource, n: number): { readonly row: number[]; readonly weight: number } => {
    const { arena, at, D, T, w, wStep } = rows;
    const mark = arena.mark();
    const row = arena.f64(D);
    arena.kernels.readRow(at, n, row);
    const [weight] = arena.viewF64(w + Math.floor(n / T) * wStep + (n % T) * 8, 1);
    const read = { row: [...arena.viewF64(row, D)], weight };
    arena.rewind(mark);
    return read;
  };

  test("has each row once, in tiles of its component, and copies that weigh nothing", () => {
    const problem = fc.record({
      N: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 100, max: 700 }), fc.constant(2100)),
      D: fc.constantFrom(1, 2, 3, 17, 20),
      K: fc.integer({ min: 1, max: 20 }),
      weighted: fc.constantFrom("none", "some above 0", "some 0"),
      seed: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(problem, ({ N, D, K, weighted, seed }) => {
        const uniform = uniforms(seed);
        const labels = Int32Array.from({ length: N }, () => Math.floor(uniform() * (K + 1)) - 1);
        const least = weighted === "some 0" ? -0.5 : 0.1;
        const weights = Float64Array.from({ length: N }, (_, n) => (n === 0 ? 1 : Math.max(0, uniform() + least)));
        const data = Float64Array.from({ length: N * D }, uniform);
        const matrix = matrixOf({ data, shape: [N, D] });
        const sampleWeight = weighted === "none" ? undefined : weights;
        const work = function* (rows: RowSource): Generator<never, void> {
          const kept = Array.from(labels.keys()).filter((n) => !sampleWeight || weights[n] > 0);
          const own = Int32Array.from(kept, (n) => labels[n]);
          const arranged = runSync(arrangedByLabel(rows, own, K, matrix));
          const { free, parts } = arranged.labelled!;
          const expected = (kind: number): { row: number[]; weight: number }[] =>
            kept
              .filter((n) => labels[n] === kind)
              .map((n) => ({ row: [...data.subarray(n * D, n * D + D)], weight: sampleWeight ? weights[n] : 1 }));
          const found = (first: number, last: number): ReturnType<typeof rowAt>[] => {
            const places = Array.from({ length: (last - first) * arranged.T }, (_, i) => first * arranged.T + i);
            return places.map((place) => rowAt(arranged, place));
          };
          const check = (some: ReturnType<typeof rowAt>[], kind: number): void => {
            const wanted = expected(kind);
            expect(some.slice(0, wanted.length)).toEqual(wanted);
            for (const { row, weight } of some.slice(wanted.length)) {
              expect(row).toEqual(wanted.at(-1)!.row);
              expect(weight).toBe(0);
            }
          };
          check(found(0, free), -1);
          for (let k = 0; k < K; k++) {
            const jobs = parts.filter(({ component }) => component === k);
            const tiles = jobs.flatMap(({ first, last }) => found(first, last));
            expect(tiles).toHaveLength(Math.ceil(expected(k).length / arranged.T) * arranged.T);
            check(tiles, k);
          }
          expect(arranged.N).toBe(kept.length);
          // what passes sort is read again as it lay
          const before = found(0, arranged.nTiles);
          arranged.arena.viewF64(arranged.x, arranged.nTiles * arranged.T * D).fill(7);
          runSync(arranged.restore!());
          expect(found(0, arranged.nTiles)).toEqual(before);
        };
        runSync(withRows(matrix, K, sampleWeight, work, undefined, spareForLabels(matrix, K)));
      }),
      runs(60),
    );
  });
});

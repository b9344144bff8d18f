// The search for a start: what a default fit finds, in what order, and what it stays away from.
import { describe, expect, test } from "vitest";
import { runSync } from "../src/engine/schedule.ts";
import { twinsOf } from "../src/fit/diagnosis/twins.ts";
import { Em } from "../src/fit/em/em.ts";
import { regularisationOf } from "../src/fit/em/regularisation.ts";
import { repaired } from "../src/fit/search/repair.ts";
import { type FitOptions, GaussianMixture } from "../src/index.ts";
import { matrixOf } from "../src/input/data.ts";
import { EFFORTS } from "../src/input/init.ts";
import { dataset } from "./support/datasets.ts";
import { codesOf, sameParameters } from "./support/mixtures.ts";
import { withProblem } from "./support/packed.ts";
import { clouds, nested, rowsOf, type Shaped, TYPES, uniforms } from "./support/problems.ts";
import { SEARCHES, searchOf } from "./support/searches.ts";

const iris = dataset("iris");

/** Whether components come by their means, column by column. */
function inOrder({ means, nComponents: K, nFeatures: D }: GaussianMixture): boolean {
  for (let k = 1; k < K; k++) {
    for (let d = 0; d < D; d++) {
      const step = means[k * D + d] - means[(k - 1) * D + d];
      if (step > 0) break;
      if (step < 0 && step < -1e-5 * Math.abs(means[k * D + d])) return false;
    }
  }
  return true;
}

describe("components come in canonical order", () => {
  test.each(SEARCHES.map((search) => [searchOf(search), search] as const))(
    "after %s, for every covariance type",
    (_, search) => {
      for (const covarianceType of TYPES) {
        for (const seed of [1, 2, 3]) {
          const mixture = GaussianMixture.fitSync(iris, { ...search, nComponents: 4, covarianceType, seed });
          expect(inOrder(mixture)).toBe(true);
        }
      }
    },
  );

  test("whatever numbers they had: weights, means and covariances belong together", () => {
    for (const covarianceType of TYPES) {
      const first = GaussianMixture.fitSync(iris, { nComponents: 3, covarianceType, init: "kmeans", seed: 1 });
      const labels = first.predict(iris);
      const own = GaussianMixture.fitSync(iris, {
        nComponents: 3,
        covarianceType,
        init: labels.map((k) => 2 - k),
      });
      // the caller's own order stays
      expect(own.means[0]).toBeGreaterThan(own.means[iris.shape[1]]);
      const turned = own.predict(iris).map((k) => 2 - k);
      expect([...turned]).toEqual([...labels]);
      expect(Math.abs(own.report!.logLikelihood - first.report!.logLikelihood)).toBeLessThan(1e-4);
    }
  });

  test("means that agree in the first column are told apart by the next", () => {
    const set = clouds(200, 2, 1, 3, 0);
    const rows = nested(set).map(([x, y], n) => [x, y + (n % 2 === 0 ? 0 : 40)]);
    const level = rows.map(([, y], n) => [Math.floor(n / 2) % 7, y]);
    const mixture = GaussianMixture.fitSync(level, { nComponents: 2, covarianceType: "diag", seed: 4 });
    expect(mixture.means[1]).toBeLessThan(mixture.means[3]);
  });
});

describe("a fit of any effort finds the same solution", () => {
  const changes: readonly (readonly [string, (set: Shaped) => Shaped, number])[] = [
    ["in another order of the rows", (set) => rowsOf(set, shuffled(set.shape[0])), 0],
    ["of shifted data", (set) => ({ ...set, data: set.data.map((v) => v + 1024) }), 0],
    ["in another unit", (set) => ({ ...set, data: set.data.map((v) => v / 1024) }), Math.log(1024)],
    ["in another order of the columns", turned, 0],
  ];
  for (const [what, change, perNumber] of changes) {
    test(what, () => {
      for (const covarianceType of TYPES) {
        for (const effort of EFFORTS) {
          const options = { nComponents: 3, covarianceType, effort, seed: 5 };
          const straight = GaussianMixture.fitSync(iris, options).report!.logLikelihood;
          const changed = GaussianMixture.fitSync(change(iris), options).report!.logLikelihood;
          expect(Math.abs(changed - perNumber * iris.data.length - straight), effort).toBeLessThan(1e-3);
        }
      }
    });
  }

  function shuffled(N: number): number[] {
    const uniform = uniforms(7);
    const keys = Array.from({ length: N }, uniform);
    return [...keys.keys()].sort((a, b) => keys[a] - keys[b]);
  }

  function turned({ data, shape }: Shaped): Shaped {
    const D = shape[1];
    return { data: data.map((_, i) => data[i - (i % D) + (D - 1 - (i % D))]), shape };
  }
});

describe("spurious solutions", () => {
  test("lose, however likely they are", () => {
    // iris has a component of 29 flowers with a petal width of exactly 0.2, at -48.4
    const collapsed = Array.from({ length: 150 }, (_, n) => (n >= 50 ? 0 : iris.data[4 * n + 3] === 0.2 ? 1 : 2));
    const options = { nComponents: 3, regCovar: 1e-10 };
    const given = GaussianMixture.fitSync(iris, { ...options, init: { labels: collapsed } });
    expect(given.report!.logLikelihood).toBeGreaterThan(-50);
    expect(codesOf(given)).toEqual(["SPURIOUS_COMPONENT"]);
    expect(given.report!.warnings[0]).toMatchObject({ component: 1 });
    // by default no variance is below what a column recorded in tenths can tell, and nothing is left to gain there
    const bounded = GaussianMixture.fitSync(iris, { nComponents: 3, init: { labels: collapsed } });
    expect(bounded.report!.logLikelihood).toBeLessThan(-180);
    for (let seed = 0; seed < 10; seed++) {
      for (const effort of EFFORTS) {
        const found = GaussianMixture.fitSync(iris, { ...options, effort, seed });
        expect(found.report!.logLikelihood).toBeLessThan(-180);
        expect(codesOf(found)).toEqual([]);
      }
    }
  });

  test("lose among several starts of one kind, too", () => {
    for (const init of ["random-from-data", "k-means++"] as const) {
      const found = GaussianMixture.fitSync(iris, { nComponents: 3, init, nInit: 40 });
      expect(codesOf(found)).toEqual([]);
    }
  });

  test("are returned with a warning where there is nothing else", () => {
    expect(codesOf(GaussianMixture.fitSync(clouds(6, 20, 2, 4), { nComponents: 2 }))).toContain("SPURIOUS_COMPONENT");
  });

  test("one row at 100 standard deviations is not made a component of, if there is another solution", () => {
    const rows = nested(clouds(200, 2, 2, 3));
    rows.push([1000, -1000]);
    for (const effort of EFFORTS) {
      const mixture = GaussianMixture.fitSync(rows, { nComponents: 2, effort });
      expect(Math.min(...mixture.weights) * rows.length).toBeGreaterThan(2);
    }
  });

  test("are not equal rows, where every component has such", () => {
    const three = Array.from(
      { length: 30 },
      (_, n) =>
        [
          [0, 0],
          [1, 5],
          [7, 2],
        ][n % 3],
    );
    for (const covarianceType of TYPES) {
      for (const effort of EFFORTS) {
        const mixture = GaussianMixture.fitSync(three, { nComponents: 3, covarianceType, effort });
        expect(new Set(mixture.predict(three)).size).toBe(3);
      }
    }
  });

  test("are components that share the values of a column of few values among them", () => {
    const rooms = nested(clouds(300, 2, 2, 9)).map(([x, y], n) => [x, y, n % 3]);
    const mixture = GaussianMixture.fitSync(rooms, { nComponents: 3, nInit: 3 });
    expect(codesOf(mixture)).toEqual([]);
    expect(mixture.covariances.filter((_, i) => i % 9 === 8).every((variance) => variance > 1e-3)).toBe(true);
  });

  test("are known in any unit and for correlated columns", () => {
    const thin = nested(clouds(300, 2, 3, 9)).map(([x, y]) => [x, x + y / 4096]);
    for (const scale of [1, 2 ** -30, 2 ** 30]) {
      const data = thin.map(([x, y]) => [x, y * scale]);
      for (const effort of EFFORTS)
        expect(codesOf(GaussianMixture.fitSync(data, { nComponents: 3, effort }))).toEqual([]);
    }
  });
});

describe("dependent columns", () => {
  const rows = nested(clouds(120, 3, 2, 8));
  test.each([
    ["a copy", (row: number[]) => [...row, row[0]], [3]],
    ["a sum", (row: number[]) => [row[0] + row[2], ...row], [3]],
    ["two of them", (row: number[]) => [...row, 2 * row[1], 5 - row[2]], [3, 4]],
    ["none", (row: number[]) => row, []],
    ["a copy with some noise", (row: number[], n: number) => [...row, row[0] + 1e-3 * (n % 7)], []],
  ])("%s is reported", (_, change, expected) => {
    for (const covarianceType of TYPES) {
      const mixture = GaussianMixture.fitSync(rows.map(change), { nComponents: 2, covarianceType });
      const found = mixture.report!.warnings.filter(({ code }) => code === "DEPENDENT_COLUMN");
      expect(found.map(({ column }) => column)).toEqual(expected);
    }
  });

  test("are only those that depend in all rows, not in the first ones", () => {
    const many = nested(clouds(3000, 2, 2, 8)).map(([x, y], n) => [x, y, n < 2000 ? x : y * 2]);
    expect(codesOf(GaussianMixture.fitSync(many, { nComponents: 1 }))).toEqual([]);
  });
});

test("in place of a component without rows another is taken apart, along what its rows look like", () => {
  for (const type of TYPES) {
    const set = clouds(300, 2, 3, 6);
    const two = GaussianMixture.fitSync(set, { nComponents: 2, covarianceType: type });
    const { weights, means, covariances } = two;
    const [first, second] = weights;
    const dead = {
      covarianceType: type,
      nComponents: 3,
      nFeatures: 2,
      weights: Float64Array.of(first, second, 0),
      means: Float64Array.of(...means, 1e3, 1e3),
      covariances:
        type === "tied"
          ? covariances
          : Float64Array.of(...covariances, ...covariances.subarray(covariances.length / 2)),
    };
    const found = runSync(
      withProblem(matrixOf(set), type, 3, undefined, function* (problem) {
        const em = new Em(problem, yield* regularisationOf(problem, undefined));
        const values = yield* repaired(em, dead, [2], 0);
        if (!values) throw new Error("nothing to take apart");
        yield* em.write(values);
        for (let step = 0; step < 200; step++) {
          yield* em.evaluate();
          yield* em.maximise();
        }
        return { logLikelihood: yield* em.evaluate(), twins: twinsOf(em.read()) };
      }),
    );
    expect(found.twins).toEqual([]);
    expect(found.logLikelihood).toBeGreaterThan(two.report!.logLikelihood + 1);
  }
});

test("a search has the same bits at once and in slices, on all rows and on a sample", async () => {
  for (const set of [iris, clouds(9000, 2, 4, 3)]) {
    for (const effort of EFFORTS) {
      const options: FitOptions = { nComponents: 4, effort, seed: 3 };
      const [one, other] = [GaussianMixture.fitSync(set, options), await GaussianMixture.fit(set, options)];
      expect(sameParameters(one, other)).toBe(true);
      expect(other.report).toEqual(one.report);
    }
  }
});

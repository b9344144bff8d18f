// What a user sees of a fit: its report, its warnings, and that the form of the data does not matter.
import { describe, expect, test } from "vitest";
import { type DataInput, type FitOptions, GaussianMixture, type Progress } from "../src/index.ts";
import { likelihoodRounding } from "./support/bounds.ts";
import { sameBits, worst } from "./support/compare.ts";
import { dataset } from "./support/datasets.ts";
import { sameParameters } from "./support/mixtures.ts";
import { nested, type Shaped, TYPES } from "./support/problems.ts";
import { SEARCHES } from "./support/searches.ts";

const iris = dataset("iris");
const fitIris = (options: Partial<FitOptions> = {}): GaussianMixture =>
  GaussianMixture.fitSync(iris, { nComponents: 3, ...options });

describe("a fit", () => {
  /** One data set in every form, with what each needs to be read. */
  function forms(set: Shaped, columns: readonly string[]): readonly (readonly [DataInput, Partial<FitOptions>])[] {
    const rows = nested(set);
    const named = (row: readonly number[]): Record<string, number> =>
      Object.fromEntries(columns.map((name, d) => [name, row[d]]));
    const table = Object.fromEntries(columns.map((name, d) => [name, rows.map((row) => row[d])]));
    const typed = Object.fromEntries(columns.map((name, d) => [name, Float64Array.from(rows, (row) => row[d])]));
    return [
      [set, {}],
      [{ data: [...set.data], shape: set.shape }, {}],
      [set.data, { nFeatures: columns.length }],
      [rows, {}],
      [rows.map((row) => Float64Array.from(row)), {}],
      [rows.map(named), {}],
      [rows.map((row, n) => ({ name: `row ${n}`, ...named(row) })), {}],
      [rows.map((row) => ({ extra: 1, ...named(row) })), { columns }],
      [table, {}],
      [{ species: rows.map(() => "none"), ...typed }, { columns }],
    ];
  }

  /** The report but for columns of texts beside those that are used. */
  const said = ({ report }: GaussianMixture): object => ({
    ...report,
    leftOut: [],
    warnings: report?.warnings.filter(({ code }) => code !== "COLUMN_LEFT_OUT"),
  });

  test("has the same bits whatever the form of the data, and so have its answers", () => {
    const first = fitIris();
    for (const [data, options] of forms(iris, iris.columns)) {
      const mixture = GaussianMixture.fitSync(data, { nComponents: 3, ...options });
      expect(sameBits(mixture.covariances, first.covariances)).toBe(true);
      expect(said(mixture)).toEqual(said(first));
      const named = GaussianMixture.fromJSON({ ...mixture.toJSON(), columns: [...iris.columns] });
      for (const [rows] of forms(iris, iris.columns))
        expect(sameBits(named.scoreSamples(rows), first.scoreSamples(iris))).toBe(true);
    }
    const single = Float32Array.from(iris.data);
    const rounded = GaussianMixture.fitSync({ data: Float64Array.from(single), shape: iris.shape }, { nComponents: 3 });
    expect(
      sameBits(GaussianMixture.fitSync({ data: single, shape: iris.shape }, { nComponents: 3 }).means, rounded.means),
    ).toBe(true);
  });

  test("remembers the names of its columns and reads records by them, in any order", () => {
    const records = nested(iris).map(([a, b, c, d]) => ({ a, b, c, d, n: 1 }));
    const mixture = GaussianMixture.fitSync(records, { nComponents: 2, columns: ["d", "a"] });
    expect(mixture.columns).toEqual(["d", "a"]);
    const turned = records.map(({ a, d }) => ({ a, other: 0, d }));
    expect([...mixture.predict(turned)]).toEqual([...mixture.predict(records.map(({ a, d }) => [d, a]))]);
    const lacking = [{ a: 1, b: 2 }];
    expect(() => mixture.predict(lacking)).toThrow(/^columns: expected names of columns, got "d"/);
  });

  test("tells its story: a trace that starts at the start and ends at the result", () => {
    for (const accelerate of [false, true]) {
      const seen: Progress[] = [];
      const mixture = fitIris({
        nInit: 3,
        init: "random",
        seed: 5,
        accelerate,
        onIteration: (progress) => void seen.push(progress),
      });
      const report = mixture.report!;
      expect(report.starts).toHaveLength(3);
      expect(report.converged).toBe(true);
      expect([report.nRows, report.totalWeight, report.warnings]).toEqual([150, 150, []]);
      expect(report.trace).toHaveLength(report.nIterations + 1);
      expect(report.trace.at(-1)).toBe(report.logLikelihood);
      expect(report.logLikelihood).toBe(Math.max(...report.starts.map((start) => start.logLikelihood)));
      const winner = report.starts.findIndex((start) => start.logLikelihood === report.logLikelihood);
      const steps = seen.filter(({ start }) => start === winner);
      expect(steps.map(({ iteration }) => iteration)).toEqual(steps.map((_, i) => i + 1));
      expect(steps.map(({ logLikelihood }) => logLikelihood)).toEqual([...report.trace.subarray(1)]);
      const rounding = likelihoodRounding(mixture, iris);
      expect(Math.abs(report.logLikelihood - mixture.logLikelihood(iris))).toBeLessThanOrEqual(2 * rounding);
    }
  });

  test("of no iterations is its start, so that a fit can be taken up where it was left", () => {
    for (const type of TYPES) {
      const init = "k-means++";
      const half = fitIris({ init, covarianceType: type, maxIter: 3, accelerate: false });
      expect(half.report).toMatchObject({ converged: false, nIterations: 3 });
      expect(half.report?.warnings.map(({ code }) => code)).toEqual(["NOT_CONVERGED"]);
      const same = fitIris({ covarianceType: type, init: half, maxIter: 0 });
      expect(sameParameters(same, half)).toBe(true);
      const rest = fitIris({ covarianceType: type, init: half, maxIter: 4, accelerate: false });
      const whole = fitIris({ init, covarianceType: type, maxIter: 7, accelerate: false });
      // the order in which components are tried may differ, and with it a rounding
      expect(worst(rest.report!.trace, whole.report!.trace.subarray(3), () => 150)).toBeLessThan(1e-12);
    }
  });

  test("finds its start by any effort or strategy, by labels, by responsibilities or by means alone", () => {
    const labels = [...iris.classes!];
    const responsibilities = labels.map((k) => [0, 1, 2].map((j) => (j === k ? 1 : 0)));
    const byLabels = fitIris({ init: labels });
    for (const init of [
      { labels },
      { labels: iris.classes! },
      responsibilities,
      { responsibilities: responsibilities.flat() },
    ]) {
      expect(sameBits(fitIris({ init }).means, byLabels.means)).toBe(true);
    }
    const means = [0, 50, 100].map((n) => [...iris.data.subarray(4 * n, 4 * n + 4)]);
    for (const start of [...SEARCHES, { init: { means } }]) {
      expect(fitIris({ ...start, covarianceType: "tied" }).report?.converged, JSON.stringify(start)).toBe(true);
    }
  });

  test("reports a component that lost its rows, and gives it weight 0", () => {
    const init = { weights: [0.5, 0.5], means: [[0], [1e6]], covariances: [[[1]], [[1]]] };
    const mixture = GaussianMixture.fitSync([[0], [1], [2], [0.5]], { nComponents: 2, init });
    expect([...mixture.weights]).toEqual([1, 0]);
    expect(mixture.report?.warnings).toMatchObject([{ code: "FEW_ROWS" }, { code: "EMPTY_COMPONENT", component: 1 }]);
    expect([...mixture.predict([[1e6]])]).toEqual([0]);
  });

  test("reports a constant column by name", () => {
    const mixture = GaussianMixture.fitSync({ x: [1, 2, 3, 7, 8, 9], y: [3, 3, 3, 3, 3, 3] }, { nComponents: 2 });
    expect(mixture.report?.warnings).toMatchObject([{ code: "FEW_ROWS" }, { code: "CONSTANT_COLUMN", column: 1 }]);
    expect(mixture.report?.warnings[1].message).toMatch(/^column "y" has the same value in every row; leave it out/);
    expect([...mixture.covariances].every(Number.isFinite)).toBe(true);
  });
});

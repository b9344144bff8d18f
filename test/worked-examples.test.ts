// Small examples with every number, computed with scipy and scikit-learn (test/fixtures/README.md).
import { describe, expect, test } from "vitest";
import { eStep, GaussianMixture, kMeans, logDensity, mStep } from "../src/index.ts";
import { worst } from "./support/compare.ts";
import { dataset, select } from "./support/datasets.ts";
import { expectPrinted } from "./support/printed.ts";

describe("one dimension, two components", () => {
  const data = [[1], [2], [4], [7], [8], [10]];
  const init = { weights: [0.5, 0.5], means: [[3], [6]], covariances: [[[1]], [[1]]] };
  const plain = { nComponents: 2, init, regCovar: 0, accelerate: false, tol: 0 };

  test("the densities of the two normals", () => {
    const density = (mean: number): Float64Array => logDensity(data, { mean: [mean], covariance: [[1]] }).map(Math.exp);
    expectPrinted(density(3), "0.05399 0.24197 0.24197 0.00013 0.00000 0.00000");
    expectPrinted(density(6), "0.00000 0.00013 0.05399 0.24197 0.05399 0.00013");
  });

  test("the log-likelihood and the responsibilities at the start", () => {
    const { responsibilities, logLikelihood } = eStep(data, init);
    expectPrinted([logLikelihood], "-22.969940001257743");
    expectPrinted(
      responsibilities.filter((_, i) => i % 2 === 0),
      "0.9999724643089 0.9994472213631 0.8175744761936 0.0005527786369236 0.00002753569111458 0.00000006825602910446",
    );
    const start = GaussianMixture.fromParameters(init);
    expectPrinted([start.logLikelihood(data)], "-22.969940001257743");
    expect([...start.predictProba(data)]).toEqual([...responsibilities]);
  });

  test("the counts, means, variances and weights after one M-step", () => {
    const { responsibilities, counts } = eStep(data, init);
    expectPrinted(counts, "2.81757454445 3.18242545555");
    for (const after of [mStep(data, responsibilities), GaussianMixture.fitSync(data, { ...plain, maxIter: 1 })]) {
      expectPrinted(after.means, "2.226473561353 8.084005463435");
      expectPrinted(after.covariances, "1.469551648971 2.487739808675");
      expectPrinted(after.weights, "0.469595757408 0.530404242592");
    }
  });

  for (const accelerate of [false, true]) {
    test(`the converged ${accelerate ? "accelerated" : "plain"} fit`, () => {
      const mixture = GaussianMixture.fitSync(data, { ...plain, accelerate, maxIter: 500 });
      expectPrinted(mixture.means, "2.332167340679 8.324219240394");
      expectPrinted(mixture.covariances, "1.564245055221 1.594523964417");
      expectPrinted(mixture.weights, "0.499142189874 0.500857810126");
      expectPrinted([mixture.logLikelihood(data)], "-13.990046251533586");
    });
  }
});

describe("two dimensions, three components", () => {
  const data = [
    [10, 5],
    [2, 1],
    [3, 7],
  ];
  const means = [
    [3, 4],
    [6, 3],
    [4, 6],
  ];
  const sphere = [
    [3, 0],
    [0, 3],
  ];
  const parameters = { weights: [1 / 3, 1 / 3, 1 / 3], means, covariances: [sphere, sphere, sphere] };

  test("the density of the first point under the first component", () => {
    const [logarithm] = logDensity(data, { mean: means[0], covariance: sphere });
    expectPrinted([Math.exp(logarithm)], "1.275199678019219e-05", Math.abs(logarithm));
  });

  test("the weighted densities of the first point", () => {
    const weighted = means.map((mean) => Math.exp(logDensity([data[0]], { mean, covariance: sphere })[0]) / 3);
    expectPrinted(weighted, "4.250665593397e-06 6.308547090047e-04 3.710464810267e-05");
  });

  test("the responsibilities and soft counts", () => {
    const { responsibilities, counts } = eStep(data, parameters);
    expectPrinted(responsibilities, RESPONSIBILITIES);
    expectPrinted(counts, "1.052261977713 1.108140408806 0.839597613481");
    expect(Math.abs(counts[0] + counts[1] + counts[2] - 3)).toBeLessThan(9 * Number.EPSILON);
    expectPrinted(GaussianMixture.fromParameters(parameters).predictProba(data), RESPONSIBILITIES);
  });

  test("k-means from the same centres assigns the points to the second, first and third cluster", () => {
    expect([...kMeans(data, { nClusters: 3, init: means }).labels]).toEqual([1, 0, 2]);
    expect([...kMeans(data, { nClusters: 3, init: means, maxIter: 0 }).labels]).toEqual([1, 0, 2]);
  });

  test("the means and the first covariance after one M-step", () => {
    const after = mStep(data, eStep(data, parameters).responsibilities);
    expectPrinted(
      after.means,
      "2.270076334752 2.356046255995 8.789807671558 4.475465607483 3.419428395045 6.62386091851",
    );
    expectPrinted(after.covariances.slice(0, 4), "0.533659156817 1.158072277751 1.158072277751 6.249341223478");
  });

  const RESPONSIBILITIES =
    "0.006323418946 0.93847858214 0.055197998913 " +
    "0.812334852197 0.153430234915 0.034234912888 " +
    "0.23360370657 0.016231591751 0.750164701679";
});

// scikit-learn stopped these two at its tolerance: one exact iteration still moves its figures by up to 7e-6, and the
// last ones printed are 3e-7 and 4e-8 of log-likelihood short of the fixed point. The parameters expected here are those of
// the fixed point, in 40 digits from scikit-learn's figures on: tools/reference/converged_iris.py.
describe("iris, three components, full covariance, the best of many starts", () => {
  const iris = dataset("iris");
  // the solution that k-means leads to; of the petals' widths alone a race finds a likelier one
  const best = { nComponents: 3, regCovar: 1e-6, init: "kmeans", nInit: 10, tol: 0, maxIter: 1000 } as const;

  test("petal width alone", () => {
    const width = select(iris, [3]);
    const mixture = GaussianMixture.fitSync(width, best);
    const order = ascending(mixture.means);
    expectPrinted(pick(mixture.means, order), "0.239016255109 1.373611784913 2.091686638625");
    expectPrinted(pick(mixture.covariances, order), "0.008631218079 0.067574743140 0.058844171489");
    expectPrinted(pick(mixture.weights, order), "0.326694117036 0.399814571845 0.273491311119");
    expectPrinted([mixture.logLikelihood(width)], "-100.813067834407");
    expectReached(mixture.logLikelihood(width), -100.81306813);
  });

  test("petal length with petal width", () => {
    const petals = select(iris, [2, 3]);
    const mixture = GaussianMixture.fitSync(petals, best);
    const order = ascending(mixture.means.filter((_, i) => i % 2 === 0));
    expectPrinted(
      order.flatMap((k) => [...mixture.means.subarray(2 * k, 2 * k + 2)]),
      "1.461999608428 0.245999757809 4.287871281099 1.335236184304 5.553270617193 2.032829841041",
    );
    expectPrinted(pick(mixture.weights, order), "0.333332939229 0.341011105624 0.325655955147");
    expectPrinted([mixture.logLikelihood(petals)], "-135.310916279909");
    expectReached(mixture.logLikelihood(petals), -135.31091637);
  });

  test("the components are scikit-learn's, as near as it came: within 1e-4", () => {
    const mixture = GaussianMixture.fitSync(select(iris, [3]), best);
    const order = ascending(mixture.means);
    expect(worst(pick(mixture.means, order), [0.239017679985, 1.373543441883, 2.091609058871], one)).toBeLessThan(1e-4);
    expect(worst(pick(mixture.weights, order), [0.326695697804, 0.399743540806, 0.273560761389], one)).toBeLessThan(
      1e-4,
    );
    expect(worst(pick(mixture.covariances, order), [0.00863162172, 0.067549074996, 0.058860674306], one)).toBeLessThan(
      1e-4,
    );
  });
});

const one = (): number => 1;

/** Expects a log-likelihood no lower than another search's, and no other optimum. */
function expectReached(logLikelihood: number, elsewhere: number): void {
  expect(logLikelihood).toBeGreaterThan(elsewhere - 1e-8);
  expect(logLikelihood - elsewhere).toBeLessThan(1e-6);
}

/** Some values, in the given order. */
function pick(values: Float64Array, order: readonly number[]): number[] {
  return order.map((k) => values[k]);
}

/** Indices in ascending order of the values. */
function ascending(values: Float64Array): number[] {
  return [...values.keys()].sort((a, b) => values[a] - values[b]);
}

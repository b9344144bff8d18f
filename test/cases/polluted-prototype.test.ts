// A script on the page may have put anything into Object.prototype. What was not given is left out all the same: options,
// and whatever else is read as a plain object, count only if they are the object's own, or its class's.
import { afterEach, describe, expect, test } from "vitest";
import * as G from "../../src/index.ts";

const rows = Array.from({ length: 40 }, (_, n) => [((n * 37) % 41) / 10 + (n % 2) * 20, ((n * 17) % 43) / 10]);
const plane = {
  weights: [0.5, 0.5],
  means: [
    [0, 1],
    [4, 2],
  ],
  covariances: [1, 2],
  covarianceType: "spherical" as const,
};
const mixture = G.GaussianMixture.fromParameters(plane);
const line = G.marginal(mixture, [0]);

/** Names that the library looks for somewhere, with a value that would matter. */
const pollution: Readonly<Record<string, unknown>> = {
  ...{
    nComponents: 5,
    covarianceType: "diag",
    tol: 10,
    maxIter: 1,
    regCovar: 3,
    prior: true,
    nInit: 3,
    init: "random",
  },
  ...{
    warmStart: mixture,
    labels: rows.map(() => 0),
    fixed: { weights: "equal" },
    seed: 9,
    threads: 1,
    accelerate: false,
  },
  ...{ sampleWeight: rows.map((_, n) => n), onIteration: () => expect.unreachable(), reproducible: false },
  ...{
    signal: AbortSignal.abort(),
    nFeatures: 4,
    columns: ["p", "q"],
    shrinkage: 9,
    mean: [7, 7],
    degreesOfFreedom: 90,
  },
  ...{ scale: 50, weights: [1, 0], means: [[9, 9]], covariances: [7, 7], responsibilities: [[1]], aided: true },
  ...{ criterion: "aic", folds: 2, onCandidate: () => expect.unreachable(), moves: 1, tail: "upper", mass: 0.1 },
  ...{ level: 0.3, nSamples: 17, data: [1, 2], shape: [1, 2], stride: [1, 9], strides: [1, 9], width: 2, height: 2 },
  ...{
    inputs: [0],
    targets: [1],
    component: 1,
    mixture,
    nPoints: 4,
    nClusters: 1,
    argument: "polluted",
    widthName: "w",
  },
  ...{
    expected: "polluted",
    remedy: "polluted",
    toArray: () => [1],
    get: () => 1,
    getChild: () => [1],
    values: [1],
  },
  ...{
    schema: { fields: [] },
    columnNames: () => [],
    array: () => [1],
    column: () => [1],
    length: 1,
    holds: "h",
  },
  ...{
    leftOut: [{ column: "a", reason: "b" }],
    dropped: { nGiven: 90, kept: [0], text: "t" },
    canDrop: true,
    missing: "drop",
    missingValues: [1],
    nullCount: 3,
    getColumn: () => [1],
    getSeries: () => [1],
    getColumnNames: () => [],
    dictionary: { typeId: 7 },
    threshold: 1,
    format: "f",
    version: 3,
    trace: [1],
    sound: true,
    kind: "labels",
  },
  ...{ logPosterior: 3, cause: 1, resumable: {}, type: { typeId: 7 }, nullCount: 1, strategy: "random", x: 5, y: 6 },
};

const calls: Readonly<Record<string, () => unknown>> = {
  fit: () => G.GaussianMixture.fitSync(rows, { nComponents: 2 }),
  "fit of records": () =>
    G.GaussianMixture.fitSync(
      rows.map(([a, b]) => ({ a, b })),
      { nComponents: 2 },
    ),
  "fit of columns": () =>
    G.GaussianMixture.fitSync({ a: rows.map(([a]) => a), b: rows.map(([, b]) => b) }, { nComponents: 2 }),
  "fit of a flat array": () =>
    G.GaussianMixture.fitSync(Float64Array.from(rows.flat()), { nComponents: 2, nFeatures: 2 }),
  "fit from means": () => G.GaussianMixture.fitSync(rows, { nComponents: 2, init: { means: plane.means } }),
  "fit with a prior": () => G.GaussianMixture.fitSync(rows, { nComponents: 2, init: "kmeans", prior: {} }),
  "fit with fixed": () =>
    G.GaussianMixture.fitSync(rows, { nComponents: 2, init: { means: plane.means }, fixed: { means: [0] } }),
  select: () => G.selectSync(rows, { nComponents: { from: 1, to: 2 } }).candidates.map(({ bic }) => bic),
  improve: () => G.improveSync(mixture, rows),
  scores: () => [...mixture.scoreSamples(rows), mixture.score(rows), mixture.bic(rows)],
  sample: () => mixture.sample(3),
  JSON: () => G.GaussianMixture.fromJSON(JSON.stringify(mixture)),
  fromParameters: () => G.GaussianMixture.fromParameters(plane),
  regression: () => [...G.regression(mixture, { inputs: [0] }).predict([[1]])],
  tails: () => [...G.cdf(line, 1), ...G.quantile(line, 0.3)],
  regions: () => [G.anomalyThreshold(mixture, { level: 0.1 }), G.highestDensityRegion(line, { mass: 0.5 })],
  pictures: () => [G.ellipse(mixture, 0), G.ellipsoid(mixture, 1)],
  divergences: () => [G.entropy(plane), G.klDivergence(plane, mixture), G.overlap(plane), G.moments(plane)],
  steps: () => [
    G.eStep(rows, plane),
    G.mStep(
      rows,
      rows.map((_, n) => [n % 2, 1 - (n % 2)]),
    ),
    G.kMeans(rows, { nClusters: 2 }),
  ],
  merging: () => [G.merge(plane, rows).steps, G.reduce(plane, 1).klBound],
  "a missing value": () =>
    messageOf(() => G.GaussianMixture.fitSync([{ x: 1 }, {}, { x: 2 }] as never, { nComponents: 1 })),
  "a missing option": () => messageOf(() => G.GaussianMixture.fitSync(rows, {} as never)),
};

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

/** Own properties only: a polluted prototype must not get into the comparison. */
const told = (value: unknown): string => JSON.stringify(value);

afterEach(() => {
  for (const key of Object.keys(pollution)) delete (Object.prototype as Record<string, unknown>)[key];
});

describe("what lies in Object.prototype changes nothing about", () => {
  for (const [name, call] of Object.entries(calls)) {
    test(name, () => {
      const expected = told(call());
      const changed: string[] = [];
      for (const [key, value] of Object.entries(pollution)) {
        let got: string;
        try {
          (Object.prototype as Record<string, unknown>)[key] = value;
          got = told(call());
        } catch (error) {
          got = (error as Error).stack as string;
        } finally {
          delete (Object.prototype as Record<string, unknown>)[key];
        }
        if (got !== expected) changed.push(`${key}: ${got.slice(0, 400)}`);
      }
      expect(changed).toEqual([]);
    });
  }
});

describe("options count if they come", () => {
  const expected = told(G.GaussianMixture.fitSync(rows, { nComponents: 2, covarianceType: "diag" }));

  test("from an object that they were made from", () => {
    const options = Object.create({ covarianceType: "diag" }) as G.FitOptions;
    expect(told(G.GaussianMixture.fitSync(rows, Object.assign(options, { nComponents: 2 })))).toBe(expected);
  });

  test("from a class, getters included", () => {
    class Options {
      nComponents = 2;
      get covarianceType(): "diag" {
        return "diag";
      }
    }
    expect(told(G.GaussianMixture.fitSync(rows, new Options()))).toBe(expected);
  });

  test("without a prototype", () => {
    const options = Object.assign(Object.create(null), { nComponents: 2, covarianceType: "diag" }) as G.FitOptions;
    expect(told(G.GaussianMixture.fitSync(rows, options))).toBe(expected);
  });
});

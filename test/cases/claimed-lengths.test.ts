// A list has the length that it says it has only if something is there: {"length": 1e9, "0": 0} is twenty bytes of JSON.
// Wherever a list is taken, such a one is refused as soon as it has a hole, before anything of that length is made.
import { describe, expect, test } from "vitest";
import * as G from "../../src/index.ts";

const mixture = G.GaussianMixture.fromParameters({
  weights: [0.5, 0.5],
  means: [
    [0, 0],
    [4, 4],
  ],
  covariances: [1, 1],
  covarianceType: "spherical",
});
const line = G.marginal(mixture, [0]);
const rows = [
  [1, 2],
  [2, 1],
  [9, 8],
  [8, 9],
];
const fit = { nComponents: 2 };
const fitTo = (data: unknown, options: object = fit): unknown =>
  G.GaussianMixture.fitSync(data as number[][], { nComponents: 2, ...options });

/** Whoever asks a list of a billion elements for more than this many goes through all of them. */
const MOST_ASKED = 1000;

/** A list with one element and a hole after it that says it has a billion, and counts what it is asked. */
function claiming(first: unknown): never {
  let asked = 0;
  const count = (): void => {
    if (++asked > MOST_ASKED) throw new Error("asked for far more than there is");
  };
  return new Proxy(
    { length: 1e9, 0: first },
    {
      get(target, key) {
        count();
        return Reflect.get(target, key);
      },
      has(target, key) {
        count();
        return Reflect.has(target, key);
      },
    },
  ) as never;
}

const places: Readonly<Record<string, (list: (first: unknown) => never) => unknown>> = {
  data: (list) => fitTo(list([1, 2])),
  "numbers as data": (list) => fitTo(list(1), { nFeatures: 1 }),
  "records as data": (list) => fitTo(list({ x: 1 })),
  "a row": (list) => fitTo([list(1), list(1)]),
  "a column": (list) => fitTo({ x: list(1) }),
  "a column that begins with nothing": (list) => fitTo({ x: list(null) }),
  "flat data": (list) => fitTo({ data: list(1), shape: [5e8, 2] }),
  "a shape": (list) => fitTo({ data: [1, 2], shape: list(1) }),
  strides: (list) => fitTo({ data: [1, 2, 3, 4], shape: [2, 2], strides: list(1) }),
  "names of columns": (list) => fitTo(rows, { columns: list("a") }),
  sampleWeight: (list) => fitTo(rows, { sampleWeight: list(1) }),
  labels: (list) => fitTo(rows, { labels: list(1) }),
  "a start": (list) => fitTo(rows, { init: list(1) }),
  "means to start from": (list) => fitTo(rows, { init: { means: list([1, 2]) } }),
  "a mean to start from": (list) => fitTo(rows, { init: { means: [list(1), list(1)] } }),
  responsibilities: (list) => fitTo(rows, { init: { responsibilities: list([1, 0]) } }),
  "the mean of a prior": (list) => fitTo(rows, { prior: { mean: list(1) } }),
  "the scale of a prior": (list) => fitTo(rows, { prior: { scale: list([1, 0]) } }),
  "components that are held": (list) =>
    fitTo(rows, {
      init: {
        means: [
          [1, 2],
          [8, 9],
        ],
      },
      fixed: { means: list(0) },
    }),
  "weights that are held": (list) => fitTo(rows, { fixed: { weights: list(0.5) } }),
  "numbers of components": (list) => G.selectSync(rows, { nComponents: list(1) }),
  "types of covariances": (list) => G.selectSync(rows, { covarianceType: list("full") }),
  weights: (list) => G.GaussianMixture.fromParameters({ weights: list(1), means: [[0]], covariances: [[[1]]] }),
  means: (list) => G.GaussianMixture.fromParameters({ weights: [1], means: list([0]), covariances: [[[1]]] }),
  covariances: (list) => G.GaussianMixture.fromParameters({ weights: [1], means: [[0]], covariances: list([[1]]) }),
  "columns of a marginal": (list) => G.marginal(mixture, list(0)),
  "inputs of a regression": (list) => G.regression(mixture, { inputs: list(0) }),
  "columns of an ellipsoid": (list) => G.ellipsoid(mixture, 0, { columns: list(0) }),
  points: (list) => G.cdf(line, list(0)),
  shares: (list) => G.quantile(line, list(0.5)),
  "rows to score": (list) => mixture.scoreSamples(list([1, 2])),
  "weights of rows to score": (list) => mixture.score(rows, { sampleWeight: list(1) }),
  "labels to compare": (list) => G.contingencyTable(list(0), [1]),
  "labels of texts to compare": (list) => G.adjustedRandIndex(["a"], list("a")),
  "responsibilities of an M-step": (list) => G.mStep(rows, list([1, 0])),
  "flat responsibilities of an M-step": (list) => G.mStep(rows, list(1)),
  "centres of clusters": (list) => G.kMeans(rows, { nClusters: 2, init: list([1, 2]) }),
  "the mean of a normal": (list) => G.logDensity(rows, { mean: list(0), covariance: [[1]] }),
  "JSON of another program": (list) => G.fromMatlab({ ComponentProportion: list(1), mu: [[0]] }),
};

describe("a claimed length is refused before anything of that length is made:", () => {
  for (const [name, call] of Object.entries(places)) {
    test(name, () => {
      expect(() => call(claiming)).toThrow(/^[\w.]+: expected .+; .+$/s);
      // the same as JSON has it, and as an array whose length was set
      expect(() => call((first) => ({ length: 1e9, 0: first }) as never)).toThrow(/^[\w.]+: expected .+; .+$/s);
      expect(() => call((first) => Object.assign(new Array(1e9), [first]) as never)).toThrow(
        /^[\w.]+: expected .+; .+$/s,
      );
    });
  }
});

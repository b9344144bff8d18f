// Whatever a JavaScript caller passes anywhere in the arguments of a public call: it works, or the error is one of ours,
// which names the argument, what was expected and what came. Never the engine's words, such as "Cannot read properties of
// undefined", and never a trap out of WebAssembly.
import { describe, expect, test } from "vitest";
import * as G from "../../src/index.ts";

const rows = [
  [1, 2],
  [2, 1],
  [3, 3.5],
  [8, 9],
  [9, 7.5],
  [10, 9.5],
];
const parameters = { weights: [0.5, 0.5], means: [[0], [4]], covariances: [1, 2], covarianceType: "spherical" };
const plane = {
  weights: [0.5, 0.5],
  means: [
    [0, 1],
    [4, 2],
  ],
  covariances: [
    [
      [1, 0.2],
      [0.2, 2],
    ],
    [
      [2, 0.1],
      [0.1, 1],
    ],
  ],
  columns: ["x", "y"],
};
const line = G.GaussianMixture.fromParameters(parameters as G.MixtureParameters);
const mixture = G.GaussianMixture.fromParameters(plane);
const fitted = G.GaussianMixture.fitSync(rows, { nComponents: 2, maxIter: 2, init: "kmeans" });
const json = JSON.parse(JSON.stringify(mixture)) as object;
const curve = G.regression(mixture, { inputs: ["x"] });
const fit = { nComponents: 2, maxIter: 3 };
const start = { weights: plane.weights, means: plane.means, covariances: plane.covariances };
const prior = { shrinkage: 0.1, mean: [1, 2], degreesOfFreedom: 4, scale: plane.covariances[0] };
const fixed = { weights: "equal", means: [0], covariances: [0, 1] };
const many = { nSamples: 50, seed: 1 };
const responsibilities = rows.map((_, n) => [n % 2, 1 - (n % 2)]);
const standard = { mean: [0, 0], covariance: plane.covariances[0] };
const vector = {
  type: { typeId: 3, precision: 2 },
  length: 6,
  nullCount: 0,
  get: () => 1,
  toArray: () => Float64Array.of(1, 2, 3, 4, 5, 7),
};
class Table {
  schema = { fields: [{ name: "x" }] };
  getChild = (): unknown => vector;
}

/** Public calls with arguments that work. */
const calls: Readonly<Record<string, readonly [(...args: never[]) => unknown, readonly unknown[]]>> = {
  fitSync: [
    G.GaussianMixture.fitSync,
    [
      rows,
      {
        ...fit,
        nInit: 1,
        tol: 1e-3,
        regCovar: 0.1,
        seed: 1,
        accelerate: true,
        reproducible: true,
        columns: ["x", "y"],
        nFeatures: 2,
      },
    ],
  ],
  "fitSync from parameters": [
    G.GaussianMixture.fitSync,
    [rows, { ...fit, init: start, fixed, sampleWeight: [1, 1, 1, 2, 1, 1] }],
  ],
  "fitSync from labels": [G.GaussianMixture.fitSync, [rows, { ...fit, init: { labels: [0, 0, 0, 1, 1, 1] }, prior }]],
  "fitSync from responsibilities": [
    G.GaussianMixture.fitSync,
    [rows, { ...fit, init: { responsibilities }, labels: [0, null, -1, 1, 1, 1] }],
  ],
  "fitSync from a mixture": [G.GaussianMixture.fitSync, [rows, { ...fit, warmStart: fitted }]],
  "fitSync of a flat array": [
    G.GaussianMixture.fitSync,
    [Float64Array.from(rows.flat()), { nComponents: 1, nFeatures: 2 }],
  ],
  "fitSync of a shape": [
    G.GaussianMixture.fitSync,
    [{ data: rows.flat(), shape: [6, 2], stride: [2, 1] }, { nComponents: 1 }],
  ],
  "fitSync of records": [
    G.GaussianMixture.fitSync,
    [rows.map(([x, y]) => ({ x, y })), { nComponents: 1, columns: ["x", "y"] }],
  ],
  "fitSync of columns": [G.GaussianMixture.fitSync, [{ x: rows.map(([x]) => x), y: vector }, { nComponents: 1 }]],
  "fitSync of a table": [G.GaussianMixture.fitSync, [new Table(), { nComponents: 1 }]],
  "fitSync with listeners": [
    G.GaussianMixture.fitSync,
    [rows, { ...fit, signal: new AbortController().signal, onIteration: () => undefined, threads: 1 }],
  ],
  selectSync: [
    G.selectSync,
    [
      rows,
      {
        nComponents: [1, 2],
        covarianceType: ["diag"],
        criterion: "bic",
        folds: 2,
        maxIter: 2,
        init: "kmeans",
        onCandidate: () => undefined,
      },
    ],
  ],
  improveSync: [G.improveSync, [fitted, rows, { moves: 1, maxIter: 2, sampleWeight: [1, 1, 1, 1, 1, 1] }]],
  fromParameters: [G.GaussianMixture.fromParameters, [plane]],
  "Mixture.fromParameters": [G.Mixture.fromParameters, [parameters]],
  fromJSON: [G.GaussianMixture.fromJSON, [json]],
  predict: [(...args) => mixture.predict(...(args as unknown as [never])), [rows, new Int32Array(6)]],
  predictProba: [(...args) => mixture.predictProba(...(args as unknown as [never])), [rows, new Float64Array(12)]],
  scoreSamples: [(...args) => mixture.scoreSamples(...(args as unknown as [never])), [rows]],
  mahalanobis: [(...args) => mixture.mahalanobis(...(args as unknown as [never])), [rows]],
  score: [(...args) => mixture.score(...(args as unknown as [never])), [rows, { sampleWeight: [1, 1, 1, 2, 1, 1] }]],
  bic: [(...args) => mixture.bic(...(args as unknown as [never])), [rows, {}]],
  sample: [(...args) => mixture.sample(...(args as unknown as [never])), [3, { seed: 1 }]],
  marginal: [G.marginal, [mixture, ["x"]]],
  condition: [G.condition, [mixture, { x: 1 }]],
  regression: [G.regression, [mixture, { inputs: ["x"], targets: [1] }]],
  "regression.predict": [curve.predict as never, [[[1], [2]], new Float64Array(2)]],
  "regression.covariance": [curve.covariance as never, [[[1], [2]]]],
  "regression.logDensity": [
    curve.logDensity as never,
    [
      [[1], [2]],
      [[1], [2]],
    ],
  ],
  "regression.quantile": [
    curve.quantile as never,
    [
      [[1], [2]],
      [0.1, 0.5],
    ],
  ],
  "regression.sample": [curve.sample as never, [[[1], [2]], { seed: 1 }]],
  cdf: [G.cdf, [line, [0, 1], { tail: "upper" }]],
  quantile: [G.quantile, [line, [0.1, 0.5], { tail: "lower" }]],
  uncertainty: [G.uncertainty, [mixture, rows]],
  highestDensityRegion: [G.highestDensityRegion, [line, { mass: 0.9 }]],
  anomalyThreshold: [G.anomalyThreshold, [mixture, { level: 0.5, nSamples: 100, seed: 1 }]],
  "anomalyThreshold with data": [G.anomalyThreshold, [mixture, { level: 0.5, data: rows }]],
  isAnomaly: [G.isAnomaly, [mixture, rows, { threshold: -3 }]],
  ellipsoid: [G.ellipsoid, [mixture, 0, { mass: 0.5, columns: [0, 1] }]],
  ellipse: [G.ellipse, [mixture, 0, { mass: 0.5, columns: ["x", "y"], nPoints: 5 }]],
  entropy: [G.entropy, [plane, many]],
  klDivergence: [G.klDivergence, [plane, { mixture: plane, component: 0 }, many]],
  jsDivergence: [G.jsDivergence, [mixture, plane, many]],
  bhattacharyya: [G.bhattacharyya, [mixture, plane, many]],
  overlap: [G.overlap, [plane, many]],
  overlapCoefficient: [G.overlapCoefficient, [plane, mixture, many]],
  moments: [G.moments, [{ mixture: plane, component: 1 }]],
  reduce: [G.reduce, [plane, 1]],
  merge: [G.merge, [plane, rows, { sampleWeight: [1, 1, 1, 2, 1, 1] }]],
  "merging.labels": [(n) => G.merge(plane, rows).labels(n), [1]],
  eStep: [G.eStep, [rows, plane]],
  mStep: [G.mStep, [rows, responsibilities, { covarianceType: "diag", regCovar: 0.1, nFeatures: 2 }]],
  kMeans: [G.kMeans, [rows, { nClusters: 2, init: plane.means, maxIter: 2, seed: 1, nFeatures: 2 }]],
  logDensity: [G.logDensity, [rows, standard]],
  contingencyTable: [
    G.contingencyTable,
    [
      [0, 1, 1],
      ["a", "b", "b"],
    ],
  ],
  adjustedRandIndex: [
    G.adjustedRandIndex,
    [
      [0, 1, 1],
      [1, 0, 0],
    ],
  ],
  fromBytes: [G.fromBytes, [G.toBytes(mixture)]],
  toBytes: [G.toBytes, [mixture]],
  fromScikitLearn: [G.fromScikitLearn, [G.toScikitLearn(mixture)]],
  toScikitLearn: [G.toScikitLearn, [mixture]],
  fromMclust: [G.fromMclust, [G.toMclust(mixture)]],
  toMclust: [G.toMclust, [mixture]],
  fromMatlab: [G.fromMatlab, [G.toMatlab(mixture)]],
  toMatlab: [G.toMatlab, [mixture]],
  fromOnnx: [G.fromOnnx, [new Uint8Array(8)]],
};

/** An array with nothing but a length. */
const sparse = (length: number): unknown[] => new Array(length);

class Instance {
  x = [1, 2];
  length = 2;
}

// biome-ignore format: one kind per line
const junk: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined, null: () => null, true: () => true, zero: () => 0, minus: () => -1, half: () => 0.5,
  NaN: () => Number.NaN, Infinity: () => Infinity, huge: () => 1e300, integer: () => 2 ** 53, bigint: () => 3n, "huge bigint": () => 10n ** 400n,
  text: () => "text", "empty text": () => "", "a number as text": () => "1", symbol: () => Symbol("s"), function: () => () => 1, class: () => Instance,
  object: () => ({}), "no prototype": () => Object.create(null), list: () => [], "nested lists": () => [[[[[1]]]]], "list of null": () => [null], "list of symbols": () => [Symbol("s")],
  "list of texts": () => ["a"], "list of objects": () => [{}], "sparse list": () => sparse(3), "long sparse list": () => sparse(4e9), "sparse after one": () => Object.assign(sparse(1e9), [1]),
  "claimed length": () => ({ length: 1e9, 0: 1 }), "claimed length of rows": () => ({ length: 1e9, 0: [1, 2] }), "length NaN": () => ({ length: Number.NaN, 0: 1 }), "negative length": () => ({ length: -1, 0: 1 }),
  "empty typed array": () => new Float64Array(0), bytes: () => new Uint8Array(3), bigints: () => BigInt64Array.of(1n, 2n), DataView: () => new DataView(new ArrayBuffer(8)), ArrayBuffer: () => new ArrayBuffer(8),
  Date: () => new Date(Number.NaN), RegExp: () => /a/, Map: () => new Map([["a", 1]]), Set: () => new Set([1]), promise: () => Promise.resolve(1), error: () => new Error("e"), generator: () => (function* () { yield 1; })(),
  instance: () => new Instance(), proxy: () => new Proxy({}, {}), "proxy of a list": () => new Proxy([1, 2], {}), "mixture": () => mixture, "line": () => line, "boxed number": () => Object(1), "boxed text": () => Object("ab"),
  "nothing but toArray": () => ({ toArray: () => undefined }), "a class with toArray": () => new (class { toArray() { return null; } })(), "null schema": () => new (class { schema = null; getChild() {} })(),
  "frame without columns": () => new (class { columns = [1, 2]; column() {} })(), "names of nothing": () => new (class { columnNames() { return ["a"]; } array() {} })(), getter: () => ({ get length() { return 2; }, get 0() { return 1; } }),
};

/** Whether an error is one of ours: argument, what was expected, what came, a remedy, in brief; or there was no JSON. */
function isOurs({ name, message }: Error): boolean {
  if (name === "SyntaxError") return message.length < 1000;
  const isKnown = ["TypeError", "RangeError", "MixtureError"].includes(name);
  return isKnown && message.length < 1000 && /^[\w.[\]]+( with \w+)?: expected .+; .+$/s.test(message);
}

/** Every place in some arguments, as paths; not inside what has a class. */
function placesIn(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  const isOpen =
    Array.isArray(value) ||
    (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype);
  const inner = isOpen
    ? Object.keys(value)
        .slice(0, 9)
        .flatMap((key) => placesIn((value as Record<string, unknown>)[key], [...path, key]))
    : [];
  return path.length > 0 ? [path, ...inner] : inner;
}

/** Arguments with something else at one place; nothing is shared with the originals on the way there. */
function replaced(value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown {
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...(value as object) };
  copy[key] = rest.length > 0 ? replaced(copy[key], rest, by) : by;
  return copy;
}

describe("junk anywhere in the arguments of", () => {
  for (const [name, [call, args]] of Object.entries(calls)) {
    test(`${name} is used or refused in our words`, { timeout: 60_000 }, () => {
      if (name !== "fromOnnx") call(...(args as never[])); // the arguments are right as they are
      let refused = 0;
      const foreign: string[] = [];
      for (const path of placesIn(args)) {
        const isCalled =
          typeof path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], args) === "function";
        for (const [kind, make] of Object.entries(junk)) {
          if (isCalled && kind === "class") continue; // a function is called, and says itself how
          try {
            call(...(replaced(args, path, make()) as never[]));
          } catch (error) {
            refused++;
            if (!isOurs(error as Error)) foreign.push(`${kind} as ${path.join(".")}: ${(error as Error).stack}`);
          }
        }
      }
      expect(foreign).toEqual([]);
      expect(refused).toBeGreaterThan(0);
    });
  }
});

// A mixture goes wherever parameters are asked for. It has been checked and factorised once, and is not again.
import { afterAll, describe, expect, test, vi } from "vitest";
import * as G from "../src/index.ts";
import { sameBits } from "./support/compare.ts";
import { clouds, randomMixture, type Shaped, TYPES } from "./support/problems.ts";

/** Calls of `factorise`, in any instance of the kernels: none has been made yet. */
let factorised = 0;
const { Instance } = WebAssembly;
WebAssembly.Instance = class {
  readonly exports: WebAssembly.Exports;
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    const { exports } = new Instance(module, imports);
    const factorise = exports.factorise as (...args: unknown[]) => unknown;
    this.exports = {
      ...exports,
      factorise: (...args: unknown[]) => {
        factorised++;
        return factorise(...args);
      },
    };
  }
};
afterAll(() => {
  WebAssembly.Instance = Instance;
});

/** How often some work factorises, and what it gives. */
function counted<T>(work: () => T): { readonly times: number; readonly result: T } {
  const before = factorised;
  const result = work();
  return { times: factorised - before, result };
}

const names = ["x", "y", "z"];
const data = clouds(40, 3, 2, 5);
const line = clouds(40, 1, 2, 5);

/** What takes parameters or a mixture: with a mixture it factorises as often less as there are operands. */
const takers: Readonly<Record<string, (m: G.MixtureParameters) => unknown>> = {
  "GaussianMixture.fromParameters": (m) => G.GaussianMixture.fromParameters(m).toJSON(),
  "Mixture.fromParameters": (m) => G.Mixture.fromParameters(m).toJSON(),
  eStep: (m) => G.eStep(data, m),
  merge: (m) => G.merge(m, data).steps,
  reduce: (m) => G.reduce(m, 1).mixture.toJSON(),
  overlap: (m) => G.overlap(m),
  moments: (m) => G.moments(m),
  "moments of a component": (m) => G.moments({ mixture: m, component: 1 }),
  entropy: (m) => G.entropy(m, { nSamples: 100 }),
  klDivergence: (m) => G.klDivergence(m, { mixture: m, component: 0 }, { nSamples: 100 }),
  jsDivergence: (m) => G.jsDivergence(m, { mixture: m, component: 0 }, { nSamples: 100 }),
  bhattacharyya: (m) => G.bhattacharyya(m, { mixture: m, component: 0 }, { nSamples: 100 }),
  overlapCoefficient: (m) => G.overlapCoefficient(m, { mixture: m, component: 0 }, { nSamples: 100 }),
};
const OPERANDS: Readonly<Record<string, number>> = {
  ...{ klDivergence: 2, jsDivergence: 2, bhattacharyya: 2, overlapCoefficient: 2 },
};

/** What takes a mixture alone and makes none. */
const readers: Readonly<Record<string, (m: G.Mixture, one: G.Mixture) => unknown>> = {
  answers: (m) => [m.predict(data), m.bic(data), m.mahalanobis(data), m.precisions, m.sample(3)],
  texts: (m) => [String(m), m.components, m.toJSON()],
  toBytes: (m) => G.toBytes(m),
  toScikitLearn: (m) => G.toScikitLearn(m),
  toMclust: (m) => G.toMclust(m),
  toMatlab: (m) => G.toMatlab(m),
  ellipse: (m) => G.ellipse(m, 0, { columns: [0, 2] }),
  uncertainty: (m) => G.uncertainty(m, data),
  anomalyThreshold: (m) => G.isAnomaly(m, data, G.anomalyThreshold(m, { level: 0.1, nSamples: 200 })),
  "cdf and quantile": (_, one) => [G.cdf(one, [0, 1]), G.quantile(one, 0.3)],
  highestDensityRegion: (_, one) => G.highestDensityRegion(one, { mass: 0.5 }),
};

/** What changes the shape of a mixture: it factorises what it makes. */
const makers: Readonly<Record<string, (m: G.Mixture, one: G.Mixture) => unknown>> = {
  marginal: (m) => G.marginal(m, ["z", "x"]),
  condition: (m) => G.condition(m, { y: 1 }),
  regression: (m) => G.regression(m, { targets: ["y"] }).predict([[0, 1]]),
  improve: (m) => G.improveSync(m, data, { moves: 1, maxIter: 3 }),
  "a fit from it": (m) => G.GaussianMixture.fitSync(data, { ...options(m), init: m }),
  "a fit that goes on": (m) => G.GaussianMixture.fitSync(data, { ...options(m), warmStart: m }),
};
const options = ({ nComponents, covarianceType }: G.Mixture): G.FitOptions => {
  return { nComponents, covarianceType, maxIter: 2, columns: names };
};

describe.each(TYPES)("a mixture with %s covariances", (type) => {
  const plain = { ...randomMixture({ D: 3, K: 3, type, seed: 4 }).toJSON(), columns: names };
  const { weights, means, covariances, covarianceType, columns } = plain;
  const parameters = { weights, means, covariances, covarianceType, columns } as G.MixtureParameters;
  const mixture = G.GaussianMixture.fromParameters(parameters);
  const one = randomMixture({ D: 1, K: 3, type, seed: 4 });
  const numbers = (): readonly Float64Array[] => {
    return [mixture, one].flatMap((m) => [m.weights, m.means, m.covariances, m.scoreSamples(m === one ? line : data)]);
  };

  test.each(Object.entries(takers))("is neither checked nor factorised again by %s", (name, take) => {
    const once = counted(() => G.GaussianMixture.fromParameters(parameters)).times;
    expect(once).toBeGreaterThan(0);
    const getters = ["weights", "means", "covariances"] as const;
    const spies = getters.map((getter) => vi.spyOn(G.Mixture.prototype, getter, "get"));
    const taken = counted(() => take(mixture));
    // a copy of its arrays would be what could be checked
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    for (const spy of spies) spy.mockRestore();
    const made = counted(() => take(parameters));
    expect(made.times - taken.times).toBe(once * (OPERANDS[name] ?? 1));
    expect(taken.result).toEqual(made.result);
  });

  test.each(Object.entries(readers))("is not factorised by %s", (_, read) => {
    expect(counted(() => read(mixture, one)).times).toBe(0);
  });

  test("is the same afterwards, whatever it was given to", () => {
    const before = numbers();
    const all = { ...takers, ...readers, ...makers };
    for (const use of Object.values(all)) use(mixture, one);
    numbers().forEach((array, i) => {
      expect(sameBits(array, before[i])).toBe(true);
    });
  });
});

test("what is only like a mixture is checked", () => {
  const mixture = randomMixture({ D: 2, K: 2, type: "full", seed: 1 });
  const rows: Shaped = clouds(5, 2, 2, 1);
  const { means, covariances } = mixture;
  expect(() => G.eStep(rows, { weights: [0.5, 0.6], means, covariances })).toThrow(/sum to 1/);
  class Alike {
    readonly weights = mixture.weights;
    readonly means = mixture.means;
    readonly covariances = mixture.covariances.map((value, i) => (i === 1 ? value + 1 : value));
  }
  expect(() => G.eStep(rows, new Alike())).toThrow(/symmetric/);
  expect(() => G.marginal(Object.create(mixture) as G.Mixture, [0])).toThrow(/expected a Mixture/);
});

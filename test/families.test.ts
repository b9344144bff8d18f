// Families of covariances by mclust's names: the M-step and converged fits of mclust 6.0.0, and what each step must do.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matricesOf } from "../src/covariance/parameters.ts";
import {
  type FamilyName,
  type FitOptions,
  fromBytes,
  fromMclust,
  GaussianMixture,
  improveSync,
  mStep,
  type Parameters,
  reduce,
  selectSync,
  toBytes,
  toMclust,
} from "../src/index.ts";
import { FAMILY_FORMS, FAMILY_NAMES } from "../src/input/families.ts";
import { Mixture } from "../src/predict.ts";
import { sameBits } from "./support/compare.ts";
import { dataset, fixture } from "./support/datasets.ts";
import { MCLUST_NAMES, TYPES } from "./support/forms.mjs";
import { expectNeverFalls, PARAMETERS } from "./support/mixtures.ts";
import { clouds, runs, type Shaped } from "./support/problems.ts";

interface Components {
  readonly pro: readonly number[];
  readonly mean: readonly (readonly number[])[];
  readonly sigma: readonly (readonly (readonly number[])[])[];
}

interface Reference {
  readonly K: number;
  readonly mstep: Readonly<
    Record<
      "hard" | "soft",
      Pick<Components, "pro" | "mean"> & { readonly sigma: Readonly<Record<FamilyName, Components["sigma"]>> }
    >
  >;
  readonly em: Readonly<
    Record<FamilyName, Components & Readonly<Record<"loglik" | "df" | "bic" | "icl" | "iterations", number>>>
  >;
}

const references = JSON.parse(fixture("families.json")) as Readonly<Record<"iris" | "faithful" | "wine", Reference>>;
const sets = ["iris", "faithful", "wine"] as const;

/** The labels that mclust began from. */
function labelsOf(name: (typeof sets)[number]): Int32Array {
  const { classes, data } = dataset(name);
  return classes ?? Int32Array.from({ length: data.length / 2 }, (_, n) => (data[2 * n] > 3 ? 1 : 0));
}

/** The formula of the file with the reference's soft responsibilities. */
function softened(labels: Int32Array, K: number): number[][] {
  return Array.from(labels, (label, n) => {
    const u = Array.from({ length: K }, (_, k) => 1 + (((n + 1) * (2 * (k + 1) + 1)) % 7));
    const sum = u.reduce((total, value) => total + value, 0);
    return u.map((value, k) => (k === label ? 0.75 : 0) + (0.25 * value) / sum);
  });
}

/** Expects all numbers to agree to a share of the largest of them. */
function expectClose(actual: ArrayLike<number>, expected: readonly number[], share: number): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(share * scale);
}

/** Expects parameters to be the reference's, each component's covariance to a share of itself. */
function expectParameters(actual: Parameters, { pro, mean, sigma }: Components, share: number): void {
  const D = actual.nFeatures;
  expectClose(actual.weights, pro, share);
  expectClose(actual.means, mean.flat(), share);
  const matrices = matricesOf(actual);
  sigma.forEach((matrix, k) => {
    expectClose(matrices.subarray(k * D * D, (k + 1) * D * D), matrix.flat(), share);
  });
}

describe.each(sets)("on %s", (name) => {
  const { data, shape } = dataset(name);
  const labels = labelsOf(name);
  const { K, mstep, em } = references[name];

  test.each(FAMILY_NAMES)("%s: one M-step from labels, and from shares, is mclust's", (family) => {
    const hard = Array.from(labels, (label) => Array.from({ length: K }, (_, k) => Number(k === label)));
    for (const [responsibilities, expected] of [
      [hard, mstep.hard],
      [softened(labels, K), mstep.soft],
    ] as const) {
      const found = mStep({ data, shape }, responsibilities, { covarianceType: family });
      expect(found.covarianceType).toBe(FAMILY_FORMS[family]);
      expectParameters(found, { ...expected, sigma: expected.sigma[family] }, 1e-8);
    }
  });

  test.each(FAMILY_NAMES)("%s: EM from the labels ends where mclust's does", (family) => {
    const expected = em[family];
    // as many plain steps as the reference took until its likelihood stood still; the start is the first of them
    const steps = { tol: 0, maxIter: expected.iterations - 1, accelerate: false };
    const options = { nComponents: K, covarianceType: family, init: { labels }, regCovar: 0, ...steps };
    const mixture = GaussianMixture.fitSync({ data, shape }, options);
    expect(mixture.family).toBe(family);
    expect(mixture.covarianceType).toBe(FAMILY_FORMS[family]);
    expect(mixture.nParameters).toBe(expected.df);
    expect(Math.abs((mixture.report?.logLikelihood as number) / expected.loglik - 1)).toBeLessThan(1e-8);
    expect(Math.abs(-mixture.bic({ data, shape }) / expected.bic - 1)).toBeLessThan(1e-8);
    expectParameters(mixture, expected, 1e-8);
  });
});

/** Expects each plain step of a fit to raise what it maximises, but for rounding. Result: the fit, and how many steps it took. */
function expectRising(set: Shaped, options: FitOptions): { readonly mixture: GaussianMixture; readonly steps: number } {
  const mixture = GaussianMixture.fitSync(set, { tol: 0, accelerate: false, ...options });
  const { trace } = mixture.report!;
  return { mixture, steps: expectNeverFalls(mixture, (j) => 1e-9 * (1 + Math.abs(trace[j - 1]))) };
}

const problems = fc.record({
  family: fc.constantFrom(...FAMILY_NAMES),
  N: fc.integer({ min: 60, max: 120 }),
  D: fc.integer({ min: 1, max: 4 }),
  K: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1000),
});

describe("each step raises the objective", () => {
  test("of the likelihood, and of the posterior with a prior", () => {
    fc.assert(
      fc.property(problems, fc.boolean(), ({ family, N, D, K, seed }, prior) => {
        const options = {
          nComponents: K,
          covarianceType: family,
          init: "k-means++" as const,
          seed,
          maxIter: 12,
          prior,
        };
        expectRising(clouds(N, D, K, seed), prior ? options : { ...options, regCovar: 0 });
      }),
      runs(150),
    );
  });

  test("with held means, weights and covariances, which stay as they were", () => {
    fc.assert(
      fc.property(problems, fc.constantFrom(...PARAMETERS), ({ family, N, D, K, seed }, held) => {
        const set = clouds(N, D, K, seed);
        const start = { nComponents: K, covarianceType: family, init: "k-means++" as const, seed };
        const init = GaussianMixture.fitSync(set, { ...start, maxIter: 1 });
        const options = { nComponents: K, covarianceType: family, init, maxIter: 12, fixed: { [held]: true } };
        const { mixture, steps } = expectRising(set, { ...options, regCovar: 0 });
        expect(steps).toBe(12);
        const end = GaussianMixture.fitSync(set, { ...options, regCovar: 0, tol: 0 });
        for (const fit of [mixture, end]) expect(sameBits(fit[held], init[held])).toBe(true);
      }),
      runs(80),
    );
  });

  test("with known labels", () => {
    fc.assert(
      fc.property(problems, ({ family, N, D, K, seed }) => {
        const set = clouds(N, D, K, seed);
        const labels = Array.from({ length: N }, (_, n) => (n % 3 === 0 ? n % K : -1));
        expectRising(set, { nComponents: K, covarianceType: family, labels, seed, maxIter: 12, regCovar: 0 });
      }),
      runs(80),
    );
  });
});

describe("EEI", () => {
  const { data, shape, columns } = dataset("iris");
  const set = { data, shape };
  const mixture = GaussianMixture.fitSync(set, { nComponents: 3, covarianceType: "EEI", columns, seed: 1 });
  const { K, D } = { K: 3, D: 4 };

  test("has one diagonal for all components, to the bit", () => {
    const { covariances } = mixture;
    expect(mixture.covarianceType).toBe("diag");
    expect(covariances.length).toBe(K * D);
    for (let i = 0; i < K * D; i++) expect(covariances[i]).toBe(covariances[i % D]);
    expect(mixture.nParameters).toBe(K - 1 + K * D + D);
  });

  test("survives JSON, bytes and mclust's list, in the library and in what only predicts", () => {
    const text = JSON.stringify(mixture);
    expect(JSON.parse(text).family).toBe("EEI");
    const copies = [
      GaussianMixture.fromJSON(text),
      Mixture.fromJSON(text),
      fromBytes(toBytes(mixture)),
      GaussianMixture.fromParameters(mixture),
      fromMclust(JSON.stringify(toMclust(mixture))),
    ];
    for (const copy of copies) {
      expect(copy.family).toBe("EEI");
      expect(copy.nParameters).toBe(mixture.nParameters);
      expect(sameBits(copy.covariances, mixture.covariances)).toBe(true);
      expect(copy.bic(set)).toBe(mixture.bic(set));
    }
  });

  test("is refused where the covariances are not of it, or its name is not known", () => {
    const json = mixture.toJSON();
    expect(() => GaussianMixture.fromJSON({ ...json, family: "VEV" as FamilyName })).toThrow(
      /^json\.family: expected "VVI" or "EEI", got "VEV"/,
    );
    const covariances = [...(json.covariances as number[][])];
    covariances[1] = [1, 2, 3, 4];
    expect(() => GaussianMixture.fromJSON({ ...json, covariances })).toThrow(
      /^covariances: expected the same for every/,
    );
    expect(() =>
      GaussianMixture.fromParameters({
        weights: [...mixture.weights],
        means: mixture.means,
        covariances,
        covarianceType: "EEI",
      }),
    ).toThrow(/^covariances: expected the same/);
    expect(() => GaussianMixture.fromJSON({ ...json, covarianceType: "full", covariances: [[[1]]] })).toThrow();
  });

  test("lies between EEE and VVI on the one side and fewer parameters on the other, in select", () => {
    const types = ["EEI", "VVI", "EEE", "VVV", "VII"] as const;
    const { candidates } = selectSync(set, { nComponents: [1, 2, 3], covarianceType: types, init: "kmeans" });
    expect(candidates.length).toBe(15);
    const of = (family: FamilyName, n: number): number =>
      candidates.find((one) => one.family === family && one.nComponents === n)?.logLikelihood as number;
    for (const n of [1, 2, 3]) {
      for (const larger of ["VVI", "EEE", "VVV"] as const)
        expect(of(larger, n)).toBeGreaterThanOrEqual(of("EEI", n) - 1e-9);
      if (n > 1) expect(of("EEI", n)).toBeGreaterThanOrEqual(of("EEI", n - 1) - 1e-9);
    }
  });

  test("is the same model as EEE in one column, to the bit", () => {
    const waiting = { data: Float64Array.from({ length: 150 }, (_, n) => data[n * D + 2]), shape: [150, 1] as const };
    const one = GaussianMixture.fitSync(waiting, { nComponents: 3, covarianceType: "EEI", seed: 2 });
    const tied = GaussianMixture.fitSync(waiting, { nComponents: 3, covarianceType: "tied", seed: 2 });
    expect(one.covarianceType).toBe("diag");
    expect([...one.covariances]).toEqual(new Array(3).fill(tied.covariances[0]));
    expect(one.report?.logLikelihood).toBe(tied.report?.logLikelihood);
    expect(one.nParameters).toBe(tied.nParameters);
    const { best } = selectSync(waiting, {
      nComponents: [2, 3],
      covarianceType: ["EEI", "EEE", "VVI"],
      init: "kmeans",
    });
    expect(best.nComponents).toBeGreaterThan(1);
    expect(improveSync(one, waiting).report?.logLikelihood).toBeGreaterThanOrEqual(
      tied.report?.logLikelihood as number,
    );
  });

  test("goes on from itself, can be improved, and gives up its family where components are joined", () => {
    const better = improveSync(mixture, set, { moves: 3 });
    expect(better.family).toBe("EEI");
    expect(better.report?.logLikelihood).toBeGreaterThanOrEqual(mixture.report?.logLikelihood as number);
    const half = GaussianMixture.fitSync(set, { nComponents: 3, covarianceType: "EEI", seed: 1, maxIter: 4 });
    const on = GaussianMixture.fitSync(set, { nComponents: 3, warmStart: half });
    expect(on.family).toBe("EEI");
    expect(() => GaussianMixture.fitSync(set, { nComponents: 3, warmStart: half, covarianceType: "diag" })).toThrow(
      /^covarianceType: expected that of warmStart/,
    );
    expect(reduce(mixture, 2).mixture.family).toBe("VVI");
  });

  test("holds on ugly data: ties, constants, one far row, more columns than rows", () => {
    const rows = Array.from({ length: 40 }, (_, n) => [n % 2, 7, Math.floor(n / 10), n === 39 ? 1e6 : n % 5]);
    for (const [table, nComponents] of [
      [rows, 3],
      [rows.slice(0, 5).map((row) => [...row, ...row, ...row]), 2],
      [rows.map(([a]) => [a, a]), 2],
    ] as const) {
      const found = GaussianMixture.fitSync(table, { nComponents, covarianceType: "EEI" });
      const D = found.nFeatures;
      expect(found.covariances.every((variance, i) => variance > 0 && variance === found.covariances[i % D])).toBe(
        true,
      );
      expect(found.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    }
  });
});

test("mclust's names of the four types give the same fits, to the bit", () => {
  const { data, shape } = dataset("faithful");
  for (const type of TYPES) {
    const family = MCLUST_NAMES[type];
    const [a, b] = [type, family].map((covarianceType) =>
      GaussianMixture.fitSync({ data, shape }, { nComponents: 2, covarianceType, init: "kmeans" }),
    );
    expect(b.toJSON()).toEqual(a.toJSON());
    expect("family" in a.toJSON()).toBe(false);
    expect(a.family).toBe(family);
  }
});

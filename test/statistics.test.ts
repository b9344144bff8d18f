// Sums over rows as objects: they add up, they can be moved and sent, and estimates come from them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formOf } from "../src/covariance/forms.ts";
import {
  accumulate,
  type CovarianceType,
  eStep,
  GaussianMixture,
  maximise,
  mStep,
  type Parameters,
  Statistics,
} from "../src/index.ts";
import { crc32 } from "../src/input/checksum.ts";
import { sameBits } from "./support/compare.ts";
import { PARAMETERS } from "./support/mixtures.ts";
import { clouds, rowsOf, runs, type Shaped, TYPES, uniforms } from "./support/problems.ts";

const ARRAYS = ["means", "counts", "moments", "scatter"] as const;

/** The definitions, term by term, and the sum of the terms' sizes: what rounding is measured by. */
function plainSums(
  mixture: GaussianMixture,
  { data, shape }: Shaped,
  weights?: Float64Array,
): {
  readonly [key in "counts" | "moments" | "scatter"]: { readonly sum: Float64Array; readonly size: Float64Array };
} {
  const [N, D] = shape;
  const { nComponents: K, means } = mixture;
  const form = formOf(mixture);
  const { responsibilities } = eStep({ data, shape }, mixture);
  const fresh = (length: number): { sum: Float64Array; size: Float64Array } => ({
    sum: new Float64Array(length),
    size: new Float64Array(length),
  });
  const result = { counts: fresh(K), moments: fresh(K * D), scatter: fresh(mixture.covariances.length) };
  const put = (to: { sum: Float64Array; size: Float64Array }, at: number, value: number): void => {
    to.sum[at] += value;
    to.size[at] += Math.abs(value);
  };
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < K; k++) {
      const r = responsibilities[n * K + k] * (weights?.[n] ?? 1);
      const z = Float64Array.from({ length: D }, (_, d) => data[n * D + d] - means[k * D + d]);
      const spread = form.outer(z);
      const first = form.isShared ? 0 : k * spread.length;
      put(result.counts, k, r);
      z.forEach((value, d) => {
        put(result.moments, k * D + d, r * value);
      });
      spread.forEach((value, i) => {
        put(result.scatter, first + i, r * value);
      });
    }
  }
  return result;
}

/** Sums of lanes, tiles and rows lose a few units in the last place of the sum of the terms' sizes; responsibilities some more. */
const ROUNDING = 400 * Number.EPSILON;

interface ProblemShape {
  readonly covarianceType: CovarianceType;
  readonly N: number;
  readonly D: number;
  readonly K: number;
  readonly seed: number;
  readonly weighted: boolean;
}

const problems: fc.Arbitrary<ProblemShape> = fc.record({
  covarianceType: fc.constantFrom(...TYPES),
  N: fc.integer({ min: 12, max: 90 }),
  D: fc.integer({ min: 1, max: 5 }),
  K: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1000),
  weighted: fc.boolean(),
});

interface Example {
  readonly set: Shaped;
  readonly mixture: GaussianMixture;
  readonly sampleWeight: Float64Array | undefined;
}

function exampleOf({ covarianceType, N, D, K, seed, weighted }: ProblemShape): Example {
  const set = clouds(N, D, K, seed);
  const options = { nComponents: K, covarianceType, init: "k-means++" as const, seed, maxIter: 2 };
  const uniform = uniforms(seed);
  return {
    set,
    mixture: GaussianMixture.fitSync(set, options),
    sampleWeight: weighted ? Float64Array.from({ length: N }, () => 3 * uniform()) : undefined,
  };
}

describe("statistics", () => {
  test("are the sums that they are said to be", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { set, mixture, sampleWeight } = exampleOf(problem);
        const statistics = accumulate(mixture, set, { sampleWeight });
        const plain = plainSums(mixture, set, sampleWeight);
        for (const key of ["counts", "moments", "scatter"] as const) {
          const { sum, size } = plain[key];
          expect(statistics[key].length).toBe(sum.length);
          statistics[key].forEach((value, i) => {
            expect(Math.abs(value - sum[i])).toBeLessThanOrEqual(ROUNDING * size[i]);
          });
        }
        expect(sameBits(statistics.means, mixture.means)).toBe(true);
        const expected = mixture.logLikelihood(set, { sampleWeight });
        expect(Math.abs(statistics.logLikelihood - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected) + 1e-12);
      }),
      runs(120),
    );
  });

  test("of the parts of any partition, in any order, add up to those of the whole", () => {
    fc.assert(
      fc.property(problems, fc.integer({ min: 1, max: 6 }), fc.nat(1000), (problem, count, shuffle) => {
        const { set, mixture, sampleWeight } = exampleOf(problem);
        const uniform = uniforms(shuffle);
        const part = Array.from({ length: set.shape[0] }, () => Math.floor(count * uniform()));
        const parts = Array.from({ length: count }, (_, p) => [...part.keys()].filter((n) => part[n] === p))
          .filter((rows) => rows.length > 0)
          .sort(() => uniform() - 0.5)
          .map((rows) =>
            accumulate(mixture, rowsOf(set, rows), {
              sampleWeight: sampleWeight && Float64Array.from(rows, (n) => sampleWeight[n]),
            }),
          );
        const sum = parts.reduce((a, b) => a.add(b));
        const whole = accumulate(mixture, set, { sampleWeight });
        const plain = plainSums(mixture, set, sampleWeight);
        for (const key of ["counts", "moments", "scatter"] as const) {
          sum[key].forEach((value, i) => {
            expect(Math.abs(value - whole[key][i])).toBeLessThanOrEqual(ROUNDING * plain[key].size[i]);
          });
        }
      }),
      runs(120),
    );
  });

  test("make the parameters that the M-step of the same responsibilities makes", () => {
    fc.assert(
      fc.property(problems, ({ weighted: _, ...problem }) => {
        const { set, mixture } = exampleOf({ ...problem, weighted: false });
        const families = mixture.covarianceType === "diag" ? (["diag", "EEI"] as const) : [mixture.covarianceType];
        for (const covarianceType of families) {
          const found = maximise(accumulate(mixture, set), { covarianceType });
          const expected = mStep(set, eStep(set, mixture).responsibilities, { covarianceType });
          expect(found.covarianceType).toBe(mixture.covarianceType);
          expect(found.family).toBe(expected.family);
          for (const key of PARAMETERS) {
            const scale = Math.max(...expected[key].map(Math.abs));
            found[key].forEach((value, i) => {
              expect(Math.abs(value - expected[key][i])).toBeLessThanOrEqual(1e-11 * scale);
            });
          }
        }
      }),
      runs(100),
    );
  });

  test("are moved to other means as if they had been taken about those", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { set, mixture } = exampleOf(problem);
        const means = mixture.means.map((value, i) => value + 0.25 * ((i % 3) - 1));
        const statistics = accumulate(mixture, set);
        const moved = statistics.recentre(means);
        expect(sameBits(moved.means, means)).toBe(true);
        expect(sameBits(moved.counts, statistics.counts)).toBe(true);
        const [before, after] = [maximise(statistics), maximise(moved)];
        for (const key of PARAMETERS) {
          const scale = Math.max(...before[key].map(Math.abs)) + 1;
          after[key].forEach((value, i) => {
            expect(Math.abs(value - before[key][i])).toBeLessThanOrEqual(1e-10 * scale);
          });
        }
        expect(() => statistics.add(moved)).toThrow(
          /^other: expected .* about the same means, got other means; accumulate/,
        );
      }),
      runs(60),
    );
  });

  test("of rows that weigh more are scaled, and estimates stay", () => {
    const { set, mixture } = exampleOf({ covarianceType: "full", N: 50, D: 3, K: 2, seed: 3, weighted: false });
    const statistics = accumulate(mixture, set);
    const twice = statistics.scale(2);
    const weighted = accumulate(mixture, set, { sampleWeight: new Float64Array(50).fill(2) });
    for (const key of ARRAYS) expect(sameBits(twice[key], weighted[key])).toBe(true);
    expect(twice.logLikelihood).toBe(weighted.logLikelihood);
    expect(sameBits(maximise(twice).covariances, maximise(statistics).covariances)).toBe(true);
    for (const factor of [-1, Number.NaN, Infinity, "2" as unknown as number]) {
      expect(() => statistics.scale(factor)).toThrow(/^factor: expected a finite number, 0 or more, got/);
    }
    expect(() => maximise(statistics.scale(0))).toThrow(/^statistics: expected rows of a weight above 0/);
  });

  test("with a prior make the parameters of a step of a fit with it", () => {
    for (const covarianceType of TYPES) {
      const { set, mixture } = exampleOf({ covarianceType, N: 60, D: 3, K: 3, seed: 5, weighted: false });
      const isDense = covarianceType === "full" || covarianceType === "tied";
      const scale = isDense ? [2, 0.5, 0, 0.5, 1, 0, 0, 0, 3] : 2;
      const prior = { shrinkage: 2, degreesOfFreedom: 6, mean: [1, 0, -1], scale };
      const options = { nComponents: 3, covarianceType, init: mixture, maxIter: 1, tol: 0, accelerate: false, prior };
      const step: Parameters = GaussianMixture.fitSync(set, options);
      const found = maximise(accumulate(mixture, set), { prior });
      for (const key of PARAMETERS) {
        const size = Math.max(...step[key].map(Math.abs));
        found[key].forEach((value, i) => {
          expect(Math.abs(value - step[key][i])).toBeLessThanOrEqual(1e-11 * size);
        });
      }
      expect(() => maximise(accumulate(mixture, set), { prior: {} })).toThrow(/^prior\.\w+: expected one, got none/);
    }
  });

  test("refuse what does not fit", () => {
    const { set, mixture } = exampleOf({ covarianceType: "diag", N: 30, D: 2, K: 2, seed: 1, weighted: false });
    const statistics = accumulate(mixture, set);
    const other = accumulate(
      exampleOf({ covarianceType: "full", N: 30, D: 2, K: 2, seed: 1, weighted: false }).mixture,
      set,
    );
    expect(() => statistics.add(other)).toThrow(/^other: expected diag statistics of 2 components over 2 columns/);
    expect(() => statistics.add({} as Statistics)).toThrow(/^other: expected Statistics, got/);
    expect(() => maximise({} as Statistics)).toThrow(/^statistics: expected Statistics, got/);
    expect(() => maximise(statistics, { covarianceType: "full" })).toThrow(
      /^covarianceType: expected the shape of the/,
    );
    expect(() => statistics.recentre([[0, 0]])).toThrow(/^means: expected 2 rows/);
    expect(() => accumulate(mixture, [[1, 2, 3]])).toThrow(/nFeatures/);
    expect(() => accumulate(mixture, [[1, Number.NaN]])).toThrow(/^data/);
  });
});

describe("bytes", () => {
  const examples = TYPES.map((covarianceType, i) => {
    const { set, mixture } = exampleOf({ covarianceType, N: 40, D: 3, K: 2, seed: i, weighted: i % 2 === 0 });
    return accumulate(mixture, set);
  });

  test("give statistics back to the bit", () => {
    for (const statistics of examples) {
      const bytes = statistics.toBytes();
      const copy = Statistics.fromBytes(bytes);
      for (const key of ARRAYS) expect(sameBits(copy[key], statistics[key])).toBe(true);
      expect(copy.logLikelihood).toBe(statistics.logLikelihood);
      expect(copy.covarianceType).toBe(statistics.covarianceType);
      expect(copy.toBytes()).toEqual(bytes);
      expect(sameBits(maximise(copy).covariances, maximise(statistics).covariances)).toBe(true);
    }
  });

  test("that were changed are refused, or are other sums, 10,000 times", () => {
    const uniform = uniforms(12);
    let [refused, taken] = [0, 0];
    for (let run = 0; run < 10_000; run++) {
      const bytes = examples[run % examples.length].toBytes();
      const view = new DataView(bytes.buffer);
      for (let i = 0; i <= Math.floor(3 * uniform()); i++)
        bytes[Math.floor(uniform() * bytes.length)] = Math.floor(256 * uniform());
      const cut = uniform() < 0.1 ? bytes.slice(0, Math.floor(uniform() * bytes.length)) : bytes;
      // in half of them with a checksum that is right again
      if (cut === bytes && uniform() < 0.5) view.setUint32(bytes.length - 4, crc32(view, bytes.length - 4), true);
      try {
        const found = Statistics.fromBytes(cut);
        expect(found.toBytes()).toEqual(cut);
        for (const key of ARRAYS) expect(found[key].every(Number.isFinite)).toBe(true);
        taken++;
      } catch (error) {
        expect(error).toSatisfy((thrown) => thrown instanceof TypeError || thrown instanceof RangeError);
        expect((error as Error).message).toMatch(/^bytes: expected /);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(5000);
    expect(taken).toBeGreaterThan(500);
  });
});

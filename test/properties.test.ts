// What must hold for every problem, on random ones: seeded, so that a failure comes back.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CovarianceType, type FitOptions, GaussianMixture, MixtureError } from "../src/index.ts";
import { likelihoodRounding } from "./support/bounds.ts";
import { distance, largest, sameBits, worst } from "./support/compare.ts";
import { spreads } from "./support/datasets.ts";
import { covarianceOf } from "./support/forms.mjs";
import { expectNeverFalls, sameParameters } from "./support/mixtures.ts";
import {
  clouds,
  nested,
  normals,
  randomMixture,
  rowsOf,
  runs,
  type Shaped,
  sizes,
  TYPES,
  uniforms,
} from "./support/problems.ts";
import { SEARCHES, searchOf } from "./support/searches.ts";
import { Workers } from "./support/workers.ts";

const workers = new Workers();
const searches = fc.constantFrom(...SEARCHES);
/** Those that leave EM to the fit: others may have followed a collapse to where only rounding is left. */
const plainSearches = fc.constantFrom(
  ...SEARCHES.filter(({ effort, init }) => effort === undefined && init !== "short-em"),
);

/** A fit, or undefined where a covariance collapsed: without regularisation that is a right answer. */
function fitted(set: Shaped, options: FitOptions): GaussianMixture | undefined {
  try {
    return GaussianMixture.fitSync(set, options);
  } catch (error) {
    if (error instanceof MixtureError && error.code === "SINGULAR_COVARIANCE") return undefined;
    throw error;
  }
}

/** Whether two mixtures, and the stories of their fits, have the same bits. */
function sameFit(a: GaussianMixture, b: GaussianMixture): boolean {
  return sameParameters(a, b) && sameBits(a.report!.trace, b.report!.trace);
}

describe("the likelihood never falls by more than rounding, without regularisation", () => {
  const STEPS = 9;

  /** The mixtures after 0, 1, 2 … iterations, as far as there are any, with the rounding in their log-likelihoods. */
  function pathOf(
    set: Shaped,
    { init: strategy, ...options }: FitOptions,
  ): { readonly mixture: GaussianMixture; readonly rounding: number }[] {
    const path = [];
    // one start for all: a strategy may have several to choose from by where they lead
    const init = fitted(set, { ...options, init: strategy, maxIter: 0 });
    if (!init) return [];
    for (let maxIter = 0; maxIter <= STEPS; maxIter++) {
      const mixture = fitted(set, { ...options, init, maxIter });
      if (!mixture) break;
      path.push({ mixture, rounding: likelihoodRounding(mixture, set) });
    }
    return path;
  }

  for (const accelerate of [false, true]) {
    test(`in ${accelerate ? "accelerated" : "plain"} fits from any start`, () => {
      let steps = 0;
      let sharp = 0;
      fc.assert(
        fc.property(sizes(), plainSearches, ({ N, D, K, type, seed }, search) => {
          const set = clouds(N, D, K, seed);
          const path = pathOf(set, {
            nComponents: K,
            covarianceType: type,
            ...search,
            seed,
            regCovar: 0,
            tol: 0,
            accelerate,
          });
          const trace = path.at(-1)?.mixture.report?.trace ?? new Float64Array(0);
          const rounding = (j: number): number => path[Math.min(j, path.length - 1)].rounding;
          for (let j = 1; j < trace.length; j++) {
            // A leap's own parameters are not to be had: it lies among its neighbours, and twice their rounding bounds its own.
            const bound = accelerate
              ? 2 * (rounding(j - 1) + rounding(j) + rounding(j + 1))
              : rounding(j - 1) + rounding(j);
            expect(trace[j]).toBeGreaterThanOrEqual(trace[j - 1] - bound);
            steps++;
            if (bound < 1e-7) sharp++;
          }
        }),
        runs(200),
      );
      // The bound must mean something: nine steps in ten are held to less than 1e-7.
      expect(steps).toBeGreaterThan(1000);
      expect(sharp).toBeGreaterThan(0.9 * steps);
    });
  }

  // What a leap multiplies, it multiplies again in the next: a weight too much by a rounding becomes one in the third digit.
  test("over a hundred accelerated steps, where one leap is taken from another", () => {
    const STEPS_AND_LEAPS = 100;
    let climbs = 0;
    fc.assert(
      fc.property(sizes(3), plainSearches, ({ N, D, K, type, seed }, search) => {
        const set = clouds(N, D, K, seed);
        const options = { nComponents: K, covarianceType: type, ...search, seed, regCovar: 0, tol: 0 };
        const start = fitted(set, { ...options, maxIter: 0 });
        if (!start) return;
        const stations = [1, 5, 25, STEPS_AND_LEAPS].map((maxIter) =>
          fitted(set, { ...options, init: start, maxIter }),
        );
        const last = stations[stations.length - 1];
        if (!last || stations.includes(undefined)) return;
        // the rounding on the way is taken from some places of it, with a factor for the worst between them
        const rounding = Math.max(...stations.map((mixture) => (mixture ? likelihoodRounding(mixture, set) : 0)));
        expectNeverFalls(last, () => 8 * rounding);
        climbs++;
      }),
      runs(100),
    );
    expect(climbs).toBeGreaterThan(50);
  });

  test("a richer covariance type, started from the poorer one's fit, is at least as likely", () => {
    const richer: readonly (readonly [CovarianceType, CovarianceType])[] = [
      ["spherical", "diag"],
      ["diag", "full"],
      ["tied", "full"],
    ];
    let compared = 0;
    fc.assert(
      fc.property(sizes(3), fc.constantFrom(...richer), ({ N, D, K, seed }, [poor, rich]) => {
        const set = clouds(N, D, K, seed);
        const options = { nComponents: K, regCovar: 0, maxIter: 30, init: "kmeans" } as const;
        const poorer = fitted(set, { ...options, covarianceType: poor });
        if (!poorer) return;
        const init = { weights: poorer.weights, means: poorer.means, covariances: embedded(poorer, rich) };
        const better = fitted(set, { ...options, covarianceType: rich, init });
        if (!better) return;
        const bound = likelihoodRounding(poorer, set) + likelihoodRounding(better, set);
        expect(better.logLikelihood(set)).toBeGreaterThanOrEqual(poorer.logLikelihood(set) - bound);
        compared++;
      }),
      runs(60),
    );
    expect(compared).toBeGreaterThan(30);
  });
});

/** The covariances of a mixture in the shape of a richer type. */
function embedded(mixture: GaussianMixture, rich: CovarianceType): number[] {
  const all = Array.from({ length: mixture.nComponents }, (_, k) => covarianceOf(mixture, k));
  return rich === "diag" ? all.flatMap((one) => one.map((row, d) => row[d])) : all.flat(2);
}

describe("responsibilities", () => {
  test("sum to 1 in every row, and the label is the largest", () => {
    fc.assert(
      fc.property(sizes(), (size) => {
        const { N, D, K } = size;
        const mixture = randomMixture(size);
        const set = clouds(N, D, K, size.seed, 10);
        const responsibilities = mixture.predictProba(set);
        const labels = mixture.predict(set);
        for (let n = 0; n < N; n++) {
          const row = responsibilities.subarray(n * K, (n + 1) * K);
          // r_k = e_k / Σ e: the sum has at most K roundings, each quotient two, the check's own sum K
          const sum = row.reduce((total, r) => total + r, 0);
          expect(Math.abs(sum - 1)).toBeLessThanOrEqual((K + 1) * Number.EPSILON);
          expect(row.every((r) => r >= 0)).toBe(true);
          expect(row[labels[n]]).toBe(Math.max(...row));
        }
      }),
      runs(120),
    );
  });

  test("of one row have the same bits alone and among others, and so have its label, density and distances", () => {
    fc.assert(
      fc.property(sizes(), fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (size, picks) => {
        const { N, D, K } = size;
        const mixture = randomMixture(size);
        // rows near and far, up to where a square overflows
        const set = clouds(N, D, K, size.seed, 30);
        const normal = normals(size.seed);
        for (let n = 0; n < N; n += 3)
          set.data[n * D] *= [1, 1e3, 1e20, 1e100, 1e160][Math.abs(Math.round(2 * normal())) % 5];
        const rows = picks.map((p) => p % N);
        for (const chosen of [...rows.map((n) => [n]), rows]) {
          const few = rowsOf(set, chosen);
          const at = <T extends Float64Array | Int32Array>(all: T, width: number): number[] =>
            chosen.flatMap((n) => [...all.subarray(n * width, (n + 1) * width)]);
          expect([...mixture.predict(few)]).toEqual(at(mixture.predict(set), 1));
          expect(sameBits(mixture.predictProba(few), at(mixture.predictProba(set), K))).toBe(true);
          expect(sameBits(mixture.scoreSamples(few), at(mixture.scoreSamples(set), 1))).toBe(true);
          expect(sameBits(mixture.mahalanobis(few), at(mixture.mahalanobis(set), K))).toBe(true);
        }
      }),
      runs(120),
    );
  });
});

describe("weights of rows", () => {
  test("that are integers equal repeated rows to 1e-12", () => {
    fc.assert(
      fc.property(sizes(3), fc.boolean(), (size, accelerate) => {
        const { N, D, K, type, seed } = size;
        const set = clouds(N, D, K, seed, 10);
        const uniform = uniforms(seed);
        const sampleWeight = Array.from({ length: N }, () => 1 + Math.floor(3 * uniform()));
        const repeated = rowsOf(
          set,
          sampleWeight.flatMap((w, n) => new Array<number>(w).fill(n)),
        );
        // Some steps from one start, with covariances kept round: sums in another order differ by roundings only. The start
        // is at home in the data: a component of weight w is known to e^-40 / w, because what lies below e^-40 is left out.
        const labels = sampleWeight.map((_, n) => n % K);
        const init = GaussianMixture.fitSync(set, {
          nComponents: K,
          covarianceType: type,
          init: { labels },
          maxIter: 0,
        });
        const options = { nComponents: K, covarianceType: type, init, regCovar: 1, tol: 0, maxIter: 4, accelerate };
        const weighted = GaussianMixture.fitSync(set, { ...options, sampleWeight });
        const plain = GaussianMixture.fitSync(repeated, options);
        expect(largest(distance(weighted, plain, spreads(set)))).toBeLessThan(1e-12);
        expect(weighted.report?.totalWeight).toBe(plain.report?.totalWeight);
        expect(
          worst(weighted.report!.trace, plain.report!.trace, (i) => Math.abs(plain.report!.trace[i])),
        ).toBeLessThan(1e-12);
        for (const figure of ["score", "logLikelihood", "bic", "aic"] as const) {
          expect(Math.abs(weighted[figure](set, { sampleWeight }) / weighted[figure](repeated) - 1)).toBeLessThan(
            1e-12,
          );
        }
      }),
      runs(60),
    );
  });

  test("count in a start from labels or responsibilities, too", () => {
    fc.assert(
      fc.property(sizes(3), fc.boolean(), ({ N, D, K, type, seed }, hard) => {
        const set = clouds(N, D, K, seed);
        const uniform = uniforms(seed);
        const sampleWeight = Array.from({ length: N }, () => 1 + Math.floor(3 * uniform()));
        const twice = sampleWeight.flatMap((w, n) => new Array<number>(w).fill(n));
        const shares = Array.from({ length: N }, (_, n) => {
          const row = Array.from({ length: K }, (_k, k) => (hard ? 0 : uniform()) + (k === n % K ? 1 : 0));
          const total = row.reduce((sum, v) => sum + v, 0);
          return hard ? n % K : row.map((v) => v / total);
        });
        const options = { nComponents: K, covarianceType: type, regCovar: 1, maxIter: 0 };
        const weighted = GaussianMixture.fitSync(set, { ...options, init: shares as number[], sampleWeight });
        const plain = GaussianMixture.fitSync(rowsOf(set, twice), {
          ...options,
          init: twice.map((n) => shares[n]) as number[],
        });
        expect(largest(distance(weighted, plain, spreads(set)))).toBeLessThan(1e-12);
      }),
      runs(60),
    );
  });

  test("that are 0 equal missing rows, bit for bit, from every start", () => {
    fc.assert(
      fc.property(sizes(2), searches, fc.boolean(), ({ N, D, K, type, seed }, search, whole) => {
        const set = clouds(N, D, K, seed);
        const uniform = uniforms(seed);
        const sampleWeight = Array.from({ length: N }, () => (uniform() < 0.3 ? 0 : whole ? 1 : 0.5 + uniform()));
        const kept = sampleWeight.flatMap((w, n) => (w > 0 ? [n] : []));
        fc.pre(kept.length >= Math.max(K, 1) && kept.length < N);
        const options = { nComponents: K, covarianceType: type, ...search, seed, maxIter: 8 };
        const zeros = GaussianMixture.fitSync(set, { ...options, sampleWeight });
        const missing = GaussianMixture.fitSync(rowsOf(set, kept), {
          ...options,
          sampleWeight: whole ? undefined : kept.map((n) => sampleWeight[n]),
        });
        expect(sameFit(zeros, missing)).toBe(true);
        const figure = { sampleWeight };
        const least = kept.map((n) => sampleWeight[n]);
        // the sums are cut into parts of fixed length, so only their order is the same
        const error = Math.abs(
          zeros.logLikelihood(set, figure) / zeros.logLikelihood(rowsOf(set, kept), { sampleWeight: least }) - 1,
        );
        expect(error).toBeLessThan(N * 4 * Number.EPSILON);
      }),
      runs(80),
    );
  });
});

describe("the same again", () => {
  test("the same seed gives the same bits, at once or in slices, and from any form of the data", async () => {
    await fc.assert(
      fc.asyncProperty(sizes(1), searches, async ({ N, D, K, type, seed }, search) => {
        const set = clouds(N, D, K, seed);
        const options = {
          nComponents: K,
          covarianceType: type,
          ...search,
          seed,
          nInit: search.effort === undefined ? 2 : 1,
          maxIter: 12,
        };
        const first = GaussianMixture.fitSync(set, options);
        expect(sameFit(GaussianMixture.fitSync(nested(set), options), first)).toBe(true);
        const [again, other] = await Promise.all([
          GaussianMixture.fit(set, options),
          GaussianMixture.fit(set.data, { ...options, nFeatures: D }),
        ]);
        expect(sameFit(again, first)).toBe(true);
        expect(sameFit(other, first)).toBe(true);
        expect(again.report).toEqual(first.report);
      }),
      runs(60),
    );
  });

  test("any number of threads gives the same bits", async () => {
    // several groups of tiles, so that there is something to share
    const set = clouds(20_011, 3, 4, 11);
    for (const type of TYPES) {
      const options = { nComponents: 4, covarianceType: type, init: "random-from-data", seed: 4, maxIter: 5 } as const;
      const alone = GaussianMixture.fitSync(set, options);
      const onIteration = workers.wait;
      workers.restart();
      const crews = await Promise.all(
        [1, 2, 3].map((threads) => GaussianMixture.fit(set, { ...options, threads, onIteration })),
      );
      expect(crews.map((mixture) => sameFit(mixture, alone))).toEqual([true, true, true]);
      workers.expectServed(1 + 2);
    }
  });

  test("another seed draws another start", () => {
    const set = clouds(300, 3, 5, 7);
    // clusters by agglomeration hang on no chance
    for (const search of SEARCHES.filter(({ effort }) => effort !== "quick" && effort !== "standard")) {
      const traces = [1, 2, 3].map(
        (seed) => GaussianMixture.fitSync(set, { nComponents: 5, ...search, seed, maxIter: 1 }).report?.trace[0],
      );
      expect(new Set(traces).size, searchOf(search)).toBeGreaterThan(1);
    }
  });
});

test("every covariance type is among the random problems", () => {
  const seen = new Set(fc.sample(sizes(), { numRuns: 40, seed: 1 }).map(({ type }) => type));
  expect([...seen].sort()).toEqual([...TYPES].sort());
});

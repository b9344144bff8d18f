// The number of components and the shape of the covariances: the table, its order, and the best of it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Candidate,
  type CovarianceType,
  GaussianMixture,
  type Selection,
  type SelectOptions,
  select,
  selectSync,
} from "../src/index.ts";
import { sameBits } from "./support/compare.ts";
import { type DatasetName, dataset, fixture } from "./support/datasets.ts";
import { expectError } from "./support/errors.ts";
import { TYPES, typeOfMclust } from "./support/forms.mjs";
import { clouds, nested, runs, uniforms } from "./support/problems.ts";
import { Workers } from "./support/workers.ts";

const workers = new Workers();

/** Pairs of models, the second of which can be every density of the first. */
const WIDER: readonly (readonly [CovarianceType, CovarianceType])[] = [
  ["spherical", "diag"],
  ["spherical", "full"],
  ["diag", "full"],
  ["tied", "full"],
];

const find = ({ candidates }: Selection, type: CovarianceType, K: number): Candidate => {
  const found = candidates.find((one) => one.covarianceType === type && one.nComponents === K);
  if (!found) throw new Error(`no candidate ${type} ${K}`);
  return found;
};

/** Pairs in which the model that contains the other is less likely, by more than rounding. */
function outOfOrder(selection: Selection): string[] {
  const { candidates } = selection;
  const bad: string[] = [];
  const compare = (small: Candidate, large: Candidate): void => {
    const [low, high] = [small, large].map(({ logLikelihood }) => logLikelihood ?? Number.NaN);
    if (high >= low - 1e-11 * Math.abs(low)) return;
    bad.push(
      `${large.covarianceType} ${large.nComponents}: ${high} < ${small.covarianceType} ${small.nComponents}: ${low}`,
    );
  };
  for (const large of candidates) {
    if (large.error) continue;
    for (const small of candidates) {
      if (small.error || small.nComponents > large.nComponents) continue;
      const wider = WIDER.some(([a, b]) => a === small.covarianceType && b === large.covarianceType);
      if (wider || (small.covarianceType === large.covarianceType && small !== large)) compare(small, large);
    }
  }
  return bad;
}

/** Once, for all that look at it. */
const selections: Readonly<Record<string, Readonly<Record<"standard" | "thorough", Selection>>>> = {
  iris: both("iris"),
  faithful: both("faithful"),
};

function both(name: DatasetName): Readonly<Record<"standard" | "thorough", Selection>> {
  return { standard: selectSync(dataset(name)), thorough: selectSync(dataset(name), { effort: "thorough" }) };
}

describe("models that contain each other come in order", () => {
  const most = [
    ["iris", 9],
    ["faithful", 9],
    ["wine", 6],
    ["breast_cancer", 4],
  ] as const;
  for (const [name, to] of most) {
    test(`on ${name}`, () => {
      const own = selections[name] ?? { kmeans: selectSync(dataset(name), { nComponents: { to }, init: "kmeans" }) };
      const all = { ...own, quick: selectSync(dataset(name), { nComponents: { to }, effort: "quick" }) };
      for (const [search, selection] of Object.entries(all)) {
        expect(selection.candidates).toHaveLength(TYPES.length * to);
        expect(selection.candidates.filter(({ error }) => error)).toEqual([]);
        expect(outOfOrder(selection), search).toEqual([]);
      }
    });
  }

  test("on 500 random problems", () => {
    const problem = fc.record({
      N: fc.integer({ min: 4, max: 60 }),
      D: fc.integer({ min: 1, max: 4 }),
      K: fc.integer({ min: 1, max: 4 }),
      apart: fc.constantFrom(0.5, 3, 30),
      most: fc.integer({ min: 2, max: 4 }),
      weighted: fc.boolean(),
      search: fc.constantFrom({ init: "kmeans" } as const, { effort: "quick" } as const, {}),
      seed: fc.integer({ min: 0, max: 2 ** 30 }),
    });
    fc.assert(
      fc.property(problem, ({ N, D, K, apart, most: to, weighted, search, seed }) => {
        const uniform = uniforms(seed);
        const sampleWeight = weighted ? Float64Array.from({ length: N }, () => 0.1 + uniform()) : undefined;
        const options = { nComponents: { to }, ...search, seed, sampleWeight } as const;
        const selection = selectSync(clouds(N, D, K, seed, apart), options);
        expect(selection.candidates).toHaveLength(TYPES.length * Math.min(to, N));
        expect(outOfOrder(selection)).toEqual([]);
      }),
      runs(500),
    );
  });
});

interface Table {
  readonly bic: Readonly<Record<string, readonly number[]>>;
  readonly icl: Readonly<Record<string, readonly number[]>>;
}
const tables: Readonly<Record<string, Table>> = JSON.parse(fixture("mclust-tables.json"));

/** In how many of mclust's 36 models a selection by standard effort has a BIC above theirs by more than 0.01. */
const MOST_WORSE: Readonly<Record<string, number>> = { iris: 0, faithful: 2 };

/**
 * log L of mclust's best of the four families, converged. Its own fits stop at a relative change of 1e-5: for faithful,
 * EEE, G = 3 that is -1126.3262.
 */
const CONVERGED: Readonly<Record<string, number>> = { iris: -214.354703, faithful: -1126.315928 };

for (const [name, { bic, icl }] of Object.entries(tables)) {
  describe(`beside mclust's tables of ${name}`, () => {
    const set = dataset(name as DatasetName);
    const selection = selections[name].thorough;
    const entries = Object.entries(bic).flatMap(([family, list]) =>
      list.map((value, i) => ({ family, K: i + 1, bic: -value, icl: -icl[family][i] })),
    );
    const lowest = entries.reduce((best, one) => (one.bic < best.bic ? one : best));

    test("the best is theirs, and its BIC their optimum once that has converged, to 0.01, by standard effort too", () => {
      for (const { best } of Object.values(selections[name])) {
        expect(best.covarianceType).toBe(typeOfMclust(lowest.family));
        expect(best.nComponents).toBe(lowest.K);
        const converged = -2 * CONVERGED[name] + best.nParameters * Math.log(set.shape[0]);
        expect(Math.abs(best.bic(set) - converged)).toBeLessThan(0.01);
        expect(best.bic(set)).toBeLessThan(lowest.bic + 0.01);
      }
    });

    test("no BIC is above theirs by more than 0.01; by standard effort in at most two of 36 models", () => {
      const worseIn = (table: Selection): string[] =>
        entries
          .filter(({ family, K, bic: theirs }) => {
            return !((find(table, typeOfMclust(family), K).bic ?? Number.NaN) < theirs + 0.01);
          })
          .map(({ family, K }) => `${family} ${K}`);
      expect(worseIn(selection)).toEqual([]);
      expect(entries).toHaveLength(36);
      expect(worseIn(selections[name].standard).length).toBeLessThanOrEqual(MOST_WORSE[name]);
    });

    test("ICL is theirs with the sign turned wherever the solution is the same", () => {
      const same = entries.filter(({ family, K, bic: theirs }) => {
        return Math.abs((find(selection, typeOfMclust(family), K).bic ?? Number.NaN) - theirs) < 1e-3;
      });
      expect(same.length).toBeGreaterThanOrEqual(5);
      // at an equal likelihood to 5e-4 responsibilities may differ by its root
      for (const { family, K, icl: theirs } of same) {
        expect(Math.abs((find(selection, typeOfMclust(family), K).icl ?? Number.NaN) - theirs)).toBeLessThan(0.05);
      }
    });
  });
}

const three = clouds(90, 2, 3, 5, 30);
/** Clouds that lie upon each other: the responsibilities of most rows are neither 0 nor 1. */
const upon = clouds(90, 2, 3, 5, 1.5);

describe("the table", () => {
  const options = { covarianceType: ["tied", "full"], init: "kmeans", tol: 1e-12, maxIter: 5000 } as const;
  const selection = selectSync(upon, { ...options, nComponents: [3, 1, 3, 2], folds: 5 });

  test("lists the types as given, each with its numbers of components, once and ascending", () => {
    expect(selection.candidates.map(({ covarianceType, nComponents }) => `${covarianceType} ${nComponents}`)).toEqual([
      "tied 1",
      "tied 2",
      "tied 3",
      "full 1",
      "full 2",
      "full 3",
    ]);
    expect(selection.criterion).toBe("bic");
  });

  test("holds the figures of the mixtures, by their definitions", () => {
    for (const { mixture, ...row } of selection.candidates) {
      if (!mixture) throw new Error("not fitted");
      const K = mixture.nComponents;
      const near = (actual: number | undefined, expected: number): void => {
        expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThan(1e-9 * (1 + Math.abs(expected)));
      };
      const r = mixture.predictProba(upon);
      const labels = mixture.predict(upon);
      let entropy = 0;
      for (const share of r) if (share > 0) entropy -= share * Math.log(share);
      const labelled = labels.reduce((sum, k, n) => sum + Math.log(r[n * K + k]), 0);
      near(row.logLikelihood, mixture.logLikelihood(upon));
      near(row.bic, mixture.bic(upon));
      near(row.aic, mixture.aic(upon));
      near(row.icl, mixture.bic(upon) - 2 * labelled);
      // there is something to be told by them
      if (K > 1) expect(Math.min(-labelled, entropy)).toBeGreaterThan(1);
      expect(row.nParameters).toBe(mixture.nParameters);
      expect(row.converged).toBe(mixture.report?.converged);
      expect(row.warnings).toBe(mixture.report?.warnings);
      const one = find(selection, mixture.covarianceType, 1).logLikelihood ?? Number.NaN;
      near(row.nec, K === 1 ? 1 : entropy / (mixture.logLikelihood(upon) - one));
    }
  });

  test("takes one component of each type for the NEC also where the table has none", () => {
    const few = selectSync(upon, { ...options, nComponents: [3], criterion: "nec" });
    for (const type of options.covarianceType) {
      const { mixture, nec = Number.NaN } = find(few, type, 3);
      if (!mixture) throw new Error("not fitted");
      const r = mixture.predictProba(upon);
      const entropy = -r.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
      const one = find(selection, type, 1).logLikelihood ?? Number.NaN;
      expect(nec / (entropy / (mixture.logLikelihood(upon) - one))).toBeCloseTo(1, 9);
    }
  });

  test("weighs rows: one of weight 2 counts as two, one of weight 0 not at all", () => {
    // rows of every cloud have every weight
    const times = Array.from({ length: 90 }, (_, n) => Math.floor(n / 3) % 3);
    const repeated = nested(upon).flatMap((row, n) => new Array<number[]>(times[n]).fill(row));
    const diagonal = { ...options, covarianceType: "diag", nComponents: { to: 2 } } as const;
    const weighted = selectSync(upon, { ...diagonal, sampleWeight: times });
    const plain = selectSync(repeated, diagonal);
    for (const K of [1, 2]) {
      const [a, b] = [find(weighted, "diag", K), find(plain, "diag", K)];
      for (const key of ["logLikelihood", "bic", "aic", "icl", "nec"] as const) {
        expect((a[key] ?? Number.NaN) / (b[key] ?? Number.NaN), `${key}, K = ${K}`).toBeCloseTo(1, 6);
      }
    }
    expect((plain.candidates[1].icl ?? 0) - (plain.candidates[1].bic ?? 0)).toBeGreaterThan(5);
  });
});

describe("the best", () => {
  test("is the lowest in the criterion", () => {
    for (const criterion of ["bic", "aic", "icl", "nec", "cv"] as const) {
      const { best, candidates } = selectSync(three, {
        nComponents: { to: 5 },
        covarianceType: "full",
        criterion,
        folds: 3,
        init: "kmeans",
      });
      const sound = candidates.filter(({ warnings }) => !warnings.some(({ code }) => /SPURIOUS/.test(code)));
      const lowest = Math.min(...sound.map((candidate) => candidate[criterion] ?? Number.NaN));
      expect(candidates.find(({ mixture }) => mixture === best)?.[criterion]).toBe(lowest);
      if (criterion !== "aic") expect(best.nComponents, criterion).toBe(3);
    }
  });

  test("is one component where the rows are one cloud", () => {
    const cloud = clouds(200, 3, 1, 7);
    for (const criterion of ["bic", "icl", "cv"] as const) {
      const { best } = selectSync(cloud, {
        nComponents: { to: 4 },
        covarianceType: "full",
        criterion,
        folds: 5,
        init: "kmeans",
      });
      expect(best.nComponents, criterion).toBe(1);
    }
  });
});

describe("cross-validation", () => {
  test("scores each fold's rows under a fit of the others", () => {
    // leaving one row out has one way to be done
    const line = { data: Float64Array.of(1, 2, 4, 7, 11, 13), shape: [6, 1] } as const;
    const { candidates } = selectSync(line, { nComponents: 1, covarianceType: "full", folds: 6 });
    const left = [...line.data].map((x, n) => {
      const others = [...line.data].filter((_, i) => i !== n);
      const fit = GaussianMixture.fitSync(others, { nComponents: 1, nFeatures: 1 });
      return fit.scoreSamples([x], new Float64Array(1))[0];
    });
    expect(candidates[0].cv).toBeCloseTo(-2 * left.reduce((sum, value) => sum + value, 0), 9);
  });

  test("is Infinity where the other rows are too few for the components", () => {
    const { candidates, best } = selectSync([[1], [2], [8], [9]], { nComponents: [1, 4], folds: 2, criterion: "cv" });
    expect(candidates.filter(({ nComponents }) => nComponents === 4).map(({ cv }) => cv)).toEqual(
      new Array(4).fill(Infinity),
    );
    expect(best.nComponents).toBe(1);
  });
});

describe("a candidate that cannot be fitted", () => {
  test("has a row with the error, and the others are fitted", () => {
    const { best, candidates } = selectSync(clouds(5, 1, 1, 3), { nComponents: [1, 9], covarianceType: "full" });
    expect(candidates[0].error).toBeUndefined();
    const { error, mixture, logLikelihood, bic, converged } = candidates[1];
    expect(error).toBeInstanceOf(RangeError);
    expect(error?.message).toMatch(/^nComponents: expected .* \(5\), got 9; /);
    expect([mixture, logLikelihood, bic, converged]).toEqual([undefined, undefined, undefined, false]);
    expect(best).toBe(candidates[0].mixture);
  });

  test("does not come of the default on few rows", () => {
    const { candidates } = selectSync(clouds(3, 2, 1, 3));
    expect(candidates.map(({ nComponents }) => nComponents)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  test("ends the selection with its error if there is no other", async () => {
    const flat = [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ];
    await expectError(
      () => selectSync(flat, { covarianceType: "full", nComponents: { to: 2 }, regCovar: 0 }),
      "SINGULAR_COVARIANCE",
      /./,
    );
    await expectError(() => select(flat, { nComponents: [5], covarianceType: "full" }), RangeError, /^nComponents: /);
  });
});

describe("select", () => {
  const bits = ({ candidates }: Selection): number[] =>
    candidates.flatMap(({ mixture, bic, icl, nec, cv }) => [
      ...[bic, icl, nec, cv].map((value) => value ?? 0),
      ...(mixture ? [...mixture.weights, ...mixture.means, ...mixture.covariances] : []),
    ]);

  test("has the same bits as selectSync, for any number of threads", async () => {
    const set = clouds(9000, 3, 3, 21);
    const options: SelectOptions = {
      nComponents: [1, 3],
      covarianceType: ["diag", "full"],
      folds: 2,
      maxIter: 20,
      init: "kmeans",
    };
    const expected = bits(selectSync(set, options));
    for (const threads of [1, 2, 3]) {
      workers.restart();
      expect(sameBits(bits(await select(set, { ...options, threads, onCandidate: workers.wait })), expected)).toBe(
        true,
      );
      // so many rows are shared by all threads, one candidate after the other
      workers.expectServed(threads - 1);
    }
  });

  test("tells of each candidate once, with its row of the table", async () => {
    const seen: Candidate[] = [];
    const counts: string[] = [];
    const { candidates } = await select(three, {
      nComponents: { to: 2 },
      onCandidate: ({ candidate, done, total }) => {
        seen.push(candidate);
        counts.push(`${done}/${total}`);
      },
    });
    expect(counts).toEqual(["1/8", "2/8", "3/8", "4/8", "5/8", "6/8", "7/8", "8/8"]);
    expect(new Set(seen)).toEqual(new Set(candidates));
  });

  test("ends with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const onCandidate = (): void => controller.abort(reason);
    await expect(select(three, { signal: controller.signal, onCandidate })).rejects.toBe(reason);
    expect(() => selectSync(three, { signal: controller.signal })).toThrow(reason);
  });

  test("refuses what it does not understand", async () => {
    const wrong: readonly (readonly [object, typeof TypeError | typeof RangeError, RegExp])[] = [
      [{ nComponents: 0 }, RangeError, /^nComponents: expected an integer, 1 or more, got 0;/],
      [{ nComponents: [] }, RangeError, /^nComponents: .*length 0/],
      [{ nComponents: [2.5] }, RangeError, /^nComponents: .*2\.5/],
      [{ nComponents: "3" }, TypeError, /^nComponents: .*"3"/],
      [
        { nComponents: { from: 3, to: 2 } },
        RangeError,
        /^nComponents\.to: expected 3, as from, or more, got 2; swap them/,
      ],
      [{ nComponents: { to: 0 } }, RangeError, /^nComponents\.to: expected an integer, 1 or more, got 0;/],
      [{ nComponents: { form: 1 } }, TypeError, /^nComponents: .*did you mean "from"/],
      [{ covarianceType: [] }, RangeError, /^covarianceType: .*length 0/],
      [{ covarianceType: ["ful"] }, RangeError, /^covarianceType: .*did you mean "full"/],
      [{ criterion: "BIC" }, RangeError, /^criterion: .*did you mean "bic"/],
      [{ folds: 1 }, RangeError, /^folds: expected an integer from 2 to the number of rows \(90\), got 1;/],
      [{ folds: 91 }, RangeError, /^folds: /],
      [{ init: [0, 1] }, TypeError, /^init: /],
      [{ onCandidate: 3 }, TypeError, /^onCandidate: /],
      [{ onIteration: () => undefined }, TypeError, /^options: .*"onIteration"/],
      [{ components: 3 }, TypeError, /^options: .*did you mean "nComponents"/],
      [{ tol: -1 }, RangeError, /^tol: /],
    ];
    for (const [options, kind, text] of wrong) {
      await expectError(() => selectSync(three, options as SelectOptions), kind, text);
      await expectError(() => select(three, options as SelectOptions), kind, text);
    }
    await expectError(() => selectSync([[1], [Number.NaN]]), RangeError, /^data: .*NaN in row 1/);
    await expectError(() => selectSync(three, null as unknown as SelectOptions), TypeError, /^options: /);
  });
});

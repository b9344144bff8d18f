// Data with ties, of the kinds that people have: what holds of every fit and of every selection.
import { beforeAll, describe, expect, test } from "vitest";
import { twinsOf } from "../src/fit/diagnosis/twins.ts";
import { type Candidate, type CovarianceType, GaussianMixture, type Selection, selectSync } from "../src/index.ts";
import { covarianceOf, TYPES } from "./support/forms.mjs";
import { TIE_KINDS, type Ties, ties } from "./support/ties.ts";

/** Others than those of bench/quality/ties.mjs, which are 0 to 1,999. `GAUSSMIX_SEED=7` takes other ones, `GAUSSMIX_RUNS=5` five times as many. */
const FIRST = 10_000 + 1_000 * Number(process.env.GAUSSMIX_SEED ?? 0);
const TIMES = Number(process.env.GAUSSMIX_RUNS ?? 1);
/** Milliseconds for all fits that tests look at: half a minute, on a machine that does nothing else. */
const PATIENCE = 600_000;
/** Components that differ by less in every mean and covariance, in their own standard deviations, are the same. */
const SAME = 1e-6;
/** What rounding may take from a log-likelihood, as a share: larger models start at that of a smaller one. */
const ROUNDING = 1e-11;

/** The first problems of at most so many rows, and that are as they should be. */
function problems(count: number, mostRows: number, willDo: (problem: Ties) => boolean = () => true): Ties[] {
  const chosen: Ties[] = [];
  for (let seed = FIRST; chosen.length < count * TIMES; seed++) {
    const problem = ties(seed);
    if (problem.shape[0] <= mostRows && willDo(problem)) chosen.push(problem);
  }
  return chosen;
}

const titleOf = ({ seed, shape, K, columns }: Ties): string =>
  `${seed}: ${shape.join(" x ")}, K = ${K}, ${[...new Set(columns.map(({ kind }) => kind))].join(" + ")}`;

/** Pairs of components with weight whose parameters are the same. */
function equalOnes(mixture: GaussianMixture): [number, number][] {
  const { nComponents: K, nFeatures: D, weights, means } = mixture;
  const all = Array.from({ length: K }, (_, k) => covarianceOf(mixture, k));
  const areEqual = (a: number, b: number): boolean => {
    const sds = all[a].map((row, d) => Math.sqrt(Math.min(row[d], all[b][d][d])));
    return sds.every(
      (sd, i) =>
        Math.abs(means[a * D + i] - means[b * D + i]) < SAME * sd &&
        sds.every((other, j) => Math.abs(all[a][i][j] - all[b][i][j]) < SAME * sd * other),
    );
  };
  const pairs: [number, number][] = [];
  for (let a = 0; a < K; a++)
    for (let b = a + 1; b < K; b++) if (weights[a] > 0 && weights[b] > 0 && areEqual(a, b)) pairs.push([a, b]);
  return pairs;
}

/** The components with a warning of this code. */
const warnedOf = ({ report }: GaussianMixture, code: string): number[] =>
  (report?.warnings ?? []).flatMap((warning) => (warning.code === code ? (warning.component ?? []) : []));

describe.each(["standard", "thorough"] as const)("%s fits of data with ties", (effort) => {
  let all: { problem: Ties; fit: GaussianMixture }[] = [];
  beforeAll(() => {
    all = problems(60, 700).flatMap((problem) =>
      TYPES.map((covarianceType) => {
        return { problem, fit: GaussianMixture.fitSync(problem, { nComponents: problem.K, covarianceType, effort }) };
      }),
    );
  }, PATIENCE);
  /** What is wrong, by problem and type, so that one failure shows all. */
  const wrong = (isWrong: (fit: GaussianMixture, problem: Ties) => boolean): string[] =>
    all
      .filter(({ fit, problem }) => isWrong(fit, problem))
      .map(({ fit, problem }) => `${fit.covarianceType}, ${titleOf(problem)}`);

  test("are of all kinds", () => {
    const kinds = new Set(all.flatMap(({ problem }) => problem.columns.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([...TIE_KINDS].sort());
    expect(new Set(all.map(({ problem }) => problem.K)).size).toBe(5);
    expect(new Set(all.map(({ problem }) => problem.shape[1])).size).toBe(8);
  });

  test("have no two components that are the same", () => {
    expect(wrong((fit) => equalOnes(fit).length > 0)).toEqual([]);
    expect(wrong((fit) => twinsOf(fit).length > 0)).toEqual([]);
  });

  test("converge, to a likelihood that is bounded", () => {
    expect(wrong(({ report }) => report?.converged !== true)).toEqual([]);
    expect(wrong(({ report }) => !Number.isFinite(report?.logLikelihood))).toEqual([]);
  });

  test("call no component spurious that has five times the rows that its shape asks for, or that is a group", () => {
    const isHeavy = ({ covarianceType, weights, nFeatures: D }: GaussianMixture, N: number, k: number): boolean =>
      weights[k] * N > 5 * (covarianceType === "full" || covarianceType === "tied" ? D + 1 : 2);
    const isGroup = (fit: GaussianMixture, problem: Ties, k: number): boolean => {
      const found = fit.predict(problem);
      const own = new Set(problem.labels.filter((_, n) => found[n] === k));
      return own.size === 1 && problem.labels.every((label, n) => found[n] === k || !own.has(label));
    };
    const isWrong = (fit: GaussianMixture, problem: Ties): boolean =>
      warnedOf(fit, "SPURIOUS_COMPONENT").some((k) => isHeavy(fit, problem.shape[0], k) || isGroup(fit, problem, k));
    expect(wrong(isWrong)).toEqual([]);
  });

  test("are the same with full, diagonal and spherical covariances in one column, to the bit", () => {
    for (const problem of problems(25, 3_000, ({ shape }) => shape[1] === 1)) {
      const fitOf = (covarianceType: CovarianceType): GaussianMixture =>
        GaussianMixture.fitSync(problem, { nComponents: problem.K, covarianceType, effort });
      const full = fitOf("full");
      for (const other of [fitOf("diag"), fitOf("spherical")]) {
        expect(other.report?.logLikelihood, titleOf(problem)).toBe(full.report?.logLikelihood);
        expect(other.weights, titleOf(problem)).toEqual(full.weights);
        expect(other.means, titleOf(problem)).toEqual(full.means);
        expect(other.covariances, titleOf(problem)).toEqual(full.covariances);
      }
    }
  });
});

describe.each([{ effort: "standard" }, { init: "kmeans" }] as const)("selections of data with ties, %j", (search) => {
  let selected: (Selection & { problem: Ties })[] = [];
  beforeAll(() => {
    selected = problems(80, 250).map((problem) => {
      const nComponents = Array.from({ length: problem.K + 1 }, (_, i) => i + 1);
      return { problem, ...selectSync(problem, { nComponents, covarianceType: [...TYPES], ...search }) };
    });
  }, PATIENCE);
  const logOf = (candidates: readonly Candidate[], type: CovarianceType, K: number): number => {
    const found = candidates.find(({ covarianceType, nComponents }) => covarianceType === type && nComponents === K);
    return found?.logLikelihood ?? Number.NaN;
  };

  test("have no candidate that failed", () => {
    const failed = selected.flatMap(({ problem, candidates }) =>
      candidates.filter(({ error }) => error !== undefined).map(({ error }) => `${titleOf(problem)}: ${error}`),
    );
    expect(failed).toEqual([]);
  });

  test("find one component more no less likely", () => {
    for (const { problem, candidates } of selected) {
      for (const { covarianceType, nComponents, logLikelihood } of candidates) {
        if (nComponents === 1) continue;
        const fewer = logOf(candidates, covarianceType, nComponents - 1);
        const title = `${covarianceType}, ${nComponents} components, ${titleOf(problem)}`;
        expect(logLikelihood, title).toBeGreaterThanOrEqual(fewer - ROUNDING * Math.abs(fewer));
      }
    }
  });

  test("find types that contain others no less likely, and in one column three the same", () => {
    const nested = [
      ["spherical", "diag"],
      ["diag", "full"],
      ["tied", "full"],
    ] as const;
    for (const { problem, candidates } of selected) {
      for (const { nComponents } of candidates.filter(({ covarianceType }) => covarianceType === "full")) {
        for (const [inner, outer] of nested) {
          const title = `${outer} and ${inner}, ${nComponents} components, ${titleOf(problem)}`;
          const least = logOf(candidates, inner, nComponents);
          const most = logOf(candidates, outer, nComponents);
          expect(most, title).toBeGreaterThanOrEqual(least - ROUNDING * Math.abs(least));
          if (problem.shape[1] === 1 && inner !== "tied") expect(most, title).toBe(least);
        }
      }
    }
  });

  test("never choose one component where there are clusters", () => {
    const withClusters = selected.filter(({ problem }) => problem.clusters);
    expect(withClusters.length).toBeGreaterThan(selected.length / 2);
    expect(withClusters.filter(({ best }) => best.nComponents === 1).map(({ problem }) => titleOf(problem))).toEqual(
      [],
    );
  });
});

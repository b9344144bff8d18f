// Fits and selections that end when their time is over, wherever that finds them, and what they tell on the way.
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type FitOptions,
  type FitProgress,
  GaussianMixture,
  type MixtureError,
  type SelectionProgress,
  select,
  selectSync,
} from "../src/index.ts";
import { dataset } from "./support/datasets.ts";
import { clouds } from "./support/problems.ts";

const EFFORTS = ["quick", "standard", "thorough"] as const;

afterEach(() => void vi.restoreAllMocks());

/** A clock that goes on by a millisecond each time somebody looks at it. @returns how often that was. */
function ticking(): () => number {
  let ticks = 0;
  vi.spyOn(performance, "now").mockImplementation(() => ++ticks);
  return () => ticks;
}

/** Times after which to end: the first few, and others on the way. */
function* times(looks: number): Generator<number, void> {
  for (let limit = 1; limit < looks; limit = limit < 8 ? limit + 1 : Math.ceil(limit * 1.6)) yield limit;
}

function expectValid(mixture: GaussianMixture): void {
  const { weights, means, covariances } = mixture;
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  for (const value of [...means, ...covariances, mixture.report?.logLikelihood ?? Number.NaN]) {
    expect(Number.isFinite(value)).toBe(true);
  }
  // factors exist
  expect(GaussianMixture.fromJSON(JSON.stringify(mixture)).nComponents).toBe(mixture.nComponents);
}

describe("a fit whose time is over", () => {
  test.each(EFFORTS)("ends with a valid mixture wherever that finds it, effort %s", (effort) => {
    const set = dataset("iris");
    for (const covarianceType of ["full", "tied"] as const) {
      const options: FitOptions = { nComponents: 3, covarianceType, effort };
      const looks = ticking();
      const whole = GaussianMixture.fitSync(set, { ...options, timeLimit: 1e9 });
      for (const timeLimit of times(looks())) {
        ticking();
        const cut = GaussianMixture.fitSync(set, { ...options, timeLimit });
        expectValid(cut);
        // few rows: a pass over all of them takes no time
        const density = cut.scoreSamples(set).reduce((sum, value) => sum + value, 0);
        expect(Math.abs(cut.report!.logLikelihood - density)).toBeLessThan(1e-9 * Math.abs(density));
        expect(cut.report?.warnings.map(({ code }) => code)).toContain("TIME_LIMIT");
        expect(cut.report?.warnings.map(({ code }) => code)).not.toContain("NOT_CONVERGED");
      }
      vi.restoreAllMocks();
      // a limit that is never met changes no bit
      const free = GaussianMixture.fitSync(set, options);
      expect(whole.report?.logLikelihood).toBe(free.report?.logLikelihood);
      expect(whole.report?.warnings).toEqual(free.report?.warnings);
    }
  });

  test.each(EFFORTS)("is judged by a sample where rows are many, effort %s", (effort) => {
    const set = clouds(70_000, 4, 5, 3);
    const options: FitOptions = { nComponents: 5, effort, maxIter: 20 };
    const looks = ticking();
    GaussianMixture.fitSync(set, { ...options, timeLimit: 1e9 });
    for (const timeLimit of times(looks())) {
      ticking();
      const cut = GaussianMixture.fitSync(set, { ...options, timeLimit });
      expectValid(cut);
      const warning = cut.report?.warnings.find(({ code }) => code === "TIME_LIMIT");
      expect(warning?.message).toMatch(/^timeLimit ended the fit .*; raise it$/);
      const perRow = cut.scoreSamples(set).reduce((sum, value) => sum + value, 0) / 70_000;
      const isEstimated = warning?.message.includes("estimated");
      // 2048 rows, whose log-densities have a standard deviation of some 2 nats, or 20 where starts are poor
      const tolerance = isEstimated ? 2 : 1e-9;
      expect(Math.abs((cut.report?.logLikelihood ?? Number.NaN) / 70_000 - perRow)).toBeLessThan(tolerance);
    }
  });

  test("goes on from where it was", () => {
    const set = dataset("faithful");
    const options = { nComponents: 3, init: "random-from-data", seed: 2 } as const;
    const looks = ticking();
    const whole = GaussianMixture.fitSync(set, { ...options, timeLimit: 1e9 });
    ticking();
    const cut = GaussianMixture.fitSync(set, { ...options, timeLimit: Math.ceil(looks() / 2) });
    vi.restoreAllMocks();
    const on = GaussianMixture.fitSync(set, { nComponents: 3, warmStart: cut });
    expect(on.report?.logLikelihood).toBeCloseTo(whole.report!.logLikelihood, 4);
  });

  test("ends soon, on one thread and on two", async () => {
    const set = clouds(70_000, 4, 5, 3);
    for (const threads of [1, 2]) {
      const mixture = await GaussianMixture.fit(set, { nComponents: 5, threads, tol: 0, maxIter: 1e6, timeLimit: 100 });
      expectValid(mixture);
      expect(mixture.report?.warnings.map(({ code }) => code)).toContain("TIME_LIMIT");
    }
  });

  test.each([0, -1, Number.NaN, "50", null])("has had some: timeLimit %s is refused", (timeLimit) => {
    const options = { nComponents: 2, timeLimit } as FitOptions;
    expect(() => GaussianMixture.fitSync([[1], [2], [3]], options)).toThrow(
      /^timeLimit: expected milliseconds above 0, got .*; leave it out for as long as it takes$/,
    );
  });
});

describe("a selection whose time is over", () => {
  test("gives the table so far, and says why the rest is missing", () => {
    const set = dataset("faithful");
    const looks = ticking();
    const whole = selectSync(set, { nComponents: [1, 2, 3], timeLimit: 1e9 });
    const found: number[] = [];
    for (const timeLimit of times(looks())) {
      ticking();
      const { best, candidates } = selectSync(set, { nComponents: [1, 2, 3], timeLimit });
      expectValid(best);
      expect(candidates).toHaveLength(whole.candidates.length);
      found.push(candidates.filter(({ mixture }) => mixture).length);
      for (const { mixture, error, bic } of candidates) {
        expect(mixture === undefined).toBe(error !== undefined);
        if (error) expect((error as MixtureError).code).toBe("TIME_LIMIT");
        else expect(bic).toBeTypeOf("number");
      }
    }
    expect(found[0]).toBe(1);
    expect(Math.max(...found)).toBeGreaterThan(6);
  });

  test("gives the table so far, too, when it is aborted", async () => {
    const set = dataset("faithful");
    const controller = new AbortController();
    let last: SelectionProgress | undefined;
    const going = select(set, {
      signal: controller.signal,
      onProgress: (progress) => {
        last = progress;
        if (progress.candidates.length === 5) controller.abort();
      },
    });
    await expect(going).rejects.toThrow(/abort/i);
    expect(last?.candidates.length).toBeGreaterThanOrEqual(5);
    expect(last?.candidates).toContain(last?.best);
  });
});

describe("progress", () => {
  test.each(EFFORTS)("never falls, and ends with 1 and the result, effort %s", (effort) => {
    for (const set of [dataset("wine"), clouds(20_000, 2, 3, 1)]) {
      const told: FitProgress[] = [];
      const onProgress = (progress: FitProgress): void => void told.push(progress);
      const { report } = GaussianMixture.fitSync(set, { nComponents: 3, effort, nInit: 2, onProgress });
      expect(told.length).toBeGreaterThan(2);
      told.slice(1).forEach(({ share, best }, i) => {
        expect(share).toBeGreaterThanOrEqual(told[i].share);
        expect(best).toBeGreaterThanOrEqual(told[i].best);
      });
      expect(told.at(-1)?.share).toBe(1);
      expect(told.slice(0, -1).every(({ share }) => share < 1)).toBe(true);
      expect(told.at(-1)?.best).toBeGreaterThanOrEqual(report!.logLikelihood);
    }
  });

  test("of a selection counts its candidates", () => {
    const told: SelectionProgress[] = [];
    const { best, candidates } = selectSync(dataset("iris"), {
      nComponents: [1, 2],
      onProgress: (progress) => void told.push(progress),
    });
    expect(told.map(({ share }) => share)).toEqual(candidates.map((_, i) => (i + 1) / candidates.length));
    expect(told.map((progress) => progress.candidates.length)).toEqual(candidates.map((_, i) => i + 1));
    expect(told.at(-1)?.best?.mixture).toBe(best);
  });
});

describe("the optima of a report", () => {
  test("are the result and what it was preferred to, the likeliest first", () => {
    const { report } = GaussianMixture.fitSync(dataset("breast_cancer"), { nComponents: 2, covarianceType: "tied" });
    const optima = report!.optima;
    expect(optima.map(({ logLikelihood }) => logLikelihood)).toEqual(
      optima.map(({ logLikelihood }) => logLikelihood).sort((a, b) => b - a),
    );
    expect(optima.filter(({ isResult }) => isResult).map(({ logLikelihood }) => logLikelihood)).toEqual([
      report!.logLikelihood,
    ]);
    // the likeliest has two rows in one component
    expect(optima[0].isResult).toBe(false);
    expect(optima[0].smallest).toBeCloseTo(2, 1);
    expect(optima[0].logLikelihood).toBeGreaterThan(report!.logLikelihood + 400);
  });

  test("are judged as a selection judges them, and name what a thorough search returns", () => {
    const set = dataset("wine");
    for (const effort of ["standard", "thorough"] as const) {
      const { report } = GaussianMixture.fitSync(set, { nComponents: 3, effort });
      const own = report!.optima.find(({ isResult }) => isResult);
      const [candidate] = selectSync(set, { nComponents: 3, covarianceType: "full", effort }).candidates;
      expect(own?.icl).toBeCloseTo(candidate.icl!, 1);
      expect(report!.optima.length).toBeGreaterThan(1);
      expect(own?.nStarts).toBeGreaterThan(0);
    }
  });

  test("of a start of one's own are the result alone; none are told where labels are known", () => {
    const set = dataset("iris");
    const { report } = GaussianMixture.fitSync(set, { nComponents: 3, init: "kmeans" });
    expect(report?.optima).toHaveLength(1);
    const labels = Array.from({ length: 150 }, (_, n) => (n % 50 === 0 ? Math.floor(n / 50) : -1));
    expect(GaussianMixture.fitSync(set, { nComponents: 3, labels }).report?.optima).toEqual([]);
  });
});

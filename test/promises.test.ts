// docs/promises.md names a test for each promise of the README and docs: it quotes what they say and names what exists.
// And promises that belong to no other file.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Arena } from "../src/engine/arena.ts";
import { instantiateKernels } from "../src/engine/kernels.ts";
import { runSync } from "../src/engine/schedule.ts";
import { twinsOf } from "../src/fit/diagnosis/twins.ts";
import { type Regularisation, regularisationOf } from "../src/fit/em/regularisation.ts";
import { type CovarianceType, type FitOptions, GaussianMixture, improve, select, selectSync } from "../src/index.ts";
import { matrixOf } from "../src/input/data.ts";
import { allocatedBy } from "./support/allocations.ts";
import { expectError } from "./support/errors.ts";
import { codesOf } from "./support/mixtures.ts";
import { withProblem } from "./support/packed.ts";
import { clouds, nested, normals, runs, type Shaped, TYPES } from "./support/problems.ts";
import { SEARCHES, searchOf } from "./support/searches.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const textOf = (path: string): string => readFileSync(`${root}${path}`, "utf8");

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("docs/promises.md", () => {
  /** Without line ends and emphasis. */
  const plain = (text: string): string => text.replace(/\*\*/g, "").replace(/\s+/g, " ");
  const pages = textOf("docs/promises.md")
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [page] = section.split("\n", 1);
      const lines = section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| promise"));
      return { page, lines };
    });

  test("is about the pages for users", () => {
    const guide = readdirSync(`${root}docs/guide`).map((name) => `docs/guide/${name}`);
    const others = ["numerics", "memory", "json", "binary", "interchange"].map((name) => `docs/${name}.md`);
    expect(pages.map(({ page }) => page).sort()).toEqual(["README.md", ...guide, ...others].sort());
    expect(pages.flatMap(({ lines }) => lines).length).toBeGreaterThan(250);
  });

  test.each(pages.map(({ page, lines }) => [page, lines] as const))(
    "quotes %s, and names tests that exist",
    (page, lines) => {
      const said = plain(textOf(page));
      const wrong: string[] = [];
      for (const line of lines) {
        const [, quote, file, name] = /^\| (.+?) \| `([^`]+)`: (.+) \|$/.exec(line) ?? [];
        if (!name) wrong.push(`no promise, file and test: ${line}`);
        else if (!said.includes(plain(quote))) wrong.push(`not in ${page}: ${quote}`);
        // the beginning of a string
        else if (!['"', "`"].some((mark) => textOf(file).includes(mark + name))) wrong.push(`not in ${file}: ${name}`);
      }
      expect(wrong).toEqual([]);
      expect(lines.length).toBeGreaterThan(1);
    },
  );
});

test("nothing runs at import: no kernel is compiled, no worker started; a warning is not printed", async () => {
  vi.resetModules();
  let uses = 0;
  const watched = <T extends object>(real: T): T =>
    new Proxy(real, { get: (target, key) => (++uses ? Reflect.get(target, key) : undefined) });
  vi.stubGlobal("WebAssembly", watched(WebAssembly));
  vi.stubGlobal("Worker", watched(class {}));
  const printed = (["log", "info", "warn", "error"] as const).map((level) => vi.spyOn(console, level));
  const fresh = await import("../src/index.ts");
  expect(fresh.GaussianMixture).not.toBe(GaussianMixture);
  expect(uses).toBe(0);
  const { report } = fresh.GaussianMixture.fitSync([[1], [1]], { nComponents: 1 });
  expect(uses).toBeGreaterThan(0);
  expect(report?.warnings).not.toEqual([]);
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
});

describe("other work gets its turn", () => {
  const set = clouds(300, 2, 3, 4);
  const rough = GaussianMixture.fitSync(set, { nComponents: 3, init: "random", maxIter: 3 });
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    fit: () => GaussianMixture.fit(set, { nComponents: 3, threads: 1 }),
    select: () => select(set, { nComponents: { from: 1, to: 2 }, threads: 1, init: "kmeans" }),
    "select by cross-validation": () => select(set, { nComponents: [2], criterion: "cv", threads: 1, init: "kmeans" }),
    improve: () => improve(rough, set, { threads: 1 }),
  };
  test.each(Object.entries(ways))("during %s", async (_, run) => {
    // time stands still but for one millisecond a look: a slice is eight pieces
    let looks = 0;
    vi.spyOn(performance, "now").mockImplementation(() => looks++);
    let turns = 0;
    let isRunning = true;
    const turn = (): void => {
      turns++;
      if (isRunning) setImmediate(turn);
    };
    setImmediate(turn);
    await run();
    isRunning = false;
    expect(looks).toBeGreaterThan(16);
    expect(turns).toBeGreaterThan(looks / 16);
  });
});

describe("a fit", () => {
  const set = clouds(120, 2, 3, 6);

  test("starts from equal weights and the columns' variances where only means are given", () => {
    const means = [0, 50].map((n) => [...set.data.subarray(2 * n, 2 * n + 2)]);
    const centre = [0, 1].map((d) => nested(set).reduce((sum, row) => sum + row[d], 0) / 120);
    const variances = [0, 1].map((d) => nested(set).reduce((sum, row) => sum + (row[d] - centre[d]) ** 2, 0) / 120);
    const mixture = GaussianMixture.fitSync(set, {
      nComponents: 2,
      covarianceType: "diag",
      init: { means },
      maxIter: 0,
    });
    expect([...mixture.weights]).toEqual([0.5, 0.5]);
    expect([...mixture.means]).toEqual(means.flat());
    mixture.covariances.forEach((value, i) => void expect(value / variances[i % 2]).toBeCloseTo(1, 9));
  });

  test("begins at rows, with equal weights and the columns' variances, by random-from-data", () => {
    const rows = nested(set).map(String);
    const options = { nComponents: 4, covarianceType: "diag", maxIter: 0, init: "random-from-data" } as const;
    for (let seed = 0; seed < 5; seed++) {
      const { weights, means, covariances } = GaussianMixture.fitSync(set, { ...options, seed });
      const chosen = [0, 2, 4, 6].map((at) => String([...means.subarray(at, at + 2)]));
      expect(new Set(chosen).size).toBe(4);
      for (const row of chosen) expect(rows).toContain(row);
      expect([...weights]).toEqual([0.25, 0.25, 0.25, 0.25]);
      expect(new Set(covariances).size).toBe(2);
    }
  });

  test("insists on nFeatures", () => {
    for (const data of [nested(set), set, nested(set).map(([x, y]) => ({ x, y }))]) {
      expect(GaussianMixture.fitSync(data, { nComponents: 1, nFeatures: 2 }).nFeatures).toBe(2);
      expect(() => GaussianMixture.fitSync(data, { nComponents: 1, nFeatures: 3 })).toThrow(RangeError);
    }
  });

  test("loses no digits to an offset of 1e8 in an M-step, whatever the type", () => {
    const far = { data: set.data.map((value) => value + 1e8), shape: set.shape };
    const init = Array.from({ length: 120 }, (_, n) => n % 3);
    for (const covarianceType of TYPES) {
      const options = { nComponents: 3, covarianceType, init, maxIter: 0 };
      const [here, there] = [set, far].map((data) => GaussianMixture.fitSync(data, options).covariances);
      const scale = Math.max(...here);
      here.forEach((value, i) => void expect(Math.abs(value - there[i])).toBeLessThan(4e-15 * scale));
    }
  });

  test("three rows in a plane are spurious, and rows on a repeated position are not", () => {
    const normal = normals(4);
    const rows = Array.from({ length: 200 }, () => [normal(), normal()]);
    const line = [0, 1, 2].map((x) => [x / 3, x / 5 + 1e-7 * normal()]);
    const start = (first: number): { labels: number[] } => ({
      labels: Array.from({ length: 200 + first }, (_, n) => (n < first ? 1 : 0)),
    });
    const mixture = GaussianMixture.fitSync([...line, ...rows], { nComponents: 2, init: start(3) });
    expect(codesOf(mixture)).toEqual(["SPURIOUS_COMPONENT"]);
    const repeated = Array.from({ length: 20 }, () => [0.5, 0.25]);
    expect(codesOf(GaussianMixture.fitSync([...repeated, ...rows], { nComponents: 2, init: start(20) }))).toEqual([]);
  });

  test("takes exactly maxIter iterations at a tolerance of 0, from any start", () => {
    const wide = clouds(10, 30, 2, 3);
    for (const [data, sets] of [
      [set, SEARCHES],
      [wide, [{ init: "kmeans" }, { init: "random" }, { effort: "standard" }]],
    ] as const) {
      for (const search of sets) {
        for (const covarianceType of TYPES) {
          for (const maxIter of [1, 8, 21]) {
            const { report } = GaussianMixture.fitSync(data, {
              nComponents: 2,
              covarianceType,
              ...search,
              tol: 0,
              maxIter,
            });
            expect(report?.nIterations, `${searchOf(search)}, ${covarianceType}`).toBe(maxIter);
          }
        }
      }
    }
  });

  test("stops at 1e-6 from 10,000 rows on, at 1e-7 below", () => {
    const many = clouds(10_000, 1, 2, 3, 1);
    const few = { data: many.data.subarray(1), shape: [9999, 1] } as const;
    const count = (data: Shaped, tol?: number): number | undefined =>
      GaussianMixture.fitSync(data, { nComponents: 2, init: "kmeans", tol }).report?.nIterations;
    expect(count(many)).toBe(count(many, 1e-6));
    expect(count(many)).not.toBe(count(many, 1e-7));
    expect(count(few)).toBe(count(few, 1e-7));
    expect(count(few)).not.toBe(count(few, 1e-6));
  });

  test("counts parameters that are held until the mixture goes through JSON", () => {
    const means = [
      [0, 0],
      [3, 3],
    ];
    const mixture = GaussianMixture.fitSync(set, {
      nComponents: 2,
      init: { means },
      fixed: { weights: "equal", means: [0] },
    });
    expect([mixture.nParameters, mixture.report?.nParameters]).toEqual([8, 8]);
    expect(GaussianMixture.fromJSON(JSON.stringify(mixture)).nParameters).toBe(11);
  });
});

describe("a mixture", () => {
  const twins = GaussianMixture.fromParameters({
    weights: [0.5, 0.5],
    means: [[1], [1]],
    covariances: [2, 2],
    covarianceType: "spherical",
  });

  test("predicts the first of equally likely components", () => {
    expect([...twins.predict([[-5], [1], [1e200]])]).toEqual([0, 0, 0]);
  });

  test("draws with seed 0 if none is given", () => {
    expect(twins.sample(9)).toEqual(twins.sample(9, { seed: 0 }));
    expect(twins.sample(9)).not.toEqual(twins.sample(9, { seed: 1 }));
  });

  test("of one column has the type that was asked for, in a selection and an improvement too", async () => {
    const line = clouds(60, 1, 2, 3);
    for (const covarianceType of TYPES) {
      const fitted = GaussianMixture.fitSync(line, { nComponents: 2, covarianceType });
      const { best, candidates } = selectSync(line, { nComponents: { from: 1, to: 2 }, covarianceType });
      const better = await improve(fitted, line);
      const all = [fitted, best, better, ...candidates.map(({ mixture }) => mixture)];
      for (const mixture of all) expect(mixture?.covarianceType).toBe(covarianceType);
      const copy = GaussianMixture.fromJSON(JSON.stringify(fitted));
      expect(copy.scoreSamples(line)).toEqual(fitted.scoreSamples(line));
      fitted.precisions.forEach((precision, i) => void expect(precision * fitted.covariances[i]).toBeCloseTo(1, 14));
    }
  });
});

test("a selection's best has spurious components only if all candidates have", () => {
  const sound = selectSync(clouds(9, 2, 2, 5), { nComponents: { to: 6 }, init: "kmeans" });
  const isSpurious = (warnings: readonly { code: string }[]): boolean =>
    warnings.some(({ code }) => code === "SPURIOUS_COMPONENT");
  const lowest = sound.candidates.reduce((a, b) => ((b.bic ?? Infinity) < (a.bic ?? Infinity) ? b : a));
  expect(isSpurious(lowest.warnings)).toBe(true);
  expect(isSpurious(sound.best.report?.warnings ?? [])).toBe(false);
  const wide = selectSync(clouds(4, 9, 1, 5), { nComponents: 1, covarianceType: ["full", "tied"] });
  expect(wide.candidates.every(({ warnings }) => isSpurious(warnings))).toBe(true);
  expect(wide.best).toBe(wide.candidates.reduce((a, b) => ((b.bic ?? 0) < (a.bic ?? 0) ? b : a)).mixture);
});

describe("regularisation", () => {
  const of = (
    rows: readonly (readonly number[])[],
    type: CovarianceType,
    regCovar?: number,
    prior?: object,
  ): Regularisation =>
    runSync(
      withProblem(matrixOf(rows as number[][]), type, 1, undefined, (problem) =>
        regularisationOf(problem, regCovar, prior),
      ),
    );

  test("adds 1e-10 of a column's variance, and 1e-6 to a constant one", () => {
    const normal = normals(8);
    const rows = Array.from({ length: 500 }, () => [normal(), 1e6 * normal(), 7]);
    for (const covarianceType of ["full", "diag"] as const) {
      const fitted = (regCovar?: number): GaussianMixture =>
        GaussianMixture.fitSync(
          rows.map((row) => row.slice(0, regCovar === 0 ? 2 : 3)),
          { nComponents: 1, covarianceType, regCovar },
        );
      const [own, plain] = [fitted(), fitted(0)];
      const at = (mixture: GaussianMixture, d: number): number =>
        mixture.covariances[covarianceType === "full" ? d * (mixture.nFeatures + 1) : d];
      // 1e-10, and 12 eps for rounding
      for (const d of [0, 1]) expect(Math.abs(at(own, d) / at(plain, d) - 1 - 1e-10)).toBeLessThan(1e-14);
      expect(at(own, 2)).toBeCloseTo(1e-6, 12);
    }
  });

  test("has a floor of h²/12, at most 0.99 of the variance; for spherical covariances the largest of them", () => {
    const normal = normals(9);
    const rows = Array.from({ length: 400 }, (_, n) => [
      n % 2,
      Math.round(9 * normal()),
      0.1 * Math.round(40 * normal()),
      normal(),
    ]);
    const expected = [0.08333333, 0.08333333, 0.00083333, 0];
    of(rows, "diag").floor?.forEach((value, d) => void expect(value).toBeCloseTo(expected[d], 6));
    expect(of(rows, "diag").floor).toHaveLength(4);
    of(rows, "spherical").floor?.forEach((value) => void expect(value).toBeCloseTo(expected[0], 6));
    const rare = rows.map(([, ...rest], n) => [n < 8 ? 1 : 0, ...rest]);
    expect(of(rare, "diag").floor?.[0]).toBeCloseTo(0.99 * 0.02 * 0.98, 8);
  });

  test("has no floor with a regCovar, 0 included, a prior, or 65 columns and more across", () => {
    const rows = (D: number): number[][] =>
      Array.from({ length: 200 }, (_, n) => Array.from({ length: D }, (_, d) => (n * (d + 3)) % 7));
    for (const type of TYPES) {
      expect(of(rows(4), type).floor).toBeDefined();
      expect(of(rows(4), type, 0).floor).toBeUndefined();
      expect(of(rows(4), type, 1e-3).floor).toBeUndefined();
      expect(of(rows(4), type, undefined, {}).floor).toBeUndefined();
      expect(of(rows(64), type).floor).toBeDefined();
      expect(of(rows(65), type).floor === undefined).toBe(type === "full" || type === "tied");
    }
  });
});

test("a table whose rows are all there twice, or weigh twice as much, has the same parameters, and if it is continuous the same warnings", () => {
  const tables = fc.record({
    N: fc.integer({ min: 5, max: 40 }),
    D: fc.integer({ min: 1, max: 4 }),
    K: fc.integer({ min: 1, max: 4 }),
    covarianceType: fc.constantFrom(...TYPES),
    /** Of all columns, or of all but the first. */
    decimals: fc.constantFrom(undefined, 0, 1),
    isMixed: fc.boolean(),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  });
  fc.assert(
    fc.property(tables, ({ N, D, K, covarianceType, decimals, isMixed, seed }) => {
      const normal = normals(seed);
      const isContinuous = (d: number): boolean => decimals === undefined || (isMixed && d === 0);
      const rows = Array.from({ length: N }, () =>
        Array.from({ length: D }, (_, d) => (isContinuous(d) ? normal() : Number((3 * normal()).toFixed(decimals)))),
      );
      const labels = rows.map((_, n) => n % K);
      const options: FitOptions = { nComponents: K, covarianceType, maxIter: 4, tol: 0 };
      const once = GaussianMixture.fitSync(rows, { ...options, init: labels, sampleWeight: rows.map(() => 2) });
      const twice = GaussianMixture.fitSync([...rows, ...rows], { ...options, init: [...labels, ...labels] });
      once.covariances.forEach((variance, i) => {
        expect(Math.abs(variance - twice.covariances[i])).toBeLessThan(1e-6 * Math.max(1, Math.abs(variance)));
      });
      if (!isContinuous(0)) return;
      // there are more rows for the parameters, and more rows than columns
      const told = (mixture: GaussianMixture): string[] =>
        codesOf(mixture).filter((code) => !/PARAMETERS|FEW_ROWS|DEPENDENT/.test(code));
      expect(told(twice)).toEqual(told(once));
    }),
    runs(80),
  );
});

describe("a saddle", () => {
  const rows = clouds(80, 2, 2, 3, 6);
  const same = [
    [1, 1],
    [1, 1],
  ];

  test("is left alone before the fit has converged, and no component is emptied where parameters are held", () => {
    for (const covarianceType of TYPES) {
      const options = { nComponents: 2, covarianceType, init: { means: same } };
      const hasty = GaussianMixture.fitSync(rows, { ...options, maxIter: 1 });
      expect(twinsOf(hasty)).toHaveLength(1);
      const held = GaussianMixture.fitSync(rows, { ...options, fixed: { means: true, weights: "equal" } });
      expect([...held.means]).toEqual(same.flat());
      for (const mixture of [hasty, held]) expect([...mixture.weights]).toEqual([0.5, 0.5]);
      expect(twinsOf(GaussianMixture.fitSync(rows, options))).toEqual([]);
    }
  });

  test("is the answer where two labels have the same rows", () => {
    const twice = [...nested(rows), ...nested(rows)];
    const labels = twice.map((_, n) => Math.floor(n / 80));
    for (const covarianceType of TYPES) {
      const mixture = GaussianMixture.fitSync(twice, { nComponents: 2, covarianceType, labels });
      for (const weight of mixture.weights) expect(weight).toBeCloseTo(0.5, 12);
      expect(codesOf(mixture)).toEqual([]);
    }
  });
});

describe("columns that follow from others are looked for", () => {
  const found = (N: number, D: number, covarianceType: CovarianceType): boolean => {
    const rows = nested(clouds(N, D - 1, 1, 3)).map((row) => [...row, row[0]]);
    return codesOf(GaussianMixture.fitSync(rows, { nComponents: 1, covarianceType })).includes("DEPENDENT_COLUMN");
  };

  test("where there are more rows than columns, for diagonal and spherical covariances up to 128 columns", () => {
    for (const type of TYPES) {
      expect(found(7, 6, type)).toBe(true);
      expect(found(6, 6, type)).toBe(false);
      expect(found(140, 128, type)).toBe(true);
      expect(found(140, 129, type)).toBe(type === "full" || type === "tied");
    }
  });
});

describe("memory", () => {
  test("that WebAssembly cannot have is an error, after which the rest is as it was", async () => {
    const arena = new Arena(instantiateKernels());
    const kept = arena.copyOf(Float64Array.of(1, 2, 3));
    await expectError(() => arena.f64(2 ** 29), "MEMORY", /^data: .* got 409\d MiB; fit a sample of the rows/);
    expect([...arena.readF64(kept, 3)]).toEqual([1, 2, 3]);
    expect(arena.f64(10)).toBeGreaterThan(kept);
  });

  test("of scoring and sampling does not grow with the rows, but for the answer", () => {
    const mixture = GaussianMixture.fromParameters({
      weights: [0.5, 0.5],
      means: [new Array<number>(4).fill(0), new Array<number>(4).fill(3)],
      covariances: [1, 2],
      covarianceType: "spherical",
    });
    const N = 400_000;
    const data = new Float64Array(4 * N).map((_, i) => (i % 7) / 2);
    const out = new Int32Array(N);
    mixture.predict(data.subarray(0, 4 * 20_000));
    // one window is 128 KiB of rows
    const { arrays, pages } = allocatedBy(() => mixture.predict(data, out));
    expect(pages).toBe(0);
    expect(arrays).toBeLessThan(1e6);
    mixture.sample(5000);
    const drawn = allocatedBy(() => mixture.sample(N));
    expect(drawn.pages).toBe(0);
    // rows of four doubles, and labels
    expect(drawn.arrays).toBeLessThan(1.1 * N * (4 * 8 + 4));
  });
});

test("an improved mixture has its components in canonical order", async () => {
  const rows = clouds(200, 2, 4, 5, 6);
  let improved = 0;
  for (let seed = 0; seed < 6; seed++) {
    const rough = GaussianMixture.fitSync(rows, {
      nComponents: 4,
      init: Array.from({ length: 200 }, (_, n) => Math.floor(n / (seed + 3)) % 4),
    });
    const better = await improve(rough, rows, { seed });
    const [before, after] = [rough, better].map((mixture) => mixture.logLikelihood(rows));
    expect(after).toBeGreaterThanOrEqual(before);
    if (after <= before + 1e-3) continue;
    improved++;
    const first = [0, 2, 4, 6].map((at) => better.means[at]);
    expect(first).toEqual([...first].sort((a, b) => a - b));
  }
  expect(improved).toBeGreaterThan(0);
});

// Problems made to break a fit, by the hundred: a typed error or a distribution, never NaN, a trap or a hang.
// GAUSSMIX_RUNS=1000 npx vitest run test/nasty.test.ts     takes a thousand times as many
import fc from "fast-check";
import { expect, test } from "vitest";
import { type FitOptions, GaussianMixture, MixtureError } from "../src/index.ts";
import { INIT_STRATEGIES } from "../src/input/options.ts";
import { normals, runs, TYPES, uniforms } from "./support/problems.ts";
import { staysUnharmed } from "./support/unharmed.ts";

staysUnharmed();

const RUNS = 200;

/** What may be wrong with data. Each changes rows [N][D] in place. */
const DEFECTS: readonly ((rows: number[][], uniform: () => number) => void)[] = [
  (rows, uniform) => setColumn(rows, uniform, () => 0),
  (rows, uniform) => setColumn(rows, uniform, () => [1, -7.5, 1e9, 1e-9, 1e300, -0, 1e-320][pick(uniform, 7)]),
  (rows, uniform) => {
    const from = pick(uniform, width(rows));
    setColumn(rows, uniform, (row) => row[from]);
  },
  (rows, uniform) => setColumn(rows, uniform, (row) => 3 * row[0] - (row.at(-1) ?? 0) + 1),
  (rows, uniform) =>
    scaleColumn(rows, uniform, [1e300, 1e-300, 1e150, 1e-150, 1e100, 1e8, 1e-8, 1e154, 1e-160][pick(uniform, 9)]),
  (rows, uniform) => {
    const offset = [1e8, -1e8, 1e15, 1e16, 1e100][pick(uniform, 5)];
    const d = pick(uniform, width(rows));
    for (const row of rows) row[d] += offset;
  },
  (rows, uniform) => {
    const row = rows[pick(uniform, rows.length)];
    const far = [100, -100, 1e6, 1e12, 1e80, 1e200][pick(uniform, 6)];
    row?.forEach((value, d) => {
      row[d] = value + far;
    });
  },
  // few distinct rows
  (rows, uniform) => {
    const distinct = 1 + pick(uniform, 3);
    rows.forEach((row, n) => {
      if (n >= distinct) row.splice(0, row.length, ...rows[n % distinct]);
    });
  },
  // few distinct values
  (rows) => {
    for (const row of rows) row.splice(0, row.length, ...row.map((value) => Math.round(value / 4)));
  },
  (rows, uniform) => {
    const row = rows[pick(uniform, rows.length)];
    if (row)
      row[pick(uniform, row.length)] = [Number.NaN, Infinity, -Infinity, 1e308, -1e308, 5e-324][pick(uniform, 6)];
  },
];

const pick = (uniform: () => number, count: number): number => Math.floor(uniform() * count);
const width = (rows: number[][]): number => rows[0]?.length ?? 1;

function setColumn(rows: number[][], uniform: () => number, value: (row: number[]) => number): void {
  const d = pick(uniform, width(rows));
  for (const row of rows) row[d] = value(row);
}

function scaleColumn(rows: number[][], uniform: () => number, scale: number): void {
  const d = pick(uniform, width(rows));
  for (const row of rows) row[d] *= scale;
}

interface Nasty {
  readonly N: number;
  readonly D: number;
  readonly K: number;
  readonly seed: number;
  readonly defects: readonly number[];
  readonly weights: string;
  readonly options: Partial<FitOptions>;
}

const nasty: fc.Arbitrary<Nasty> = fc.record({
  N: fc.oneof(fc.constantFrom(0, 1, 2, 3), fc.integer({ min: 4, max: 40 })),
  D: fc.oneof(fc.constantFrom(1, 2), fc.integer({ min: 3, max: 12 })),
  K: fc.oneof(fc.constantFrom(1, 2, 3), fc.integer({ min: 0, max: 8 })),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  defects: fc.array(fc.nat(DEFECTS.length - 1), { maxLength: 3 }),
  weights: fc.oneof(
    { weight: 6, arbitrary: fc.constant("none") },
    fc.constantFrom("zeros", "tiny", "huge", "mixed", "negative", "NaN", "all zero", "few"),
  ),
  options: fc.record(
    {
      covarianceType: fc.constantFrom(...TYPES),
      init: fc.constantFrom(...INIT_STRATEGIES),
      regCovar: fc.constantFrom(0, 1e-6, 1e-300, 1, 1e300),
      prior: fc.constantFrom(true, { shrinkage: 0 }, { degreesOfFreedom: 0 }, { shrinkage: 1e300 }),
      maxIter: fc.constantFrom(0, 1, 5, 200),
      tol: fc.constantFrom(0, 1e-3, 1e300),
      accelerate: fc.boolean(),
      nInit: fc.constantFrom(1, 2),
      seed: fc.integer({ min: 0, max: 2 ** 40 }),
    },
    { requiredKeys: [] },
  ),
});

/** Clouds with the defects. */
function rowsOf({ N, D, K, seed, defects }: Nasty): number[][] {
  const normal = normals(seed);
  const uniform = uniforms(seed + 1);
  const centres = Array.from({ length: Math.max(1, K) }, () => Array.from({ length: D }, () => 5 * normal()));
  const rows = Array.from({ length: N }, (_, n) => centres[n % centres.length].map((centre) => centre + normal()));
  for (const defect of defects) if (N > 0) DEFECTS[defect](rows, uniform);
  return rows;
}

function weightsOf({ N, weights, seed }: Nasty): number[] | undefined {
  const uniform = uniforms(seed + 2);
  const list = (weight: () => number): number[] => Array.from({ length: N }, weight);
  switch (weights) {
    case "none":
      return undefined;
    case "zeros":
      return list(() => (uniform() < 0.3 ? 0 : 1));
    case "tiny":
      return list(() => 1e-300);
    case "huge":
      return list(() => 1e300);
    case "mixed":
      return list(() => [1e-12, 1, 1e12][pick(uniform, 3)]);
    case "few":
      return list(() => (uniform() < 0.9 ? 0 : 2));
    case "negative":
      return list(() => uniform() - 0.1);
    case "NaN":
      return list(() => (uniform() < 0.1 ? Number.NaN : 1));
    default:
      return list(() => 0);
  }
}

/** Expects what a fit returns to be a distribution that explains its data. */
function expectDistribution(mixture: GaussianMixture, rows: number[][]): void {
  const { weights, means, covariances, nComponents: K, report } = mixture;
  expect(weights.every((weight) => weight >= 0)).toBe(true);
  expect(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-9);
  expect(means.every(Number.isFinite)).toBe(true);
  expect(covariances.every(Number.isFinite)).toBe(true);
  // refuses covariances that are not positive definite
  GaussianMixture.fromParameters(mixture);
  expect(report?.trace.every(Number.isFinite)).toBe(true);
  expect(Number.isFinite(report?.logLikelihood)).toBe(true);
  // rows of weight 0 may hold anything
  const sane = rows.filter((row) => row.every(Number.isFinite));
  expect(mixture.scoreSamples(sane).every((density) => density === -Infinity || Number.isFinite(density))).toBe(true);
  const responsibilities = mixture.predictProba(sane);
  for (let n = 0; n < responsibilities.length; n += K) {
    const sum = responsibilities.subarray(n, n + K).reduce((total, r) => total + r, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(1e-9);
  }
  expect(mixture.sample(3).data.every(Number.isFinite)).toBe(true);
}

test("nasty problems end in a distribution or in a typed error", () => {
  const outcomes = new Map<string, number>();
  const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  fc.assert(
    fc.property(nasty, (problem) => {
      const rows = rowsOf(problem);
      const options = { ...problem.options, nComponents: problem.K, sampleWeight: weightsOf(problem) };
      let mixture: GaussianMixture;
      try {
        mixture = GaussianMixture.fitSync(rows, options);
      } catch (error) {
        if (error instanceof MixtureError) count(error.code);
        else count((error as Error).constructor.name);
        expect(error instanceof MixtureError || error instanceof RangeError || error instanceof TypeError).toBe(true);
        expect((error as Error).message).toMatch(/^[\w.]+: expected .+, got .+; .+/);
        return;
      }
      count("distribution");
      for (const { code } of mixture.report?.warnings ?? []) count(code);
      expectDistribution(mixture, rows);
    }),
    runs(RUNS),
  );
  const times = Number(process.env.GAUSSMIX_RUNS ?? 1);
  if (times > 1) console.log(Object.fromEntries(outcomes));
  // most end well, and every kind of end is among them
  expect(outcomes.get("distribution")).toBeGreaterThan(0.4 * RUNS * times);
  for (const end of [
    "RangeError",
    "SINGULAR_COVARIANCE",
    "CONSTANT_COLUMN",
    "DEPENDENT_COLUMN",
    "SPURIOUS_COMPONENT",
  ]) {
    expect(outcomes.get(end), end).toBeGreaterThan(0);
  }
});

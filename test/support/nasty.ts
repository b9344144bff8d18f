// Problems made to break a fit, and what may become of one: a typed error or a distribution.
import fc from "fast-check";
import {
  type FitOptions,
  GaussianMixture,
  improveSync,
  MixtureError,
  type SelectOptions,
  selectSync,
} from "../../src/index.ts";
import { EFFORTS, INIT_STRATEGIES } from "../../src/input/init.ts";
import { normals, TYPES, uniforms } from "./problems.ts";

/** What may be wrong with data. Each changes rows [N][D] in place. */
const DEFECTS = {
  "column of zeros": (rows, uniform) => setColumn(rows, uniform, () => 0),
  "constant column": (rows, uniform) => {
    const value = [1, -7.5, 1e9, 1e-9, 1e300, -0, 1e-320][pick(uniform, 7)];
    setColumn(rows, uniform, () => value);
  },
  "column of some values": (rows, uniform) =>
    setColumn(rows, uniform, () => [1, -7.5, 1e9, 1e-9, 1e300, -0, 1e-320][pick(uniform, 7)]),
  "duplicate column": (rows, uniform) => {
    const from = pick(uniform, width(rows));
    setColumn(rows, uniform, (row) => row[from]);
  },
  "dependent column": (rows, uniform) => setColumn(rows, uniform, (row) => 3 * row[0] - (row.at(-1) ?? 0) + 1),
  "column in another unit": (rows, uniform) => {
    const scale = [1e300, 1e-300, 1e150, 1e-150, 1e100, 1e8, 1e-8, 1e154, 1e-160][pick(uniform, 9)];
    const d = pick(uniform, width(rows));
    for (const row of rows) row[d] *= scale;
  },
  "column far from 0": (rows, uniform) => {
    const offset = [1e8, -1e8, 1e15, 1e16, 1e100][pick(uniform, 5)];
    const d = pick(uniform, width(rows));
    for (const row of rows) row[d] += offset;
  },
  "row far out": (rows, uniform) => {
    const row = rows[pick(uniform, rows.length)];
    const far = [100, -100, 1e6, 1e12, 1e80, 1e200][pick(uniform, 6)];
    row?.forEach((value, d) => {
      row[d] = value + far;
    });
  },
  "few distinct rows": (rows, uniform) => {
    const distinct = 1 + pick(uniform, 3);
    rows.forEach((row, n) => {
      if (n >= distinct) row.splice(0, row.length, ...rows[n % distinct]);
    });
  },
  "few distinct values": (rows) => {
    for (const row of rows) row.splice(0, row.length, ...row.map((value) => Math.round(value / 4)));
  },
  "rounded column": (rows, uniform) => {
    const unit = 10 ** -pick(uniform, 4);
    changeColumn(rows, uniform, (value) => Math.round(value / unit) * unit);
  },
  "column of counts": (rows, uniform) => changeColumn(rows, uniform, (value) => Math.floor(Math.abs(value))),
  "zero-inflated column": (rows, uniform) => {
    const zeros = [0.3, 0.6, 0.9][pick(uniform, 3)];
    changeColumn(rows, uniform, (value) => (uniform() < zeros ? 0 : value));
  },
  "saturated column": (rows, uniform) => {
    const cap = rows[pick(uniform, rows.length)][0];
    changeColumn(rows, uniform, (value) => Math.min(value, cap));
  },
  "Likert column": (rows, uniform) =>
    changeColumn(rows, uniform, (value) => Math.max(1, Math.min(5, Math.round(3 + value / 4)))),
  "0/1 column": (rows, uniform) => {
    const threshold = [-5, 0, 5][pick(uniform, 3)];
    changeColumn(rows, uniform, (value) => (value > threshold ? 1 : 0));
  },
  "one-hot columns": (rows, uniform) => {
    const first = pick(uniform, width(rows));
    for (const row of rows) {
      const hot = first + pick(uniform, row.length - first);
      row.forEach((_, d) => {
        if (d >= first) row[d] = d === hot ? 1 : 0;
      });
    }
  },
  "wild number": (rows, uniform) => {
    const row = rows[pick(uniform, rows.length)];
    if (row)
      row[pick(uniform, row.length)] = [Number.NaN, Infinity, -Infinity, 1e308, -1e308, 5e-324][pick(uniform, 6)];
  },
} satisfies Record<string, (rows: number[][], uniform: () => number) => void>;

type Defect = keyof typeof DEFECTS;

const pick = (uniform: () => number, count: number): number => Math.floor(uniform() * count);
const width = (rows: number[][]): number => rows[0]?.length ?? 1;

function setColumn(rows: number[][], uniform: () => number, value: (row: number[]) => number): void {
  const d = pick(uniform, width(rows));
  for (const row of rows) row[d] = value(row);
}

function changeColumn(rows: number[][], uniform: () => number, change: (value: number) => number): void {
  const d = pick(uniform, width(rows));
  for (const row of rows) row[d] = change(row[d]);
}

/** One problem. Its rows and weights follow from it. */
export interface Nasty {
  readonly N: number;
  readonly D: number;
  readonly K: number;
  readonly seed: number;
  readonly defects: readonly Defect[];
  readonly weights: string;
  /** Which function is to fit. */
  readonly by: "fit" | "select" | "improve";
  readonly options: Omit<SelectOptions, "nComponents" | "covarianceType" | "onProgress"> &
    Pick<FitOptions, "covarianceType">;
}

/** A value in some of ten problems, undefined in the others. */
function sometimes<T>(inTen: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: inTen, arbitrary }, { weight: 10 - inTen, arbitrary: fc.constant(undefined) });
}

/** Small problems of all kinds; more than half of them leave `init` to the effort, of which there are all. */
export const nastyProblems: fc.Arbitrary<Nasty> = fc.record({
  N: fc.oneof(fc.constantFrom(0, 1, 2, 3), { weight: 5, arbitrary: fc.integer({ min: 4, max: 40 }) }),
  D: fc.oneof(fc.constantFrom(1, 2), fc.integer({ min: 3, max: 12 })),
  K: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 2, 3, 4) }, fc.integer({ min: 0, max: 8 })),
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  defects: fc.array(fc.constantFrom(...(Object.keys(DEFECTS) as Defect[])), { maxLength: 3 }),
  weights: fc.oneof(
    { weight: 5, arbitrary: fc.constant("none") },
    fc.constantFrom("zeros", "tiny", "huge", "mixed", "negative", "NaN", "all zero", "few"),
  ),
  by: fc.oneof({ weight: 18, arbitrary: fc.constant("fit" as const) }, fc.constantFrom("select", "improve")),
  options: fc.record({
    covarianceType: sometimes(7, fc.constantFrom(...TYPES)),
    effort: sometimes(6, fc.constantFrom(...EFFORTS)),
    init: sometimes(4, fc.constantFrom(...INIT_STRATEGIES)),
    regCovar: sometimes(3, fc.constantFrom(0, 1e-6, 1e-300, 1, 1e300)),
    prior: sometimes(2, fc.constantFrom(true, { shrinkage: 0 }, { degreesOfFreedom: 0 }, { shrinkage: 1e300 })),
    maxIter: sometimes(3, fc.constantFrom(0, 1, 5, 200)),
    tol: sometimes(3, fc.constantFrom(0, 1e-3, 1e300)),
    accelerate: sometimes(5, fc.boolean()),
    nInit: sometimes(2, fc.constantFrom(1, 2)),
    seed: sometimes(5, fc.integer({ min: 0, max: 2 ** 40 })),
  }),
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

function fitted({ K, by, options }: Nasty, rows: number[][], sampleWeight?: number[]): GaussianMixture {
  if (by === "select") return selectSync(rows, { ...options, sampleWeight, nComponents: [1, K] }).best;
  const mixture = GaussianMixture.fitSync(rows, { ...options, sampleWeight, nComponents: K });
  if (by === "fit") return mixture;
  const { regCovar, prior, maxIter, tol, accelerate, seed } = options;
  return improveSync(mixture, rows, { regCovar, prior, maxIter, tol, accelerate, seed, sampleWeight, moves: 2 });
}

/** What became of a problem. */
export interface Outcome {
  /** "distribution", the code of a MixtureError, or the class of an error. */
  readonly end: string;
  readonly warnings: readonly string[];
  /** What is wrong with it; none if all is well. */
  readonly faults: readonly string[];
}

/** Fits, and looks at what comes out: a distribution that explains its data, or a clear error of the right class. */
export function outcomeOf(problem: Nasty): Outcome {
  const rows = rowsOf(problem);
  const weights = weightsOf(problem);
  let mixture: GaussianMixture;
  try {
    mixture = fitted(problem, rows, weights);
  } catch (error) {
    if (!(error instanceof Error)) return { end: "thrown", warnings: [], faults: [`threw ${error}`] };
    const isTyped = error instanceof MixtureError || error instanceof RangeError || error instanceof TypeError;
    const isClear = /^[\w.]+: expected .+, got .+; .+/.test(error.message);
    const faults = isTyped && isClear ? [] : [String(error.stack)];
    return { end: error instanceof MixtureError ? error.code : error.constructor.name, warnings: [], faults };
  }
  const warnings = mixture.report?.warnings.map(({ code }) => code) ?? [];
  return { end: "distribution", warnings, faults: faultsOf(mixture, rows, weights) };
}

/** Where a mixture is not a distribution that explains the rows it was fitted to. */
function faultsOf(mixture: GaussianMixture, rows: number[][], sampleWeight?: number[]): string[] {
  const { weights, means, covariances, nComponents: K, report } = mixture;
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  // rows of weight 0 may hold anything
  const sane = rows.filter((row) => row.every(Number.isFinite));
  const counted = rows.filter((_, n) => sampleWeight?.[n] !== 0);
  const shares = mixture.predictProba(sane);
  const isShared = sane.every((_, n) => Math.abs(sum(shares.subarray(n * K, (n + 1) * K)) - 1) < 1e-9);
  const checks: Record<string, () => boolean> = {
    "weights are 0 or more": () => weights.every((weight) => weight >= 0),
    "weights sum to 1": () => Math.abs(sum(weights) - 1) < 1e-9,
    "means are finite": () => means.every(Number.isFinite),
    "covariances are finite": () => covariances.every(Number.isFinite),
    // refuses others
    "covariances are positive definite": () => GaussianMixture.fromParameters(mixture) !== undefined,
    "the trace is finite": () => report?.trace.every(Number.isFinite) === true,
    "the log-likelihood is finite": () => Number.isFinite(report?.logLikelihood),
    "rows that count have a density": () => mixture.scoreSamples(counted).every(Number.isFinite),
    "densities are no NaN": () => mixture.scoreSamples(sane).every((density) => density < Infinity),
    "responsibilities sum to 1": () => isShared,
    "samples are finite": () => mixture.sample(3).data.every(Number.isFinite),
  };
  return Object.entries(checks).flatMap(([what, holds]) => {
    try {
      return holds() ? [] : [`not so: ${what}`];
    } catch (error) {
      return [`${what}: ${(error as Error).stack}`];
    }
  });
}

/** What is nasty about a problem, in words to count by. */
export function kindsOf({ N, D, K, defects, weights, by, options }: Nasty): string[] {
  return [
    ...new Set<string>(defects),
    ...(D > N ? ["more columns than rows"] : []),
    ...(K === 1 ? ["one component"] : []),
    ...(K > N ? ["more components than rows"] : []),
    ...(weights === "none" ? [] : ["sample weights"]),
    ...(options.regCovar === 0 ? ["no regularisation"] : []),
    ...(options.prior === undefined ? [] : ["prior"]),
    ...(options.init === undefined || options.init === "race"
      ? [`effort ${options.init ? "thorough" : (options.effort ?? "standard")}`]
      : ["another start"]),
    ...(by === "fit" ? [] : [by]),
  ];
}

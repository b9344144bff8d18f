// What keeps covariances positive definite: docs/numerics.md, decision 0006.

import { pivotTolerance } from "../../covariance/roots.ts";
import type { Work } from "../../engine/schedule.ts";
import type { PriorOptions } from "../../input/options.ts";
import { type Prior, priorOf } from "./prior.ts";
import type { Problem } from "./problem.ts";
import { type Resolution, resolutionOf } from "./resolution.ts";
import { dependentColumns, totalCovariance } from "./total-covariance.ts";

/** What is added to the covariances so that they stay positive definite; each [D]. */
export interface Regularisation {
  /** Added to every variance. */
  readonly reg: Float64Array;
  /** Added to every scatter: its weight fades as a component gains rows. */
  readonly ridge: Float64Array;
  readonly prior?: Prior | undefined;
  /** What rows and columns of the data can tell apart. */
  readonly resolution: Resolution;
  /** What no covariance may fall below, for `raiseCovariances` (assembly/floor.ts); undefined if nothing but the above holds them. */
  readonly floor: Float64Array | undefined;
}

/** What the scale of the columns is seen in: the number of components does not matter. */
type Scaled = Pick<Problem, "rows" | "form">;

/** Share of a column's variance added to that of every component, so that none depends on how many rows it has; see docs/numerics.md. */
const REG_SHARE = 1e-10;
/**
 * At least so many times what rounding may take from a pivot; also the share of all rows, with the spread of the data, that
 * each component gets for free: one of few rows may be wider than all together.
 */
const ABOVE_ROUNDING = 4;
/** Added to the variance of a column that is constant, in the unit of the data squared: scikit-learn's default. */
const CONSTANT_REG = 1e-6;

/** A column whose tenth narrowest interval is this many times narrower than its spread has a tail that is no measure for the rest. */
const LONGEST_TAIL = 100;
/** Variance of numbers that are all alike but for rounding to a step of 1 (Sheppard 1898). */
const ROUNDED = 1 / 12;
/** No component must be wider than all rows together; a little less, so that rounding does not decide. */
const BELOW_TOTAL = 0.99;
/** This share of the floor is left in any direction, also where columns depend on each other, so that rounding does not decide. */
const LEAST_OF_FLOOR = 1e-6;
/** Eigenvalues below this share of the largest, times the columns, are rounding. */
const EIGEN_ROUNDING = 8 * Number.EPSILON;
/** Columns up to which directions across them have a floor too: it takes their eigenvectors. */
const MOST_COLUMNS = 64;

/** A user's `regCovar`, or what the scale of the columns asks for; nothing beside a prior. To be asked before rows are sorted. */
export function* regularisationOf(
  problem: Problem,
  regCovar: number | undefined,
  options?: PriorOptions | undefined,
): Work<Regularisation> {
  const { rows, form } = problem;
  const prior = options && priorOf(problem, options);
  if (regCovar !== undefined || prior) {
    return {
      reg: new Float64Array(rows.D).fill(regCovar ?? 0),
      ridge: new Float64Array(rows.D),
      prior,
      resolution: yield* resolutionOf(rows),
      floor: undefined,
    };
  }
  const { regularisations } = rows;
  const known = regularisations.get(form) ?? (yield* byScale(problem));
  regularisations.set(form, known);
  return known;
}

/** What the scale of the columns asks for. */
function* byScale(problem: Scaled): Work<Regularisation> {
  const { D, totalWeight, columnVariances } = problem.rows;
  const resolution = yield* resolutionOf(problem.rows);
  const { steps, widths } = resolution;
  const spreads = columnVariances.map((variance, d) => {
    const width = LONGEST_TAIL * Math.max(steps[d], widths[d]);
    return width > 0 ? Math.min(variance, width * width) : variance;
  });
  // the one variance of a spherical component is held up by the other columns, whatever their unit
  const isHeld = problem.form.isIsotropic && spreads.some((spread) => spread > 0);
  const constant = isHeld ? 0 : CONSTANT_REG;
  const rounding = ABOVE_ROUNDING * pivotTolerance(D);
  const share = Math.max(REG_SHARE, rounding);
  const isSingular = yield* canBeSingular(problem, spreads);
  const reg = spreads.map((spread, d) => {
    if (!(spread > 0)) return constant;
    return isSingular ? Math.max(spread * share, columnVariances[d] * rounding) : spread * share;
  });
  const ridge = spreads.map((spread) => spread * rounding * totalWeight);
  return { reg, ridge, prior: undefined, resolution, floor: yield* floorOf(problem, reg, steps) };
}

/**
 * Whether pivots of covariances may be nothing but the rounding of variances that are wider than the spreads, as when three
 * tight and distant places have a column twice: a component that holds them all is as wide as the data.
 */
function* canBeSingular(problem: Scaled, spreads: Float64Array): Work<boolean> {
  const { rows, form } = problem;
  const { N, D, columnVariances } = rows;
  if (!form.isDense || !spreads.some((spread, d) => spread < columnVariances[d])) return false;
  return N <= D || (yield* dependentColumns(problem)).length > 0;
}

/** For `raiseCovariances` (assembly/floor.ts): the least variances that the columns can tell; undefined if they are all continuous. */
function* floorOf({ rows, form }: Scaled, reg: Float64Array, steps: Float64Array): Work<Float64Array | undefined> {
  const { arena, D, columnVariances } = rows;
  const { kernels } = arena;
  const least = steps.map((step, d) => Math.min(step * step * ROUNDED, BELOW_TOTAL * columnVariances[d]));
  if (!least.some((variance, d) => variance > reg[d])) return undefined;
  if (form.isIsotropic) return new Float64Array(D).fill(Math.max(...least));
  if (!form.isDense) return least;
  if (D > MOST_COLUMNS) return undefined;
  const roots = least.map((variance, d) => Math.sqrt(Math.max(variance, reg[d] / 2)));
  const total = yield* totalCovariance(rows, 0, 0);
  const mark = arena.mark();
  try {
    const relative = arena.copyOf(total.map((value, at) => value / roots[Math.floor(at / D)] / roots[at % D]));
    const [values, vectors, scratch] = [arena.f64(D), arena.f64(D * D), arena.f64(D)];
    kernels.eigen(relative, values, vectors, scratch, D);
    const U = arena.viewF64(vectors, D * D);
    const floor = new Float64Array(3 * D * D);
    const shares = arena.viewF64(values, D);
    // continuous columns have values of 1e10 here, whose rounding is no variance of others
    const nothing = EIGEN_ROUNDING * D * Math.max(...shares);
    shares.forEach((value, l) => {
      const kept = value > nothing ? Math.min(1, BELOW_TOTAL * value) : 0;
      const share = Math.sqrt(Math.max(LEAST_OF_FLOOR, kept));
      for (let d = 0; d < D; d++) {
        floor[D * D + d * D + l] = floor[2 * D * D + l * D + d] = roots[d] * U[l * D + d] * share;
      }
    });
    for (let i = 0; i < D; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let l = 0; l < D; l++) sum += floor[D * D + i * D + l] * floor[D * D + j * D + l];
        floor[i * D + j] = floor[j * D + i] = sum;
      }
    }
    return floor;
  } finally {
    arena.rewind(mark);
  }
}

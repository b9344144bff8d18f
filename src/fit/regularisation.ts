// What keeps covariances positive definite: docs/numerics.md, decision 0006.
import type { PriorOptions } from "../input/options.ts";
import { pivotTolerance } from "../model/parameters.ts";
import { type Prior, priorOf } from "./prior.ts";
import type { Problem } from "./problem.ts";

/** What is added to the covariances so that they stay positive definite; each [D]. */
export interface Regularisation {
  /** Added to every variance. */
  readonly reg: Float64Array;
  /** Added to every scatter: its weight fades as a component gains rows. */
  readonly ridge: Float64Array;
  readonly prior?: Prior | undefined;
}

/** Share of a column's variance added to that of every component, so that none depends on how many rows it has; see docs/numerics.md. */
const REG_SHARE = 1e-10;
/**
 * At least so many times what rounding may take from a pivot; also the share of all rows, with the spread of the data, that
 * each component gets for free: one of few rows may be wider than all together.
 */
const ABOVE_ROUNDING = 4;
/** Added to the variance of a column that is constant, in the unit of the data squared: scikit-learn's default. */
const CONSTANT_REG = 1e-6;

/** A user's `regCovar`, or what the scale of the columns asks for; nothing beside a prior. */
export function regularisationOf(
  problem: Problem,
  regCovar: number | undefined,
  options?: PriorOptions | undefined,
): Regularisation {
  const { D, totalWeight, columnVariances } = problem;
  const prior = options && priorOf(problem, options);
  if (regCovar !== undefined || prior) {
    return { reg: new Float64Array(D).fill(regCovar ?? 0), ridge: new Float64Array(D), prior };
  }
  const rounding = ABOVE_ROUNDING * pivotTolerance(D);
  const share = Math.max(REG_SHARE, rounding);
  return {
    reg: columnVariances.map((variance) => (variance > 0 ? variance * share : CONSTANT_REG)),
    ridge: columnVariances.map((variance) => variance * rounding * totalWeight),
  };
}

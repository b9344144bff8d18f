// What covariances ask of the data: whether there are rows enough for them.
import { isDiagonal } from "../model/parameters.ts";
import type { Problem } from "./problem.ts";

type Shape = Pick<Problem, "N" | "K" | "covarianceType" | "columnVariances">;

/** Columns that are not constant. */
function varying({ columnVariances }: Shape): number {
  return columnVariances.reduce((count, variance) => (variance > 0 ? count + 1 : count), 0);
}

/** The least number of rows from which covariances of many columns can be estimated: more than columns for each. */
function leastRows(shape: Shape): number {
  const { K, covarianceType } = shape;
  if (isDiagonal(shape)) return 0;
  return covarianceType === "full" ? K * (varying(shape) + 1) : K + varying(shape);
}

/** Whether the rows are too few for the covariances wherever a fit ends: regularisation alone then keeps some positive definite. */
export function isVain(shape: Shape): boolean {
  return shape.N < leastRows(shape);
}

/**
 * Why there are too many parameters to estimate, and what to do; undefined where there are not. Rows that are enough for
 * covariances hold enough numbers for all parameters: K - 1 + K D (D + 3) / 2 <= K (D + 1) D from two columns on.
 *
 * @param parameters - how many there are.
 */
export function excessOf(shape: Shape, parameters: number): string | undefined {
  if (!isVain(shape) || varying(shape) < 2) return undefined;
  const { N, covarianceType } = shape;
  return (
    `${parameters} parameters from ${N} rows of ${varying(shape)} columns: covarianceType "${covarianceType}" takes ` +
    `${leastRows(shape)} rows and more; use covarianceType "diag", or fewer columns`
  );
}

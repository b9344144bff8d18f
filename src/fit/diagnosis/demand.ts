// What covariances ask of the data: whether there are rows enough for them.
import { DIAG } from "../../covariance/diag.ts";
import type { Problem } from "../em/problem.ts";

/**
 * The least number of rows from which covariances of several columns can be estimated: more than columns for each, those that
 * are constant left out. So many hold enough numbers for all parameters: K - 1 + K D (D + 3) / 2 <= K (D + 1) D.
 */
function leastRows({ rows, form, K }: Problem): number {
  const D = rows.columnVariances.filter((variance) => variance > 0).length;
  if (!form.isDense || D < 2) return 0;
  return form.isShared ? K + D : K * (D + 1);
}

/** Whether the rows are too few for the covariances wherever a fit ends: regularisation alone then keeps some positive definite. */
export function isVain(problem: Problem): boolean {
  return problem.rows.N < leastRows(problem);
}

/**
 * Why there are too many parameters to estimate, and what to do; undefined where there are not.
 *
 * @param parameters - how many there are.
 */
export function excessOf(problem: Problem, parameters: number): string | undefined {
  if (!isVain(problem)) return undefined;
  const { rows, form } = problem;
  return (
    `${parameters} parameters from ${rows.N} rows of ${rows.D} columns: covarianceType "${form.name}" takes ` +
    `${leastRows(problem)} rows and more; use covarianceType "${DIAG.name}", or fewer columns`
  );
}

/**
 * Why the rows are few for the parameters, though they are enough for covariances; undefined where they are not.
 *
 * @param parameters - how many there are.
 */
export function scarcityOf({ rows, form, K }: Problem, parameters: number): string | undefined {
  if (rows.N >= parameters) return undefined;
  const ways = [K > 1 && "fewer components", form.isDense && rows.D > 1 && "a simpler covarianceType", "more rows"];
  const [last, ...others] = ways.filter(Boolean).reverse();
  const way = others.length > 0 ? `${others.reverse().join(", ")} or ${last}` : last;
  return `${parameters} parameters from ${rows.N} rows of ${rows.D} columns: other rows could have given others; use ${way}`;
}

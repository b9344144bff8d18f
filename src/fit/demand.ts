// What a model asks of the data: whether there are enough of them for its parameters.
import { isDiagonal, parameterCount } from "../model/parameters.ts";
import type { Problem } from "./problem.ts";

type Shape = Pick<Problem, "N" | "K" | "D" | "covarianceType">;

/**
 * Whether the rows are too few for covariances of their own, wherever a fit ends: fewer than D + 1 for each full one, or not D
 * more than components for a tied one. Regularisation alone then keeps some positive definite.
 */
export function isVain(shape: Shape): boolean {
  const { N, K, D, covarianceType } = shape;
  return !isDiagonal(shape) && N < (covarianceType === "full" ? K * (D + 1) : K + D);
}

/**
 * Why there are too many parameters to estimate, and what to do; undefined where there are not.
 *
 * @param free - how many there are.
 */
export function excessOf(shape: Shape, free: number): string | undefined {
  const { N, K, D, covarianceType } = shape;
  const isMatrix = !isDiagonal(shape);
  const rank = covarianceType === "full" ? `${D + 1} rows for each component` : `${D + K} rows`;
  const why = isVain(shape)
    ? `, but covarianceType "${covarianceType}" takes at least ${rank}`
    : ", which hold fewer numbers";
  if (!isVain(shape) && free <= N * D) return undefined;
  const asDiagonal = isMatrix ? parameterCount("diag", K, D) : free;
  const remedies = [
    ...(asDiagonal > N * D ? [K > 1 ? "use fewer components" : "give more rows"] : []),
    ...(isMatrix && D > 1 ? ['use covarianceType "diag"'] : []),
  ];
  return `${free} parameters from ${N} rows of ${D} columns${why}; ${remedies.join(" and ")}`;
}

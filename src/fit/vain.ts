import { isDiagonal } from "../model/parameters.ts";
import type { Problem } from "./problem.ts";

/**
 * Whether the rows are too few for covariances of their own, wherever a fit ends: fewer than D + 1 for each full one, or not D
 * more than components for a tied one. Regularisation alone then keeps some positive definite.
 */
export function isVain(problem: Pick<Problem, "N" | "K" | "D" | "covarianceType">): boolean {
  const { N, K, D, covarianceType } = problem;
  return !isDiagonal(problem) && N < (covarianceType === "full" ? K * (D + 1) : K + D);
}

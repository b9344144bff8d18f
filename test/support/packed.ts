// Packed rows for tests that look inside a fit.
import type { Work } from "../../src/engine/schedule.ts";
import { withRows } from "../../src/fit/em/packing.ts";
import { type Problem, problemOf } from "../../src/fit/em/problem.ts";
import type { CovarianceType } from "../../src/index.ts";
import type { Matrix } from "../../src/input/matrix.ts";

/** Packs rows, and works on fitting K components of a type to them. */
export function withProblem<T>(
  matrix: Matrix,
  covarianceType: CovarianceType,
  K: number,
  weights: Float64Array | undefined,
  work: (problem: Problem) => Work<T>,
): Work<T> {
  return withRows(matrix, K, weights, (rows) => work(problemOf(rows, covarianceType, K)));
}

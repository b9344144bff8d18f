// What a kind of covariance is to everything that does not choose it: how it is stored, and what its numbers mean.
import type { CovarianceType } from "../input/options.ts";

/** How the covariances of a mixture are stored and read: in blocks, one for each component or one for all. */
export interface Form {
  readonly name: CovarianceType;
  /** What kernels know the form by. */
  readonly code: number;
  /** Whether all components share one block. */
  readonly isShared: boolean;
  /** Whether a block is a matrix, with entries beside the diagonal. */
  readonly isDense: boolean;
  /** Whether a block is one number, the variance of every column. */
  readonly isIsotropic: boolean;
  /** The shape of a block: [D, D], [D] or []. */
  blockShape(D: number): readonly number[];
  /** Where a block has entry (i, j) of the covariance; -1 where that is 0. */
  at(i: number, j: number, D: number): number;
  /** The block with these variances [D] and nothing beside them, or their mean. */
  ofVariances(variances: Float64Array): Float64Array;
  /** z z' [D, D] as far as a block holds it; the mean of z² where it is one number. */
  outer(z: Float64Array): Float64Array;
  /** The block of some columns, in the order given. */
  marginal(block: Float64Array, columns: readonly number[], D: number): Float64Array;
}

// Marginal and conditional distributions of a mixture, which are mixtures again (Bishop, PRML, section 2.3).

import { blockCount, blockOf, formOf } from "../covariance/forms.ts";
import { matricesOf, type Parameters } from "../covariance/parameters.ts";
import { singularCovariance } from "../covariance/roots.ts";
import { withArena } from "../engine/arena.ts";
import { type Model, modelOf } from "./model.ts";
import { joined } from "./sums.ts";

/** The mixture of some columns, in the order given. The covariance type stays. */
export function marginalOf(parameters: Parameters, columns: readonly number[]): Parameters {
  const { nComponents: K, nFeatures: D, means, covariances } = parameters;
  const form = formOf(parameters);
  const blocks = Array.from({ length: blockCount(form, K) }, (_, k) => blockOf(form, covariances, K, k));
  return {
    ...parameters,
    nFeatures: columns.length,
    means: Float64Array.from(
      { length: K * columns.length },
      (_, i) => means[Math.floor(i / columns.length) * D + columns[i % columns.length]],
    ),
    covariances: joined(blocks.map((block) => form.marginal(block, columns, D))),
  };
}

/** A mixture of inputs x and targets y as p(x) p(y | x): see assembly/conditional.ts. */
export interface Split {
  /** The mixture of the inputs. */
  readonly inputs: Model;
  /** The mixture of the targets, with the covariances C that they have given inputs, in the mixture's own type. */
  readonly targets: Parameters;
  /** [K, M, D]: B, from inputs to conditional means. */
  readonly slopes: Float64Array;
  /** [K, M, M]: C, whatever the type. */
  readonly spreads: Float64Array;
}

/**
 * Splits the columns of a mixture into inputs and targets; columns in neither are integrated out.
 *
 * With Σ = U'U over the inputs, then the targets, B' solves U_xx B' = U_xy, and C = U_yy' U_yy: the Schur complement
 * without a subtraction (Golub & Van Loan, Matrix Computations, 4th ed., section 4.2).
 *
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite to working precision.
 */
export function splitOf(parameters: Parameters, inputs: readonly number[], targets: readonly number[]): Split {
  const { covarianceType: type, nComponents: K } = parameters;
  const form = formOf(parameters);
  const both = marginalOf(parameters, [...inputs, ...targets]);
  const { nFeatures: W } = both;
  const [D, M] = [inputs.length, targets.length];
  const slopes = new Float64Array(K * M * D);
  const spreads = new Float64Array(K * M * M);
  const matrices = matricesOf(both);
  for (let k = 0; k < K; k++) {
    const u = withArena((arena) => {
      const matrix = arena.copyOf(matrices.subarray(k * W * W, (k + 1) * W * W));
      if (arena.kernels.cholesky(matrix, W, 0) !== 0) throw singularCovariance(type, k, "scale its columns");
      return arena.readF64(matrix, W * W);
    });
    for (let j = 0; j < M; j++) {
      const b = slopes.subarray((k * M + j) * D);
      for (let i = D - 1; i >= 0; i--) {
        let rest = u[i * W + D + j];
        for (let l = i + 1; l < D; l++) rest -= u[i * W + l] * b[l];
        b[i] = rest / u[i * W + i];
      }
      for (let i = 0; i <= j; i++) {
        let sum = 0;
        for (let l = D; l <= D + i; l++) sum += u[l * W + D + i] * u[l * W + D + j];
        spreads[(k * M + i) * M + j] = spreads[(k * M + j) * M + i] = sum;
      }
    }
  }
  const marginal = marginalOf(parameters, targets);
  // without covariances across columns C is the marginal one, to the bit
  const covariances = form.isDense ? spreads.slice(0, blockCount(form, K) * M * M) : marginal.covariances;
  return { inputs: modelOf(marginalOf(parameters, inputs)), targets: { ...marginal, covariances }, slopes, spreads };
}

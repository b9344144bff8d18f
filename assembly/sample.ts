// Random rows from a mixture.
import { Model } from "./descriptors";
import { DIAG, FULL, TIED } from "./layout";
import { normal, pick } from "./random";

/**
 * N rows: a component by weight, then x = mu_k + U_k' z with z standard normal.
 *
 * model   its mu alone.
 * cumulative [K] f64, in: partial sums of the weights.
 * root    in: Cholesky factors U (upper triangle, from `cholesky`) full [K, D, D], tied [D, D]; standard deviations
 *         diag [K, D], spherical [K].
 * state   [6] u64, in/out: see random.ts. z [D] f64, scratch.
 * rows    [N, D] f64, out. labels [N] i32, out.
 */
export function sample(
  model: usize, cumulative: usize, root: usize, state: usize, rows: usize, labels: usize, N: i32, z: usize,
): void {
  const mixture = changetype<Model>(model);
  const type = mixture.type, D = mixture.D, K = mixture.K, mu = mixture.mu;
  const rowBytes = <usize>D << 3;
  for (let n = 0; n < N; ++n, rows += rowBytes, labels += 4) {
    const k = pick(state, cumulative, K);
    store<i32>(labels, k);
    for (let d: usize = 0; d < rowBytes; d += 8) store<f64>(z + d, normal(state));
    const mean = mu + <usize>k * rowBytes;
    if (type == FULL || type == TIED) {
      const u = type == FULL ? root + <usize>k * rowBytes * <usize>D : root;
      for (let d: usize = 0; d < rowBytes; d += 8) {
        let sum: f64 = 0;
        let at = u + d;
        for (let j: usize = 0; j <= d; j += 8, at += rowBytes) sum += load<f64>(at) * load<f64>(z + j);
        store<f64>(rows + d, load<f64>(mean + d) + sum);
      }
    } else {
      const first = type == DIAG ? root + <usize>k * rowBytes : root + (<usize>k << 3);
      const step: usize = type == DIAG ? 1 : 0;
      for (let d: usize = 0; d < rowBytes; d += 8) {
        store<f64>(rows + d, load<f64>(mean + d) + load<f64>(first + d * step) * load<f64>(z + d));
      }
    }
  }
}

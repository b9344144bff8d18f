// Covariances that may not fall below a floor: the most likely ones among those that do not.
import { cholesky, invertFactor } from "./cholesky";
import { Model } from "./descriptors";
import { dot, eigen } from "./eigen";
import { DIAG, FULL, SPHERICAL, TIED } from "./layout";

/** Bytes that `raiseCovariances` needs of scratch. */
export function raiseScratchBytes(type: i32, D: i32): usize {
  return type == FULL || type == TIED ? (<usize>D * <usize>D * 3 + <usize>D * 2) << 3 : 0;
}

/**
 * Σ := argmin over Σ' ⪰ F of log|Σ'| + tr(Σ'⁻¹ Σ): with F = R R' and R⁻¹ Σ R⁻¹' = U Λ U', that is R U max(Λ, 1) U' R'. A matrix
 * that is above the floor stays as it is, to the bit. Diagonal ones: max(σ², f); spherical ones: max(σ², the largest f).
 * Λ may reach from 1e-10 to 1e10; the eigenvalues of R' (Σ + F)⁻¹ R, 1 / (1 + λ), tell those below 1 without loss.
 *
 * model    its cov, in and out.
 * floor    full and tied: F [D, D], R [D, D] and R' [D, D], one after the other; else f [D]; in.
 * scratch  `raiseScratchBytes`.
 * result   number of covariances that were raised. NaN is left as it is.
 * Source: Won, Lim, Kim & Rajaratnam 2013, J. R. Statist. Soc. B 75:427, theorem 1, with a floor in place of a condition number.
 */
export function raiseCovariances(model: usize, floor: usize, scratch: usize): i32 {
  const mixture = changetype<Model>(model);
  const type = mixture.type, D = mixture.D, K = mixture.K;
  let cov = mixture.cov;
  if (type == DIAG || type == SPHERICAL) return raiseVariances(type, cov, floor, D, K);
  const size = <usize>D * <usize>D << 3;
  let raised = 0;
  for (let k = 0, count = type == TIED ? 1 : K; k < count; ++k, cov += size) {
    for (let at: usize = 0; at < size; at += 8) store<f64>(scratch + at, load<f64>(cov + at) - load<f64>(floor + at));
    if (cholesky(scratch, D, 0) == 0) continue;
    for (let at: usize = 0; at < size; at += 8) store<f64>(scratch + at, load<f64>(cov + at) + load<f64>(floor + at));
    if (cholesky(scratch, D, 0) != 0) continue;
    raise(cov, floor + size, floor + 2 * size, D, scratch);
    ++raised;
  }
  return raised;
}

function raiseVariances(type: i32, cov: usize, floor: usize, D: i32, K: i32): i32 {
  let raised = 0;
  for (let k = 0; k < K; ++k) {
    for (let d = 0; d < D; ++d) {
      const least = load<f64>(floor + (<usize>d << 3));
      if (load<f64>(cov) < least) {
        store<f64>(cov, least);
        ++raised;
      }
      if (type == DIAG) cov += 8;
    }
    if (type == SPHERICAL) cov += 8;
  }
  return raised;
}

/** c = a b'. a, b, c [D, D] f64, row-major; c overlaps neither. */
function multiplyTurned(a: usize, b: usize, c: usize, D: i32): void {
  const rowBytes = <usize>D << 3;
  for (const end = a + rowBytes * <usize>D; a < end; a += rowBytes) {
    for (let j = 0, row = b; j < D; ++j, row += rowBytes, c += 8) store<f64>(c, dot(a, row, D));
  }
}

/** One covariance [D, D]. root R and turned R' [D, D]; scratch begins with the Cholesky factor of Σ + F. */
function raise(cov: usize, root: usize, turned: usize, D: i32, scratch: usize): void {
  const size = <usize>D * <usize>D << 3;
  const a = scratch;
  const vectors = a + size;
  const b = vectors + size;
  const values = b + size;
  // with P the inverse of the factor, R' (Σ + F)⁻¹ R = (R' P') (R' P')'
  invertFactor(a, vectors, D);
  multiplyTurned(turned, vectors, b, D);
  multiplyTurned(b, b, a, D);
  eigen(a, values, vectors, values + (<usize>D << 3), D);
  // b = R U, a row of `vectors` being a column of U
  multiplyTurned(root, vectors, b, D);
  for (let l = 0; l < D; ++l) {
    const lack = 2 - 1 / load<f64>(values + (<usize>l << 3));
    if (!(lack > 0)) continue;
    const column = b + (<usize>l << 3);
    for (let i = 0; i < D; ++i) {
      const bi = lack * load<f64>(column + <usize>i * (<usize>D << 3));
      for (let j = 0; j <= i; ++j) {
        const at = cov + (<usize>i * <usize>D + <usize>j << 3);
        const value = load<f64>(at) + bi * load<f64>(column + <usize>j * (<usize>D << 3));
        store<f64>(at, value);
        store<f64>(cov + (<usize>j * <usize>D + <usize>i << 3), value);
      }
    }
  }
}

// Eigenvalues, and covariances raised to a floor: against their definitions.
import { cholesky } from "../cholesky";
import { eigen } from "../eigen";
import { raiseCovariances, raiseScratchBytes } from "../floor";
import { DIAG, FULL, SPHERICAL, TIED } from "../layout";
import { parametersOf } from "./reference";
import { at, damaged, EPS, f64s, fill, ratio, reset, room, seal, sizeAt, SIZES } from "./support.include";

/** a [D, D] := B B' / D, B of random numbers; with `rank` columns. */
function gram(a: usize, D: i32, rank: i32): void {
  const b = f64s(D * rank);
  fill(b, D * rank, -1, 1);
  for (let i = 0; i < D; ++i) {
    for (let j = 0; j < D; ++j) {
      let sum: f64 = 0;
      for (let l = 0; l < rank; ++l) sum += at(b, i * rank + l) * at(b, j * rank + l);
      store<f64>(a + (<usize>(i * D + j) << 3), sum / <f64>D);
    }
  }
}

function copy(from: usize, to: usize, length: i32): void {
  memory.copy(to, from, <usize>length << 3);
}

function trace(a: usize, D: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < D; ++i) sum += at(a, i * (D + 1));
  return sum;
}

describe("eigen", () => {
  test("V' diag(λ) V is the matrix, and V is orthogonal, with single, double and zero eigenvalues", () => {
    for (let s = 0; s < SIZES; ++s) {
      for (let kind = 0; kind < 4; ++kind) {
        const D = max(1, sizeAt(s));
        if (D > 70) continue;
        reset(D + kind);
        const a = f64s(D * D);
        gram(a, D, kind == 0 ? D : kind == 1 ? max(1, D / 2) : 1);
        if (kind == 3) for (let i = 0; i < D * D; ++i) store<f64>(a + (<usize>i << 3), i % (D + 1) == 0 ? 2 : 0);
        seal();
        const work = f64s(D * D);
        copy(a, work, D * D);
        const values = f64s(D);
        const vectors = f64s(D * D);
        const offsets = f64s(D);
        eigen(work, values, vectors, offsets, D);
        let worst: f64 = 0;
        let skew: f64 = 0;
        for (let i = 0; i < D; ++i) {
          for (let j = 0; j < D; ++j) {
            let sum: f64 = 0;
            let product: f64 = 0;
            for (let l = 0; l < D; ++l) {
              sum += at(values, l) * at(vectors, l * D + i) * at(vectors, l * D + j);
              product += at(vectors, i * D + l) * at(vectors, j * D + l);
            }
            worst = max(worst, Math.abs(sum - at(a, i * D + j)));
            skew = max(skew, Math.abs(product - (i == j ? 1 : 0)));
          }
        }
        const name = "D " + D.toString() + ", kind " + kind.toString();
        // backward stable: some D eps of the largest eigenvalue, which the trace bounds
        expect(ratio(worst, 0, 8 * <f64>D * EPS * trace(a, D))).toBeLessThanOrEqual(1, name);
        expect(ratio(skew, 0, 16 * <f64>D * EPS)).toBeLessThanOrEqual(1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });
});

/** log|a| + tr(a⁻¹ s), by the inverse of a's Cholesky factor. */
function deviance(a: usize, s: usize, D: i32): f64 {
  const u = f64s(D * D);
  copy(a, u, D * D);
  expect(cholesky(u, D, 0)).toBe(0);
  let sum: f64 = 0;
  const x = f64s(D);
  for (let c = 0; c < D; ++c) {
    sum += 2 * Math.log(at(u, c * (D + 1)));
    // a x = column c of s; its entry c counts
    for (let i = 0; i < D; ++i) {
      let value = at(s, i * D + c);
      for (let l = 0; l < i; ++l) value -= at(u, l * D + i) * at(x, l);
      store<f64>(x + (<usize>i << 3), value / at(u, i * (D + 1)));
    }
    for (let i = D - 1; i >= c; --i) {
      let value = at(x, i);
      for (let l = i + 1; l < D; ++l) value -= at(u, i * D + l) * at(x, l);
      store<f64>(x + (<usize>i << 3), value / at(u, i * (D + 1)));
    }
    sum += at(x, c);
  }
  return sum;
}

describe("raiseCovariances", () => {
  test("leaves what is above the floor as it is, and takes the most likely of those above it for the rest", () => {
    for (let D = 1; D <= 6; ++D) {
      for (let type = FULL; type <= TIED; ++type) {
        reset(D);
        const K = type == TIED ? 1 : 3;
        // F = R R' with R lower triangular
        const floor = f64s(3 * D * D);
        const root = floor + (<usize>(D * D) << 3);
        const turned = root + (<usize>(D * D) << 3);
        gram(floor, D, D);
        for (let i = 0; i < D; ++i) store<f64>(floor + (<usize>(i * (D + 1)) << 3), at(floor, i * (D + 1)) + 0.1);
        const u = f64s(D * D);
        copy(floor, u, D * D);
        expect(cholesky(u, D, 0)).toBe(0);
        for (let i = 0; i < D; ++i) {
          for (let j = 0; j < D; ++j) {
            store<f64>(root + (<usize>(i * D + j) << 3), j <= i ? at(u, j * D + i) : 0);
            store<f64>(turned + (<usize>(j * D + i) << 3), j <= i ? at(u, j * D + i) : 0);
          }
        }
        const before = f64s(K * D * D);
        gram(before, D, max(1, D - 1));
        // another that is twice the floor, and one that is zero
        for (let i = 0; i < D * D && K > 1; ++i) {
          store<f64>(before + (<usize>(D * D + i) << 3), 2 * at(floor, i));
          store<f64>(before + (<usize>(2 * D * D + i) << 3), 0);
        }
        seal();
        const cov = f64s(K * D * D);
        copy(before, cov, K * D * D);
        const scratch = room(raiseScratchBytes(type, D));
        const raised = raiseCovariances(parametersOf(type, D, K, 0, 0, cov, 0), floor, scratch);
        const name = "D " + D.toString() + ", type " + type.toString();
        expect(raised).toBeGreaterThanOrEqual(K > 1 ? 1 : 0, name);
        if (K > 1) expect(memory.compare(cov + (<usize>(D * D) << 3), before + (<usize>(D * D) << 3), <usize>(D * D) << 3)).toBe(0, name);
        for (let i = 0; i < D * D && K > 1; ++i) {
          expect(ratio(at(cov, 2 * D * D + i), at(floor, i), 64 * <f64>D * EPS * trace(floor, D))).toBeLessThanOrEqual(1, name);
        }
        // on no segment to another matrix above the floor is one that is likelier
        const least = deviance(cov, before, D);
        const other = f64s(D * D);
        const mixed = f64s(D * D);
        for (let trial = 0; trial < 20; ++trial) {
          gram(other, D, D);
          for (let i = 0; i < D * D; ++i) {
            const above = at(floor, i) + at(other, i) * <f64>trial / 10;
            store<f64>(mixed + (<usize>i << 3), 0.99 * at(cov, i) + 0.01 * above);
          }
          expect(deviance(mixed, before, D)).toBeGreaterThanOrEqual(least - 1e-9 * Math.abs(least) - 1e-9, name);
        }
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("takes the larger of a variance and its floor", () => {
    for (let D = 1; D <= 5; ++D) {
      reset(D);
      const K = 3;
      const floor = f64s(D);
      fill(floor, D, 0.4, 0.6);
      const before = f64s(K * D);
      fill(before, K * D, 0, 1);
      seal();
      const variances = f64s(K * D);
      copy(before, variances, K * D);
      let below = 0;
      for (let i = 0; i < K * D; ++i) if (at(before, i) < at(floor, i % D)) ++below;
      expect(raiseCovariances(parametersOf(DIAG, D, K, 0, 0, variances, 0), floor, 0)).toBe(below);
      for (let i = 0; i < K * D; ++i) expect(at(variances, i)).toBe(max(at(before, i), at(floor, i % D)));
      copy(before, variances, K);
      raiseCovariances(parametersOf(SPHERICAL, D, K, 0, 0, variances, 0), floor, 0);
      let largest: f64 = 0;
      for (let d = 0; d < D; ++d) largest = max(largest, at(floor, d));
      for (let k = 0; k < K; ++k) expect(at(variances, k)).toBe(max(at(before, k), largest));
      expect(damaged()).toBe(0);
    }
  });
});

// The best move of single rows from component to component (src/fit/moves/relocation.ts).
import { Model, Rows } from "./descriptors";
import { log } from "./elementary";

/** What a component k gains with weight more, or less, at a row: as `changeBy` left it in block [2, K]. square: the row's distance from it. */
// @ts-ignore: decorator
@inline
function gainOf(block: usize, k: usize, K: usize, after: f64, weight: f64, now: f64, square: f64, D: i32): f64 {
  const share = 1 + weight * square / after;
  if (!(after > <f64>D && share > 0)) return -Infinity;
  return after * (load<f64>(block + k) - (load<f64>(block + (K << 3) + k) + log(share)) / 2) - now;
}

/** For each component with `weight` more: the logarithm of its share of all weight, and log |Σ| scaled to its count. block [2, K] f64, out. */
function changeBy(weight: f64, counts: usize, logDets: usize, totalWeight: f64, block: usize, D: i32, K: i32): void {
  for (let k: usize = 0; k < <usize>K << 3; k += 8) {
    const count = load<f64>(counts + k);
    const after = count + weight;
    store<f64>(block + k, log(after / totalWeight));
    store<f64>(block + (<usize>K << 3) + k, load<f64>(logDets + k) + <f64>D * log(count / after));
  }
}

/**
 * For each row the other component to which it moves best, and what the classification likelihood
 *
 *     Σ_k n_k (log(n_k / W) - ½ log |Σ_k|)
 *
 * gains with both covariances estimated anew, as determinants follow from squared distances δ²: |Σ - c d d'| = |Σ| (1 - c δ²).
 * Source: Scott & Symons (1971), Biometrics 27:387; one row at a time as Friedman & Rubin (1967), JASA 62:1159.
 *
 * resp     [N, K] f64, in: a row moves from the component with most of it. distance [N, K] f64, in: from `mahalanobis`.
 * model    full: its weights and logc, estimated from these rows, count. totalWeight: W.
 * to       [N] i32, out: the row's own component where there is no other to go to.
 * gain     [N] f64, out, in nats of rows that weigh 1 on average: minus infinity there.
 * scratch  [7, K] f64.
 */
export function bestMoves(
  rows: usize, model: usize, resp: usize, distance: usize, to: usize, gain: usize, totalWeight: f64, scratch: usize,
): void {
  const data = changetype<Rows>(rows), mixture = changetype<Model>(model);
  const w = data.w, wStep = data.wStep;
  const N = data.N, D = data.D, K = mixture.K;
  const weights = mixture.weights, logc = mixture.logc;
  const rowBytes = <usize>K << 3;
  // rows are counted, whatever the unit of their weights: on average they weigh 1
  const unit = <f64>N / totalWeight;
  totalWeight = <f64>N;
  const counts = scratch;
  const logDets = counts + rowBytes;
  const now = logDets + rowBytes;
  const join = now + rowBytes;
  const leave = join + (rowBytes << 1);
  for (let k: usize = 0; k < rowBytes; k += 8) {
    const weight = load<f64>(weights + k);
    const count = weight * totalWeight;
    // log |Σ|, but for a constant that all have
    const logDet = 2 * (log(weight) - load<f64>(logc + k));
    store<f64>(counts + k, count);
    store<f64>(logDets + k, logDet);
    store<f64>(now + k, count > 0 ? count * (log(count / totalWeight) - logDet / 2) : 0);
  }
  let last: f64 = NaN;
  for (let n = 0; n < N; ++n, resp += rowBytes, distance += rowBytes) {
    const weight = wStep ? load<f64>(w + (<usize>n << 3)) * unit : 1;
    if (weight != last) {
      changeBy(weight, counts, logDets, totalWeight, join, D, K);
      changeBy(-weight, counts, logDets, totalWeight, leave, D, K);
      last = weight;
    }
    let home: usize = 0;
    for (let k: usize = 8; k < rowBytes; k += 8) if (load<f64>(resp + k) > load<f64>(resp + home)) home = k;
    const own = load<f64>(distance + home);
    const left = gainOf(leave, home, K, load<f64>(counts + home) - weight, -weight, load<f64>(now + home), own * own, D);
    let best = home;
    let most = -Infinity;
    for (let k: usize = 0; k < rowBytes; k += 8) {
      if (k == home) continue;
      const far = load<f64>(distance + k);
      const total = left + gainOf(join, k, K, load<f64>(counts + k) + weight, weight, load<f64>(now + k), far * far, D);
      if (total > most) {
        best = k;
        most = total;
      }
    }
    store<i32>(to + (<usize>n << 2), <i32>(best >> 3));
    store<f64>(gain + (<usize>n << 3), most);
  }
}

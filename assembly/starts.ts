// Sums from given responsibilities or labels: the first M-step of a start, and the public one.
import { Model, Rows, tileWeights } from "./descriptors";
import { HEADER_BYTES, scatterLength, TIED } from "./layout";
import { addMoments } from "./moments";

/** Scratch of `accumulateGiven`, in bytes: r [T] and v [1 + D, T]. */
export function givenScratchBytes(D: i32, T: i32): usize {
  return <usize>(2 + D) * <usize>T << 3;
}

/**
 * stats += M-step sums of tiles first … last - 1 about the model's means, with responsibilities from labels or from rows;
 * where both pointers are 0, every row belongs wholly to every component.
 *
 * labels  [N] i32, in: component of each row; or 0, and then
 * resp    [N - first * T, K] f64, in: responsibilities of the rows from tile `first` on, row-major.
 * model   its mu alone: the points that the sums are about; the tied scatter is summed exactly.
 * scratch `givenScratchBytes`. The rest as `accumulate`.
 */
export function accumulateGiven(
  rows: usize, model: usize, first: i32, last: i32, labels: usize, resp: usize, stats: usize, scratch: usize,
): void {
  const data = changetype<Rows>(rows), mixture = changetype<Model>(model);
  const N = data.N, D = data.D, T = data.T;
  const type = mixture.type, K = mixture.K, mu = mixture.mu;
  const laneBytes = <usize>T << 3;
  const tileBytes = <usize>D * laneBytes;
  const blockBytes = <usize>(1 + D + scatterLength(type, D)) << 4;
  const blocks = stats + HEADER_BYTES;
  const shared = type == TIED ? blocks + <usize>K * blockBytes : 0;
  const r = scratch;
  const v = r + laneBytes;
  const respBytes = <usize>K << 3;
  let x = data.x + <usize>first * tileBytes;
  for (let t = first; t < last; ++t, x += tileBytes) {
    const weights = tileWeights(data, t);
    const count = min(T, N - t * T);
    for (let k = 0; k < K; ++k) {
      let live = 0;
      for (let n = 0; n < T; ++n) {
        let value: f64 = 0;
        if (n < count) {
          value = load<f64>(weights + (<usize>n << 3));
          if (labels) value = load<i32>(labels + (<usize>(t * T + n) << 2)) == k ? value : 0;
          else if (resp) value *= load<f64>(resp + <usize>((t - first) * T + n) * respBytes + (<usize>k << 3));
        }
        store<f64>(r + (<usize>n << 3), value);
        if (value != 0) live |= 1 << (n >> 3);
      }
      if (live) addMoments(type, x, r, live, mu + (<usize>k * <usize>D << 3), blocks + <usize>k * blockBytes, shared, v, D, T);
    }
  }
}

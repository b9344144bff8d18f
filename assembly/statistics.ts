// Sums of a pass written out, for those who go on with them elsewhere.
import { Model } from "./descriptors";
import { DIAG, FULL, HEADER_BYTES, scatterLength, SPHERICAL, TIED } from "./layout";
import { laneSum } from "./lanes";
import { unpackScatter } from "./maximise";

/**
 * Writes a block of lane sums as plain numbers.
 *
 * model    its sizes alone.
 * stats    `statisticsLength` lane pairs, in.
 * out      [K + K D + covarianceLength] f64, out: weights of the components, first moments, then scatters in the shape of the
 *          covariances: matrices with both triangles, diagonals, or the mean of a diagonal (spherical).
 */
export function unpackStatistics(model: usize, stats: usize, out: usize): void {
  const mixture = changetype<Model>(model);
  const type = mixture.type, D = mixture.D, K = mixture.K;
  const scatterLanes = scatterLength(type, D);
  const blockBytes = <usize>(1 + D + scatterLanes) << 4;
  const matrixBytes = <usize>D * <usize>D << 3;
  let block = stats + HEADER_BYTES;
  let moments = out + (<usize>K << 3);
  let scatter = moments + (<usize>K * <usize>D << 3);
  for (let k = 0; k < K; ++k, block += blockBytes) {
    store<f64>(out + (<usize>k << 3), laneSum(v128.load(block)));
    for (let d: usize = 1; d <= <usize>D; ++d, moments += 8) store<f64>(moments, laneSum(v128.load(block + (d << 4))));
    const own = block + (<usize>(1 + D) << 4);
    if (type == FULL) {
      unpackScatter(own, scatter, D, 1);
      scatter += matrixBytes;
    } else if (type == DIAG) {
      for (let d: usize = 0; d < <usize>D; ++d, scatter += 8) store<f64>(scatter, laneSum(v128.load(own + (d << 4))));
    } else if (type == SPHERICAL) {
      store<f64>(scatter, laneSum(v128.load(own)) / <f64>D);
      scatter += 8;
    }
  }
  if (type == TIED) unpackScatter(block, scatter, D, 1);
}

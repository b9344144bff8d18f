// From log-densities to responsibilities: log-sum-exp over the components that are alive in a block.
import { BLOCK_BYTES } from "./layout";
import { expNegative, logPositive } from "./elementary";
import { multiplyAdd } from "./lanes";

/** Larger than any log-density that is not plus infinity; stands in for a maximum of minus infinity, so that no NaN arises. */
// @ts-ignore: decorator
@inline const LOWEST: f64 = -1.7976931348623157e308;

/** exp(p - m) for one vector of a block, written back; the sum grows by it. */
// @ts-ignore: decorator
@inline
function exponentiate(p: usize, difference: v128, sum: v128): v128 {
  const e = expNegative(difference);
  v128.store(p, e);
  return f64x2.add(sum, e);
}

/** w / s, or 0 where s is 0: a row that no component of the block explains belongs to none. */
// @ts-ignore: decorator
@inline
function quotient(w: v128, s: v128): v128 {
  return v128.and(f64x2.div(w, s), f64x2.gt(s, f64x2.splat(0)));
}

// @ts-ignore: decorator
@inline
function scaleVector(p: usize, factor: v128): void {
  v128.store(p, f64x2.mul(v128.load(p), factor));
}

/**
 * Lists where the log-densities of one block lie for the components that matter in it, and clears the bit of the others:
 * blocks that lived when they were computed may have been overtaken since. Result: the end of the list.
 * Without branches: which components live is as good as random to the processor.
 */
// @ts-ignore: decorator
@inline
function listLive(
  logp: usize, masks: usize, masksEnd: usize, list: usize, b: i32, laneBytes: usize, least: v128,
  m0: v128, m1: v128, m2: v128, m3: v128,
): usize {
  for (; masks < masksEnd; masks += 4, logp += laneBytes) {
    const mask = load<i32>(masks);
    const live01 = v128.or(f64x2.gt(f64x2.sub(v128.load(logp), m0), least), f64x2.gt(f64x2.sub(v128.load(logp, 16), m1), least));
    const live23 = v128.or(f64x2.gt(f64x2.sub(v128.load(logp, 32), m2), least), f64x2.gt(f64x2.sub(v128.load(logp, 48), m3), least));
    const live = (mask >> b) & <i32>v128.any_true(v128.or(live01, live23));
    store<i32>(masks, (mask & ~(1 << b)) | (live << b));
    store<usize>(list, logp);
    list += <usize>live << 2;
  }
  return list;
}

/**
 * r_a = w exp(logp_a - m) / Σ_b exp(logp_b - m), m = max logp: in place, over the A components kept for one tile.
 *
 * logp   [A, T] f64, in: log-densities, in live blocks only. Out: weighted responsibilities there.
 * masks  [A] i32, in/out: live blocks; one in which every responsibility is below exp(-margin) is cleared.
 * top    [T] f64, in: row maxima. Out: log-density of the row under the mixture, or about -1.8e308 where no component lives.
 * w      [T] f64, in: row weights.
 * list   [A + 1] pointers, scratch.
 * result Σ w log-density, as two lane sums.
 * A block with one live component takes no exp and no log: its responsibility is w and its log-density logp, to the same bits.
 */
export function responsibilities(logp: usize, masks: usize, top: usize, w: usize, list: usize, A: i32, T: i32, margin: f64): v128 {
  const laneBytes = <usize>T << 3;
  const masksEnd = masks + (<usize>A << 2);
  const least = f64x2.splat(-margin);
  const lowest = f64x2.splat(LOWEST);
  let total0 = f64x2.splat(0), total1 = total0;
  for (let b = 0; b < T >> 3; ++b, logp += BLOCK_BYTES, top += BLOCK_BYTES, w += BLOCK_BYTES) {
    const m0 = f64x2.pmax(v128.load(top), lowest);
    const m1 = f64x2.pmax(v128.load(top, 16), lowest);
    const m2 = f64x2.pmax(v128.load(top, 32), lowest);
    const m3 = f64x2.pmax(v128.load(top, 48), lowest);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const w2 = v128.load(w, 32);
    const w3 = v128.load(w, 48);
    const end = listLive(logp, masks, masksEnd, list, b, laneBytes, least, m0, m1, m2, m3);

    let l0 = m0, l1 = m1, l2 = m2, l3 = m3;
    if (end == list + 4) {
      const only = load<usize>(list);
      v128.store(only, w0);
      v128.store(only, w1, 16);
      v128.store(only, w2, 32);
      v128.store(only, w3, 48);
    } else if (end > list) {
      let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let at = list; at < end; at += 4) {
        const p = load<usize>(at);
        s0 = exponentiate(p, f64x2.sub(v128.load(p), m0), s0);
        s1 = exponentiate(p + 16, f64x2.sub(v128.load(p, 16), m1), s1);
        s2 = exponentiate(p + 32, f64x2.sub(v128.load(p, 32), m2), s2);
        s3 = exponentiate(p + 48, f64x2.sub(v128.load(p, 48), m3), s3);
      }
      l0 = f64x2.add(m0, logPositive(s0));
      l1 = f64x2.add(m1, logPositive(s1));
      l2 = f64x2.add(m2, logPositive(s2));
      l3 = f64x2.add(m3, logPositive(s3));
      const f0 = quotient(w0, s0);
      const f1 = quotient(w1, s1);
      const f2 = quotient(w2, s2);
      const f3 = quotient(w3, s3);
      for (let at = list; at < end; at += 4) {
        const p = load<usize>(at);
        scaleVector(p, f0);
        scaleVector(p + 16, f1);
        scaleVector(p + 32, f2);
        scaleVector(p + 48, f3);
      }
    }
    v128.store(top, l0);
    v128.store(top, l1, 16);
    v128.store(top, l2, 32);
    v128.store(top, l3, 48);
    total0 = f64x2.add(total0, multiplyAdd(w1, l1, f64x2.mul(w0, l0)));
    total1 = f64x2.add(total1, multiplyAdd(w3, l3, f64x2.mul(w2, l2)));
  }
  return f64x2.add(total0, total1);
}

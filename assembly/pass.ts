// The scratch of one pass: what is known of one tile at a time.
import { TIED } from "./layout";

/** Places in a scratch, for a tile of T rows, D columns and K components. Unmanaged: the fields lie at the scratch's start. */
@unmanaged
export class Pass {
  /** [K] i32: the components kept for this tile, A of them. */
  active: usize;
  /** [K] i32: for each kept one, the blocks in which it lives. */
  masks: usize;
  /** [K] i32: blocks in which each component may matter; then [K + 1] pointers. */
  list: usize;
  /** [T] f64: row maxima, then log-densities of the rows. */
  top: usize;
  /** [D * 8 + 8] f64: one centred block and its bound. */
  z: usize;
  /** [1 + D, T] f64: one component's gathered rows. */
  v: usize;
  /** [D, T] f64: the whitened tile (tied only). */
  u: usize;
  /** [K, T] f64: log-densities of the kept components, then responsibilities. */
  logp: usize;
}

/** Bytes of a scratch for `passAt`. */
export function passScratchBytes(type: i32, D: i32, T: i32, K: i32): usize {
  const fixed = T + (D * 8 + 8) + (1 + D) * T + (type == TIED ? D * T : 0);
  return HEADER + listBytes(K) * 3 + (<usize>fixed << 3) + (<usize>K * <usize>T << 3);
}

/** Bytes of the fields of a Pass. */
// @ts-ignore: decorator
@inline const HEADER: usize = 32;

/** Bytes of K + 1 words, rounded up so that what follows stays 16-byte aligned. */
// @ts-ignore: decorator
@inline
function listBytes(K: i32): usize {
  return (<usize>(K + 4) & ~3) << 2;
}

/** Lays out a scratch. */
export function passAt(scratch: usize, type: i32, D: i32, T: i32, K: i32): Pass {
  const pass = changetype<Pass>(scratch);
  pass.active = scratch + HEADER;
  pass.masks = pass.active + listBytes(K);
  pass.list = pass.masks + listBytes(K);
  pass.top = pass.list + listBytes(K);
  pass.z = pass.top + (<usize>T << 3);
  pass.v = pass.z + (<usize>(D * 8 + 8) << 3);
  pass.u = pass.v + (<usize>(1 + D) * <usize>T << 3);
  pass.logp = pass.u + (type == TIED ? <usize>D * <usize>T << 3 : 0);
  return pass;
}

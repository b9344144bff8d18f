// Pairs of f64 lanes: the steps that all kernels share.

/**
 * a b + c. Rounded twice, the same bits on every machine; tools/multiply-adds.mjs finds the two instructions in the binary,
 * where the relaxed variant puts one. The product stands left of the sum for that.
 */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/** Low lane first: the same bits on every machine. */
// @ts-ignore: decorator
@inline
export function laneSum(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** *p += v, for a pair of lane sums. */
// @ts-ignore: decorator
@inline
export function addLanes(p: usize, v: v128): void {
  v128.store(p, f64x2.add(v128.load(p), v));
}

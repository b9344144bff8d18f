// Data of which every engine makes the same bits: integers, sums, products and quotients only.

/** The covariance types. The suite lies alone in a folder of its own, and has none of test/support. */
export const TYPES = ["full", "tied", "diag", "spherical"];

/** Uniform numbers in (0, 1): the minimal standard generator (Park & Miller 1988). */
export function uniforms(seed) {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/**
 * N rows in D columns, around K centres: sums of uniform numbers, the columns of a row in step with each other.
 *
 * @returns {{ data: Float64Array, shape: [number, number] }}
 */
export function blobs(N, D, K, seed, offset = 0) {
  const uniform = uniforms(seed);
  const centres = Array.from({ length: K * D }, () => 8 * uniform());
  const data = new Float64Array(N * D);
  for (let n = 0; n < N; n++) {
    const common = uniform() - 0.5;
    for (let d = 0; d < D; d++) {
      const own = uniform() + uniform() + uniform() - 1.5;
      data[n * D + d] = offset + centres[(n % K) * D + d] + own + common;
    }
  }
  return { data, shape: [N, D] };
}

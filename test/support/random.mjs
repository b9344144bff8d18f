// Seeded numbers: apart from the library's own generator on purpose, and the same in every process of the tests.

/** Words of 32 bits: mulberry32. */
function words(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Uniform numbers in [0, 1), multiples of 2^-32. */
export function uniforms(seed) {
  const next = words(seed);
  return () => next() / 2 ** 32;
}

/** Uniform numbers in [0, 1), multiples of 2^-53: two words each. */
export function fineUniforms(seed) {
  const next = words(seed);
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

/** Standard normals (Box & Muller 1958). */
export function normals(seed) {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

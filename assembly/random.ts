// Seeded random numbers whose state the caller passes in: xoshiro256++ (Blackman & Vigna 2021, ACM TOMS 47:4), normals by
// the polar method (Marsaglia & Bray 1964), which needs no sine or cosine.
//
//   state  [6] u64: s0 s1 s2 s3 | 1 when a normal is in store, else 0 | that normal (f64 bits)
import { log } from "./elementary";

/** One step of SplitMix64 (Steele, Lea & Flood 2014) as a hash of its input. */
function splitMix(v: u64): u64 {
  v += 0x9e3779b97f4a7c15;
  v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9;
  v = (v ^ (v >> 27)) * 0x94d049bb133111eb;
  return v ^ (v >> 31);
}

/** Fills state [6] u64 from a seed (integer, 0 <= seed < 2^53) and a stream number >= 0: other streams of a seed are unrelated. */
export function seedRandom(state: usize, seed: f64, stream: i32): void {
  let v = splitMix(<u64>seed) ^ splitMix(splitMix(<u64>stream + 1));
  for (let i: usize = 0; i < 32; i += 8) {
    v = splitMix(v);
    store<u64>(state + i, v);
  }
  store<u64>(state, 0, 32);
}

function next(state: usize): u64 {
  const s0 = load<u64>(state);
  let s1 = load<u64>(state, 8);
  let s2 = load<u64>(state, 16);
  let s3 = load<u64>(state, 24);
  const result = rotl<u64>(s0 + s3, 23) + s0;
  const t = s1 << 17;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  store<u64>(state, s0 ^ s3);
  s2 ^= t;
  store<u64>(state, s1, 8);
  store<u64>(state, s2, 16);
  store<u64>(state, rotl<u64>(s3, 45), 24);
  return result;
}

/** Uniform on [0, 1), a multiple of 2^-53. */
export function uniform(state: usize): f64 {
  return <f64>(next(state) >> 11) * 1.1102230246251565e-16;
}

/** Standard normal. */
export function normal(state: usize): f64 {
  if (load<u64>(state, 32)) {
    store<u64>(state, 0, 32);
    return load<f64>(state, 40);
  }
  let a: f64;
  let b: f64;
  let s: f64;
  do {
    a = 2 * uniform(state) - 1;
    b = 2 * uniform(state) - 1;
    s = a * a + b * b;
  } while (s >= 1 || s == 0);
  const scale = Math.sqrt(-2 * log(s) / s);
  store<u64>(state, 1, 32);
  store<f64>(state, b * scale, 40);
  return a * scale;
}

/** Index k < K with probability proportional to w_k; cumulative [K] f64, in: partial sums of w >= 0, the last > 0. */
export function pick(state: usize, cumulative: usize, K: i32): i32 {
  const target = uniform(state) * load<f64>(cumulative + (<usize>(K - 1) << 3));
  let low = 0;
  let high = K - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f64>(cumulative + (<usize>middle << 3)) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

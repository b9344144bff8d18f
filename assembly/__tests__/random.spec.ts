// Random numbers: the generator against published and independent numbers, the distributions against their moments.
import { log } from "../elementary";
import { normal, pick, seedRandom, uniform } from "../random";
import { at, copyOf, damaged, f64s, filled, firstDifference, put, reset, room } from "./support.include";

const STATE_BYTES: usize = 48;
const DRAWS: i32 = 100000;
/** Five standard errors: one test in 1.7 million fails by chance, and the seeds are fixed. */
const SIGMAS: f64 = 5;

function seeded(seed: f64, stream: i32): usize {
  const state = room(STATE_BYTES);
  seedRandom(state, seed, stream);
  return state;
}

function word(state: usize, i: i32): u64 {
  return load<u64>(state + (<usize>i << 3));
}

// Golden uniforms: the first three and the thousandth of a seed and a stream, from this Python:
//
//   M = 2**64 - 1
//   def mix(v):
//       v = (v + 0x9e3779b97f4a7c15) & M
//       v = ((v ^ v >> 30) * 0xbf58476d1ce4e5b9) & M
//       v = ((v ^ v >> 27) * 0x94d049bb133111eb) & M
//       return v ^ v >> 31
//   def rotl(x, k): return (x << k | x >> 64 - k) & M
//   def state(seed, stream):
//       v, s = mix(seed) ^ mix(mix(stream + 1)), []
//       for _ in range(4): v = mix(v); s.append(v)
//       return s
//   def uniform(s):
//       r, t = (rotl((s[0] + s[3]) & M, 23) + s[0]) & M, (s[1] << 17) & M
//       s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45)
//       return (r >> 11) * 2.0**-53
//
// whose mix gives the published 6457827717110365317, 3203168211198807973, … of SplitMix64 for 1234567, and whose generator
// gives the words of the first test below.
function golden(seed: f64, stream: i32, u0: f64, u1: f64, u2: f64, u999: f64): void {
  reset();
  const state = seeded(seed, stream);
  expect(uniform(state)).toBe(u0);
  expect(uniform(state)).toBe(u1);
  expect(uniform(state)).toBe(u2);
  for (let i = 3; i < 999; ++i) uniform(state);
  expect(uniform(state)).toBe(u999);
  expect(damaged()).toBe(0);
}

describe("uniform", () => {
  test("is xoshiro256++: from the state 1, 2, 3, 4 the words of its authors' C program", () => {
    reset();
    const state = room(STATE_BYTES);
    for (let i = 0; i < 4; ++i) store<u64>(state + (<usize>i << 3), i + 1);
    const words: StaticArray<u64> = [
      41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205, 9973669472204895162,
      14011001112246962877, 12406186145184390807, 15849039046786891736, 10450023813501588000,
    ];
    for (let i = 0; i < 10; ++i) expect(uniform(state)).toBe(<f64>(words[i] >> 11) / 9007199254740992);
  });

  test("gives the golden numbers of five seeds and streams", () => {
    golden(0, 0, 0.22490816674736314, 0.5588716321930352, 0.9880824473144709, 0.36361609184314647);
    golden(1, 0, 0.4045892184377653, 0.70406593356956, 0.8993444946589376, 0.6796096196426238);
    golden(1, 1, 0.7806837179975689, 0.8039471877295052, 0.4923283971009563, 0.6202819988310689);
    golden(42, 7, 0.2579109857690659, 0.19799689921344343, 0.9364681431912261, 0.9248392945230032);
    golden(9007199254740991, 2147483647, 0.7750723441674853, 0.012438841698124925, 0.27789960946749437, 0.6548827782606542);
  });

  test("reaches 0 and 1 - 2^-53, and never 1", () => {
    reset();
    const state = filled(6, 0);
    store<u64>(state, 1, 8);
    expect(uniform(state)).toBe(0);
    for (let i: usize = 0; i < 48; i += 8) store<u64>(state + i, 0);
    store<u64>(state, u64.MAX_VALUE, 24);
    expect(uniform(state)).toBe(1 - 1.1102230246251565e-16);
  });

  test("fills 64 bins evenly, as far as chi squared can tell, and neighbours are not correlated", () => {
    reset();
    const state = seeded(3, 0);
    const bins = filled(64, 0);
    let before: f64 = 0.5;
    let correlation: f64 = 0;
    let outside = 0;
    for (let i = 0; i < DRAWS; ++i) {
      const u = uniform(state);
      outside += i32(!(u >= 0 && u < 1)) + i32(u * 9007199254740992 != Math.floor(u * 9007199254740992));
      const bin = <i32>(u * 64);
      put(bins, bin, at(bins, bin) + 1);
      correlation += (u - 0.5) * (before - 0.5);
      before = u;
    }
    let chi: f64 = 0;
    const expected = <f64>DRAWS / 64;
    for (let b = 0; b < 64; ++b) chi += ((at(bins, b) - expected) * (at(bins, b) - expected)) / expected;
    expect(outside).toBe(0);
    // 63 degrees of freedom: mean 63, variance 126
    expect(Math.abs(chi - 63)).toBeLessThan(SIGMAS * Math.sqrt(126));
    expect(Math.abs(correlation) / <f64>DRAWS).toBeLessThan((SIGMAS / 12) / Math.sqrt(<f64>DRAWS));
    expect(damaged()).toBe(0);
  });
});

describe("seedRandom", () => {
  test("gives the same state for the same seed and stream, and forgets a stored normal", () => {
    reset();
    const a = seeded(5, 3);
    const b = seeded(5, 3);
    expect(firstDifference(a, b, 5)).toBe(-1);
    expect(word(a, 4)).toBe(0);
    normal(a);
    expect(word(a, 4)).toBe(1);
    seedRandom(a, 5, 3);
    expect(firstDifference(a, b, 5)).toBe(-1);
    expect(damaged()).toBe(0);
  });

  test("gives unlike states for seeds and streams that differ by one, none of them all zero", () => {
    reset();
    const states = f64s(4 * 400);
    for (let seed = 0; seed < 20; ++seed) {
      for (let stream = 0; stream < 20; ++stream) {
        const state = seeded(<f64>seed, stream);
        memory.copy(states + (<usize>(seed * 20 + stream) << 5), state, 32);
        // half of 256 bits, give or take five times 8
        let ones = 0;
        for (let i = 0; i < 4; ++i) ones += <i32>popcnt(word(state, i));
        expect(Math.abs(<f64>ones - 128)).toBeLessThan(SIGMAS * 8);
      }
    }
    let same = 0;
    for (let i = 0; i < 400; ++i) {
      for (let j = 0; j < i; ++j) same += i32(word(states, 4 * i) == word(states, 4 * j));
    }
    expect(same).toBe(0);
  });

  test("makes streams that are not correlated", () => {
    for (let stream = 1; stream < 5; ++stream) {
      reset();
      const a = seeded(1, 0);
      const b = seeded(1, stream);
      let correlation: f64 = 0;
      for (let i = 0; i < 20000; ++i) correlation += (uniform(a) - 0.5) * (uniform(b) - 0.5);
      expect(Math.abs(correlation) / 20000).toBeLessThan((SIGMAS / 12) / Math.sqrt(20000));
    }
  });
});

describe("normal", () => {
  test("is the polar method on the uniforms, two at a time", () => {
    for (let seed = 0; seed < 50; ++seed) {
      reset();
      const state = seeded(<f64>seed, 0);
      const copy = copyOf(state, STATE_BYTES);
      for (let i = 0; i < 10; ++i) {
        let a: f64 = 0;
        let b: f64 = 0;
        let s: f64 = 0;
        while (s == 0 || s >= 1) {
          a = 2 * uniform(copy) - 1;
          b = 2 * uniform(copy) - 1;
          s = a * a + b * b;
        }
        const scale = Math.sqrt((-2 * log(s)) / s);
        expect(normal(state)).toBe(a * scale);
        expect(word(state, 4)).toBe(1);
        expect(normal(state)).toBe(b * scale);
        expect(word(state, 4)).toBe(0);
        expect(firstDifference(state, copy, 4)).toBe(-1);
      }
      expect(damaged()).toBe(0);
    }
  });

  test("has the mean, variance, skewness and kurtosis of the standard normal, and its tails", () => {
    for (let stream = 0; stream < 4; ++stream) {
      reset();
      const state = seeded(7, stream);
      const n = <f64>DRAWS;
      let m1: f64 = 0;
      let m2: f64 = 0;
      let m3: f64 = 0;
      let m4: f64 = 0;
      let beyond: f64 = 0;
      let before: f64 = 0;
      let correlation: f64 = 0;
      for (let i = 0; i < DRAWS; ++i) {
        const z = normal(state);
        m1 += z;
        m2 += z * z;
        m3 += z * z * z;
        m4 += z * z * z * z;
        beyond += f64(Math.abs(z) > 1.959963984540054);
        correlation += z * before;
        before = z;
      }
      // variances of one term: 1, 2, 15, 105 - 9, and 0.05 * 0.95
      expect(Math.abs(m1 / n)).toBeLessThan(SIGMAS / Math.sqrt(n));
      expect(Math.abs(m2 / n - 1)).toBeLessThan(SIGMAS * Math.sqrt(2 / n));
      expect(Math.abs(m3 / n)).toBeLessThan(SIGMAS * Math.sqrt(15 / n));
      expect(Math.abs(m4 / n - 3)).toBeLessThan(SIGMAS * Math.sqrt(96 / n));
      expect(Math.abs(beyond / n - 0.05)).toBeLessThan(SIGMAS * Math.sqrt(0.0475 / n));
      expect(Math.abs(correlation / n)).toBeLessThan(SIGMAS / Math.sqrt(n));
    }
  });
});

/** Partial sums of weights of which some are 0, the first and the last among them. */
function makeCumulative(K: i32, zeros: bool): usize {
  const p = f64s(K);
  let sum: f64 = 0;
  for (let k = 0; k < K; ++k) {
    const none = zeros && K > 3 && (k == 0 || k == K - 1 || k % 3 == 1);
    sum += none ? 0 : <f64>(1 + ((k * 5) % 4));
    put(p, k, sum);
  }
  return p;
}

describe("pick", () => {
  test("is the first index whose partial sum exceeds the target, and takes one uniform", () => {
    for (let K = 1; K <= 33; ++K) {
      for (let zeros = 0; zeros < 2; ++zeros) {
        reset();
        const p = makeCumulative(K, zeros == 1);
        const state = seeded(<f64>K, 0);
        const copy = copyOf(state, STATE_BYTES);
        let wrong = 0;
        for (let i = 0; i < 200; ++i) {
          const target = uniform(copy) * at(p, K - 1);
          let k = 0;
          while (at(p, k) <= target) ++k;
          wrong += i32(pick(state, p, K) != k);
        }
        expect(wrong).toBe(0, "K " + K.toString());
        expect(firstDifference(state, copy, 4)).toBe(-1);
        expect(damaged()).toBe(0);
      }
    }
  });

  test("never gives an index of weight 0, not for a uniform of 0 and not for the largest one", () => {
    reset();
    const p = f64s(5);
    for (let k = 0; k < 5; ++k) put(p, k, k == 0 ? 0 : k < 3 ? 0.1 : 0.3);
    const state = room(STATE_BYTES);
    for (let i: usize = 0; i < 48; i += 8) store<u64>(state + i, 0);
    expect(pick(state, p, 5)).toBe(1);
    for (let i: usize = 0; i < 48; i += 8) store<u64>(state + i, 0);
    store<u64>(state, u64.MAX_VALUE, 24);
    expect(pick(state, p, 5)).toBe(3);
  });

  test("gives every index as often as its weight says", () => {
    reset();
    const K = 9;
    const p = makeCumulative(K, true);
    const state = seeded(11, 0);
    const counts = filled(K, 0);
    for (let i = 0; i < DRAWS; ++i) {
      const k = pick(state, p, K);
      put(counts, k, at(counts, k) + 1);
    }
    for (let k = 0; k < K; ++k) {
      const share = (at(p, k) - (k ? at(p, k - 1) : 0)) / at(p, K - 1);
      const bound = SIGMAS * Math.sqrt((share * (1 - share)) / <f64>DRAWS);
      expect(Math.abs(at(counts, k) / <f64>DRAWS - share)).toBeLessThanOrEqual(bound, "k " + k.toString());
    }
  });
});

import { describe, expect, test } from 'vitest';
import type { DoubleDouble } from './support/double-double.ts';
import { expReference, logReference, neighbour, timesPowerOfTwo, ulpError } from './support/double-double.ts';
import { DATA_START, loadKernels } from './support/wasm.ts';

const CHUNK = 1 << 16;
const X = DATA_START;
const Y = X + CHUNK * 8;
const kernels = loadKernels(1 + (2 * CHUNK * 8) / 65536);
const { exp, log, expArray, logArray } = kernels.exports as Record<'exp' | 'log' | 'expArray' | 'logArray', (...args: number[]) => number>;

/** Worst error found over more than 2e7 points with other seeds: exp 0.000, log 0.000. */
const EXP_ULP = 0.85;
const LOG_ULP = 0.85;

const LN2 = 0.6931471805599453;
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const SMALLEST = 5e-324;
const LARGEST = Number.MAX_VALUE;

/** mulberry32, two draws per number for 53 bits: uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

type Points = Generator<number, void, undefined>;

function* uniform(from: number, to: number, count: number, seed: number): Points {
  const random = generator(seed);
  for (let i = 0; i < count; i++) yield from + (to - from) * random();
}

/** `center`, its `radius` neighbours on either side, and as many random ones within `reach` times `radius` steps. */
function* around(center: number, radius: number, reach = 0, random = generator(0)): Points {
  for (let step = -radius; step <= radius; step++) yield neighbour(center, step);
  if (reach > 0) for (let i = 0; i < 2 * radius; i++) yield neighbour(center, Math.floor((2 * random() - 1) * reach * radius));
}

/** Both signs, log-uniform from 2^from to 2^to. */
function* logUniform(from: number, to: number, count: number, seed: number): Points {
  const random = generator(seed);
  for (let i = 0; i < count; i++) {
    const x = timesPowerOfTwo(1 + random(), from + Math.floor((to - from) * random()));
    yield random() < 0.5 ? -x : x;
  }
}

function* mapped(points: Points, f: (x: number) => number): Points {
  for (const x of points) yield f(x);
}

/** Every multiple of log(2) / 2 in range: at the odd ones the reduction of exp goes over to the next power of two. */
function* reductionSwitches(): Points {
  const random = generator(6);
  for (let j = -2150; j <= 2047; j++) yield* around((j * LN2) / 2, 24, 1e6, random);
}

/** The neighbourhood of sqrt(2) 2^k for every k, where log goes over to the next exponent. */
function* mantissaSwitches(): Points {
  const random = generator(11);
  for (let k = -1060; k <= 1023; k++) yield* around(timesPowerOfTwo(Math.SQRT2, k), 24, 1e6, random);
}

/** Every binade of normal numbers, `count` random mantissas each. */
function* normals(count: number): Points {
  const random = generator(12);
  for (let k = -1022; k <= 1023; k++) for (let i = 0; i < count; i++) yield timesPowerOfTwo(1 + random(), k);
}

/** Denormals of every length from 1 to 52 bits. */
function* denormals(count: number): Points {
  const random = generator(13);
  for (let length = 0; length < 52; length++) {
    for (let i = 0; i < count; i++) yield SMALLEST * Math.floor(2 ** length * (1 + random()));
  }
}

/** 1 +- 2^-k and their neighbours. */
function* powersAroundOne(): Points {
  for (let k = 1; k <= 53; k++) {
    yield* around(1 - 2 ** -k, 100);
    yield* around(1 + 2 ** -k, 100);
  }
}

const EXP_POINTS: readonly (readonly [string, () => Points])[] = [
  ['from the smallest to the largest result', () => uniform(-745.2, 709.8, 300000, 1)],
  ['in [-1, 1]', () => uniform(-1, 1, 250000, 2)],
  ['in [-40, 0]', () => uniform(-40, 0, 250000, 3)],
  ['in [-708, 0]', () => uniform(-708, 0, 250000, 4)],
  ['for tiny arguments of every size', () => logUniform(-1074, 0, 150000, 5)],
  ['around every multiple of log(2) / 2', reductionSwitches],
  ['where the result is denormal', () => uniform(-745.14, -708.39, 100000, 7)],
  ['around -708', () => around(-708, 5000, 1000, generator(8))],
  ['around the smallest normal result', () => around(-708.3964185322641, 2000, 1000, generator(9))],
  ['around the smallest result', () => around(-745.1332191019412, 2000)],
  ['around the largest result', () => around(709.782712893384, 2000)],
  ['around 0', () => around(0, 1000)],
];

const LOG_POINTS: readonly (readonly [string, () => Points])[] = [
  ['at random mantissas of every exponent', () => normals(200)],
  ['at denormals of every length', () => denormals(1500)],
  ['in [1/2, 2]', () => uniform(0.5, 2, 200000, 14)],
  ['in [1 - 1/16, 1 + 1/16]', () => uniform(0.9375, 1.0625, 100000, 15)],
  ['at 1 +- tiny', () => mapped(logUniform(-53, -1, 150000, 16), (x) => 1 + x)],
  ['around 1 +- 2^-k', powersAroundOne],
  ['around 1, neighbour by neighbour', () => around(1, 20000)],
  ['around sqrt(2) 2^k', mantissaSwitches],
  ['around the smallest normal', () => around(SMALLEST_NORMAL, 2000)],
  ['at the smallest denormals', () => mapped(around(1000, 0), (x) => x * SMALLEST)],
  ['up to the largest double', () => mapped(around(neighbour(LARGEST, -2000), 2000), (x) => x)],
];

interface Worst {
  points: number;
  error: number;
  argument: number;
}

/** Runs a kernel over all points, chunk by chunk, and measures every result. */
function measure(points: Points, run: (length: number) => void, error: (value: number, x: number) => number): Worst {
  const worst: Worst = { points: 0, error: 0, argument: Number.NaN };
  const x = kernels.f64(X, CHUNK);
  const y = kernels.f64(Y, CHUNK);
  let done = false;
  while (!done) {
    let length = 0;
    while (length < CHUNK && !done) {
      const next = points.next();
      if (next.done) done = true;
      else x[length++] = next.value;
    }
    run(length);
    for (let i = 0; i < length; i++) {
      const e = error(y[i] as number, x[i] as number);
      if (e > worst.error) {
        worst.error = e;
        worst.argument = x[i] as number;
      }
    }
    worst.points += length;
  }
  return worst;
}

function* within(points: Points, from: number, to: number): Points {
  for (const x of points) if (x >= from && x <= to) yield x;
}

const expError = (value: number, x: number): number => {
  const truth = expReference(x);
  return ulpError(value, truth, truth.exponent);
};
const logError = (value: number, x: number): number => (x === 1 ? (value === 0 ? 0 : Infinity) : ulpError(value, logReference(x)));

describe('elementary functions', () => {
  for (const [where, points] of EXP_POINTS) {
    test(`exp is within one unit in the last place ${where}`, () => {
      const worst = measure(points(), (length) => expArray(X, Y, length, 0), expError);
      expect(worst.error, `exp ${where}, ${worst.points} points, x = ${worst.argument}`).toBeLessThanOrEqual(EXP_ULP);
    });
    test(`exp for x <= 0 is within one unit in the last place ${where}`, () => {
      const worst = measure(within(points(), -708, 0), (length) => expArray(X, Y, length, 1), expError);
      expect(worst.error, `neg ${where}, ${worst.points} points, x = ${worst.argument}`).toBeLessThanOrEqual(EXP_ULP);
    });
  }
  for (const [where, points] of LOG_POINTS) {
    test(`log is within one unit in the last place ${where}`, () => {
      const worst = measure(points(), (length) => logArray(X, Y, length), logError);
      expect(worst.error, `log ${where}, ${worst.points} points, x = ${worst.argument}`).toBeLessThanOrEqual(LOG_ULP);
    });
  }
});

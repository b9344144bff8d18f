// The accuracy of the normal's tails, the kernel under cdf and quantile.
import { describe, expect, test } from "vitest";
import { fixture } from "./support/datasets.ts";
import { neighbour, ulpError } from "./support/double-double.ts";
import { upperTailReference } from "./support/normal-tail.ts";
import { uniforms } from "./support/problems.ts";
import { DATA_START, loadKernels } from "./support/wasm.ts";

const figures = JSON.parse(fixture("distributions.json")) as { readonly normal: readonly number[][] };

const CHUNK = 1 << 14;
const [PARAMETERS, X] = [DATA_START, DATA_START + 64];
const kernels = loadKernels(2 + (CHUNK * 8) / 65536 + 1);
kernels.f64(PARAMETERS, 3).set([1, 0, 1]);

/** Q(z) of the kernel: one component, mean 0, standard deviation 1. */
function tails(z: readonly number[]): Float64Array {
  const view = kernels.f64(X, CHUNK);
  view.set(z);
  kernels.exports.tails(X, z.length, PARAMETERS, PARAMETERS + 8, PARAMETERS + 16, 1, 1, X);
  return view.slice(0, z.length);
}

function points(from: number, to: number, seed: number): number[] {
  const random = uniforms(seed);
  return Array.from({ length: 8000 }, () => from + (to - from) * random());
}

/** The worst error in units in the last place, and where. */
function worst(z: readonly number[]): { readonly error: number; readonly at: number } {
  let [error, at] = [0, Number.NaN];
  tails(z).forEach((value, i) => {
    const truth = upperTailReference(z[i]);
    const e = ulpError(value, truth, truth.exponent);
    if (!(e <= error)) [error, at] = [e, z[i]];
  });
  return { error, at };
}

describe("the double-double reference", () => {
  test("agrees with mpmath to 75 bits", () => {
    for (const [z, hi, lo, exponent] of figures.normal) {
      const truth = upperTailReference(z);
      const scale = 2 ** (truth.exponent - exponent);
      expect(Math.abs(truth.hi * scale - hi + (truth.lo * scale - lo)) / hi, `z = ${z}`).toBeLessThan(2 ** -75);
    }
  });
});

describe("Q(z)", () => {
  // A million other points reached 5.16, at 0.06038465191539112, which is 2.7 eps, relative; their mean was 0.6.
  const BOUND = 5.5;
  const spans: readonly (readonly [string, number, number])[] = [
    ["in the bulk", -3, 3],
    ["in the upper tail", 0, 10],
    ["in the far upper tail", 8, 37.5],
    ["in the lower tail", -9, 0],
  ];
  for (const [where, from, to] of spans) {
    test(`is within ${BOUND} units in the last place ${where}`, () => {
      const { error, at } = worst(points(from, to, 5));
      expect(error, `at z = ${at}`).toBeLessThan(BOUND);
    });
  }

  test("is exactly 1/2 at both zeros, 0 and 1 at the ends, NaN for NaN", () => {
    expect(Array.from(tails([0, -0, Infinity, -Infinity, Number.NaN]))).toEqual([0.5, 0.5, 0, 1, Number.NaN]);
  });

  test("goes down to the smallest denormal and no further", () => {
    const [low, lowest, none] = tails([38.4, 38.467, 38.6]);
    expect(low).toBeGreaterThan(4e-323);
    expect(low).toBeLessThan(9e-323);
    expect(lowest).toBe(5e-324);
    expect(none).toBe(0);
  });

  test("and Q(-z) add up to 1", () => {
    const z = points(0, 9, 6);
    const upper = tails(z);
    const lower = tails(z.map((x) => -x));
    expect(Math.max(...upper.map((q, i) => Math.abs(q + lower[i] - 1)))).toBeLessThanOrEqual(2 ** -53);
  });

  test("never rises from one double to the next by more than rounding", () => {
    for (const start of [0, 0.3, 1.7, 4, 11, 30]) {
      const q = tails(Array.from({ length: 2000 }, (_, i) => neighbour(start, i)));
      for (let i = 1; i < q.length; i++) expect(q[i]).toBeLessThanOrEqual(q[i - 1] * (1 + 6 * Number.EPSILON));
    }
  });
});

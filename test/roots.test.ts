// Roots between two points.
import { describe, expect, test } from "vitest";
import { rootBetween } from "../src/model/roots.ts";

describe("rootBetween", () => {
  /** Runs it and counts the calls. */
  function run(f: (x: number) => number, from: number, to: number): { root: number; calls: number } {
    let calls = 0;
    const counted = (x: number): number => {
      calls++;
      return f(x);
    };
    return { root: rootBetween(counted, from, to), calls };
  }

  test("finds roots to the last bits, in few steps where the function is smooth, either way round", () => {
    const cases: readonly (readonly [(x: number) => number, number, number, number])[] = [
      [(x) => x * x - 2, 0, 2, Math.SQRT2],
      [(x) => Math.exp(-x) - 0.25, 0, 50, 2 * Math.LN2],
      [(x) => Math.cos(x), 1, 3, Math.PI / 2],
      [(x) => x ** 9 - 1e-9, -1, 3, 0.1],
    ];
    for (const [f, from, to, expected] of cases) {
      for (const { root, calls } of [run(f, from, to), run(f, to, from)]) {
        expect(Math.abs(root / expected - 1)).toBeLessThan(1e-15);
        // bisection alone would take more than 50
        expect(calls).toBeLessThan(30);
      }
    }
  });

  test("takes an end that is a root, and jumps, infinite values and roots at 0", () => {
    expect(rootBetween((x) => x - 3, 3, 5)).toBe(3);
    expect(rootBetween((x) => x - 5, 3, 5)).toBe(5);
    expect(rootBetween((x) => (x < 1 / 3 ? -Infinity : 1), 0, 1)).toBeCloseTo(1 / 3, 15);
    expect(Math.abs(rootBetween((x) => x ** 3, -1, 2))).toBeLessThan(1e-5);
    expect(rootBetween((x) => (x < 1e-300 ? -1 : 1), -1, 1)).toBeLessThan(1.1e-300);
  });
});

// Answers about many components that used to take seconds: what they compute is counted.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GaussianMixture, merge, overlap } from "../../src/index.ts";
import { agglomerate, type Joining } from "../../src/model/agglomerate.ts";
import { normals, runs } from "../support/problems.ts";

interface Mixture {
  readonly weights: number[];
  readonly means: number[][];
  readonly covariances: number[][][];
}

function mixtureOf(K: number, D: number, seed: number): Mixture {
  const normal = normals(seed);
  const list = (scale: number): number[] => Array.from({ length: D }, () => scale * normal());
  const square = (): number[][] => {
    const A = Array.from({ length: D }, () => list(1));
    return A.map((r, i) => A.map((s, j) => r.reduce((sum, v, d) => sum + v * s[d], i === j ? 0.3 : 0)));
  };
  return {
    weights: Array.from({ length: K }, () => 1 / K),
    means: Array.from({ length: K }, () => list(3)),
    covariances: Array.from({ length: K }, square),
  };
}

describe("joining", () => {
  const joinedOf = (steps: Iterable<Joining<number>>): unknown[] =>
    Array.from(steps, ({ pair, cost, items, labels }) => [pair, cost, items, [...labels]]);

  test("finds the same pairs, and ties, by bounds on the costs as by all costs, each computed at most once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 0, max: 4 }),
        (places, slack) => {
          const asked: string[] = [];
          let joint = 100;
          const names = new Map(places.map((place, i) => [i, place]));
          const start = places.map((_, i) => i);
          const cost = (a: number, b: number): number => Math.abs(names.get(a)! - names.get(b)!);
          const join = (a: number, b: number): number => {
            names.set(++joint, Math.round((names.get(a)! + names.get(b)!) / 2));
            return joint;
          };
          const all = joinedOf(agglomerate(start, 1, { cost }, join));
          joint = 100;
          const counted = (a: number, b: number): number => {
            asked.push([a, b].sort().join());
            return cost(a, b);
          };
          const atLeast = (a: number, b: number): number => cost(a, b) - ((7 * a + 7 * b) % (1 + slack));
          expect(joinedOf(agglomerate(start, 1, { cost: counted, atLeast }, join))).toEqual(all);
          expect(new Set(asked).size).toBe(asked.length);
        },
      ),
      runs(200),
    );
  });

  test("computes few of the costs where bounds are near, and none but those that are paid where they are the costs", () => {
    const normal = normals(5);
    const start = Array.from({ length: 200 }, () => [normal(), normal()]);
    const cost = (a: number[], b: number[]): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2;
    const join = (a: number[], b: number[]): number[] => a.map((x, i) => (x + b[i]) / 2);
    const countOf = (share: number): number => {
      let count = 0;
      const counted = (a: number[], b: number[]): number => {
        count++;
        return cost(a, b);
      };
      for (const _ of agglomerate(start, 1, { cost: counted, atLeast: (a, b) => share * cost(a, b) }, join));
      return count;
    };
    expect(countOf(1)).toBe(199);
    // of 39,800
    expect(countOf(0.5)).toBeLessThan(4000);
  });
});

test("components merge as by all costs: each step leaves the least entropy", () => {
  const mixture = mixtureOf(7, 2, 3);
  const fitted = GaussianMixture.fromParameters(mixture);
  const merging = merge(mixture, fitted.sample(150, { seed: 1 }));
  const entropyOf = (shares: Float64Array): number =>
    shares.reduce((sum, t) => (t > 0 ? sum - t * Math.log(t) : sum), 0);
  for (let count = 7; count > 1; count--) {
    const shares = merging.responsibilities(count);
    const columns = Array.from({ length: count }, (_, c) => shares.filter((_share, i) => i % count === c));
    const changes = columns.flatMap((a, i) =>
      columns.slice(0, i).map((b, j) => ({
        pair: [j, i],
        change: entropyOf(a.map((t, n) => t + b[n])) - entropyOf(a) - entropyOf(b),
      })),
    );
    const least = changes.reduce((best, one) => (one.change < best.change ? one : best));
    expect(merging.steps[8 - count].merged).toEqual(least.pair);
  }
});

test("the overlap of a hundred components, and the merging of three hundred, come to an end", () => {
  for (const D of [2, 8]) {
    const { probabilities, mean, max } = overlap(mixtureOf(100, D, 2));
    expect(probabilities.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(mean).toBeGreaterThan(0);
    expect(max).toBeGreaterThan(mean);
  }
  const many = mixtureOf(300, 2, 4);
  const { steps } = merge(many, GaussianMixture.fromParameters(many).sample(1000, { seed: 1 }));
  expect(steps.length).toBe(300);
}, 60_000);

// Mixture reduction after Runnalls (2007).
import { describe, expect, test } from "vitest";
import { GaussianMixture, klDivergence, moments, reduce } from "../src/index.ts";
import { worst } from "./support/compare.ts";
import { expectError } from "./support/errors.ts";
import { randomMixture, TYPES } from "./support/problems.ts";
import { logDetOf, type PlainMixture, writtenOut } from "./support/reference.ts";

interface Part {
  readonly weight: number;
  readonly mean: readonly number[];
  readonly covariance: readonly (readonly number[])[];
  readonly members: readonly number[];
}

const partsOf = ({ weights, means, covariances }: PlainMixture): Part[] =>
  weights.map((weight, k) => ({ weight, mean: means[k], covariance: covariances[k], members: [k] }));

/** Two components joined, moments kept (Runnalls, section II). */
function joined(a: Part, b: Part): Part {
  const weight = a.weight + b.weight;
  const [s, t] = [a.weight / weight, b.weight / weight];
  const shift = a.mean.map((value, d) => value - b.mean[d]);
  return {
    weight,
    mean: a.mean.map((value, d) => s * value + t * b.mean[d]),
    covariance: a.covariance.map((row, i) =>
      row.map((value, j) => s * value + t * b.covariance[i][j] + s * t * shift[i] * shift[j]),
    ),
    members: [...a.members, ...b.members].sort((i, j) => i - j),
  };
}

/** Runnalls' bound on the divergence that joining adds (his eq. 21). */
function costOf(a: Part, b: Part): number {
  const both = joined(a, b);
  return (
    0.5 *
    (both.weight * logDetOf(both.covariance) - a.weight * logDetOf(a.covariance) - b.weight * logDetOf(b.covariance))
  );
}

/** The whole algorithm as it stands in the paper, on nested arrays. */
function plainReduction(
  mixture: PlainMixture,
  left: number,
): { readonly parts: readonly Part[]; readonly bound: number } {
  let parts = partsOf(mixture);
  let bound = 0;
  while (parts.length > left) {
    const pairs = parts.flatMap((a, i) => parts.slice(0, i).map((b) => ({ a, b, cost: costOf(a, b) })));
    const { a, b, cost } = pairs.reduce((least, pair) => (pair.cost < least.cost ? pair : least));
    parts = [...parts.filter((part) => part !== a && part !== b), joined(a, b)];
    bound += cost;
  }
  return { parts: parts.sort((a, b) => a.members[0] - b.members[0]), bound };
}

describe("reduction", () => {
  test("of a mixture worked by hand", () => {
    const mixture = GaussianMixture.fromParameters({
      weights: [0.3, 0.4, 0.3],
      means: [[0], [6], [1]],
      covariances: [1, 2, 1],
      covarianceType: "spherical",
    });
    // joining 0 and 2: weight 0.6, mean 0.5, variance 1 + 1/4; it costs ½ 0.6 log 1.25. The other two pairs have variances
    // 10.39 and 7.69, and cost 0.5 and more.
    const two = reduce(mixture, 2);
    expect([...two.components]).toEqual([0, 1, 0]);
    expect(worst(two.mixture.weights, [0.6, 0.4], () => 1)).toBeLessThan(1e-15);
    expect(worst(two.mixture.means, [0.5, 6], () => 1)).toBeLessThan(1e-15);
    expect(worst(two.mixture.covariances, [1.25, 2], () => 1)).toBeLessThan(1e-15);
    expect(two.klBound).toBeCloseTo(0.3 * Math.log(1.25), 15);
    // all three: mean 2.7, variance 0.6 (1.25 + 2.2²) + 0.4 (2 + 3.3²) = 8.81
    const one = reduce(mixture, 1);
    expect([...one.components]).toEqual([0, 0, 0]);
    expect(worst(one.mixture.means, [2.7], () => 1)).toBeLessThan(1e-15);
    expect(worst(one.mixture.covariances, [8.81], () => 1)).toBeLessThan(1e-14);
    expect(one.klBound).toBeCloseTo(0.5 * (Math.log(8.81) - 0.4 * Math.log(2)), 14);
  });

  test("is the algorithm of the paper, on random mixtures", () => {
    for (const [D, K, seed] of [
      [1, 7, 1],
      [2, 6, 2],
      [3, 8, 3],
      [5, 5, 4],
    ]) {
      const mixture = randomMixture({ D, K, type: "full", seed });
      for (let left = 1; left <= K; left++) {
        const { parts, bound } = plainReduction(writtenOut(mixture), left);
        const found = reduce(mixture, left);
        expect(found.mixture.nComponents).toBe(left);
        parts.forEach(({ members }, k) => {
          for (const member of members) expect(found.components[member]).toBe(k);
        });
        const plain = writtenOut(found.mixture);
        parts.forEach(({ weight, mean, covariance }, k) => {
          expect(Math.abs(plain.weights[k] - weight)).toBeLessThan(1e-15);
          expect(worst(plain.means[k], mean, () => 1)).toBeLessThan(1e-14);
          expect(worst(plain.covariances[k].flat(), covariance.flat(), () => 1)).toBeLessThan(1e-13);
        });
        expect(Math.abs(found.klBound - bound)).toBeLessThan(1e-13);
      }
    }
  });

  for (const type of TYPES) {
    test(`of ${type} keeps the mean, and of the covariance what its type can hold`, () => {
      const D = 4;
      const mixture = randomMixture({ D, K: 6, type, seed: 11 });
      const before = moments(mixture);
      for (const left of [6, 4, 2, 1]) {
        const { mixture: reduced } = reduce(mixture, left);
        expect(reduced.covarianceType).toBe(type === "tied" ? "full" : type);
        const after = moments(reduced);
        expect(worst(after.mean, before.mean, () => 1)).toBeLessThan(1e-14);
        const variances = [before, after].map(({ covariance }) => covariance.filter((_, i) => i % (D + 1) === 0));
        const total = variances.map((all) => all.reduce((sum, value) => sum + value, 0));
        expect(Math.abs(total[1] - total[0])).toBeLessThan(1e-12);
        if (type === "spherical") continue;
        expect(worst(variances[1], variances[0], () => 1)).toBeLessThan(1e-13);
        if (type === "diag") continue;
        expect(worst(after.covariance, before.covariance, () => 1)).toBeLessThan(1e-13);
      }
    });

    test(`of ${type}: the divergence is below its bound, which rises with each step`, () => {
      const mixture = randomMixture({ D: 2, K: 6, type, seed: 12 });
      let bound = 0;
      for (let left = 6; left >= 1; left--) {
        const { mixture: reduced, klBound } = reduce(mixture, left);
        expect(klBound).toBeGreaterThanOrEqual(bound);
        const { value, standardError, upper } = klDivergence(mixture, reduced, { nSamples: 20_000 });
        expect(value - 4 * standardError).toBeLessThanOrEqual(klBound);
        // the components of a group as one split: a bound that the variational one can only better
        expect(upper).toBeLessThanOrEqual(klBound * (1 + 1e-6) + 1e-12);
        bound = klBound;
      }
      expect(bound).toBeGreaterThan(0);
    });
  }

  test("to as many components as there are is the mixture itself, with its columns", () => {
    for (const type of TYPES) {
      const { weights, means, covariances } = randomMixture({ D: 2, K: 3, type, seed: 13 });
      const columns = ["x", "y"];
      const mixture = GaussianMixture.fromParameters({ weights, means, covariances, covarianceType: type, columns });
      const { mixture: same, components, klBound } = reduce(mixture, 3);
      expect([...components]).toEqual([0, 1, 2]);
      expect(klBound).toBe(0);
      expect(same.columns).toEqual(columns);
      expect([...same.means]).toEqual([...means]);
      expect(writtenOut(same).covariances).toEqual(writtenOut(mixture).covariances);
      expect(worst(same.weights, weights, () => 1)).toBeLessThan(1e-15);
    }
  });

  test("joins what has no weight first, and copes with all alike", () => {
    const alike = { weights: [0, 0.5, 0, 0.5], means: [[1], [1], [1], [9]], covariances: [[[1]], [[1]], [[1]], [[1]]] };
    const { mixture, components, klBound } = reduce(alike, 2);
    expect([...components]).toEqual([0, 0, 0, 1]);
    expect([...mixture.weights, ...mixture.means, ...mixture.covariances, klBound]).toEqual([0.5, 0.5, 1, 9, 1, 1, 0]);
    const none = reduce({ ...alike, weights: [0, 0, 0, 1], means: [[1], [2], [3], [9]] }, 2);
    expect([...none.components]).toEqual([0, 0, 0, 1]);
    expect([...none.mixture.weights, ...none.mixture.means]).toEqual([0, 1, 1, 9]);
  });

  test("takes nothing from a far component without weight", () => {
    const identity = [
      [1, 0],
      [0, 1],
    ];
    const far = {
      weights: [0, 0.5, 0.5],
      means: [
        [-1e30, 3e29],
        [7, 8],
        [9, 8],
      ],
      covariances: [identity, identity, identity],
    };
    const { mixture, klBound } = reduce(far, 2);
    expect([...mixture.means, klBound]).toEqual([7, 8, 9, 8, 0]);
    expect([...mixture.covariances]).toEqual([1, 0, 0, 1, 1, 0, 0, 1]);
    expect([...moments(far).covariance]).toEqual([2, 0, 0, 1]);
  });

  test("follows the unit and the place of the data", () => {
    const mixture = randomMixture({ D: 3, K: 5, type: "full", seed: 14 });
    const plain = reduce(mixture, 2);
    for (const [unit, offset] of [
      [2 ** 100, 0],
      [2 ** -100, 0],
      [1, 2 ** 20],
    ]) {
      const moved = reduce(
        {
          weights: mixture.weights,
          means: mixture.means.map((value) => value * unit + offset),
          covariances: mixture.covariances.map((value) => value * unit * unit),
        },
        2,
      );
      expect([...moved.components]).toEqual([...plain.components]);
      // means are rounded at the offset: 2^20 eps
      expect(
        worst(
          moved.mixture.means,
          plain.mixture.means.map((v) => v * unit + offset),
          () => unit,
        ),
      ).toBeLessThan(1e-9);
      expect(Math.abs(moved.klBound - plain.klBound)).toBeLessThan(1e-9);
    }
  });

  test("leaves alone what lies too far away to be joined, and says so if it must", async () => {
    // joined, the last has variances of 1.6e19 and a correlation that leaves nothing of the 1 across
    const mixture = {
      weights: [0.4, 0.4, 0.2],
      means: [
        [0, 0],
        [1, 0],
        [1e10, 1e10],
      ],
      covariances: [1, 1, 1],
      covarianceType: "spherical",
    } as const;
    const full = {
      ...mixture,
      covariances: mixture.means.map(() => [
        [1, 0],
        [0, 1],
      ]),
      covarianceType: "full",
    } as const;
    expect([...reduce(full, 2).components]).toEqual([0, 0, 1]);
    await expectError(() => reduce(full, 1), "SINGULAR_COVARIANCE", /leave more components/);
    expect(reduce(mixture, 1).mixture.covariances[0]).toBeCloseTo(0.16e20, -10);
  });

  test("refuses what it cannot do", async () => {
    const mixture = { weights: [0.5, 0.5], means: [[-1], [1]], covariances: [[[1]], [[1]]] };
    for (const count of [0, 3, 1.5, Number.NaN]) {
      await expectError(() => reduce(mixture, count), RangeError, /^nComponents: expected an integer from 1 to 2/);
    }
    await expectError(() => reduce(mixture, undefined as never), TypeError, /^nComponents: /);
    await expectError(() => reduce([] as never, 1), TypeError, /^mixture\.weights: /);
  });
});

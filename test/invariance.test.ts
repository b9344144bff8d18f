// Changing the unit, the origin or the order of the columns, or the order of the components, changes nothing but those.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GaussianMixture } from "../src/index.ts";
import { distance, largest } from "./support/compare.ts";
import { spreads } from "./support/datasets.ts";
import { codesOf, parametersOf } from "./support/mixtures.ts";
import { clouds, nudged, runs, type Shaped, sizes, TYPES, uniforms } from "./support/problems.ts";

/** A tolerance below this, for numbers no larger than they are spread, says something; nine in ten must. */
const SHARP = 1e-9;

describe("what is done to the data is done to the result", () => {
  /** A change of all rows, and what it does to a mixture's parameters. */
  interface Change {
    readonly name: string;
    /** Where column d goes to. */
    readonly to: (d: number, D: number) => number;
    /** New value of a value that goes to column d. */
    readonly value: (value: number, d: number) => number;
    readonly scale: (d: number) => number;
    /** By how much it makes numbers larger than the spread of their column, at most. */
    readonly larger?: number;
  }
  const stay = (d: number): number => d;
  const one = (): number => 1;
  const changes: readonly Change[] = [
    { name: "permuting the columns", to: (d, D) => (D - 1 - d + 2) % D, value: (v) => v, scale: one },
    {
      name: "shifting by whole numbers",
      to: stay,
      value: (v, d) => v + (d % 2 === 0 ? 1 : -1) * 10 ** (d % 8),
      scale: one,
      larger: 10 ** 7,
    },
    {
      name: "scaling by powers of two",
      to: stay,
      value: (v, d) => v * 2 ** (9 * d - 20),
      scale: (d) => 2 ** (9 * d - 20),
    },
    { name: "scaling all by 1000", to: stay, value: (v) => v * 1000, scale: () => 1000 },
  ];

  function changed({ data, shape }: Shaped, { to, value }: Change): Shaped {
    const D = shape[1];
    const out = new Float64Array(data.length);
    data.forEach((v, i) => {
      const d = to(i % D, D);
      out[i - (i % D) + d] = value(v, d);
    });
    return { data: out, shape };
  }

  /** The parameters that the changed data should have. */
  function moved(mixture: GaussianMixture, { to, value, scale }: Change): GaussianMixture {
    const { covarianceType, nComponents: K, nFeatures: D, weights } = mixture;
    const means = changed({ data: mixture.means, shape: [K, D] }, { name: "", to, value, scale });
    const covariances = mixture.covariances.map((v) => (covarianceType === "spherical" ? v * scale(0) ** 2 : v));
    mixture.covariances.forEach((v, at) => {
      const [i, j] = [Math.floor(at / D) % D, at % D];
      if (covarianceType === "diag") covariances[at - j + to(j, D)] = v * scale(to(j, D)) ** 2;
      if (covarianceType === "full" || covarianceType === "tied") {
        covariances[at - i * D - j + to(i, D) * D + to(j, D)] = v * scale(to(i, D)) * scale(to(j, D));
      }
    });
    return GaussianMixture.fromParameters({ covarianceType, weights, means: means.data, covariances });
  }

  for (const change of changes) {
    // Tolerance: what changing every number of the data in its twelfth digit (by 2^-40, some 4000 roundings) does to the result.
    test(`${change.name} does so, to what a change in the twelfth digit of the data does`, () => {
      let [compared, sharp] = [0, 0];
      const { larger = 1 } = change;
      fc.assert(
        fc.property(sizes(2), ({ N, D, K, type, seed }) => {
          // one variance for all columns has no meaning in units of its own for each
          fc.pre(type !== "spherical" || change.name !== "scaling by powers of two");
          const set = clouds(N, D, K, seed);
          const uniform = uniforms(seed);
          const labels = Array.from({ length: N }, (_, n) =>
            n >= K && uniform() < 0.2 ? Math.floor(uniform() * K) : n % K,
          );
          const options = {
            nComponents: K,
            covarianceType: type,
            init: { labels },
            tol: 0,
            maxIter: 6,
            accelerate: false,
          };
          const there = changed(set, change);
          const straight = GaussianMixture.fitSync(set, options);
          const expected = moved(straight, change);
          const actual = GaussianMixture.fitSync(there, options);
          const sensitive = GaussianMixture.fitSync(nudged(there, seed), options);
          const spread = spreads(there);
          const tolerance = largest(distance(sensitive, actual, spread)) + N * Number.EPSILON;
          expect(largest(distance(actual, expected, spread))).toBeLessThanOrEqual(tolerance);
          compared++;
          if (tolerance < larger * SHARP) sharp++;
          expect(codesOf(actual).sort()).toEqual(codesOf(straight).sort());
        }),
        runs(80),
      );
      expect(compared).toBeGreaterThanOrEqual(80);
      expect(sharp).toBeGreaterThan(0.9 * compared);
    });
  }

  test("permuting the components of a start permutes those of the result", () => {
    let sharp = 0;
    fc.assert(
      fc.property(sizes(2), (size) => {
        const { N, D, K, type, seed } = size;
        const set = clouds(N, D, K, seed);
        const labels = Array.from({ length: N }, (_, n) => n % K);
        const options = { nComponents: K, covarianceType: type, tol: 0, maxIter: 6, accelerate: false };
        const actual = GaussianMixture.fitSync(set, { ...options, init: { labels: labels.map((k) => K - 1 - k) } });
        const straight = GaussianMixture.fitSync(set, { ...options, init: { labels } });
        const turn = (values: Float64Array, width: number): number[] =>
          Array.from({ length: K }, (_, k) => [...values.subarray((K - 1 - k) * width, (K - k) * width)]).flat();
        const { weights, means, covariances } = straight;
        const expected = GaussianMixture.fromParameters({
          covarianceType: type,
          weights: turn(weights, 1),
          means: turn(means, D),
          covariances: type === "tied" ? covariances : turn(covariances, covariances.length / K),
        });
        const sensitive = GaussianMixture.fitSync(nudged(set, seed), {
          ...options,
          init: { labels: labels.map((k) => K - 1 - k) },
        });
        const tolerance = largest(distance(sensitive, actual, spreads(set))) + N * Number.EPSILON;
        expect(largest(distance(actual, expected, spreads(set)))).toBeLessThanOrEqual(tolerance);
        if (tolerance < SHARP) sharp++;
      }),
      runs(50),
    );
    expect(sharp).toBeGreaterThan(0.9 * (runs(50).numRuns ?? 0));
  });
});

describe("columns that are hard on the numbers, with the default options", () => {
  /** Three clouds, apart in every column, so that any start that looks at one column sees them all. */
  function apart(N: number, D: number, seed: number): Shaped {
    const { data, shape } = clouds(N, D, 1, seed, 0);
    return { data: data.map((v, i) => v + 12 * (Math.floor(i / D) % 3)), shape };
  }

  for (const type of TYPES) {
    test(`an offset of 1e8 at variance 1 costs no more than 1e-6, ${type}`, () => {
      const N = 500;
      const { data, shape } = clouds(N, 3, 3, 5);
      const offset = { data: data.map((v) => v / 3 + 1e8), shape };
      // what rounding left of the numbers: the difference of neighbours of 1e8 is exact
      const centred = { data: offset.data.map((v) => v - 1e8), shape };
      const [far, near] = [offset, centred].map((set) =>
        GaussianMixture.fitSync(set, { nComponents: 3, covarianceType: type }),
      );
      const back = { ...parametersOf(far), means: far.means.map((v) => v - 1e8) };
      expect(largest(distance(back, near, spreads(centred)))).toBeLessThan(1e-6);
      expect(far.report?.converged).toBe(true);
      expect(far.report?.nIterations).toBe(near.report?.nIterations);
      expect(Math.abs(far.logLikelihood(offset) / near.logLikelihood(centred) - 1)).toBeLessThan(1e-8);
      expect([...far.predict(offset)]).toEqual([...near.predict(centred)]);
    });
  }

  for (const type of ["full", "tied", "diag"] as const) {
    test(`columns on scales of 1e-6 and 1e6 together cost no more than 1e-6, ${type}`, () => {
      const scales = [1e-6, 1e6, 1];
      const D = scales.length;
      const plain = apart(400, D, 6);
      const scaled = { data: plain.data.map((v, i) => v * scales[i % D]), shape: plain.shape };
      const [wide, narrow] = [scaled, plain].map((set) =>
        GaussianMixture.fitSync(set, { nComponents: 3, covarianceType: type }),
      );
      const order = ascending(wide, 1);
      const match = ascending(narrow, 1);
      const back = {
        ...parametersOf(wide),
        weights: order.map((k) => wide.weights[k]),
        means: order.flatMap((k) => scales.map((scale, d) => wide.means[k * D + d] / scale)),
        covariances: reordered(wide, order).map(
          (v, at) => v / scales[at % D] / scales[type === "diag" ? at % D : Math.floor(at / D) % D],
        ),
      };
      const expected = {
        ...parametersOf(narrow),
        weights: match.map((k) => narrow.weights[k]),
        means: match.flatMap((k) => [...narrow.means.subarray(k * D, (k + 1) * D)]),
        covariances: reordered(narrow, match),
      };
      expect(largest(distance(back, expected, spreads(plain)))).toBeLessThan(1e-6);
      expect(wide.report?.converged).toBe(true);
      // every row's density is divided by the product of the scales, here 1
      expect(Math.abs(wide.logLikelihood(scaled) / narrow.logLikelihood(plain) - 1)).toBeLessThan(1e-8);
    });
  }

  function ascending({ means, nComponents, nFeatures }: GaussianMixture, d: number): number[] {
    return Array.from({ length: nComponents }, (_, k) => k).sort(
      (a, b) => means[a * nFeatures + d] - means[b * nFeatures + d],
    );
  }

  function reordered(
    { covarianceType, covariances, nComponents }: GaussianMixture,
    order: readonly number[],
  ): number[] {
    if (covarianceType === "tied") return [...covariances];
    const length = covariances.length / nComponents;
    return order.flatMap((k) => [...covariances.subarray(k * length, (k + 1) * length)]);
  }
});

// Marginals and conditionals: against integrals, against p(x, y) / p(x), against gmr. More of regression: regression.test.ts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { condition, GaussianMixture, marginal, regression } from "../src/index.ts";
import { worst } from "./support/compare.ts";
import { fixture } from "./support/datasets.ts";
import { any, expectError } from "./support/errors.ts";
import { nested, randomMixture, runs, TYPES, uniforms } from "./support/problems.ts";
import { plainMoments, writtenOut } from "./support/reference.ts";

interface Figures {
  readonly cases: readonly {
    readonly name: string;
    readonly weights: readonly number[];
    readonly means: readonly (readonly number[])[];
    readonly covariances: readonly (readonly (readonly number[])[])[];
    readonly inputs: readonly number[];
    readonly targets: readonly number[];
    readonly rows: readonly (readonly number[])[];
    readonly conditionals: readonly {
      readonly weights: readonly number[];
      readonly means: readonly (readonly number[])[];
      readonly covariances: readonly (readonly (readonly number[])[])[];
    }[];
    readonly predictions: readonly (readonly number[])[];
    readonly probes: readonly (readonly number[])[];
    readonly densities: readonly number[];
    readonly marginals: readonly { readonly mean: readonly number[]; readonly covariance: readonly number[][] }[];
  }[];
}

const { cases } = JSON.parse(fixture("gmr.json")) as Figures;
const density = (mixture: GaussianMixture, ...row: number[]): number => Math.exp(mixture.scoreSamples([row])[0]);

/** ∫ f over a wide interval by the trapezoidal rule: for what falls off like a normal its error is beyond all digits. */
function integral(f: (x: number) => number): number {
  let sum = 0;
  for (let i = -400; i <= 400; i++) sum += f(i / 10);
  return sum / 10;
}

/** Values by column, as `condition` takes them. */
const given = (columns: readonly number[], row: ArrayLike<number>): Record<number, number> =>
  Object.fromEntries(columns.map((d, i) => [d, row[i]]));

describe("marginal and condition agree with integrals", () => {
  for (const type of TYPES) {
    const mixture = randomMixture({ D: 3, K: 3, type, seed: 4 });

    test(`a marginal is the density with the rest integrated out, ${type}`, () => {
      const one = marginal(mixture, [2, 0]);
      for (const [x, z] of [
        [0.3, -1],
        [2, 2.5],
        [-4, 0],
      ]) {
        expect(density(one, z, x) / integral((y) => density(mixture, x, y, z))).toBeCloseTo(1, 12);
      }
    });

    test(`a conditional is the density at the values, made to integrate to 1, ${type}`, () => {
      const pair = marginal(mixture, [0, 1]);
      for (const value of [0.5, -3, 6]) {
        const one = condition(pair, { 1: value });
        const total = integral((x) => density(pair, x, value));
        for (const x of [-2, 0, 0.7, 3]) {
          expect(density(one, x) / (density(pair, x, value) / total)).toBeCloseTo(1, 12);
        }
        const curve = regression(pair, { inputs: [1] });
        const mean = integral((x) => (x * density(pair, x, value)) / total);
        const variance = integral((x) => ((x - mean) ** 2 * density(pair, x, value)) / total);
        expect(curve.predict([[value]])[0]).toBeCloseTo(mean, 11);
        expect(curve.covariance([[value]])[0] / variance).toBeCloseTo(1, 11);
      }
    });
  }
});

describe("for random mixtures of every type", () => {
  const problems = fc.record({
    D: fc.integer({ min: 2, max: 9 }),
    K: fc.integer({ min: 1, max: 9 }),
    type: fc.constantFrom(...TYPES),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  });

  /** Some columns in random order, the others, and a row of the mixture. */
  function splitRow(
    mixture: GaussianMixture,
    seed: number,
  ): { inputs: number[]; targets: number[]; row: Float64Array } {
    const random = uniforms(seed);
    const D = mixture.nFeatures;
    const order = Array.from({ length: D }, (_, d) => ({ d, at: random() })).sort((a, b) => a.at - b.at);
    const count = 1 + Math.floor((D - 1) * random());
    const columns = order.map(({ d }) => d);
    return { inputs: columns.slice(0, count), targets: columns.slice(count), row: mixture.sample(1, { seed }).data };
  }

  test("p(y | x) = p(x, y) / p(x)", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const mixture = randomMixture(problem);
        const { inputs, targets, row } = splitRow(mixture, problem.seed);
        const x = inputs.map((d) => row[d]);
        const rest = targets.slice().sort((a, b) => a - b);
        const whole = mixture.scoreSamples([row])[0] - marginal(mixture, inputs).scoreSamples([x])[0];
        const one = condition(mixture, given(inputs, x));
        // condition numbers of these covariances go to some 1e5
        expect(Math.abs(one.scoreSamples([rest.map((d) => row[d])])[0] - whole)).toBeLessThan(1e-9);
        const [rowwise] = regression(mixture, { inputs, targets }).logDensity([x], [targets.map((d) => row[d])]);
        expect(Math.abs(rowwise - whole)).toBeLessThan(1e-9);
      }),
      runs(150),
    );
  });

  test("the type stays, and so do conditionals of conditionals, whatever comes first", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const mixture = randomMixture({ ...problem, D: problem.D + 1 });
        const [a, b] = mixture.sample(1, { seed: problem.seed }).data;
        const both = condition(mixture, { 0: a, 1: b });
        const inTurn = condition(condition(mixture, { 1: b }), { 0: a });
        expect(both.covarianceType).toBe(problem.type);
        expect(worst(both.weights, inTurn.weights, () => 1)).toBeLessThan(1e-9);
        expect(worst(both.means, inTurn.means, () => 1)).toBeLessThan(1e-9);
        expect(worst(both.covariances, inTurn.covariances, () => 1)).toBeLessThan(1e-9);
      }),
      runs(50),
    );
  });

  test("marginals of marginals are marginals, to the bit, and all columns are the mixture", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const mixture = randomMixture(problem);
        const { inputs } = splitRow(mixture, problem.seed);
        const last = inputs.length - 1;
        const direct = marginal(mixture, [inputs[last]]).toJSON();
        expect(marginal(marginal(mixture, inputs), [last]).toJSON()).toEqual(direct);
        const all = Array.from({ length: problem.D }, (_, d) => d);
        expect(marginal(mixture, all).toJSON()).toEqual(mixture.toJSON());
      }),
      runs(50),
    );
  });

  test("regression says of each row what condition says", () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const mixture = randomMixture(problem);
        const { inputs } = splitRow(mixture, problem.seed);
        const rows = marginal(mixture, inputs).sample(5, { seed: 1 });
        const curve = regression(mixture, { inputs });
        const M = curve.targets.length;
        const [means, covariances] = [curve.predict(rows), curve.covariance(rows)];
        nested(rows).forEach((row, n) => {
          const one = condition(mixture, given(inputs, row));
          const [mean, covariance] = plainMoments(writtenOut(one));
          expect(worst(means.subarray(n * M, (n + 1) * M), mean, () => 1)).toBeLessThan(1e-11);
          expect(worst(covariances.subarray(n * M * M, (n + 1) * M * M), covariance, () => 1)).toBeLessThan(1e-10);
        });
      }),
      runs(50),
    );
  });
});

describe("agreement with gmr 2.0.3", () => {
  for (const { name, weights, means, covariances, inputs, targets, rows, ...expected } of cases) {
    const mixture = GaussianMixture.fromParameters({ weights, means: any(means), covariances: any(covariances) });
    // gmr takes inverses of covariances; the offset costs it digits of x - mean
    const bound = 1e-12;

    test(`of conditionals: ${name}`, () => {
      rows.forEach((row, n) => {
        const one = condition(mixture, given(inputs, row));
        const other = expected.conditionals[n];
        expect(worst(one.weights, other.weights, () => 1)).toBeLessThan(bound);
        expect(worst(one.means, other.means.flat(), (i) => 1 + Math.abs(other.means.flat()[i]))).toBeLessThan(bound);
        expect(worst(one.covariances, other.covariances.flat(2), () => 1)).toBeLessThan(bound);
      });
    });

    test(`of marginals: ${name}`, () => {
      const one = marginal(mixture, targets);
      expect([...one.means]).toEqual(expected.marginals.flatMap(({ mean }) => mean));
      expect(
        worst(
          one.covariances,
          expected.marginals.flatMap((m) => m.covariance.flat()),
          () => 1,
        ),
      ).toBeLessThan(1e-15);
    });

    test(`of regressions: ${name}`, () => {
      const curve = regression(mixture, { inputs });
      expect(curve.targets).toEqual(targets);
      const predictions = expected.predictions.flat();
      expect(worst(curve.predict(any(rows)), predictions, (i) => 1 + Math.abs(predictions[i]))).toBeLessThan(bound);
      const densities = curve.logDensity(any(rows), any(expected.probes)).map(Math.exp);
      expect(worst(densities, expected.densities, (n) => expected.densities[n])).toBeLessThan(bound);
    });
  }
});

describe("far away", () => {
  const mixture = GaussianMixture.fromParameters({
    weights: [0.5, 0.5],
    means: [
      [0, 0],
      [1, 5],
    ],
    covariances: [
      [
        [1, 0.5],
        [0.5, 1],
      ],
      [
        [4, -1],
        [-1, 1],
      ],
    ],
  });

  test("the component that falls off most slowly takes all the weight", () => {
    for (const x of [1e3, -1e3, 1e8, 1e150]) {
      const one = condition(mixture, { 0: x });
      expect([...one.weights]).toEqual([0, 1]);
      expect(one.means[1] / (5 - (x - 1) / 4)).toBeCloseTo(1, 14);
      expect(regression(mixture, { inputs: [0] }).predict([[x]])[0]).toBe(one.means[1]);
    }
  });

  test("weights are equal where no component gives any density", () => {
    const one = condition(mixture, { 0: 1e200 });
    expect([...one.weights]).toEqual([0.5, 0.5]);
    expect([...one.means].every(Number.isFinite)).toBe(true);
  });

  test("densities of targets given inputs keep their digits", () => {
    const single = GaussianMixture.fromParameters({
      weights: [1],
      means: [[0, 0]],
      covariances: [
        [
          [1, 0.5],
          [0.5, 1],
        ],
      ],
    });
    const [log] = regression(single, { inputs: [0] }).logDensity([[1e6]], [[5e5]]);
    expect(log).toBeCloseTo(-0.5 * Math.log(2 * Math.PI * 0.75), 14);
    expect(regression(single, { inputs: [0] }).logDensity([[0]], [[1e200]])[0]).toBe(-Infinity);
  });

  test("an overflow is an error that names the row", async () => {
    const steep = GaussianMixture.fromParameters({
      weights: [1],
      means: [[0, 0]],
      covariances: [
        [
          [1, 5e9],
          [5e9, 1e20],
        ],
      ],
    });
    await expectError(() => condition(steep, { 0: 1e300 }), "NOT_FINITE", /overflow in row 0/);
    const curve = regression(steep, { inputs: [0] });
    await expectError(() => curve.predict([[0], [1e300]]), "NOT_FINITE", /overflow in row 1/);
  });

  test("an offset of 1e8 costs no more digits than the data have", () => {
    const moved = GaussianMixture.fromParameters({
      weights: [0.5, 0.5],
      means: [
        [1e8, 0],
        [1e8 + 1, 5],
      ],
      covariances: [
        [
          [1, 0.5],
          [0.5, 1],
        ],
        [
          [4, -1],
          [-1, 1],
        ],
      ],
    });
    const [near] = regression(mixture, { inputs: [0] }).predict([[0.25]]);
    expect(regression(moved, { inputs: [0] }).predict([[1e8 + 0.25]])[0]).toBe(near);
  });
});

describe("names", () => {
  const mixture = GaussianMixture.fromParameters({
    ...{ weights: [1], means: [[1, 2, 3]], covariances: [1], covarianceType: "spherical" },
    columns: ["width", "length", "0"],
  });

  test("are kept, in the order asked for", () => {
    expect(marginal(mixture, ["0", "width"]).columns).toEqual(["0", "width"]);
    expect([...marginal(mixture, ["length", 0]).means]).toEqual([2, 1]);
    expect(condition(mixture, { length: 2 }).columns).toEqual(["width", "0"]);
    expect(marginal(randomMixture({ D: 2, K: 1, type: "full", seed: 1 }), [1]).columns).toBeUndefined();
  });

  test("go before indices where a name looks like one", () => {
    expect(condition(mixture, { 0: 1 }).columns).toEqual(["width", "length"]);
    expect(condition(mixture, { 1: 1 }).columns).toEqual(["width", "0"]);
  });
});

describe("bad input", () => {
  const mixture = randomMixture({ D: 3, K: 2, type: "full", seed: 1 });
  const named = GaussianMixture.fromParameters({
    ...{ weights: [1], means: [[1, 2]], covariances: [1], covarianceType: "spherical" },
    columns: ["width", "length"],
  });

  const triple = GaussianMixture.fromParameters({
    ...{ weights: [1], means: [[1, 2, 3]], covariances: [1], covarianceType: "spherical" },
    columns: ["a", "b", "c"],
  });

  test("of marginal and condition is refused with what was expected", async () => {
    await expectError(() => marginal(any(null), [0]), TypeError, /mixture: expected a Mixture, got null/);
    await expectError(() => marginal(mixture, [3]), RangeError, /columns: .*index, 0 to 2.*got 3/);
    await expectError(() => marginal(mixture, [0.5]), RangeError, /got 0.5/);
    await expectError(() => marginal(mixture, ["x"]), TypeError, /columns: .*got "x"/);
    await expectError(() => marginal(named, ["widht"]), RangeError, /did you mean "width"/);
    await expectError(() => marginal(mixture, [1, 1]), RangeError, /different columns, got 1 twice/);
    await expectError(() => marginal(mixture, []), RangeError, /columns: expected a list/);
    await expectError(
      () => marginal(mixture, any(1)),
      TypeError,
      /columns: expected a list of different columns, got 1/,
    );
    await expectError(() => condition(mixture, any(undefined)), TypeError, /values: expected values of some/);
    await expectError(() => condition(mixture, {}), TypeError, /values: expected values of some of the 3/);
    await expectError(() => condition(mixture, { 0: 1, 1: 1, 2: 1 }), RangeError, /values: expected values of some/);
    await expectError(
      () => condition(named, { width: 1, 0: 2 }),
      RangeError,
      /values: expected values of some of the 2/,
    );
    await expectError(
      () => condition(triple, { a: 1, 0: 2 }),
      RangeError,
      /values: .*different columns, got "a" twice/,
    );
    await expectError(() => condition(mixture, { 3: 1 }), RangeError, /values: .*got 3/);
    await expectError(() => condition(named, { with: 1 }), RangeError, /did you mean "width"/);
    await expectError(
      () => condition(mixture, { 0: Number.NaN }),
      RangeError,
      /^values: expected finite numbers, got NaN/,
    );
    await expectError(
      () => condition(mixture, { 0: Infinity }),
      RangeError,
      /^values: expected finite numbers, got Infinity/,
    );
    await expectError(() => condition(mixture, { 0: any("1") }), TypeError, /values: expected a number/);
  });
});

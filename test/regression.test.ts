// Gaussian mixture regression: a noisy sine, agreement with condition, windows, bad input. Agreement with gmr and with
// p(x, y) / p(x): conditional.test.ts.
import { describe, expect, test } from "vitest";
import { condition, GaussianMixture, marginal, quantile, type Regression, regression } from "../src/index.ts";
import { worst } from "./support/compare.ts";
import { any, expectError } from "./support/errors.ts";
import { normals, randomMixture, TYPES, uniforms } from "./support/problems.ts";

describe("regression", () => {
  /** y = sin x + noise, x even over one period. */
  function noisySine(n: number, seed: number): { x: Float64Array; y: Float64Array } {
    const [uniform, normal] = [uniforms(seed), normals(seed + 1)];
    const x = Float64Array.from({ length: n }, () => 2 * Math.PI * uniform());
    return { x, y: x.map((value) => Math.sin(value) + 0.1 * normal()) };
  }
  const trained = GaussianMixture.fitSync(noisySine(4000, 1), { nComponents: 8, seed: 1, nInit: 2 });
  const line = GaussianMixture.fitSync(noisySine(4000, 1), { nComponents: 1 });
  const fresh = noisySine(20000, 7);

  const meanSquare = (curve: Regression): number => {
    const predicted = curve.predict(fresh);
    return predicted.reduce((sum, value, n) => sum + (value - fresh.y[n]) ** 2, 0) / predicted.length;
  };

  test("of a noisy sine beats the conditional mean of a single normal by the expected margin", () => {
    // the best line leaves Var(sin x) - Cov(x, sin x)² / Var(x) + noise = 1/2 - 1 / (π² / 3) + 0.01 = 0.2060, the truth 0.01
    const single = meanSquare(regression(line, { inputs: ["x"] }));
    const mixed = meanSquare(regression(trained, { inputs: ["x"] }));
    expect(single).toBeGreaterThan(0.2);
    expect(single).toBeLessThan(0.212);
    // eight pieces of a sine bend little: what they miss is below a tenth of the noise
    expect(mixed).toBeLessThan(0.011);
    expect(mixed).toBeGreaterThan(0.0095);
    expect(single / mixed).toBeGreaterThan(18);
  });

  test("has honest quantiles, variances and densities on fresh rows", () => {
    const curve = regression(trained, { targets: ["y"] });
    const bounds = curve.quantile(fresh, [0.05, 0.5, 0.95]);
    const shares = [0, 0, 0];
    fresh.y.forEach((y, n) => {
      for (let i = 0; i < 3; i++) if (y <= bounds[3 * n + i]) shares[i]++;
    });
    // binomial errors of 20,000 rows are 0.0015 to 0.0035; the fit's own come on top
    for (const [i, p] of [0.05, 0.5, 0.95].entries()) {
      expect(Math.abs(shares[i] / fresh.y.length - p), `p = ${p}`).toBeLessThan(0.015);
    }
    const variances = curve.covariance(fresh);
    const variance = variances.reduce((sum, v) => sum + v, 0) / variances.length;
    expect(variance).toBeGreaterThan(0.0095);
    expect(variance).toBeLessThan(0.011);
    // the true conditional density has a mean log of -1/2 log(2 π e 0.01) = 0.8836
    const logs = curve.logDensity(fresh, { y: fresh.y });
    const mean = logs.reduce((sum, v) => sum + v, 0) / logs.length;
    expect(mean).toBeGreaterThan(0.84);
    expect(mean).toBeLessThan(0.9);
  });

  test("samples have the conditional's mean and quantiles", () => {
    const curve = regression(trained, { inputs: [0] });
    const n = 40000;
    const drawn = curve.sample(new Float64Array(n).fill(2), { seed: 3 });
    const one = condition(trained, { x: 2 });
    for (const [p, q] of [0.1, 0.5, 0.9].map((p) => [p, quantile(one, p)[0]])) {
      const share = drawn.filter((y) => y <= q).length / n;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
    }
    expect(drawn).toEqual(curve.sample(new Float64Array(n).fill(2), { seed: 3 }));
    expect(drawn).not.toEqual(curve.sample(new Float64Array(n).fill(2), { seed: 4 }));
  });

  test("quantiles are those of condition, row by row, to four roundings", () => {
    const curve = regression(trained, { inputs: ["x"] });
    const p = [0, 1e-12, 0.3, 0.5, 1 - 1e-9, 1];
    const rows = [[0.1], [3], [6.2], [-5]];
    const all = curve.quantile(rows, p);
    rows.forEach(([x], n) => {
      const one = quantile(condition(trained, { x }), p);
      // the same root, from means that were added up in another order
      const ulps = worst(all.subarray(n * p.length, (n + 1) * p.length), one, (i) => Number.EPSILON * Math.abs(one[i]));
      expect(ulps).toBeLessThanOrEqual(4);
    });
  });

  test("gives the same bits for one row as for many, over every window", () => {
    for (const type of TYPES) {
      const mixture = randomMixture({ D: 5, K: 6, type, seed: 11 });
      const curve = regression(mixture, { inputs: [4, 1], targets: [0, 3] });
      const rows = marginal(mixture, [4, 1]).sample(5000, { seed: 5 });
      const targets = marginal(mixture, [0, 3]).sample(5000, { seed: 6 });
      const [means, covariances, logs] = [curve.predict(rows), curve.covariance(rows), curve.logDensity(rows, targets)];
      const one = regression(mixture, { inputs: [4, 1], targets: [3] });
      const medians = one.quantile(rows, 0.5);
      for (const n of [0, 1, 7, 8, 127, 128, 1364, 1365, 1366, 4998, 4999]) {
        const row = [rows.data.slice(2 * n, 2 * n + 2)];
        expect(curve.predict(row)).toEqual(means.slice(2 * n, 2 * n + 2));
        expect(curve.covariance(row)).toEqual(covariances.slice(4 * n, 4 * n + 4));
        expect(curve.logDensity(row, [targets.data.slice(2 * n, 2 * n + 2)])[0]).toBe(logs[n]);
        expect(one.quantile(row, 0.5)[0]).toBe(medians[n]);
      }
    }
  });

  test("reads records and tables by name, and writes where it is told", () => {
    const curve = regression(trained, { targets: ["y"] });
    const records = [
      { y: 0, x: 1, z: "a" },
      { y: 0, x: 2, z: "b" },
    ];
    const expected = curve.predict([[1], [2]]);
    const out = new Float64Array(2);
    expect(curve.predict(records, out)).toBe(out);
    expect(out).toEqual(expected);
    expect(curve.predict({ x: [1, 2] })).toEqual(expected);
    expect(curve.logDensity(records, records)).toEqual(curve.logDensity([[1], [2]], [[0], [0]]));
    expect([curve.inputs, curve.targets]).toEqual([[0], [1]]);
  });
});

describe("bad input", () => {
  const mixture = randomMixture({ D: 3, K: 2, type: "full", seed: 1 });

  test("is refused with what was expected", async () => {
    const curve = regression(mixture, { inputs: [0, 1] });
    await expectError(() => regression(mixture, {}), RangeError, /options: expected inputs and targets/);
    await expectError(
      () => regression(mixture, { inputs: [0], targets: [0] }),
      RangeError,
      /without a column in common/,
    );
    await expectError(() => regression(mixture, { inputs: [0, 1, 2] }), RangeError, /options: expected inputs/);
    await expectError(() => regression(mixture, any({ input: [0] })), TypeError, /did you mean "inputs"/);
    await expectError(() => curve.predict([[1]]), RangeError, /data: expected rows of 2 numbers/);
    await expectError(() => curve.predict([[1, Number.NaN]]), RangeError, /data: expected finite numbers, got NaN/);
    await expectError(() => curve.predict([]), RangeError, /data: expected at least one row/);
    await expectError(() => curve.predict([[1, 2]], new Float64Array(2)), RangeError, /out: expected length 1/);
    await expectError(
      () => curve.logDensity([[1, 2]], [[1], [2]]),
      RangeError,
      /targets: expected as many rows as the data \(1\), got 2/,
    );
    await expectError(() => curve.logDensity([[1, 2]], [[Infinity]]), RangeError, /targets: expected finite numbers/);
    await expectError(() => curve.logDensity([[1, 2]], [[1, 2]]), RangeError, /targets: expected rows of 1 numbers/);
    await expectError(() => curve.quantile([[1, 2]], 2), RangeError, /p: expected numbers from 0 to 1/);
    await expectError(() => curve.sample([[1, 2]], { seed: -1 }), RangeError, /seed: expected an integer/);
    const two = regression(mixture, { inputs: [0] });
    await expectError(() => two.quantile([[1]], 0.5), RangeError, /targets: expected one for quantiles, got 2/);
  });
});

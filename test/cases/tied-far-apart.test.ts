// Tied components far apart are scored as exactly as full ones with the same covariance.
import { expect, test } from "vitest";
import { GaussianMixture, regression } from "../../src/index.ts";

test("a tied mixture whose means lie far apart gives what the full one gives", () => {
  const covariance = [
    [2, 0.6],
    [0.6, 1],
  ];
  for (const apart of [1, 100, 1e5, 1e8, 1e12]) {
    const means = [
      [0, 0],
      [apart, -apart],
      [apart, 3],
    ];
    const weights = [0.5, 0.3, 0.2];
    const tied = GaussianMixture.fromParameters({ weights, means, covariances: covariance, covarianceType: "tied" });
    const full = GaussianMixture.fromParameters({ weights, means, covariances: [covariance, covariance, covariance] });
    const rows = means.flatMap(([x, y]) => [
      [x, y],
      [x + 0.25, y - 0.5],
      [x - 1, y + 2],
    ]);
    const [a, b] = [tied, full].map((mixture) => mixture.scoreSamples(rows));
    a.forEach((value, n) => {
      expect(Math.abs(value - b[n])).toBeLessThan(1e-11);
    });
    expect(tied.predict(rows)).toEqual(full.predict(rows));
    expect(
      Math.max(...tied.mahalanobis(rows).map((d, i) => Math.abs(d - full.mahalanobis(rows)[i]) / (1 + d))),
    ).toBeLessThan(1e-10);
    const [p, q] = [tied, full].map((mixture) => regression(mixture, { inputs: [0] }).predict([[0.25]])[0]);
    expect(Math.abs(p - q)).toBeLessThan(1e-9 * (1 + Math.abs(q)));
  }
});

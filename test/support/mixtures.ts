// What several tests ask of a mixture or make of one.
import { expect } from "vitest";
import { cdf, GaussianMixture } from "../../src/index.ts";
import { type Compared, sameBits } from "./compare.ts";

/** The parameters of a mixture, by name. */
export const PARAMETERS = ["weights", "means", "covariances"] as const;

/** Whether two mixtures have the same parameters, to the bit. */
export function sameParameters(a: Compared, b: Compared): boolean {
  return PARAMETERS.every((key) => sameBits(a[key], b[key]));
}

/** The parameters of a mixture, without its columns. */
export function parametersOf(
  mixture: GaussianMixture,
): Pick<GaussianMixture, "covarianceType" | "nComponents" | "nFeatures" | (typeof PARAMETERS)[number]> {
  const { covarianceType, nComponents, nFeatures, weights, means, covariances } = mixture;
  return { covarianceType, nComponents, nFeatures, weights, means, covariances };
}

/** The codes of the warnings of a fit, in their order. */
export function codesOf({ report }: GaussianMixture): string[] {
  if (report === undefined) throw new Error("a mixture that was not fitted has no warnings");
  return report.warnings.map(({ code }) => code);
}

/** A mixture over one column, from standard deviations. */
export function lineMixture(
  weights: readonly number[],
  means: readonly number[],
  sigmas: readonly number[],
): GaussianMixture {
  const covariances = sigmas.map((s) => s * s);
  return GaussianMixture.fromParameters({ weights, means, covariances, covarianceType: "spherical" });
}

/** Share of a mixture over one column in intervals, given by their ends. */
export function massOf(mixture: GaussianMixture, intervals: Float64Array): number {
  return cdf(mixture, intervals).reduce((sum, share, i) => (i % 2 ? sum + share : sum - share), 0);
}

/**
 * Expects a fit to have taken steps, none of them down by more than rounding.
 *
 * @param rounding - what the step to place j of the trace may lose.
 * @returns how many steps it took.
 */
export function expectNeverFalls({ report }: GaussianMixture, rounding: (j: number) => number): number {
  const { trace } = report!;
  expect(trace.length).toBeGreaterThan(1);
  for (let j = 1; j < trace.length; j++) expect(trace[j]).toBeGreaterThanOrEqual(trace[j - 1] - rounding(j));
  return trace.length - 1;
}

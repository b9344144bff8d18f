import { afterEach, expect } from "vitest";
import { type FitOptions, GaussianMixture } from "../../src/index.ts";
import { sameBits } from "./compare.ts";
import { dataset } from "./datasets.ts";

/**
 * From here on, every test of the file must leave the library as it was: a plain fit gives the bits that it gave before,
 * and a mixture from before gives its old answers.
 */
export function staysUnharmed(): {
  readonly iris: ReturnType<typeof dataset>;
  readonly plain: FitOptions;
  readonly mixture: GaussianMixture;
} {
  const iris = dataset("iris");
  const plain = { nComponents: 3, seed: 2 };
  const mixture = GaussianMixture.fitSync(iris, plain);
  const answers = mixture.scoreSamples(iris);
  afterEach(() => {
    const again = GaussianMixture.fitSync(iris, plain);
    expect(sameBits(again.covariances, mixture.covariances)).toBe(true);
    expect(again.report).toEqual(mixture.report);
    expect(sameBits(mixture.scoreSamples(iris), answers)).toBe(true);
  });
  return { iris, plain, mixture };
}

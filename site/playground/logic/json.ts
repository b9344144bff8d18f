// A model as the library writes it: GaussianMixture.fromJSON and the command line read it.
import type { MixtureJSON, Parameters } from "gaussmix";

/** Numbers nested by shape. */
function nested(flat: Float64Array, shape: readonly number[]): MixtureJSON["means"] {
  if (shape.length <= 1) return [...flat] as unknown as MixtureJSON["means"];
  const size = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) =>
    nested(flat.subarray(i * size, (i + 1) * size), shape.slice(1)),
  ) as unknown as MixtureJSON["means"];
}

export function jsonOf(parameters: Parameters, columns: readonly string[]): string {
  const { covarianceType, nComponents: K, nFeatures: D, weights, means, covariances } = parameters;
  const shapes = { full: [K, D, D], tied: [D, D], diag: [K, D], spherical: [K] };
  const json: MixtureJSON = {
    ...{ format: "gaussmix", version: 1, covarianceType, nComponents: K, nFeatures: D, columns },
    ...{
      weights: [...weights],
      means: nested(means, [K, D]),
      covariances: nested(covariances, shapes[covarianceType]),
    },
  };
  return JSON.stringify(json);
}

/**
 * Gaussian mixture models in WebAssembly: density estimates, soft clusters and anomaly scores.
 *
 * @example
 * import { GaussianMixture } from "gaussmix";
 * const mixture = await GaussianMixture.fit(rows, { nComponents: 3, seed: 1 });
 *
 * @module
 */

export { GaussianMixture } from "./api/gaussian-mixture.ts";
export {
  type Clusters,
  type EStep,
  eStep,
  type KMeansOptions,
  kMeans,
  logDensity,
  type MStepOptions,
  mStep,
  type NormalParameters,
} from "./api/learn.ts";
export { Mixture, type MixtureParameters, type SampleOptions, type WeightOptions } from "./api/mixture.ts";
export { MixtureError, type MixtureErrorCode, type MixtureErrorOptions } from "./errors.ts";
export type { FitReport, FitWarning, FitWarningCode, StartReport } from "./fit/report.ts";
export type { DataInput, RowInput, ShapedInput } from "./input/data.ts";
export type {
  CovarianceType,
  FitOptions,
  Init,
  InitStrategy,
  NestedOrFlat,
  ParameterInput,
  Progress,
  ResponsibilitiesInput,
} from "./input/options.ts";
export type { MixtureJSON } from "./model/json.ts";
export type { Parameters } from "./model/parameters.ts";
export type { Sample } from "./model/sample.ts";

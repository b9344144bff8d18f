/**
 * Gaussian mixture models in WebAssembly: density estimates, soft clusters and anomaly scores.
 *
 * @example
 * import { GaussianMixture } from "gaussmix";
 * const mixture = await GaussianMixture.fit(rows, { nComponents: 3, seed: 1 });
 *
 * @module
 */
export { MixtureError, type MixtureErrorCode } from "./errors.ts";
export type { FitReport, FitWarning, FitWarningCode, StartReport } from "./fit/report.ts";
export type { DataInput } from "./input/data.ts";
export type { CovarianceType, FitOptions, Init, InitStrategy, NestedOrFlat, ParameterInput, Progress } from "./input/options.ts";
export { GaussianMixture, type MixtureParameters, type SampleOptions, type WeightOptions } from "./mixture.ts";
export type { MixtureJSON } from "./model/json.ts";
export type { Sample } from "./model/sample.ts";

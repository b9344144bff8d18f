/**
 * Mixtures that were fitted elsewhere: predictions, densities and samples, without the code and the kernels of fitting.
 *
 * @example
 * import { Mixture } from "gaussmix/predict";
 * const mixture = Mixture.fromJSON(text);
 *
 * @module
 */

export { type AssignedRow, type Assignment, assign } from "./api/assign.ts";
export { uncertainty } from "./api/distribution.ts";
export { Mixture, type MixtureParameters, type SampleOptions, type WeightOptions } from "./api/mixture.ts";
export { isAnomaly, withThreshold } from "./api/regions.ts";
export type { ByColumn, Component } from "./api/text.ts";
export { MixtureError, type MixtureErrorCode, type MixtureErrorOptions } from "./errors.ts";
export type { Column } from "./input/columns.ts";
export type { Cell, DataInput, ForeignTable, ImageInput, RowInput, ShapedInput } from "./input/data.ts";
export type { CovarianceType, FamilyName, NestedOrFlat } from "./input/options.ts";
export { fromBytes, fromOnnx, fromScikitLearn } from "./interchange/served.ts";
export type { MixtureJSON } from "./model/json.ts";
export type { Sample } from "./model/sample.ts";
export type { Threshold } from "./model/threshold.ts";

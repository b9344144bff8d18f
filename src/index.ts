/**
 * Gaussian mixture models in WebAssembly: density estimates, soft clusters and anomaly scores.
 *
 * @example
 * import { GaussianMixture } from "gaussmix";
 * const mixture = await GaussianMixture.fit(rows, { nComponents: 3, seed: 1 });
 *
 * @module
 */

export { adjustedRandIndex, type Contingency, contingencyTable } from "./api/agreement.ts";
export { type AssignedRow, type Assignment, assign } from "./api/assign.ts";
export { condition, marginal, type Regression, type RegressionOptions, regression } from "./api/conditional.ts";
export { type ComponentDescription, type Description, type Distinction, describe } from "./api/describe.ts";
export { cdf, quantile, type TailOptions, uncertainty } from "./api/distribution.ts";
export {
  type Bhattacharyya,
  bhattacharyya,
  type Entropy,
  entropy,
  jsDivergence,
  type KlDivergence,
  klDivergence,
} from "./api/divergence.ts";
export {
  type Ellipse,
  type EllipseOptions,
  type Ellipsoid,
  type EllipsoidOptions,
  ellipse,
  ellipsoid,
} from "./api/ellipsoids.ts";
export { type FittedMixture, GaussianMixture, type SelectedMixture } from "./api/gaussian-mixture.ts";
export { type ImproveOptions, improve, improveSync } from "./api/improve.ts";
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
export { type MergeStep, type Merging, merge } from "./api/merge.ts";
export { Mixture, type MixtureParameters, type SampleOptions, type WeightOptions } from "./api/mixture.ts";
export { type Moments, moments } from "./api/moments.ts";
export type { ComponentOf, EstimateOptions, MixtureOrComponent } from "./api/operand.ts";
export { type Overlap, overlap, overlapCoefficient } from "./api/overlap.ts";
export { type Reduction, reduce } from "./api/reduce.ts";
export {
  type AnomalyOptions,
  anomalyThreshold,
  type DensityRegion,
  highestDensityRegion,
  isAnomaly,
  type RegionOptions,
  type ThresholdOptions,
  withThreshold,
} from "./api/regions.ts";
export type { FittedJSON, ReportJSON } from "./api/report-json.ts";
export { select, selectSync } from "./api/select.ts";
export type {
  AutoFitOptions,
  Candidate,
  ComponentRange,
  Criterion,
  FailedCandidate,
  FittedCandidate,
  Selection,
  SelectionProgress,
  SelectOptions,
  SelectProgress,
} from "./api/selection.ts";
export { accumulate, type MaximiseOptions, maximise, Statistics } from "./api/statistics.ts";
export type { ByColumn, Component } from "./api/text.ts";
export type { Parameters } from "./covariance/parameters.ts";
export { MixtureError, type MixtureErrorCode, type MixtureErrorOptions } from "./errors.ts";
export type { FitReport, FitWarning, FitWarningCode, Optimum, StartReport } from "./fit/diagnosis/report.ts";
export type { Column } from "./input/columns.ts";
export type { Cell, DataInput, ForeignTable, ImageInput, LeftOut, RowInput, ShapedInput } from "./input/data.ts";
export type {
  CovarianceType,
  DataOptions,
  Effort,
  FamilyName,
  FitOptions,
  FitProgress,
  Fixed,
  Init,
  InitName,
  InitStrategy,
  KnownLabels,
  MissingCells,
  MissingValue,
  NestedOrFlat,
  ParameterInput,
  PriorOptions,
  Progress,
  ResponsibilitiesInput,
  WarmStart,
} from "./input/options.ts";
export { fromBytes, toBytes } from "./interchange/binary.ts";
export { fromMatlab, toMatlab } from "./interchange/matlab.ts";
export { fromMclust, toMclust } from "./interchange/mclust.ts";
export { fromOnnx } from "./interchange/onnx.ts";
export { fromScikitLearn, toScikitLearn } from "./interchange/scikit-learn.ts";
export type { MixtureJSON } from "./model/json.ts";
export type { Estimate } from "./model/monte-carlo.ts";
export type { Sample } from "./model/sample.ts";
export type { Threshold } from "./model/threshold.ts";

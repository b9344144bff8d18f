// What the page and its workers say to each other.
import type { CovarianceType, FitWarning, Parameters } from "gaussmix";
import type { Shade, ShadeOptions } from "./shade.ts";
import type { Table } from "./table.ts";

/** A fitted or half-fitted mixture, and what it says of the rows. */
export interface Standing {
  readonly parameters: Parameters;
  readonly logLikelihood: number;
  readonly shade: Shade;
}

/** How a fit ended. */
export interface FitAnswer extends Standing {
  readonly bic: number;
  readonly trace: Float64Array;
  readonly nIterations: number;
  readonly warnings: readonly FitWarning[];
  /** Rows that no component has for more than nine parts of ten. */
  readonly nUnsure: number;
  readonly milliseconds: number;
}

/** One cell of the table of criteria. */
export interface CandidateRow {
  readonly nComponents: number;
  readonly covarianceType: CovarianceType;
  readonly bic: number | undefined;
  readonly icl: number | undefined;
}

/** What is to be fitted. */
export interface FitAsk {
  readonly nComponents: number;
  readonly covarianceType: CovarianceType;
  readonly seed: number;
  readonly shading: ShadeOptions;
  /** Where to begin in place of a search. */
  readonly from?: Parameters;
}

/** One term of the arithmetic of a responsibility. */
export interface Term {
  readonly weight: number;
  readonly density: number;
  readonly product: number;
  readonly responsibility: number;
}

/** A start and the way from it. */
export interface StartAnswer {
  readonly path: readonly Parameters[];
  readonly trace: Float64Array;
  readonly logLikelihood: number;
  readonly smallest: number;
}

/** Where to take log-densities: a grid over two columns, the first fastest; with one column `ny` is 1. */
export interface Grid {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Every question, what it takes, what it gives, and what it tells on the way. */
export interface Calls {
  /** Replaces the rows that all other calls are about. */
  data: { ask: { values: Float64Array; nFeatures: number }; answer: true; progress: never };
  fit: { ask: FitAsk; answer: FitAnswer; progress: { share: number; best: number } };
  /** Parameters to begin from: any rows as means. */
  start: {
    ask: { nComponents: number; covarianceType: CovarianceType; seed: number };
    answer: Parameters;
    progress: never;
  };
  eStep: { ask: { parameters: Parameters; shading: ShadeOptions }; answer: Standing; progress: never };
  /** From the responsibilities of the last E-step. */
  mStep: { ask: { covarianceType: CovarianceType }; answer: Parameters; progress: never };
  select: {
    ask: {
      nComponents: readonly number[];
      covarianceTypes: readonly CovarianceType[];
      seed: number;
      effort: "quick" | "standard";
    };
    answer: { best: { nComponents: number; covarianceType: CovarianceType }; candidates: readonly CandidateRow[] };
    progress: { share: number; candidates: readonly CandidateRow[] };
  };
  kMeans: {
    ask: { nClusters: number; seed: number; shading: ShadeOptions };
    answer: { shade: Shade; centres: Float64Array };
    progress: never;
  };
  starts: {
    ask: { nComponents: number; covarianceType: CovarianceType; seeds: readonly number[] };
    answer: readonly StartAnswer[];
    progress: { done: number };
  };
  explain: { ask: { parameters: Parameters; row: Float64Array }; answer: readonly Term[]; progress: never };
  /** The threshold, which rows lie below it, and log-densities over a grid where the model has one or two columns. */
  anomalies: {
    ask: { parameters: Parameters; level: number; grid: Grid | undefined };
    answer: { threshold: number; flags: Uint8Array; count: number; density: Float64Array | undefined };
    progress: never;
  };
  /** Expected y and its standard deviation for each x; with `at`, densities of y at one x. */
  regression: {
    ask: {
      parameters: Parameters;
      input: number;
      target: number;
      x: Float64Array;
      at: number | undefined;
      y: Float64Array;
    };
    answer: { mean: Float64Array; deviation: Float64Array; density: Float64Array | undefined };
    progress: never;
  };
  /** Component, its probability, and log-density of each row. */
  labels: {
    ask: { parameters: Parameters };
    answer: { labels: Int32Array; probability: Float64Array; logDensity: Float64Array };
    progress: never;
  };
  parse: {
    ask: { source: File | string };
    answer: { table: Table; notes: readonly string[] };
    progress: { share: number };
  };
}

export type Kind = keyof Calls;
export type Ask<K extends Kind> = Calls[K]["ask"];
export type Answer<K extends Kind> = Calls[K]["answer"];
export type ProgressOf<K extends Kind> = Calls[K]["progress"];

/** To a worker. */
export type Incoming =
  | { readonly [K in Kind]: { readonly id: number; readonly kind: K; readonly ask: Ask<K> } }[Kind]
  | { readonly id: number; readonly kind: "cancel" };

/** From a worker. */
export type Outgoing =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly progress: unknown }
  | {
      readonly id: number;
      readonly error: { readonly name: string; readonly message: string; readonly code: string | undefined };
    };

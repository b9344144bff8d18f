// The steps of the method one by one, for those who want to see them or build on them.

import { TIED } from "../covariance/dense.ts";
import { meansOf, parametersOf } from "../covariance/given.ts";
import type { Parameters } from "../covariance/parameters.ts";
import { randomState } from "../engine/random.ts";
import { runSync } from "../engine/schedule.ts";
import { Em } from "../fit/em/em.ts";
import { responsibilityMoments } from "../fit/em/first-m-step.ts";
import { withRows } from "../fit/em/packing.ts";
import { problemOf } from "../fit/em/problem.ts";
import { regularisationOf } from "../fit/em/regularisation.ts";
import { KMeans } from "../fit/starts/kmeans.ts";
import { integerIn, isList, memberOf, nonNegative, optionsOf, seedOf } from "../input/checks.ts";
import { type DataInput, type Matrix, matrixOf } from "../input/data.ts";
import { checkedResponsibilities } from "../input/init.ts";
import {
  type CovarianceType,
  DEFAULT_COVARIANCE_TYPE,
  type FamilyName,
  kindOf,
  type NestedOrFlat,
  type ResponsibilitiesInput,
} from "../input/options.ts";
import { modelOf } from "../model/model.ts";
import { scoreRows } from "../model/score.ts";
import { sumOf } from "../model/sums.ts";
import { type MixtureParameters, modelGiven } from "./mixture.ts";

/** What one E-step finds. */
export interface EStep {
  /** [N, K], row-major; rows sum to 1. */
  readonly responsibilities: Float64Array;
  /** [K]: soft counts, the responsibilities of each component summed over the rows. */
  readonly counts: Float64Array;
  /** Total log-likelihood of the rows under the parameters, in nats. */
  readonly logLikelihood: number;
}

/**
 * One E-step: how likely each component has made each row (Bishop, PRML, eq. 9.23).
 *
 * @param data - N rows of D numbers, in any form.
 * @param parameters - of a mixture; a `GaussianMixture` will do.
 * @returns responsibilities, their sums, and the log-likelihood.
 * @throws {TypeError | RangeError} If data or parameters are malformed or do not fit each other.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const { responsibilities, counts } = eStep([[2], [3], [7]], { weights: [0.5, 0.5], means: [[3], [6]], covariances: [[[1]], [[1]]] });
 */
export function eStep(data: DataInput, parameters: MixtureParameters): EStep {
  const model = modelGiven("parameters", parameters);
  const { nFeatures, columns } = model;
  const matrix = matrixOf(data, { nFeatures, columns, widthName: "the columns of the means" });
  const { nComponents: K } = model;
  const responsibilities = new Float64Array(matrix.nRows * K);
  const density = new Float64Array(matrix.nRows);
  scoreRows(model, matrix, { responsibilities, density });
  const column = new Float64Array(matrix.nRows);
  const counts = Float64Array.from({ length: K }, (_, k) =>
    sumOf(column.map((_zero, n) => responsibilities[n * K + k])),
  );
  return { responsibilities, counts, logLikelihood: sumOf(density) };
}

/** How to take an M-step. */
export interface MStepOptions {
  /** What the covariances may be: a shape, or a family by mclust's name. Default "full". */
  readonly covarianceType?: CovarianceType | FamilyName | undefined;
  /** Added to every variance, in the unit of the data squared. Default 0. */
  readonly regCovar?: number | undefined;
  /** The number of columns of a flat array. */
  readonly nFeatures?: number | undefined;
}

/**
 * One M-step: the parameters that fit best if the responsibilities are right (Bishop, PRML, eq. 9.24 to 9.26).
 *
 * @param data - N rows of D numbers, in any form.
 * @param responsibilities - [N, K]: rows of numbers, or flat and row-major; each row sums to 1.
 * @param options - `covarianceType` (default "full"), `regCovar` (default 0), `nFeatures` of a flat array.
 * @returns weights [K], means [K, D] and covariances in the type's shape. A covariance may be singular: `fromParameters` says so.
 * @throws {TypeError | RangeError} If data, responsibilities or options are malformed.
 * @example
 * const { means } = mStep(rows, eStep(rows, mixture).responsibilities);
 */
export function mStep(
  data: DataInput,
  responsibilities: ResponsibilitiesInput,
  options: MStepOptions = {},
): Parameters {
  const given = optionsOf("options", options, ["covarianceType", "regCovar", "nFeatures"]);
  const { family } = kindOf("covarianceType", given.covarianceType ?? DEFAULT_COVARIANCE_TYPE);
  const regCovar = nonNegative("regCovar", given.regCovar ?? 0, "leave it out for 0");
  const matrix = matrixOf(data, { nFeatures: given.nFeatures });
  const K = componentCountOf(responsibilities, matrix.nRows);
  const shares = checkedResponsibilities(responsibilities, matrix, K, "responsibilities");
  return runSync(
    withRows(matrix, K, undefined, function* (rows) {
      const problem = problemOf(rows, family, K);
      const em = new Em(problem, yield* regularisationOf(problem, regCovar));
      yield* responsibilityMoments(em, shares);
      em.maximiseOnly();
      return em.read();
    }),
  );
}

/** K, from the first row of nested responsibilities or the length of flat ones; nonsense is left to the check that follows. */
function componentCountOf(responsibilities: unknown, nRows: number): number {
  const shape = memberOf(Object(responsibilities), "shape");
  const first = isList(responsibilities) ? responsibilities[0] : undefined;
  const nested = typeof first === "object" && first !== null ? memberOf(first, "length") : undefined;
  const flat = isList(responsibilities) ? Math.round(responsibilities.length / nRows) : 1;
  const K = isList(shape) ? shape[1] : (nested ?? flat);
  return Number.isSafeInteger(K) ? Math.max(1, K as number) : 1;
}

/** How to cluster. */
export interface KMeansOptions {
  /** The number of clusters K: an integer from 1 to the number of rows. */
  readonly nClusters: number;
  /** Centres to start from, [K, D], nested or flat. Default: k-means++. */
  readonly init?: NestedOrFlat | undefined;
  /** The most iterations: an integer, 0 or more; at 0 the rows only get their labels. Default 300. */
  readonly maxIter?: number | undefined;
  /** All random choice: an integer from 0 to 2^53 - 1. Default 0. */
  readonly seed?: number | undefined;
  /** The number of columns of a flat array. */
  readonly nFeatures?: number | undefined;
}

/** Hard clusters. */
export interface Clusters {
  /** [N]: the nearest centre of each row, the first of equals. */
  readonly labels: Int32Array;
  /** [K, D], row-major. */
  readonly centres: Float64Array;
  /** Sum of the squared distances of the rows to their centres. */
  readonly inertia: number;
  /** Iterations taken. */
  readonly nIterations: number;
}

/**
 * k-means: hard clusters about K centres (Lloyd 1982, from k-means++ seeds: Arthur & Vassilvitskii 2007).
 *
 * @param data - N rows of D numbers, in any form.
 * @param options - `nClusters`, and whatever is to differ from the defaults.
 * @returns the cluster of each row, the centres, and how far the rows lie from them.
 * @throws {TypeError | RangeError} If data or options are malformed.
 * @example
 * const { labels, centres } = kMeans([[1], [2], [9], [10]], { nClusters: 2 });
 */
export function kMeans(data: DataInput, options: KMeansOptions): Clusters {
  const given = optionsOf("options", options, ["nClusters", "init", "maxIter", "seed", "nFeatures"]);
  const matrix = matrixOf(data, { nFeatures: given.nFeatures });
  const { nRows, nColumns } = matrix;
  const some = `an integer from 1 to the number of rows (${nRows})`;
  const K = integerIn("nClusters", given.nClusters, 1, "use fewer clusters or more data", nRows, some);
  const seed = seedOf(given.seed);
  const maxIter = integerIn("maxIter", given.maxIter ?? 300, 0, "leave it out for 300");
  const init = given.init === undefined ? undefined : centresOf(given.init, K, matrix);
  return runSync(
    withRows(matrix, K, undefined, function* (rows) {
      const { arena } = rows;
      const clusters = new KMeans(rows, K, new Float64Array(nColumns).fill(1));
      if (init) arena.viewF64(clusters.centres, K * nColumns).set(init);
      else yield* clusters.seed(randomState(arena, seed));
      const nIterations = yield* clusters.lloyd(maxIter);
      const inertia = sumByTiles(yield* clusters.distances(), rows.T);
      const labels = Int32Array.from(arena.viewI32(clusters.labels, nRows));
      return { labels, centres: arena.readF64(clusters.centres, K * nColumns), inertia, nIterations };
    }),
  );
}

/** The sum of some numbers, tile by tile. */
function sumByTiles(values: Float64Array, T: number): number {
  let sum = 0;
  for (let first = 0; first < values.length; first += T) {
    let part = 0;
    for (const value of values.subarray(first, first + T)) part += value;
    sum += part;
  }
  return sum;
}

function centresOf(init: NestedOrFlat, K: number, { nColumns }: Matrix): Float64Array {
  const centres = meansOf(init, K, "init");
  if (centres.length !== K * nColumns) {
    throw new RangeError(
      `init: expected shape [${K}, ${nColumns}], got ${centres.length} numbers; give one centre per cluster, in the columns of the data`,
    );
  }
  return centres;
}

/** The parameters of one multivariate normal. */
export interface NormalParameters {
  /** [D]. */
  readonly mean: ArrayLike<number>;
  /** [D, D], nested or flat, in the unit of the data squared. */
  readonly covariance: NestedOrFlat;
}

/**
 * Log-density of each row under one multivariate normal (Bishop, PRML, eq. 2.43).
 *
 * @param data - N rows of D numbers, in any form.
 * @param normal - `mean` [D] and `covariance` [D, D], nested or flat.
 * @returns Float64Array of length N, in nats.
 * @throws {TypeError | RangeError} If data or parameters are malformed or do not fit each other.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if the covariance is not positive definite.
 * @example
 * logDensity([[0, 0]], { mean: [0, 0], covariance: [[1, 0], [0, 1]] }); // -log 2π
 */
export function logDensity(data: DataInput, normal: NormalParameters): Float64Array {
  const { mean, covariance } = optionsOf("normal", normal, ["mean", "covariance"]) as NormalParameters;
  const given = { weights: [1], means: mean, covariances: covariance };
  const model = modelOf(parametersOf(given, TIED.name));
  const matrix = matrixOf(data, { nFeatures: model.nFeatures, widthName: "the length of the mean" });
  const density = new Float64Array(matrix.nRows);
  scoreRows(model, matrix, { density });
  return density;
}

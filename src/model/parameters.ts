import { type Arena, withArena } from "../engine/arena.ts";
import { TYPE_CODE } from "../engine/kernels.ts";
import { MixtureError, received } from "../errors.ts";
import { isTypedArray } from "../input/checks.ts";
import type { CovarianceType, NestedOrFlat } from "../input/options.ts";

/** The parameters of a mixture of K components over D columns, flat and row-major. */
export interface Parameters {
  readonly covarianceType: CovarianceType;
  readonly nComponents: number;
  readonly nFeatures: number;
  /** [K], 0 or more, sum 1. */
  readonly weights: Float64Array;
  /** [K, D]. */
  readonly means: Float64Array;
  /** "full" [K, D, D], "tied" [D, D], "diag" [K, D], "spherical" [K]. */
  readonly covariances: Float64Array;
}

/** Parameters and what the kernels read of them: the factors of the covariances and the log-constants. */
export interface Model extends Parameters {
  /** The form of the factors, for the kernels: that of the covariance type, or of "full" where tied means lie far apart. */
  readonly type: number;
  /** See `factorLength` in assembly/layout.ts. */
  readonly factor: Float64Array;
  /** [K] log weight + log|P| - D/2 log 2π. */
  readonly logc: Float64Array;
}

/** How far the weights may sum from 1: what single precision and a text file lose. */
const WEIGHT_TOLERANCE = 1e-6;
/** How far two mirrored entries of a covariance may differ, in units of the two standard deviations. */
const SYMMETRY_TOLERANCE = 1e-8;

/**
 * A tied model whose means lie further from their middle, in standard deviations, is scored as a full one: the whitened
 * coordinates of a row would lose so many times the rounding.
 */
const FAR_APART = 1e4;

/** The smallest share of a variance that a pivot may keep: below it, the pivot is rounding. */
export const pivotTolerance = (nFeatures: number): number => nFeatures * Number.EPSILON;

/** [K, D, D] and so on: the shape of the covariances. */
export function covarianceShape(type: CovarianceType, nComponents: number, nFeatures: number): readonly number[] {
  if (type === "full") return [nComponents, nFeatures, nFeatures];
  if (type === "tied") return [nFeatures, nFeatures];
  return type === "diag" ? [nComponents, nFeatures] : [nComponents];
}

/** How many numbers the covariances are. */
export function covarianceLength(type: CovarianceType, nComponents: number, nFeatures: number): number {
  return covarianceShape(type, nComponents, nFeatures).reduce((product, side) => product * side, 1);
}

/** Covariances and their shape. */
type Covariances = Omit<Parameters, "weights" | "means">;

/** Whether the components have nothing beside the diagonals of their covariances. */
export function isDiagonal({ covarianceType }: Pick<Parameters, "covarianceType">): boolean {
  return covarianceType === "diag" || covarianceType === "spherical";
}

/** The covariances as variances [K, D], for "diag" and "spherical". */
export function variancesOf({ covarianceType, nComponents, nFeatures, covariances }: Covariances): Float64Array {
  if (covarianceType === "diag") return covariances;
  return new Float64Array(nComponents * nFeatures).map((_, i) => covariances[Math.floor(i / nFeatures)]);
}

/** The variances [K, D], for every type. */
export function diagonalsOf(parameters: Covariances): Float64Array {
  const { covarianceType, nComponents: K, nFeatures: D, covariances } = parameters;
  if (isDiagonal(parameters)) return variancesOf(parameters);
  const size = covarianceType === "tied" ? 0 : D * D;
  return Float64Array.from({ length: K * D }, (_, i) => covariances[Math.floor(i / D) * size + (i % D) * (D + 1)]);
}

/** The covariances as matrices [K, D, D], for every type. */
export function matricesOf(parameters: Covariances): Float64Array {
  const { nComponents: K, nFeatures: D, covariances } = parameters;
  const size = D * D;
  const matrices = new Float64Array(K * size);
  if (!isDiagonal(parameters)) return matrices.map((_, i) => covariances[i % covariances.length]);
  variancesOf(parameters).forEach((variance, i) => {
    matrices[Math.floor(i / D) * size + (i % D) * (D + 1)] = variance;
  });
  return matrices;
}

/** What a user may give as parameters; see {@link parametersOf}. */
export interface GivenParameters {
  readonly weights: ArrayLike<number>;
  readonly means: NestedOrFlat;
  readonly covariances: NestedOrFlat;
}

/**
 * Checks parameters and makes them flat.
 *
 * @param given - weights [K], means [K, D] and covariances of the type's shape: nested or flat; flat means need `nFeatures` only if
 *   the number of weights does not divide them.
 * @param path - what errors put before the names of the parts, for example `"init."`.
 * @throws {TypeError} If a value is not a number or an array is missing.
 * @throws {RangeError} If a shape does not fit, a value is not finite, weights are negative or do not sum to 1, or a
 *   covariance is not symmetric.
 */
export function parametersOf(given: GivenParameters, covarianceType: CovarianceType, path = ""): Parameters {
  const weights = weightsOf(given.weights, `${path}weights`);
  const nComponents = weights.length;
  const means = meansOf(given.means, nComponents, `${path}means`);
  const nFeatures = means.length / nComponents;
  const covariances = covariancesOf(given.covariances, covarianceType, nComponents, nFeatures, `${path}covariances`);
  return { covarianceType, nComponents, nFeatures, weights, means, covariances };
}

/** Weights [K], checked: finite, not negative, sum 1. */
export function weightsOf(given: unknown, argument: string): Float64Array {
  const weights = flatten(given, argument);
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    if (!(weights[k] >= 0)) {
      throw new RangeError(
        `${argument}: expected numbers from 0 to 1, got ${weights[k]} for component ${k}; divide each weight by their sum`,
      );
    }
    sum += weights[k];
  }
  if (!(Math.abs(sum - 1) <= WEIGHT_TOLERANCE)) {
    throw new RangeError(
      `${argument}: expected numbers that sum to 1, got the sum ${sum}; divide each weight by their sum`,
    );
  }
  return weights;
}

/** Means [K, D], checked. */
export function meansOf(given: unknown, nComponents: number, argument: string): Float64Array {
  const means = flatten(given, argument);
  const rows = isNested(given) ? given.length : nComponents;
  if (rows !== nComponents || means.length % nComponents !== 0) {
    throw new RangeError(
      `${argument}: expected ${nComponents} rows, one mean per component, got ${isNested(given) ? `${rows} rows` : `${means.length} numbers`}; give one row of numbers per component`,
    );
  }
  return means;
}

/**
 * Covariances of the type's shape, checked for shape, finiteness, symmetry and positive variances.
 *
 * @param own - whether a typed array is the caller's own, to be taken as it is, not copied.
 */
export function covariancesOf(
  given: unknown,
  type: CovarianceType,
  nComponents: number,
  nFeatures: number,
  argument: string,
  own = false,
): Float64Array {
  const covariances = own ? (given as Float64Array) : flatten(given, argument);
  const shape = covarianceShape(type, nComponents, nFeatures);
  const length = covarianceLength(type, nComponents, nFeatures);
  if (covariances.length !== length || (isNested(given) && given.length !== shape[0])) {
    throw new RangeError(
      `${argument}: expected shape [${shape.join(", ")}] for covarianceType "${type}", got ${covariances.length} numbers; ` +
        "give covariances of that shape or another covarianceType",
    );
  }
  if (type === "full" || type === "tied") {
    const matrixLength = nFeatures * nFeatures;
    for (let start = 0; start < length; start += matrixLength) {
      symmetrise(covariances.subarray(start, start + matrixLength), nFeatures, start / matrixLength, argument);
    }
  }
  return covariances;
}

function symmetrise(matrix: Float64Array, D: number, k: number, argument: string): void {
  for (let i = 0; i < D; i++) {
    for (let j = 0; j < i; j++) {
      const a = matrix[i * D + j];
      const b = matrix[j * D + i];
      if (a === b) continue;
      const scale = Math.sqrt(Math.abs(matrix[i * D + i])) * Math.sqrt(Math.abs(matrix[j * D + j]));
      if (!(Math.abs(a - b) <= SYMMETRY_TOLERANCE * scale)) {
        throw new RangeError(
          `${argument}: expected symmetric matrices, got ${a} at [${i}, ${j}] and ${b} at [${j}, ${i}] of matrix ${k}; mirror one triangle`,
        );
      }
      matrix[i * D + j] = matrix[j * D + i] = a + (b - a) / 2;
    }
  }
}

function isNested(given: unknown): given is ArrayLike<unknown> {
  const first = (given as ArrayLike<unknown> | null)?.[0];
  return typeof first === "object" && first !== null;
}

/** Numbers of nested or flat arrays, one after the other, in an array of their own; each is finite. */
export function flatten(given: unknown, argument: string): Float64Array {
  const values = isTypedArray(given) ? new Float64Array(given) : new Float64Array(countOf(given, argument));
  if (values.length === 0)
    throw new RangeError(`${argument}: expected at least one number, got none; give one per component`);
  if (!isTypedArray(given)) {
    let at = 0;
    const copy = (list: ArrayLike<unknown>): void => {
      for (let i = 0; i < list.length; i++) {
        const value = list[i];
        if (typeof value === "number") values[at++] = value;
        else copy(value as ArrayLike<unknown>);
      }
    };
    copy(given as ArrayLike<unknown>);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `${argument}: expected finite numbers, got ${values[bad]} at position ${bad}; check how they were computed`,
    );
  return values;
}

/** How many numbers there are in nested or flat arrays of equal lengths; nothing is allocated before all have been seen. */
function countOf(part: unknown, argument: string, depth = 1): number {
  if (depth > 3 || typeof part !== "object" || part === null || !("length" in part)) {
    throw new TypeError(
      `${argument}: expected an array of numbers, nested or flat, got ${received(part)}; see the documented shape`,
    );
  }
  const list = part as ArrayLike<unknown>;
  const width = childLength(list[0]);
  let count = 0;
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    if (childLength(value) !== width) {
      const expected = width === undefined ? "numbers only" : `rows of equal length (${width})`;
      throw new RangeError(`${argument}: expected ${expected}, got ${received(value)} at index ${i}; make them alike`);
    }
    count += typeof value === "number" ? 1 : countOf(value, argument, depth + 1);
  }
  return count;
}

const childLength = (value: unknown): number | undefined => (value as ArrayLike<unknown> | null | undefined)?.length;

/** The point about which the kernels whiten rows for tied covariances: the mean of the mixture. */
export function centreOf(weights: Float64Array, means: Float64Array): Float64Array {
  const nFeatures = means.length / weights.length;
  const centre = new Float64Array(nFeatures);
  for (let k = 0; k < weights.length; k++) {
    for (let d = 0; d < nFeatures; d++) centre[d] += weights[k] * means[k * nFeatures + d];
  }
  return centre;
}

/** A piece of work on some things, one after the other. */
interface Pieces {
  readonly groups: number;
  readonly run: (group: number) => void;
}

/** {@link modelSteps} on the spot. @throws as it does. */
export function modelOf(parameters: Parameters, remedy?: string): Model {
  const steps = modelSteps(parameters, remedy);
  let step = steps.next();
  for (; !step.done; step = steps.next()) {
    for (let group = 0; group < step.value.groups; group++) step.value.run(group);
  }
  return step.value;
}

/**
 * Factorises the covariances; full ones each by itself, so that the work space is two matrices whatever K is, and other work
 * may come between.
 *
 * @throws {MixtureError} `SINGULAR_COVARIANCE`, with the component, if one is not positive definite.
 */
export function* modelSteps(
  parameters: Parameters,
  remedy = "add a small number to its diagonal",
): Generator<Pieces, Model, void> {
  const { covarianceType, nComponents: K, nFeatures: D, weights, means, covariances } = parameters;
  const type = TYPE_CODE[covarianceType];
  const isTied = covarianceType === "tied";
  const [groups, components] = covarianceType === "full" ? [K, 1] : [1, K];
  const factorLength = withArena(({ kernels }) => kernels.factorLength(type, D, components));
  const factor = new Float64Array(groups * factorLength);
  const logc = new Float64Array(K);
  const covLength = covariances.length / groups;
  const run = (group: number): void =>
    withArena((arena) => {
      const { kernels } = arena;
      const first = group * components;
      const mu = isTied ? arena.copyOf(means) : 0;
      const centre = isTied ? arena.copyOf(centreOf(weights, means)) : 0;
      const weight = arena.copyOf(weights.subarray(first, first + components));
      const logcPart = arena.f64(components);
      // what a covariance becomes takes its place: scratch, [2, D, D], begins with it, and so does the factor
      const cov = arena.f64(isTied || covarianceType === "full" ? 2 * covLength : covLength);
      const factorPart = isTied ? arena.f64(factorLength) : cov;
      arena.viewF64(cov, covLength).set(covariances.subarray(group * covLength, (group + 1) * covLength));
      const args = [weight, mu, cov, centre, factorPart, logcPart, D, components, pivotTolerance(D)] as const;
      const status = kernels.factorise(type, ...args, cov);
      if (status !== 0) throw singularCovariance(covarianceType, first + status - 1, remedy);
      factor.set(arena.viewF64(factorPart, factorLength), group * factorLength);
      logc.set(arena.viewF64(logcPart, components), first);
    });
  yield { groups, run };
  const triangle = factorLength - D * (1 + K);
  if (isTied && factor.subarray(triangle + D).some((place) => !(Math.abs(place) <= FAR_APART))) {
    const copies = new Float64Array(K * triangle).map((_, i) => factor[i % triangle]);
    return { ...parameters, type: TYPE_CODE.full, factor: copies, logc };
  }
  return { ...parameters, type, factor, logc };
}

/** The error for a covariance that is not positive definite. */
export function singularCovariance(type: CovarianceType, component: number, remedy: string): MixtureError {
  const what = type === "tied" ? "the tied covariance" : `the covariance of component ${component}`;
  return new MixtureError(
    "SINGULAR_COVARIANCE",
    `covariances: expected positive definite ones, got one that is not (${what}); ${remedy}`,
    type === "tied" ? {} : { component },
  );
}

/** Σ_k weight_k Σ_k, in the shape of one component of the type. */
export function withinCovariance({ covarianceType, nComponents: K, weights, covariances }: Parameters): Float64Array {
  if (covarianceType === "tied") return covariances;
  const size = covariances.length / K;
  const within = new Float64Array(size);
  for (let k = 0; k < K; k++) {
    for (let i = 0; i < size; i++) within[i] += weights[k] * covariances[k * size + i];
  }
  return within;
}

/** Cholesky factors for sampling: upper triangles [K, D, D] or [D, D], standard deviations [K, D] or [K]. */
export function rootsOf(arena: Arena, parameters: Parameters): Float64Array {
  const { nFeatures: D, covariances } = parameters;
  if (isDiagonal(parameters)) return covariances.map(Math.sqrt);
  const roots = arena.copyOf(covariances);
  for (let start = 0; start < covariances.length; start += D * D) arena.kernels.cholesky(roots + start * 8, D, 0);
  return arena.readF64(roots, covariances.length);
}

/**
 * What turns a difference from the mean into standard normals, in the shape of the covariances: P = L⁻¹ of each
 * covariance L L', lower triangular; 1 / standard deviation for "diag" and "spherical".
 */
export function whiteningsOf(parameters: Parameters): Float64Array {
  const { nFeatures: D, covariances } = parameters;
  if (isDiagonal(parameters)) return covariances.map((v) => 1 / Math.sqrt(v));
  return withArena((arena) => invertTriangles(arena, rootsOf(arena, parameters), D));
}

/** Inverses of the transposes of upper triangles [.., D, D]: lower triangles, 0 above the diagonal. */
export function invertTriangles(arena: Arena, triangles: Float64Array, D: number): Float64Array {
  const inverses = new Float64Array(triangles.length);
  const u = arena.f64(D * D);
  const p = arena.f64(D * D);
  for (let start = 0; start < triangles.length; start += D * D) {
    arena.viewF64(u, D * D).set(triangles.subarray(start, start + D * D));
    arena.kernels.invertFactor(u, p, D);
    inverses.set(arena.viewF64(p, D * D), start);
  }
  return inverses;
}

/** Values that are to be handed out. @throws {MixtureError} `NOT_FINITE` if one has overflowed. */
export function finite(values: Float64Array, what: string): Float64Array {
  if (values.every(Number.isFinite)) return values;
  throw new MixtureError(
    "NOT_FINITE",
    `mixture: expected covariances with finite ${what}, got an overflow; divide the columns by their scale`,
  );
}

/** Precisions, in the shape of the covariances: their inverses, P' P. */
export function precisionsOf(parameters: Parameters): Float64Array {
  const { nFeatures: D, covariances } = parameters;
  if (isDiagonal(parameters)) return covariances.map((variance) => 1 / variance);
  const whitenings = whiteningsOf(parameters);
  const precisions = new Float64Array(covariances.length);
  const none = new Float64Array(D);
  for (let start = 0; start < covariances.length; start += D * D) {
    const p = whitenings.subarray(start, start + D * D);
    // rows of P as they lie, four at a time: entry after entry would go through memory D times as often
    for (let row = 0; row < D; row += 4) {
      const last = Math.min(row + 4, D);
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => (row + k < D ? p.subarray((row + k) * D, (row + k + 1) * D) : none));
      for (let i = 0; i < last; i++) {
        const sums = precisions.subarray(start + i * D, start + i * D + i + 1);
        const [ai, bi, ci, di] = [a[i], b[i], c[i], d[i]];
        for (let j = 0; j <= i; j++) sums[j] = sums[j] + ai * a[j] + bi * b[j] + ci * c[j] + di * d[j];
      }
    }
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < i; j++) precisions[start + j * D + i] = precisions[start + i * D + j];
    }
  }
  return precisions;
}

/** The number of free parameters: weights, means and covariances. */
export function parameterCount(type: CovarianceType, nComponents: number, nFeatures: number): number {
  const triangle = (nFeatures * (nFeatures + 1)) / 2;
  const covariance = {
    full: nComponents * triangle,
    tied: triangle,
    diag: nComponents * nFeatures,
    spherical: nComponents,
  }[type];
  return nComponents - 1 + nComponents * nFeatures + covariance;
}

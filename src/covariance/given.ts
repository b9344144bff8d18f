// Parameters as callers give them: checked, and made flat.
import { received } from "../errors.ts";
import { isTypedArray } from "../input/checks.ts";
import { FAMILY_FORMS, FAMILY_NAMES, sharesCovariance } from "../input/families.ts";
import { type CovarianceType, type NestedOrFlat, oneOf } from "../input/options.ts";
import { blockOf, covarianceLength, covarianceShape, formOf, narrower } from "./forms.ts";
import type { Parameters } from "./parameters.ts";

/** How far the weights may sum from 1: what single precision and a text file lose. */
const WEIGHT_TOLERANCE = 1e-6;
/** How far two mirrored entries of a covariance may differ, in units of the two standard deviations. */
const SYMMETRY_TOLERANCE = 1e-8;

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

/** How far two variances that should be the same may differ, as a share. */
const EQUALITY_TOLERANCE = 1e-8;

/**
 * Parameters of a family, checked.
 *
 * @param family - its name.
 * @param argument - how errors name it.
 * @throws {TypeError | RangeError} If there is no such family of this form, or the covariances are not of it.
 */
export function ofFamily(parameters: Parameters, family: unknown, argument: string): Parameters {
  const form = formOf(parameters);
  const { nComponents: K, covariances } = parameters;
  const names = FAMILY_NAMES.filter((name) => FAMILY_FORMS[name] === form.name);
  const name = oneOf(argument, family, names);
  const first = blockOf(form, covariances, K, 0);
  const isClose = (value: number, i: number): boolean => {
    const other = first[i % first.length];
    return Math.abs(value - other) <= EQUALITY_TOLERANCE * Math.max(Math.abs(value), Math.abs(other));
  };
  if (sharesCovariance(name) && !covariances.every(isClose)) {
    throw new RangeError(
      `covariances: expected the same for every component, as ${argument} "${name}" has them, got different ones; ` +
        `name the covarianceType "${form.name}" instead`,
    );
  }
  return { ...parameters, ...narrower(form, name) };
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
  const form = formOf({ covarianceType: type });
  const shape = covarianceShape(form, nComponents, nFeatures);
  const length = covarianceLength(form, nComponents, nFeatures);
  if (covariances.length !== length || (isNested(given) && given.length !== shape[0])) {
    throw new RangeError(
      `${argument}: expected shape [${shape.join(", ")}] for covarianceType "${type}", got ${covariances.length} numbers; ` +
        "give covariances of that shape or another covarianceType",
    );
  }
  if (form.isDense) {
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

// The forms by name, and what follows from a form for all components together.
import { type CovarianceType, covarianceParameters, type FamilyName, familyNameOf } from "../input/families.ts";
import { FULL, TIED } from "./dense.ts";
import { DIAG } from "./diag.ts";
import type { Form } from "./form.ts";
import type { Covariances } from "./parameters.ts";
import { SPHERICAL } from "./spherical.ts";

const FORMS: Readonly<Record<CovarianceType, Form>> = { full: FULL, tied: TIED, diag: DIAG, spherical: SPHERICAL };

/** The form of something that has covariances. */
export function formOf({ covarianceType }: { readonly covarianceType: CovarianceType }): Form {
  return FORMS[covarianceType];
}

/** Whether each component has a matrix of its own. */
export function hasOwnMatrices({ isDense, isShared }: Form): boolean {
  return isDense && !isShared;
}

/** The number of blocks. */
export function blockCount({ isShared }: Form, K: number): number {
  return isShared ? 1 : K;
}

/** The numbers of a block. */
export function blockLength(form: Form, D: number): number {
  return form.blockShape(D).reduce((product, side) => product * side, 1);
}

/** The shape of the covariances: that of a block, ahead of it K where each component has one. */
export function covarianceShape(form: Form, K: number, D: number): readonly number[] {
  return form.isShared ? form.blockShape(D) : [K, ...form.blockShape(D)];
}

/** How many numbers the covariances are. */
export function covarianceLength(form: Form, K: number, D: number): number {
  return blockCount(form, K) * blockLength(form, D);
}

/** The block of component k out of all. A view. */
export function blockOf(form: Form, covariances: Float64Array, K: number, k: number): Float64Array {
  if (form.isShared) return covariances;
  const length = covariances.length / K;
  return covariances.subarray(k * length, (k + 1) * length);
}

/** [D]: the variances in a block. */
export function variancesIn(form: Form, block: Float64Array, D: number): Float64Array {
  return Float64Array.from({ length: D }, (_, d) => block[form.at(d, d, D)]);
}

/** The family of a mixture: if none is named, that without a restriction but the form. */
export function familyOf({ covarianceType, family }: Pick<Covariances, "covarianceType" | "family">): FamilyName {
  return family ?? familyNameOf(covarianceType);
}

/** A family as parameters name it: only where it is narrower than the form. */
export function narrower(form: Form, family: FamilyName): { readonly family?: FamilyName } {
  return family === familyNameOf(form.name) ? {} : { family };
}

/** Weights, means and covariances together: how many of them are free. */
export function parameterCount(mixture: Omit<Covariances, "covariances">): number {
  const { nComponents: K, nFeatures: D } = mixture;
  return K - 1 + K * D + covarianceParameters(familyOf(mixture), K, D);
}

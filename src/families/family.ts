// What a fit may choose for covariances: a form, and what in it is free.
import type { Form } from "../covariance/form.ts";
import { type FamilyName, sharesCovariance } from "../input/families.ts";
import type { Sums } from "../statistics/sums.ts";

/** A family of covariances. */
export interface Family {
  /** mclust's name: volume, shape and orientation, each equal for all components (E), variable (V), or none to choose (I). */
  readonly name: FamilyName;
  /** How its covariances are stored. */
  readonly form: Form;
  /** Whether what lies between or beyond two members is a member if it is positive definite: parameters may be extrapolated. */
  readonly isAffine: boolean;
  /**
   * Of the covariances that the components would have each by itself, in the shape of the form, those of the family that
   * maximise the likelihood. Undefined where the form is all that is asked.
   */
  readonly constrained?:
    | ((covariances: Float64Array, sums: Pick<Sums, "K" | "D" | "divisors">) => Float64Array)
    | undefined;
}

/** The part of what is added once to the covariances of a family that falls to each block. */
export function shareOfBlock({ name, form }: Family, K: number): number {
  return sharesCovariance(name) && !form.isShared ? 1 / K : 1;
}

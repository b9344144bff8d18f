// What a fit is asked for.
import type { Form } from "../../covariance/form.ts";
import type { Family } from "../../families/family.ts";
import { familyNamed } from "../../families/registry.ts";
import type { CovarianceType, FamilyName } from "../../input/families.ts";
import type { RowSource } from "./row-source.ts";

/** What is to be fitted to some rows: K components, with covariances of a family, which has a form. */
export interface Problem {
  readonly rows: RowSource;
  readonly family: Family;
  readonly form: Form;
  readonly K: number;
}

/** @param name - of the family, or of its form where the form is all that is asked. */
export function problemOf(rows: RowSource, name: FamilyName | CovarianceType, K: number): Problem {
  const family = familyNamed(name);
  return { rows, family, form: family.form, K };
}

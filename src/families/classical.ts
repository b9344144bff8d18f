// The four families whose only restriction is their form, by mclust's names and by those of scikit-learn.
import { FULL, TIED } from "../covariance/dense.ts";
import { DIAG } from "../covariance/diag.ts";
import { SPHERICAL } from "../covariance/spherical.ts";
import type { Family } from "./family.ts";

export const VII: Family = { name: "VII", form: SPHERICAL, isAffine: true };
export const VVI: Family = { name: "VVI", form: DIAG, isAffine: true };
export const EEE: Family = { name: "EEE", form: TIED, isAffine: true };
export const VVV: Family = { name: "VVV", form: FULL, isAffine: true };

// The four families whose only restriction is their form, by mclust's names and by those of scikit-learn.
import { FULL, TIED } from "../covariance/dense.ts";
import { DIAG } from "../covariance/diag.ts";
import { SPHERICAL } from "../covariance/spherical.ts";
import type { Family } from "./family.ts";

export const VII: Family = { name: "VII", form: SPHERICAL, contains: [], isAffine: true };
export const VVI: Family = { name: "VVI", form: DIAG, contains: [["VII"]], isAffine: true };
export const EEE: Family = { name: "EEE", form: TIED, contains: [], isAffine: true };
export const VVV: Family = { name: "VVV", form: FULL, contains: [["VVI", "VII"], ["EEE"]], isAffine: true };

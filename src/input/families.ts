// The names of what covariances may be.

/**
 * The shape of the covariances, of K components over D columns:
 *
 * - `"full"`: each component has its own, [K, D, D];
 * - `"tied"`: all components share one, [D, D];
 * - `"diag"`: each component has its own variances along the axes, [K, D];
 * - `"spherical"`: each component has one variance, [K].
 */
export type CovarianceType = "full" | "tied" | "diag" | "spherical";

/** The covariance type where none is given. */
export const DEFAULT_COVARIANCE_TYPE: CovarianceType = "full";

/** Every {@link CovarianceType}, the default first. */
export const COVARIANCE_TYPES: readonly CovarianceType[] = ["full", "tied", "diag", "spherical"];

/** The families of covariances by mclust's names, and the form of each. */
export const FAMILY_FORMS = {
  VVV: "full",
  EEE: "tied",
  VVI: "diag",
  VII: "spherical",
  EEI: "diag",
} as const;

/**
 * A family of covariances by mclust's name: volume, shape and orientation are equal for all components (E), variable (V),
 * or none to choose (I). `"VVV"` is the same as `"full"`, `"EEE"` as `"tied"`, `"VVI"` as `"diag"`, `"VII"` as `"spherical"`.
 */
export type FamilyName = keyof typeof FAMILY_FORMS;

/** Every {@link FamilyName}. */
export const FAMILY_NAMES: readonly FamilyName[] = Object.keys(FAMILY_FORMS) as FamilyName[];

/** A family by its name, or by that of a form: the first, which has no other restriction. */
export function familyNameOf(name: CovarianceType | FamilyName): FamilyName {
  return FAMILY_NAMES.find((family) => family === name || FAMILY_FORMS[family] === name) as FamilyName;
}

/** Whether all components of a family have one covariance: nothing about it is variable. */
export function sharesCovariance(family: FamilyName): boolean {
  return !family.includes("V");
}

/** Whether a family has all members of another, and more: its volume, shape and orientation are as free or freer. In one column the volume is all there is. */
export function contains(family: FamilyName, other: FamilyName, D: number): boolean {
  const more = [...(D > 1 ? family : family[0])].map((letter, i) => "IEV".indexOf(letter) - "IEV".indexOf(other[i]));
  return more.every((steps) => steps >= 0) && more.some((steps) => steps > 0);
}

/** How many numbers of the covariances are free: of the volumes, the shapes and the orientations (Celeux & Govaert 1995, Pattern Recogn. 28:781, table 1). */
export function covarianceParameters(family: FamilyName, K: number, D: number): number {
  const free = [1, D - 1, (D * (D - 1)) / 2];
  return [...family].reduce((sum, letter, i) => sum + { E: 1, V: K, I: 0 }[letter as "E" | "V" | "I"] * free[i], 0);
}

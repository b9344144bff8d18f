// What tests and benchmarks know of the covariance types, each in one place: their names, other programs' names, and where an entry
// lies among the numbers of a mixture.

/** The covariance types. */
export const TYPES = ["full", "tied", "diag", "spherical"];

/** What R's mclust calls them: volume, shape and orientation equal (E) or variable (V), or the identity (I). */
export const MCLUST_NAMES = { full: "VVV", tied: "EEE", diag: "VVI", spherical: "VII" };

/** The covariance type that mclust calls so. */
export function typeOfMclust(name) {
  const type = TYPES.find((one) => MCLUST_NAMES[one] === name);
  if (type === undefined) throw new Error(`no covariance type is called ${name} by mclust`);
  return type;
}

/** Index among the covariances of entry (i, j) of component k; -1 where that is 0 by the type. */
export function covarianceIndex({ covarianceType, nFeatures: D }, k, i, j) {
  if (covarianceType === "full") return (k * D + i) * D + j;
  if (covarianceType === "tied") return i * D + j;
  if (i !== j) return -1;
  return covarianceType === "diag" ? k * D + i : k;
}

/** Entry (i, j) of the covariance of component k, whatever the type. */
export function covarianceEntry(mixture, k, i, j) {
  const at = covarianceIndex(mixture, k, i, j);
  return at < 0 ? 0 : mixture.covariances[at];
}

/** The covariance of component k, [D][D]. */
export function covarianceOf(mixture, k) {
  const columns = Array.from({ length: mixture.nFeatures }, (_, d) => d);
  return columns.map((i) => columns.map((j) => covarianceEntry(mixture, k, i, j)));
}

import { GaussianMixture } from "../api/mixture.ts";
import { received } from "../errors.ts";
import { oneOf } from "../input/options.ts";
import { columnsOf, fieldOf, nest, objectOf } from "../model/json.ts";
import { covariancesOf, flatten, meansOf, weightsOf } from "../model/parameters.ts";
import { boxed, checkMixture } from "./given.ts";
import { transpose } from "./shapes.ts";

/**
 * A mixture from a `gmdistribution` of MATLAB (or of Octave's statistics package), as `jsonencode` writes its properties
 * `mu`, `Sigma`, `ComponentProportion`, `CovarianceType` and `SharedCovariance` (docs/interchange.md has the lines). Full
 * covariances become "full" or, shared, "tied"; diagonal ones, shared or not, "diag".
 *
 * @param json - the text, or the parsed object.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError | RangeError} If a property is missing or does not fit the others.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const mixture = fromMatlab(await readFile("gm.json", "utf8"));
 */
export function fromMatlab(json: string | object): GaussianMixture {
  const remedy = "write its properties as docs/interchange.md shows";
  const model = objectOf(json, "the properties of a gmdistribution of MATLAB", remedy);
  const weights = weightsOf(boxed(fieldOf(model, "ComponentProportion")), "json.ComponentProportion");
  const K = weights.length;
  const means = meansOf(flatten(boxed(fieldOf(model, "mu")), "json.mu"), K, "json.mu");
  const D = means.length / K;
  const kind = oneOf("json.CovarianceType", fieldOf(model, "CovarianceType"), ["full", "diagonal"]);
  const shared = fieldOf(model, "SharedCovariance");
  if (typeof shared !== "boolean") {
    throw new TypeError(`json.SharedCovariance: expected true or false, got ${received(shared)}; ${remedy}`);
  }
  // dimensions of length 1 may be missing: the order of the numbers is what counts
  const sigma = flatten(boxed(fieldOf(model, "Sigma")), "json.Sigma");
  const covarianceType = kind === "diagonal" ? "diag" : shared ? "tied" : "full";
  const isRepeated = shared && kind === "diagonal";
  const given = shared ? sigma : transpose(sigma, Math.floor(sigma.length / K), K);
  const checked = covariancesOf(given, covarianceType, isRepeated ? 1 : K, D, "json.Sigma");
  const covariances = isRepeated ? Float64Array.from({ length: K * D }, (_, i) => checked[i % D]) : checked;
  const columns = columnsOf(boxed(fieldOf(model, "columns")), D, "json.columns");
  return GaussianMixture.fromParameters({ weights, means, covariances, covarianceType, columns });
}

/**
 * A mixture as the properties of a `gmdistribution` of MATLAB: plain data for `JSON.stringify`; docs/interchange.md has the
 * lines that read it. A "spherical" mixture is written as a diagonal one.
 *
 * @throws {TypeError} If it is not a mixture.
 * @example
 * await writeFile("gm.json", JSON.stringify(toMatlab(mixture)));
 */
export function toMatlab(mixture: GaussianMixture): Readonly<Record<string, unknown>> {
  checkMixture(mixture);
  const { covarianceType: type, nComponents: K, nFeatures: D, weights, means, covariances, columns } = mixture;
  const isDiagonal = type === "diag" || type === "spherical";
  const rows = isDiagonal ? 1 : D;
  const values =
    type === "spherical" ? Float64Array.from({ length: K * D }, (_, i) => covariances[Math.floor(i / D)]) : covariances;
  return {
    mu: nest(means, [K, D]),
    Sigma: type === "tied" ? nest(values, [D, D]) : nest(transpose(values, K, rows * D), [rows, D, K]),
    ComponentProportion: [...weights],
    CovarianceType: isDiagonal ? "diagonal" : "full",
    SharedCovariance: type === "tied",
    ...(columns ? { columns: [...columns] } : {}),
  };
}

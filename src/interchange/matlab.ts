import { checkedMixture, type GaussianMixture } from "../api/gaussian-mixture.ts";
import { givenModel } from "../api/given.ts";
import type { Mixture } from "../api/mixture.ts";
import { formOf } from "../covariance/forms.ts";
import { covariancesOf, flatten, meansOf, weightsOf } from "../covariance/given.ts";
import { variancesOf } from "../covariance/parameters.ts";
import { oneOf } from "../input/options.ts";
import { columnsOf, fieldOf, nest, objectOf, parsed } from "../model/json.ts";
import { boxed } from "./given.ts";
import { transpose } from "./shapes.ts";

/**
 * A mixture from a `gmdistribution` of MATLAB (or of Octave's statistics package), as `jsonencode` writes its properties
 * `mu`, `Sigma`, `ComponentProportion` and `CovarianceType` (docs/interchange.md has the lines). Full covariances become
 * "full" or, shared, "tied"; diagonal ones, shared or not, "diag".
 *
 * @param json - the text, or the parsed object.
 * @returns the same distribution, without a report.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError | RangeError} If a property is missing or does not fit the others.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const mixture = fromMatlab(await readFile("matlab.json", "utf8"));
 */
export function fromMatlab(json: string | object): GaussianMixture {
  const remedy = "write its properties as docs/interchange.md shows";
  const model = objectOf(parsed(json), "the properties of a gmdistribution of MATLAB", remedy);
  const weights = weightsOf(boxed(fieldOf(model, "ComponentProportion")), "json.ComponentProportion");
  const K = weights.length;
  const means = meansOf(flatten(boxed(fieldOf(model, "mu")), "json.mu"), K, "json.mu");
  const D = means.length / K;
  const kind = oneOf("json.CovarianceType", fieldOf(model, "CovarianceType"), ["full", "diagonal"]);
  // dimensions of length 1 may be missing: what counts is the order of the numbers, and how many there are
  const sigma = flatten(boxed(fieldOf(model, "Sigma")), "json.Sigma");
  const isShared = K > 1 && sigma.length === (kind === "full" ? D * D : D);
  const covarianceType = kind === "diagonal" ? "diag" : isShared ? "tied" : "full";
  let values = isShared ? sigma : transpose(sigma, sigma.length / K, K);
  if (isShared && kind === "diagonal") values = Float64Array.from({ length: K * D }, (_, i) => sigma[i % D]);
  const covariances = covariancesOf(values, covarianceType, K, D, "json.Sigma", true);
  const columns = columnsOf(boxed(fieldOf(model, "columns")), D, "json.columns");
  return checkedMixture({ covarianceType, nComponents: K, nFeatures: D, weights, means, covariances }, columns);
}

/**
 * A mixture as the properties of a `gmdistribution` of MATLAB: plain data for `JSON.stringify`; docs/interchange.md has the
 * lines that read it. A "spherical" mixture is written as a diagonal one.
 *
 * @param mixture - of any covariance type.
 * @returns plain data.
 * @throws {TypeError} If it is not a mixture.
 * @example
 * await writeFile("matlab.json", JSON.stringify(toMatlab(mixture)));
 */
export function toMatlab(mixture: Mixture): Readonly<Record<string, unknown>> {
  const model = givenModel(mixture);
  const { covarianceType: type, nComponents: K, nFeatures: D, weights, means, columns } = model;
  const diagonal = !formOf(model).isDense;
  const rows = diagonal ? 1 : D;
  const values = diagonal ? variancesOf(model) : model.covariances;
  return {
    mu: nest(means, [K, D]),
    Sigma: type === "tied" ? nest(values, [D, D]) : nest(transpose(values, K, rows * D), [rows, D, K]),
    ComponentProportion: [...weights],
    CovarianceType: diagonal ? "diagonal" : "full",
    SharedCovariance: type === "tied",
    columns,
  };
}

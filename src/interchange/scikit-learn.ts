import { checkedMixture, GaussianMixture } from "../api/gaussian-mixture.ts";
import { givenModel } from "../api/given.ts";
import type { Mixture } from "../api/mixture.ts";
import { covarianceShape, formOf } from "../covariance/forms.ts";
import { covariancesOf, meansOf, weightsOf } from "../covariance/given.ts";
import type { Parameters } from "../covariance/parameters.ts";
import { finite, whiteningsOf } from "../covariance/roots.ts";
import { COVARIANCE_TYPES, oneOf } from "../input/options.ts";
import { columnsOf, fieldOf, nest, objectOf, parsed } from "../model/json.ts";
import { transpose } from "./shapes.ts";

/**
 * A mixture from the attributes of a fitted `GaussianMixture` of scikit-learn, written as JSON (docs/interchange.md has the
 * lines of Python). Read are `covariance_type`, `weights_`, `means_`, `covariances_` and `feature_names_in_`.
 *
 * @param json - the text, or the parsed object.
 * @returns the same distribution; numbers are taken as they are.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError | RangeError} If an attribute is missing or does not fit the others, or the model is a
 *   `BayesianGaussianMixture`, whose density is none of a mixture of normals.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const mixture = fromScikitLearn(await readFile("scikit-learn.json", "utf8"));
 */
export function fromScikitLearn(json: string | object): GaussianMixture {
  const { parameters, columns } = readScikitLearn(json);
  return checkedMixture(parameters, columns);
}

/** The attributes, checked. @throws as {@link fromScikitLearn}, but for `SINGULAR_COVARIANCE`. */
export function readScikitLearn(json: string | object): {
  readonly parameters: Parameters;
  readonly columns: readonly string[] | undefined;
} {
  const remedy = "write vars(gm) as docs/interchange.md shows";
  const model = objectOf(parsed(json), "the attributes of a GaussianMixture of scikit-learn", remedy);
  if (fieldOf(model, "degrees_of_freedom_") !== undefined) {
    throw new RangeError(
      "json: expected a GaussianMixture, got a BayesianGaussianMixture; leave degrees_of_freedom_ out to take weights, means and covariances as they are",
    );
  }
  const covarianceType = oneOf("json.covariance_type", fieldOf(model, "covariance_type"), COVARIANCE_TYPES);
  const weights = weightsOf(fieldOf(model, "weights_"), "json.weights_");
  const K = weights.length;
  const means = meansOf(fieldOf(model, "means_"), K, "json.means_");
  const D = means.length / K;
  const covariances = covariancesOf(fieldOf(model, "covariances_"), covarianceType, K, D, "json.covariances_");
  const columns = columnsOf(fieldOf(model, "feature_names_in_"), D, "json.feature_names_in_");
  return { parameters: { covarianceType, nComponents: K, nFeatures: D, weights, means, covariances }, columns };
}

/**
 * A mixture as the attributes of a fitted `GaussianMixture` of scikit-learn, `precisions_cholesky_` included: plain data
 * for `JSON.stringify`; docs/interchange.md has the lines of Python that read it.
 *
 * @param mixture - of any covariance type.
 * @returns plain data.
 * @throws {TypeError} If it is not a mixture.
 * @throws {MixtureError} `NOT_FINITE` if a precision overflows.
 * @example
 * await writeFile("scikit-learn.json", JSON.stringify(toScikitLearn(mixture)));
 */
export function toScikitLearn(mixture: Mixture): Readonly<Record<string, unknown>> {
  const model = givenModel(mixture);
  const { covarianceType, nComponents: K, nFeatures: D, weights, means, covariances, columns } = model;
  const report = mixture instanceof GaussianMixture ? mixture.report : undefined;
  const shape = covarianceShape(formOf({ covarianceType }), K, D);
  // scikit-learn's factor is upper triangular: P' in our terms
  const factors = finite(whiteningsOf(model), "inverses");
  if (covarianceType === "full" || covarianceType === "tied") {
    for (let start = 0; start < factors.length; start += D * D) {
      factors.set(transpose(factors.subarray(start, start + D * D), D, D), start);
    }
  }
  return {
    n_components: K,
    covariance_type: covarianceType,
    n_features_in_: D,
    feature_names_in_: columns,
    weights_: [...weights],
    means_: nest(means, [K, D]),
    covariances_: nest(covariances, shape),
    precisions_: nest(mixture.precisions, shape),
    precisions_cholesky_: nest(factors, shape),
    converged_: report?.converged ?? true,
    n_iter_: report?.nIterations ?? 0,
    lower_bound_: report && report.logLikelihood / report.totalWeight,
  };
}

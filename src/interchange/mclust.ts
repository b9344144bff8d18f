import { checkedMixture, type GaussianMixture } from "../api/gaussian-mixture.ts";
import { givenModel } from "../api/given.ts";
import type { Mixture } from "../api/mixture.ts";
import { covariancesOf, flatten, ofFamily, weightsOf } from "../covariance/given.ts";
import { matricesOf, type Parameters } from "../covariance/parameters.ts";
import { finite, rootsOf } from "../covariance/roots.ts";
import { withArena } from "../engine/arena.ts";
import { FAMILY_FORMS, FAMILY_NAMES, sharesCovariance } from "../input/families.ts";
import { expOf, logOf } from "../model/elementary.ts";
import { columnsOf, fieldOf, type Nested, nest, objectOf, parsed } from "../model/json.ts";
import { boxed } from "./given.ts";
import { transpose } from "./shapes.ts";

const REMEDY = "write fit$parameters as docs/interchange.md shows";

/**
 * A mixture from the parameters of a model of R's mclust, as jsonlite writes `fit$parameters` or a list that has them as
 * `parameters` (docs/interchange.md has the lines of R). Covariances are read from `variance$sigma`, or `sigmasq` of one
 * column, so every family will do; the type is the one with the fewest numbers that holds them exactly: "spherical" for
 * EII and VII, "diag" for the other diagonal families, "tied" for EEE, "full" for the rest.
 *
 * @param json - the text, or the parsed object.
 * @returns the same distribution, without a report.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError | RangeError} If a part is missing or does not fit the others, or the model has a noise component.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const mixture = fromMclust(await readFile("mclust.json", "utf8"));
 */
export function fromMclust(json: string | object): GaussianMixture {
  const part = (value: unknown, argument: string): object => objectOf(value, "parameters of mclust", REMEDY, argument);
  const model = part(parsed(json), "json");
  const nested = fieldOf(model, "parameters");
  const path = nested === undefined ? "json" : "json.parameters";
  const parameters = nested === undefined ? model : part(nested, path);
  if (Array.isArray(boxed(fieldOf(parameters, "Vinv")))) {
    throw new RangeError(`${path}.Vinv: expected none, got a noise component, which is no normal; fit without noise`);
  }
  const weights = weightsOf(boxed(fieldOf(parameters, "pro")), `${path}.pro`);
  const K = weights.length;
  const given = boxed(fieldOf(parameters, "mean")) as ArrayLike<unknown>;
  const mean = flatten(given, `${path}.mean`);
  const D = mean.length / K;
  if (given.length !== (typeof given[0] === "number" ? K : D)) {
    throw new RangeError(
      `${path}.mean: expected ${K} columns, one per component, got ${mean.length} numbers in ${given.length} rows; ${REMEDY}`,
    );
  }
  const key = D === 1 ? "sigmasq" : "sigma";
  const argument = `${path}.variance.${key}`;
  const values = flatten(boxed(fieldOf(part(fieldOf(parameters, "variance"), `${path}.variance`), key)), argument);
  // E has one variance for all
  const isShared = K > 1 && values.length === 1;
  const covariances = isShared
    ? { covarianceType: "tied" as const, covariances: covariancesOf(values, "tied", K, D, argument, true) }
    : narrowest(covariancesOf(transpose(values, values.length / K, K), "full", K, D, argument, true), K, D);
  const columns = columnsOf(boxed(fieldOf(model, "columns")), D, "json.columns");
  const shaped = { nComponents: K, nFeatures: D, weights, means: transpose(mean, D, K), ...covariances };
  const modelName = fieldOf(model, "modelName");
  // R writes a text as a list of one
  const named = FAMILY_NAMES.find((name) => name === (Array.isArray(modelName) ? modelName[0] : modelName));
  // of no narrower family if the numbers are of a simpler shape, as by chance
  const isNamed = named && FAMILY_FORMS[named] === shaped.covarianceType;
  return checkedMixture(isNamed ? ofFamily(shaped, named, "json.modelName") : shaped, columns);
}

/** Full covariances in the type with the fewest numbers that holds them exactly. */
function narrowest(full: Float64Array, K: number, D: number): Pick<Parameters, "covarianceType" | "covariances"> {
  const size = D * D;
  const narrow = {
    spherical: full.filter((_, i) => i % size === 0),
    diag: full.filter((_, i) => (i % size) % (D + 1) === 0),
    tied: full.slice(0, size),
  };
  for (const covarianceType of ["spherical", "diag", "tied"] as const) {
    const covariances = narrow[covarianceType];
    const whole = matricesOf({ covarianceType, nComponents: K, nFeatures: D, covariances });
    // one covariance is "full" rather than shared
    const fits = K > 1 || covarianceType !== "tied";
    if (fits && full.every((value, i) => value === whole[i])) return { covarianceType, covariances };
  }
  return { covarianceType: "full", covariances: full };
}

/**
 * A mixture as a list for R's mclust: `modelName` (VVV, EEE, VVI or VII; V or E of one column) and `parameters`, plain data
 * for `JSON.stringify`; docs/interchange.md has the lines of R that read it.
 *
 * @param mixture - of any covariance type.
 * @returns plain data.
 * @throws {TypeError} If it is not a mixture.
 * @throws {MixtureError} `NOT_FINITE` if the shape of a diagonal covariance overflows.
 * @example
 * await writeFile("mclust.json", JSON.stringify(toMclust(mixture)));
 */
export function toMclust(mixture: Mixture): Readonly<Record<string, unknown>> {
  const model = givenModel(mixture);
  const { nComponents: G, nFeatures: d, weights, means, columns } = model;
  const shares = sharesCovariance(mixture.family);
  const modelName = d > 1 ? mixture.family : shares ? "E" : "V";
  return {
    modelName,
    parameters: {
      pro: [...weights],
      mean: d > 1 ? nest(transpose(means, G, d), [d, G]) : [...means],
      variance: { modelName, d, G, ...varianceOf(model, shares) },
    },
    columns,
  };
}

/** What mclust's functions read of a variance; `shares`: whether all components have the same. */
function varianceOf(model: Parameters, shares: boolean): Readonly<Record<string, Nested>> {
  const { covarianceType: type, nComponents: G, nFeatures: d, covariances } = model;
  const own = [...covariances];
  if (d === 1) {
    const different = shares ? own.slice(0, 1) : own;
    return { sigmasq: different, scale: different };
  }
  const last = (values: Float64Array): Nested => nest(transpose(values, G, d * d), [d, d, G]);
  const sigma = last(matricesOf(model));
  if (type === "spherical") return { sigma, sigmasq: own, scale: own };
  if (type === "diag") {
    // the geometric mean of the variances
    const scale = Array.from({ length: G }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += logOf(own[k * d + i]);
      return expOf(sum / d);
    });
    const shape = finite(
      covariances.map((variance, i) => variance / scale[Math.floor(i / d)]),
      "ratios",
    );
    if (!shares) return { sigma, scale, shape: nest(transpose(shape, G, d), [d, G]) };
    const Sigma = matricesOf(model).slice(0, d * d);
    return { sigma, Sigma: nest(Sigma, [d, d]), scale: scale.slice(0, 1), shape: [...shape.slice(0, d)] };
  }
  const roots = withArena((arena) => rootsOf(arena, model)).map((value, i) =>
    i % d < Math.floor(i / d) % d ? 0 : value,
  );
  if (type === "full") return { sigma, cholsigma: last(roots) };
  return { sigma, Sigma: nest(covariances, [d, d]), cholSigma: nest(roots, [d, d]) };
}

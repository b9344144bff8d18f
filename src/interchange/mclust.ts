import { GaussianMixture } from "../api/mixture.ts";
import { withArena } from "../engine/arena.ts";
import { received } from "../errors.ts";
import type { CovarianceType } from "../input/options.ts";
import { columnsOf, fieldOf, type Nested, nest, objectOf } from "../model/json.ts";
import { covariancesOf, flatten, rootsOf, weightsOf } from "../model/parameters.ts";
import { expOf, logOf } from "../model/sums.ts";
import { boxed, checkMixture } from "./given.ts";
import { fullCovariances, transpose } from "./shapes.ts";

/** Our covariance types as mclust's families. */
const FAMILY = { full: "VVV", tied: "EEE", diag: "VVI", spherical: "VII" } as const;
/** What mclust calls its models: three letters, one where there is one column; X where there is one component. */
const MODEL_NAME = /^([EVX]|[EVX]II|[EVX]{2}[EVXI])$/;

/**
 * A mixture from the parameters of a model of R's mclust, as jsonlite writes `fit$parameters` or a list that has them as
 * `parameters` (docs/interchange.md has the lines of R). Covariances are read from `variance$sigma`, so every family will
 * do: VVV and what has no type of its own here become "full", EEE "tied", the diagonal families "diag", EII and VII
 * "spherical"; of the univariate ones E becomes "tied", V "spherical".
 *
 * @param json - the text, or the parsed object.
 * @throws {SyntaxError} If the text is not JSON.
 * @throws {TypeError | RangeError} If a part is missing or does not fit the others, or the model has a noise component.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const mixture = fromMclust(await readFile("mclust.json", "utf8"));
 */
export function fromMclust(json: string | object): GaussianMixture {
  const part = (value: unknown, argument: string): object =>
    objectOf(value, "parameters of mclust", "write fit$parameters as docs/interchange.md shows", argument);
  const model = part(json, "json");
  const nested = fieldOf(model, "parameters");
  const path = nested === undefined ? "json" : "json.parameters";
  const parameters = nested === undefined ? model : part(nested, path);
  const variance = part(fieldOf(parameters, "variance"), `${path}.variance`);

  if (Array.isArray(boxed(fieldOf(parameters, "Vinv")))) {
    throw new RangeError(
      `${path}.Vinv: expected none, got a noise component, whose density is no normal's; fit without initialization$noise`,
    );
  }
  const weights = weightsOf(boxed(fieldOf(parameters, "pro")), `${path}.pro`);
  const K = weights.length;
  const given = boxed(fieldOf(parameters, "mean")) as ArrayLike<unknown>;
  const mean = flatten(given, `${path}.mean`);
  const D = mean.length / K;
  if (given.length !== (typeof given[0] === "number" ? K : D)) {
    throw new RangeError(
      `${path}.mean: expected one mean in each of ${K} columns, as there are proportions, got ${given.length} rows and ${mean.length} numbers; leave jsonlite's matrix at "rowmajor"`,
    );
  }
  const { covarianceType, covariances } = covariancesIn(variance, K, D, `${path}.variance`);
  const columns = columnsOf(boxed(fieldOf(model, "columns")), D, "json.columns");
  return GaussianMixture.fromParameters({
    weights,
    means: transpose(mean, D, K),
    covariances,
    covarianceType,
    columns,
  });
}

function covariancesIn(
  variance: object,
  K: number,
  D: number,
  path: string,
): { readonly covarianceType: CovarianceType; readonly covariances: Float64Array } {
  const given = boxed(fieldOf(variance, "modelName"));
  const name: unknown = Array.isArray(given) ? given[0] : given;
  if (typeof name !== "string" || !MODEL_NAME.test(name)) {
    throw new RangeError(
      `${path}.modelName: expected the name of a model of mclust, such as "VVV", got ${received(name)}; write the model anew`,
    );
  }
  if (name.length === 1) {
    const covarianceType = name === "E" ? "tied" : "spherical";
    const argument = `${path}.sigmasq`;
    const sigmasq = flatten(boxed(fieldOf(variance, "sigmasq")), argument);
    return { covarianceType, covariances: covariancesOf(sigmasq, covarianceType, K, D, argument) };
  }
  const argument = `${path}.sigma`;
  const sigma = flatten(fieldOf(variance, "sigma"), argument);
  const whole = covariancesOf(transpose(sigma, Math.floor(sigma.length / K), K), "full", K, D, argument);
  const covarianceType = name.endsWith("II")
    ? "spherical"
    : name.endsWith("I")
      ? "diag"
      : name === "EEE"
        ? "tied"
        : "full";
  const covariances = narrowed(whole, covarianceType, K, D);
  const again = fullCovariances(covariances, covarianceType, K, D);
  if (again.some((value, i) => value !== whole[i])) {
    throw new RangeError(
      `${argument}: expected ${covarianceType} covariances, as modelName "${name}" has them, got others; set modelName to "VVV" to take them as they are`,
    );
  }
  return { covarianceType, covariances };
}

/** Of full covariances what a type keeps: undoes `fullCovariances`. */
function narrowed(whole: Float64Array, type: CovarianceType, K: number, D: number): Float64Array {
  if (type === "full") return whole;
  if (type === "tied") return whole.slice(0, D * D);
  const perComponent = type === "diag" ? D : 1;
  return Float64Array.from({ length: K * perComponent }, (_, i) => {
    const d = i % perComponent;
    return whole[((i - d) / perComponent) * D * D + d * D + d];
  });
}

/**
 * A mixture as a list for R's mclust: `modelName` (VVV, EEE, VVI or VII; V or E of one column) and `parameters`, plain data
 * for `JSON.stringify`; docs/interchange.md has the lines of R that read it.
 *
 * @throws {TypeError} If it is not a mixture.
 * @example
 * await writeFile("mclust.json", JSON.stringify(toMclust(mixture)));
 */
export function toMclust(mixture: GaussianMixture): Readonly<Record<string, unknown>> {
  checkMixture(mixture);
  const { covarianceType: type, nComponents: G, nFeatures: d, weights, means, columns } = mixture;
  const modelName = d > 1 ? FAMILY[type] : type === "tied" ? "E" : "V";
  return {
    modelName,
    parameters: {
      pro: [...weights],
      mean: d > 1 ? nest(transpose(means, G, d), [d, G]) : [...means],
      variance: { modelName, d, G, ...varianceOf(mixture) },
    },
    ...(columns ? { columns: [...columns] } : {}),
  };
}

/** What mclust's functions read of a variance. */
function varianceOf(mixture: GaussianMixture): Readonly<Record<string, Nested>> {
  const { covarianceType: type, nComponents: G, nFeatures: d, covariances } = mixture;
  if (d === 1) return { sigmasq: [...covariances], scale: [...covariances] };
  const last = (values: Float64Array): Nested => nest(transpose(values, G, d * d), [d, d, G]);
  const sigma = last(fullCovariances(covariances, type, G, d));
  if (type === "spherical") return { sigma, sigmasq: [...covariances], scale: [...covariances] };
  if (type === "diag") {
    // scale: the geometric mean of the variances
    const scale = Float64Array.from({ length: G }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < d; i++) sum += logOf(covariances[k * d + i]);
      return expOf(sum / d);
    });
    const shape = covariances.map((variance, i) => variance / scale[Math.floor(i / d)]);
    return { sigma, scale: [...scale], shape: nest(transpose(shape, G, d), [d, G]) };
  }
  const roots = withArena((arena) => rootsOf(arena, mixture));
  for (let i = 0; i < roots.length; i++) if (i % d < Math.floor(i / d) % d) roots[i] = 0;
  if (type === "full") return { sigma, cholsigma: last(roots) };
  return { sigma, Sigma: nest(covariances, [d, d]), cholSigma: nest(roots, [d, d]) };
}

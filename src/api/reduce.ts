import { FULL } from "../covariance/dense.ts";
import { formOf } from "../covariance/forms.ts";
import { singularCovariance } from "../covariance/roots.ts";
import { integerIn } from "../input/checks.ts";
import { agglomerate } from "../model/agglomerate.ts";
import { combined, type FactoredNormal, factored, mixtureOf, normalsOf } from "../model/normals.ts";
import { GaussianMixture } from "./gaussian-mixture.ts";
import type { MixtureParameters } from "./mixture.ts";
import { modelFrom } from "./operand.ts";

/** A mixture of fewer components in place of another. */
export interface Reduction {
  /** The mixture of fewer components. */
  readonly mixture: GaussianMixture;
  /** [K]: the new component that each old one has gone into. */
  readonly components: Int32Array;
  /** The Kullback-Leibler divergence of the new mixture from the old one is at most this, in nats. */
  readonly klBound: number;
}

/**
 * A mixture of fewer components near a given one (Runnalls 2007): of all pairs of components the one is joined for which a
 * bound on the Kullback-Leibler divergence rises least, again and again. Joined components keep their weight, mean and
 * covariance, so that the mixture keeps its mean and covariance.
 *
 * Full covariances stay full; tied ones become full, as joined components no longer share one covariance. Diagonal ones stay so: they
 * keep the variances, but not what the joined means say of correlations; spherical ones keep the sum of the variances.
 * Where that is too little, give the mixture as a full one.
 *
 * @param mixture - or its parameters: K components.
 * @param nComponents - how many to leave: an integer from 1 to K.
 * @returns the smaller mixture, where each component has gone, and a bound on what is lost.
 * @throws {TypeError | RangeError} If parameters are malformed, or nComponents is not such an integer.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite, or that of joined components is not
 *   because they lie more than some 1e8 standard deviations apart.
 * @example
 * const { mixture: smaller, klBound } = reduce(mixture, 1);
 */
export function reduce(mixture: MixtureParameters, nComponents: number): Reduction {
  const model = modelFrom("mixture", mixture);
  const { nComponents: K } = model;
  const form = formOf(model);
  integerIn("nComponents", nComponents, 1, "leave at most as many as there are", K);

  const join = (a: FactoredNormal, b: FactoredNormal): FactoredNormal => {
    const joint = combined([a, b]);
    const { covariance } = joint;
    if (form.isIsotropic) covariance.fill(covariance.reduce((sum, v) => sum + v / covariance.length, 0));
    return factored(joint);
  };
  const cost = (a: FactoredNormal, b: FactoredNormal): number => {
    const joint = join(a, b);
    return Math.max(0, joint.weight * joint.logDet - a.weight * a.logDet - b.weight * b.logDet) / 2;
  };
  let klBound = 0;
  let items: readonly FactoredNormal[] = [];
  let components = new Int32Array(K);
  for (const step of agglomerate(normalsOf(model).map(factored), nComponents, { cost }, join)) {
    ({ items, labels: components } = step);
    klBound += step.cost;
    if (!(klBound < Infinity)) {
      const remedy = "leave more components, as these lie too far apart to be joined";
      throw singularCovariance(FULL.name, components.indexOf(step.pair?.[0] ?? 0), remedy);
    }
  }
  const { weights, means, covariances, nFeatures } = mixtureOf(items);
  return {
    mixture: GaussianMixture.fromParameters({
      weights,
      means,
      covariances: form.isIsotropic ? covariances.filter((_, i) => i % nFeatures === 0) : covariances,
      covarianceType: (form.isShared ? FULL : form).name,
      columns: model.columns,
    }),
    components,
    klBound,
  };
}

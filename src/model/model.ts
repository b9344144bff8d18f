// A mixture with its covariances factorised: what rows are scored by.

import { FULL } from "../covariance/dense.ts";
import { formOf, hasOwnMatrices } from "../covariance/forms.ts";
import type { Parameters } from "../covariance/parameters.ts";
import { pivotTolerance, singularCovariance } from "../covariance/roots.ts";
import { withArena } from "../engine/arena.ts";
import { describeModel } from "../engine/descriptors.ts";

/** Parameters and what the kernels read of them: the factors of the covariances and the log-constants. */
export interface Model extends Parameters {
  /** The form of the factors, for the kernels: that of the covariance type, or of "full" where tied means lie far apart. */
  readonly type: number;
  /** See `factorLength` in assembly/layout.ts. */
  readonly factor: Float64Array;
  /** [K] log weight + log|P| - D/2 log 2π. */
  readonly logc: Float64Array;
}

/**
 * A tied model whose means lie further from their middle, in standard deviations, is scored as a full one: the whitened
 * coordinates of a row would lose so many times the rounding.
 */
const FAR_APART = 1e4;

/** The point about which the kernels whiten rows for tied covariances: the mean of the mixture. */
export function centreOf(weights: Float64Array, means: Float64Array): Float64Array {
  const nFeatures = means.length / weights.length;
  const centre = new Float64Array(nFeatures);
  for (let k = 0; k < weights.length; k++) {
    for (let d = 0; d < nFeatures; d++) centre[d] += weights[k] * means[k * nFeatures + d];
  }
  return centre;
}

/** A piece of work on some things, one after the other. */
interface Pieces {
  readonly groups: number;
  readonly run: (group: number) => void;
}

/** {@link modelSteps} on the spot. @throws as it does. */
export function modelOf(parameters: Parameters, remedy?: string): Model {
  const steps = modelSteps(parameters, remedy);
  let step = steps.next();
  for (; !step.done; step = steps.next()) {
    for (let group = 0; group < step.value.groups; group++) step.value.run(group);
  }
  return step.value;
}

/**
 * Factorises the covariances; full ones each by itself, so that the work space is two matrices whatever K is, and other work
 * may come between.
 *
 * @throws {MixtureError} `SINGULAR_COVARIANCE`, with the component, if one is not positive definite.
 */
export function* modelSteps(
  parameters: Parameters,
  remedy = "add a small number to its diagonal",
): Generator<Pieces, Model, void> {
  const { covarianceType, nComponents: K, nFeatures: D, weights, means, covariances } = parameters;
  const form = formOf(parameters);
  const { code: type, isShared: isTied } = form;
  const [groups, components] = hasOwnMatrices(form) ? [K, 1] : [1, K];
  const factorLength = withArena(({ kernels }) => kernels.factorLength(type, D, components));
  const factor = new Float64Array(groups * factorLength);
  const logc = new Float64Array(K);
  const covLength = covariances.length / groups;
  const run = (group: number): void =>
    withArena((arena) => {
      const { kernels } = arena;
      const first = group * components;
      const mu = isTied ? arena.copyOf(means) : 0;
      const centre = isTied ? arena.copyOf(centreOf(weights, means)) : 0;
      const weight = arena.copyOf(weights.subarray(first, first + components));
      const logcPart = arena.f64(components);
      // what a covariance becomes takes its place: scratch, [2, D, D], begins with it, and so does the factor
      const cov = arena.f64(form.isDense ? 2 * covLength : covLength);
      const factorPart = isTied ? arena.f64(factorLength) : cov;
      arena.viewF64(cov, covLength).set(covariances.subarray(group * covLength, (group + 1) * covLength));
      const model = describeModel(arena, {
        type,
        D,
        K: components,
        weights: weight,
        mu,
        cov,
        centre,
        factor: factorPart,
        logc: logcPart,
      });
      const status = kernels.factorise(model, 0, components, pivotTolerance(D), cov);
      if (status !== 0) throw singularCovariance(covarianceType, first + status - 1, remedy);
      factor.set(arena.viewF64(factorPart, factorLength), group * factorLength);
      logc.set(arena.viewF64(logcPart, components), first);
    });
  yield { groups, run };
  const triangle = factorLength - D * (1 + K);
  if (isTied && factor.subarray(triangle + D).some((place) => !(Math.abs(place) <= FAR_APART))) {
    const copies = new Float64Array(K * triangle).map((_, i) => factor[i % triangle]);
    return { ...parameters, type: FULL.code, factor: copies, logc };
  }
  return { ...parameters, type, factor, logc };
}

// The first M-step of a start: from labels or responsibilities, before there are parameters.

import { covarianceLength } from "../../covariance/forms.ts";
import type { Parameters } from "../../covariance/parameters.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "./em.ts";
import type { Problem } from "./problem.ts";

/** The M-step of given responsibilities [N, K], row-major over the packed rows. */
export function* startFromPacked(em: Em, responsibilities: Float64Array): Work<void> {
  yield* responsibilityMoments(em, responsibilities);
  yield* em.maximise();
}

/** The M-step of given responsibilities that `sum` sums up, about rough means [K, D]. */
export function* firstStep(em: Em, means: Float64Array, sum: () => Work<void>): Work<void> {
  yield* momentsAbout(em, means, sum);
  yield* em.maximise();
}

/**
 * Sums from given responsibilities, twice: about rough means to get the means, then about those, so that the covariances
 * lose no digits. The next `maximise` takes them up; a component without rows has the data's spread about its rough mean.
 */
function* momentsAbout(em: Em, means: Float64Array, sum: () => Work<void>): Work<void> {
  em.seat(pooled(em, means));
  yield* sum();
  em.maximiseOnly();
  yield* sum();
}

/** The M-step of given responsibilities [N, K], row-major over the packed rows, as sums for the next `maximise`. */
export function responsibilityMoments(em: Em, responsibilities: Float64Array): Work<void> {
  const { K } = em;
  return momentsAbout(em, columnMeansFor(em), () =>
    em.sumResponsibilities((first, count, out) => out.set(responsibilities.subarray(first * K, (first + count) * K))),
  );
}

/** The columns' means, for each component: as rough means where there are no better ones. */
export function columnMeansFor({ rows: { columnMeans, D }, K }: Pick<Problem, "rows" | "K">): Float64Array {
  const means = new Float64Array(K * D);
  for (let k = 0; k < K; k++) means.set(columnMeans, k * D);
  return means;
}

/** Equal weights, the given means, and for every component the spread of the data along the axes. */
export function pooled({ rows, form, K }: Problem, means: Float64Array): Parameters {
  const { D, columnVariances } = rows;
  const block = form.ofVariances(columnVariances);
  // a constant column has a spread, too
  for (let d = 0; d < D; d++) block[form.at(d, d, D)] ||= 1;
  const covariances = new Float64Array(covarianceLength(form, K, D));
  for (let at = 0; at < covariances.length; at += block.length) covariances.set(block, at);
  const weights = new Float64Array(K).fill(1 / K);
  return { covarianceType: form.name, nComponents: K, nFeatures: D, weights, means, covariances };
}

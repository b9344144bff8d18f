import { covariancesOf, meansOf, weightsOf } from "../../covariance/given.ts";
import type { Work } from "../../engine/schedule.ts";
import type { InitSettings } from "../../input/options.ts";
import type { Em } from "../em/em.ts";
import { columnMeansFor, firstStep, pooled, startFromPacked } from "../em/first-m-step.ts";

/** A start of the caller's own. */
export type GivenStart = Exclude<InitSettings, { kind: "strategy" }>;

/**
 * Puts a start of the caller's own into `em`.
 *
 * @throws {RangeError} If given parameters do not fit the data.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 */
export function* startFromGiven(em: Em, init: GivenStart): Work<void> {
  if (init.kind === "parameters") yield* startFromParameters(em, init);
  else if (init.kind === "labels") yield* startFromLabels(em, init.labels);
  else yield* startFromResponsibilities(em, init.responsibilities);
}

function* startFromLabels(em: Em, labels: Int32Array): Work<void> {
  const { arena, N, kept } = em.rows;
  const packed = arena.i32(N);
  arena.viewI32(packed, N).set(kept ? kept.map((row) => labels[row]) : labels);
  yield* firstStep(em, columnMeansFor(em), () => em.sumLabels(packed));
}

function* startFromResponsibilities(em: Em, responsibilities: Float64Array): Work<void> {
  const { K } = em;
  const { N, kept } = em.rows;
  if (!kept) {
    yield* startFromPacked(em, responsibilities);
    return;
  }
  const packed = new Float64Array(N * K);
  kept.forEach((row, n) => {
    packed.set(responsibilities.subarray(row * K, (row + 1) * K), n * K);
  });
  yield* startFromPacked(em, packed);
}

function* startFromParameters(em: Em, init: Extract<InitSettings, { kind: "parameters" }>): Work<void> {
  const { form, K } = em;
  const { D } = em.rows;
  const means = meansOf(init.means, K, "init.means");
  if (means.length !== K * D) {
    throw new RangeError(
      `init.means: expected shape [${K}, ${D}], got ${means.length} numbers; give one mean per component, in the columns of the data`,
    );
  }
  const standard = pooled(em, means);
  const weights = init.weights === undefined ? standard.weights : weightsOf(init.weights, "init.weights");
  if (weights.length !== K) {
    throw new RangeError(
      `init.weights: expected ${K} numbers, one per component, got ${weights.length}; make it agree with nComponents`,
    );
  }
  const covariances =
    init.covariances === undefined
      ? standard.covariances
      : covariancesOf(init.covariances, form.name, K, D, "init.covariances");
  yield* em.write({ weights, means, covariances });
}

import type { Parameters } from "../../covariance/parameters.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "./em.ts";
import { type IterateSettings, iterate, type Run } from "./iterate.ts";

/** Weights [K], means [K, D] and covariances. */
export type Values = Pick<Parameters, "weights" | "means" | "covariances">;

/**
 * EM from given parameters that ends no lower than it began: what EM climbs is not the log-likelihood alone where
 * variances are regularised, and may lead down. Then the parameters themselves are the result.
 *
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if one becomes singular.
 */
export function* iterateMonotonically(
  em: Em,
  values: Values,
  settings: IterateSettings,
  onPass?: (iteration: number, logLikelihood: number) => void,
): Work<{ readonly parameters: Parameters; readonly run: Run }> {
  yield* em.write(values);
  const first = em.read();
  const run = yield* iterate(em, settings, onPass);
  const [origin] = run.trace;
  if (run.objective >= origin) return { parameters: em.read(), run };
  yield* em.write(first);
  const objective = yield* em.evaluate();
  const { logLikelihood } = em;
  return {
    parameters: first,
    run: { ...run, objective, logLikelihood, nIterations: 0, trace: Float64Array.of(objective) },
  };
}

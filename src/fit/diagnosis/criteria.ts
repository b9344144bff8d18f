// What a model is judged by, from its responsibilities.
import { parameterCount } from "../../covariance/forms.ts";
import type { Parameters } from "../../covariance/parameters.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "../em/em.ts";
import { posteriorsOf } from "../em/posteriors.ts";
import { rowWeights } from "../em/row-source.ts";

/** What models are compared by; lower is better, but for the log-likelihood. */
export interface Criteria {
  readonly logLikelihood: number;
  readonly bic: number;
  readonly aic: number;
  readonly icl: number;
  /** -Σ w r log r, in nats. */
  readonly entropy: number;
}

/**
 * The criteria of parameters on the rows of an Em, which takes them up. ICL charges for the labels that the rows would get, with p
 * parameters and W the total weight: -2 Σ w log(π_z p_z(x)) + p log W, z the most likely component (Biernacki, Celeux & Govaert 2000,
 * IEEE PAMI 22:719, eq. 7 with its BIC-like approximation). The entropy is that of Celeux & Soromenho (1996, J. Classif. 13:195).
 *
 * @param logLikelihood - of the parameters, on all rows that those of the Em stand for.
 */
export function* criteriaOf(em: Em, parameters: Parameters, logLikelihood: number): Work<Criteria> {
  const { rows, K } = em;
  const { arena, T, N, whole = N } = rows;
  // of a sample: as much for each of all rows
  const share = whole / N;
  yield* em.write(parameters);
  const weights = rowWeights(rows).slice();
  const mark = arena.mark();
  const logs = arena.f64(T * K);
  let entropy = 0;
  let labelled = 0;
  yield* posteriorsOf(em, (first, count, responsibilities) => {
    arena.kernels.logArray(responsibilities, logs, count * K);
    const r = arena.viewF64(responsibilities, count * K);
    const log = arena.viewF64(logs, count * K);
    for (let n = 0; n < count; n++) {
      let own = 0;
      let top = -Infinity;
      for (let i = n * K; i < (n + 1) * K; i++) {
        if (r[i] > 0) own -= r[i] * log[i];
        top = Math.max(top, log[i]);
      }
      entropy += weights[first + n] * own;
      labelled += weights[first + n] * top;
    }
  });
  arena.rewind(mark);
  const p = parameterCount(parameters);
  const bic = -2 * logLikelihood + p * arena.kernels.log(rows.totalWeight * share);
  return {
    logLikelihood,
    bic,
    aic: -2 * logLikelihood + 2 * p,
    icl: bic - 2 * labelled * share,
    entropy: entropy * share,
  };
}

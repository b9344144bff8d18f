// What becomes of one problem with ties: default fits and a selection, beside the truth and another library.
import { adjustedRandIndex, GaussianMixture, selectSync } from "gaussmix";
import { covarianceEntry, TYPES } from "../../test/support/forms.mjs";

/**
 * @typedef {import("../../test/support/ties.ts").Ties} Ties
 * @typedef {"full" | "tied" | "diag" | "spherical"} Type
 * @typedef {{ logLikelihood: number, labels: string } | null} PeerFit
 * @typedef {{ logLikelihood?: number, ari: number, warnings: string[], equal?: number, converged: boolean,
 *   peer?: { logLikelihood: number, ari: number, here?: number }, more?: number, error?: string }} Fit
 *   equal: the largest difference between the two components that differ least, in their own standard deviations; undefined where
 *   there are not two. Figures are undefined where a fit failed.
 *   here: the log-likelihood that a fit of ours reaches from the peer's labels, where the peer's index is the better one.
 *   more: the log-likelihood with one component more.
 * @typedef {{ K: number, type: Type, bic: number, single: number, truth: number, candidates: Record<string, number[]>,
 *   warnings: string[], error?: string }} Selected
 *   single, truth: the least BIC of one component, and that a fit from the true groups reaches. candidates: log-likelihoods.
 */

/** Where the peer's index is below this it says little; ours may be so much below. */
const PEER_LEAST = 0.8;
const ARI_SLACK = 0.05;

/** The standard deviation of each column; 1 for a constant one. @param {Ties} problem */
function scalesOf({ data, shape: [N, D] }) {
  return Array.from({ length: D }, (_, d) => {
    let [sum, squares] = [0, 0];
    for (let n = 0; n < N; n++) sum += data[n * D + d];
    for (let n = 0; n < N; n++) squares += (data[n * D + d] - sum / N) ** 2;
    return Math.sqrt(squares / N) || 1;
  });
}

/** Columns over their standard deviations: "spherical" depends on the units. @param {Ties} problem */
function scaled(problem) {
  const scales = scalesOf(problem);
  return { data: problem.data.map((value, i) => value / scales[i % scales.length]), shape: problem.shape };
}

/** What to add to a log-likelihood of scaled columns. @param {Ties} problem */
export function shiftOf(problem) {
  return -problem.shape[0] * scalesOf(problem).reduce((sum, scale) => sum + Math.log(scale), 0);
}

/**
 * The largest difference in any mean or covariance between two components, over their own standard deviations; of the pair
 * where it is least.
 *
 * @param {GaussianMixture} mixture
 */
function leastApart(mixture) {
  const { nComponents: K, nFeatures: D, weights, means } = mixture;
  const covariance = covarianceEntry.bind(undefined, mixture);
  let least = Infinity;
  for (let a = 0; a < K; a++) {
    for (let b = a + 1; b < K; b++) {
      if (weights[a] === 0 || weights[b] === 0) continue;
      const sds = Array.from({ length: D }, (_, d) => Math.sqrt(Math.min(covariance(a, d, d), covariance(b, d, d))));
      let most = 0;
      for (let i = 0; i < D; i++) {
        most = Math.max(most, Math.abs(means[a * D + i] - means[b * D + i]) / sds[i]);
        for (let j = 0; j <= i; j++) {
          most = Math.max(most, Math.abs(covariance(a, i, j) - covariance(b, i, j)) / (sds[i] * sds[j]));
        }
      }
      least = Math.min(least, most);
    }
  }
  return least < Infinity ? least : undefined;
}

/** @param {GaussianMixture} mixture */
const codesOf = ({ report }) => report.warnings.map(({ code }) => code);

/** Each type's default fit. @param {Ties} problem @param {Record<Type, PeerFit> | undefined} peers @param {boolean} withMore */
export function judgeFits(problem, peers, withMore) {
  return Object.fromEntries(TYPES.map((type) => [type, judgeFit(problem, type, peers?.[type] ?? undefined, withMore)]));
}

/** @param {Ties} problem @param {Type} type @param {PeerFit | undefined} theirs @param {boolean} withMore @returns {Fit} */
function judgeFit(problem, type, theirs, withMore) {
  const { labels, K, shape } = problem;
  const rows = type === "spherical" ? scaled(problem) : { data: problem.data, shape };
  /** @param {object} options */
  const fitted = (options) => GaussianMixture.fitSync(rows, { nComponents: K, covarianceType: type, ...options });
  try {
    const mixture = fitted({});
    const ari = adjustedRandIndex(mixture.predict(rows), labels);
    const { logLikelihood, converged } = mixture.report;
    /** @type {Fit} */
    const fit = { logLikelihood, ari, warnings: codesOf(mixture), equal: leastApart(mixture), converged };
    if (withMore) fit.more = fitted({ nComponents: K + 1 }).report.logLikelihood;
    if (theirs) {
      const found = Int32Array.from(theirs.labels, Number);
      fit.peer = { logLikelihood: theirs.logLikelihood, ari: adjustedRandIndex(found, labels) };
      if (isWorse(fit, problem)) fit.peer.here = attempt(() => fitted({ init: found }).report.logLikelihood);
    }
    return fit;
  } catch (error) {
    return { ari: 0, warnings: [], converged: false, error: String(error) };
  }
}

/** @param {() => number} work @returns {number | undefined} undefined where it fails */
function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Whether the peer finds the groups. @param {Fit} fit @param {{ K: number }} problem */
export function isFound({ peer }, { K }) {
  return K > 1 && peer !== undefined && peer.ari > PEER_LEAST;
}

/** Whether the peer finds the groups, and we do not as well. @param {Fit} fit @param {{ K: number }} problem */
export function isWorse(fit, problem) {
  return isFound(fit, problem) && fit.ari < fit.peer.ari - ARI_SLACK;
}

/** A selection of all types and up to two components more than there are groups. @param {Ties} problem @returns {Selected} */
export function judgeSelection({ data, shape, labels, K }) {
  const rows = { data, shape };
  const most = Math.min(K + 2, shape[0]);
  const { best, candidates } = selectSync(rows, { nComponents: { from: 1, to: most } });
  const chosen = candidates.find(({ mixture }) => mixture === best);
  const truths = TYPES.map((covarianceType) =>
    attempt(() => GaussianMixture.fitSync(rows, { nComponents: K, covarianceType, init: labels }).bic(rows)),
  );
  const table = TYPES.map((type) => [
    type,
    candidates
      .filter(({ covarianceType }) => covarianceType === type)
      .map(({ logLikelihood }) => logLikelihood ?? null),
  ]);
  return {
    K: best.nComponents,
    type: best.covarianceType,
    bic: chosen.bic,
    single: Math.min(...candidates.flatMap(({ nComponents, bic }) => (nComponents === 1 ? (bic ?? []) : []))),
    truth: Math.min(...truths.flatMap((bic) => bic ?? [])),
    candidates: Object.fromEntries(table),
    warnings: codesOf(best),
  };
}

// Whole fits with default options, starts included: this library beside the peers, seed by seed in turn.
import { medianOf, pairedRatio, summaryOf } from "../paired.mjs";

/** @typedef {import("./peer.mjs").Peer} Peer */
/**
 * @typedef {{
 *   ms: import("../paired.mjs").Summary, gaussmix: import("../paired.mjs").Summary, ratio: import("../paired.mjs").Ratio,
 *   logLikelihood: number, ours: number, gain: number, better: number, fits: number, iterations: number | undefined,
 * }} Fits
 *   medians: of its log-likelihoods, of ours, and of what ours are higher by; in how many of the fits ours is no lower; of its
 *   iterations.
 */

/** @type {readonly { shape: import("../data.mjs").Shape, peers: string[] }[]} mclust's time grows with the square of the rows. */
export const WHOLE = [
  { shape: { N: 1_000_000, d: 2, K: 8 }, peers: ["sklearn", "onedal", "armadillo"] },
  { shape: { N: 100_000, d: 16, K: 16 }, peers: ["sklearn", "onedal", "armadillo"] },
  { shape: { N: 5000, d: 2, K: 8 }, peers: ["sklearn", "onedal", "armadillo", "mclust"] },
  { shape: { N: 5000, d: 8, K: 8 }, peers: ["sklearn", "onedal", "armadillo", "mclust"] },
];
export const QUICK_WHOLE = [
  { shape: { N: 50_000, d: 2, K: 8 }, peers: ["sklearn", "onedal", "armadillo"] },
  { shape: { N: 2000, d: 2, K: 3 }, peers: ["sklearn", "onedal", "armadillo", "mclust"] },
];
export const WHOLE_VARIANTS = /** @type {const} */ (["separated", "moderate"]);

/** A difference that counts as none, in nats per row: regularisation and stopping rules are not the same. */
export const EQUAL = 1e-4;

/**
 * @param {Peer} gaussmix
 * @param {Peer[]} others
 * @param {import("../data.mjs").Shape & { rows: string }} message the data
 * @param {{ ms: number, least: number, most: number }} budget what each peer may take, in milliseconds; fewest and most fits
 * @returns {Promise<Record<string, Fits | import("./measure.mjs").Failure>>} by the peer's name
 */
export async function measureFits(gaussmix, others, message, { ms, least, most }) {
  const results = {};
  const timeFit = (peer, seed) => peer.ask("fit", { seed });
  await gaussmix.load(message);
  await timeFit(gaussmix, 0);
  for (const peer of others) {
    try {
      await peer.load(message);
      const pairs = [];
      let spent = 0;
      for (let seed = 0; seed < least || (seed < most && spent < ms); seed++) {
        const [ours, theirs] = [await timeFit(gaussmix, seed), await timeFit(peer, seed)];
        pairs.push({ ours, theirs });
        spent += theirs.ms;
      }
      const ours = pairs.map((pair) => pair.ours);
      const theirs = pairs.map((pair) => pair.theirs);
      const gains = pairs.map((pair) => pair.ours.logLikelihood - pair.theirs.logLikelihood);
      const msOf = (fits) => fits.map((one) => one.ms);
      const medianLogLikelihood = (fits) => medianOf(fits.map((one) => one.logLikelihood));
      results[peer.name] = {
        ms: summaryOf(msOf(theirs)),
        gaussmix: summaryOf(msOf(ours)),
        ratio: pairedRatio(msOf(theirs), msOf(ours)),
        logLikelihood: medianLogLikelihood(theirs),
        ours: medianLogLikelihood(ours),
        gain: medianOf(gains),
        better: gains.filter((gain) => gain >= -EQUAL * message.N).length,
        fits: pairs.length,
        iterations: theirs[0].iterations && medianOf(theirs.map((one) => one.iterations)),
      };
    } catch (error) {
      results[peer.name] = { failure: error.message };
    }
    await peer.ask("unload").catch(() => {});
  }
  await gaussmix.ask("unload");
  return results;
}

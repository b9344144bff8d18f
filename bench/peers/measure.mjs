// One case: all peers load it and iterate in turn.
import { setTimeout as wait } from "node:timers/promises";
import { medianOf, pairedRatio, summaryOf } from "../paired.mjs";

/** @typedef {import("./peer.mjs").Peer} Peer */
/**
 * @typedef {{ ms: number, least: number, most: number, patience: number }} Budget
 *   what one peer may take for its turns in one case, in milliseconds; fewest and most turns; the longest iteration of a peer that
 *   need not agree.
 *
 * @typedef {{ failure: string }} Failure
 * @typedef {{
 *   ms: import("../paired.mjs").Summary, gaussmix: import("../paired.mjs").Summary, ratio: import("../paired.mjs").Ratio,
 *   iterations: number, logLikelihood: number, difference: number,
 * }} Measured
 *   its times and this library's beside them; the ratio peer / gaussmix; iterations done and the log-likelihood after them,
 *   with the relative difference from this library's after as many.
 */

/** Iterations before those that count. */
const WARMUP = 2;
/** A peer that takes longer than this for one has none: its first is the first of two turns. */
const SLOW_MS = 2000;
/** A turn takes at least so many milliseconds, or so many iterations. */
const TURN_MS = 10;
const TURN_MOST = 8;
/** Longest iteration of a peer that is expected to agree: none should take as long on any machine. */
const PATIENCE_MS = 60_000;
/** What this library took this long ago is no longer a pair of what a peer takes now. */
const STALE_MS = 300;
/** Threads of OpenMP, OpenBLAS and TBB go on waiting for work for a while after the last. */
const SETTLE_MS = 30;

/** @param {number} i @param {number} turns @param {number} rounds whether the i-th round is one of the turns, spread evenly */
function takesPart(i, turns, rounds) {
  return Math.floor(((i + 1) * turns) / rounds) > Math.floor((i * turns) / rounds);
}

/**
 * Lets all peers iterate from the same start, in rounds: this library has a turn, then a peer has, then the next, and this
 * library again before one whose turn is long after its own. A slow peer takes part in some rounds only; one that
 * fails is left out from then on.
 *
 * @param {Peer} gaussmix
 * @param {Peer[]} others
 * @param {object} message what to load
 * @param {Budget} budget
 * @param {Map<Peer, string>} hopeless peers that are not to be tried, and why
 * @returns {Promise<Record<string, Measured | Failure>>} by the peer's name
 */
export async function measure(gaussmix, others, message, budget, hopeless) {
  /** @type {Record<string, Measured | Failure>} */
  const results = {};
  /** @type {Map<Peer, { turn: number, turns: number, theirs: number[], ours: number[] }>} */
  const running = new Map();

  // what the other has left in the caches and the sleep before are not this peer's doing: the median of its turn
  const takeTurn = async (peer, turn) => {
    if (peer.threads > 1) await wait(SETTLE_MS);
    return medianOf(await peer.run(turn));
  };
  const turnOf = (ms) => Math.max(1, Math.min(TURN_MOST, Math.ceil(TURN_MS / ms)));

  await gaussmix.load(message);
  const ownTurn = turnOf((await gaussmix.run(WARMUP)).at(-1));

  const warmUp = async (peer) => {
    await peer.load(message);
    const [first] = await peer.run(1, peer.kind.exact ? PATIENCE_MS : budget.patience);
    if (first > SLOW_MS) return { turn: 1, turns: 1, theirs: [first], ours: [await takeTurn(gaussmix, ownTurn)] };
    const ms = (await peer.run(WARMUP - 1)).at(-1);
    const turn = turnOf(ms);
    const turns = Math.max(budget.least, Math.min(budget.most, Math.round(budget.ms / (turn * ms))));
    return { turn, turns, theirs: [], ours: [] };
  };
  /** What the peer does, as long as it does not fail. */
  const attempt = async (peer, act) => {
    try {
      await act();
    } catch (error) {
      results[peer.name] = { failure: error.message };
      running.delete(peer);
    }
  };
  for (const peer of others) {
    if (hopeless.has(peer)) results[peer.name] = { failure: hopeless.get(peer) };
    else await attempt(peer, async () => running.set(peer, await warmUp(peer)));
  }
  const rounds = Math.max(...[...running.values()].map(({ turns }) => turns), 0);
  for (let i = 0; i < rounds; i++) {
    let mine = 0;
    let taken = Number.NEGATIVE_INFINITY;
    for (const [peer, { turn, turns, theirs, ours }] of running) {
      if (!takesPart(i, turns, rounds)) continue;
      if (performance.now() - taken > STALE_MS) {
        mine = await takeTurn(gaussmix, ownTurn);
        taken = performance.now();
      }
      await attempt(peer, async () => {
        theirs.push(await takeTurn(peer, turn));
        ours.push(mine);
      });
    }
  }
  for (const [peer, { theirs, ours }] of running) {
    await attempt(peer, async () => {
      const { iterations } = peer;
      const logLikelihood = await peer.logLikelihood(iterations);
      const difference = logLikelihood / (await gaussmix.logLikelihood(iterations)) - 1;
      const [ms, beside, ratio] = [summaryOf(theirs), summaryOf(ours), pairedRatio(theirs, ours)];
      results[peer.name] = { ms, gaussmix: beside, ratio, iterations, logLikelihood, difference };
    });
  }
  for (const peer of [gaussmix, ...others]) await peer.ask("unload").catch(() => {});
  return results;
}

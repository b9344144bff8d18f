// Everybody answers the same question in turn, seed by seed, each in a process of its own that holds the rows.

/** @typedef {import("../peers/peer.mjs").Peer} Peer @typedef {{ ms: number, [name: string]: any }} Answer */
/**
 * @typedef {{ name: string, peer: Peer | undefined, without?: string,
 *   ask: (seed: number, turn: Record<string, Answer>) => object | undefined }} Contestant
 *   peer: undefined where it is not there, and then without says why. ask: the command and what else it is told, given what others
 *   have answered in this turn; undefined to have no turn.
 * @typedef {{ ms: number, least: number, most: number }} Budget
 *   of one contestant: milliseconds, fewest and most turns.
 * @typedef {{ name: string, failure?: string, turns: Answer[] }} Result turn by turn from the first; empty where it failed.
 */

/** Before turns count a contestant answers until so many milliseconds or answers are spent: engines compile while they run. */
const WARMUP_MS = 400;
const WARMUP_MOST = 6;
/** Seeds of the warm-up are none of the turns'. */
const WARMUP_SEED = 1_000_000;

/**
 * @param {Contestant[]} contestants
 * @param {object} message what to load
 * @param {(contestant: Contestant) => Budget} budgetOf
 * @returns {Promise<Result[]>}
 */
export async function contest(contestants, message, budgetOf) {
  const players = contestants.map((contestant) => ({
    contestant,
    budget: budgetOf(contestant),
    /** @type {Result} */
    result: { name: contestant.name, failure: contestant.without, turns: [] },
    spent: 0,
  }));
  const peers = new Set(contestants.flatMap(({ peer }) => peer ?? []));
  for (const peer of peers) await peer.load(message);

  /** @param {(typeof players)[number]} player @param {number} seed @param {Record<string, Answer>} turn */
  const answerOf = async ({ contestant, result }, seed, turn) => {
    const question = result.failure === undefined ? contestant.ask(seed, turn) : undefined;
    if (question === undefined) return undefined;
    try {
      const { command, ...rest } = /** @type {any} */ (question);
      return await contestant.peer.ask(command, rest);
    } catch (error) {
      result.failure = error.message;
      result.turns = [];
      return undefined;
    }
  };
  for (const player of players) {
    let spent = 0;
    for (let i = 0; i < WARMUP_MOST && spent < WARMUP_MS; i++) {
      const answer = await answerOf(player, WARMUP_SEED + i, {});
      if (answer === undefined) break;
      spent += answer.ms;
    }
  }
  const takesPart = ({ budget: { ms, least, most }, spent, result: { failure, turns } }, seed) =>
    failure === undefined && turns.length === seed && seed < most && (seed < least || spent < ms);
  for (let seed = 0; players.some((player) => takesPart(player, seed)); seed++) {
    /** @type {Record<string, Answer>} */
    const turn = {};
    for (const player of players.filter((one) => takesPart(one, seed))) {
      const answer = await answerOf(player, seed, turn);
      if (answer === undefined) continue;
      turn[player.contestant.name] = answer;
      player.result.turns.push(answer);
      player.spent += answer.ms;
    }
  }
  for (const peer of peers) await peer.ask("unload").catch(() => {});
  return players.map(({ result }) => result);
}

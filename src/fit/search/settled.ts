// The search for a start that ends soon: a few kinds of clusters, where EM leads from each, and the one that people would take.
import type { Pointer } from "../../engine/kernels.ts";
import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import { isCollapse } from "../../errors.ts";
import type { Effort } from "../../input/options.ts";
import { timeOver } from "../../input/watch.ts";
import type { Em } from "../em/em.ts";
import {
  EXTRA_STARTS,
  FURTHER_STARTS,
  MOST_WHITENED,
  PREFERRED_BY,
  QUICK_CLIMB,
  SAME_SUMMIT,
  SMALL_ROWS,
  SMALL_SHARE,
  SPACES_STARTED_IN,
  STANDARD_CLIMB,
} from "../policy.ts";
import { startFromPartition } from "../starts/partitions.ts";
import type { Space } from "../starts/spaces.ts";
import { startBy, startFromClusters } from "../starts/strategies.ts";
import { attempt, type Contender, isSound, taken } from "./contender.ts";
import type { Optima } from "./optima.ts";

/**
 * Where to go on, the best first. EM starts from clusters in several spaces. The first space is that in which the most tables have
 * the groups that are known of them; where EM leads from there is left for another place that is more likely by a margin, unless that
 * spends a component on a few rows. Likelihood alone would: the likeliest solution is often one that explains some outliers well.
 *
 * @param aided - whether the likelihoods of models are to be compared: then there is no margin.
 * @param random - draws samples for hierarchies.
 * @param stream - which of several searches, each with other chances.
 * @param optima - takes note of where starts lead.
 * @throws {MixtureError} What the last start failed with, if all did.
 */
export function* settled(
  em: Em,
  effort: Exclude<Effort, "thorough">,
  aided: boolean,
  random: Pointer,
  stream: number,
  optima: Optima,
): Work<readonly Contender[]> {
  if (em.K === 1) {
    const only = yield* attempt(em, () => startBy("k-means++", em, random), STANDARD_CLIMB);
    if (isCollapse(only)) throw only;
    return [only];
  }
  // partitions are known of rows that lie as they were packed
  yield* em.renew();
  const starts: Float64Array[] = [];
  let failure: unknown;
  for (const space of spacesFor(em)) {
    if (em.isTimeOver) break;
    const mark = em.rows.arena.mark();
    try {
      yield* startFromPartition(em, space, random);
      const { vector } = em;
      // spaces may agree
      if (!starts.some((start) => start.every((value, i) => value === vector[i]))) starts.push(vector.slice());
    } catch (error) {
      if (!isCollapse(error)) throw error;
      failure = error;
    }
    em.rows.arena.rewind(mark);
  }
  const climb = effort === "quick" ? QUICK_CLIMB : STANDARD_CLIMB;
  const field: Contender[] = [];
  const enter = function* (start: () => Work<void>): Work<void> {
    const outcome = yield* attempt(em, start, climb);
    if (isCollapse(outcome)) failure = outcome;
    else field.push(outcome);
    em.tell(field.length / (starts.length + 1), field.at(-1)?.objective);
  };
  for (const vector of starts) {
    if (!em.isTimeOver) yield* enter(() => taken(em, vector));
  }
  // chance is the same for all seeds, so that a solution does not hang on it
  const fixed = randomState(em.rows.arena, 0, stream);
  // places that are one, though the starts were not
  const isUnanimous = starts.length > 1 && field.every(({ objective }) => isSame(em, objective, field[0].objective));
  const isShort = effort === "quick" || aided || isUnanimous || em.rows.whole !== undefined;
  for (let i = 0; i < EXTRA_STARTS && !isShort && !em.isTimeOver; i++) {
    yield* enter(() => startFromClusters(em, SPACES_STARTED_IN[0], fixed));
  }
  const isFound = (): boolean => field.some((one) => aided || isSound(em, one));
  for (let i = 0; i < FURTHER_STARTS.length && !isFound() && !em.isTimeOver; i++) {
    yield* enter(() => startBy(FURTHER_STARTS[i], em, fixed, true));
  }
  for (const contender of field) if (effort === "standard") optima.see(em, contender);
  if (field.length === 0) throw failure ?? timeOver();
  const best = preferred(em, field, aided ? 0 : PREFERRED_BY);
  // a model among others that has faults is not worth the time that it takes to mend them
  if (aided) return [best];
  const others = field.filter((one) => one !== best).sort((a, b) => b.objective - a.objective);
  return [best, ...others];
}

function isSame({ rows }: Em, a: number, b: number): boolean {
  return Math.abs(a - b) < SAME_SUMMIT * rows.totalWeight;
}

/** The spaces in which rows are clustered, the preferred one first. */
function spacesFor({ rows: { N, D }, form }: Em): readonly Space[] {
  const whitens = N > D && (D <= MOST_WHITENED || form.isDense);
  return SPACES_STARTED_IN.filter((space) => whitens || space !== "whitened");
}

/**
 * The first, unless another is better: sound where the first is not, without a small component where the first has one, or likelier by
 * the margin without a small component.
 */
function preferred(em: Em, field: readonly Contender[], margin: number): Contender {
  const { rows, K } = em;
  const { D, totalWeight } = rows;
  const least = Math.min(SMALL_SHARE / K, (SMALL_ROWS * (D + 1)) / (rows.whole ?? rows.N));
  const isBalanced = ({ vector }: Contender): boolean => vector.subarray(0, K).every((weight) => weight >= least);
  const rank = (one: Contender): number => 2 * Number(isSound(em, one)) + Number(isBalanced(one));
  return [...field]
    .sort((a, b) => a.objective - b.objective)
    .reduce((best, one) => {
      if (rank(one) !== rank(best)) return rank(one) > rank(best) ? one : best;
      return isBalanced(one) && one.objective > best.objective + margin * totalWeight ? one : best;
    }, field[0]);
}

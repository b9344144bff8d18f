// The search for a start that ends soon: a few kinds of clusters, where EM leads from each, and the one that people would take.
import type { Pointer } from "../../engine/kernels.ts";
import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import { isCollapse } from "../../errors.ts";
import type { Effort } from "../../input/options.ts";
import { timeOver } from "../../input/watch.ts";
import { isVain } from "../diagnosis/demand.ts";
import type { Em } from "../em/em.ts";
import {
  EXTRA_STARTS,
  FURTHER_STARTS,
  MOST_WHITENED,
  PREFERRED_BY,
  QUICK_CLIMB,
  SAME_SUMMIT,
  SAMPLED_CLIMB,
  SMALL_ROWS,
  SMALL_SHARE,
  SPACES_STARTED_IN,
  STANDARD_CLIMB,
} from "../policy.ts";
import { startFromPartition } from "../starts/partitions.ts";
import { clustersIn, type Space } from "../starts/spaces.ts";
import { startBy, startFromClusters } from "../starts/strategies.ts";
import { attempt, type Contender, isSound, type Starter, taken } from "./contender.ts";
import type { Optima } from "./optima.ts";

/**
 * Where to go on, the best first. EM starts from clusters in several spaces. The first space is that in which the most tables have
 * the groups that are known of them; where EM leads from there is left for another place that is more likely by a margin, unless that
 * spends a component on a few rows. Likelihood alone would: the likeliest solution is often one that explains some outliers well.
 *
 * @param aided - whether models are to be compared by their likelihoods.
 * @param random - the chance of the seed.
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
  if (em.K === 1 || isVain(em)) return [yield* only(em, random)];
  const isSample = em.rows.whole !== undefined;
  const field = new Field(em, effort === "quick" ? QUICK_CLIMB : isSample ? SAMPLED_CLIMB : STANDARD_CLIMB);
  const { arena } = em.rows;
  // partitions are known of rows that lie as they were packed
  yield* em.renew();
  const partitions = spacesFor(em).map(
    (space): Starter =>
      () =>
        startFromPartition(em, space),
  );
  const starts = yield* vectorsOf(em, field, partitions);
  yield* field.enterAll(starts);
  // chance is the same for all seeds, so that a solution does not hang on it
  const fixed = randomState(arena, 0, stream);
  // places that are one, though the starts were not
  const isUnanimous = starts.length > 1 && field.isOnePlace;
  if (effort === "standard" && !aided && !isUnanimous && !isSample) {
    const mark = arena.mark();
    const clusters = yield* clustersIn(SPACES_STARTED_IN[0], em.rows, em.K);
    const chances = Array.from({ length: EXTRA_STARTS }, (): Starter => () => startFromClusters(em, clusters, fixed));
    const others = yield* vectorsOf(em, field, chances);
    arena.rewind(mark);
    yield* field.enterAll(others);
  }
  const isFound = (): boolean => field.all.some((one) => aided || effort === "quick" || isSound(em, one));
  for (let i = 0; i < FURTHER_STARTS.length && !isFound() && !em.isTimeOver; i++) {
    yield* field.enter(() => startBy(FURTHER_STARTS[i], em, fixed, true));
  }
  if (field.all.length === 0) throw field.failure ?? timeOver();
  if (effort === "standard") for (const contender of field.all) optima.see(em, contender);
  const best = preferred(em, field.all, aided);
  // a model among others that has faults is not worth the time that it takes to mend them; and where the best has faults, all have
  if (aided || !isSound(em, best)) return [best];
  const others = field.all.filter((one) => one !== best).sort((a, b) => b.objective - a.objective);
  return [best, ...others];
}

/** The start of one component, or of covariances that regularisation decides wherever EM starts: as it is. */
function* only(em: Em, random: Pointer): Work<Contender> {
  const outcome = yield* attempt(em, () => startBy("kmeans-standardised", em, random, true), { maxIter: 0 });
  if (isCollapse(outcome)) throw outcome;
  return outcome;
}

/** Starts of a search, and one more. */
const MOST_STARTS = SPACES_STARTED_IN.length + EXTRA_STARTS + 1;

/** Where EM has come to. */
class Field {
  readonly all: Contender[] = [];
  /** Why a start led nowhere, if one did. */
  failure: unknown;
  readonly #em: Em;
  readonly #climb: Parameters<typeof attempt>[2];

  constructor(em: Em, climb: Parameters<typeof attempt>[2]) {
    this.#em = em;
    this.#climb = climb;
  }

  *enter(start: Starter): Work<void> {
    const outcome = yield* attempt(this.#em, start, this.#climb);
    if (isCollapse(outcome)) this.failure = outcome;
    else this.all.push(outcome);
    this.#em.tell(this.all.length / MOST_STARTS, this.all.at(-1)?.objective);
  }

  *enterAll(vectors: readonly Float64Array[]): Work<void> {
    for (const vector of vectors) if (!this.#em.isTimeOver) yield* this.enter(() => taken(this.#em, vector));
  }

  get isOnePlace(): boolean {
    const least = SAME_SUMMIT * this.#em.rows.totalWeight;
    return this.all.every(({ objective }) => Math.abs(objective - this.all[0].objective) < least);
  }
}

/** What some starts put into `em`, each once: before any climb, which may sort the rows that starts were made for. */
function* vectorsOf(em: Em, field: Field, starters: readonly Starter[]): Work<Float64Array[]> {
  const { arena } = em.rows;
  const vectors: Float64Array[] = [];
  for (const start of starters) {
    if (em.isTimeOver) break;
    const mark = arena.mark();
    try {
      yield* start();
      const { vector } = em;
      if (!vectors.some((other) => other.every((value, i) => value === vector[i]))) vectors.push(vector.slice());
    } catch (error) {
      if (!isCollapse(error)) throw error;
      field.failure = error;
    }
    arena.rewind(mark);
  }
  return vectors;
}

/** The spaces in which rows are clustered, the preferred one first. */
function spacesFor({ rows: { N, D }, form }: Em): readonly Space[] {
  const whitens = N > D && (D <= MOST_WHITENED || form.isDense);
  return SPACES_STARTED_IN.filter((space) => whitens || space !== "whitened");
}

/**
 * The first, unless another is better: sound where the first is not, without a small component where the first has one, or likelier by
 * a margin without a small component. Where models are compared by their likelihoods, the likeliest of the sound.
 */
function preferred(em: Em, field: readonly Contender[], aided: boolean): Contender {
  const { rows, K } = em;
  const { D, N, whole = N, totalWeight } = rows;
  const least = aided ? 0 : Math.min(SMALL_SHARE / K, (SMALL_ROWS * (D + 1)) / whole);
  const margin = aided ? 0 : PREFERRED_BY * totalWeight;
  const isBalanced = ({ vector }: Contender): boolean => vector.subarray(0, K).every((weight) => weight >= least);
  const rank = (one: Contender): number => 2 * Number(isSound(em, one)) + Number(isBalanced(one));
  return [...field]
    .sort((a, b) => a.objective - b.objective)
    .reduce((best, one) => {
      if (rank(one) !== rank(best)) return rank(one) > rank(best) ? one : best;
      return isBalanced(one) && one.objective > best.objective + margin ? one : best;
    }, field[0]);
}

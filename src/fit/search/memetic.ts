// The search for a start among few rows, where EM takes little time: a population of optima, and ways from them to others.
import { hasOwnMatrices } from "../../covariance/forms.ts";
import type { Pointer } from "../../engine/kernels.ts";
import type { Work } from "../../engine/schedule.ts";
import { isCollapse, type MixtureError } from "../../errors.ts";
import { timeOver } from "../../input/watch.ts";
import type { Em } from "../em/em.ts";
import type { Values } from "../em/monotone.ts";
import { startFromParents } from "../moves/crossover.ts";
import { startFromFarRow } from "../moves/far-row.ts";
import { startFromNeighbour } from "../moves/half-sample.ts";
import { relocatedBest, startFromRelocation } from "../moves/relocation.ts";
import { swapped } from "../moves/swap.ts";
import {
  CLOSE_PLACES,
  FAR_ROWS,
  FEW_PLACES,
  FEW_STARTS,
  FINE_CLIMB,
  FINE_TOL,
  FIRST_CLIMB,
  LAST_CLIMB,
  LAST_POPULATION_SHARE,
  LEAST_CHANCE,
  LEAST_MEETING,
  LEAST_SEARCHES,
  MANY_NEW_SHARE,
  MANY_PLACES,
  MANY_SPURIOUS_SHARE,
  MANY_STARTS,
  MEETING,
  MOST_MERGES,
  MOST_TRUSTED,
  OTHER_PASSES,
  POPULATION,
  POPULATION_PATIENCE,
  POPULATION_SHARE,
  RELOCATIONS,
  SAME_PLACE,
  TRUST,
} from "../policy.ts";
import { attempt, type Contender, isApart, isSound, ranked, type Starter, taken } from "./contender.ts";
import type { Optima } from "./optima.ts";
import { mergesAndSplits } from "./split-and-merge.ts";

/** Seeds of splits are below this. */
const MOST_SEED = 0x1_0000_0000;

/**
 * A memetic search: optima that EM reaches from `start`, then from where moves lead from the best of those: EM on half of
 * the rows, rows relocated one by one, two optima crossed, components merged and split, or given up for halves of others.
 *
 * With w optima seen in n searches, the next search finds one not seen before with probability w (w + 1) / (n (n - 1))
 * (Boender & Rinnooy Kan 1987, Math. Programming 37:59), and that is better than all others with probability 1 / (w + 1).
 *
 * @param passes - over the rows that the search may take, about.
 * @param start - puts the start of a number into `em`.
 * @param optima - takes note of where starts and moves lead.
 * @returns the best, the best first.
 * @throws {MixtureError} What the last start failed with, if all did.
 */
export function* evolve(
  em: Em,
  passes: number,
  start: (index: number) => Work<void>,
  random: Pointer,
  optima: Optima,
): Work<readonly Contender[]> {
  const search = new Search(em, optima);
  const moves = movesFrom(em, search, random);
  let failure: unknown;
  let begun = 0;
  for (let round = 0; search.used < passes; round++) {
    const from = search.used;
    const until = Math.min(passes, from + POPULATION_SHARE * passes);
    const isLast = passes - from < LAST_POPULATION_SHARE * passes;
    search.restart(isLast);
    if (!isLast) {
      const first = begun;
      for (; begun < first + MANY_STARTS && search.used < (from + until) / 2 && !em.isTimeOver; begun++) {
        if (begun >= first + FEW_STARTS && search.met >= MEETING) break;
        failure = (yield* search.try(() => start(begun))) ?? failure;
        em.tell(search.used / passes, search.population[0]?.objective);
      }
    }
    if (search.population.length > 0) {
      const meetings = isLast || round === 0 ? 0 : LEAST_MEETING;
      for (let i = 0; search.used < until && !search.isDone(meetings) && search.idle < POPULATION_PATIENCE; i++) {
        if (em.isTimeOver) break;
        yield* search.try(moves[i % moves.length], true);
        em.tell(search.used / passes, search.population[0].objective);
      }
      // what moves alone have found may be the end of a valley
      if (search.isDone(isLast ? 0 : LEAST_MEETING)) break;
      if (em.isTimeOver) break;
      yield* search.settle();
    } else if (round > 0 || em.isTimeOver) break;
  }
  search.restart(true);
  if (search.population.length === 0) throw failure ?? timeOver();
  return search.population;
}

/** The moves, in the order in which they are made. Each has the members of the population for parents, by turns. */
function movesFrom(em: Em, search: Search, random: Pointer): Starter[] {
  const { form } = em;
  const { arena } = em.rows;
  const uniform = (): number => arena.kernels.uniform(random);
  let turn = 0;
  const parent = (): Float64Array => search.population[turn++ % search.population.length].vector;
  const any = (): Float64Array => search.population[Math.floor(uniform() * search.population.length)].vector;
  const half: Starter = () => startFromNeighbour(em, parent(), random);
  const relocate: Starter = () => startFromRelocation(em, parent(), random);
  const cross: Starter = () => startFromParents(em, any(), any(), random);
  const swap: Starter = () => taken(em, swapped(em, parent(), random));
  let merged: Contender | undefined;
  let queue: Values[] = [];
  const mergeAndSplit: Starter = function* () {
    const [leader] = search.population;
    if (leader !== merged) {
      merged = leader;
      queue = yield* mergesAndSplits(em, em.read(leader.vector), MOST_MERGES, Math.floor(uniform() * MOST_SEED));
    }
    const next = queue.shift();
    if (next) yield* em.write(next);
    else yield* swap();
  };
  let rank = 0;
  const far: Starter = () => startFromFarRow(em, parent(), rank++ % FAR_ROWS, random);
  const third = hasOwnMatrices(form) ? relocate : form.isShared ? far : cross;
  return [mergeAndSplit, mergeAndSplit, swap, cross, half, third, half, third];
}

/** What the searches so far have found. */
class Search {
  readonly #em: Em;
  readonly #optima: Optima;
  /** Passes over the rows, about. */
  used = 0;
  /** The best optima of the present population, the best first. */
  population: readonly Contender[] = [];
  /** Searches since the population has a leader that is better than those before. */
  idle = 0;
  /** Starts and populations that have ended at the best place; 1 when it was found otherwise. */
  met = 0;
  /** The best optima of earlier populations, the best first. */
  #elders: readonly Contender[] = [];
  /** Searches, and log-likelihoods of the places where they ended: since a move has found the best of them, if one has. */
  #searches = 0;
  #places: number[] = [];
  /** Climbs, and how many of them ended at a spurious place. */
  #climbs = 0;
  #spurious = 0;

  constructor(em: Em, optima: Optima) {
    this.#em = em;
    this.#optima = optima;
  }

  /** One more search, by a start or by a move. @returns why it led nowhere, if it did. */
  *try(start: Starter, isMove = false): Work<unknown> {
    const found = yield* this.#iterate(start, FIRST_CLIMB);
    this.#searches++;
    this.idle++;
    if (isCollapse(found)) return found;
    this.#climbs++;
    if (!isSound(this.#em, found)) this.#spurious++;
    const last = yield* this.#followed(found);
    if (!last) return undefined;
    this.#optima.see(this.#em, last);
    this.#enter(last, isMove);
    return undefined;
  }

  *#iterate(start: Starter, maxIter: number, tol?: number): Work<Contender | MixtureError> {
    const found = yield* attempt(this.#em, start, { maxIter, tol });
    this.used += OTHER_PASSES + (isCollapse(found) ? 0 : found.nIterations);
    return found;
  }

  /** Goes on from where EM has come to, by itself and with rows moved one by one; not with what is worse than the better half. */
  *#followed(first: Contender): Work<Contender | undefined> {
    const em = this.#em;
    const isHopeful = (one: Contender): boolean => {
      const rival = this.population[POPULATION / 2 - 1];
      return !rival || (isSound(em, one) >= isSound(em, rival) && one.objective > rival.objective);
    };
    if (!isHopeful(first)) return first.converged ? first : undefined;
    let best = first;
    if (!first.converged) {
      const next = yield* this.#iterate(() => taken(em, first.vector), LAST_CLIMB);
      if (isCollapse(next)) return undefined;
      best = next;
    }
    const isNew = (): boolean =>
      isHopeful(best) && !this.#places.some((place) => this.#isNear(best, place, SAME_PLACE));
    for (let i = 0; i < RELOCATIONS && hasOwnMatrices(em.form) && isNew(); i++) {
      const vector = yield* relocatedBest(em, best.vector);
      if (!vector) break;
      const next = yield* this.#iterate(() => taken(em, vector), LAST_CLIMB);
      if (isCollapse(next) || ranked(em, [best, next], 1)[0] !== next || !isApart(em, next, best)) break;
      best = next;
    }
    return best;
  }

  /** A new population: of the best of all so far, or without members. */
  restart(withElders: boolean): void {
    const all = ranked(this.#em, [...this.#elders, ...this.population], POPULATION);
    [this.population, this.#elders] = withElders ? [all, []] : [[], all];
    this.idle = 0;
  }

  /** Climbs from the leader to the end: should it turn spurious there, those that have gathered around it count for less. */
  *settle(): Work<void> {
    const [leader, ...others] = this.population;
    const last = yield* this.#iterate(() => taken(this.#em, leader.vector), FINE_CLIMB, FINE_TOL);
    if (isCollapse(last) || isSound(this.#em, last) < isSound(this.#em, leader)) this.population = others;
  }

  get #best(): Contender | undefined {
    return ranked(this.#em, [...this.#elders, ...this.population], 1)[0];
  }

  /** Whether it is not worth it to go on, once so many have met at the best place. */
  isDone(meetings: number): boolean {
    const n = this.#searches;
    const places = this.#places.length;
    if (this.met < meetings || n < LEAST_SEARCHES || places > MANY_PLACES) return false;
    const best = this.#best as Contender;
    const isTrusted = this.#isTrusted(best);
    let chance = LEAST_CHANCE;
    for (let i = 1; isTrusted && i < Math.min(this.met, MOST_TRUSTED); i++) chance *= TRUST;
    return places / (n * (n - 1)) < chance;
  }

  /** Whether searches that have met say more than those that have not. */
  #isTrusted(best: Contender): boolean {
    const places = this.#places.length;
    if (places > FEW_PLACES || places >= MANY_NEW_SHARE * this.#searches) return false;
    if (this.#spurious > MANY_SPURIOUS_SHARE * this.#climbs) return false;
    return this.#places.filter((place) => this.#isNear(best, place, CLOSE_PLACES * SAME_PLACE)).length <= 1;
  }

  #isNear({ objective }: Contender, place: number, perRow: number): boolean {
    return Math.abs(place - objective) < perRow * this.#em.rows.totalWeight;
  }

  #enter(found: Contender, isMove: boolean): void {
    const em = this.#em;
    const [before] = this.population;
    const best = this.#best;
    const isSame = (place = Infinity): boolean => this.#isNear(found, place, SAME_PLACE);
    // of two at one place the first, so that rounding does not decide
    const isThere = this.population.some((one) => !isApart(em, one, found) && isSound(em, one) >= isSound(em, found));
    if (!isThere) this.population = ranked(em, [...this.population, found], POPULATION);
    const leads = this.population[0] === found && !isSame(before?.objective);
    if (leads) this.idle = 0;
    if (isSame(best?.objective)) {
      if (leads || !isMove) this.met++;
    } else if (this.#best === found) {
      this.met = 1;
      if (isMove) [this.#searches, this.#places] = [1, []];
    }
    if (!this.#places.some(isSame)) this.#places.push(found.objective);
  }
}

// The search for a start among few rows, where EM takes little time: a population of optima, and ways from them to others.
import type { Pointer } from "../engine/kernels.ts";
import { isCollapse, type MixtureError } from "../errors.ts";
import { attempt, type Contender, isApart, isSound, ranked, type Starter, taken } from "./contender.ts";
import { startFromParents } from "./crossover.ts";
import type { Work } from "./drive.ts";
import type { Em } from "./em.ts";
import type { Values } from "./follow.ts";
import { swapped } from "./halves.ts";
import { mergesAndSplits } from "./merges.ts";
import { startFromNeighbour } from "./perturbation.ts";
import { relocatedBest, startFromRelocation } from "./relocation.ts";

/** EM of one search, at first, and where that has come to something. */
const FIRST_CLIMB = { maxIter: 14 };
const LAST_CLIMB = { maxIter: 60 };
/** Passes that a search needs beside its M-steps, about. */
const OTHER_PASSES = 3;
/** How often rows are moved one by one after a search, if that helps. */
const RELOCATIONS = 2;
/** Populations, one after the other: a rugged problem holds one where it has come to first. */
const RUNS = 2;
/** Optima that are kept. */
const POPULATION = 10;
/** Starts at first, and if fewer than some of those have met at the best place. */
const FEW_STARTS = 10;
const MANY_STARTS = 20;
const MEETING = 4;
/** Optima whose log-likelihoods per row differ by less are counted as one. */
const SAME = 1e-4;
/** The search ends when one more has less than this chance to find something better, … */
const LEAST_CHANCE = 2.5e-4;
/** … which is so many times smaller for every start more that has ended at the best place, … */
const TRUST = 6;
/** … unless others come this many times closer to it than {@link SAME}; … */
const CLOSE = 10;
/** … but there are so many searches in any case: all starts may agree on a place that the first moves leave behind. */
const LEAST_SEARCHES = 14;
/** Merges and splits of one leader that are tried; their number grows with the cube of K. */
const MOST_MERGES = 32;
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
 * @returns the best, the best first.
 * @throws {MixtureError} What the last start failed with, if all did.
 */
export function* evolve(
  em: Em,
  passes: number,
  start: (index: number) => Work<void>,
  random: Pointer,
): Work<readonly Contender[]> {
  let found: readonly Contender[] = [];
  let failure: unknown;
  for (let run = 0; run < RUNS; run++) {
    const search = new Search(em);
    const most = passes / RUNS;
    for (let i = 0; i < MANY_STARTS && search.used < most / 2; i++) {
      if (i >= FEW_STARTS && search.met >= MEETING) break;
      failure = (yield* search.try(() => start(run * MANY_STARTS + i))) ?? failure;
    }
    if (search.population.length === 0) continue;
    const moves = movesFrom(em, search, random);
    for (let i = 0; search.used < most && !search.isDone; i++) yield* search.try(moves[i % moves.length], true);
    found = ranked(em, [...found, ...search.population], POPULATION);
    if (search.isDone) break;
  }
  if (found.length === 0) throw failure;
  return found;
}

/** The moves, in the order in which they are made. Each has the members of the population for parents, by turns. */
function movesFrom(em: Em, search: Search, random: Pointer): Starter[] {
  const { arena, covarianceType } = em.problem;
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
    if (next) em.write(next);
    else yield* swap();
  };
  const third = covarianceType === "full" ? relocate : cross;
  return [mergeAndSplit, mergeAndSplit, swap, cross, half, third, half, third];
}

/** What the searches so far have found. */
class Search {
  readonly #em: Em;
  /** Passes over the rows, about. */
  used = 0;
  /** The best optima, the best first. */
  population: readonly Contender[] = [];
  /** Starts that have ended at the best place; 1 when it was found otherwise. */
  met = 0;
  /** Searches, and log-likelihoods of the places where they ended: since a move has found the best of them, if one has. */
  #searches = 0;
  #places: number[] = [];
  #least = LEAST_CHANCE;

  constructor(em: Em) {
    this.#em = em;
  }

  /** One more search, by a start or by a move. @returns why it led nowhere, if it did. */
  *try(start: Starter, isMove = false): Work<unknown> {
    const found = yield* this.#climb(start, FIRST_CLIMB);
    this.#searches++;
    if (isCollapse(found)) return found;
    const last = yield* this.#followed(found);
    if (last) this.#enter(last, isMove);
    return undefined;
  }

  *#climb(start: Starter, settings: { readonly maxIter: number }): Work<Contender | MixtureError> {
    const found = yield* attempt(this.#em, start, settings);
    this.used += OTHER_PASSES;
    if (!isCollapse(found)) this.used += found.nIterations;
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
      const next = yield* this.#climb(() => taken(em, first.vector), LAST_CLIMB);
      if (isCollapse(next)) return undefined;
      best = next;
    }
    const isNew = (): boolean => isHopeful(best) && !this.#places.some((place) => this.#isNear(best, place, SAME));
    for (let i = 0; i < RELOCATIONS && em.problem.covarianceType === "full" && isNew(); i++) {
      const vector = yield* relocatedBest(em, best.vector);
      if (!vector) break;
      const next = yield* this.#climb(() => taken(em, vector), LAST_CLIMB);
      if (isCollapse(next)) break;
      if (!(next.objective > best.objective && isApart(em, next, best)) || isSound(em, next) < isSound(em, best)) break;
      best = next;
    }
    return best;
  }

  /** Whether it is not worth it to go on. */
  get isDone(): boolean {
    const n = this.#searches;
    const [leader] = this.population;
    const close = this.#places.filter((place) => this.#isNear(leader, place, CLOSE * SAME)).length;
    const chance = this.#places.length / (n * (n - 1));
    return n >= LEAST_SEARCHES && chance < (close > 1 ? LEAST_CHANCE : this.#least);
  }

  #isNear({ objective }: Contender, place: number, perRow: number): boolean {
    return Math.abs(place - objective) < perRow * this.#em.problem.totalWeight;
  }

  #enter(found: Contender, isMove: boolean): void {
    const em = this.#em;
    const [before] = this.population;
    const isSame = (place: number): boolean => this.#isNear(found, place, SAME);
    // of two at one place the first, so that rounding does not decide
    const isThere = this.population.some((one) => !isApart(em, one, found) && isSound(em, one) >= isSound(em, found));
    if (!isThere) this.population = ranked(em, [...this.population, found], POPULATION);
    const [leader] = this.population;
    if (leader === found && !(before && isSame(before.objective))) {
      [this.met, this.#least] = [1, LEAST_CHANCE];
      if (isMove) [this.#searches, this.#places] = [1, []];
    } else if (!isMove && isSame(leader.objective)) {
      this.met++;
      this.#least *= TRUST;
    }
    if (!this.#places.some(isSame)) this.#places.push(found.objective);
  }
}

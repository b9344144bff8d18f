// The search for a start among few rows, where EM takes little time: a population of optima, and ways from them to others.
import type { Pointer } from "../engine/kernels.ts";
import { isCollapse } from "../errors.ts";
import { attempt, type Contender, isApart, isSound, ranked, type Starter, taken } from "./contender.ts";
import { startFromParents } from "./crossover.ts";
import type { Work } from "./drive.ts";
import type { Em } from "./em.ts";
import type { Values } from "./follow.ts";
import { swapped } from "./halves.ts";
import { mergesAndSplits } from "./merges.ts";
import { startFromNeighbour } from "./perturbation.ts";
import { relocatedBest, startFromRelocation } from "./relocation.ts";

/** EM of one search. */
const CLIMB = { maxIter: 60 };
/** Passes that a search needs beside its M-steps, about. */
const OTHER_PASSES = 4;
/** How often rows are moved one by one after a search, if that helps. */
const RELOCATIONS = 2;
/** Optima that are kept. */
const POPULATION = 10;
/** Starts at first, and if fewer than some of those have met at the best place. */
const FEW_STARTS = 10;
const MANY_STARTS = 20;
const MEETING = 3;
/** Optima whose log-likelihoods per row differ by less are counted as one. */
const SAME = 1e-4;
/** The search ends when one more has less than this chance to find something better, … */
const LEAST_CHANCE = 1e-3;
/** … which is so many times smaller for every start more that has ended at the best place; … */
const TRUST = 4;
/** … but there are so many in any case. */
const LEAST_SEARCHES = 26;
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
  const search = new Search(em);
  let failure: unknown;
  for (let i = 0; i < MANY_STARTS && search.used < passes / 2; i++) {
    if (i >= FEW_STARTS && search.met >= MEETING) break;
    failure = (yield* search.try(() => start(i))) ?? failure;
  }
  if (search.population.length === 0) throw failure;
  const moves = movesFrom(em, search, random);
  for (let i = 0; search.used < passes && !search.isDone; i++) yield* search.try(moves[i % moves.length], true);
  return search.population;
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
      queue = yield* mergesAndSplits(em, em.read(leader.vector), Infinity, Math.floor(uniform() * MOST_SEED));
    }
    const next = queue.shift();
    if (next) em.write(next);
    else yield* swap();
  };
  const relocateOrHalf = covarianceType === "full" ? relocate : half;
  return [mergeAndSplit, half, relocateOrHalf, cross, mergeAndSplit, half, relocateOrHalf, swap];
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
    const found = yield* attempt(this.#em, start, CLIMB);
    this.#searches++;
    this.used += OTHER_PASSES;
    if (isCollapse(found)) return found;
    this.used += found.nIterations;
    this.#enter(yield* this.#relocated(found), isMove);
    return undefined;
  }

  /** Whether it is not worth it to go on. */
  get isDone(): boolean {
    const n = this.#searches;
    const chance = this.#places.length / (n * (n - 1));
    return n >= LEAST_SEARCHES && chance < this.#least;
  }

  /** With rows moved one by one, while that helps. */
  *#relocated(found: Contender): Work<Contender> {
    const em = this.#em;
    let best = found;
    for (let i = 0; i < RELOCATIONS && em.problem.covarianceType === "full"; i++) {
      const vector = yield* relocatedBest(em, best.vector);
      if (!vector) break;
      const next = yield* attempt(em, () => taken(em, vector), CLIMB);
      this.used += OTHER_PASSES;
      if (isCollapse(next)) break;
      this.used += next.nIterations;
      if (!(next.objective > best.objective && isApart(em, next, best)) || isSound(em, next) < isSound(em, best)) break;
      best = next;
    }
    return best;
  }

  #enter(found: Contender, isMove: boolean): void {
    const em = this.#em;
    const [before] = this.population;
    const isSame = (place: number): boolean => Math.abs(place - found.objective) < SAME * em.problem.totalWeight;
    this.population = ranked(em, [...this.population, found], POPULATION);
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

// The places that the starts of a fit have led to.

import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import { isCollapse } from "../../errors.ts";
import { criteriaOf } from "../diagnosis/criteria.ts";
import type { Optimum } from "../diagnosis/report.ts";
import type { Em } from "../em/em.ts";
import type { Run } from "../em/iterate.ts";
import { JUDGED_ROWS, MOST_OPTIMA, OPTIMA_SHOWN, SAME_PLACE, SAME_SUMMIT } from "../policy.ts";
import type { Contender } from "./contender.ts";
import { subsample } from "./subsample.ts";

interface Place {
  /** In the form of `Em.vector`. */
  readonly vector: Float64Array;
  /** The objective, for each row. */
  readonly height: number;
  /** How many starts have led there. */
  nStarts: number;
}

/** What one fit has met. */
export class Optima {
  #places: Place[] = [];

  /** Takes note of where EM has come to. */
  see({ rows }: Em, { vector, objective }: Pick<Contender, "vector" | "objective">): void {
    const height = objective / rows.totalWeight;
    const known = this.#places.find((place) => Math.abs(place.height - height) < SAME_PLACE);
    if (known) known.nStarts++;
    else this.#places.push({ vector, height, nStarts: 1 });
    if (this.#places.length > MOST_OPTIMA) this.#places = this.#best(MOST_OPTIMA / 2);
  }

  #best(count: number): Place[] {
    return [...this.#places].sort((a, b) => b.height - a.height).slice(0, count);
  }

  /**
   * The likeliest optima, judged by all rows, or by a sample where these are many.
   *
   * @param end - the vector and the run of the fit's result, which is one of them.
   */
  *report(em: Em, end: { readonly vector: Float64Array; readonly run: Run }): Work<Optimum[]> {
    const { rows, K } = em;
    const { arena, totalWeight } = rows;
    // the rows of a known component are no sample of all
    if (rows.labelled) return [];
    const height = end.run.objective / totalWeight;
    const isEnd = (place: Place): boolean => Math.abs(place.height - height) < SAME_SUMMIT;
    const others = this.#best(OPTIMA_SHOWN).filter((place) => !isEnd(place));
    const nStarts = this.#places.filter(isEnd).reduce((sum, place) => sum + place.nStarts, 0);
    const mark = arena.mark();
    const judge = rows.N > 2 * JUDGED_ROWS ? em.on(subsample(em, JUDGED_ROWS, randomState(arena, 0))) : em;
    const judged = function* (place: Omit<Place, "height">, logLikelihood?: number): Work<Optimum> {
      const parameters = em.read(place.vector);
      yield* judge.take(place.vector);
      if (logLikelihood === undefined) yield* judge.evaluate();
      const own = logLikelihood ?? judge.logLikelihood * (totalWeight / judge.rows.totalWeight);
      const { icl } = yield* criteriaOf(judge, parameters, own);
      const smallest = Math.min(...place.vector.subarray(0, K)) * totalWeight;
      return { logLikelihood: own, icl, smallest, nStarts: place.nStarts, isResult: logLikelihood !== undefined };
    };
    const all = [yield* judged({ vector: end.vector, nStarts: Math.max(1, nStarts) }, end.run.logLikelihood)];
    for (const place of others) {
      if (em.isTimeOver) break;
      try {
        all.push(yield* judged(place));
      } catch (error) {
        if (!isCollapse(error)) throw error;
      }
    }
    arena.rewind(mark);
    return all.sort((a, b) => b.logLikelihood - a.logLikelihood);
  }
}

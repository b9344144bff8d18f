import type { Arena } from "../../engine/arena.ts";
import type { Take, Work } from "../../engine/schedule.ts";
import { MixtureError } from "../../errors.ts";
import { rankOf } from "../../families/registry.ts";
import { contains, type FamilyName } from "../../input/families.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { FitSettings } from "../../input/options.ts";
import type { Watch } from "../../input/watch.ts";
import type { Fitted } from "../search/fit.ts";
import { settingsInside } from "../search/one-column.ts";
import { candidateWork, type Tried } from "./candidate.ts";
import { allRows, type Fold, foldsOf, heldOut } from "./folds.ts";
import { type Lane, laneIn, type Share } from "./lane.ts";

/** One model to try: how it is to be fitted, or why it cannot be. */
export interface Entry {
  readonly nComponents: number;
  readonly family: FamilyName;
  readonly settings: FitSettings | Error;
}

/** How one model did: what it is judged by, or why there is nothing to judge. */
export type Outcome = Result | Error;

/** A fitted model and what it is judged by; lower is better. */
export interface Result extends Tried {
  readonly nec: number;
  readonly cv: number | undefined;
}

/**
 * The work of fitting each entry, the smaller models first, so that the larger ones can start from them.
 *
 * @param entries - their settings differ in the number of components and the type of covariances alone.
 * @param folds - into how many parts to cut the rows for cross-validation, if at all.
 * @param onOutcome - told after each, with its place among the entries.
 * @param watch - when it is over, no further work is given.
 * @returns one work for each entry. Whatever runs side by side, outcomes are the same.
 */
export function candidatesOf(
  matrix: Matrix,
  entries: readonly Entry[],
  folds: number | undefined,
  onOutcome: (at: number, outcome: Outcome) => void,
  watch?: Watch,
): Take {
  const D = matrix.nColumns;
  const families = [...new Set(entries.map(({ family }) => family))].sort((a, b) => rankOf(a) - rankOf(b));
  const outcomes = new Map<Entry, Outcome>();
  const fitted = ({ family, nComponents: K }: Pick<Entry, "family" | "nComponents">): Fitted | undefined => {
    const entry = entries.find((other) => other.family === family && other.nComponents === K);
    const outcome = entry && outcomes.get(entry);
    return outcome && !(outcome instanceof Error) ? outcome.fitted : undefined;
  };
  const smaller = ({ family, nComponents }: Entry): Fitted[] => {
    const counts = entries.map((other) => other.nComponents).filter((K) => K < nComponents);
    const fewer = counts.sort((a, b) => b - a).map((K) => fitted({ family, nComponents: K }));
    const inside = families.filter((name) => contains(family, name, D) && fitted({ family: name, nComponents }));
    // what another of them contains is a start of that
    const largest = inside.filter((name) => !inside.some((other) => contains(other, name, D)));
    const nested = largest.map((name) => fitted({ family: name, nComponents }) as Fitted);
    return [...fewer.filter((model) => model !== undefined).slice(0, 1), ...nested];
  };
  const waiting = [...entries].sort((a, b) => a.nComponents - b.nComponents || rankOf(a.family) - rankOf(b.family));
  const isReady = ({ family, nComponents }: Entry): boolean =>
    entries.every(
      (other) =>
        outcomes.has(other) ||
        (other.family === family
          ? other.nComponents >= nComponents
          : other.nComponents !== nComponents || !contains(family, other.family, D)),
    );
  const judge = judgeOf(matrix, folds);
  const workOf = function* (entry: Entry, arena: Arena): Work<void> {
    const { settings } = entry;
    let outcome: Outcome;
    if (settings instanceof Error) outcome = settings;
    else {
      try {
        outcome = yield* judge(arena, settings, smaller(entry));
      } catch (error) {
        if (!(error instanceof MixtureError)) throw error;
        outcome = error;
      }
    }
    outcomes.set(entry, outcome);
    onOutcome(entries.indexOf(entry), outcome);
  };
  return () => {
    // the first has all the time there is
    if (outcomes.size > 0 && watch?.isOver) return undefined;
    const at = waiting.findIndex(isReady);
    const [entry] = at < 0 ? [] : waiting.splice(at, 1);
    return entry && ((arena) => workOf(entry, arena));
  };
}

/**
 * What fits a candidate and judges it, in an arena where candidates follow one another.
 *
 * @param folds - see {@link candidatesOf}.
 */
function judgeOf(
  matrix: Matrix,
  folds: number | undefined,
): (arena: Arena, settings: FitSettings, smaller: readonly Fitted[]) => Work<Result> {
  const lanes = new Map<Arena, Lane>();
  const single = new Map<FamilyName, number>();
  let all: Share | undefined;
  let parts: readonly Fold[] | undefined;
  return function* (arena, settings, smaller) {
    const { family, nComponents: K } = settings;
    const lane = lanes.get(arena) ?? laneIn(arena, matrix);
    lanes.set(arena, lane);
    all ??= allRows(matrix, settings);
    const tried = yield* lane(all, K, (rows) => candidateWork(rows, matrix, settings, smaller));
    if (!single.has(family)) {
      const one = { ...settings, nComponents: 1 };
      const alone = K === 1 ? tried : yield* lane(all, 1, (rows) => candidateWork(rows, matrix, one, []));
      single.set(family, alone.logLikelihood);
    }
    if (folds) parts ??= foldsOf(matrix, settings, folds);
    const cv = parts && -2 * (yield* heldOut(lane, matrix, settingsInside(matrix, settings), parts));
    return { ...tried, nec: normalisedEntropy(tried, single.get(family) as number, K), cv };
  };
}

/**
 * The normalised entropy criterion, E(K) / (L(K) - L(1)) with L the log-likelihood (Celeux & Soromenho 1996, J. Classif.
 * 13:195); 1 for one component (Biernacki, Celeux & Govaert 1999, Pattern Recogn. Lett. 20:267). Infinity where K
 * components are no more likely than one.
 */
function normalisedEntropy({ entropy, logLikelihood }: Tried, one: number, K: number): number {
  if (K === 1) return 1;
  const gain = logLikelihood - one;
  return gain > 0 ? entropy / gain : Infinity;
}

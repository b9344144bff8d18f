// Several models of the same rows, and the best of them: what `select` and an automatic fit do.
import { parameterCount } from "../covariance/forms.ts";
import type { Arena } from "../engine/arena.ts";
import { compileKernels } from "../engine/kernels.ts";
import { inArena, type Take, type Work } from "../engine/schedule.ts";
import { runHere, runOnThreads, runSideBySide } from "../engine/threads.ts";
import { received } from "../errors.ts";
import type { FitWarning } from "../fit/diagnosis/report.ts";
import type { Fitted } from "../fit/search/fit.ts";
import { candidatesOf, type Entry, type Outcome, type Result } from "../fit/select/candidates.ts";
import { integerIn, isList, optionsOf } from "../input/checks.ts";
import type { DataInput, Matrix } from "../input/data.ts";
import { FAMILY_FORMS } from "../input/families.ts";
import { fitMatrix } from "../input/fit-data.ts";
import {
  COVARIANCE_TYPES,
  type CovarianceType,
  type FamilyName,
  type FitOptions,
  type FitSettings,
  fitOptions,
  fitSettings,
  type InitName,
  kindOf,
  listenerOf,
  oneOf,
  strategyOf,
  withComponents,
} from "../input/options.ts";
import { timeOver } from "../input/watch.ts";
import type { FittedMixture } from "./gaussian-mixture.ts";

/**
 * What models are compared by; all are lower for a better model. W is the total weight of the rows, p the number of
 * parameters:
 *
 * - `"bic"`: -2 log L + p log W (Schwarz 1978);
 * - `"aic"`: -2 log L + 2 p (Akaike 1974);
 * - `"icl"`: the BIC with the likelihood of rows and their most likely components together: it asks for clusters that lie
 *   apart (Biernacki, Celeux & Govaert 2000);
 * - `"nec"`: the entropy of the responsibilities over what log L gains on one component (Celeux & Soromenho 1996); 1 for
 *   one component (Biernacki, Celeux & Govaert 1999);
 * - `"cv"`: -2 times the log-likelihood of rows under fits to other rows (Smyth 2000). It takes `folds` more fits of each.
 */
export type Criterion = "bic" | "aic" | "icl" | "nec" | "cv";

const CRITERIA: readonly Criterion[] = ["bic", "aic", "icl", "nec", "cv"];

/** Options of a fit that have no place here. */
const OTHERS = ["warmStart", "fixed", "labels", "onIteration"] as const;

/** Numbers of components from one to another. */
export interface ComponentRange {
  /** The first: an integer, 1 or more. Default 1. */
  readonly from?: number | undefined;
  /** The last: an integer, no less than the first. Default 9. */
  readonly to?: number | undefined;
}

/** What says that an option is to be chosen. */
const AUTO = "auto";
/** The most components that are tried where nothing is said. */
const MOST_COMPONENTS = 9;
/** Where the number is chosen, there are at least this many rows for each component: criteria say little of fewer. */
const LEAST_ROWS_EACH = 5;

/** What to choose from and how. The options of a fit hold for every candidate. */
export interface SelectOptions
  extends Omit<FitOptions, "nComponents" | "covarianceType" | "init" | "onProgress" | (typeof OTHERS)[number]> {
  /**
   * Numbers of components to try: one, a list, or a range, no more than rows; "auto": 1 to 9, but no more than a fifth of the rows.
   * Default `{ from: 1, to: 9 }`, of a fit "auto".
   */
  readonly nComponents?: number | readonly number[] | ComponentRange | "auto" | undefined;
  /** Covariance types to try, one or several. Default "auto": full, tied, diag and spherical. */
  readonly covarianceType?: CovarianceType | FamilyName | readonly (CovarianceType | FamilyName)[] | "auto" | undefined;
  /** What the best is lowest in. Default "bic". */
  readonly criterion?: Criterion | undefined;
  /** Parts that the rows are cut into for cross-validation: an integer, 2 or more. Default 10 for "cv", else none. */
  readonly folds?: number | undefined;
  /** How starts are found, in place of what `effort` does. Default: what `effort` finds. */
  readonly init?: InitName | undefined;
  /** Called after each candidate. Should a worker thread die, the selection begins again, and so do the calls. */
  readonly onCandidate?: ((progress: SelectProgress) => void) | undefined;
  /** Called after each candidate, too: with the table so far, which is all there is should the selection be aborted. */
  readonly onProgress?: ((progress: SelectionProgress) => void) | undefined;
}

/** What a fit is to choose by itself, by BIC, and how. */
export type AutoFitOptions = Omit<SelectOptions, "criterion" | "folds" | "onCandidate">;

/** The same as a selection takes it. */
export function automatic(options: AutoFitOptions): SelectOptions {
  return { ...options, nComponents: options.nComponents ?? AUTO };
}

/** How far a selection is. */
export interface SelectionProgress {
  /** How many of the candidates are done, as a share from 0 to 1. */
  readonly share: number;
  /** The best so far; undefined before one could be fitted. */
  readonly best: Candidate | undefined;
  /** The table so far. */
  readonly candidates: readonly Candidate[];
}

/** What a selection tells after each candidate. */
export interface SelectProgress {
  /** The candidate that is done. */
  readonly candidate: Candidate;
  /** Candidates done, this one included. */
  readonly done: number;
  /** All candidates there are. */
  readonly total: number;
}

/** One row of the table: a model and what it is judged by, or why it could not be fitted. */
export type Candidate = FittedCandidate | FailedCandidate;

/** A model that was tried. */
interface Tried {
  /** The number of components K. */
  readonly nComponents: number;
  /** The shape of the covariances. */
  readonly covarianceType: CovarianceType;
  /** mclust's name of what the covariances may be. */
  readonly family: FamilyName;
  /** Free parameters: what `bic` and `aic` charge for. */
  readonly nParameters: number;
  /** Whether the fit stopped because less than `tol` was left to gain. */
  readonly converged: boolean;
  /** What the report of the fit warns of. */
  readonly warnings: readonly FitWarning[];
}

/** A model that could be fitted. */
export interface FittedCandidate extends Tried {
  /** Total log-likelihood, in nats: higher is better. */
  readonly logLikelihood: number;
  /** See {@link Criterion}, as for the next four: lower is better. */
  readonly bic: number;
  /** Akaike's criterion. */
  readonly aic: number;
  /** The BIC less what the labels are unsure of. */
  readonly icl: number;
  /** The normalised entropy criterion. */
  readonly nec: number;
  /** -2 times the log-likelihood of rows under fits to other rows. Undefined where no `folds` were asked for; Infinity where a fit to some of the rows failed. */
  readonly cv: number | undefined;
  /** The fit. */
  readonly mixture: FittedMixture;
  /** None. */
  readonly error: undefined;
}

/** A model that could not be fitted: there are no figures. */
export interface FailedCandidate extends Tried {
  /** None, as of all that follow. */
  readonly logLikelihood: undefined;
  /** None. */
  readonly bic: undefined;
  /** None. */
  readonly aic: undefined;
  /** None. */
  readonly icl: undefined;
  /** None. */
  readonly nec: undefined;
  /** None. */
  readonly cv: undefined;
  /** None. */
  readonly mixture: undefined;
  /** Why. */
  readonly error: Error;
}

/** What a selection found. */
export interface Selection {
  /** The mixture that is lowest in the criterion, of those without a warning against their solution if there are any. */
  readonly best: FittedMixture;
  /** What it is lowest in. */
  readonly criterion: Criterion;
  /** All candidates: the covariance types in the order given, each with its numbers of components. */
  readonly candidates: readonly Candidate[];
}

/** Makes a mixture of a fit. */
type Make = (fitted: Fitted, matrix: Matrix) => FittedMixture;

/**
 * Fits all candidates and finds the best: `select` but for its docstring.
 *
 * @param make - makes mixtures of fits.
 */
export async function selected(data: DataInput, options: SelectOptions, make: Make): Promise<Selection> {
  const plan = planOf(data, options, make);
  plan.shared.signal?.throwIfAborted();
  await compileKernels();
  const settings = { ...plan.shared, nComponents: Math.max(...plan.entries.map((entry) => entry.nComponents)) };
  // numbers of components follow one another; types need not
  const types = new Set(plan.entries.map(({ family }) => family)).size;
  const together = await runSideBySide(plan.matrix, settings, types, () => begin(plan));
  return together ? together.end() : runOnThreads(plan.matrix, settings, (arena) => workOf(plan, arena));
}

/** {@link selected} on the spot. */
export function selectedSync(data: DataInput, options: SelectOptions, make: Make): Selection {
  const plan = planOf(data, options, make);
  plan.shared.signal?.throwIfAborted();
  return runHere(plan.shared, (arena) => workOf(plan, arena));
}

interface Plan {
  readonly make: Make;
  readonly matrix: Matrix;
  /** The settings of all candidates, as if for one component. */
  readonly shared: FitSettings;
  readonly entries: readonly Entry[];
  readonly criterion: Criterion;
  readonly folds: number | undefined;
  readonly onCandidate: ((progress: SelectProgress) => void) | undefined;
  readonly onProgress: ((progress: SelectionProgress) => void) | undefined;
}

function planOf(data: DataInput, options: SelectOptions, make: Make): Plan {
  const given = fitOptions(options, OTHERS, ["criterion", "folds", "onCandidate"]);
  const {
    nComponents = {},
    covarianceType: kinds = AUTO,
    criterion: chosen,
    onCandidate,
    onProgress,
    folds: wanted,
    ...fit
  } = given;
  const criterion = oneOf("criterion", chosen ?? "bic", CRITERIA);
  if (onCandidate !== undefined) listenerOf("onCandidate", onCandidate);
  if (onProgress !== undefined) listenerOf("onProgress", onProgress);
  const types = kinds === AUTO ? COVARIANCE_TYPES : kinds;
  const families = setOf(types, (name) => kindOf("covarianceType", name).family);
  if (families.length === 0) {
    throw new RangeError("covarianceType: expected at least one, got an array of length 0; leave it out for all four");
  }
  if (given.init !== undefined) strategyOf(given.init);
  const matrix = fitMatrix(data, given);
  const counts = countsOf(nComponents, matrix.nRows);
  const shared = fitSettings({ ...fit, nComponents: 1 }, matrix.nRows, matrix.dropped);
  const folds = wanted ?? (criterion === "cv" ? 10 : undefined);
  if (folds !== undefined) {
    const some = `an integer from 2 to the number of rows (${matrix.nRows})`;
    integerIn("folds", folds, 2, "leave it out for 10", matrix.nRows, some);
  }
  const entries = families.flatMap((family) =>
    counts.map((K) => ({
      nComponents: K,
      family,
      settings: attempt(() => {
        const settings = withComponents(shared, K, matrix.nRows);
        return { ...settings, family, covarianceType: FAMILY_FORMS[family], init: { ...settings.init, aided: true } };
      }),
    })),
  );
  return { make, matrix, shared, entries, criterion, folds, onCandidate, onProgress };
}

/** The most components among which a fit chooses. */
function automaticMost(nRows: number): number {
  return Math.max(1, Math.min(MOST_COMPONENTS, Math.floor(nRows / LEAST_ROWS_EACH)));
}

function countsOf(nComponents: unknown, nRows: number): number[] {
  const count = (value: unknown, argument = "nComponents"): number =>
    integerIn(argument, value, 1, "give a number, a list of numbers, or { from: 1, to: 9 }", 2 ** 31);
  if (nComponents === AUTO) return countsOf({ to: automaticMost(nRows) }, nRows);
  if (isList(nComponents)) {
    if (nComponents.length > 0) return setOf(nComponents, count).sort((a, b) => a - b);
    throw new RangeError(
      "nComponents: expected at least one number, got an array of length 0; leave it out for 1 to 9",
    );
  }
  if (typeof nComponents !== "object" || nComponents === null) return [count(nComponents)];
  const { from = 1, to = MOST_COMPONENTS } = optionsOf<ComponentRange>("nComponents", nComponents, ["from", "to"]);
  const [first, last] = [count(from, "nComponents.from"), count(to, "nComponents.to")];
  if (last < first) {
    throw new RangeError(`nComponents.to: expected ${first}, as from, or more, got ${last}; swap them`);
  }
  // no more than rows; the first in any case, so that an error says what is wrong
  return Array.from({ length: Math.max(1, Math.min(nRows, last) - first + 1) }, (_, i) => first + i);
}

/** The different elements of a list, or the one value, each read once; the first that will not do ends it. */
function setOf<T>(values: unknown, read: (value: unknown) => T): T[] {
  const list = isList(values) ? values : [values];
  const seen = new Set<T>();
  for (let i = 0; i < list.length; i++) seen.add(read(list[i]));
  return [...seen];
}

/** Settings, or why there are none: too many components for the rows. */
function attempt(settings: () => FitSettings): FitSettings | Error {
  try {
    return settings();
  } catch (error) {
    return error as Error;
  }
}

/** Options that say how one model is fitted: there are none of several. */
const OF_ONE = [...OTHERS, "init"] as const;

/**
 * Whether a fit is to choose: where it is not said how many components, or which covariances, there are to be.
 *
 * @throws {RangeError} If so, and an option says how one model is to be fitted.
 */
export function isAutomatic(options: Partial<FitOptions> | AutoFitOptions): options is AutoFitOptions {
  const { nComponents, covarianceType }: AutoFitOptions = options as AutoFitOptions;
  const isOpen = (value: unknown): boolean => value === AUTO || (typeof value === "object" && value !== null);
  const isAuto = nComponents === undefined || isOpen(nComponents) || isOpen(covarianceType);
  if (!isAuto) return false;
  const given = options as Partial<FitOptions>;
  const one = OF_ONE.find((key) => given[key] !== undefined && typeof given[key] !== "string");
  if (one === undefined) return true;
  const [argument, expected, value] =
    isOpen(covarianceType) && typeof nComponents === "number"
      ? ["covarianceType", "one type", covarianceType]
      : ["nComponents", "a number", nComponents];
  throw new RangeError(
    `${argument}: expected ${expected} beside ${one}, got ${received(value)}; say for example { nComponents: 3 }`,
  );
}

/** A selection under way: the work of the candidates, and what it found once all are done. */
interface Selecting {
  readonly take: Take;
  readonly end: () => Selection;
}

function begin({ make, matrix, shared, entries, criterion, folds, onCandidate, onProgress }: Plan): Selecting {
  const candidates: Candidate[] = [];
  const outcomes: Outcome[] = [];
  let done = 0;
  const onOutcome = (at: number, outcome: Outcome): void => {
    outcomes[at] = outcome;
    candidates[at] = candidateOf(make, matrix, entries[at], outcome);
    done++;
    onCandidate?.({ candidate: candidates[at], done, total: entries.length });
    onProgress?.({
      share: done / entries.length,
      best: bestOf(criterion, candidates, outcomes),
      // in order, without the places of those that are not done
      candidates: Object.values(candidates),
    });
  };
  const take = candidatesOf(matrix, entries, folds, onOutcome, shared.watch);
  const end = (): Selection => {
    // the time was over before their turn
    for (const [at, entry] of entries.entries()) {
      outcomes[at] ??= timeOver();
      candidates[at] ??= candidateOf(make, matrix, entry, outcomes[at]);
    }
    const best = bestOf(criterion, candidates, outcomes);
    if (!best) throw candidates[0].error;
    for (const candidate of candidates) {
      Object.freeze(candidate.warnings);
      Object.freeze(candidate);
    }
    return Object.freeze({ best: best.mixture, criterion, candidates: Object.freeze(candidates) });
  };
  return { take, end };
}

/** All candidates, one after the other. */
function* workOf(plan: Plan, own?: Arena): Work<Selection> {
  const { take, end } = begin(plan);
  const { nRows, nColumns } = plan.matrix;
  yield* inArena(own, nRows * nColumns * 8, function* (arena) {
    for (let work = take(); work; work = take()) yield* work(arena);
  });
  return end();
}

/** The lowest in the criterion of those that are done; of those without a fault, if there are any. */
function bestOf(
  criterion: Criterion,
  candidates: readonly Candidate[],
  outcomes: readonly Outcome[],
): FittedCandidate | undefined {
  const fitted = candidates.filter((one): one is FittedCandidate => one.mixture !== undefined);
  const sound = fitted.filter((one) => (outcomes[candidates.indexOf(one)] as Partial<Result>).sound);
  const value = (candidate: FittedCandidate): number => candidate[criterion] as number;
  return (sound.length > 0 ? sound : fitted).reduce<FittedCandidate | undefined>((lowest, one) => {
    if (!lowest) return one;
    const difference = value(one) - value(lowest);
    return difference < 0 || (difference === 0 && one.nParameters < lowest.nParameters) ? one : lowest;
  }, undefined);
}

function candidateOf(make: Make, matrix: Matrix, { nComponents, family }: Entry, outcome: Outcome): Candidate {
  const covarianceType = FAMILY_FORMS[family];
  const nParameters = parameterCount({ covarianceType, family, nComponents, nFeatures: matrix.nColumns });
  const named = { nComponents, covarianceType, family, nParameters };
  const none = { logLikelihood: undefined, bic: undefined, aic: undefined, icl: undefined, nec: undefined };
  if (outcome instanceof Error) {
    return { ...named, ...none, cv: undefined, converged: false, warnings: [], mixture: undefined, error: outcome };
  }
  const { fitted, logLikelihood, bic, aic, icl, nec, cv } = outcome;
  const mixture = make(fitted, matrix);
  const { converged, warnings } = fitted.report;
  return { ...named, logLikelihood, bic, aic, icl, nec, cv, converged, warnings, mixture, error: undefined };
}

import { formOf } from "../../covariance/forms.ts";
import type { Work } from "../../engine/schedule.ts";
import { isCollapse } from "../../errors.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { FitSettings } from "../../input/options.ts";
import { isTimeOver } from "../../input/watch.ts";
import { modelSteps } from "../../model/model.ts";
import { type Criteria, criteriaOf } from "../diagnosis/criteria.ts";
import { reportOf } from "../diagnosis/report.ts";
import { areSound } from "../diagnosis/sound.ts";
import { withoutTwins } from "../diagnosis/twins.ts";
import { ordered } from "../em/canonical-order.ts";
import { Em } from "../em/em.ts";
import { iterateMonotonically } from "../em/monotone.ts";
import { type Problem, problemOf } from "../em/problem.ts";
import { regularisationOf } from "../em/regularisation.ts";
import type { RowSource } from "../em/row-source.ts";
import { EQUAL_LIKELIHOODS, SPLITS_TRIED } from "../policy.ts";
import { bestFit, type Fitted, isBrief } from "../search/fit.ts";
import { asAsked, settingsInside } from "../search/one-column.ts";
import { type Component, componentsOf, splitsOf, valuesOf, widened, withParts, withTwin } from "../search/split.ts";

/** A fitted candidate. */
export interface Tried extends Criteria {
  readonly fitted: Fitted;
  /** Whether no component is spurious. */
  readonly sound: boolean;
}

/**
 * Fits one candidate: from the starts that the settings ask for, and from every smaller model that it contains. It ends
 * no lower than those, but for rounding.
 *
 * @param rows - in the order of the data.
 */
export function* candidateWork(
  rows: RowSource,
  matrix: Matrix,
  asked: FitSettings,
  smaller: readonly Fitted[],
): Work<Tried> {
  const settings = settingsInside(matrix, asked);
  rows.watch = settings.watch;
  const problem = problemOf(rows, settings.family, settings.nComponents);
  const tried = yield* tryAll(problem, matrix, settings, smaller);
  return { ...tried, fitted: asAsked(tried.fitted, asked) };
}

function* tryAll(problem: Problem, matrix: Matrix, settings: FitSettings, smaller: readonly Fitted[]): Work<Tried> {
  const { arena } = problem.rows;
  const regularisation = yield* regularisationOf(problem, settings.regCovar, settings.prior);
  const found: Fitted[] = [];
  let failure: unknown;
  const mark = arena.mark();
  try {
    found.push(yield* bestFit(problem, matrix, settings));
  } catch (error) {
    if (smaller.length === 0 || !isCollapse(error)) throw error;
    failure = error;
  }
  arena.rewind(mark);
  const em = new Em(problem, regularisation);
  for (const model of smaller) {
    // where time is short, only what is needed for larger models to be no less likely
    if ((isBrief(settings.init) || em.isTimeOver) && found.some((fit) => reaches(fit, model.report.logLikelihood)))
      continue;
    try {
      found.push(...(yield* nestedRuns(em, matrix, settings, model)));
    } catch (error) {
      if (!isTimeOver(error) || found.length === 0) throw error;
    }
  }
  if (found.length === 0) throw failure;
  // with a prior, models are not comparable by what is maximised
  const floors = settings.prior ? [] : smaller.map(({ report }) => report.logLikelihood);
  const floor = Math.max(...floors);
  const isSound = ({ parameters }: Fitted): boolean => areSound(em, parameters);
  const best = bestOf(found, floor, isSound);
  const starts = found.flatMap(({ report }) => report.starts);
  const model = best.model ?? (yield* modelSteps(best.parameters));
  const fitted = { ...best, model, report: { ...best.report, starts } };
  return { fitted, sound: isSound(fitted), ...(yield* criteriaOf(em, best.parameters, best.report.logLikelihood)) };
}

/** The most likely of those that are not spurious, if one is as likely as a smaller model; else the most likely. */
function bestOf(found: readonly Fitted[], floor: number, sound: (fit: Fitted) => boolean): Fitted {
  const highest = (some: readonly Fitted[]): Fitted | undefined =>
    some.reduce<Fitted | undefined>((best, one) => (best && heightOf(best) >= heightOf(one) ? best : one), undefined);
  const best = highest(found.filter(sound));
  return best && reaches(best, floor) ? best : (highest(found) as Fitted);
}

/** What was maximised. */
function heightOf({ report }: Fitted): number {
  return report.logPosterior ?? report.logLikelihood;
}

function reaches({ report }: Fitted, floor: number): boolean {
  return report.logLikelihood >= floor - EQUAL_LIKELIHOODS * Math.abs(floor);
}

/** EM from a smaller model: as it is, or where components are missing, with the best splits of its own. */
function* nestedRuns(em: Em, matrix: Matrix, settings: FitSettings, model: Fitted): Work<Fitted[]> {
  const { rows, form, K } = em;
  const { parameters, report } = model;
  const run = function* (start: readonly Component[], maxIter: number): Work<Fitted> {
    const end = yield* iterateMonotonically(em, valuesOf(form, start), { ...settings, maxIter });
    const single = settings.fixed ? end.parameters : withoutTwins(rows, end.parameters);
    const found = ordered(rows, single);
    return { parameters: found, report: yield* reportOf(em, matrix, settings, found, end.run, [end.run]) };
  };
  const whole = widened(formOf(parameters), form, componentsOf(formOf(parameters), parameters));
  let starts = [whole];
  while (starts.length > 0 && starts[0].length < K) {
    const [best] = starts;
    const found = yield* splitsOf(em, best, settings.seed);
    starts = found.slice(0, SPLITS_TRIED).map((split) => withParts(best, split));
  }
  const fits: Fitted[] = [];
  for (const start of starts) {
    try {
      fits.push(yield* run(start, settings.maxIter));
    } catch (error) {
      if (!isCollapse(error)) throw error;
    }
  }
  if (settings.prior || fits.some((fit) => reaches(fit, report.logLikelihood))) return fits;
  // none does: then the smaller model, written out
  let same = whole;
  while (same.length < K) same = withTwin(same);
  const copy = yield* run(same, 0);
  return [...fits, { ...copy, report: { ...copy.report, converged: report.converged } }];
}

import type { Parameters } from "../covariance/parameters.ts";
import { compileKernels } from "../engine/kernels.ts";
import type { FitReport } from "../fit/diagnosis/report.ts";
import { type Fitted, fitAsync, fitSync, type Resumable } from "../fit/search/fit.ts";
import { optionsOf } from "../input/checks.ts";
import type { DataInput, Matrix } from "../input/data.ts";
import { type FitOptions, fitInput, fitOptions, type WarmStart } from "../input/options.ts";
import { modelOf } from "../model/model.ts";
import { KEY, Mixture, type MixtureParameters, modelGiven, modelIn, modelOfJSON, named } from "./mixture.ts";
import { type FittedJSON, reportIn, reportJSON } from "./report-json.ts";
import { type AutoFitOptions, automatic, isAutomatic, type Selection, selected, selectedSync } from "./selection.ts";
import { type NamedModel, showAs } from "./text.ts";

type Construct = new (key: symbol, model: NamedModel, report?: FitReport) => GaussianMixture;

/** A mixture that was fitted: it has a report. */
export interface FittedMixture extends GaussianMixture {
  /** How the mixture was fitted. */
  readonly report: FitReport;
}

/** A mixture that was chosen among others: it has the table of them. */
export interface SelectedMixture extends FittedMixture {
  /** What it was chosen from. */
  readonly selection: Selection;
}

/** What mixtures were chosen from, by the mixture. */
const selections = /* @__PURE__ */ new WeakMap<object, Selection>();

/** The runs that fits can go on with, by the weights of the model: a mixture made again from another has the same. */
const resumables = /* @__PURE__ */ new WeakMap<object, Resumable>();

/** A mixture from a fit and the data it was fitted to: for what makes mixtures beside the class. */
export function fittedMixture(
  { parameters, model = modelOf(parameters), report, resumable }: Fitted,
  { columns }: Matrix,
): FittedMixture {
  const mixture = made(named(model, columns), report);
  if (resumable) resumables.set(model.weights, resumable);
  return mixture as FittedMixture;
}

/** The run that a warm start can go on with. */
function resumableOf(warmStart: WarmStart | undefined): Resumable | undefined {
  const model = modelIn(warmStart);
  return model && resumables.get(model.weights);
}

/** A mixture that takes checked parameters as they are: they must be nobody else's. @throws {MixtureError} `SINGULAR_COVARIANCE`. */
export function checkedMixture(parameters: Parameters, columns: readonly string[] | undefined): GaussianMixture {
  return made(named(modelOf(parameters), columns));
}

function made(model: NamedModel, report?: FitReport): GaussianMixture {
  // not in the class: one that names itself gets a second name from bundlers; and a static block keeps them from dropping it
  const Made = GaussianMixture as unknown as Construct;
  const mixture = new Made(KEY, model, report);
  Object.freeze(mixture);
  return mixture;
}

/** The best of a selection, with the selection. */
function chosen(selection: Selection): SelectedMixture {
  selections.set(selection.best, selection);
  return selection.best as SelectedMixture;
}

/** A report that nobody can change, its lists included; a typed array cannot be frozen, so it gives copies of the trace. */
function frozenReport({ trace, ...rest }: FitReport): FitReport {
  for (const list of [rest.starts, rest.optima, rest.leftOut, rest.warnings]) {
    list.forEach(Object.freeze);
    Object.freeze(list);
  }
  const report = {
    ...rest,
    get trace() {
      return trace.slice();
    },
  };
  showAs(report, () => ({ ...report }));
  return Object.freeze(report);
}

/**
 * A mixture of K multivariate normals over D columns: an immutable distribution. {@link GaussianMixture.fit} estimates one
 * from data, {@link GaussianMixture.fromParameters} and {@link GaussianMixture.fromJSON} take one as it is.
 *
 * @example
 * const mixture = await GaussianMixture.fit(rows, { nComponents: 3, seed: 1 });
 * mixture.predict(rows); // Int32Array: the most likely component of each row
 */
export class GaussianMixture extends Mixture {
  /** How the mixture was fitted; undefined when it was not. */
  readonly report: FitReport | undefined;

  private constructor(key: symbol, model: NamedModel, report?: FitReport) {
    super(key, model);
    this.report = report && frozenReport(report);
  }

  /**
   * The name of the class, also where a minifier has renamed it.
   *
   * @internal
   */
  static override get name(): string {
    return "GaussianMixture";
  }

  /** The table of models that the mixture was chosen from by {@link GaussianMixture.fit}; undefined where it was not. */
  get selection(): Selection | undefined {
    return selections.get(this);
  }

  /**
   * Fits a mixture by expectation-maximisation. The page stays alive meanwhile; do not change the data before the promise
   * settles. The options are read at the call.
   *
   * @param data - N rows of D numbers, in any form of {@link DataInput}.
   * @param options - `nComponents`, and whatever is to differ from the defaults.
   * @returns the mixture that the search for starts led to, with a report.
   * @throws {TypeError} If an argument has the wrong type or an unknown option is given.
   * @throws {RangeError} If a shape or a value does not fit, or a value is NaN or infinite.
   * @throws {MixtureError} `SINGULAR_COVARIANCE`, `NOT_FINITE`, `MEMORY` or `UNSUPPORTED`.
   * @throws the signal's reason, if it aborts.
   * @example
   * const mixture = await GaussianMixture.fit([[1, 2], [1.1, 2.3], [8, 9], [8.2, 8.8]], { nComponents: 2 });
   * mixture.means; // Float64Array of length 4: two means of two numbers
   */
  static async fit(data: DataInput, options: FitOptions): Promise<FittedMixture>;
  /**
   * A fit that chooses what it is not told, by BIC: the number of components where `nComponents` is left out, "auto" or several, and
   * the covariance type as well where none is said; the covariance type alone where that is "auto" or several.
   *
   * @param data - N rows of D numbers, in any form of {@link DataInput}.
   * @param options - what to choose from, and whatever is to differ from the defaults.
   * @returns the best mixture, with a report, and with all models that were tried in its `selection`.
   * @throws as a fit of one model does; also if an option says how one model is to be fitted, as `labels` does.
   * @example
   * (await GaussianMixture.fit(rows)).selection.candidates.length;
   */
  static async fit(data: DataInput, options?: AutoFitOptions): Promise<SelectedMixture>;
  static async fit(data: DataInput, options: FitOptions | AutoFitOptions = {}): Promise<FittedMixture> {
    // each option is read once
    const given = fitOptions(options);
    if (isAutomatic(given)) return chosen(await selected(data, automatic(given), fittedMixture));
    const { matrix, settings, warmStart } = fitInput(data, given as FitOptions);
    settings.signal?.throwIfAborted();
    await compileKernels();
    return fittedMixture(await fitAsync(matrix, settings, resumableOf(warmStart)), matrix);
  }

  /**
   * {@link GaussianMixture.fit}, on the spot and on one thread: for scripts and workers. Same result, to the bit.
   *
   * @param data - N rows of D numbers, in any form of {@link DataInput}.
   * @param options - `nComponents`, and whatever is to differ from the defaults.
   * @returns the mixture that the search for starts led to, with a report.
   * @throws as `fit` rejects.
   * @example
   * GaussianMixture.fitSync([[1, 2], [1.1, 2.3], [8, 9], [8.2, 8.8]], { nComponents: 2, covarianceType: "diag" });
   */
  static fitSync(data: DataInput, options: FitOptions): FittedMixture;
  /**
   * A fit that chooses what it is not told, by BIC: the number of components where `nComponents` is left out, "auto" or several, and
   * the covariance type as well where none is said; the covariance type alone where that is "auto" or several.
   *
   * @param data - N rows of D numbers, in any form of {@link DataInput}.
   * @param options - what to choose from, and whatever is to differ from the defaults.
   * @returns the best mixture, with a report, and with all models that were tried in its `selection`.
   * @throws as a fit of one model does; also if an option says how one model is to be fitted, as `labels` does.
   * @example
   * GaussianMixture.fitSync(rows, { nComponents: [1, 2], covarianceType: "auto" }).nComponents;
   */
  static fitSync(data: DataInput, options?: AutoFitOptions): SelectedMixture;
  static fitSync(data: DataInput, options: FitOptions | AutoFitOptions = {}): FittedMixture {
    const given = fitOptions(options);
    if (isAutomatic(given)) return chosen(selectedSync(data, automatic(given), fittedMixture));
    const { matrix, settings, warmStart } = fitInput(data, given as FitOptions);
    settings.signal?.throwIfAborted();
    return fittedMixture(fitSync(matrix, settings, resumableOf(warmStart)), matrix);
  }

  /**
   * A mixture with given parameters.
   *
   * @param parameters - nested or flat arrays; another mixture will do.
   * @returns a mixture without a report.
   * @throws as {@link Mixture.fromParameters}.
   * @example
   * GaussianMixture.fromParameters({ weights: [0.5, 0.5], means: [[0], [4]], covariances: [[1], [2]], covarianceType: "diag" });
   */
  static override fromParameters(parameters: MixtureParameters): GaussianMixture {
    return made(modelGiven("parameters", parameters, ""));
  }

  /**
   * A mixture from what {@link toJSON} gave, as text or parsed. Parameters are the same to the last bit.
   *
   * @param json - the text, or the parsed object.
   * @returns a mixture, with a report if there is one.
   * @throws as {@link Mixture.fromJSON}.
   * @example
   * const copy = GaussianMixture.fromJSON(JSON.stringify(mixture));
   */
  static override fromJSON(json: string | FittedJSON): GaussianMixture {
    const { model, report } = modelOfJSON(json);
    return made(model, report === undefined ? undefined : reportIn(report));
  }

  /**
   * The mixture as plain, versioned data; `JSON.stringify(mixture)` uses it, and leaves the report out.
   *
   * @param options - `report`: whether to keep the fit's report, too; default false.
   * @returns nested arrays and names.
   * @throws {TypeError} If an option is unknown.
   * @example
   * const text = JSON.stringify(mixture);
   * const archived = JSON.stringify(mixture.toJSON({ report: true }));
   */
  override toJSON(options?: { readonly report?: boolean | undefined } | string): FittedJSON {
    const json = super.toJSON();
    // JSON.stringify gives the key under which it has found the mixture
    const { report = false } = typeof options === "object" ? optionsOf("options", options, ["report"]) : {};
    return report && this.report ? { ...json, report: reportJSON(this.report) } : json;
  }

  /** The number of free parameters, without what `fixed` held: what `bic` and `aic` charge for. */
  override get nParameters(): number {
    return this.report?.nParameters ?? super.nParameters;
  }
}

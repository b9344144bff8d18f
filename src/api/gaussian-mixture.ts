import type { Parameters } from "../covariance/parameters.ts";
import { compileKernels } from "../engine/kernels.ts";
import type { FitReport } from "../fit/diagnosis/report.ts";
import { type Fitted, fitAsync, fitSync, type Resumable } from "../fit/search/fit.ts";
import type { DataInput, Matrix } from "../input/data.ts";
import { type FitOptions, fitInput, type WarmStart } from "../input/options.ts";
import type { MixtureJSON } from "../model/json.ts";
import { modelOf } from "../model/model.ts";
import { Mixture, type MixtureParameters, type MixtureParts, partsOf, partsOfJSON } from "./mixture.ts";

type Construct = new (parts: MixtureParts, report?: FitReport, resumable?: Resumable) => GaussianMixture;

/** A mixture from a fit and the data it was fitted to: for what makes mixtures beside the class. */
export function fittedMixture(
  { parameters, model = modelOf(parameters), report, resumable }: Fitted,
  { columns }: Matrix,
): GaussianMixture {
  return made({ model, columns }, report, resumable);
}

/** A mixture that takes checked parameters as they are: they must be nobody else's. @throws {MixtureError} `SINGULAR_COVARIANCE`. */
export function checkedMixture(parameters: Parameters, columns: readonly string[] | undefined): GaussianMixture {
  return made({ model: modelOf(parameters), columns });
}

function made(...parts: ConstructorParameters<Construct>): GaussianMixture {
  // without the cast it would be a static block, for which no bundler drops the class
  const Made = GaussianMixture as unknown as Construct;
  return new Made(...parts);
}

/** A report that nobody can change, its lists included; a typed array cannot be frozen, so it gives copies of the trace. */
function frozenReport({ trace, ...rest }: FitReport): FitReport {
  for (const list of [rest.starts, rest.warnings]) {
    list.forEach(Object.freeze);
    Object.freeze(list);
  }
  return Object.freeze({
    ...rest,
    get trace() {
      return trace.slice();
    },
  });
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
  readonly #resumable: Resumable | undefined;

  private constructor(parts: MixtureParts, report?: FitReport, resumable?: Resumable) {
    super(parts);
    this.#resumable = resumable;
    this.report = report && frozenReport(report);
    Object.freeze(this);
  }

  /**
   * Fits a mixture by expectation-maximisation. The page stays alive meanwhile; do not change the data before the promise
   * settles. The options are read at the call.
   *
   * @param data - N rows of D numbers, in any form of {@link DataInput}.
   * @param options - `nComponents`, and whatever is to differ from the defaults.
   * @returns the mixture of the start that reached the highest log-likelihood, with a report.
   * @throws {TypeError} If an argument has the wrong type or an unknown option is given.
   * @throws {RangeError} If a shape or a value does not fit, or a value is NaN or infinite.
   * @throws {MixtureError} `SINGULAR_COVARIANCE`, `NOT_FINITE`, `MEMORY` or `UNSUPPORTED`.
   * @throws the signal's reason, if it aborts.
   * @example
   * const mixture = await GaussianMixture.fit([[1, 2], [1.1, 2.3], [8, 9], [8.2, 8.8]], { nComponents: 2 });
   * mixture.means; // Float64Array of length 4: two means of two numbers
   */
  static async fit(data: DataInput, options: FitOptions): Promise<GaussianMixture> {
    const { matrix, settings, warmStart } = fitInput(data, options);
    settings.signal?.throwIfAborted();
    await compileKernels();
    return fittedMixture(await fitAsync(matrix, settings, GaussianMixture.#resumableOf(warmStart)), matrix);
  }

  /**
   * {@link GaussianMixture.fit}, on the spot and on one thread: for scripts and workers. Same result, to the bit.
   *
   * @param data - N rows of D numbers, in any form of {@link DataInput}.
   * @param options - `nComponents`, and whatever is to differ from the defaults.
   * @returns the mixture of the start that reached the highest log-likelihood, with a report.
   * @throws as `fit` rejects.
   * @example
   * GaussianMixture.fitSync([[1, 2], [1.1, 2.3], [8, 9], [8.2, 8.8]], { nComponents: 2, covarianceType: "diag" });
   */
  static fitSync(data: DataInput, options: FitOptions): GaussianMixture {
    const { matrix, settings, warmStart } = fitInput(data, options);
    settings.signal?.throwIfAborted();
    return fittedMixture(fitSync(matrix, settings, GaussianMixture.#resumableOf(warmStart)), matrix);
  }

  static #resumableOf(warmStart: WarmStart | undefined): Resumable | undefined {
    return warmStart && #resumable in warmStart ? warmStart.#resumable : undefined;
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
    return new GaussianMixture(partsOf(parameters));
  }

  /**
   * A mixture from what {@link Mixture.toJSON} gave, as text or parsed. Parameters are the same to the last bit.
   *
   * @param json - the text, or the parsed object.
   * @returns a mixture without a report.
   * @throws as {@link Mixture.fromJSON}.
   * @example
   * const copy = GaussianMixture.fromJSON(JSON.stringify(mixture));
   */
  static override fromJSON(json: string | MixtureJSON): GaussianMixture {
    return new GaussianMixture(partsOfJSON(json));
  }

  /** The number of free parameters, without what `fixed` held: what `bic` and `aic` charge for. */
  override get nParameters(): number {
    return this.report?.nParameters ?? super.nParameters;
  }
}

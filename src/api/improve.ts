import type { Parameters } from "../covariance/parameters.ts";
import { compileKernels } from "../engine/kernels.ts";
import { runHere, runOnThreads } from "../engine/threads.ts";
import { improveWork } from "../fit/search/improve.ts";
import { integerIn } from "../input/checks.ts";
import type { DataInput, Matrix } from "../input/data.ts";
import { fitMatrix } from "../input/fit-data.ts";
import { type FitOptions, type FitSettings, fitOptions, fitSettings } from "../input/options.ts";
import { fittedMixture, type GaussianMixture } from "./gaussian-mixture.ts";
import { givenModel } from "./given.ts";
import { type Mixture, MODEL_WIDTH } from "./mixture.ts";

/** Options of a fit that have no place here. */
const OTHERS = [
  "nComponents",
  "covarianceType",
  "init",
  "warmStart",
  "fixed",
  "labels",
  "nInit",
  "nFeatures",
  "columns",
] as const;

/** How to improve a mixture: the options of a fit but for those that the mixture settles. */
export interface ImproveOptions extends Omit<FitOptions, (typeof OTHERS)[number]> {
  /** How many moves to try from each solution before giving up: an integer, 1 or more. Default 5. */
  readonly moves?: number | undefined;
}

/**
 * Looks for a likelier mixture by merging two components and splitting a third, which single starts rarely get to (Ueda,
 * Nakano, Ghahramani & Hinton 2000, Neural Comput. 12:2109). It first lets EM converge.
 *
 * @param mixture - where to begin, for example a fit.
 * @param data - the N rows that it was fitted to, in any form.
 * @param options - `moves`, and those options of a fit that the mixture does not settle.
 * @returns a mixture with the same number of components and type of covariances, of a log-likelihood that is as high or
 *   higher, without spurious components in place of sound ones. `report.starts` has EM from the mixture and from each move.
 * @throws {TypeError | RangeError} If an argument is malformed or the data do not fit the mixture.
 * @throws {MixtureError} As a fit does.
 * @throws the signal's reason, if it aborts.
 * @example
 * const better = await improve(mixture, rows);
 */
export async function improve(
  mixture: Mixture,
  data: DataInput,
  options: ImproveOptions = {},
): Promise<GaussianMixture> {
  const { matrix, settings, moves, start } = inputOf(mixture, data, options);
  settings.signal?.throwIfAborted();
  await compileKernels();
  const fitted = runOnThreads(matrix, settings, (arena) => improveWork(matrix, settings, moves, start, arena));
  return fittedMixture(await fitted, matrix);
}

/**
 * {@link improve}, on the spot and on one thread. Same result, to the bit.
 *
 * @param mixture - where to begin, for example a fit.
 * @param data - the N rows that it was fitted to, in any form.
 * @param options - `moves`, and those options of a fit that the mixture does not settle.
 * @returns a mixture that is as likely or likelier.
 * @throws as `improve` rejects.
 * @example
 * const better = improveSync(mixture, rows, { moves: 10 });
 */
export function improveSync(mixture: Mixture, data: DataInput, options: ImproveOptions = {}): GaussianMixture {
  const { matrix, settings, moves, start } = inputOf(mixture, data, options);
  settings.signal?.throwIfAborted();
  return fittedMixture(
    runHere(settings, (arena) => improveWork(matrix, settings, moves, start, arena)),
    matrix,
  );
}

interface Input {
  readonly matrix: Matrix;
  readonly settings: FitSettings;
  readonly moves: number;
  readonly start: Parameters;
}

function inputOf(mixture: Mixture, data: DataInput, options: ImproveOptions): Input {
  const start = givenModel(mixture);
  const { moves = 5, missing, missingValues, ...fit } = fitOptions(options, OTHERS, ["moves"]);
  const { nComponents } = start;
  const { nFeatures, columns } = mixture;
  const matrix = fitMatrix(data, { nFeatures, columns, missing, missingValues }, { widthName: MODEL_WIDTH });
  return {
    matrix,
    settings: fitSettings({ ...fit, nComponents, covarianceType: mixture.family }, matrix.nRows, matrix.dropped),
    moves: integerIn("moves", moves, 1, "leave it out for 5", 2 ** 31),
    start,
  };
}

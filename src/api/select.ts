import type { DataInput } from "../input/data.ts";
import { fittedMixture } from "./gaussian-mixture.ts";
import { type Selection, type SelectOptions, selected, selectedSync } from "./selection.ts";

/**
 * Fits mixtures with several numbers of components and shapes of covariances and finds the best. Larger models start from
 * smaller ones too, so that none is less likely than one that it contains.
 *
 * @param data - N rows of D numbers, in any form.
 * @param options - what to try, and the options of a fit.
 * @returns the best mixture, and the table of all candidates.
 * @throws {TypeError | RangeError} If data or options are malformed.
 * @throws {MixtureError} If no candidate can be fitted: the first one's error.
 * @throws the signal's reason, if it aborts.
 * @example
 * const { best, candidates } = await select(rows, { nComponents: [1, 2, 3], covarianceType: ["full", "tied"] });
 * best.nComponents;
 */
export function select(data: DataInput, options: SelectOptions = {}): Promise<Selection> {
  return selected(data, options, fittedMixture);
}

/**
 * {@link select}, on the spot and on one thread. Same result, to the bit.
 *
 * @param data - N rows of D numbers, in any form.
 * @param options - what to try, and the options of a fit.
 * @returns the best mixture, and the table of all candidates.
 * @throws as `select` rejects.
 * @example
 * selectSync(rows, { nComponents: [1, 2], criterion: "icl" }).best.nComponents;
 */
export function selectSync(data: DataInput, options: SelectOptions = {}): Selection {
  return selectedSync(data, options, fittedMixture);
}

import { received } from "../errors.ts";
import { isList, isTypedArray } from "./checks.ts";

/** The component of each row, from 0; -1, `null` or `undefined` where it is not known. */
export type KnownLabels = ArrayLike<number | null | undefined>;

/**
 * Reads known labels.
 *
 * @returns [N], -1 where unknown; undefined if all are.
 * @throws {TypeError} If it is not a list of such values.
 * @throws {RangeError} If its length is not N or a label is not from -1 to K - 1.
 */
export function knownLabels(input: unknown, nRows: number, nComponents: number): Int32Array | undefined {
  const what = `one label per row (${nRows})`;
  if (!isList(input)) {
    throw new TypeError(`labels: expected ${what}, got ${received(input)}; give -1 or null where it is not known`);
  }
  if (input.length !== nRows) {
    throw new RangeError(`labels: expected ${what}, got ${input.length}; give -1 or null where it is not known`);
  }
  const labels = new Int32Array(nRows);
  for (let n = 0; n < nRows; n++) {
    const label = input[n] ?? -1;
    if (typeof label === "number" && Number.isInteger(label) && label >= -1 && label < nComponents) labels[n] = label;
    else {
      const text = `labels: expected integers from -1 to nComponents - 1 (${nComponents - 1}), got ${received(label)} at index ${n}; number the components from 0`;
      throw typeof label === "number" || isTypedArray(input) ? new RangeError(text) : new TypeError(text);
    }
  }
  return labels.some((label) => label >= 0) ? labels : undefined;
}

import { received } from "../errors.ts";
import { integerIn, isList, numberOf } from "./checks.ts";
import type { RowCount } from "./rows.ts";

/** The component of each row, from 0; -1, `null` or `undefined` where it is not known. */
export type KnownLabels = ArrayLike<number | null | undefined>;

/**
 * Reads known labels.
 *
 * @returns [N] of the rows that are used, -1 where unknown; undefined if all are.
 * @throws {TypeError} If it is not a list of such values.
 * @throws {RangeError} If its length is not N or a label is not from -1 to K - 1.
 */
export function knownLabels(input: unknown, { nRows, kept }: RowCount, nComponents: number): Int32Array | undefined {
  const what = `one label per row (${nRows})`;
  if (!isList(input) || input.length !== nRows) {
    const text = `labels: expected ${what}, got ${isList(input) ? input.length : received(input)}; give -1 or null where it is not known`;
    throw isList(input) ? new RangeError(text) : new TypeError(text);
  }
  const most = nComponents - 1;
  const some = `integers from -1 to nComponents - 1 (${most})`;
  const labels = Int32Array.from(kept ?? { length: nRows }, (row, i) => {
    const n = kept ? row : i;
    const given = input[n] ?? -1;
    const label = numberOf(given) ?? given;
    const fine = Number.isInteger(label) && (label as number) >= -1 && (label as number) <= most;
    return fine ? (label as number) : integerIn(`labels[${n}]`, label, -1, "number the components from 0", most, some);
  });
  return labels.some((label) => label >= 0) ? labels : undefined;
}

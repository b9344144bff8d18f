import { received } from "../errors.ts";
import { integerIn, isList, oneOf } from "./checks.ts";

/** A column of a mixture: its index, counted from 0, or its name. */
export type Column = number | string;

/**
 * The index of a column.
 *
 * @param argument - the name in errors.
 * @param column - what came.
 * @param nFeatures - the number of columns D.
 * @param names - their names, if they have any.
 * @throws {TypeError} If it is neither an index nor, where there are names, a text.
 * @throws {RangeError} If there is no such column.
 */
export function columnIndex(
  argument: string,
  column: unknown,
  nFeatures: number,
  names: readonly string[] | undefined,
): number {
  if (names && typeof column === "string") return names.indexOf(oneOf(argument, column, names));
  const last = nFeatures - 1;
  return integerIn(
    argument,
    column,
    0,
    "see the mixture's columns",
    last,
    `columns by index, 0 to ${last}, or by name`,
  );
}

/** The indices of some columns, in the order given: at least one, none twice. @throws as {@link columnIndex}. */
export function columnIndices(
  argument: string,
  columns: unknown,
  nFeatures: number,
  names: readonly string[] | undefined,
): number[] {
  const list = isList(columns) ? Array.from(columns) : [];
  const indices = list.map((column) => columnIndex(argument, column, nFeatures, names));
  if (indices.length > 0 && new Set(indices).size === indices.length) return indices;
  const text = `${argument}: expected a list of different columns, got ${isList(columns) ? `[${list}]` : received(columns)}; write for example [0, 1]`;
  throw isList(columns) ? new RangeError(text) : new TypeError(text);
}

/** How errors name a column: by its name, or counted from 0. */
export function columnLabel(d: number, columns: readonly string[] | undefined): string {
  return columns ? JSON.stringify(columns[d]) : `${d}`;
}

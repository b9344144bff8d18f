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
  const expected = `${argument}: expected a list of different columns, got`;
  const remedy = "write for example [0, 1]";
  if (!isList(columns)) throw new TypeError(`${expected} ${received(columns)}; ${remedy}`);
  const { length } = columns;
  if (!(length > 0)) throw new RangeError(`${expected} none; ${remedy}`);
  // of one list of names all are found in one pass
  const places = new Map(names?.map((name, d) => [name, d]));
  const seen = new Set<number>();
  for (let i = 0; i < length; i++) {
    const column = columns[i];
    const d = places.get(column as string) ?? columnIndex(argument, column, nFeatures, names);
    if (seen.has(d)) throw new RangeError(`${expected} ${received(column)} twice; ${remedy}`);
    seen.add(d);
  }
  return [...seen];
}

/** How errors name a column: by its name, or counted from 0. */
export function columnLabel(d: number, columns: readonly string[] | undefined): string {
  return columns ? received(columns[d]) : `${d}`;
}

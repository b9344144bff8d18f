import { quoted, received } from "../errors.ts";

/**
 * The candidate a mistyped word most likely stands for, for a "did you mean"; `undefined` if none is near.
 * Case, dashes and underscores are ignored (`n_components` is `nComponents`), a word may be cut short or drawn out
 * (`maxIterations` is `maxIter`), and about one letter in three may be wrong.
 *
 * @param word - what came.
 * @param candidates - what is known; the first of equally near ones wins.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const typed = plain(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const candidate of candidates) {
    const known = plain(candidate);
    const partial = typed.length >= 3 && (known.includes(typed) || typed.includes(known));
    const distance = known === typed ? 0 : partial ? 1 : editDistance(typed, known);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Fewest letters to insert, delete or replace, or neighbours to swap (optimal string alignment). O(|a| |b|). */
function editDistance(a: string, b: string): number {
  const table = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = table[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(replaced, table[i - 1][j] + 1, row[j - 1] + 1, swapped ? table[i - 2][j - 2] + 1 : Infinity));
    }
    table.push(row);
  }
  return table[a.length][b.length];
}

/**
 * A value out of a few allowed words.
 *
 * @param argument - the name in the error.
 * @param value - what came.
 * @param allowed - the words, in the order to list them.
 * @returns the value, now known to be one of them.
 * @throws {TypeError} If the value is not a text.
 * @throws {RangeError} If it is another text; the nearest word is suggested.
 * @example
 * oneOf("covarianceType", "diga", ["full", "diag"]); // RangeError … got "diga"; did you mean "diag"?
 */
export function oneOf<Word extends string>(argument: string, value: unknown, allowed: readonly Word[]): Word {
  if (typeof value === "string" && (allowed as readonly string[]).includes(value)) return value as Word;
  const words = allowed.map((word) => JSON.stringify(word));
  const listed = words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}` : words[0];
  const expected = `${argument}: expected ${listed}, got ${received(value)}`;
  if (typeof value !== "string") throw new TypeError(`${expected}; write one of these words`);
  const near = nearest(value, allowed);
  throw new RangeError(
    `${expected}; ${near === undefined ? "use one of these" : `did you mean ${JSON.stringify(near)}?`}`,
  );
}

/**
 * Refuses an object with a key that means nothing, as a mistyped option would be ignored in silence.
 *
 * @param argument - the name in the error.
 * @param value - the object; only its own enumerable keys count.
 * @param known - every key that has a meaning.
 * @throws {TypeError} Naming the first unknown key and the nearest known one.
 */
export function knownKeys(argument: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const near = nearest(key, known);
    const remedy =
      near === undefined ? `known are ${quoted(known, known.length)}` : `did you mean ${JSON.stringify(near)}?`;
    throw new TypeError(`${argument}: expected known names only, got ${JSON.stringify(key)}; ${remedy}`);
  }
}

/**
 * An integer within bounds.
 *
 * @param argument - the name in the error.
 * @param value - what came.
 * @param least - the smallest allowed value.
 * @param remedy - what to do, after the semicolon.
 * @param most - the largest allowed value; one from 2^31 - 1 on goes without saying.
 * @param expected - the bounds in words, after "expected".
 * @throws {TypeError} If the value is not a number.
 * @throws {RangeError} If it is not an integer (NaN included) or out of bounds.
 */
export function integerIn(
  argument: string,
  value: unknown,
  least: number,
  remedy: string,
  most: number = Number.MAX_SAFE_INTEGER,
  expected: string = most < 2 ** 31 - 1 ? `an integer from ${least} to ${most}` : `an integer, ${least} or more`,
): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrongNumber(argument, expected, value, remedy);
}

/** The error for a number that will not do, or for what is not even a number. */
export function wrongNumber(argument: string, expected: string, value: unknown, remedy: string): Error {
  const Kind = typeof value === "number" ? RangeError : TypeError;
  return new Kind(`${argument}: expected ${expected}, got ${received(value)}; ${remedy}`);
}

/** A seed, 0 by default. @throws as {@link integerIn}. */
export function seedOf(seed: unknown): number {
  const most = Number.MAX_SAFE_INTEGER;
  return integerIn("seed", seed ?? 0, 0, "leave it out for 0", most, "an integer from 0 to 2^53 - 1");
}

/**
 * A finite number that is not negative.
 *
 * @param argument - the name in the error.
 * @param value - what came.
 * @param remedy - what to do, after the semicolon.
 * @throws {TypeError} If the value is not a number.
 * @throws {RangeError} If it is negative, infinite or NaN.
 */
export function nonNegative(argument: string, value: unknown, remedy: string): number {
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  throw wrongNumber(argument, "a finite number, 0 or more", value, remedy);
}

/**
 * Whether a value is a typed array of numbers: not of bigints, not a DataView. Holds across realms. To the type checker it
 * is a Float64Array, which reads like every other kind.
 */
export function isTypedArray(value: unknown): value is Float64Array {
  if (!ArrayBuffer.isView(value)) return false;
  const tag = (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  return tag !== "DataView" && tag !== "BigInt64Array" && tag !== "BigUint64Array";
}

/** Whether a value is a list: an array, a typed array of numbers, or an object with a length and an element 0. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  if (Array.isArray(value) || isTypedArray(value)) return true;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  // a record may have a column `length`, hence the look at element 0
  const length = (value as { readonly length?: unknown }).length;
  return Number.isSafeInteger(length) && (length as number) >= 0 && (length === 0 || "0" in value);
}

/** Whether an object is `{…}` or has no prototype, in any realm. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

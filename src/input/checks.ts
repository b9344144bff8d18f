import { quoted, received } from "../errors.ts";
import { nearest } from "./nearest.ts";

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
  const expected = `${argument}: expected ${quoted(allowed, 12, " or ")}, got ${received(value)}`;
  if (typeof value !== "string") throw new TypeError(`${expected}; write one of these words`);
  const near = nearest(value, allowed);
  throw new RangeError(`${expected}; ${near === undefined ? "use one of these" : `did you mean ${received(near)}?`}`);
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
    const remedy = near === undefined ? `known are ${quoted(known, known.length)}` : `did you mean ${received(near)}?`;
    throw new TypeError(`${argument}: expected known names only, got ${received(key)}; ${remedy}`);
  }
}

/**
 * What an object says under a name: of its own, or by its class or the object it was made from. What lies in
 * `Object.prototype`, where anybody may have put it, does not count.
 */
export function memberOf(object: object, key: PropertyKey): unknown {
  for (let holder: object | null = object; holder !== null; ) {
    const next: object | null = Object.getPrototypeOf(holder);
    const isRoot = next === null && holder !== object;
    if (Object.hasOwn(holder, key)) return isRoot ? undefined : (object as Readonly<Record<PropertyKey, unknown>>)[key];
    holder = next;
  }
  return undefined;
}

/**
 * An object of options, each read once, here: whatever happens to the object later, what is used is what was checked.
 * Options may come from a class or an object that this one was made from (`Object.create`), never from `Object.prototype`.
 *
 * @param argument - the name in errors.
 * @param value - what came.
 * @param known - every key that has a meaning.
 * @returns a fresh object with what was given; a key that is `undefined` counts as left out.
 * @throws {TypeError} If it is no object, or has a key of its own that is unknown.
 */
export function optionsOf<Options extends object>(
  argument: string,
  value: Options,
  known: readonly (keyof Options & string)[],
): Partial<Options> {
  const given: unknown = value;
  if (typeof given !== "object" || given === null || isList(given)) {
    throw new TypeError(
      `${argument}: expected an object, got ${received(given)}; write for example { ${known[0]}: … }`,
    );
  }
  knownKeys(argument, given, known);
  return membersOf(given, known);
}

/** What an object says under some names, each read once; see {@link memberOf}. */
export function membersOf<T extends object>(object: object, keys: readonly (keyof T & string)[]): Partial<T> {
  const read: Record<string, unknown> = Object.create(null);
  for (const key of keys) {
    const member = memberOf(object, key);
    if (member !== undefined) read[key] = member;
  }
  return read as Partial<T>;
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

/**
 * Whether a value is a list: an array, a typed array, or an object with a length and an element 0. Its length is a claim
 * only, as it may have holes: see {@link firstHole}.
 */
export function isList(value: unknown): value is ArrayLike<unknown> {
  if (Array.isArray(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  if (ArrayBuffer.isView(value)) return isTypedArray(value) || isBigArray(value);
  // a record may have a column `length`, hence the look at element 0
  const length = (value as { readonly length?: unknown }).length;
  return Number.isSafeInteger(length) && (length as number) >= 0 && (length === 0 || "0" in value);
}

/** Whether a value is a BigInt64Array or a BigUint64Array. Holds across realms. */
export function isBigArray(value: unknown): value is ArrayLike<bigint> {
  const tag = ArrayBuffer.isView(value) && (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
  return tag === "BigInt64Array" || tag === "BigUint64Array";
}

/**
 * The first index at which a list has nothing, -1 if there is none: to be asked before anything as long as its claimed
 * length is made, as `{ "length": 1e9, "0": 0 }` is twenty bytes.
 */
export function firstHole(list: ArrayLike<unknown>): number {
  if (ArrayBuffer.isView(list)) return -1;
  for (let i = 0; i < list.length; i++) if (!(i in list)) return i;
  return -1;
}

/**
 * Numbers in nested arrays, copied as deep as a list of matrices goes, for what is looked at only later. What is no list
 * stays as it is.
 *
 * @throws {TypeError} If a list has a hole.
 */
export function copyOfNested(value: unknown, argument: string, depth = 3): unknown {
  if (isTypedArray(value)) return new Float64Array(value);
  if (depth === 0 || !isList(value)) return value;
  const hole = firstHole(value);
  if (hole >= 0) {
    throw new TypeError(
      `${argument}: expected numbers or nested arrays of them, got nothing at index ${hole}; see the documented shape`,
    );
  }
  return Array.from(value, (part) => copyOfNested(part, argument, depth - 1));
}

/** A value as a number: numbers, and integers (bigint) that a double holds exactly. Undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "bigint") return undefined;
  const number = Number(value);
  return Number.isFinite(number) && BigInt(number) === value ? number : undefined;
}

/** Whether an object is `{…}` or has no prototype, in any realm. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

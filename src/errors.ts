/**
 * What went wrong in a computation:
 *
 * - `SINGULAR_COVARIANCE`: a covariance is not positive definite, so a component has no density.
 * - `MEMORY`: the data and the work space do not fit in WebAssembly's memory.
 * - `UNSUPPORTED`: the engine has no WebAssembly SIMD, or may not compile modules; or `load` got another file.
 * - `NOT_FINITE`: a result overflowed: the log-likelihood or moments of rows too far away, the inverse of a variance too small.
 * - `TIME_LIMIT`: `timeLimit` was over before there was a solution.
 */
export type MixtureErrorCode = "SINGULAR_COVARIANCE" | "MEMORY" | "UNSUPPORTED" | "NOT_FINITE" | "TIME_LIMIT";

/** What a {@link MixtureError} may carry beside its code and text. */
export interface MixtureErrorOptions {
  /** The component to blame, counted from 0. */
  readonly component?: number | undefined;
  /** The error behind this one. */
  readonly cause?: unknown;
}

/**
 * A computation that could not be carried out, though its arguments were well formed. A wrong type is a `TypeError`, a
 * wrong shape or value a `RangeError`.
 *
 * @example
 * try {
 *   GaussianMixture.fitSync([[1, 1], [2, 2], [3, 3]], { nComponents: 1, regCovar: 0 });
 * } catch (error) {
 *   if (!(error instanceof MixtureError && error.code === "SINGULAR_COVARIANCE")) throw error;
 *   error.component; // 0
 * }
 */
export class MixtureError extends Error {
  /** The class of the error, for logs. */
  override readonly name = "MixtureError";
  /** What went wrong, for a program to branch on; the text may change between releases. */
  readonly code: MixtureErrorCode;
  /** The component to blame, counted from 0, where there is one. */
  declare readonly component?: number;

  /**
   * @param code - what went wrong, for a program.
   * @param message - what went wrong, for a person, ending in a remedy.
   * @param options - the component to blame and the error behind this one.
   */
  constructor(code: MixtureErrorCode, message: string, options: MixtureErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.component !== undefined) this.component = options.component;
  }
}

/** The codes of errors after which a search goes on with what else it has. */
const COLLAPSES: readonly MixtureErrorCode[] = ["SINGULAR_COVARIANCE", "NOT_FINITE", "TIME_LIMIT"];

/** Whether an error means that this start, or this solution, is of no use, and another may be. */
export function isCollapse(error: unknown): error is MixtureError {
  return error instanceof MixtureError && COLLAPSES.includes(error.code);
}

/** Longest text, in UTF-16 units, repeated in an error; more would bury the sentence around it. */
const TEXT_SHOWN = 40;
const KEYS_SHOWN = 5;
/** What JSON leaves as it is and a terminal obeys or does not show: controls, formats, line and paragraph separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * What came, in a few words, to follow `got` in an error text: `"fulll"`, `NaN`, `an array of length 3`, `null`.
 *
 * @param value - anything; nothing of its own is called but `Object.keys`.
 * @returns the description, without a full stop.
 */
export function received(value: unknown): string {
  switch (typeof value) {
    case "string":
      return (
        JSON.stringify(value.slice(0, TEXT_SHOWN)).replace(UNSEEN, encodeURIComponent) +
        (value.length > TEXT_SHOWN ? "…" : "")
      );
    case "bigint":
      // to write out millions of digits takes seconds
      return BigInt.asIntN(128, value) === value ? `${value}n` : "a bigint of more than 128 bits";
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    case "object":
      return value === null ? "null" : receivedObject(value);
    default:
      return String(value);
  }
}

function receivedObject(value: object): string {
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  const name = className(value);
  if (ArrayBuffer.isView(value)) {
    const length = (value as { readonly length?: number }).length;
    return length === undefined ? `a ${name}` : `${article(name)} ${name} of length ${length}`;
  }
  if (name !== "Object") return `${article(name)} ${name}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? "an object without keys" : `an object with ${quoted(keys, KEYS_SHOWN)}`;
}

/** The name of the value's class; "Object" for a plain object, one without a prototype, or a nameless class. */
function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const type: unknown = prototype === null ? undefined : (prototype as { readonly constructor?: unknown }).constructor;
  const name: unknown = typeof type === "function" ? type.name : "";
  return typeof name === "string" && name !== "" ? name.slice(0, TEXT_SHOWN) : "Object";
}

function article(noun: string): string {
  return /^[AEIO]/i.test(noun) ? "an" : "a"; // no U: Uint8Array is "a"
}

/**
 * Names in quotes for an error text, long ones cut, the rest counted: `"a", "b" and 3 more`.
 *
 * @param names - the names, in the order to show them.
 * @param shown - how many to show at most.
 * @param last - what stands before the last name, if all are shown.
 */
export function quoted(names: readonly string[], shown = 12, last = ", "): string {
  const texts = names.slice(0, shown).map(received);
  if (names.length > shown) return `${texts.join(", ")} and ${names.length - shown} more`;
  return texts.length > 1 ? `${texts.slice(0, -1).join(", ")}${last}${texts[texts.length - 1]}` : texts.join();
}

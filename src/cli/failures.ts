import { CommanderError } from "commander";
import { MixtureError } from "../index.ts";

/** Exit code for arguments, files or data that cannot be used as they are. */
export const EXIT_USAGE = 2;
/** Exit code for a computation that failed, and for whatever was not foreseen. */
export const EXIT_FAILED = 1;

/** What the user gave cannot be used: an argument, a file, or what is in it. The text ends in a remedy. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** What the library calls an option, and what it is called here. */
const OPTION_NAMES: Readonly<Record<string, string>> = {
  nComponents: "--components",
  covarianceType: "--covariance",
  tol: "--tol",
  maxIter: "--max-iter",
  regCovar: "--reg-covar",
  nInit: "--n-init",
  seed: "--seed",
  n: "--rows",
};

/**
 * A text of the library in the words of the command line: `nComponents: expected …` becomes
 * `--components: expected …`. Short names count only at the start, where the library names the argument; a quoted name
 * is a column's and stays.
 */
export function inOptionNames(message: string): string {
  return message
    .replace(/^(?:tol|seed|n)(?=: )/, (name) => OPTION_NAMES[name])
    .replace(/(?<!")\b(?:nComponents|covarianceType|maxIter|regCovar|nInit)\b(?!")/g, (name) => OPTION_NAMES[name])
    .replace(/\bor tol$/, "or --tol");
}

/**
 * Calls the library; what it says about its arguments is about the user's.
 *
 * @param work - the calls.
 * @throws {InputError} For a `TypeError`, `RangeError` or `SyntaxError`; other errors pass.
 */
export async function callLibrary<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isOutOfMemory(cause)) throw cause;
    if (cause instanceof TypeError || cause instanceof RangeError || cause instanceof SyntaxError) {
      throw new InputError(inOptionNames(cause.message), { cause });
    }
    throw cause;
  }
}

/** Whether the engine could not make something as large as was needed. */
function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof RangeError &&
    /^(?:Array buffer allocation failed|Invalid (?:string|array|typed array) length)/.test(error.message)
  );
}

/** The code of an error of Node's. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null | undefined)?.code;
}

/** File errors that the user can mend by giving another path. */
const PATH_CODES = new Set(["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "EROFS", "ELOOP", "ENAMETOOLONG"]);

/**
 * An error of the file system that says which file it is about and what to do.
 *
 * @param path - the file, as the user wrote it.
 * @param cause - what Node threw.
 * @returns an {@link InputError} if another path would do, otherwise `cause`.
 */
export function pathError(path: string, cause: unknown): unknown {
  const code = codeOf(cause);
  if (code === "ERR_FS_FILE_TOO_LARGE" || code === "ERR_STRING_TOO_LONG") {
    return new InputError(
      `${path}: expected a model of less than 512 MB, got more; convert it to binary where it was made`,
      { cause },
    );
  }
  if (code === undefined || !PATH_CODES.has(code)) return cause;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "no such file or folder; check the path",
    EISDIR: "this is a folder; give a file",
    ENOTDIR: "a part of the path is not a folder; check the path",
  };
  return new InputError(`${path}: ${reasons[code] ?? `not allowed (${code}); check the path and its permissions`}`, {
    cause,
  });
}

/** Whether the reader of our output has gone, as `head` does when it has seen enough. */
export function isClosedPipe(error: unknown): boolean {
  return codeOf(error) === "EPIPE";
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  return error instanceof InputError ? EXIT_USAGE : EXIT_FAILED;
}

/** What to tell about an error; with GAUSSMIX_DEBUG in the environment, where it came from too. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env.GAUSSMIX_DEBUG) {
    const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : "";
    return `${error.stack}${cause}`;
  }
  if (isOutOfMemory(error))
    return `expected to fit into memory, got more (${error.message}); use fewer rows, columns or components`;
  return error instanceof MixtureError ? inOptionNames(error.message) : error.message;
}

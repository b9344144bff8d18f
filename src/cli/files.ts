import { access, chmod, constants, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { InputError, pathError } from "./failures.ts";

/** The name that stands for standard input. */
export const STDIN = "-";

/** What a file is called in messages. */
export function sourceOf(path: string): string {
  return path === STDIN ? "standard input" : path;
}

/**
 * The text of a file, or of standard input for `-`.
 *
 * @throws {InputError} If it cannot be read, or is not UTF-8.
 */
export async function readText(path: string): Promise<string> {
  return textOf(path, await readBytes(path));
}

/**
 * The text that bytes from a path are.
 *
 * @throws {InputError} If they are not UTF-8.
 */
export function textOf(path: string, bytes: Uint8Array): string {
  // UTF-16 starts with a byte order mark: what spreadsheets call "Unicode text"
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_ENCODING_INVALID_ENCODED_DATA") throw cause;
    throw new InputError(`${sourceOf(path)}: expected text in UTF-8, got other bytes; save the file as UTF-8`, {
      cause,
    });
  }
}

/**
 * The bytes of a file, or of standard input for `-`.
 *
 * @throws {InputError} If it cannot be read.
 */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await (path === STDIN ? buffer(process.stdin) : readFile(path));
  } catch (cause) {
    throw pathError(path, cause);
  }
}

/**
 * Checks, before a long computation, that a file can be written.
 *
 * @throws {InputError} If its folder does not exist or is not writable, or it is a folder itself.
 */
export async function checkWritable(path: string): Promise<void> {
  const target = await targetOf(path);
  try {
    if (target.mode !== undefined) await access(target.path, constants.W_OK);
    if (!target.isSpecial) await access(dirname(target.path), constants.W_OK);
  } catch (cause) {
    throw pathError(path, cause);
  }
}

/**
 * Writes a file as a whole or not at all: to a neighbour first, which then takes its name.
 *
 * @throws {InputError} If the path cannot be written to.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const target = await targetOf(path);
  try {
    if (target.isSpecial) return await writeFile(target.path, content);
  } catch (cause) {
    throw pathError(path, cause);
  }
  const temporary = join(dirname(target.path), `.${basename(target.path)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, content, { flag: "wx", flush: true });
    if (target.mode !== undefined) await chmod(temporary, target.mode);
    await rename(temporary, target.path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw pathError(path, cause);
  }
}

/** Where a path leads. */
interface Target {
  /** Links followed, so that they stay. */
  readonly path: string;
  /** The permissions of the file that is there; undefined if none is. */
  readonly mode: number | undefined;
  /** A device or a pipe such as /dev/null: to be written to, never replaced. */
  readonly isSpecial: boolean;
}

async function targetOf(path: string): Promise<Target> {
  try {
    const real = await realpath(path);
    const found = await stat(real);
    if (found.isDirectory()) throw new InputError(`${path}: this is a folder; give a file`);
    return { path: real, mode: found.mode & 0o7777, isSpecial: !found.isFile() };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { path, mode: undefined, isSpecial: false };
    throw pathError(path, cause);
  }
}

/** Whether two paths lead to the same file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  try {
    return (await realpath(a)) === (await realpath(b));
  } catch {
    return false;
  }
}

/** Characters written at a time: large enough to be quick, small enough to be held. */
const CHUNK = 65536;

/**
 * Writes to standard output, at the pace of its reader.
 *
 * @param texts - what to write; made as it is needed.
 * @throws Node's error if the output cannot be written; its code is EPIPE if the reader has gone.
 */
export async function writeOut(texts: Iterable<string>): Promise<void> {
  let chunk = "";
  for (const text of texts) {
    chunk += text;
    if (chunk.length < CHUNK) continue;
    await writeChunk(chunk);
    chunk = "";
  }
  if (chunk !== "") await writeChunk(chunk);
}

/** Writes something to standard output, all at once. */
export function writeChunk(chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

/** Tells something on standard error, under the program's name. */
export function tell(message: string): void {
  process.stderr.write(`gaussmix: ${message}\n`);
}

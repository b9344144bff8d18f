import { randomBytes } from "node:crypto";
import { fstatSync, rmSync } from "node:fs";
import { access, chmod, constants, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { codeOf, InputError, pathError } from "./failures.ts";

/** The name that stands for standard input. */
export const STDIN = "-";

/** What a file is called in messages. */
export function sourceOf(path: string): string {
  return path === STDIN ? "standard input" : path;
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
    throw pathError(sourceOf(path), cause);
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

/** Signals that ask a program to end. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** How often a file is written again whose neighbour has been taken for one of a dead process, as in another container. */
const ATTEMPTS = 3;

/**
 * Writes a file as a whole or not at all: to a neighbour first, which then takes its name. A signal that ends the program removes the
 * neighbour; those of programs that were killed otherwise are removed here.
 *
 * @throws {InputError} If the path cannot be written to.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const target = await targetOf(path);
  try {
    if (target.isSpecial) return await writeFile(target.path, content);
    await removeOrphans(target.path);
    for (let attempt = 1; ; attempt++) {
      try {
        return await replace(target, content);
      } catch (cause) {
        if (codeOf(cause) !== "ENOENT" || attempt === ATTEMPTS) throw cause;
      }
    }
  } catch (cause) {
    throw pathError(path, cause);
  }
}

async function replace({ path, mode }: Target, content: string | Uint8Array): Promise<void> {
  // the number of a process is not one of its own in another container
  const own = `${process.pid}-${randomBytes(4).toString("hex")}`;
  const temporary = join(dirname(path), `.${basename(path)}.${own}.tmp`);
  const end = (signal: NodeJS.Signals): void => {
    rmSync(temporary, { force: true });
    for (const one of ENDING) process.off(one, end);
    process.kill(process.pid, signal);
  };
  for (const one of ENDING) process.on(one, end);
  try {
    await writeFile(temporary, content, { flag: "wx", flush: true });
    if (mode !== undefined) await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  } finally {
    for (const one of ENDING) process.off(one, end);
  }
}

/** Removes neighbours of a file whose programs have ended before they could. */
async function removeOrphans(path: string): Promise<void> {
  const [before, after] = [`.${basename(path)}.`, ".tmp"];
  // a folder may let files be written, but not be listed
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    if (!name.startsWith(before) || !name.endsWith(after)) continue;
    const [, pid] = /^(\d+)-[0-9a-f]{8}$/.exec(name.slice(before.length, -after.length)) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(dirname(path), name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    return codeOf(cause) !== "ESRCH";
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
    if (codeOf(cause) === "ENOENT") return { path, mode: undefined, isSpecial: false };
    throw pathError(path, cause);
  }
}

/** Whether two paths, or a path and standard input, lead to the same file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([a, b].map((path) => (path === STDIN ? fstatSync(0) : stat(path))));
    return one.isFile() && one.dev === other.dev && one.ino === other.ino;
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
export async function writeOut(texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  let chunk = "";
  for await (const text of texts) {
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

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { InputError, pathError } from "./failures.ts";
import { STDIN, sourceOf } from "./files.ts";

/** Bytes read at a time. */
const CHUNK = 2 ** 16;

/**
 * A text in a file, or on standard input for `-`, that is read in pieces. It can be read again: a file is opened again, what comes
 * through a pipe is kept.
 */
export class TextSource {
  /** What it is called in messages. */
  readonly name: string;
  readonly #path: string;
  /** What has come through a pipe; undefined for a file. */
  #kept: Buffer[] | undefined;
  /** Whether what comes through a pipe will be asked for again. */
  readonly #keeps: boolean;
  /** Whether the pipe has been read. */
  #isRead = false;
  /** Size and time of the file when it was first opened. */
  #state: string | undefined;

  constructor(path: string, keeps: boolean) {
    this.#path = path;
    this.#keeps = keeps;
    this.name = sourceOf(path);
  }

  /**
   * The text in pieces. UTF-8, or UTF-16 if it begins with a byte order mark.
   *
   * @throws {InputError} If it cannot be read, is in another encoding, or has changed since it was read before.
   */
  async *pieces(): AsyncGenerator<string> {
    let decoder: TextDecoder | undefined;
    // a pipe may hand over its first bytes one by one
    let head: Uint8Array = new Uint8Array(0);
    for await (const chunk of this.#bytes()) {
      const bytes = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
      if (decoder === undefined && bytes.length < 2) {
        head = bytes;
        continue;
      }
      head = new Uint8Array(0);
      decoder ??= decoderFor(bytes);
      yield this.#decode(decoder, bytes);
    }
    if (decoder !== undefined || head.length > 0) yield this.#decode(decoder ?? decoderFor(head), head, true);
  }

  #decode(decoder: TextDecoder, bytes: Uint8Array, isLast = false): string {
    const text = decoded(this.name, decoder, bytes, !isLast);
    if (!text.includes("\0")) return text;
    throw new InputError(
      `${this.name}: expected text in UTF-8, got bytes of value 0; save the file as CSV in UTF-8, or in UTF-16 with a byte order mark`,
    );
  }

  async *#bytes(): AsyncGenerator<Buffer> {
    if (this.#isRead) {
      yield* this.#kept ?? [];
      return;
    }
    try {
      const isFile = this.#path !== STDIN && (await this.#isUnchangedFile());
      this.#isRead = !isFile;
      this.#kept = isFile || !this.#keeps ? undefined : [];
      const stream: AsyncIterable<Buffer> =
        this.#path === STDIN ? process.stdin : createReadStream(this.#path, { highWaterMark: CHUNK });
      for await (const chunk of stream) {
        this.#kept?.push(chunk);
        yield chunk;
      }
    } catch (cause) {
      throw pathError(this.name, cause);
    }
  }

  /** Whether the path leads to a file, which can be opened again. */
  async #isUnchangedFile(): Promise<boolean> {
    const found = await stat(this.#path);
    const state = `${found.size} ${found.mtimeMs}`;
    this.#state ??= state;
    if (found.isFile() && state !== this.#state) {
      throw new InputError(
        `${this.name}: expected a file that stays as it is while it is read, got one that changes; copy it first`,
      );
    }
    return found.isFile();
  }
}

/** UTF-16 starts with a byte order mark: what spreadsheets call "Unicode text". */
function decoderFor(bytes: Uint8Array): TextDecoder {
  const mark = (bytes[0] << 8) | bytes[1];
  const encoding = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding, { fatal: true });
}

/**
 * The text that bytes from a path are.
 *
 * @throws {InputError} If they are not UTF-8.
 */
export function textOf(path: string, bytes: Uint8Array): string {
  return decoded(sourceOf(path), decoderFor(bytes), bytes, false);
}

/** @param stream - whether more bytes follow. */
function decoded(name: string, decoder: TextDecoder, bytes: Uint8Array, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_ENCODING_INVALID_ENCODED_DATA") throw cause;
    throw new InputError(`${name}: expected text in UTF-8, got other bytes; save the file as UTF-8`, { cause });
  }
}

// What callers give: values and bytes to read.
import { received } from "../errors.ts";

/** A list; R and MATLAB write a list of one as the bare value. */
export function boxed(value: unknown): unknown {
  return typeof value === "number" || typeof value === "string" ? [value] : value;
}

/**
 * Bytes where the caller has them; nothing is copied.
 *
 * @throws {TypeError} If they are neither an ArrayBuffer nor a view of one.
 */
export function viewOf(bytes: unknown): DataView {
  if (ArrayBuffer.isView(bytes)) return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // of any realm
  if (Object.prototype.toString.call(bytes) === "[object ArrayBuffer]") return new DataView(bytes as ArrayBuffer);
  throw new TypeError(
    `bytes: expected a Uint8Array or an ArrayBuffer, got ${received(bytes)}; read the file without an encoding`,
  );
}

let decoder: TextDecoder | undefined;

/** The text in a range of bytes, UTF-8; a byte that is none becomes U+FFFD. */
export function textIn(view: DataView, start: number, end: number): string {
  decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
  return decoder.decode(new Uint8Array(view.buffer, view.byteOffset + start, end - start));
}

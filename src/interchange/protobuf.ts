import { textIn } from "./given.ts";

/** How a field is written: a varint, 8 bytes, bytes after their length, 4 bytes. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/**
 * The fields of a protobuf message, one after the other (Protocol Buffers, "Encoding"). They are read in place: a claimed
 * length costs nothing, and none reaches beyond the message.
 *
 * @example
 * for (const model = new Message(view); model.next(); ) if (model.field === 7) readGraph(model.message());
 */
export class Message {
  readonly view: DataView;
  /** The number of the field at hand. */
  field = 0;
  /** Where its content begins, and the first byte after it. */
  start = 0;
  end: number;
  #wire = VARINT;
  #varint = 0;
  readonly #last: number;

  constructor(view: DataView, start = 0, last: number = view.byteLength) {
    this.view = view;
    this.end = start;
    this.#last = last;
  }

  /**
   * Goes to the next field; false at the end of the message.
   *
   * @throws {RangeError} If the field is cut short or written in no known way.
   */
  next(): boolean {
    if (this.end === this.#last) return false;
    const tag = this.#read();
    this.field = Math.floor(tag / 8);
    this.#wire = tag % 8;
    if (this.#wire === VARINT) this.#varint = this.#read();
    this.start = this.end;
    if (this.#wire === LENGTH) {
      const length = this.#read();
      this.start = this.end;
      this.end += length;
    } else if (this.#wire === FIXED64) this.end += 8;
    else if (this.#wire === FIXED32) this.end += 4;
    else if (this.#wire !== VARINT) throw this.#malformed();
    if (this.end > this.#last) throw this.#malformed();
    return true;
  }

  /** The field as an integer, 0 or more; exact below 2^53. */
  integer(): number {
    this.#expect(VARINT);
    return this.#varint;
  }

  /** The field as a 32-bit float. */
  float(): number {
    this.#expect(FIXED32);
    return this.view.getFloat32(this.start, true);
  }

  text(): string {
    this.#expect(LENGTH);
    return textIn(this.view, this.start, this.end);
  }

  message(): Message {
    this.#expect(LENGTH);
    return new Message(this.view, this.start, this.end);
  }

  /** Visits the field's integers: one, or as many as are packed in it. */
  eachInteger(visit: (value: number) => void): void {
    if (this.#wire === VARINT) visit(this.#varint);
    else for (const packed = this.message(); packed.end < this.end; ) visit(packed.#read());
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) throw this.#malformed();
  }

  #read(): number {
    let value = 0;
    for (let scale = 1, i = 0; i < 10; i++, scale *= 128) {
      if (this.end >= this.#last) throw this.#malformed();
      const byte = this.view.getUint8(this.end++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw this.#malformed();
  }

  #malformed(): RangeError {
    return new RangeError(
      `bytes: expected an ONNX model, got a field that is cut short or malformed at byte ${this.start}; give the file as it is`,
    );
  }
}

import { textIn } from "./given.ts";

/** How a field is written: as a varint, or as bytes after their number; others have a fixed width. */
const VARINT = 0;
const LENGTH = 2;

/**
 * The fields of a protobuf message, one after the other (Protocol Buffers, "Encoding"). They are read in place: a claimed
 * length costs nothing, and none reaches beyond the message. A field of another kind than asked for is empty, or 0.
 *
 * @example
 * for (const model = new Message(view); model.next(); ) if (model.field === 7) readGraph(model.message());
 */
export class Message {
  readonly view: DataView;
  /** The number of the field at hand. */
  field = 0;
  /** Its value, if it is an integer; exact below 2^53. */
  integer = 0;
  /** Where its content begins, and the first byte after it. */
  start = 0;
  end: number;
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
    const tag = this.#varint();
    const wire = tag % 8;
    this.field = Math.floor(tag / 8);
    this.integer = wire === VARINT || wire === LENGTH ? this.#varint() : 0;
    this.start = this.end;
    this.end += [0, 8, this.integer, Infinity, Infinity, 4, Infinity, Infinity][wire];
    if (this.end > this.#last) throw this.#malformed();
    return true;
  }

  /** The field as a 32-bit float. */
  float(): number {
    return this.end - this.start === 4 ? this.view.getFloat32(this.start, true) : 0;
  }

  text(): string {
    return textIn(this.view, this.start, this.end);
  }

  message(): Message {
    return new Message(this.view, this.start, this.end);
  }

  /** Visits the field's integers: one, or as many as are packed in it. */
  eachInteger(visit: (value: number) => void): void {
    if (this.start === this.end) visit(this.integer);
    for (const packed = this.message(); packed.end < this.end; ) visit(packed.#varint());
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; this.end < this.#last && scale < 2 ** 70; scale *= 128) {
      const byte = this.view.getUint8(this.end++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw this.#malformed();
  }

  #malformed(): RangeError {
    return new RangeError(
      `bytes: expected an ONNX model, got a field cut short or malformed before byte ${this.#last}; give the file as it is`,
    );
  }
}

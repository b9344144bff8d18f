// Model files with something wrong in them, seeded.
import { uniforms } from "./problems.ts";

/** Draws an integer from 0 to n - 1. */
type Draw = (n: number) => number;

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  5e-324,
  1e-300,
  1e300,
  1.7976931348623157e308,
  Number.NaN,
  Infinity,
  -Infinity,
  2 ** 53,
];
const SIZES = [0, 1, 2, 7, 127, 128, 255, 65535, 65536, 1e6, 1e9, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** A file with one to three changes: bits, bytes, numbers, lengths, cut, doubled, moved or inserted parts. */
export function mutatedBytes(file: Uint8Array, seed: number): Uint8Array {
  const uniform = uniforms(seed);
  const draw: Draw = (n) => Math.floor(uniform() * n);
  let bytes: Uint8Array = file.slice();
  for (let changes = 1 + draw(3); changes > 0; changes--) bytes = changedBytes(bytes, draw);
  return bytes;
}

function changedBytes(bytes: Uint8Array, draw: Draw): Uint8Array {
  const size = bytes.length;
  if (size === 0) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const at = draw(size);
  const length = 1 + draw(Math.min(size - at, 1 << draw(8)));
  switch (draw(9)) {
    case 0:
      bytes[at] ^= 1 << draw(8);
      return bytes;
    case 1:
      bytes[at] = draw(256);
      return bytes;
    case 2:
      bytes.fill([0, 0x7f, 0x80, 0xff][draw(4)], at, at + length);
      return bytes;
    case 3:
      if (at + 8 <= size) view.setFloat64(at, NUMBERS[draw(NUMBERS.length)], true);
      return bytes;
    case 4:
      if (at + 4 <= size) view.setUint32(at, SIZES[draw(SIZES.length)], true);
      return bytes;
    case 5:
      return bytes.slice(0, at);
    case 6:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 7:
      return joined(bytes.subarray(0, at + length), bytes.subarray(at, at + length), bytes.subarray(at + length));
    default: {
      const from = draw(size);
      return joined(bytes.subarray(0, at), bytes.subarray(from, from + length), bytes.subarray(at));
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const TOKENS = [
  ...[
    "null",
    "true",
    '""',
    '"1"',
    "0",
    "-0",
    "-1",
    "1e-320",
    "1e300",
    "1e999",
    "-1e999",
    "1000000000",
    "9007199254740993",
  ],
  ...["[]", "[[]]", "[1]", "[[1]]", "[null]", "{}", '{"length":1000000000}', '{"length":3,"0":1}', '{"toString":1}'],
  ...['"__proto__"', '{"__proto__":[1]}', '"constructor"', "NaN", "Infinity", "[[[[[[1]]]]]]"],
];

/** Text of JSON with one to three changes: a value, a key, a bracket or a part replaced, left out, doubled or moved. */
export function mutatedText(text: string, seed: number): string {
  const uniform = uniforms(seed);
  const draw: Draw = (n) => Math.floor(uniform() * n);
  let changed = text;
  for (let changes = 1 + draw(3); changes > 0; changes--) changed = changedText(changed, draw);
  return changed;
}

function changedText(text: string, draw: Draw): string {
  const at = draw(text.length);
  const end = Math.min(text.length, at + 1 + draw(1 << draw(8)));
  const replace = (pattern: RegExp, value: string): string => {
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return text;
    const { index, 0: part } = found[draw(found.length)];
    return text.slice(0, index) + value + text.slice(index + part.length);
  };
  switch (draw(8)) {
    case 0:
    case 1:
      return replace(/-?\d[\d.eE+-]*|"[^"]*"(?!:)|true|false|null/g, TOKENS[draw(TOKENS.length)]);
    case 2:
      return replace(/\[[^[\]]*\]/g, TOKENS[draw(TOKENS.length)]);
    case 3:
      return replace(/"\w+":/g, `"${["__proto__", "constructor", "length", "weights", "x"][draw(5)]}":`);
    case 4:
      return text.slice(0, at) + text.slice(end);
    case 5:
      return text.slice(0, end) + text.slice(at);
    case 6:
      return text.slice(0, at) + '[]{},:"-.e0'[draw(11)] + text.slice(at + draw(2));
    default:
      return text.slice(0, at) + "[".repeat(draw(3)) + text.slice(end);
  }
}

// Where a module multiplies and then adds: f64x2.mul whose product is the left operand of f64x2.add. In the binary the two
// instructions have the same length as f64x2.relaxed_madd and three nops, so the relaxed variant of the kernels is the same
// module with these places changed (src/engine/kernels.ts).

const MUL = 0xf2;
const ADD = 0xf0;

/** Reads LEB128 numbers, and knows where it is. */
class Reader {
  constructor(/** @type {Uint8Array} */ bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    return /** @type {number} */ (this.bytes[this.at++]);
  }
  /** Signed numbers may be read as unsigned where only their length matters. */
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
  /** @template T @param {() => T} read @returns {T[]} */
  list(read) {
    return Array.from({ length: this.number() }, read);
  }
}

/**
 * Places of the pairs, in order of the additions: [of the mul, of the add].
 *
 * @param {Uint8Array} bytes - a module with functions, an imported memory and SIMD: what the AssemblyScript compiler writes.
 * @returns {[number, number][]}
 * @throws {Error} at an instruction that it does not know.
 */
export function multiplyAdds(bytes) {
  const types = [];
  const functions = [];
  const pairs = [];
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const section = reader.byte();
    const end = reader.number() + reader.at;
    if (section === 1) {
      types.push(
        ...reader.list(() => {
          reader.byte();
          return { takes: reader.list(() => reader.byte()).length, gives: reader.list(() => reader.byte()).length };
        }),
      );
    } else if (section === 3) functions.push(...reader.list(() => types[reader.number()]));
    else if (section === 10) reader.list(() => readFunction(reader, functions, pairs));
    reader.at = end;
  }
  return pairs;
}

function readFunction(reader, functions, pairs) {
  const end = reader.number() + reader.at;
  reader.list(() => [reader.number(), reader.byte()]);
  /** What each value on the operand stack came from: the place of a multiplication, or nothing of interest. */
  let stack = [];
  const effect = (takes, gives) => {
    stack.length = Math.max(0, stack.length - takes);
    for (let i = 0; i < gives; i++) stack.push(undefined);
  };
  while (reader.at < end) {
    const at = reader.at;
    const code = reader.byte();
    if (code === 0xfd) {
      const vector = reader.number();
      if (vector === ADD) {
        const left = stack.at(-2);
        if (left !== undefined) pairs.push([left, at]);
      }
      effect(...vectorEffect(reader, vector));
      if (vector === MUL) stack[stack.length - 1] = at;
    } else if (isControl(code)) {
      readControl(reader, code);
      // values that cross a block's edge are not followed
      stack = [];
    } else if (code === 0x10) {
      const { takes, gives } = functions[reader.number()];
      effect(takes, gives);
    } else effect(...scalarEffect(reader, code));
  }
}

const isControl = (code) => code <= 0x0f || code === 0x11;

function readControl(reader, code) {
  if (code >= 0x02 && code <= 0x04) reader.number();
  else if (code === 0x0c || code === 0x0d) reader.number();
  else if (code === 0x0e) {
    reader.list(() => reader.number());
    reader.number();
  } else if (code === 0x11) throw new Error("multiply-adds: calls through a table are not known");
}

/** [operands, results] of an instruction without vectors; reads its immediates. */
function scalarEffect(reader, code) {
  if (code === 0x1a) return [1, 0];
  if (code === 0x1b) return [3, 1];
  if (code >= 0x20 && code <= 0x24) {
    reader.number();
    return [
      [0, 1],
      [1, 0],
      [1, 1],
      [0, 1],
      [1, 0],
    ][code - 0x20];
  }
  if (code >= 0x28 && code <= 0x3e) {
    reader.number();
    reader.number();
    return code <= 0x35 ? [1, 1] : [2, 0];
  }
  if (code === 0x3f) {
    reader.byte();
    return [0, 1];
  }
  if (code === 0x41 || code === 0x42) {
    reader.number();
    return [0, 1];
  }
  if (code === 0x44) {
    reader.at += 8;
    return [0, 1];
  }
  if (code === 0xfc) {
    const bulk = reader.number();
    if (bulk < 8) return [1, 1];
    // memory.copy names two memories, memory.fill one
    reader.at += bulk === 0x0a ? 2 : 1;
    return [3, 0];
  }
  const unary =
    code === 0x45 ||
    code === 0x50 ||
    (code >= 0x67 && code <= 0x69) ||
    (code >= 0x79 && code <= 0x7b) ||
    (code >= 0x8b && code <= 0x91) ||
    (code >= 0x99 && code <= 0x9f) ||
    (code >= 0xa7 && code <= 0xc4);
  if (unary) return [1, 1];
  if (code >= 0x46 && code <= 0xa6) return [2, 1];
  throw new Error(`multiply-adds: instruction 0x${code.toString(16)} is not known`);
}

/** The same for an instruction on vectors. */
function vectorEffect(reader, code) {
  if (code <= 0x0b) {
    reader.number();
    reader.number();
    return code === 0x0b ? [2, 0] : [1, 1];
  }
  if (code === 0x0c || code === 0x0d) {
    reader.at += 16;
    return code === 0x0c ? [0, 1] : [2, 1];
  }
  if (code >= 0x0f && code <= 0x14) return [1, 1];
  if (code >= 0x15 && code <= 0x22) {
    reader.byte();
    return [0x17, 0x1a, 0x1c, 0x1e, 0x20, 0x22].includes(code) ? [2, 1] : [1, 1];
  }
  if (code >= 0x23 && code <= 0x4c) return [2, 1];
  if (code === 0x4d || code === 0x53) return [1, 1];
  if (code >= 0x4e && code <= 0x51) return [2, 1];
  if (code === 0x52) return [3, 1];
  if (code === 0x5c || code === 0x5d) {
    reader.number();
    reader.number();
    return [1, 1];
  }
  // f32x4 and f64x2 roundings, i64x2 unaries
  if (
    [
      0x67, 0x68, 0x69, 0x6a, 0x74, 0x75, 0x7a, 0x94, 0xc0, 0xc1, 0xc3, 0xc4, 0xc7, 0xc8, 0xc9, 0xca, 0xec, 0xed, 0xef,
      0xfc, 0xfd, 0xfe, 0xff,
    ].includes(code)
  )
    return [1, 1];
  if ((code >= 0xcb && code <= 0xdb) || (code >= 0xf0 && code <= 0xf7) || (code >= 0xa0 && code <= 0xbf)) return [2, 1];
  throw new Error(`multiply-adds: vector instruction 0x${code.toString(16)} is not known`);
}

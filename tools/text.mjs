// Bytes as text for a string of JavaScript: printable ASCII without quotes and backslash, 91 characters. A byte of the
// 89 that WebAssembly uses most, those from 240 on and from 0 up, takes one character, another two. Base64 moves every
// third byte across characters, so that a compressor finds nothing again; this text compresses like the bytes.

/** @param {Uint8Array} bytes @returns {string} */
export function encode(bytes) {
  const character = (i) => String.fromCharCode(i < 57 ? 35 + i : 36 + i);
  let text = "";
  for (const byte of bytes) {
    const value = (byte + 16) & 255;
    const rest = value - 89;
    text += value < 89 ? character(value) : character(89 + (rest > 90)) + character(rest % 91);
  }
  return text;
}

/** The opposite; its text goes into what is published. @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function decode(text) {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let high = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 92 ? code - 35 : code - 36;
    if (high === 0 && value > 88) high = value === 89 ? 89 : 180;
    else {
      bytes[length++] = high + value - 16;
      high = 0;
    }
  }
  return bytes.slice(0, length);
}

// Parts of model files, for files that no writer of ours would write.
import { crc32 } from "node:zlib";

/** A binary file with the checksum that belongs to its other bytes. */
export function withChecksum(file: Uint8Array): Uint8Array {
  const end = file.length - 4;
  if (end >= 0) new DataView(file.buffer, file.byteOffset).setUint32(end, crc32(file.subarray(0, end)), true);
  return file;
}

/** A protobuf field of bytes. */
export function field(number: number, content: string | readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = [content].flat().map((part) => (typeof part === "string" ? Buffer.from(part) : part));
  let length = bytes.reduce((sum, part) => sum + part.length, 0);
  const prefix = [(number << 3) | 2];
  for (; length > 127; length = Math.floor(length / 128)) prefix.push((length & 127) | 128);
  return Buffer.concat([Buffer.from([...prefix, length]), ...bytes]);
}

/** A node of an ONNX graph: one operation. */
export function node(op: string, inputs: readonly string[], output: string, alpha = 1): Uint8Array {
  const factor = Buffer.concat([Buffer.from([0x15]), Buffer.from(Float32Array.of(alpha).buffer)]);
  const names = inputs.map((name) => field(1, name));
  return field(1, [...names, field(2, output), field(4, op), field(5, [field(1, "alpha"), factor])]);
}

/** A constant of an ONNX graph: doubles. */
export function tensor(name: string, shape: readonly number[], values: Float64Array): Uint8Array {
  const sides = Buffer.from(shape.flatMap((side) => [8, (side & 127) | 128, side >> 7]));
  return field(5, [sides, Buffer.from([16, 11]), field(8, name), field(9, [new Uint8Array(values.buffer)])]);
}

/** An ONNX model with a graph of these. */
export function model(parts: readonly Uint8Array[]): Uint8Array {
  return field(7, parts);
}

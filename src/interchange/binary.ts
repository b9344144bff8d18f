import { GaussianMixture } from "../api/mixture.ts";
import { received } from "../errors.ts";
import { COVARIANCE_TYPES, type CovarianceType } from "../input/options.ts";
import { covarianceShape } from "../model/parameters.ts";
import { checkMixture, textIn, viewOf } from "./given.ts";

/** As PNG's: a byte that is not ASCII, a name, and line ends, which a transfer as text would change. */
const MAGIC = [0x89, 0x47, 0x4d, 0x58, 0x0d, 0x0a, 0x1a, 0x0a];
/** Raised when the layout changes so that older readers would misread it. */
const VERSION = 1;
const HEADER_BYTES = 24;
const CHECKSUM_BYTES = 4;

/**
 * A mixture in the binary format (docs/binary.md): 8 bytes per free parameter, less than half of the JSON text.
 * {@link fromBytes} gives it back to the last bit. The report is left out.
 *
 * @throws {TypeError} If it is not a mixture.
 * @throws {RangeError} If the name of a column has half of a surrogate pair, which UTF-8 cannot hold.
 * @example
 * await writeFile("model.bin", toBytes(mixture));
 */
export function toBytes(mixture: GaussianMixture): Uint8Array<ArrayBuffer> {
  checkMixture(mixture);
  const { covarianceType: type, nComponents: K, nFeatures: D, weights, means, covariances, columns = [] } = mixture;
  const names = columns.map((name) => new TextEncoder().encode(name));
  const namesBytes = names.reduce((sum, { length }) => sum + 4 + length, 0);
  const out = new Uint8Array(HEADER_BYTES + 8 * numberCount(type, K, D) + namesBytes + CHECKSUM_BYTES);
  const view = new DataView(out.buffer);
  out.set(MAGIC);
  view.setUint16(8, VERSION, true);
  view.setUint16(10, COVARIANCE_TYPES.indexOf(type), true);
  [K, D, namesBytes].forEach((size, i) => {
    view.setUint32(12 + 4 * i, size, true);
  });
  let at = HEADER_BYTES;
  const write = (value: number): void => {
    view.setFloat64(at, value, true);
    at += 8;
  };
  weights.forEach(write);
  means.forEach(write);
  eachStored(type, covariances.length, D, (i) => write(covariances[i]));
  names.forEach((name, d) => {
    view.setUint32(at, name.length, true);
    out.set(name, at + 4);
    at += 4 + name.length;
    if (textIn(view, at - name.length, at) !== columns[d]) {
      throw new RangeError(
        `columns: expected names that UTF-8 can hold, got ${received(columns[d])}; name the column otherwise`,
      );
    }
  });
  view.setUint32(at, crc32(view, at), true);
  return out;
}

/**
 * A mixture from what {@link toBytes} gave. Parameters are the same to the last bit.
 *
 * @param bytes - the whole file; at any offset of its buffer.
 * @throws {TypeError} If it is not such a file.
 * @throws {RangeError} If it is damaged, of another version, or its parts do not fit each other.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const mixture = fromBytes(await readFile("model.bin"));
 * const served = fromBytes(await (await fetch("model.bin")).arrayBuffer());
 */
export function fromBytes(bytes: Uint8Array | ArrayBuffer): GaussianMixture {
  const view = viewOf(bytes);
  const size = view.byteLength;
  if (size < MAGIC.length || MAGIC.some((byte, i) => view.getUint8(i) !== byte)) {
    throw new TypeError(`bytes: expected a mixture as toBytes gives it, got ${size} others; give the file as it is`);
  }
  const damaged = (expected: string, got: unknown): RangeError =>
    new RangeError(`bytes: expected ${expected}, got ${got}; the file is damaged, copy it anew`);
  if (size < HEADER_BYTES) throw damaged(`${HEADER_BYTES} bytes or more`, size);
  const version = view.getUint16(8, true);
  if (version !== VERSION) {
    throw new RangeError(
      `bytes: expected version ${VERSION}, got ${version}; read it with the release of gaussmix that wrote it`,
    );
  }
  const code = view.getUint16(10, true);
  const type = COVARIANCE_TYPES[code];
  if (type === undefined) throw damaged("a covariance type from 0 to 3", code);
  const [K, D, namesBytes] = [12, 16, 20].map((at) => view.getUint32(at, true));
  if (K * D === 0) throw damaged("components and columns", `${K} and ${D}`);
  // nothing is allocated before the sizes are known to be those of the file
  const end = HEADER_BYTES + 8 * numberCount(type, K, D) + namesBytes;
  if (size !== end + CHECKSUM_BYTES) throw damaged(`${end + CHECKSUM_BYTES} bytes, as its header says`, size);
  const checksum = view.getUint32(end, true);
  if (checksum !== crc32(view, end)) throw damaged(`the checksum ${checksum}`, crc32(view, end));

  let at = HEADER_BYTES;
  const read = (): number => {
    at += 8;
    return view.getFloat64(at - 8, true);
  };
  const [weights, means, covariances] = [K, K * D, lengthOf(type, K, D)].map((length) => new Float64Array(length));
  for (let k = 0; k < K; k++) weights[k] = read();
  for (let i = 0; i < K * D; i++) means[i] = read();
  eachStored(type, covariances.length, D, (i, mirrored) => {
    covariances[i] = covariances[mirrored] = read();
  });
  let columns: string[] | undefined;
  if (namesBytes > 0) {
    columns = [];
    while (columns.length < D && at + 4 <= end) {
      const last = at + 4 + view.getUint32(at, true);
      if (last > end) break;
      columns.push(textIn(view, at + 4, last));
      at = last;
    }
    if (at !== end || columns.length < D) throw damaged(`${D} names of columns in ${namesBytes} bytes`, columns.length);
  }
  return GaussianMixture.fromParameters({ weights, means, covariances, covarianceType: type, columns });
}

function lengthOf(type: CovarianceType, K: number, D: number): number {
  return covarianceShape(type, K, D).reduce((product, side) => product * side, 1);
}

/** How many numbers are stored: of a symmetric matrix, one triangle. */
function numberCount(type: CovarianceType, K: number, D: number): number {
  const isMatrix = type === "full" || type === "tied";
  return K + K * D + (isMatrix ? ((lengthOf(type, K, D) / D) * (D + 1)) / 2 : lengthOf(type, K, D));
}

/** Visits the covariances in the order in which they are stored: of a matrix the lower triangle, row by row. */
function eachStored(
  type: CovarianceType,
  length: number,
  D: number,
  visit: (index: number, mirrored: number) => void,
): void {
  const side = type === "full" || type === "tied" ? D : 1;
  for (let start = 0; start < length; start += side * side) {
    for (let i = 0; i < side; i++) for (let j = 0; j <= i; j++) visit(start + i * side + j, start + j * side + i);
  }
}

let crcTable: Uint32Array | undefined;

/** CRC-32 of the first bytes, as PNG and zlib have it (ISO 3309: polynomial 0xEDB88320, lowest bit first). */
function crc32(view: DataView, length: number): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    return crc;
  });
  let crc = -1;
  for (let i = 0; i < length; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ view.getUint8(i)) & 255];
  return ~crc >>> 0;
}

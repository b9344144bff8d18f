import { GaussianMixture } from "../api/gaussian-mixture.ts";
import { givenModel } from "../api/given.ts";
import type { Mixture, MixtureParameters } from "../api/mixture.ts";
import { covarianceLength, formOf } from "../covariance/forms.ts";
import { received } from "../errors.ts";
import { crc32 } from "../input/checksum.ts";
import { COVARIANCE_TYPES, type CovarianceType, type FamilyName } from "../input/options.ts";
import { THRESHOLD_METHODS, type Threshold } from "../model/threshold.ts";
import { textIn, viewOf } from "./given.ts";

/** As PNG's: a byte that is not ASCII, a name, and line ends, which a transfer as text would change. */
const MAGIC = [0x89, 0x47, 0x4d, 0x58, 0x0d, 0x0a, 0x1a, 0x0a];
/** Raised when the layout changes so that older readers would misread it. */
const VERSION = 1;
/** Families by their numbers in a file, counted from 1; 0 says that a mixture is of no narrower one than its shape says. */
const FAMILIES = "EII VII EEI VEI EVI VVI EEE VEE EVE VVE EEV VEV EVV VVV".split(" ");
const HEADER_BYTES = 24;
/** The bit beside the covariance type that says that a threshold follows the covariances, as four numbers. */
const HAS_THRESHOLD = 4;
const THRESHOLD_NUMBERS = 4;
const CHECKSUM_BYTES = 4;

/**
 * A mixture in the binary format (docs/binary.md): 8 bytes for each number, of a symmetric matrix one triangle; a fifth to
 * a half of the JSON text. {@link fromBytes} gives it back to the last bit. The report is left out.
 *
 * @param mixture - of any covariance type.
 * @returns the whole file.
 * @throws {TypeError} If it is not a mixture.
 * @throws {RangeError} If the name of a column has half of a surrogate pair, which UTF-8 cannot hold.
 * @example
 * await writeFile("model.bin", toBytes(mixture));
 */
export function toBytes(mixture: Mixture): Uint8Array<ArrayBuffer> {
  const {
    covarianceType,
    nComponents: K,
    nFeatures: D,
    weights,
    means,
    covariances,
    family,
    columns = [],
    anomalyThreshold,
  } = givenModel(mixture);
  const threshold = Float64Array.from(anomalyThreshold ? numbersIn(anomalyThreshold) : []);
  const names = columns.map((name) => new TextEncoder().encode(name));
  const namesBytes = names.reduce((sum, { length }) => sum + 4 + length, 0);
  const { side, stored } = layoutOf(covarianceType, K, D, threshold.length);
  const out = new Uint8Array(HEADER_BYTES + 8 * stored + namesBytes + CHECKSUM_BYTES);
  const view = new DataView(out.buffer);
  out.set(MAGIC);
  view.setUint16(8, VERSION, true);
  view.setUint8(10, COVARIANCE_TYPES.indexOf(covarianceType) + (anomalyThreshold ? HAS_THRESHOLD : 0));
  view.setUint8(11, family ? 1 + FAMILIES.indexOf(family) : 0);
  [K, D, namesBytes].forEach((size, i) => {
    view.setUint32(12 + 4 * i, size, true);
  });
  let at = HEADER_BYTES;
  eachStored([weights, means, covariances, threshold], side, (values, i) => {
    view.setFloat64(at, values[i], true);
    at += 8;
  });
  names.forEach((name, d) => {
    view.setUint32(at, name.length, true);
    at += 4;
    out.set(name, at);
    if (textIn(view, at, at + name.length) !== columns[d]) {
      throw new RangeError(
        `columns: expected names that UTF-8 can hold, got ${received(columns[d])}; name the column otherwise`,
      );
    }
    at += name.length;
  });
  view.setUint32(at, crc32(view, at), true);
  return out;
}

/**
 * A mixture from what {@link toBytes} gave. Parameters are the same to the last bit.
 *
 * @param bytes - the whole file; at any offset of its buffer.
 * @returns the mixture, without a report.
 * @throws {TypeError} If it is not such a file.
 * @throws {RangeError} If it is damaged, of another version, or its parts do not fit each other.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const mixture = fromBytes(await readFile("model.bin"));
 * const served = fromBytes(await (await fetch("model.bin")).arrayBuffer());
 */
export function fromBytes(bytes: Uint8Array | ArrayBuffer): GaussianMixture {
  return GaussianMixture.fromParameters(readBytes(bytes));
}

/** What {@link toBytes} wrote. @throws as {@link fromBytes}, but for what parameters are refused for. */
export function readBytes(bytes: Uint8Array | ArrayBuffer): MixtureParameters {
  const view = viewOf(bytes);
  const size = view.byteLength;
  if (size < HEADER_BYTES || MAGIC.some((byte, i) => view.getUint8(i) !== byte)) {
    throw new TypeError(`bytes: expected a mixture as toBytes gives it, got ${size} others; give the file as it is`);
  }
  const version = view.getUint16(8, true);
  if (version !== VERSION) {
    throw new RangeError(
      `bytes: expected version ${VERSION}, got ${version}; read it with the release of gaussmix that wrote it`,
    );
  }
  const check = (what: string, expected: number, got: number): void => {
    if (expected !== got) throw new RangeError(`bytes: expected ${what} ${expected}, got ${got}; copy the file anew`);
  };
  const [code, familyCode] = [view.getUint8(10), view.getUint8(11)];
  check("covariance type", code & (3 + HAS_THRESHOLD), code);
  check("family", Math.min(familyCode, FAMILIES.length), familyCode);
  const covarianceType = COVARIANCE_TYPES[code & 3];
  const threshold = new Float64Array(code & HAS_THRESHOLD ? THRESHOLD_NUMBERS : 0);
  const [K, D, namesBytes] = [12, 16, 20].map((place) => view.getUint32(place, true));
  // nothing is allocated before the sizes are known to be those of the file
  const { side, length, stored } = layoutOf(covarianceType, K, D, threshold.length);
  const end = HEADER_BYTES + 8 * stored + namesBytes;
  check("as many bytes as its header says,", end + CHECKSUM_BYTES, size);
  check("the checksum", view.getUint32(end, true), crc32(view, end));

  const [weights, means, covariances] = [K, K * D, length].map((count) => new Float64Array(count));
  let at = HEADER_BYTES;
  eachStored([weights, means, covariances, threshold], side, (values, i, mirrored) => {
    values[i] = values[mirrored] = view.getFloat64(at, true);
    at += 8;
  });
  const columns: string[] = [];
  while (at + 4 <= end) {
    const start = at + 4;
    at = start + view.getUint32(at, true);
    if (at <= end) columns.push(textIn(view, start, at));
  }
  check("names of columns up to byte", end, at);
  return {
    weights,
    means,
    covariances,
    covarianceType,
    // one that is not known is refused by name
    family: FAMILIES[familyCode - 1] as FamilyName | undefined,
    columns: namesBytes > 0 ? columns : undefined,
    anomalyThreshold: thresholdIn(threshold),
  };
}

/** A threshold as the numbers of a file: the last is the place of its method among their names. */
function numbersIn({ threshold, level, standardError, method }: Threshold): number[] {
  return [threshold, level, standardError, THRESHOLD_METHODS.indexOf(method)];
}

/** The threshold in the numbers of a file, not yet checked; undefined if there are none. */
function thresholdIn([threshold, level, standardError, place]: Float64Array): Threshold | undefined {
  return place === undefined ? undefined : { threshold, level, standardError, method: THRESHOLD_METHODS[place] };
}

/** How the covariances lie: numbers in memory, side of a matrix (1: none), and numbers stored, weights, means and `more` included. */
function layoutOf(
  type: CovarianceType,
  K: number,
  D: number,
  more: number,
): { readonly length: number; readonly side: number; readonly stored: number } {
  const length = covarianceLength(formOf({ covarianceType: type }), K, D);
  const side = type === "full" || type === "tied" ? D || 1 : 1;
  return { length, side, stored: K + K * D + (length * (side + 1)) / (2 * side) + more };
}

/** Visits weights, means, covariances and a threshold in the order in which they are stored: of a matrix the lower triangle, row by row. */
function eachStored(
  [weights, means, covariances, threshold]: readonly Float64Array[],
  side: number,
  visit: (values: Float64Array, index: number, mirrored: number) => void,
): void {
  for (const values of [weights, means]) for (let i = 0; i < values.length; i++) visit(values, i, i);
  for (let start = 0; start < covariances.length; start += side * side) {
    for (let i = 0; i < side; i++) {
      for (let j = 0; j <= i; j++) visit(covariances, start + i * side + j, start + j * side + i);
    }
  }
  for (let i = 0; i < threshold.length; i++) visit(threshold, i, i);
}

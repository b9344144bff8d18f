// Statistics as bytes: a header, then every number in eight bytes, the lowest first, and a checksum.
import { blockOf, covarianceLength, formOf } from "../covariance/forms.ts";
import { received } from "../errors.ts";
import { crc32 } from "../input/checksum.ts";
import { COVARIANCE_TYPES } from "../input/families.ts";
import type { Sums } from "./sums.ts";

/** As PNG's: a byte that is not ASCII, a name, and line ends, which a transfer as text would change. */
const MAGIC = [0x89, 0x47, 0x4d, 0x53, 0x0d, 0x0a, 0x1a, 0x0a];
/** Raised when the layout changes so that older readers would misread it. */
const VERSION = 1;
const HEADER_BYTES = 20;
const CHECKSUM_BYTES = 4;

/** The arrays in their order, and how long each is. */
function partsOf({ form, K, D }: Pick<Sums, "form" | "K" | "D">): readonly (readonly [keyof Sums, number])[] {
  return [
    ["means", K * D],
    ["counts", K],
    ["meanDivisors", K],
    ["divisors", K],
    ["moments", K * D],
    ["scatter", covarianceLength(form, K, D)],
  ];
}

/** Sums as bytes. */
export function bytesOfSums(sums: Sums): Uint8Array<ArrayBuffer> {
  const { form, K, D, logLikelihood } = sums;
  const numbers = [logLikelihood, ...partsOf(sums).flatMap(([key]) => [...(sums[key] as Float64Array)])];
  const out = new Uint8Array(HEADER_BYTES + 8 * numbers.length + CHECKSUM_BYTES);
  const view = new DataView(out.buffer);
  out.set(MAGIC);
  view.setUint16(8, VERSION, true);
  view.setUint16(10, COVARIANCE_TYPES.indexOf(form.name), true);
  view.setUint32(12, K, true);
  view.setUint32(16, D, true);
  numbers.forEach((value, i) => {
    view.setFloat64(HEADER_BYTES + 8 * i, value, true);
  });
  const end = out.length - CHECKSUM_BYTES;
  view.setUint32(end, crc32(view, end), true);
  return out;
}

/**
 * Sums from what {@link bytesOfSums} gave.
 *
 * @throws {TypeError} If it is not that.
 * @throws {RangeError} If it is damaged, of another version, or its numbers are no sums.
 */
export function sumsOfBytes(bytes: unknown): Sums {
  if (!(bytes instanceof Uint8Array) || bytes.length < HEADER_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw new TypeError(
      `bytes: expected statistics as toBytes gives them, got ${received(bytes)}; give them as they are`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const check = (what: string, expected: number, got: number): void => {
    if (expected !== got) throw new RangeError(`bytes: expected ${what} ${expected}, got ${got}; copy them anew`);
  };
  check("version", VERSION, view.getUint16(8, true));
  const code = view.getUint16(10, true);
  check("covariance type", code & 3, code);
  const form = formOf({ covarianceType: COVARIANCE_TYPES[code] });
  const [K, D] = [view.getUint32(12, true), view.getUint32(16, true)];
  const parts = partsOf({ form, K, D });
  // nothing is allocated before the sizes are known to be those of the bytes
  const length = parts.reduce((sum, [, count]) => sum + count, 1);
  const end = HEADER_BYTES + 8 * length;
  check("as many bytes as its header says,", end + CHECKSUM_BYTES, view.byteLength);
  check("the checksum", view.getUint32(end, true), crc32(view, end));
  const numbers = Float64Array.from({ length }, (_, i) => view.getFloat64(HEADER_BYTES + 8 * i, true));
  let at = 1;
  const arrays = parts.map(([key, count]) => {
    at += count;
    return [key, numbers.slice(at - count, at)] as const;
  });
  const sums: Sums = { form, K, D, logLikelihood: numbers[0], ...Object.fromEntries(arrays) } as unknown as Sums;
  if (!isSound(sums, numbers)) {
    throw new RangeError(
      "bytes: expected finite sums, weights of 0 or more and symmetric scatters, got others; sum up anew",
    );
  }
  return sums;
}

function isSound(sums: Sums, numbers: Float64Array): boolean {
  const { form, K, D, counts, divisors, meanDivisors, scatter } = sums;
  if (!(K > 0 && D > 0 && numbers.every(Number.isFinite))) return false;
  if ([counts, divisors, meanDivisors].some((list) => list.some((value) => value < 0))) return false;
  for (let k = 0; k < K; k++) {
    const block = blockOf(form, scatter, K, k);
    for (let i = 0; i < D; i++) {
      if (!(block[form.at(i, i, D)] >= 0)) return false;
      for (let j = 0; form.isDense && j < i; j++) if (block[form.at(i, j, D)] !== block[form.at(j, i, D)]) return false;
    }
  }
  return true;
}

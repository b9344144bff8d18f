import { getHeapStatistics } from "node:v8";
import {
  fromBytes,
  fromMatlab,
  fromMclust,
  fromOnnx,
  fromScikitLearn,
  GaussianMixture,
  MixtureError,
  toBytes,
  toMatlab,
  toMclust,
  toScikitLearn,
} from "../index.ts";
import { callLibrary, InputError } from "./failures.ts";
import { readBytes, sourceOf } from "./files.ts";
import { textOf } from "./source.ts";

/** In which forms a model can be written. */
export const MODEL_WRITERS = {
  json: (mixture: GaussianMixture) => `${JSON.stringify(mixture)}\n`,
  binary: toBytes,
  "scikit-learn": (mixture: GaussianMixture) => `${JSON.stringify(toScikitLearn(mixture))}\n`,
  mclust: (mixture: GaussianMixture) => `${JSON.stringify(toMclust(mixture))}\n`,
  matlab: (mixture: GaussianMixture) => `${JSON.stringify(toMatlab(mixture))}\n`,
};

/**
 * Reads a model: what `gaussmix fit` wrote with `--out`, or printed with `--json`; one in any form of {@link MODEL_WRITERS};
 * an ONNX model. The content tells which.
 *
 * @throws {InputError} If the file cannot be read or does not hold a mixture.
 */
export async function readModel(path: string): Promise<GaussianMixture> {
  const bytes = await readBytes(path);
  try {
    return await callLibrary(() => {
      // neither may begin a text: the binary form's first byte, and the field that an ONNX model begins with
      if (bytes[0] === 0x89) return fromBytes(bytes);
      if (bytes[0] === 0x08) return fromOnnx(bytes);
      checkRoom(bytes);
      return modelIn(JSON.parse(textOf(path, bytes)));
    });
  } catch (cause) {
    const isSingular = cause instanceof MixtureError && cause.code === "SINGULAR_COVARIANCE";
    if (!(cause instanceof InputError || isSingular)) throw cause;
    throw new InputError(`${sourceOf(path)}: not a model of gaussmix: ${cause.message}`, { cause });
  }
}

/** What an array or object, and a value in one, take of the engine's heap while JSON is parsed, at most: bytes. */
const OBJECT_BYTES = 64;
const VALUE_BYTES = 24;

/** The engine ends the process where its heap ends: JSON that may not fit is refused. */
function checkRoom(bytes: Uint8Array): void {
  let needed = bytes.length;
  for (const byte of bytes) {
    if (byte === 0x5b || byte === 0x7b) needed += OBJECT_BYTES; // [ {
    if (byte === 0x2c) needed += VALUE_BYTES; // ,
  }
  const { heap_size_limit, used_heap_size } = getHeapStatistics();
  if (needed < heap_size_limit - used_heap_size) return;
  throw new InputError(
    `expected a model that fits into memory, got JSON that may take ${Math.ceil(needed / 1e6)} MB; ` +
      "convert it to binary where there is more, or raise --max-old-space-size in NODE_OPTIONS",
  );
}

/** The mixture in parsed JSON, by a field that only one form has. */
function modelIn(json: unknown): GaussianMixture {
  const has = (field: string): boolean => typeof json === "object" && json !== null && field in json;
  if (has("weights_")) return fromScikitLearn(json as object);
  if (has("ComponentProportion")) return fromMatlab(json as object);
  if (has("parameters") || has("pro")) return fromMclust(json as object);
  return GaussianMixture.fromJSON(
    (has("report") && has("model") ? (json as { model: unknown }).model : json) as string,
  );
}

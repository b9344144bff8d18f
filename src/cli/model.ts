import { GaussianMixture, MixtureError } from "../index.ts";
import { callLibrary, InputError } from "./failures.ts";
import { readText, sourceOf } from "./files.ts";

/**
 * Reads a model: what `gaussmix fit` wrote with `--out`, or printed with `--json`, or `JSON.stringify(mixture)`.
 *
 * @throws {InputError} If the file cannot be read or does not hold a mixture.
 */
export async function readModel(path: string): Promise<GaussianMixture> {
  const text = await readText(path);
  try {
    return await callLibrary(() => {
      const json: unknown = JSON.parse(text);
      const isFit = typeof json === "object" && json !== null && "report" in json && "model" in json;
      return GaussianMixture.fromJSON((isFit ? json.model : json) as string);
    });
  } catch (cause) {
    const isSingular = cause instanceof MixtureError && cause.code === "SINGULAR_COVARIANCE";
    if (!(cause instanceof InputError || isSingular)) throw cause;
    throw new InputError(`${sourceOf(path)}: not a model of gaussmix: ${cause.message}`, { cause });
  }
}

import { callLibrary, InputError } from "./failures.ts";
import { STDIN, writeAtomically, writeChunk } from "./files.ts";
import { MODEL_WRITERS, readModel } from "./model.ts";

/** The options of `gaussmix convert`, as commander gives them. */
export interface ConvertFlags {
  readonly to: keyof typeof MODEL_WRITERS;
  readonly out?: string;
}

/** `gaussmix convert MODEL`: the model in another form. */
export async function runConvert(model: string, { to, out }: ConvertFlags): Promise<void> {
  if (out === STDIN) throw new InputError("--out: expected a file, got -; leave it out for standard output");
  const mixture = await readModel(model);
  const content = await callLibrary(() => MODEL_WRITERS[to](mixture));
  await (out === undefined ? writeChunk(content) : writeAtomically(out, content));
}

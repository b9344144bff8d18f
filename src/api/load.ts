import { loadKernels } from "../engine/kernels.ts";

/**
 * Where the kernels (`gaussmix.wasm` of this package) come from: an address to fetch, a `URL` or a text; a `Response`;
 * bytes; or a compiled `WebAssembly.Module`.
 */
export type KernelSource = string | object;

/**
 * Takes the kernels from the caller. To be awaited once, before anything else is called.
 *
 * @param source - the kernels, or a promise of them. With a compiled module alone a fit takes one thread: workers need the
 * bytes.
 * @returns a promise that settles when the kernels are compiled.
 * @throws {TypeError} If it is none of the kinds, or cannot be fetched.
 * @throws {MixtureError} `UNSUPPORTED` if it is another file, or the engine cannot compile it.
 * @example
 * await load("/static/gaussmix.wasm");
 */
export function load(source: KernelSource | PromiseLike<KernelSource>): Promise<void> {
  return loadKernels(source);
}

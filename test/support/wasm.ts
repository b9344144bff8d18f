import { readFileSync } from "node:fs";

export interface Kernels {
  readonly exports: Record<string, (...args: number[]) => number>;
  readonly memory: WebAssembly.Memory;
  /** A window of `length` doubles at byte address `ptr`; short-lived, as growing the memory detaches it. */
  f64(ptr: number, length: number): Float64Array<ArrayBuffer>;
}

/** First byte a test may write: the module's static data lies below. */
export const DATA_START = 65536;

/**
 * An instance of build/gaussmix.wasm, or of that of gaussmix/predict, of its own, with a zeroed memory of `pages` times 64 KiB; the first page belongs to
 * the module.
 */
export function loadKernels(pages: number, name: "gaussmix" | "predict" = "gaussmix"): Kernels {
  const module = new WebAssembly.Module(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536 });
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return {
    exports: instance.exports as Kernels["exports"],
    memory,
    f64: (ptr, length) => new Float64Array(memory.buffer, ptr, length),
  };
}

/**
 * The library without its kernels, for those who keep `gaussmix.wasm` elsewhere: as a file of their own, or compiled
 * already.
 *
 * @example
 * import { GaussianMixture, load } from "gaussmix/load";
 * await load("/static/gaussmix.wasm");
 *
 * @module
 */

export { type KernelSource, load } from "./api/load.ts";
export * from "./index.ts";

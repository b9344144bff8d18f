import { memoryUsage } from "node:process";

let grown = 0;
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  const before = grow.call(this, pages);
  grown += pages * 65536;
  return before;
};

/** Bytes that a call allocates, what it has let go of by the end included. */
export interface Allocated {
  /** Objects. What the engine needs to compile functions counts too, the first times. */
  readonly heap: number;
  /** Buffers of typed arrays, and what WebAssembly memories have grown by, in pages of 64 KiB. */
  readonly buffers: number;
}

/** Measures a call; one in which the collector has run is made again. */
export function allocatedBy(call: () => unknown): Allocated {
  for (;;) {
    grown = 0;
    const before = memoryUsage();
    call();
    const after = memoryUsage();
    const heap = after.heapUsed - before.heapUsed;
    const buffers = after.arrayBuffers - before.arrayBuffers;
    if (heap >= 0 && buffers >= 0) return { heap, buffers: buffers + grown };
  }
}

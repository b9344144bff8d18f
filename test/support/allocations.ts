import { memoryUsage } from "node:process";

let grown = 0;
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  const before = grow.call(this, pages);
  grown += pages * 65536;
  return before;
};

/** Bytes that a call allocates outside the heap of objects, what it has let go of by the end included. */
export interface Allocated {
  /** Buffers of typed arrays; the smallest lie on the heap. */
  readonly arrays: number;
  /** What WebAssembly memories have grown by: pages of 64 KiB. */
  readonly pages: number;
}

/** Measures a call; one in which the collector has freed arrays is made again. */
export function allocatedBy(call: () => unknown): Allocated {
  for (;;) {
    grown = 0;
    const before = memoryUsage();
    call();
    const after = memoryUsage();
    const arrays = after.arrayBuffers - before.arrayBuffers;
    // the heap only grows, unless the collector has been there
    if (after.heapUsed >= before.heapUsed && arrays >= 0) return { arrays, pages: grown };
  }
}

import { MixtureError } from "../errors.ts";
import { type Instance, instantiateKernels, type Kernels, MOST_PAGES, PAGE_BYTES, type Pointer } from "./kernels.ts";

/** Kernels read pairs of numbers: every block starts at a multiple of this. */
const ALIGNMENT = 16;
/** An idle arena larger than this is left to the engine, so that one large fit does not hold its memory for ever. */
const KEPT_BYTES = 8 * 1024 * 1024;
const KEPT_ARENAS = 2;

/**
 * One instance and the sole owner of its memory: a bump allocator. Lifetimes nest: take a {@link mark}, allocate, and
 * {@link rewind} in `finally`. A view is detached by the next allocation: take it late, use it at once, never store it.
 */
export class Arena {
  readonly kernels: Kernels;
  readonly #instance: Instance;
  readonly #base: Pointer;
  #top: Pointer;

  constructor(instance: Instance = instantiateKernels()) {
    this.#instance = instance;
    this.kernels = this.#instance.kernels;
    this.#base = align(this.kernels.heapBase());
    this.#top = this.#base;
  }

  /** What another thread needs to work on this memory. */
  get instance(): Instance {
    return this.#instance;
  }

  /** Bytes of memory that the instance holds. */
  get bytes(): number {
    return this.#instance.memory.buffer.byteLength;
  }

  /** The place to {@link rewind} to. */
  mark(): Pointer {
    return this.#top;
  }

  /** Releases everything allocated since the mark. */
  rewind(mark: Pointer): void {
    this.#top = mark;
  }

  /** Releases everything. */
  clear(): void {
    this.#top = this.#base;
  }

  /**
   * Allocates bytes; their content is arbitrary.
   *
   * @throws {MixtureError} `MEMORY` if they do not fit.
   */
  bytesOf(bytes: number): Pointer {
    const start = this.#top;
    const end = align(start + bytes);
    const missing = end - this.bytes;
    if (missing > 0) this.#grow(missing, end);
    this.#top = end;
    return start;
  }

  /** Allocates `length` 64-bit floats; their content is arbitrary. */
  f64(length: number): Pointer {
    return this.bytesOf(length * 8);
  }

  /** Allocates `length` 32-bit integers; their content is arbitrary. */
  i32(length: number): Pointer {
    return this.bytesOf(length * 4);
  }

  /** Allocates a copy of the values. */
  copyOf(values: ArrayLike<number>): Pointer {
    const pointer = this.f64(values.length);
    this.viewF64(pointer, values.length).set(values);
    return pointer;
  }

  /** Allocates `length` times the value. */
  filled(length: number, value: number): Pointer {
    const pointer = this.f64(length);
    this.viewF64(pointer, length).fill(value);
    return pointer;
  }

  viewF64(pointer: Pointer, length: number): Float64Array {
    return new Float64Array(this.#instance.memory.buffer, pointer, length);
  }

  viewI32(pointer: Pointer, length: number): Int32Array {
    return new Int32Array(this.#instance.memory.buffer, pointer, length);
  }

  /** A copy that lives outside the memory. */
  readF64(pointer: Pointer, length: number): Float64Array<ArrayBuffer> {
    return this.viewF64(pointer, length).slice();
  }

  #grow(missing: number, end: number): void {
    const pages = Math.ceil(missing / PAGE_BYTES);
    try {
      if (end > MOST_PAGES * PAGE_BYTES) throw new RangeError("beyond 4 GiB");
      this.#instance.memory.grow(pages);
    } catch (cause) {
      throw new MixtureError(
        "MEMORY",
        `data: expected data and work space that fit in WebAssembly's memory, got ${Math.ceil(end / 1048576)} MiB; ` +
          "fit a sample of the rows, or fewer columns or components",
        { cause },
      );
    }
  }
}

function align(pointer: Pointer): Pointer {
  return Math.ceil(pointer / ALIGNMENT) * ALIGNMENT;
}

const idle: Arena[] = [];
/** The last large one, unless the engine has collected it: pages that are touched for the first time take a seventh of a large fit. */
let large: WeakRef<Arena> | undefined;

/**
 * An arena of one's own, empty. Give it back with {@link releaseArena}.
 *
 * @param bytes - what it is about to hold, at least.
 */
export function acquireArena(bytes = 0): Arena {
  const kept = bytes > KEPT_BYTES ? large?.deref() : undefined;
  if (!kept) return idle.pop() ?? new Arena();
  large = undefined;
  return kept;
}

/** Gives an arena back; nothing in it survives. */
export function releaseArena(arena: Arena): void {
  arena.clear();
  if (arena.bytes > KEPT_BYTES) large = new WeakRef(arena);
  else if (idle.length < KEPT_ARENAS) idle.push(arena);
}

/** Runs synchronous work in an arena that is given back whatever happens. */
export function withArena<T>(work: (arena: Arena) => T): T {
  const arena = acquireArena();
  try {
    return work(arena);
  } finally {
    releaseArena(arena);
  }
}

import { sharedFlag, wasmBytes, wasmId, wasmModule } from "#wasm";
import { MixtureError, received } from "../errors.ts";
import type { CovarianceType } from "../input/options.ts";

/** An address in a module's memory, in bytes. */
export type Pointer = number;

/** Rows: their tiles, their weights and the step of those from tile to tile (see `tileWeights`), and the sizes N, D and T. */
export type RowArguments = readonly [x: Pointer, w: Pointer, wStep: number, N: number, D: number, T: number];

/** Some of the tiles of rows: from `first` to `last` - 1. */
export type RangeArguments = readonly [...RowArguments, first: number, last: number];

/** What an E-step reads of a model. */
export type ModelArguments = readonly [mu: Pointer, factor: Pointer, logc: Pointer, separators: Pointer];

/**
 * The functions of `assembly/index.ts`, argument for argument; their contracts stand there. Names of arguments:
 * docs/notation.md. `type` is a {@link TYPE_CODE}.
 */
export interface Kernels {
  heapBase(): Pointer;
  exp(x: number): number;
  log(x: number): number;
  expArray(x: Pointer, y: Pointer, length: number, negative: number): void;
  logArray(x: Pointer, y: Pointer, length: number): void;

  statisticsLength(type: number, D: number, K: number): number;
  factorLength(type: number, D: number, K: number): number;
  covarianceLength(type: number, D: number, K: number): number;

  pack(rows: Pointer, x: Pointer, N: number, D: number, T: number): void;
  firstNotFinite(p: Pointer, length: number): number;
  columnMoments(...args: readonly [...RangeArguments, c: Pointer, s1: Pointer, s2: Pointer]): void;
  readRow(x: Pointer, n: number, D: number, T: number, out: Pointer): void;

  passScratchBytes(type: number, D: number, T: number, K: number): number;
  accumulate(
    ...args: readonly [
      type: number,
      ...RangeArguments,
      K: number,
      ...ModelArguments,
      margin: number,
      homes: Pointer,
      stats: Pointer,
      exact: number,
      scratch: Pointer,
    ]
  ): void;
  merge(a: Pointer, b: Pointer, length: number): void;
  sortScratchBytes(type: number, D: number, T: number, K: number, tiles: number): number;
  sortRows(
    ...args: readonly [
      type: number,
      ...RangeArguments,
      K: number,
      ...ModelArguments,
      margin: number,
      homes: Pointer,
      scratch: Pointer,
    ]
  ): void;
  givenScratchBytes(D: number, T: number): number;
  accumulateGiven(
    ...args: readonly [
      type: number,
      ...RangeArguments,
      K: number,
      mu: Pointer,
      labels: Pointer,
      resp: Pointer,
      stats: Pointer,
      scratch: Pointer,
    ]
  ): void;

  maximise(
    type: number,
    stats: Pointer,
    reg: Pointer,
    ridge: Pointer,
    weights: Pointer,
    mu: Pointer,
    cov: Pointer,
    D: number,
    K: number,
  ): number;
  tiedScatter(stats: Pointer, mu: Pointer, total: Pointer, centre: Pointer, D: number, K: number): number;
  factorise(
    type: number,
    weights: Pointer,
    mu: Pointer,
    cov: Pointer,
    centre: Pointer,
    factor: Pointer,
    logc: Pointer,
    scratch: Pointer,
    D: number,
    K: number,
    tolerance: number,
  ): number;
  separate(mu: Pointer, factor: Pointer, separators: Pointer, scratch: Pointer, D: number, K: number): void;
  cholesky(a: Pointer, D: number, tolerance: number): number;
  invertFactor(u: Pointer, p: Pointer, D: number): void;

  scoreScratchBytes(type: number, D: number, T: number, K: number): number;
  score(
    type: number,
    x: Pointer,
    N: number,
    D: number,
    T: number,
    K: number,
    mu: Pointer,
    factor: Pointer,
    logc: Pointer,
    density: Pointer,
    resp: Pointer,
    labels: Pointer,
    scratch: Pointer,
  ): void;
  mahalanobis(
    type: number,
    x: Pointer,
    N: number,
    D: number,
    T: number,
    K: number,
    mu: Pointer,
    factor: Pointer,
    zeros: Pointer,
    distance: Pointer,
    scratch: Pointer,
  ): void;

  seedRandom(state: Pointer, seed: number, stream: number): void;
  uniform(state: Pointer): number;
  sample(
    type: number,
    cumulative: Pointer,
    mu: Pointer,
    root: Pointer,
    state: Pointer,
    rows: Pointer,
    labels: Pointer,
    z: Pointer,
    N: number,
    D: number,
    K: number,
  ): void;

  nearest(...args: readonly [...RangeArguments, c: Pointer, metric: Pointer, from: Pointer, to: Pointer]): number;
  pickRow(v: Pointer, w: Pointer, wStep: number, N: number, T: number, target: number): number;
  farthestRow(v: Pointer, w: Pointer, wStep: number, N: number, T: number): number;
  assign(
    ...args: readonly [
      ...RangeArguments,
      K: number,
      centres: Pointer,
      metric: Pointer,
      labels: Pointer,
      distance: Pointer,
      sums: Pointer,
      scratch: Pointer,
    ]
  ): number;
}

/** Covariance types as the kernels number them (`assembly/layout.ts`). */
export const TYPE_CODE: Readonly<Record<CovarianceType, number>> = { full: 0, tied: 1, diag: 2, spherical: 3 };

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES = 65536;
/** Most pages that 32-bit addresses reach: 4 GiB. */
export const MOST_PAGES = 65536;

/** A `WebAssembly.Memory`; not every program that reads our declarations has that name. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** An instance and the memory that it works on. */
export interface Instance {
  readonly kernels: Kernels;
  readonly memory: Memory;
  /** For a worker, which makes an instance of its own. */
  readonly module: object;
}

let compiled: WebAssembly.Module | undefined = wasmModule;
let compiledShared: WebAssembly.Module | undefined;
let compiling: Promise<void> | undefined;
/** Bytes that {@link loadKernels} was given. */
let given: Uint8Array<ArrayBuffer> | undefined;

/**
 * Compiles the module off the main thread's critical path, once per process; a failed compile is tried again next time.
 *
 * @throws {MixtureError} `UNSUPPORTED` if the engine has no WebAssembly SIMD or may not compile.
 */
export async function compileKernels(): Promise<void> {
  if (compiled) return;
  compiling ??= compile(moduleBytes()).then((module) => {
    compiled = module;
  });
  try {
    await compiling;
  } finally {
    compiling = undefined;
  }
}

/**
 * A fresh instance over a memory of its own. Compiles on the spot where {@link compileKernels} has not run.
 *
 * @throws {MixtureError} as {@link compileKernels}; `MEMORY` if there is none left.
 */
export function instantiateKernels(): Instance {
  compiled ??= compileNow(moduleBytes());
  const memory = newMemory();
  try {
    return instanceOf(compiled, memory);
  } catch (cause) {
    throw unsupported(cause); // WebKit lets a page compile that may not run
  }
}

function newMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
  } catch (cause) {
    throw new MixtureError(
      "MEMORY",
      "gaussmix: expected room for one more WebAssembly memory, got none; run fewer fits at once",
      { cause },
    );
  }
}

/**
 * The same kernels over a memory that other threads can work on, or undefined where the engine shares none.
 *
 * @param bytes - how far the memory may grow.
 */
export function instantiateShared(bytes: number): Instance | undefined {
  try {
    compiledShared ??= new WebAssembly.Module(sharedBytes());
    const maximum = Math.min(MOST_PAGES, Math.ceil(bytes / PAGE_BYTES));
    return instanceOf(compiledShared, new WebAssembly.Memory({ initial: 1, maximum, shared: true }));
  } catch {
    return undefined;
  }
}

/** Takes the kernels from the caller: `load` of src/api/load.ts says how. */
export async function loadKernels(source: unknown): Promise<void> {
  const arrived = await source;
  if (isA<WebAssembly.Module>("WebAssembly.Module", arrived)) {
    checkId(new Uint8Array(WebAssembly.Module.customSections(arrived, "gaussmix")[0] ?? 0));
    compiled = arrived;
    return;
  }
  const bytes = await bytesOf(arrived);
  checkId(bytes);
  compiled = await compile(bytes);
  given = bytes;
}

/** Other kernels would be called with the wrong arguments: ours end with a section that holds nothing but their digest. */
function checkId(end: Uint8Array): void {
  if (String.fromCharCode(...end.subarray(-wasmId.length)) === wasmId) return;
  throw new MixtureError(
    "UNSUPPORTED",
    "source: expected the gaussmix.wasm of this version of the library, got other content; take both from one package",
  );
}

/** Whether the value is of the kind, whatever realm it comes from. */
function isA<T>(kind: string, value: unknown): value is T {
  return Object.prototype.toString.call(value) === `[object ${kind}]`;
}

/** A copy of the bytes, so that nobody changes them later. */
async function bytesOf(source: unknown): Promise<Uint8Array<ArrayBuffer>> {
  if (isA<ArrayBuffer>("ArrayBuffer", source)) return new Uint8Array(source.slice(0));
  if (ArrayBuffer.isView(source)) {
    return Uint8Array.from(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  }
  const response = typeof source === "string" || isA<URL>("URL", source) ? await fetch(source) : source;
  if (!isA<Response>("Response", response)) {
    throw new TypeError(
      `source: expected a module, bytes, a response or an address, got ${received(response)}; give one of them`,
    );
  }
  if (!response.ok) {
    throw new MixtureError(
      "UNSUPPORTED",
      `source: expected gaussmix.wasm, got HTTP status ${response.status} from ${response.url}; serve the file from the package`,
    );
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** The module's bytes: those given, or those that came with the library. */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const bytes = given ?? wasmBytes();
  if (bytes) return bytes;
  throw new MixtureError(
    "UNSUPPORTED",
    "gaussmix/load: expected the kernels to have been loaded, got none; call `await load(source)` first",
  );
}

/** The module with the one byte changed that says whether its memory is shared; the instructions are the same. */
function sharedBytes(): Uint8Array<ArrayBuffer> {
  const bytes = moduleBytes().slice();
  bytes[sharedFlag] = 3;
  return bytes;
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw unsupported(cause, bytes);
  }
}

function compileNow(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    throw unsupported(cause, bytes);
  }
}

function instanceOf(module: WebAssembly.Module, memory: WebAssembly.Memory): Instance {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { kernels: exports as unknown as Kernels, memory, module };
}

/**
 * The engine has no WebAssembly, does not take the bytes for a module, or may not compile or run it.
 *
 * @param bytes - what did not compile; left out where it did.
 */
function unsupported(cause: unknown, bytes?: Uint8Array<ArrayBuffer>): MixtureError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const [missing, remedy] =
    typeof WebAssembly === "undefined"
      ? ["an engine with WebAssembly", "update the engine, or leave its lockdown mode"]
      : bytes && !WebAssembly.validate(bytes)
        ? ["an engine with WebAssembly SIMD", "update the engine"]
        : ["leave to compile WebAssembly", "allow 'wasm-unsafe-eval' in the page's content security policy"];
  return new MixtureError("UNSUPPORTED", `gaussmix: expected ${missing}, got "${why}"; ${remedy}`, { cause });
}

import { multiplyAdds, sharedFlag, wasmBytes, wasmId, wasmModule } from "#wasm";
import { MixtureError, received } from "../errors.ts";
import type { CovarianceType } from "../input/options.ts";

/** An address in a module's memory, in bytes. */
export type Pointer = number;

/**
 * The functions of `assembly/index.ts`, argument for argument; their contracts stand there. Names of arguments:
 * docs/notation.md. `type` is a {@link TYPE_CODE}; `rows`, `model`, `clusters` and `climb` are records that the `describe…` functions
 * have written (src/engine/descriptors.ts).
 */
export interface Kernels {
  heapBase(): Pointer;
  exp(x: number): number;
  log(x: number): number;
  logArray(x: Pointer, y: Pointer, length: number): void;

  statisticsLength(type: number, D: number, K: number): number;
  factorLength(type: number, D: number, K: number): number;

  describeRows(rows: Pointer, x: Pointer, w: Pointer, wStep: number, N: number, D: number, T: number): void;
  describeModel(
    model: Pointer,
    type: number,
    D: number,
    K: number,
    weights: Pointer,
    mu: Pointer,
    cov: Pointer,
    centre: Pointer,
  ): void;
  describeFactors(model: Pointer, factor: Pointer, logc: Pointer, separators: Pointer, reach: Pointer): void;
  describeClusters(
    clusters: Pointer,
    K: number,
    centres: Pointer,
    metric: Pointer,
    labels: Pointer,
    distance: Pointer,
    bounds: Pointer,
    drift: Pointer,
  ): void;
  describeClimb(
    climb: Pointer,
    rows: Pointer,
    model: Pointer,
    stats: Pointer,
    homes: Pointer,
    reg: Pointer,
    ridge: Pointer,
    floor: Pointer,
    total: Pointer,
  ): void;
  describeMemory(
    climb: Pointer,
    points: Pointer,
    variances: Pointer,
    state: Pointer,
    trace: Pointer,
    lists: Pointer,
    length: number,
    flags: number,
  ): void;

  pack(rows: Pointer, x: Pointer, N: number, D: number, T: number): void;
  firstNotFinite(p: Pointer, length: number): number;
  columnMoments(rows: Pointer, first: number, last: number, c: Pointer, s1: Pointer, s2: Pointer): void;
  readRow(rows: Pointer, n: number, out: Pointer): void;
  whitenTiles(rows: Pointer, model: Pointer, first: number, last: number, y: Pointer, scratch: Pointer): void;

  passScratchBytes(type: number, D: number, T: number, K: number): number;
  accumulate(
    rows: Pointer,
    model: Pointer,
    first: number,
    last: number,
    homes: Pointer,
    stats: Pointer,
    exact: number,
    margin: number,
    scratch: Pointer,
  ): void;
  merge(a: Pointer, b: Pointer, length: number): void;
  sortScratchBytes(type: number, D: number, T: number, K: number, tiles: number): number;
  sortRows(
    rows: Pointer,
    model: Pointer,
    first: number,
    last: number,
    homes: Pointer,
    margin: number,
    scratch: Pointer,
  ): void;
  givenScratchBytes(D: number, T: number): number;
  accumulateGiven(
    rows: Pointer,
    model: Pointer,
    first: number,
    last: number,
    labels: Pointer,
    resp: Pointer,
    stats: Pointer,
    scratch: Pointer,
  ): void;

  maximise(model: Pointer, stats: Pointer, reg: Pointer, ridge: Pointer): number;
  unpackStatistics(model: Pointer, stats: Pointer, out: Pointer): void;
  eigen(a: Pointer, values: Pointer, vectors: Pointer, offsets: Pointer, D: number): void;
  raiseScratchBytes(type: number, D: number): number;
  raiseCovariances(model: Pointer, floor: Pointer, scratch: Pointer): number;
  tiedScatter(model: Pointer, stats: Pointer, total: Pointer): number;
  factorise(model: Pointer, first: number, last: number, tolerance: number, scratch: Pointer): number;
  relate(model: Pointer, first: number, last: number, margin: number, scratch: Pointer): void;
  climb(climb: Pointer, passes: number, scratch: Pointer): number;
  agglomerateScratchBytes(n: number, D: number): number;
  agglomerate(
    points: Pointer,
    mass: Pointer,
    n: number,
    D: number,
    stride: number,
    merges: Pointer,
    heights: Pointer,
    scratch: Pointer,
  ): void;
  bestMoves(
    rows: Pointer,
    model: Pointer,
    resp: Pointer,
    distance: Pointer,
    to: Pointer,
    gain: Pointer,
    totalWeight: number,
    scratch: Pointer,
  ): void;
  cholesky(a: Pointer, D: number, tolerance: number): number;
  invertFactor(u: Pointer, p: Pointer, D: number): void;

  scoreScratchBytes(type: number, D: number, T: number, K: number): number;
  score(rows: Pointer, model: Pointer, density: Pointer, resp: Pointer, labels: Pointer, scratch: Pointer): void;
  mahalanobis(rows: Pointer, model: Pointer, zeros: Pointer, distance: Pointer, scratch: Pointer): void;

  conditionalMeans(rows: Pointer, model: Pointer, nu: Pointer, slopes: Pointer, means: Pointer, M: number): void;
  mixMoments(
    resp: Pointer,
    means: Pointer,
    cov: Pointer,
    N: number,
    K: number,
    M: number,
    mean: Pointer,
    covariance: Pointer,
  ): void;
  conditionalDensity(
    model: Pointer,
    resp: Pointer,
    means: Pointer,
    y: Pointer,
    density: Pointer,
    N: number,
    scratch: Pointer,
  ): void;

  normalTail(z: number): number;
  tails(
    x: Pointer,
    length: number,
    weights: Pointer,
    mu: Pointer,
    sigma: Pointer,
    K: number,
    side: number,
    out: Pointer,
  ): void;
  quantiles(
    p: Pointer,
    length: number,
    weights: Pointer,
    mu: Pointer,
    sigma: Pointer,
    K: number,
    side: number,
    out: Pointer,
  ): void;

  seedRandom(state: Pointer, seed: number, stream: number): void;
  uniform(state: Pointer): number;
  sample(
    model: Pointer,
    cumulative: Pointer,
    root: Pointer,
    state: Pointer,
    rows: Pointer,
    labels: Pointer,
    N: number,
    z: Pointer,
  ): void;

  nearest(rows: Pointer, first: number, last: number, c: Pointer, metric: Pointer, from: Pointer, to: Pointer): number;
  potentials(
    rows: Pointer,
    first: number,
    last: number,
    c: Pointer,
    metric: Pointer,
    from: Pointer,
    out: Pointer,
    M: number,
  ): void;
  pickRow(rows: Pointer, v: Pointer, target: number): number;
  farthestRow(rows: Pointer, v: Pointer): number;
  assign(rows: Pointer, clusters: Pointer, first: number, last: number, sums: Pointer, scratch: Pointer): number;
}

/** Most arguments of a kernel. */
export const MOST_ARGUMENTS = 9;

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

/** The modules compiled so far: plain, and its variants. */
const compiled: (WebAssembly.Module | undefined)[] = [wasmModule];
let compiling: Promise<void> | undefined;
/** Bytes that {@link loadKernels} was given. */
let given: Uint8Array<ArrayBuffer> | undefined;
let fuses: boolean | undefined;

/** What a variant of the module is told by; the bits add up. */
const SHARED = 1;
const RELAXED = 2;

/**
 * Compiles the module once per process; a failed compile is tried again next time.
 *
 * @throws {MixtureError} `UNSUPPORTED` if the engine has no WebAssembly SIMD or may not compile.
 */
export async function compileKernels(): Promise<void> {
  if (compiled[0]) return;
  compiling ??= compile(bytesOf(0)).then((module) => {
    compiled[0] = module;
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
export function instantiateKernels(relaxed = false): Instance {
  const module = moduleOf(relaxed ? RELAXED : 0);
  const memory = newMemory();
  try {
    return instanceOf(module, memory);
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
export function instantiateShared(bytes: number, relaxed = false): Instance | undefined {
  try {
    const maximum = Math.min(MOST_PAGES, Math.ceil(bytes / PAGE_BYTES));
    const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
    return instanceOf(moduleOf(SHARED | (relaxed ? RELAXED : 0)), memory);
  } catch {
    return undefined;
  }
}

/** Whether the engine can multiply and add in one instruction (relaxed SIMD), and the module's bytes are at hand for it. */
export function hasRelaxed(): boolean {
  if (!given && !wasmBytes) return false;
  fuses ??= WebAssembly.validate(bytesOf(RELAXED));
  return fuses;
}

/** Takes the kernels from the caller: `load` of src/api/load.ts says how. */
export async function loadKernels(source: unknown): Promise<void> {
  const arrived = await source;
  if (isA<WebAssembly.Module>("WebAssembly.Module", arrived)) {
    checkId(new Uint8Array(WebAssembly.Module.customSections(arrived, "gaussmix")[0] ?? 0));
    compiled[0] = arrived;
    return;
  }
  const bytes = await givenBytes(arrived);
  checkId(bytes);
  compiled[0] = await compile(bytes);
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
async function givenBytes(source: unknown): Promise<Uint8Array<ArrayBuffer>> {
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

function moduleOf(variant: number): WebAssembly.Module {
  compiled[variant] ??= compileNow(bytesOf(variant));
  return compiled[variant];
}

/**
 * The bytes of a variant, a copy: of those given, or those that came with the library. One byte says whether the memory is
 * shared; the instructions are the same. Relaxed, every f64x2.mul whose product an f64x2.add takes becomes three nops, and
 * that addition an f64x2.relaxed_madd.
 */
function bytesOf(variant: number): Uint8Array<ArrayBuffer> {
  const bytes = given?.slice() ?? wasmBytes?.();
  if (!bytes) {
    throw new MixtureError(
      "UNSUPPORTED",
      "gaussmix/load: expected the kernels to have been loaded, got none; call `await load(source)` first",
    );
  }
  if (variant & SHARED) bytes[sharedFlag] = 3;
  if (variant & RELAXED) {
    let place = 0;
    multiplyAdds.forEach((step, i) => {
      place += step;
      bytes.set(i & 1 ? [0xfd, 0x87, 0x02] : [0x01, 0x01, 0x01], place);
    });
  }
  return bytes;
}

async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    // half a millisecond, as functions are compiled when they are called first; the promise takes 1 to 5 more
    return new WebAssembly.Module(bytes);
  } catch {
    // Chrome before 115 compiles no more than 4 KB on the main thread
  }
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

import { type Arena, acquireArena, withArena } from "../engine/arena.ts";
import { describeModel, RECORD_BYTES } from "../engine/descriptors.ts";
import type { Pointer } from "../engine/kernels.ts";
import { packRows, tileRows, windowRows } from "../engine/tiles.ts";
import type { Matrix } from "../input/matrix.ts";
import type { Model } from "./model.ts";

/** Where answers go; each that is there is filled. */
export interface Answers {
  /** [N] log-densities. */
  readonly density?: Float64Array | undefined;
  /** [N, K] responsibilities. */
  readonly responsibilities?: Float64Array | undefined;
  /** [N] most likely components. */
  readonly labels?: Int32Array | undefined;
  /** [N, K] Mahalanobis distances. */
  readonly distances?: Float64Array | undefined;
  /** Called with responsibilities of rows `first` to `first + count - 1`, [count, K]: a view that lasts as long as the call. */
  readonly onResponsibilities?: ((some: Float64Array, first: number, count: number) => void) | undefined;
}

/** A model in the scoring arena, and where one window of rows begins. */
interface Resident {
  readonly model: Model;
  /** The records by which kernels are told of the model and of a window. */
  readonly at: Pointer;
  readonly rows: Pointer;
  readonly end: Pointer;
}

/** Scoring has an arena of its own, which keeps the model that was used last: one row costs no copy of the parameters. */
let scoring: { readonly arena: Arena; resident: Resident | undefined } | undefined;
/** Reading the caller's data may run the caller's code (a getter, say), and that may score something else meanwhile. */
let busy = false;

function residentIn(arena: Arena, model: Model): Resident {
  const at = describeModel(arena, {
    type: model.type,
    D: model.nFeatures,
    K: model.nComponents,
    mu: arena.copyOf(model.means),
    factor: arena.copyOf(model.factor),
    logc: arena.copyOf(model.logc),
  });
  const rows = arena.bytesOf(RECORD_BYTES);
  return { model, at, rows, end: arena.mark() };
}

/**
 * Answers for all rows, one window after the other: the work space does not grow with the number of rows. Nothing is
 * written if a value is not finite in the first window; later windows may have been filled when one is found.
 */
export function scoreRows(model: Model, matrix: Matrix, answers: Answers): void {
  if (busy) {
    withArena((arena) => scoreIn(arena, residentIn(arena, model), matrix, answers));
    return;
  }
  scoring ??= { arena: acquireArena(), resident: undefined };
  const { arena } = scoring;
  busy = true;
  try {
    if (scoring.resident?.model !== model) {
      scoring.resident = undefined;
      arena.clear();
      scoring.resident = residentIn(arena, model);
    }
    arena.rewind(scoring.resident.end);
    scoreIn(arena, scoring.resident, matrix, answers);
  } finally {
    busy = false;
  }
}

/** No answer, in words of its own: not what may lie in Object.prototype. */
const NONE: Answers = {
  density: undefined,
  responsibilities: undefined,
  labels: undefined,
  distances: undefined,
  onResponsibilities: undefined,
};

function scoreIn(arena: Arena, resident: Resident, matrix: Matrix, wanted: Answers): void {
  const answers = { ...NONE, ...wanted };
  const { model } = resident;
  const { nComponents: K, nFeatures: D } = model;
  const { nRows } = matrix;
  const { type } = model;
  const T = tileRows(D, nRows);
  const rows = windowRows(nRows, Math.max(D, K), T);
  const { kernels } = arena;
  const staging = arena.f64(rows * D);
  const x = arena.f64(rows * D);
  const density = answers.density ? arena.f64(rows) : 0;
  const resp = answers.responsibilities || answers.onResponsibilities ? arena.f64(rows * K) : 0;
  const labels = answers.labels ? arena.i32(rows) : 0;
  const distances = answers.distances ? arena.f64(rows * K) : 0;
  const zeros = answers.distances ? arena.filled(K, 0) : 0;
  const scratch = arena.bytesOf(kernels.scoreScratchBytes(type, D, T, K));
  for (let first = 0; first < nRows; first += rows) {
    const count = Math.min(rows, nRows - first);
    packRows(arena, matrix, first, count, staging, x, T);
    kernels.describeRows(resident.rows, x, 0, 0, count, D, T);
    if (density || resp || labels) {
      kernels.score(resident.rows, resident.at, density, resp, labels, scratch);
    }
    if (distances) kernels.mahalanobis(resident.rows, resident.at, zeros, distances, scratch);
    answers.density?.set(arena.viewF64(density, count), first);
    answers.responsibilities?.set(arena.viewF64(resp, count * K), first * K);
    answers.labels?.set(arena.viewI32(labels, count), first);
    answers.onResponsibilities?.(arena.viewF64(resp, count * K), first, count);
    answers.distances?.set(arena.viewF64(distances, count * K), first * K);
  }
}

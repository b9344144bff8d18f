import { type Arena, acquireArena, withArena } from "../engine/arena.ts";
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
}

/** A model in the scoring arena, with room for one window of rows beside it. */
interface Resident {
  readonly model: Model;
  readonly mu: Pointer;
  readonly factor: Pointer;
  readonly logc: Pointer;
  readonly end: Pointer;
}

/** Scoring has an arena of its own, which keeps the model that was used last: one row costs no copy of the parameters. */
let scoring: { readonly arena: Arena; resident: Resident | undefined } | undefined;
/** Reading the caller's data may run the caller's code (a getter, say), and that may score something else meanwhile. */
let busy = false;

function residentIn(arena: Arena, model: Model): Resident {
  const mu = arena.copyOf(model.means);
  const factor = arena.copyOf(model.factor);
  const logc = arena.copyOf(model.logc);
  return { model, mu, factor, logc, end: arena.mark() };
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
const NONE: Answers = { density: undefined, responsibilities: undefined, labels: undefined, distances: undefined };

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
  const resp = answers.responsibilities ? arena.f64(rows * K) : 0;
  const labels = answers.labels ? arena.i32(rows) : 0;
  const distances = answers.distances ? arena.f64(rows * K) : 0;
  const zeros = answers.distances ? arena.filled(K, 0) : 0;
  const scratch = arena.bytesOf(kernels.scoreScratchBytes(type, D, T, K));
  for (let first = 0; first < nRows; first += rows) {
    const count = Math.min(rows, nRows - first);
    packRows(arena, matrix, first, count, staging, x, T);
    if (density || resp || labels) {
      kernels.score(
        type,
        x,
        count,
        D,
        T,
        K,
        resident.mu,
        resident.factor,
        resident.logc,
        density,
        resp,
        labels,
        scratch,
      );
    }
    if (distances)
      kernels.mahalanobis(type, x, count, D, T, K, resident.mu, resident.factor, zeros, distances, scratch);
    answers.density?.set(arena.viewF64(density, count), first);
    answers.responsibilities?.set(arena.viewF64(resp, count * K), first * K);
    answers.labels?.set(arena.viewI32(labels, count), first);
    answers.distances?.set(arena.viewF64(distances, count * K), first * K);
  }
}

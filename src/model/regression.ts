import { type Arena, withArena } from "../engine/arena.ts";
import { describeModel, RECORD_BYTES } from "../engine/descriptors.ts";
import type { Pointer } from "../engine/kernels.ts";
import { packRows, tileRows, windowRows } from "../engine/tiles.ts";
import { MixtureError } from "../errors.ts";
import type { Matrix } from "../input/matrix.ts";
import type { Split } from "./conditional.ts";

/** Works on `count` rows, the first of which is row `first` of all: from their weights [count, K] and means [count, K, M]. */
export type Work = (first: number, count: number, resp: Pointer, means: Pointer) => void;

/** Makes room, and gives what turns a window's conditional mixtures into results at `result`; `rows`: the most in a window. */
export type Prepare = (arena: Arena, result: Pointer, rows: number) => Work;

/** The error for a row whose moments given its inputs are too large. */
export function overflow(moments: string, row: number): MixtureError {
  return new MixtureError(
    "NOT_FINITE",
    `data: expected rows near enough for finite ${moments}, got an overflow in row ${row}; leave it out`,
  );
}

/**
 * Conditions on rows of inputs, one window after the other: the work space does not grow with the number of rows.
 *
 * @param width - numbers that make the result of one row.
 * @param out - where results go: [N, width].
 * @returns out.
 * @throws {MixtureError} `NOT_FINITE` if a conditional mean overflows.
 */
export function conditionRows(
  { inputs, targets, slopes }: Split,
  matrix: Matrix,
  width: number,
  out: Float64Array,
  prepare: Prepare,
): Float64Array {
  const { nComponents: K, nFeatures: D } = inputs;
  const { nFeatures: M } = targets;
  const { nRows } = matrix;
  const { type } = inputs;
  const T = tileRows(D, nRows);
  const rows = windowRows(nRows, Math.max(D, K * M, width), T);
  withArena((arena) => {
    const { kernels } = arena;
    const [mu, factor, logc, nu, b] = [inputs.means, inputs.factor, inputs.logc, targets.means, slopes].map((values) =>
      arena.copyOf(values),
    );
    const [staging, x, resp, means, result] = [D, D, K, K * M, width].map((length) => arena.f64(rows * length));
    const model = describeModel(arena, { type, D, K, mu, factor, logc });
    const window = arena.bytesOf(RECORD_BYTES);
    const scratch = arena.bytesOf(kernels.scoreScratchBytes(type, D, T, K));
    const work = prepare(arena, result, rows);
    for (let first = 0; first < nRows; first += rows) {
      const count = Math.min(rows, nRows - first);
      packRows(arena, matrix, first, count, staging, x, T);
      kernels.describeRows(window, x, 0, 0, count, D, T);
      kernels.score(window, model, 0, resp, 0, scratch);
      kernels.conditionalMeans(window, model, nu, b, means, M);
      const bad = kernels.firstNotFinite(means, count * K * M);
      if (bad >= 0) {
        throw overflow("means", first + Math.floor(bad / K / M));
      }
      work(first, count, resp, means);
      out.set(arena.viewF64(result, count * width), first * width);
    }
  });
  return out;
}

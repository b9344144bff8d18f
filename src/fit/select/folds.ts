import { type Arena, withArena } from "../../engine/arena.ts";
import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import { MixtureError } from "../../errors.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { FitSettings } from "../../input/options.ts";
import { modelOf } from "../../model/model.ts";
import { scoreRows } from "../../model/score.ts";
import { sumOf } from "../../model/sums.ts";
import { selectRows, withProblem } from "../em/dataset.ts";
import { bestFit } from "../search/fit.ts";

/** The rows of each fold: those with a weight above 0, shuffled and dealt in turn. */
export function foldsOf({ nRows }: Matrix, { sampleWeight, seed }: FitSettings, count: number): readonly Int32Array[] {
  const rows = Array.from({ length: nRows }, (_, n) => n).filter((n) => !sampleWeight || sampleWeight[n] > 0);
  withArena((arena) => {
    const random = randomState(arena, seed);
    for (let i = rows.length - 1; i > 0; i--) {
      const j = Math.floor(arena.kernels.uniform(random) * (i + 1));
      [rows[i], rows[j]] = [rows[j], rows[i]];
    }
  });
  return Array.from({ length: count }, (_, fold) =>
    Int32Array.from(rows.filter((_row, i) => i % count === fold)).sort(),
  );
}

/**
 * The cross-validated log-likelihood, in nats: each fold's rows under a fit of the others (Smyth 2000, Stat. Comput. 10:63).
 * -Infinity where a fit fails.
 */
export function* heldOut(
  matrix: Matrix,
  settings: FitSettings,
  folds: readonly Int32Array[],
  shared?: Arena,
): Work<number> {
  const { family, nComponents, sampleWeight } = settings;
  let total = 0;
  for (const fold of folds) {
    const weights = sampleWeight ? sampleWeight.slice() : new Float64Array(matrix.nRows).fill(1);
    const own = Float64Array.from(fold, (row) => weights[row]);
    for (const row of fold) weights[row] = 0;
    const left = folds.reduce((sum, { length }) => sum + length, -fold.length);
    if (left < nComponents) return -Infinity;
    const training = { ...settings, sampleWeight: weights };
    try {
      const { parameters } = yield* withProblem(
        ...([matrix, family, nComponents, weights] as const),
        (problem) => bestFit(problem, matrix, training),
        shared,
      );
      const density = new Float64Array(fold.length);
      scoreRows(modelOf(parameters), selectRows(matrix, fold), { density });
      total += sumOf(density.map((value, i) => value * own[i]));
    } catch (error) {
      if (!(error instanceof MixtureError)) throw error;
      return -Infinity;
    } finally {
      shared?.clear();
    }
  }
  return total;
}

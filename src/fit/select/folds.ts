import { withArena } from "../../engine/arena.ts";
import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import { MixtureError } from "../../errors.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { FitSettings } from "../../input/options.ts";
import { selectRows } from "../../input/rows.ts";
import { modelOf } from "../../model/model.ts";
import { scoreRows } from "../../model/score.ts";
import { sumOf } from "../../model/sums.ts";
import { problemOf } from "../em/problem.ts";
import { bestFit } from "../search/fit.ts";
import type { Lane, Share } from "./lane.ts";

/** All rows that count. */
export function allRows({ nRows }: Matrix, { sampleWeight }: Pick<FitSettings, "sampleWeight">): Share {
  const left = sampleWeight ? sampleWeight.filter((weight) => weight > 0).length : nRows;
  return { nRows: left, weights: () => sampleWeight };
}

/** Some rows, and all others. */
export interface Fold {
  /** Rows by number. */
  readonly rows: Int32Array;
  /** Their weights. */
  readonly weights: Float64Array;
  readonly others: Share;
}

/** The folds: rows with a weight above 0, shuffled and dealt in turn. */
export function foldsOf(
  { nRows }: Matrix,
  { sampleWeight, seed }: Pick<FitSettings, "sampleWeight" | "seed">,
  count: number,
): readonly Fold[] {
  const all = Array.from({ length: nRows }, (_, n) => n).filter((n) => !sampleWeight || sampleWeight[n] > 0);
  withArena((arena) => {
    const random = randomState(arena, seed);
    for (let i = all.length - 1; i > 0; i--) {
      const j = Math.floor(arena.kernels.uniform(random) * (i + 1));
      [all[i], all[j]] = [all[j], all[i]];
    }
  });
  return Array.from({ length: count }, (_, fold) => {
    const rows = Int32Array.from(all.filter((_row, i) => i % count === fold)).sort();
    const weights = (): Float64Array => {
      const others = sampleWeight ? sampleWeight.slice() : new Float64Array(nRows).fill(1);
      for (const row of rows) others[row] = 0;
      return others;
    };
    return {
      rows,
      weights: Float64Array.from(rows, (row) => sampleWeight?.[row] ?? 1),
      others: { nRows: all.length - rows.length, weights },
    };
  });
}

/**
 * The cross-validated log-likelihood, in nats: each fold's rows under a fit of the others (Smyth 2000, Stat. Comput. 10:63).
 * -Infinity where a fit fails.
 */
export function* heldOut(lane: Lane, matrix: Matrix, settings: FitSettings, folds: readonly Fold[]): Work<number> {
  const { family, nComponents: K } = settings;
  let total = 0;
  for (const { rows, weights, others } of folds) {
    if (others.nRows < K) return -Infinity;
    try {
      const fit = lane(others, K, (left) => bestFit(problemOf(left, family, K), matrix, settings));
      const { parameters } = yield* fit;
      const density = new Float64Array(rows.length);
      scoreRows(modelOf(parameters), selectRows(matrix, rows), { density });
      total += sumOf(density.map((value, i) => value * weights[i]));
    } catch (error) {
      if (!(error instanceof MixtureError)) throw error;
      return -Infinity;
    }
  }
  return total;
}

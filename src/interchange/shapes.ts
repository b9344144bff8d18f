import type { CovarianceType } from "../input/options.ts";

/** [rows, columns] to [columns, rows], row-major: other programs put the components last. Zeros where the sides do not fit. */
export function transpose(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j];
  return out;
}

/** Visits every entry of full covariances, [K, D, D], beside its index among those of a type: -1 for one that is 0 there. */
export function eachEntry(
  type: CovarianceType,
  K: number,
  D: number,
  visit: (whole: number, own: number) => void,
): void {
  let whole = 0;
  for (let k = 0; k < K; k++) {
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < D; j++) {
        const own =
          type === "full" ? whole : type === "tied" ? i * D + j : i !== j ? -1 : type === "diag" ? k * D + i : k;
        visit(whole++, own);
      }
    }
  }
}

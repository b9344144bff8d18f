import type { CovarianceType } from "../input/options.ts";

/** [rows, columns] to [columns, rows], row-major: other programs put the components last. */
export function transpose(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j];
  return out;
}

/** Covariances of any type as "full" ones, [K, D, D]. */
export function fullCovariances(values: Float64Array, type: CovarianceType, K: number, D: number): Float64Array {
  if (type === "full") return values;
  const out = new Float64Array(K * D * D);
  for (let k = 0; k < K; k++) {
    const start = k * D * D;
    if (type === "tied") out.set(values, start);
    else for (let d = 0; d < D; d++) out[start + d * D + d] = values[type === "diag" ? k * D + d : k];
  }
  return out;
}

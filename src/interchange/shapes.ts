/** [rows, columns] to [columns, rows], row-major: other programs put the components last. Zeros where the sides do not fit. */
export function transpose(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j];
  return out;
}

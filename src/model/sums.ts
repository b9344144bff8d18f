/** Terms added one after the other before their sum joins the others: keeps the rounding of a long sum small. */
const PART = 128;

/** Σ values, in parts of fixed length: the same in every engine, and accurate to some hundred roundings. */
export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let first = 0; first < values.length; first += PART) {
    let part = 0;
    const end = Math.min(first + PART, values.length);
    for (let i = first; i < end; i++) part += values[i];
    sum += part;
  }
  return sum;
}

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

/** Numbers of some lists, one after the other. */
export function joined(lists: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}

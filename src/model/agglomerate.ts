/** Some items, and what two of them were joined last. */
export interface Joining<T> {
  /** The places of the two among the items before; the joint one has the first place, the second is gone. */
  readonly pair: readonly [number, number] | undefined;
  /** What joining them cost. */
  readonly cost: number;
  /** The items now. */
  readonly items: readonly T[];
  /** For each item of the start, the place of the one that it has gone into. */
  readonly labels: Int32Array<ArrayBuffer>;
}

/**
 * Joins the two items whose joining costs least, the first of equals, until `least` are left. Yields the items at the start
 * and after each step.
 *
 * @param cost - of joining two; Infinity for what is joined last only.
 */
export function* agglomerate<T>(
  start: readonly T[],
  least: number,
  cost: (a: T, b: T) => number,
  join: (a: T, b: T) => T,
): Generator<Joining<T>> {
  const items = [...start];
  const labels = Int32Array.from(items, (_, k) => k);
  const costs = items.map((a, i) => items.slice(0, i).map((b) => cost(a, b)));
  yield { pair: undefined, cost: 0, items: start, labels: labels.slice() };
  while (items.length > least) {
    let [i, j] = [1, 0];
    costs.forEach((row, r) => {
      row.forEach((value, c) => {
        if (value < costs[i][j]) [i, j] = [r, c];
      });
    });
    const paid = costs[i][j];
    const joint = join(items[j], items[i]);
    items[j] = joint;
    items.splice(i, 1);
    costs.splice(i, 1);
    costs.forEach((row, r) => {
      row.splice(i, r >= i ? 1 : 0);
      if (r > j) row[j] = cost(items[r], joint);
    });
    costs[j] = items.slice(0, j).map((other) => cost(joint, other));
    labels.forEach((label, k) => {
      if (label >= i) labels[k] = label === i ? j : label - 1;
    });
    yield { pair: [j, i], cost: paid, items: items.slice(), labels: labels.slice() };
  }
}

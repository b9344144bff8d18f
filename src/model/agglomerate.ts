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

/** What joining two items costs. */
export interface Costs<T> {
  /** Infinity for what is joined last only. */
  readonly cost: (a: T, b: T) => number;
  /** What it costs at least, found in less time: most pairs never get dear enough to look for more. Default: the cost itself. */
  readonly atLeast?: (a: T, b: T) => number;
}

/** The costs of joining an item with those before it, or what they are at least, and where they are least. */
interface Row {
  readonly costs: number[];
  /** For each, whether it is the cost itself. */
  readonly known: boolean[];
  /** The place of the least, the first of equals. */
  least: number;
}

/**
 * Joins the two items whose joining costs least, the first of equals, until `least` are left. Yields the items at the start
 * and after each step. Of the costs only those are computed that may be the least at some step, and each once.
 */
export function* agglomerate<T>(
  start: readonly T[],
  least: number,
  { cost, atLeast }: Costs<T>,
  join: (a: T, b: T) => T,
): Generator<Joining<T>> {
  const items = [...start];
  const labels = Int32Array.from(items, (_, k) => k);
  const first = atLeast ?? cost;
  const rowOf = (i: number): Row => {
    const costs = items.slice(0, i).map((other) => first(items[i], other));
    return { costs, known: costs.map(() => !atLeast), least: leastOf(costs) };
  };
  const rows = items.map((_, i) => rowOf(i));
  yield { pair: undefined, cost: 0, items: start, labels: labels.slice() };
  while (items.length > least) {
    const i = cheapest(rows, (r, c) => cost(items[r], items[c]));
    const j = rows[i].least;
    const paid = rows[i].costs[j];
    const joint = join(items[j], items[i]);
    items[j] = joint;
    items.splice(i, 1);
    rows.splice(i, 1);
    rows.forEach((row, r) => {
      if (r >= i) {
        row.costs.splice(i, 1);
        row.known.splice(i, 1);
      }
      if (r > j) {
        row.costs[j] = first(items[r], joint);
        row.known[j] = !atLeast;
      }
      row.least = leastOf(row.costs);
    });
    rows[j] = rowOf(j);
    labels.forEach((label, k) => {
      if (label >= i) labels[k] = label === i ? j : label - 1;
    });
    yield { pair: [j, i], cost: paid, items: items.slice(), labels: labels.slice() };
  }
}

/** The row in which the cost is least, the first of equals, once it is known to be the cost itself. */
function cheapest(rows: readonly Row[], cost: (r: number, c: number) => number): number {
  for (;;) {
    let i = 1;
    for (let r = 2; r < rows.length; r++) if (rows[r].costs[rows[r].least] < rows[i].costs[rows[i].least]) i = r;
    const row = rows[i];
    if (row.known[row.least]) return i;
    row.costs[row.least] = cost(i, row.least);
    row.known[row.least] = true;
    row.least = leastOf(row.costs);
  }
}

/** The place of the least, the first of equals. */
function leastOf(values: readonly number[]): number {
  let least = 0;
  for (let i = 1; i < values.length; i++) if (values[i] < values[least]) least = i;
  return least;
}

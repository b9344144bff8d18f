// How well two clusterings of the same rows agree, whatever the clusters are called.
import { received } from "../errors.ts";
import { isList } from "../input/checks.ts";
import { bestMatching } from "../model/matching.ts";

/** Two clusterings side by side. */
export interface Contingency<A extends string | number, B extends string | number> {
  /** The R labels of the first, sorted. */
  readonly labelsA: readonly A[];
  /** The C labels of the second, sorted. */
  readonly labelsB: readonly B[];
  /** [R, C], row-major: how many rows of the data have label i of the first and label j of the second. */
  readonly counts: Int32Array;
  /** Each label of the first to one of the second, no two to the same, so that most rows agree; the rest of the larger set is left out. */
  readonly mapping: ReadonlyMap<A, B>;
  /** The share of the rows that agree under this mapping. */
  readonly accuracy: number;
  /** 1 - accuracy. */
  readonly errorRate: number;
}

/**
 * Contingency table of two clusterings, with the best one-to-one matching of their labels (Kuhn 1955; Munkres 1957).
 *
 * @param labelsA - [N], say what `predict` gave.
 * @param labelsB - [N], say the known classes.
 * @returns the counts [R, C], the labels that they belong to, the matching, and how many rows agree under it.
 * @throws {TypeError} If they are not lists, or labels are neither integers nor texts, or some are the one and some the other.
 * @throws {RangeError} If they are empty or of different length, a number is not an integer, or there are so many different
 *   labels that they must tell rows apart.
 * @example
 * const { accuracy, mapping } = contingencyTable([0, 0, 1, 1], ["b", "b", "a", "b"]); // 0.75; 0 is b, 1 is a
 */
export function contingencyTable<A extends string | number, B extends string | number>(
  labelsA: ArrayLike<A>,
  labelsB: ArrayLike<B>,
): Contingency<A, B> {
  const [a, b] = indexed(labelsA, labelsB);
  const [R, C] = [a.labels.length, b.labels.length];
  if (R * C > MOST_CELLS) {
    throw new RangeError(
      `labelsB: expected labels of clusters, got ${R} and ${C} different ones; number the clusters, not the rows`,
    );
  }
  const counts = new Int32Array(R * C);
  a.places.forEach((i, n) => {
    counts[i * C + b.places[n]]++;
  });
  const columns = bestMatching(counts, R, C);
  let matched = 0;
  const mapping = new Map<A, B>();
  columns.forEach((j, i) => {
    if (j < 0) return;
    matched += counts[i * C + j];
    mapping.set(a.labels[i], b.labels[j]);
  });
  const N = a.places.length;
  return { labelsA: a.labels, labelsB: b.labels, counts, mapping, accuracy: matched / N, errorRate: (N - matched) / N };
}

/** More cells than this come from labels that tell rows apart, not clusters. */
const MOST_CELLS = 4_000_000;

/**
 * Adjusted Rand index of two clusterings (Hubert & Arabie 1985): 1 where they are the same but for names, about 0 where they
 * agree as chance would have it, below 0 where less.
 *
 * @param labelsA - [N]: integers or texts.
 * @param labelsB - [N], of the same rows.
 * @returns the index; the order of the two does not matter.
 * @throws as {@link contingencyTable}; any number of different labels will do.
 * @example
 * adjustedRandIndex([0, 0, 1, 1], ["b", "b", "a", "a"]); // 1
 */
export function adjustedRandIndex(labelsA: ArrayLike<string | number>, labelsB: ArrayLike<string | number>): number {
  const [a, b] = indexed(labelsA, labelsB);
  const C = b.labels.length;
  const pairsA = pairsWithin(a.places);
  const pairsB = pairsWithin(b.places);
  const index = pairsWithin(a.places.map((i, n) => i * C + b.places[n]));
  const N = a.places.length;
  const expected = (pairsA * pairsB) / Math.max(1, (N * (N - 1)) / 2);
  const most = (pairsA + pairsB) / 2;
  return most === expected ? 1 : (index - expected) / (most - expected);
}

/** Pairs of rows with the same value. */
function pairsWithin(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
}

interface Indexed<Label> {
  /** The different labels, sorted. */
  readonly labels: readonly Label[];
  /** [N]: the place of each row's label among them. */
  readonly places: readonly number[];
}

function indexed<A extends string | number, B extends string | number>(
  labelsA: ArrayLike<A>,
  labelsB: ArrayLike<B>,
): readonly [Indexed<A>, Indexed<B>] {
  const [a, b] = [listOf(labelsA, "labelsA"), listOf(labelsB, "labelsB")];
  if (a.length === 0 || a.length !== b.length) {
    throw new RangeError(
      `labelsB: expected as many labels as in labelsA, 1 or more, got ${b.length} and ${a.length}; give the labels of the same rows`,
    );
  }
  return [indexedOne(a), indexedOne(b)];
}

function listOf<Label extends string | number>(labels: ArrayLike<Label>, argument: string): readonly Label[] {
  const expected = `${argument}: expected a list of integers, or one of texts, got`;
  if (!isList(labels)) throw new TypeError(`${expected} ${received(labels)}; give one label per row`);
  const list: Label[] = [];
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n];
    list.push(label);
    if (typeof label === typeof list[0] && (typeof label === "string" || Number.isInteger(label))) continue;
    const text = `${expected} ${received(label)} at index ${n}; number or name the clusters`;
    throw typeof list[0] === "number" && typeof label === "number" ? new RangeError(text) : new TypeError(text);
  }
  return list;
}

function indexedOne<Label extends string | number>(list: readonly Label[]): Indexed<Label> {
  const labels = [...new Set(list)].sort((a, b) => (a < b ? -1 : 1));
  const places = new Map(labels.map((label, i) => [label, i]));
  return { labels, places: list.map((label) => places.get(label) ?? 0) };
}

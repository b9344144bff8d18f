// How a pass over the rows is cut into groups of tiles that may run side by side.

/** Numbers per group, about: enough work to hide what a group costs, few enough to keep many threads and the page busy. */
const GROUP_NUMBERS = 65_536;
/** A row counts as at least so many numbers. */
const LEAST_COLUMNS = 16;
/** With more components than this a group has fewer numbers, up to this number of groups: more would cost more than they bring. */
const MANY_COMPONENTS = 8;
const ENOUGH_GROUPS = 8;
/** Fewer groups than this are a power of two: as many threads share them without one that is left over. */
const MANY_GROUPS = 16;
/** Most groups, and most bytes of partial statistics: each group has its own. */
const MOST_GROUPS = 64;
const MOST_PARTIAL_BYTES = 4 * 1024 * 1024;

/** Range of tiles of a group, first inclusive, last exclusive. */
export function groupTiles(nTiles: number, groups: number, group: number): readonly [number, number] {
  return [Math.floor((nTiles * group) / groups), Math.floor((nTiles * (group + 1)) / groups)];
}

/**
 * Number of groups of tiles that a pass over the data is cut into, each with partial results of some bytes. It depends
 * on the shape of the problem alone, never on the number of threads, and with it the order of every sum.
 */
export function groupCount(
  { N, D, nTiles }: { readonly N: number; readonly D: number; readonly nTiles: number },
  K: number,
  partialBytes: number,
): number {
  const affordable = Math.max(4, Math.floor(MOST_PARTIAL_BYTES / partialBytes));
  const byNumbers = (N * Math.max(LEAST_COLUMNS, D)) / GROUP_NUMBERS;
  const byWork = Math.min(ENOUGH_GROUPS, (byNumbers * K) / MANY_COMPONENTS);
  const most = Math.max(1, Math.min(MOST_GROUPS, affordable, nTiles, Math.round(Math.max(byNumbers, byWork))));
  return most < MANY_GROUPS ? 1 << (31 - Math.clz32(most)) : most;
}

/**
 * A matching of rows and columns, each with at most one other, as many as the smaller side has, with the largest total: by
 * shortest augmenting paths over the gains above 0 (Kuhn 1955; Munkres 1957; Edmonds & Karp 1972). Exact for integers.
 *
 * @param gains - [R, C], row-major, 0 or more.
 * @returns [R]: the column of each row, or -1.
 */
export function bestMatching(gains: ArrayLike<number>, R: number, C: number): Int32Array {
  const edges = Array.from({ length: R }, (_, i) => {
    const list: number[] = [];
    for (let j = 0; j < C; j++) if (gains[i * C + j] > 0) list.push(j);
    return list;
  });
  // prices with price_i + price_j >= gain_ij, equal on the pairs matched; without a partner a row or column costs 0
  const rowPrice = Float64Array.from(edges, (list, i) => list.reduce((most, j) => Math.max(most, gains[i * C + j]), 0));
  const columnPrice = new Float64Array(C);
  const columns = new Int32Array(R).fill(-1);
  const rows = new Int32Array(C).fill(-1);
  for (let root = 0; root < R; root++) {
    const from = new Map<number, number>();
    const reached = new Map<number, number>();
    const doneRows: (readonly [row: number, distance: number])[] = [];
    const doneColumns = new Map<number, number>();
    let [row, distance] = [root, 0];
    // the end of the shortest path so far: a row that stays alone, or a column
    let [alone, lonely] = [Infinity, root];
    let end = -1;
    let total = 0;
    for (;;) {
      doneRows.push([row, distance]);
      if (distance + rowPrice[row] < alone) [alone, lonely] = [distance + rowPrice[row], row];
      for (const j of edges[row]) {
        const far = distance + rowPrice[row] + columnPrice[j] - gains[row * C + j];
        if (doneColumns.has(j) || !(far < (reached.get(j) ?? Infinity))) continue;
        reached.set(j, far);
        from.set(j, row);
      }
      [end, total] = [-1, alone];
      for (const [j, far] of reached) if (far < total) [end, total] = [j, far];
      if (end < 0 || rows[end] < 0) break;
      reached.delete(end);
      doneColumns.set(end, total);
      [row, distance] = [rows[end], total];
    }
    for (const [one, way] of doneRows) rowPrice[one] -= total - way;
    for (const [one, way] of doneColumns) columnPrice[one] += total - way;
    // the one who stays alone at the end of the path gives its column away
    if (end < 0) [end, columns[lonely]] = [columns[lonely], -1];
    while (end >= 0) {
      const to = from.get(end) as number;
      rows[end] = to;
      [end, columns[to]] = [columns[to], end];
    }
  }
  // what is left gains nothing together
  const free = [...rows.keys()].filter((j) => rows[j] < 0);
  return columns.map((j) => (j < 0 ? (free.shift() ?? -1) : j));
}

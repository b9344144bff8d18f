/**
 * The assignment of rows to different columns, as many as the smaller side has, with the largest total: the Hungarian method
 * (Kuhn 1955; Munkres 1957) by shortest augmenting paths, O(R² C) for R <= C. Exact for integers.
 *
 * @param gains - [R, C], row-major.
 * @returns [R]: the column of each row, or -1.
 */
export function bestMatching(gains: ArrayLike<number>, R: number, C: number): Int32Array {
  if (R > C) {
    const turned = Float64Array.from(gains, (_, at) => gains[(at % R) * C + Math.floor(at / R)]);
    const rows = new Int32Array(R).fill(-1);
    bestMatching(turned, C, R).forEach((i, j) => {
      rows[i] = j;
    });
    return rows;
  }
  // prices with price_i + price_j >= gain_ij, equal on the pairs matched; rows and columns count from 1, column 0 is the root
  const rowPrice = new Float64Array(R + 1);
  const columnPrice = new Float64Array(C + 1);
  const rowOf = new Int32Array(C + 1);
  for (let row = 1; row <= R; row++) {
    const slack = new Float64Array(C + 1).fill(Infinity);
    const from = new Int32Array(C + 1);
    const done = new Uint8Array(C + 1);
    rowOf[0] = row;
    let column = 0;
    do {
      done[column] = 1;
      const i = rowOf[column];
      let step = Infinity;
      let next = 0;
      for (let j = 1; j <= C; j++) {
        if (done[j]) continue;
        const left = rowPrice[i] + columnPrice[j] - gains[(i - 1) * C + j - 1];
        if (left < slack[j]) {
          slack[j] = left;
          from[j] = column;
        }
        if (slack[j] < step) {
          step = slack[j];
          next = j;
        }
      }
      for (let j = 0; j <= C; j++) {
        if (done[j]) {
          rowPrice[rowOf[j]] -= step;
          columnPrice[j] += step;
        } else slack[j] -= step;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (; column !== 0; column = from[column]) rowOf[column] = rowOf[from[column]];
  }
  const columns = new Int32Array(R);
  for (let j = 1; j <= C; j++) if (rowOf[j] !== 0) columns[rowOf[j] - 1] = j - 1;
  return columns;
}

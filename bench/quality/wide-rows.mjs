// Short and wide tables, seeded. Kinds of rows: `noise` (standard normals), `groups` (two, four deviations apart in each column),
// `integers` (0 to 4), `copied` (the second half of the columns is a copy of the first) and `dependent` (a third of the columns
// are sums of others, the last one is constant).
import { normalsOf, uniforms } from "../data.mjs";

/** @typedef {"noise" | "groups" | "integers" | "copied" | "dependent"} Kind */

/** Rows, row-major. @param {Kind} kind @param {number} N @param {number} D */
export function wideRows(kind, N, D, seed = 1) {
  const uniform = uniforms(7919 * seed + 31 * N + D);
  for (let i = 0; i < 10; i++) uniform();
  const normal = normalsOf(uniform);
  const data = new Float64Array(N * D);
  for (let n = 0; n < N; n++) {
    const row = data.subarray(n * D, (n + 1) * D);
    for (let d = 0; d < D; d++) {
      const half = Math.floor(D / 2);
      if (kind === "integers") row[d] = Math.floor(uniform() * 5);
      else if (kind === "copied" && d >= half && d < 2 * half) row[d] = row[d - half];
      else if (kind === "dependent" && d === D - 1) row[d] = 7;
      else if (kind === "dependent" && d % 3 === 2) row[d] = row[d - 1] + row[d - 2];
      else row[d] = normal() + (kind === "groups" && n % 2 === 1 ? 4 : 0);
    }
  }
  return data;
}

// The table of bench/quality/labelled.mjs, and what it comes to.
import { markdown } from "../report.mjs";

/** @typedef {import("./labelled.mjs").Cell} Cell @typedef {import("./labelled.mjs").Figures} Figures */

/** Adjusted Rand indices that differ by less are as good. */
const SLACK = 0.05;
/** The effort that is judged, and whom it is judged by cell by cell. */
const JUDGED = "standard";
const BESIDE = "scikit-learn";
/** Four tables that everybody has: an index of the judged effort may be below the other's by more than the slack in one cell. */
const PUBLIC = ["iris", "wine", "breast_cancer", "digits"];

/** @param {readonly number[]} values */
const meanOf = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** "0.90 (-1.2)": the index, and how far the log-likelihood is below the row's best. @param {Figures} figures @param {number} best */
function textOf({ ari, logLikelihood, failed, fits }, best) {
  if (logLikelihood === undefined) return "failed";
  const gap = logLikelihood - best;
  const text = `${ari.toFixed(2)} (${gap > -0.05 ? "0" : gap.toFixed(1)})`;
  return failed > 0 ? `${text}, ${failed} of ${fits} failed` : text;
}

/** @param {Cell} cell */
const titleOf = ({ table, type }) => `${table}, ${type}`;

/** Indices of all programs, over some cells. @param {string} group @param {Cell[]} cells @param {string[]} programs */
function meansOf(group, cells, programs) {
  const means = programs.map((name) => [name, meanOf(cells.map((cell) => cell.programs[name].ari))]);
  return { group, cells: cells.length, ...Object.fromEntries(means) };
}

/** @param {Cell[]} cells */
export function report(cells) {
  const programs = Object.keys(cells[0].programs);
  const columns = programs.map((name) => [name, ({ programs, best }) => textOf(programs[name], best)]);
  console.log(
    markdown({
      title: "Labelled tables: adjusted Rand index (log-likelihood below the best of the row), means over seeds",
      columns: {
        table: ({ table }) => table,
        "rows, K": ({ N, D, K }) => `${N} x ${D}, ${K}`,
        type: ({ type }) => type,
        "best log L": ({ best }) => best.toFixed(2),
        ...Object.fromEntries(columns),
      },
      rows: cells.map((cell) => ({
        ...cell,
        best: Math.max(...Object.values(cell.programs).map(({ logLikelihood }) => logLikelihood ?? -Infinity)),
      })),
    }),
  );
  const groups = /** @type {[string, Cell[]][]} */ ([
    ["the four public ones", cells.filter(({ table }) => PUBLIC.includes(table))],
    ["real", cells.filter(({ isReal }) => isReal)],
    ["generated", cells.filter(({ isReal }) => !isReal)],
    ["all", cells],
    ["all in which no fit failed", cells.filter((cell) => programs.every((name) => cell.programs[name].failed === 0))],
  ]).filter(([, members]) => members.length > 0);
  console.log(
    markdown({
      title: "Mean adjusted Rand index",
      note: "A fit that failed counts as 0.",
      columns: {
        tables: ({ group }) => group,
        cells: ({ cells }) => `${cells}`,
        ...Object.fromEntries(programs.map((name) => [name, (row) => row[name].toFixed(3)])),
      },
      rows: groups.map(([group, members]) => meansOf(group, members, programs)),
    }),
  );
  if (programs.includes(JUDGED)) reportBelow(cells, programs);
}

/** In how many cells the judged effort is below each other program, and in which below the one that counts. @param {Cell[]} cells @param {string[]} programs */
function reportBelow(cells, programs) {
  /** @param {string} other @param {Cell[]} among */
  const below = (other, among) => among.filter(({ programs }) => programs[JUDGED].ari < programs[other].ari - SLACK);
  const known = cells.filter(({ table }) => PUBLIC.includes(table));
  console.log(`\nCells in which ${JUDGED} is below by more than ${SLACK}:\n`);
  for (const other of programs.filter((name) => name !== JUDGED)) {
    const above = cells.filter(({ programs }) => programs[other].ari < programs[JUDGED].ari - SLACK);
    console.log(
      `- ${other}: ${below(other, cells).length} of ${cells.length}, ${below(other, known).length} of the ${known.length} public ones; above in ${above.length}`,
    );
  }
  if (!programs.includes(BESIDE)) return;
  console.log(`\nBelow ${BESIDE}:\n`);
  for (const cell of below(BESIDE, cells)) {
    const [ours, theirs] = [cell.programs[JUDGED], cell.programs[BESIDE]];
    const gain = ours.logLikelihood === undefined ? "failed" : (ours.logLikelihood - theirs.logLikelihood).toFixed(1);
    const rows = ours.smallest === undefined ? "" : `, smallest component ${ours.smallest.toFixed(1)} rows`;
    console.log(`- ${titleOf(cell)}: ${ours.ari.toFixed(2)}, ${theirs.ari.toFixed(2)} (log-likelihood ${gain}${rows})`);
  }
}

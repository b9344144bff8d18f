// The tables of bench/answers.mjs about selections: how long they take, what wins, and cell by cell who is likelier.
import { TYPES } from "../../test/support/forms.mjs";
import { medianOf } from "../paired.mjs";
import { digits, markdown } from "../report.mjs";
import { JUDGED, medianMs, NEAR, resultOf, SAME, timesLonger } from "./fits.mjs";

/**
 * @typedef {{ type: string, K: number, bic: number | null, logLikelihood: number | null }} Cell
 * @typedef {{ table: string, shape: [number, number], best: Record<string, (number | null)[]>,
 *   results: import("./contest.mjs").Result[] }} SelectResult
 */

const RIVAL = "mclust";
/** A BIC that is higher by less is no worse. */
const WORSE = 0.01;
/** Log-likelihoods of nested models that are out of order by less per row are not: fits stop at 1e-7. */
const ORDER = 1e-6;
/** What the judged effort may take, of the rival's time, as geometric mean. */
const MOST_RATIO = 1;

/** @param {Cell} cell */
const nameOf = ({ type, K }) => `${type} ${K}`;
/** @param {Cell[]} cells @param {string} type @param {number} K */
const cellOf = (cells, type, K) => cells.find((cell) => cell.type === type && cell.K === K);

/** Cells in which the best known is below this one: a component has shrunk onto few rows. @param {Cell} cell @param {SelectResult["best"]} best */
function isSpurious({ type, K, logLikelihood }, best) {
  const known = best[type][K - 1];
  return logLikelihood !== null && (known === null || logLikelihood > known + NEAR);
}

/** Cells, of all turns, whose likelihood is within the slack of the best known, as a share. @param {import("./contest.mjs").Result} result @param {SelectResult["best"]} best @param {number} slack */
function shareWithin({ turns }, best, slack) {
  const cells = turns.flatMap((turn) => turn.cells).filter(({ type, K }) => best[type][K - 1] !== null);
  const reached = cells.filter(
    ({ type, K, logLikelihood }) => logLikelihood !== null && logLikelihood >= best[type][K - 1] - slack,
  );
  return reached.length / cells.length;
}

/** In how many cells of a turn a model is less likely than one that it contains. @param {Cell[]} cells @param {number} N */
function disorder(cells, N) {
  const likelihoodOf = (type, K) => cellOf(cells, type, K)?.logLikelihood ?? Number.NaN;
  const smaller = { full: ["tied", "diag"], tied: [], diag: ["spherical"], spherical: [] };
  return cells.filter(({ type, K, logLikelihood }) => {
    const within = [...(K > 1 ? [likelihoodOf(type, K - 1)] : []), ...smaller[type].map((one) => likelihoodOf(one, K))];
    return within.some((value) => logLikelihood !== null && logLikelihood < value - ORDER * N);
  }).length;
}

/** What wins, most often, in how many turns if not in all, and the median of its BIC. @param {import("./contest.mjs").Result} result */
function winnerText({ turns }) {
  const names = turns.map(({ winner }) => nameOf(winner));
  const counted = [...new Set(names)].map((name) => ({ name, count: names.filter((one) => one === name).length }));
  const [{ name, count }] = counted.sort((a, b) => b.count - a.count);
  const bic = medianOf(turns.filter(({ winner }) => nameOf(winner) === name).map(({ winner }) => winner.bic));
  return `${name}${count < turns.length ? ` (${count} of ${turns.length})` : ""}, ${bic.toFixed(2)}`;
}

/** The cells in which a result's BIC, the median of its turns, is worse than the rival's. @param {import("./contest.mjs").Result} result @param {SelectResult} one */
function worseCells(result, { results, best }) {
  const rival = resultOf(results, RIVAL);
  if (rival.failure !== undefined) return undefined;
  return rival.turns[0].cells.flatMap((/** @type {Cell} */ theirs) => {
    if (theirs.bic === null) return [];
    const ours = result.turns.map(({ cells }) => cellOf(cells, theirs.type, theirs.K)?.bic ?? Number.POSITIVE_INFINITY);
    const gap = medianOf(ours) - theirs.bic;
    return gap > WORSE ? [{ name: nameOf(theirs), gap, isSpurious: isSpurious(theirs, best) }] : [];
  });
}

/** @param {SelectResult[]} selections */
export function reportSelections(selections) {
  const names = selections[0].results.map(({ name }) => name);
  const timeText =
    (name) =>
    ({ results }) => {
      const [result, rival] = [resultOf(results, name), resultOf(results, RIVAL)];
      if (result.failure !== undefined) return result.failure;
      if (name === RIVAL || rival.failure !== undefined) return digits(medianMs(result));
      const { median, low, high } = timesLonger(result, rival);
      return `${digits(medianMs(result))}, x ${digits(median)} (${digits(low)} to ${digits(high)})`;
    };
  console.log(
    markdown({
      title: `Selections of ${TYPES.length} types and K = 1 to 9: time to answer`,
      note: `Median milliseconds; x: how many times as long as ${RIVAL} (mclustBIC), median of the ratios turn by turn (95 % interval).`,
      columns: {
        table: ({ table, shape }) => `${table}, ${shape.join(" x ")}`,
        ...Object.fromEntries(names.map((name) => [name, timeText(name)])),
        turns: ({ results }) => results.map(({ turns }) => turns.length).join(", "),
      },
      rows: selections,
    }),
  );
  for (const name of names.filter((one) => one !== RIVAL)) reportMean(name, selections);
  const rows = selections.flatMap((one) =>
    one.results
      .filter(({ failure }) => failure === undefined)
      .map((result) => ({ one, result, worse: worseCells(result, one) })),
  );
  const percent = (share) => (100 * share).toFixed(0);
  console.log(
    markdown({
      title: "Selections: what is found",
      note: `Lowest BIC. Cells: those of all types and K. Worse than ${RIVAL}: its BIC is lower by more than ${WORSE}. Within: of the best log-likelihood known without spurious components, per cent of cells and turns. Out of order: models less likely than one they contain, most in any turn.`,
      columns: {
        table: ({ one }) => one.table,
        program: ({ result }) => result.name,
        "winner, BIC": ({ result }) => winnerText(result),
        [`cells worse than ${RIVAL}`]: ({ worse }) => (worse === undefined ? "-" : `${worse.length}`),
        [`% within ${SAME}`]: ({ one, result }) => percent(shareWithin(result, one.best, SAME)),
        [`% within ${NEAR}`]: ({ one, result }) => percent(shareWithin(result, one.best, NEAR)),
        "out of order": ({ one, result }) =>
          `${Math.max(...result.turns.map(({ cells }) => disorder(cells, one.shape[0])))}`,
      },
      rows,
    }),
  );
  const lists = rows.filter(({ worse, result }) => result.name !== RIVAL && worse !== undefined && worse.length > 0);
  if (lists.length > 0)
    console.log(`\nCells whose BIC is worse than ${RIVAL}'s, and by how much (* where ${RIVAL}'s is spurious):\n`);
  for (const { one, result, worse } of lists) {
    const cells = worse.map(({ name, gap, isSpurious }) => `${name}${isSpurious ? "*" : ""} ${digits(gap)}`);
    console.log(`- ${one.table}, ${result.name}: ${cells.join(", ")}`);
  }
}

/** How long a program takes beside the rival, as geometric mean over the tables. @param {string} name @param {SelectResult[]} selections */
function reportMean(name, selections) {
  const pairs = selections.map(({ results }) => [resultOf(results, name), resultOf(results, RIVAL)]);
  if (pairs.flat().some(({ failure }) => failure !== undefined)) return;
  const ratios = pairs.map(([own, rival]) => timesLonger(own, rival).median);
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  const bar = name === JUDGED ? ` (at most ${MOST_RATIO.toFixed(1)})` : "";
  console.log(`\n${name}: ${digits(mean)} times as long as ${RIVAL}, geometric mean of ${ratios.length}${bar}`);
}

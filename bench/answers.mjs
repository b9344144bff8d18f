// Time to answer: fits and selections by effort, beside scikit-learn and mclust, in turn; see README.md.
//
//     node bench/answers.mjs [--only fit,select] [--tables iris,5kx2] [--types full] [--efforts quick,standard,thorough]
//         [--peers sklearn,mclust] [--seeds 100] [--threads 1] [--quick] [--out FILE]               needs a built library; ten minutes
//
// Peers are those of bench/peers/install.sh, as far as they are there. `--seeds`: so many fits or selections of real tables by each effort,
// whatever they take, instead of as many as fit in a budget.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { TYPES } from "../test/support/forms.mjs";
import { fitCases, MOST, selectCases } from "./answers/cases.mjs";
import { contest } from "./answers/contest.mjs";
import { reportFits } from "./answers/fits.mjs";
import { reportSelections } from "./answers/selections.mjs";
import { EFFORTS } from "./efforts.mjs";
import { KINDS, Peer } from "./peers/peer.mjs";
import { headline, host, progress } from "./report.mjs";

/** What one contestant may take for a question: of small tables, of the others and of selections. */
const BUDGETS = {
  full: {
    small: { ms: 1500, least: 3, most: 20 },
    large: { ms: 6000, least: 3, most: 9 },
    select: { ms: 6000, least: 3, most: 20 },
  },
  quick: {
    small: { ms: 100, least: 2, most: 5 },
    large: { ms: 0, least: 1, most: 1 },
    select: { ms: 0, least: 2, most: 2 },
  },
};
/** mclust clusters hierarchically first, in time that grows with the square of the rows. */
const MCLUST_ROWS = 5000;
const PARTS = ["fit", "select"];
const PEERS = ["sklearn", "mclust"];

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    tables: { type: "string" },
    types: { type: "string" },
    efforts: { type: "string" },
    peers: { type: "string" },
    seeds: { type: "string" },
    threads: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
    out: { type: "string" },
  },
});

/** The words of an option, all of them known. @param {string} name @param {readonly string[]} known @returns {string[]} */
function wordsOf(name, known) {
  const given = values[name];
  if (given === undefined) return [...known];
  const words = given === "" ? [] : given.split(",");
  const unknown = words.filter((/** @type {string} */ word) => !known.includes(word));
  if (unknown.length > 0) throw new RangeError(`--${name}: expected some of ${known}, got ${unknown}`);
  return words;
}

const allFits = fitCases();
const parts = wordsOf("only", PARTS);
const tables = wordsOf("tables", [...new Set(allFits.map(({ table }) => table))]);
const types = wordsOf("types", TYPES);
const efforts = /** @type {(keyof typeof EFFORTS)[]} */ (wordsOf("efforts", Object.keys(EFFORTS)));
const wanted = wordsOf("peers", PEERS);
const threads = Number(values.threads);
const budgets = values.quick ? BUDGETS.quick : BUDGETS.full;

/** One process for each effort, so that none runs code that was compiled for another. @type {Record<string, Peer>} */
const processes = {};
/** @type {Record<string, string>} */
const versions = {};
for (const effort of efforts) processes[effort] = new Peer("gaussmix", threads);
for (const name of wanted) {
  try {
    const peer = new Peer(name, KINDS[name].several ? threads : 1);
    versions[name] = (await peer.ask("about")).version;
    processes[name] = peer;
  } catch (error) {
    progress(`without ${name}: ${error.message}`);
  }
}
const withoutOf = (name) =>
  processes[name] === undefined ? (wanted.includes(name) ? "not installed" : "not asked") : undefined;

/** Those who fit. @param {import("./answers/cases.mjs").FitCase} which @returns {import("./answers/contest.mjs").Contestant[]} */
function fitters({ type, shape }) {
  const few = shape[0] <= MCLUST_ROWS ? undefined : "too many rows";
  const within = efforts
    .filter((effort) => effort !== "quick")
    .map((effort) => ({
      name: `scikit-learn in ${effort}'s time`,
      peer: processes.sklearn,
      without: withoutOf("sklearn"),
      ask: (seed, turn) =>
        // the warm-up has no turn before it, and scikit-learn has had its own
        turn[effort] && { command: "fit", seed, covarianceType: type, within: turn[effort].ms },
    }));
  return [
    ...efforts.map((effort) => ({
      name: effort,
      peer: processes[effort],
      ask: (seed) => ({ command: "fit", seed, options: { covarianceType: type, ...EFFORTS[effort] } }),
    })),
    {
      name: "scikit-learn",
      peer: processes.sklearn,
      without: withoutOf("sklearn"),
      ask: (seed) => ({ command: "fit", seed, covarianceType: type }),
    },
    ...within,
    {
      name: "mclust",
      peer: processes.mclust,
      without: withoutOf("mclust") ?? few,
      ask: (seed) => ({ command: "fit", seed, covarianceType: type }),
    },
  ];
}

/** Those who select. @returns {import("./answers/contest.mjs").Contestant[]} */
function selectors() {
  return [
    ...efforts.map((effort) => ({
      name: effort,
      peer: processes[effort],
      ask: (seed) => ({
        command: "select",
        seed,
        options: { nComponents: { from: 1, to: MOST }, covarianceType: TYPES, ...EFFORTS[effort] },
      }),
    })),
    ...[
      { name: "scikit-learn", key: "sklearn" },
      { name: "mclust", key: "mclust" },
    ].map(({ name, key }) => ({
      name,
      peer: processes[key],
      without: withoutOf(key),
      ask: (seed) => ({ command: "select", seed, most: MOST }),
    })),
  ];
}

const folder = mkdtempSync(join(tmpdir(), "gaussmix-answers-"));
/** What to load of a table. @param {Float64Array} data @param {readonly number[]} shape @param {number} K */
function messageOf({ buffer, byteOffset, byteLength }, [N, d], K) {
  const rows = join(folder, "rows.f64");
  writeFileSync(rows, new Uint8Array(buffer, byteOffset, byteLength));
  return { N, d, K, rows };
}

/** @param {import("./answers/contest.mjs").Budget} budget @param {boolean} isSmall */
function budgetsOf(budget, isSmall) {
  const seeds = isSmall && values.seeds !== undefined ? Number(values.seeds) : undefined;
  return ({ name }) => (seeds !== undefined && efforts.includes(name) ? { ms: 0, least: seeds, most: seeds } : budget);
}

/** @type {{ fits: import("./answers/fits.mjs").FitResult[], selections: import("./answers/selections.mjs").SelectResult[] }} */
const figures = { fits: [], selections: [] };
try {
  if (parts.includes("select")) {
    for (const which of selectCases().filter(({ table }) => tables.includes(table))) {
      progress(`select: ${which.table}`);
      const message = messageOf(which.data(), which.shape, 1);
      const results = await contest(selectors(), message, budgetsOf(budgets.select, true));
      figures.selections.push({ table: which.table, shape: which.shape, best: which.best, results });
    }
  }
  if (parts.includes("fit")) {
    for (const which of allFits.filter(({ table, type }) => tables.includes(table) && types.includes(type))) {
      progress(`fit: ${which.title}`);
      const message = messageOf(which.data(), which.shape, which.K);
      const budget = which.isSmall ? budgets.small : budgets.large;
      const results = await contest(fitters(which), message, budgetsOf(budget, which.isSmall));
      const { table, title, type, K, shape, isSmall, best } = which;
      figures.fits.push({ table, title, type, K, shape, isSmall, best, results });
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  for (const peer of Object.values(processes)) peer.end();
}
if (values.out)
  writeFileSync(values.out, JSON.stringify({ ...host(), versions, threads, efforts: EFFORTS, ...figures }));
console.log(`${headline(host())}; ${[...Object.values(versions), `threads: ${threads}`].join("; ")}`);
console.log(efforts.map((name) => `${name}: ${JSON.stringify(EFFORTS[name])}`).join("; "));
if (figures.selections.length > 0) reportSelections(figures.selections);
if (figures.fits.length > 0) reportFits(figures.fits);

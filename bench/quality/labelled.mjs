// Labelled tables: how well default fits find the classes, by effort, beside scikit-learn and mclust.
//
//     node bench/quality/labelled.mjs [--tables iris,wine] [--folder DIR] [--efforts quick,standard] [--seeds 10]
//         [--also '{"init":"kmeans-whitened"}'] [--peers FILE] [--out FILE]          needs a built library; minutes
//
// Each table with all covariance types and as many components as classes, columns as they are. Adjusted Rand indices and
// log-likelihoods are means over seeds; of scikit-learn's defaults (one k-means start) over as many. `--folder` adds tables of CSV, the class
// last; `--also` adds a column for other options; `--peers` keeps what the peers found for the next run; `--out` takes all figures.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { adjustedRandIndex, GaussianMixture } from "gaussmix";
import { TYPES } from "../../test/support/forms.mjs";
import { EFFORTS } from "../efforts.mjs";
import { headline, host, progress } from "../report.mjs";
import { report } from "./labelled-report.mjs";
import { labelledTables } from "./labelled-tables.mjs";
import { digestOf, labelsOf } from "./peers.mjs";

/**
 * @typedef {{ ari: number, logLikelihood: number | undefined, fits: number, failed: number, ms?: number, smallest?: number }} Figures
 *   means over seeds: of the index, where a fit that fails counts as 0; of the log-likelihood of those that do not, and of the rows of
 *   their smallest component; undefined where all fail. fits: how many were tried. ms: of a fit.
 * @typedef {{ table: string, isReal: boolean, N: number, D: number, K: number, type: string, programs: Record<string, Figures> }} Cell
 */

/** Seeds of a search that takes long. */
const FEW_SEEDS = { thorough: 3 };
const NAMES = { sklearn: "scikit-learn", mclust: "mclust" };

const { values } = parseArgs({
  options: {
    tables: { type: "string" },
    folder: { type: "string" },
    efforts: { type: "string" },
    seeds: { type: "string", default: "10" },
    also: { type: "string", multiple: true, default: [] },
    peers: { type: "string" },
    out: { type: "string" },
  },
});
const seeds = Number(values.seeds);
const efforts = values.efforts?.split(",") ?? Object.keys(EFFORTS);
const unknown = efforts.filter((name) => !(name in EFFORTS));
if (unknown.length > 0) throw new RangeError(`--efforts: expected some of ${Object.keys(EFFORTS)}, got ${unknown}`);
/** What is fitted: the name of a column, the options, and the number of seeds. */
const configurations = [
  ...efforts.map((name) => ({ name, options: EFFORTS[name], seeds: Math.min(seeds, FEW_SEEDS[name] ?? seeds) })),
  ...values.also.map((text) => ({ name: text, options: JSON.parse(text), seeds })),
];

/** @param {readonly number[]} numbers */
const meanOf = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** @param {{ logLikelihood: number, ari: number, smallest?: number }[]} found @param {number} fits @returns {Figures} */
function figuresOf(found, fits) {
  const some = found.length > 0;
  return {
    ari: some ? (meanOf(found.map(({ ari }) => ari)) * found.length) / fits : 0,
    logLikelihood: some ? meanOf(found.map(({ logLikelihood }) => logLikelihood)) : undefined,
    ...(some && found[0].smallest !== undefined && { smallest: meanOf(found.map(({ smallest }) => smallest)) }),
    fits,
    failed: fits - found.length,
  };
}

/** @param {import("./labelled-tables.mjs").Table} table @param {string} covarianceType @param {(typeof configurations)[number]} configuration */
function fitted({ rows, labels, K }, covarianceType, { options, seeds }) {
  const found = [];
  const before = performance.now();
  for (let seed = 0; seed < seeds; seed++) {
    try {
      const mixture = GaussianMixture.fitSync(rows, { nComponents: K, covarianceType, seed, ...options });
      const ari = adjustedRandIndex(mixture.predict(rows), labels);
      const smallest = Math.min(...mixture.weights) * rows.shape[0];
      found.push({ logLikelihood: mixture.report.logLikelihood, ari, smallest });
    } catch (error) {
      progress(`seed ${seed} of ${JSON.stringify(options)} failed: ${error.message}`);
    }
  }
  return { ...figuresOf(found, seeds), ms: (performance.now() - before) / seeds };
}

/** @typedef {{ key: string, versions: Record<string, string>, figures: Record<string, Record<string, Figures>> }} Kept by program and type. */
/** @type {Record<string, Kept>} */
const kept = values.peers && existsSync(values.peers) ? JSON.parse(readFileSync(values.peers, "utf8")) : {};

/** What the installed peers find. @param {import("./labelled-tables.mjs").Table} table @returns {Kept} */
function peersOf({ name, rows, labels, K }) {
  const key = `${digestOf(rows.data)} ${labels.join("")} ${seeds}`;
  if (kept[name]?.key === key) return kept[name];
  const cases = TYPES.map((covarianceType) => ({ name, rows, K, covarianceType }));
  const peers = Object.entries(labelsOf(cases, seeds)).filter(([, peer]) => peer !== undefined);
  const figures = peers.map(([program, peer]) => {
    const byType = TYPES.map((type, i) => {
      const found = peer.cases[i].map((fit) => ({ ...fit, ari: adjustedRandIndex(fit.labels, labels) }));
      return [type, figuresOf(found, program === "sklearn" ? seeds : 1)];
    });
    return [NAMES[program], Object.fromEntries(byType)];
  });
  const versions = Object.fromEntries(peers.map(([program, { version }]) => [NAMES[program], version]));
  kept[name] = { key, versions, figures: Object.fromEntries(figures) };
  if (values.peers) writeFileSync(values.peers, JSON.stringify(kept));
  return kept[name];
}

const all = labelledTables(values.folder);
const chosen = values.tables?.split(",") ?? all.map(({ name }) => name);
const missing = chosen.filter((name) => !all.some((table) => table.name === name));
if (missing.length > 0)
  throw new RangeError(`--tables: expected some of ${all.map(({ name }) => name)}, got ${missing}`);
/** @type {Cell[]} */
const cells = [];
let versions = {};
for (const table of all.filter(({ name }) => chosen.includes(name))) {
  progress(table.name);
  const peers = peersOf(table);
  versions = { ...versions, ...peers.versions };
  const [N, D] = table.rows.shape;
  for (const type of TYPES) {
    const theirs = Object.entries(peers.figures).map(([program, byType]) => [program, byType[type]]);
    const ours = configurations.map((one) => [one.name, fitted(table, type, one)]);
    const programs = Object.fromEntries([...theirs, ...ours]);
    cells.push({ table: table.name, isReal: table.isReal, N, D, K: table.K, type, programs });
  }
  if (values.out) writeFileSync(values.out, JSON.stringify({ ...host(), versions, configurations, cells }));
}
const about = Object.values(NAMES).map((name) => `${name} ${versions[name] ?? "not installed"}`);
console.log(`${headline(host())}; ${about.join(", ")}`);
console.log(configurations.map((one) => `${one.name}: ${JSON.stringify(one.options)}, ${one.seeds} seeds`).join("; "));
report(cells);

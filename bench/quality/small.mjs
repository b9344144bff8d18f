// How often a fit of small continuous data with many components finds the best sound solution known.
//
//     node bench/quality/small.mjs [--seeds 12] [--first 0] [--sets 0,7] [--effort thorough]        needs a built library; ten minutes
//     node bench/quality/small.mjs --search [--starts 50]           looks for better ones: test/fixtures/small-known.json
//
// Sound is what the library has no SPURIOUS_COMPONENT for: the likelihood of a component that shrinks onto few rows has no
// bound, so that the likeliest solution of all says nothing. The best known is that of 50 seeds of the thorough search, of so many
// starts by each other strategy, and of EM from where scikit-learn and mclust stopped, where they are installed.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { GaussianMixture } from "gaussmix";
import { headline, host } from "../report.mjs";
import { peersOf } from "./peers.mjs";
import { smallCases } from "./small-cases.mjs";

/** Log-likelihoods that differ by less, in nats, are the same solution: fits stop at 1e-7 for each row. */
const NEAR = 1e-3;
const LEAST_REACHED = 0.9;
/** Seeds of scikit-learn, each with four kinds of start. */
const PEER_SEEDS = 50;
/** Sound solutions that are kept, so that one is left should another rule be stricter. */
const KEPT = 3;
const FILE = new URL("../../test/fixtures/small-known.json", import.meta.url);
const STRATEGIES = /** @type {const} */ ([
  "kmeans-standardised",
  "kmeans-whitened",
  "k-means++",
  "random-from-data",
  "adaptive",
  "short-em",
]);
const FINE = { tol: 1e-10, maxIter: 10_000 };

/** @typedef {{ logLikelihood: number, foundBy: string, weights: number[], means: number[], covariances: number[] }} Solution */

/** @param {string} name @param {string} otherwise */
function option(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
}

const seeds = Number(option("--seeds", "12"));
const firstSeed = Number(option("--first", "0"));
const effort = option("--effort", "thorough");
const chosen = option("--sets", "")
  .split(",")
  .flatMap((set) => (set === "" ? [] : Number(set)));
const all = smallCases();
const cases = all.filter((_, i) => chosen.length === 0 || chosen.includes(i));
/** @type {Record<string, Solution[]>} */
const known = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {};

/** @param {import("./small-cases.mjs").Case} which @param {object} options */
function fitted({ rows, K, covarianceType }, options) {
  return GaussianMixture.fitSync(rows, { nComponents: K, covarianceType, ...options });
}

/** @param {GaussianMixture} mixture */
const isSound = ({ report }) => !report.warnings.some(({ code }) => code === "SPURIOUS_COMPONENT");

/** Adds where a fit ends, if it is sound and new; the best first. @param {import("./small-cases.mjs").Case} which @param {string} foundBy @param {object} options */
function learn(which, foundBy, options) {
  known[which.name] ??= [];
  const solutions = known[which.name];
  try {
    const first = fitted(which, options);
    const least = solutions[KEPT - 1]?.logLikelihood ?? -Infinity;
    if (!isSound(first) || first.report.logLikelihood < least - 0.1) return;
    const found = fitted(which, { init: first, ...FINE });
    const { logLikelihood } = found.report;
    if (!isSound(found) || solutions.some((one) => Math.abs(one.logLikelihood - logLikelihood) < NEAR)) return;
    const [weights, means, covariances] = [found.weights, found.means, found.covariances].map((values) =>
      Array.from(values, (value) => Number(value.toPrecision(7))),
    );
    solutions.push({ logLikelihood, foundBy, weights, means, covariances });
    solutions.sort((a, b) => b.logLikelihood - a.logLikelihood);
    solutions.splice(KEPT);
  } catch {
    // collapsed
  }
}

function search() {
  const starts = Number(option("--starts", "50"));
  const peers = Object.entries(peersOf(cases, PEER_SEEDS));
  cases.forEach((which, at) => {
    for (let seed = 0; seed < starts; seed++) {
      for (const init of [...STRATEGIES, "race"]) learn(which, init, { init, seed: 10_000 + seed });
    }
    for (const [name, peer] of peers) for (const init of peer?.cases[at].starts ?? []) learn(which, name, { init });
    writeFileSync(FILE, `${JSON.stringify(known, null, 0)}\n`);
    const [best] = known[which.name];
    console.error(which.name, best?.logLikelihood.toFixed(4), best?.foundBy);
  });
}

/** The likeliest solution known that this library calls sound. @param {import("./small-cases.mjs").Case} which */
function bestOf(which) {
  const ends = (known[which.name] ?? []).map(({ weights, means, covariances }) => {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return fitted(which, { init: { weights: weights.map((weight) => weight / sum), means, covariances }, ...FINE });
  });
  return Math.max(...ends.filter(isSound).map(({ report }) => report.logLikelihood));
}

function measure() {
  console.log(`${headline(host())}; effort ${effort}, seeds ${firstSeed} to ${firstSeed + seeds - 1}\n`);
  console.log(
    "| set | rows | K | type | best known | % reached | different ends | worst gap | spurious | best before | ms |",
  );
  console.log(`|${"---|".repeat(11)}`);
  let reached = 0;
  let fitsOfAll = 0;
  for (const which of cases) {
    const kept = bestOf(which);
    if (kept === -Infinity) {
      console.log(`| ${which.name} | no sound solution is known: run with --search |`);
      continue;
    }
    fitsOfAll += seeds;
    const before = process.cpuUsage();
    const fits = Array.from({ length: seeds }, (_, i) => fitted(which, { effort, seed: firstSeed + i }));
    const { user, system } = process.cpuUsage(before);
    const found = fits.map((fit) => (isSound(fit) ? fit.report.logLikelihood : -Infinity));
    // what these fits find counts, too: the rule for what is sound may be another than it was when the others were kept
    const best = Math.max(kept, ...found);
    const count = found.filter((value) => value >= best - NEAR).length;
    reached += count;
    const { K, covarianceType, rows } = which;
    const ends = new Set(found.map((value) => Math.round(value / NEAR / 2))).size;
    const cells = [which.name, rows.shape.join(" x "), K, covarianceType, best.toFixed(3)];
    cells.push(Math.round((100 * count) / seeds), ends, Math.max(0, best - Math.min(...found)).toPrecision(2));
    cells.push(found.filter((value) => value === -Infinity).length, best > kept + NEAR ? kept.toFixed(3) : "-");
    cells.push(((user + system) / 1000 / seeds).toFixed(0));
    console.log(`| ${cells.join(" | ")} |`);
  }
  const share = reached / fitsOfAll;
  console.log(`\nReached: ${(100 * share).toFixed(1)} % of ${fitsOfAll} fits (at least ${100 * LEAST_REACHED} %)`);
  if (share < LEAST_REACHED) process.exitCode = 1;
}

if (process.argv.includes("--search")) search();
else measure();

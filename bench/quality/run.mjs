// How often a fit finds the best solution known, beside scikit-learn and mclust.
//
//     node bench/quality/run.mjs [--seeds 100] [--effort thorough] [--peers FILE]      needs a built library; peers where they are installed
//
// Against the best of all, and against the best without races: of the starts by named strategies, and of the peers. Takes eight
// minutes, without the peers; prints the table of docs/numerics.md.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { GaussianMixture } from "gaussmix";
import { headline, host } from "../report.mjs";
import { allCases, titleOf } from "./cases.mjs";
import { peersOf } from "./peers.mjs";

/** Log-likelihoods that differ by less are the same solution. */
const NEAR = 1e-4;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    effort: { type: "string", default: "thorough" },
    // the peers' module reads it
    peers: { type: "string" },
  },
});
const seeds = Number(values.seeds);
const effort = /** @type {import("gaussmix").Effort} */ (values.effort);
const known = JSON.parse(readFileSync(new URL("../../test/fixtures/best-known.json", import.meta.url), "utf8"));
const cases = allCases();
const { sklearn, mclust } = peersOf(cases);

/** @param {readonly number[]} found @param {number} best */
function shareOf(found, best) {
  if (found.length === 0) return "-";
  return `${Math.round((100 * found.filter((value) => value >= best - NEAR).length) / found.length)}`;
}

/** How far the median ends below the best. @param {readonly number[]} found @param {number} best */
function gapOf(found, best) {
  if (found.length === 0) return "-";
  const gap = best - [...found].sort((a, b) => a - b)[found.length >> 1];
  return gap < NEAR ? "0" : gap.toPrecision(2);
}

console.log(`${headline(host())}; ${seeds} seeds, effort ${effort}`);
console.log(`scikit-learn ${sklearn?.version ?? "not installed"}, mclust ${mclust?.version ?? "not installed"}\n`);
console.log(
  "| case | best known | best of starts | gaussmix: % of starts | % of known | worst gap | ms | scikit-learn: % | median gap | mclust: gap | ours below theirs |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|");
const reached = { starts: 0, known: 0 };
cases.forEach((which, i) => {
  const { rows, K, covarianceType } = which;
  const { logLikelihood: best, ofStarts } = known[titleOf(which)];
  // where a strategy has found the best there is no other
  const bestOfStarts = ofStarts?.logLikelihood ?? best;
  const found = [];
  const before = process.cpuUsage();
  for (let seed = 0; seed < seeds; seed++) {
    const { report } = GaussianMixture.fitSync(rows, { nComponents: K, covarianceType, effort, seed });
    const spurious = report.warnings.some(({ code }) => code === "SPURIOUS_COMPONENT");
    found.push(spurious ? -Infinity : report.logLikelihood);
  }
  const { user, system } = process.cpuUsage(before);
  /** @param {number} target */
  const isReached = (target) => found.filter((value) => value >= target - NEAR).length >= 0.95 * seeds;
  if (isReached(bestOfStarts)) reached.starts++;
  if (isReached(best)) reached.known++;
  const theirs = sklearn?.cases[i].defaults ?? [];
  const mclusts = mclust?.cases[i].defaults ?? [];
  const least = Math.min(...found);
  const above = [...theirs, ...mclusts].filter((value) => value > least + NEAR);
  const cells = [
    titleOf(which),
    best.toFixed(4),
    best - bestOfStarts < NEAR ? "same" : bestOfStarts.toFixed(4),
    shareOf(found, bestOfStarts),
    shareOf(found, best),
    best - least < NEAR ? "0" : (best - least).toPrecision(2),
    ((user + system) / 1000 / seeds).toFixed(0),
    shareOf(theirs, best),
    gapOf(theirs, best),
    gapOf(mclusts, best),
    above.length === 0 ? "never" : `${above.length} (${Math.max(...above).toFixed(3)})`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
});
console.log(`\n95 % or more: ${reached.starts} of ${cases.length} cases of starts, ${reached.known} of known.`);

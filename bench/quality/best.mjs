// The best solutions known: of every strategy, 1000 starts in all kinds, of long races, and from where the peers stopped.
//
//     node bench/quality/best.mjs [--peers FILE] [--only "wine, full"]       writes test/fixtures/best-known.json, keeping what is better there; ten minutes
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { GaussianMixture } from "gaussmix";
import { allCases, titleOf } from "./cases.mjs";
import { peersOf } from "./peers.mjs";

const FILE = new URL("../../test/fixtures/best-known.json", import.meta.url);
const STRATEGIES = /** @type {const} */ ([
  "kmeans",
  "k-means++",
  "kmeans-standardised",
  "k-means++-standardised",
  "kmeans-whitened",
  "k-means++-whitened",
  "adaptive",
  "random-from-data",
  "random",
]);
const STARTS = 1000;
const RACES = 30;
const FINE = { tol: 1e-9, maxIter: 5000 };

const only = process.argv.indexOf("--only");
const cases = allCases();
const { sklearn, mclust } = peersOf(cases);
const peers = { "scikit-learn": sklearn, mclust };
const known = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {};

cases.forEach((which, at) => {
  const { rows, K, covarianceType } = which;
  const title = titleOf(which);
  if (only > 0 && !title.startsWith(process.argv[only + 1])) return;
  let best = known[title] ?? { logLikelihood: -Infinity };
  /** @param {string} foundBy @param {object} options */
  const attempt = (foundBy, options) => {
    try {
      const first = GaussianMixture.fitSync(rows, { nComponents: K, covarianceType, ...options });
      if (first.report.warnings.some(({ code }) => code === "SPURIOUS_COMPONENT")) return;
      if (first.report.logLikelihood < best.logLikelihood - 0.01) return;
      const { report, weights } = GaussianMixture.fitSync(rows, {
        nComponents: K,
        covarianceType,
        init: first,
        ...FINE,
      });
      if (report.warnings.some(({ code }) => code === "SPURIOUS_COMPONENT")) return;
      if (report.logLikelihood <= best.logLikelihood + 1e-6) return;
      const counts = [...weights].map((weight) => Math.round(weight * rows.shape[0] * 10) / 10);
      best = { logLikelihood: report.logLikelihood, foundBy, rows: counts.sort((a, b) => b - a) };
    } catch {
      // collapsed
    }
  };
  for (let seed = 0; seed * STRATEGIES.length < STARTS; seed++) {
    for (const init of STRATEGIES) attempt(init, { init, seed: 10_000 + seed });
  }
  for (let seed = 0; seed < RACES; seed++) attempt("race", { seed: 10_000 + seed });
  for (const [name, peer] of Object.entries(peers)) {
    for (const init of peer?.cases[at].starts ?? []) attempt(name, { init });
  }
  known[title] = best;
  console.error(title, best.logLikelihood.toFixed(6), best.foundBy, best.rows.join("/"));
  writeFileSync(FILE, `${JSON.stringify(known, null, 1)}\n`);
});

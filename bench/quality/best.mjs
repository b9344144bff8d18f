// The best solutions known: of every strategy and the peers, and of these and long races.
//
//     node bench/quality/best.mjs [--peers FILE] [--only "wine, full"] [--starts 112]
//
// Writes test/fixtures/best-known.json, keeping what is better there. For each case: the best of all, and under `ofStarts` the
// best without races, of so many starts by each of ten strategies and from where the peers stopped. 112 starts take ten
// minutes for all cases, 1000 half a minute for iris, ten for breast_cancer.
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
  "short-em",
]);
const RACES = 30;
const NOTHING = { logLikelihood: -Infinity };
const FINE = { tol: 1e-9, maxIter: 5000 };

const only = process.argv.indexOf("--only");
const startsAt = process.argv.indexOf("--starts");
const starts = startsAt < 0 ? 112 : Number(process.argv[startsAt + 1]);
const cases = allCases();
const { sklearn, mclust } = peersOf(cases);
const peers = { "scikit-learn": sklearn, mclust };
const known = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {};

cases.forEach((which, at) => {
  const { rows, K, covarianceType } = which;
  const title = titleOf(which);
  if (only > 0 && !title.startsWith(process.argv[only + 1])) return;
  let { ofStarts = NOTHING, ...best } = known[title] ?? NOTHING;
  /** The better of what was known and the end of one more fit. @param {object} known @param {string} foundBy @param {object} options */
  const bettered = (known, foundBy, options) => {
    try {
      const first = GaussianMixture.fitSync(rows, { nComponents: K, covarianceType, ...options });
      if (first.report.warnings.some(({ code }) => code === "SPURIOUS_COMPONENT")) return known;
      if (first.report.logLikelihood < known.logLikelihood - 0.01) return known;
      const { report, weights } = GaussianMixture.fitSync(rows, {
        nComponents: K,
        covarianceType,
        init: first,
        ...FINE,
      });
      if (report.warnings.some(({ code }) => code === "SPURIOUS_COMPONENT")) return known;
      if (report.logLikelihood <= known.logLikelihood + 1e-6) return known;
      const counts = [...weights].map((weight) => Math.round(weight * rows.shape[0] * 10) / 10);
      return { logLikelihood: report.logLikelihood, foundBy, rows: counts.sort((a, b) => b - a) };
    } catch {
      // collapsed
      return known;
    }
  };
  for (let seed = 0; seed < starts; seed++) {
    for (const init of STRATEGIES) ofStarts = bettered(ofStarts, init, { init, seed: 10_000 + seed });
  }
  for (const [name, peer] of Object.entries(peers)) {
    for (const init of peer?.cases[at].starts ?? []) ofStarts = bettered(ofStarts, name, { init });
  }
  if (ofStarts.logLikelihood > best.logLikelihood + 1e-6) best = ofStarts;
  for (let seed = 0; seed < RACES; seed++) best = bettered(best, "race", { seed: 10_000 + seed });
  known[title] = { ...best, ofStarts };
  console.error(
    title,
    best.logLikelihood.toFixed(6),
    best.foundBy,
    ofStarts.logLikelihood.toFixed(6),
    ofStarts.foundBy,
  );
  writeFileSync(FILE, `${JSON.stringify(known, null, 1)}\n`);
});

// Short and wide tables: how long a default fit of each shape takes, in how many iterations, and whether it converges.
//
//     node bench/quality/wide.mjs [--kind KIND] [--types diag,full] [--rows 10,30] [--columns 2,10] [--components 1,2]
//
// Needs a built library. Prints a table, and exits with 1 if a fit takes more than a second or does not converge. Kinds of
// rows: see wide-rows.mjs; by default noise.

import { GaussianMixture } from "gaussmix";
import { headline, host } from "../report.mjs";
import { wideRows } from "./wide-rows.mjs";

const MOST_MS = 1000;
const ROWS = [10, 30, 100, 300];
const COLUMNS = [2, 10, 30, 100, 300, 1000];
/** Columns up to which a type is tried: a full covariance of 1000 columns is 8 MB for each component. */
const MOST_COLUMNS = { full: 300, tied: 300, diag: 1000, spherical: 1000 };

/** What comes after an option on the command line. @param {string} name */
function given(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1].split(",");
}

function main() {
  const [kind = "noise"] = /** @type {import("./wide-rows.mjs").Kind[]} */ (given("kind") ?? []);
  const types = given("types") ?? Object.keys(MOST_COLUMNS);
  const numbers = (/** @type {string} */ name, /** @type {number[]} */ all) => given(name)?.map(Number) ?? all;
  console.log(`${headline(host())}\n\nRows: ${kind}. Times of the processor, one fit each.\n`);
  console.log(
    "| N | D | K | covariances | ms | iterations | converged | warnings |\n|---|---|---|---|---|---|---|---|",
  );
  // engines compile in the first fits
  GaussianMixture.fitSync(wideRows(kind, 30, 4), { nFeatures: 4, nComponents: 2 });
  let faults = 0;
  for (const type of types) {
    for (const N of numbers("rows", ROWS)) {
      for (const D of numbers("columns", COLUMNS).filter((columns) => columns <= MOST_COLUMNS[type])) {
        for (const K of numbers("components", [1, 2])) {
          const data = wideRows(kind, N, D);
          const before = process.cpuUsage();
          const { report } = GaussianMixture.fitSync(data, { nFeatures: D, nComponents: K, covarianceType: type });
          const { user, system } = process.cpuUsage(before);
          const ms = (user + system) / 1000;
          if (ms > MOST_MS || !report.converged) faults++;
          /** @type {Map<string, number>} */
          const codes = new Map();
          for (const { code } of report.warnings) codes.set(code, (codes.get(code) ?? 0) + 1);
          const warnings = [...codes].map(([code, count]) => (count > 1 ? `${count} x ${code}` : code)).join(", ");
          console.log(
            `| ${N} | ${D} | ${K} | ${type} | ${ms.toFixed(ms < 10 ? 1 : 0)} | ${report.nIterations} | ${report.converged ? "yes" : "**no**"} | ${warnings} |`,
          );
        }
      }
    }
  }
  console.log(`\n${faults} of them took more than ${MOST_MS} ms or did not converge.`);
  process.exitCode = faults > 0 ? 1 : 0;
}

main();

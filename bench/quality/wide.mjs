// Short and wide tables: how long a default fit of each shape takes, in how many iterations, and whether it converges.
//
//     node bench/quality/wide.mjs [--kind KIND] [--types diag,full] [--rows 10,30] [--columns 2,10] [--components 1,2]
//
// Needs a built library. Prints a table, and exits with 1 if a fit takes more than a second or does not converge. Kinds of
// rows: `noise` (standard normals, the default), `groups` (two, four deviations apart in each column), `integers` (0 to 4),
// `copied` (the second half of the columns is a copy of the first) and `dependent` (a third of the columns are sums of others,
// the last one is constant).

import { uniforms } from "../data.mjs";
import { headline, host } from "../report.mjs";

/** @typedef {"noise" | "groups" | "integers" | "copied" | "dependent"} Kind */

const MOST_MS = 1000;
const ROWS = [10, 30, 100, 300];
const COLUMNS = [2, 10, 30, 100, 300, 1000];
/** Columns up to which a type is tried: a full covariance of 1000 columns is 8 MB for each component. */
const MOST_COLUMNS = { full: 300, tied: 300, diag: 1000, spherical: 1000 };

/** Rows, row-major. @param {Kind} kind @param {number} N @param {number} D */
export function wideRows(kind, N, D, seed = 1) {
  const uniform = uniforms(7919 * seed + 31 * N + D);
  for (let i = 0; i < 10; i++) uniform();
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
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

/** What comes after an option on the command line. @param {string} name */
function given(name) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1].split(",");
}

async function main() {
  const { GaussianMixture } = await import("../../dist/index.js");
  const [kind = "noise"] = /** @type {Kind[]} */ (given("kind") ?? []);
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

if (process.argv[1] === new URL(import.meta.url).pathname) await main();

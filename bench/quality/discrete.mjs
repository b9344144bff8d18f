// Warnings on tables with discrete columns, component by component, so that one can look whether they are right.
//
//     node bench/quality/discrete.mjs [--digits FILE] [--only logo] [--counts]         needs a built library
//
// For each table, covariance type and number of components: of each component the rows that it weighs, the different rows
// that are its own, and its smallest eigenvalue over what a column can tell (h² / 12 for steps of h). Then how many are warned of,
// and how many of these hold so many rows that one would call them a finding, by type; with --counts nothing else.
import { GaussianMixture } from "gaussmix";
import { covarianceOf, TYPES } from "../../test/support/forms.mjs";
import { headline, host } from "../report.mjs";
import { discreteTables } from "./discrete-tables.mjs";

/** A component that weighs this share of the rows, and three times the rows that its shape asks for, is no accident. */
const FINDING_SHARE = 0.02;
const FINDING_ROWS = 3;

/** @param {string} name */
function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

/** The step of a column: the least difference between two of its values. @param {number[][]} rows @param {number} d */
function stepOf(rows, d) {
  const values = [...new Set(rows.map((row) => row[d]))].sort((a, b) => a - b);
  const range = values[values.length - 1] - values[0];
  const steps = values.slice(1).map((value, i) => value - values[i]);
  return Math.min(...steps.filter((step) => step > 1e-9 * range), range || 1);
}

/** Smallest eigenvalue of a symmetric matrix, by rotations (Jacobi 1846). @param {number[][]} a */
function leastEigenvalue(a) {
  const D = a.length;
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < D; p++) {
      for (let q = p + 1; q < D; q++) {
        if (a[p][q] === 0) continue;
        const angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (const row of a) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
        for (let j = 0; j < D; j++) [a[p][j], a[q][j]] = [c * a[p][j] - s * a[q][j], s * a[p][j] + c * a[q][j]];
      }
    }
  }
  return Math.min(...a.map((row, i) => row[i]));
}

/** @param {import("./discrete-tables.mjs").Table} table @param {number} K @param {typeof TYPES[number]} type */
function look({ rows }, K, type) {
  const N = rows.length;
  const D = rows[0].length;
  const mixture = GaussianMixture.fitSync(rows, { nComponents: K, covarianceType: type });
  const labels = mixture.predict(rows);
  const resolution = Array.from({ length: D }, (_, d) => stepOf(rows, d) / Math.sqrt(12));
  const { warnings, logLikelihood, converged, nIterations } = mixture.report;
  const warned = new Set(warnings.flatMap(({ code, component }) => (code === "SPURIOUS_COMPONENT" ? component : [])));
  const least = FINDING_ROWS * (type === "full" ? D + 1 : 2);
  const components = Array.from({ length: K }, (_, k) => {
    const own = rows.filter((_, n) => labels[n] === k);
    const relative = covarianceOf(mixture, k).map((row, i) => row.map((v, j) => v / (resolution[i] * resolution[j])));
    const weight = mixture.weights[k] * N;
    return {
      weight,
      distinct: new Set(own.map(String)).size,
      eigenvalue: leastEigenvalue(relative),
      isWarned: warned.has(k),
      isFinding: weight >= FINDING_SHARE * N && weight >= least,
    };
  });
  const others = [...new Set(warnings.map(({ code }) => code).filter((code) => code !== "SPURIOUS_COMPONENT"))];
  return { components, logLikelihood, converged, nIterations, others };
}

console.log(`${headline(host())}\n`);
const isBrief = process.argv.includes("--counts");
const only = option("--only");
/** @type {{ table: string, type: string, components: ReturnType<typeof look>["components"] }[]} */
const seen = [];
for (const table of discreteTables(option("--digits"))) {
  if (only !== undefined && !table.name.startsWith(only)) continue;
  const distinct = new Set(table.rows.map(String)).size;
  if (!isBrief) console.log(`## ${table.name}: ${table.rows.length} rows, ${distinct} of them different\n`);
  for (const K of table.K) {
    for (const type of TYPES) {
      const { components, logLikelihood, nIterations, others } = look(table, K, type);
      seen.push({ table: table.name, type, components });
      if (isBrief) continue;
      console.log(
        `${type}, K = ${K}: log L ${logLikelihood.toFixed(2)}, ${nIterations} iterations ${others.join(" ")}`,
      );
      for (const { weight, distinct, eigenvalue, isWarned, isFinding } of components) {
        const told = isWarned
          ? `SPURIOUS${isFinding ? ", but weighs much" : ""}`
          : isFinding
            ? ""
            : "light, no warning";
        console.log(
          `    ${weight.toFixed(1)} rows, ${distinct} different, least eigenvalue ${eigenvalue.toPrecision(2)} ${told}`,
        );
      }
      console.log("");
    }
  }
}
console.log(
  "| table | type | components | warned of | … that weigh much | light, not warned of |\n|---|---|---|---|---|---|",
);
for (const name of ["all", ...new Set(seen.map(({ table }) => table))]) {
  for (const type of ["all", ...TYPES]) {
    const all = seen
      .filter((one) => (name === "all" || one.table === name) && (type === "all" || one.type === type))
      .flatMap(({ components }) => components);
    const warned = all.filter(({ isWarned }) => isWarned);
    const light = all.filter(({ isWarned, isFinding }) => !isWarned && !isFinding).length;
    const cells = [name, type, all.length, warned.length, warned.filter(({ isFinding }) => isFinding).length, light];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

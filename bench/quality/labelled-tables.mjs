// Tables whose rows have a class: real ones, and generated ones with what trips a clustering up.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mixtureOf, normalsOf, uniforms } from "../data.mjs";

/**
 * @typedef {{ name: string, rows: import("./cases.mjs").Rows, labels: (string | number)[], K: number, isReal: boolean }} Table
 *   K: number of classes.
 */

const FIXTURES = "../../test/fixtures/";
const PLACES = {
  iris: "../../examples/",
  wine: FIXTURES,
  breast_cancer: FIXTURES,
  digits: "tables/",
  thyroid: FIXTURES,
  banknote: FIXTURES,
  crabs: "tables/",
  diabetes: "tables/",
  penguins: "tables/",
  glass: "tables/",
  biopsy: "tables/",
  ecoli: "tables/",
};

/** A table of CSV whose last column is the class of each row. @param {string} path @returns {Table} */
export function readTable(path) {
  const [, ...lines] = readFileSync(path, "utf8").trim().split(/\r?\n/);
  const cells = lines.map((line) => line.split(","));
  const D = cells[0].length - 1;
  const data = Float64Array.from(cells.flatMap((row) => row.slice(0, D).map(Number)));
  const wrong = data.findIndex(Number.isNaN);
  if (wrong >= 0)
    throw new RangeError(`${path}: expected numbers and a class at the end, got ${lines[(wrong / D) | 0]}`);
  const labels = cells.map((row) => row[D]);
  const name = basename(path, ".csv");
  return { name, rows: { data, shape: [cells.length, D] }, labels, K: new Set(labels).size, isReal: true };
}

/** @param {string} name @param {import("../data.mjs").Shape} shape @param {number} seed @param {(data: Float64Array, D: number) => void} spoil */
function generated(name, shape, seed, spoil, variant = "separated") {
  const { rows: data, labels } = mixtureOf(shape, variant, seed);
  spoil(data, shape.d);
  /** @type {Table} */
  return { name, rows: { data, shape: [shape.N, shape.d] }, labels: [...labels], K: shape.K, isReal: false };
}

/** Rows come in random order: the first ones are as good as any. @returns {Table[]} */
function generatedTables() {
  const normal = normalsOf(uniforms(5));
  const everyValue = (/** @type {Float64Array} */ data, /** @type {(value: number, i: number) => number} */ change) => {
    for (let i = 0; i < data.length; i++) data[i] = change(data[i], i);
  };
  return [
    generated("moderate", { N: 1000, d: 6, K: 6 }, 1, () => {}, "moderate"),
    generated("whole numbers", { N: 400, d: 3, K: 4 }, 2, (data) => everyValue(data, Math.round)),
    generated("no negatives", { N: 500, d: 4, K: 3 }, 3, (data) => everyValue(data, (value) => Math.max(0, value))),
    generated("many zeros", { N: 300, d: 2, K: 3 }, 4, (data, D) => {
      for (let n = 0; n < 90; n++) data[n * D] = 0;
    }),
    generated("five rows far away", { N: 500, d: 4, K: 3 }, 5, (data, D) => {
      for (let i = 0; i < 5 * D; i++) data[i] += 60 * normal();
    }),
    generated("units differ and four rows far away", { N: 600, d: 5, K: 4 }, 6, (data, D) => {
      for (let i = 0; i < 4 * D; i++) data[i] *= 15;
      everyValue(data, (value, i) => value * [1, 100, 1e-3, 1e4, 10][i % D]);
    }),
  ];
}

/** @param {string} [folder] with more tables of CSV. @returns {Table[]} */
export function labelledTables(folder) {
  const paths = Object.entries(PLACES).map(([name, place]) => new URL(`${place}${name}.csv`, import.meta.url));
  const known = [...paths.map((path) => readTable(fileURLToPath(path))), ...generatedTables()];
  if (folder === undefined) return known;
  const names = new Set(known.map(({ name }) => name));
  const files = readdirSync(folder).filter((file) => file.endsWith(".csv") && !names.has(basename(file, ".csv")));
  return [...known, ...files.sort().map((file) => readTable(join(folder, file)))];
}

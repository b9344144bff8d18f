// The cases of the quality table: real data, with the numbers of components and covariance types to fit.
import { readFileSync } from "node:fs";
import { TYPES } from "../../test/support/forms.mjs";

/**
 * @typedef {{ data: Float64Array, shape: [number, number] }} Rows
 * @typedef {{ name: string, rows: Rows, K: number, covarianceType: "full" | "tied" | "diag" | "spherical" }} Case
 */

const FOLDER = new URL("../../test/fixtures/", import.meta.url);

/** Where each data set lies, and its numbers of components. One component has one optimum: nothing to search. */
export const DATA_SETS = {
  iris: { file: "../../examples/iris.csv", components: [2, 3, 5] },
  faithful: { file: "faithful.csv", components: [2, 3] },
  wine: { file: "wine.csv", components: [3] },
  breast_cancer: { file: "breast_cancer.csv", components: [2] },
  thyroid: { file: "thyroid.csv", components: [3] },
  banknote: { file: "banknote.csv", components: [2, 3] },
};

/** Path of a data set's file. @param {string} name @returns {URL} */
function fileOf(name) {
  return new URL(DATA_SETS[name].file, FOLDER);
}

/** Reads a data set; a column of text at the end is left out. @param {string} name @returns {Rows} */
function read(name) {
  const lines = readFileSync(fileOf(name), "utf8").trim().split(/\r?\n/).slice(1);
  const cells = lines.map((line) => line.split(","));
  const width = cells[0].length - (Number.isNaN(Number(cells[0].at(-1))) ? 1 : 0);
  return {
    data: Float64Array.from(cells.flatMap((row) => row.slice(0, width).map(Number))),
    shape: [cells.length, width],
  };
}

/** @returns {Case[]} */
export function allCases() {
  return Object.entries(DATA_SETS).flatMap(([name, { components }]) => {
    const rows = read(name);
    return components.flatMap((K) => TYPES.map((covarianceType) => ({ name, rows, K, covarianceType })));
  });
}

/** "iris, full, K = 3". @param {Pick<Case, "name" | "K" | "covarianceType">} which */
export function titleOf({ name, covarianceType, K }) {
  return `${name}, ${covarianceType}, K = ${K}`;
}

// What is answered: fits of real and generated tables, and selections of real ones, with the best answers known.
import { readFileSync } from "node:fs";
import { TYPES } from "../../test/support/forms.mjs";
import { mixtureOf, nameOf } from "../data.mjs";
import { allCases, titleOf } from "../quality/cases.mjs";
import { labelledTables } from "../quality/labelled-tables.mjs";

/**
 * @typedef {{ table: string, title: string, type: string, K: number, shape: [number, number], isSmall: boolean, best?: number,
 *   data: () => Float64Array }} FitCase
 *   best: the highest log-likelihood known of a solution without spurious components. data: [N, D], row-major.
 * @typedef {{ table: string, shape: [number, number], best: Record<string, (number | null)[]>, data: () => Float64Array }} SelectCase
 *   best: by type, of K = 1 and more.
 */

/** The largest number of components of a selection. */
export const MOST = 9;

const GENERATED = /** @type {const} */ ([
  ["5kx2", { N: 5000, d: 2, K: 8 }, ["separated", "moderate"]],
  ["5kx8", { N: 5000, d: 8, K: 8 }, ["separated", "moderate"]],
  ["50kx4", { N: 50_000, d: 4, K: 8 }, ["moderate"]],
  ["100kx16", { N: 100_000, d: 16, K: 16 }, ["moderate"]],
]);

/** @param {string} name of a fixture of the tests */
const fixture = (name) => JSON.parse(readFileSync(new URL(`../../test/fixtures/${name}`, import.meta.url), "utf8"));

/** The 40 cases of `bench/quality/run.mjs`, the digits, and generated rows with full covariances. @returns {FitCase[]} */
export function fitCases() {
  const known = fixture("best-known.json");
  const digits = labelledTables().find(({ name }) => name === "digits");
  const real = [...allCases(), ...TYPES.map((covarianceType) => ({ ...digits, covarianceType }))];
  return [
    ...real.map((which) => ({
      table: which.name,
      title: titleOf(which),
      type: which.covarianceType,
      K: which.K,
      shape: which.rows.shape,
      isSmall: true,
      best: known[titleOf(which)]?.logLikelihood,
      data: () => which.rows.data,
    })),
    ...GENERATED.flatMap(([table, shape, variants]) =>
      variants.map((variant) => ({
        table,
        title: `${nameOf(shape)}, ${variant}`,
        type: "full",
        K: shape.K,
        shape: /** @type {[number, number]} */ ([shape.N, shape.d]),
        isSmall: false,
        data: () => mixtureOf(shape, variant).rows,
      })),
    ),
  ];
}

/** @returns {SelectCase[]} */
export function selectCases() {
  const known = fixture("select-known.json");
  const cases = allCases();
  return Object.entries(known).map(([table, best]) => {
    const { rows } = cases.find(({ name }) => name === table);
    return { table, shape: rows.shape, best, data: () => rows.data };
  });
}

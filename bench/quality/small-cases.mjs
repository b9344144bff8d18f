// Fifty small continuous data sets, with mostly more components to fit than there are groups: where a search has the most optima.
import { normalsOf, uniforms } from "../data.mjs";

/**
 * @typedef {{ data: Float64Array, shape: [number, number] }} Rows
 * @typedef {{ name: string, rows: Rows, K: number, covarianceType: "full" }} Case full covariances, the default, have by far the most optima.
 */

const SETS = 50;
/** Components beyond the groups, each as often as it is here. */
const BEYOND = [0, 1, 1, 2, 2, 3, 4];
/** Rows for each component at least, in multiples of what its shape asks for. */
const ROWS_EACH = 2;

/** How a group lies about its centre: a standard normal number becomes another. */
const SHAPES = {
  normal: (/** @type {number} */ z) => z,
  skewed: (/** @type {number} */ z) => Math.exp(0.7 * z) - 1,
  heavy: (/** @type {number} */ z) => z * (1 + 0.3 * z * z),
  flat: (/** @type {number} */ z) => 2 * Math.tanh(z),
};

/** @returns {Case[]} */
export function smallCases() {
  return Array.from({ length: SETS }, (_, i) => smallCase(i));
}

/** @param {number} index @returns {Case} */
function smallCase(index) {
  // neighbouring seeds of that generator give neighbouring numbers
  const mixed = Math.imul(index + 1, 0x9e3779b1);
  const uniform = uniforms(Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b));
  for (let i = 0; i < 20; i++) uniform();
  const normal = normalsOf(uniform);
  /** @template T @param {readonly T[]} list */
  const any = (list) => list[Math.floor(uniform() * list.length)];
  const D = 1 + Math.floor(uniform() * 5);
  const N = Math.round(30 * 10 ** uniform());
  const groups = 1 + Math.floor(uniform() * 3);
  const least = ROWS_EACH * (D + 1);
  const K = Math.max(2, Math.min(groups + any(BEYOND), Math.floor(N / least)));
  const shape = SHAPES[any(Object.keys(SHAPES))];
  const apart = 1 + 3 * uniform();
  const centres = Array.from({ length: groups }, () => Array.from({ length: D }, () => apart * normal()));
  // a unit added to the diagonal keeps groups from being flat
  const roots = centres.map(() =>
    Array.from({ length: D }, (_, i) => Array.from({ length: D }, (_, j) => 0.5 * normal() + (i === j ? 1 : 0))),
  );
  const data = new Float64Array(N * D);
  for (let n = 0; n < N; n++) {
    const g = Math.floor(uniform() * groups);
    const z = Array.from({ length: D }, () => shape(normal()));
    for (let d = 0; d < D; d++)
      data[n * D + d] = roots[g][d].reduce((sum, root, j) => sum + root * z[j], centres[g][d]);
  }
  return { name: `set ${index}`, rows: { data, shape: [N, D] }, K, covarianceType: "full" };
}

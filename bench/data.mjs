// Synthetic mixtures: seeded, the same numbers on every run of one engine (Math.log and Math.cos may differ between
// engines in the last place, and with them the data).

/**
 * A synthetic problem.
 *
 * - `moderate`: the components' means are two standard normals apart along each axis; each has a covariance of its own.
 * - `separated`: the same with means ten apart: every row belongs to one component.
 * - `overlapping`: every component has the same mean and the same covariance: no row belongs to any one of them.
 *
 * @typedef {"moderate" | "separated" | "overlapping"} Variant
 * @typedef {{ N: number, d: number, K: number }} Shape rows, columns, components
 * @typedef {"full" | "tied" | "diag" | "spherical"} CovarianceType
 * @typedef {{ weights: Float64Array, means: Float64Array, covariances: Float64Array }} Start
 */

/** @type {readonly Shape[]} The nine shapes of the design note, then many rows of few columns, then many components. */
export const GRID = [
  { N: 100_000, d: 2, K: 3 },
  { N: 100_000, d: 4, K: 8 },
  { N: 100_000, d: 8, K: 8 },
  { N: 100_000, d: 16, K: 16 },
  { N: 50_000, d: 32, K: 16 },
  { N: 20_000, d: 64, K: 16 },
  { N: 10_000, d: 128, K: 8 },
  { N: 1_000_000, d: 2, K: 8 },
  { N: 50_000, d: 8, K: 64 },
  { N: 1_000_000, d: 3, K: 5 },
  { N: 200_000, d: 8, K: 200 },
];

/** @type {readonly Shape[]} What `--quick` runs. */
export const QUICK_GRID = [GRID[0], GRID[2], { N: 20_000, d: 32, K: 16 }];

const SEPARATION = { moderate: 2, separated: 10, overlapping: 0 };

/** "100k", "1M". @param {number} n */
function short(n) {
  if (n >= 1e6) return `${n / 1e6}M`;
  return n >= 1000 ? `${n / 1000}k` : `${n}`;
}

/** "100k x 8, K=8". @param {Shape} shape */
export function nameOf({ N, d, K }) {
  return `${short(N)} x ${d}, K=${K}`;
}

/**
 * Uniform numbers between 0 and 1, exclusive: a linear congruential generator modulo 2^32.
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function uniforms(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 4294967296;
  };
}

/**
 * Standard normal numbers (Box & Muller 1958).
 *
 * @param {() => number} uniform
 * @returns {() => number}
 */
export function normalsOf(uniform) {
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * A mixture of K normals and rows of it, in random order: x = mean_k + A_k z with A_k = I + G / sqrt(d), G and z standard
 * normal.
 *
 * @param {Shape} shape
 * @param {Variant} [variant]
 * @param {number} [seed]
 * @returns {{ rows: Float64Array, means: Float64Array, labels: Int32Array }} [N, d] and [K, d], row-major; [N], the component of each row.
 */
export function mixtureOf({ N, d, K }, variant = "moderate", seed = 0) {
  const uniform = uniforms(12345 + seed);
  for (let i = 0; i < 10; i++) uniform();
  const normal = normalsOf(uniform);
  const means = new Float64Array(K * d);
  const roots = [];
  for (let k = 0; k < K; k++) {
    for (let i = k * d; i < (k + 1) * d; i++) means[i] = normal() * SEPARATION[variant];
    roots.push(Float64Array.from({ length: d * d }, (_, i) => normal() / Math.sqrt(d) + (i % (d + 1) === 0 ? 1 : 0)));
  }
  if (variant === "overlapping") roots.fill(roots[0]);
  const rows = new Float64Array(N * d);
  const labels = new Int32Array(N);
  const z = new Float64Array(d);
  for (let n = 0; n < N; n++) {
    const k = (uniform() * K) | 0;
    labels[n] = k;
    const root = roots[k];
    for (let i = 0; i < d; i++) z[i] = normal();
    for (let i = 0; i < d; i++) {
      let sum = means[k * d + i];
      for (let j = 0; j < d; j++) sum += root[i * d + j] * z[j];
      rows[n * d + i] = sum;
    }
  }
  return { rows, means, labels };
}

/**
 * The rows of `mixtureOf`, which see.
 *
 * @param {Shape} shape
 * @param {Variant} [variant]
 * @param {number} [seed]
 * @returns {Float64Array} [N, d], row-major.
 */
export function mixtureRows(shape, variant, seed) {
  return mixtureOf(shape, variant, seed).rows;
}

/** What `startOf` and `startNear` give every component as its variance along every axis. */
const START_VARIANCE = 4;

/** @param {Float64Array} means [K, d] @param {Shape} shape @param {CovarianceType} covarianceType @returns {Start} */
function startAt(means, { d, K }, covarianceType) {
  const identity = new Float64Array(d * d);
  for (let i = 0; i < d; i++) identity[i * (d + 1)] = START_VARIANCE;
  const covariances = {
    full: () => Float64Array.from({ length: K * d * d }, (_, i) => identity[i % (d * d)]),
    tied: () => identity,
    diag: () => new Float64Array(K * d).fill(START_VARIANCE),
    spherical: () => new Float64Array(K).fill(START_VARIANCE),
  }[covarianceType]();
  return { weights: new Float64Array(K).fill(1 / K), means, covariances };
}

/**
 * A start far from any optimum: rows as means, equal weights, twice the unit covariance's spread along every axis.
 *
 * @param {Float64Array} rows [N, d]
 * @param {Shape} shape
 * @param {CovarianceType} [covarianceType]
 * @returns {Start} parameters of that covariance type.
 */
export function startOf(rows, shape, covarianceType = "full") {
  const { N, d, K } = shape;
  const uniform = uniforms(7);
  const means = new Float64Array(K * d);
  for (let k = 0; k < K; k++) {
    const n = (uniform() * N) | 0;
    means.set(rows.subarray(n * d, (n + 1) * d), k * d);
  }
  return startAt(means, shape, covarianceType);
}

/**
 * A start near the mixture that the rows were drawn from: its means moved by up to 0.1 along each axis, equal weights,
 * twice the unit covariance's spread. Each component keeps N / K rows, so none needs regularisation, and
 * overlapping components stay on top of each other, which rows as means do not from 64 columns on.
 *
 * @param {Float64Array} means [K, d] of `mixtureOf`
 * @param {Shape} shape
 * @param {CovarianceType} [covarianceType]
 * @returns {Start} parameters of that covariance type.
 */
export function startNear(means, shape, covarianceType = "full") {
  const uniform = uniforms(7);
  const moved = means.map((value) => value + 0.2 * uniform() - 0.1);
  return startAt(moved, shape, covarianceType);
}

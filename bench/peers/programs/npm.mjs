// EM iterations of an npm package on command: `node npm.mjs PATH/gaussian-mixture-model` (see README.md).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { rowsOf, serve, startOf } from "./lines.mjs";

/** @typedef {import("./lines.mjs").Message} Message @typedef {import("./lines.mjs").Model} Model */

const folder = process.argv[2];
const require = createRequire(join(folder, "package.json"));

/** @param {ArrayLike<number>} values @param {number} width @returns {number[][]} */
function nested(values, width) {
  return Array.from({ length: values.length / width }, (_, i) =>
    Array.from({ length: width }, (_, j) => values[i * width + j]),
  );
}

/** @param {Message} message */
function problemOf(message) {
  const { d } = message;
  const { weights, means, covariances } = startOf(message);
  return {
    points: nested(rowsOf(message), d),
    weights: Array.from(weights),
    means: nested(means, d),
    covariances: nested(covariances, d * d).map((matrix) => nested(matrix, d)),
  };
}

/** @param {number[][]} points @param {(point: number[]) => number} density */
function total(points, density) {
  return points.reduce((sum, point) => sum + Math.log(density(point)), 0);
}

/** Keeps its responsibilities in single precision. @param {Message} message @returns {Model} */
function gaussianMixtureModel(message) {
  const { default: Mixture } = require("gaussian-mixture-model");
  const { points, ...parameters } = problemOf(message);
  const mixture = new Mixture({ ...parameters, bufferSize: points.length });
  for (const point of points) mixture.addPoint(point);
  return {
    step: () => {
      if (mixture.runEM(1)) throw new Error("a covariance is singular");
    },
    logLikelihood: () => total(points, (point) => mixture.predict(point).reduce((sum, value) => sum + value, 0)),
  };
}

/**
 * The package takes no start and no number of iterations: it draws random responsibilities and goes on till they settle.
 * Here `numeric`, which it computes with, gives it those of the start when it asks for random numbers, and tells it that they
 * have settled, when it asks, after one iteration.
 *
 * @param {Message} message
 * @returns {Model}
 */
function expectationMaximization(message) {
  const settle = require("expectation-maximization");
  const numeric = require("numeric");
  const Gaussian = require("multivariate-gaussian");
  const { points, weights, means, covariances } = problemOf(message);
  const start = weights.map((weight, k) => {
    const gaussian = new Gaussian({ mu: means[k], sigma: covariances[k] });
    return (point) => weight * gaussian.density(point);
  });
  /** Weighted densities of the components. */
  let components = start;
  const density = (point) => components.reduce((sum, component) => sum + component(point), 0);
  let responsibilities = [];
  numeric.random = () => responsibilities;
  numeric.norminf = () => 0;
  return {
    step: () => {
      const groups = settle(points, components.length);
      components = groups.map((group) => (point) => group.probability(point));
    },
    prepare: () => {
      const densities = points.map(density);
      responsibilities = components.map((component) =>
        points.map((point, n) => (densities[n] > 0 ? component(point) / densities[n] : 1 / components.length)),
      );
    },
    logLikelihood: () => total(points, density),
  };
}

const name = basename(folder);
const load = {
  "gaussian-mixture-model": gaussianMixtureModel,
  "expectation-maximization": expectationMaximization,
}[name];
const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
serve({ version: `${name} ${version}, Node ${process.versions.node}`, load });

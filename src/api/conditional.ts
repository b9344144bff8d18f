// Mixtures of some columns, and of some given others: marginals, conditionals, Gaussian mixture regression.

import { FULL } from "../covariance/dense.ts";
import type { Parameters } from "../covariance/parameters.ts";
import { rootsOf } from "../covariance/roots.ts";
import { describeModel } from "../engine/descriptors.ts";
import { TYPE_CODE } from "../engine/kernels.ts";
import { randomState } from "../engine/random.ts";
import { received } from "../errors.ts";
import { optionsOf, seedOf } from "../input/checks.ts";
import { type Column, columnIndices } from "../input/columns.ts";
import { type DataInput, type Matrix, matrixOf, notFinite } from "../input/data.ts";
import { marginalOf, splitOf } from "../model/conditional.ts";
import { modelOf } from "../model/model.ts";
import { conditionRows, overflow, type Prepare } from "../model/regression.ts";
import { GaussianMixture } from "./gaussian-mixture.ts";
import { givenModel, givenNumbers } from "./given.ts";
import { type Mixture, outputOf, type SampleOptions } from "./mixture.ts";

/** A mixture over `columns` of another. */
function mixtureOf(whole: Mixture, parameters: Parameters, columns: readonly number[]): GaussianMixture {
  const { covarianceType, weights, means, covariances } = parameters;
  const names = whole.columns;
  return GaussianMixture.fromParameters({
    ...{ covarianceType, weights, means, covariances },
    columns: names && columns.map((d) => names[d]),
  });
}

function othersThan(columns: readonly number[], nFeatures: number): number[] {
  const left = new Set(columns);
  return [...Array(nFeatures).keys()].filter((d) => !left.has(d));
}

/**
 * The mixture of some columns alone, the others integrated out.
 *
 * @param mixture - over D columns.
 * @param columns - indices or names, in the order wanted.
 * @returns a mixture over these columns, of the same covariance type.
 * @throws {TypeError | RangeError} If a column is unknown or given twice.
 * @example
 * marginal(mixture, [1, 0]);
 * marginal(mixture, ["y"]);
 */
export function marginal(mixture: Mixture, columns: readonly Column[]): GaussianMixture {
  const parameters = givenModel(mixture);
  const indices = columnIndices("columns", columns, parameters.nFeatures, mixture.columns);
  return mixtureOf(mixture, marginalOf(parameters, indices), indices);
}

/**
 * The mixture of the other columns where some have given values: weights by the density of the values, means and
 * covariances by regression within each component (Bishop, PRML, eq. 2.81 and 2.82). For many rows at once see
 * {@link regression}.
 *
 * @param mixture - over D columns.
 * @param values - finite numbers by name or index of their column.
 * @returns a mixture over the remaining columns, in their order, of the same covariance type.
 * @throws {TypeError | RangeError} If a column is unknown, a value is not a finite number, or no column is left.
 * @throws {MixtureError} `NOT_FINITE` if the values lie so far away that a mean overflows.
 * @example
 * condition(mixture, { y: 5 }); // over x
 * condition(mixture, { 0: 4.4 }); // over the second column
 */
export function condition(mixture: Mixture, values: Readonly<Record<Column, number>>): GaussianMixture {
  const parameters = givenModel(mixture);
  const { nFeatures, nComponents: K } = parameters;
  const { columns: names } = mixture;
  const row = Object.entries(Object(values) as typeof values);
  if (row.length % nFeatures === 0) {
    const text = `values: expected values of some of the ${nFeatures} columns, got ${received(values)}; write for example { 0: 1.5 }`;
    throw row.length > 0 ? new RangeError(text) : new TypeError(text);
  }
  const named = new Set(names);
  const keys = row.map(([key]) => (named.has(key) || !/^\d+$/.test(key) ? key : Number(key)));
  const inputs = columnIndices("values", keys, nFeatures, names);
  const targets = othersThan(inputs, nFeatures);
  const M = targets.length;
  const split = splitOf(parameters, inputs, targets);
  const matrix = matrixOf([row.map(([, value]) => value)], { argument: "values", columns: row.map(([key]) => key) });
  const bad = row.findIndex(([, value]) => typeof value === "number" && !Number.isFinite(value));
  if (bad >= 0) throw notFinite(matrix, bad, row[bad][1], "values");
  // a result of K weights, then K M means, for the one row
  const length = K * (1 + M);
  const found = conditionRows(
    split,
    matrix,
    length,
    new Float64Array(length),
    (arena, result) => (_, __, resp, means) => {
      arena.viewF64(result, K).set(arena.viewF64(resp, K));
      arena.viewF64(result, length).set(arena.viewF64(means, K * M), K);
    },
  );
  const parts = { weights: found.subarray(0, K), means: found.subarray(K) };
  return mixtureOf(mixture, { ...split.targets, ...parts }, targets);
}

/** Which columns a regression goes from and to; at least one of the two. */
export interface RegressionOptions {
  /** Columns to predict from, by index or name, in the order of the data to come. Default: all that are not targets. */
  readonly inputs?: readonly Column[] | undefined;
  /** Columns to predict, in the order of the predictions. Default: all that are not inputs. */
  readonly targets?: readonly Column[] | undefined;
}

/** A regression from some columns of a mixture to others. `data` are N rows of the inputs, in any form. */
export interface Regression {
  /** Indices of the columns to predict from. */
  readonly inputs: readonly number[];
  /** Indices of the columns predicted, M of them. */
  readonly targets: readonly number[];
  /**
   * Expected targets of each row.
   *
   * @param data - N rows of the inputs, in any form.
   * @param out - where to write; length N * M. Allocated when omitted.
   * @returns Float64Array [N, M]: means.
   * @throws {TypeError | RangeError} If the width does not fit or a value is not a finite number.
   * @throws {MixtureError} `NOT_FINITE` if a row lies so far away that a mean overflows.
   * @example
   * regression(mixture, { inputs: [0] }).predict([[2], [4.4]]); // Float64Array of length 2: expected second columns
   */
  predict(data: DataInput, out?: Float64Array): Float64Array;
  /**
   * Covariance of the targets of each row.
   *
   * @param data - N rows of the inputs, in any form.
   * @param out - where to write; length N * M * M. Allocated when omitted.
   * @returns Float64Array [N, M, M].
   * @throws as {@link predict}, also if a covariance overflows.
   * @example
   * regression(mixture, { inputs: [0] }).covariance([[2]]); // how far off the mean a second column may be, squared
   */
  covariance(data: DataInput, out?: Float64Array): Float64Array;
  /**
   * Log-density of given targets given inputs, row by row, in nats.
   *
   * @param data - N rows of the inputs, in any form.
   * @param targets - as many rows of the M targets.
   * @returns Float64Array [N]. Components whose weight is below 1e-307 given the inputs are left out.
   * @throws as {@link predict}.
   * @example
   * regression(mixture, { inputs: [0] }).logDensity([[2]], [[3]]);
   */
  logDensity(data: DataInput, targets: DataInput): Float64Array;
  /**
   * Quantiles of a single target given inputs.
   *
   * @param data - N rows of the inputs, in any form.
   * @param p - shares, from 0 to 1: P of them.
   * @returns Float64Array [N, P]; infinite at 0 and 1.
   * @throws {RangeError} If there is more than one target, and as {@link predict}.
   * @example
   * regression(mixture, { targets: [1] }).quantile([[0.5]], [0.05, 0.5, 0.95]);
   */
  quantile(data: DataInput, p: number | ArrayLike<number>): Float64Array;
  /**
   * Draws targets given inputs, once for each row.
   *
   * @param data - N rows of the inputs, in any form.
   * @param options - `seed`: all random choice; default 0.
   * @returns Float64Array [N, M].
   * @throws as {@link predict}.
   * @example
   * regression(mixture, { inputs: [0] }).sample([[2], [2]], { seed: 1 });
   */
  sample(data: DataInput, options?: SampleOptions): Float64Array;
}

/**
 * Gaussian mixture regression: what a mixture fitted to inputs and targets together says of targets given inputs
 * (Ghahramani & Jordan 1994; Sung 2004). Of several modes it keeps all: ask for quantiles, densities or samples where a
 * mean says too little.
 *
 * @param mixture - fitted to inputs and targets together.
 * @param options - `inputs`, `targets` or both; a column in neither is integrated out.
 * @returns what predicts: means, covariances, densities, quantiles and samples of targets.
 * @throws {TypeError | RangeError} If a column is unknown, given twice, or none is left for one side.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite to working precision.
 * @example
 * const mixture = await GaussianMixture.fit(rows, { nComponents: 6, columns: ["x", "y"] });
 * const curve = regression(mixture, { inputs: ["x"] });
 * curve.predict([[0.5], [1]]); // Float64Array of length 2: expected y
 */
export function regression(mixture: Mixture, options: RegressionOptions = {}): Regression {
  const parameters = givenModel(mixture);
  const sides = optionsOf("options", options, ["inputs", "targets"]);
  const { nFeatures, nComponents: K } = parameters;
  const { columns: names } = mixture;
  const given = (side: "inputs" | "targets"): number[] | undefined =>
    sides[side] === undefined ? undefined : columnIndices(side, sides[side], nFeatures, names);
  const inputs = given("inputs") ?? othersThan(given("targets") ?? [], nFeatures);
  const targets = given("targets") ?? othersThan(inputs, nFeatures);
  const [D, M] = [inputs.length, targets.length];
  if (D * M === 0 || new Set([...inputs, ...targets]).size < D + M) {
    throw new RangeError(
      `options: expected inputs and targets without a column in common, got [${inputs}] and [${targets}]; name one side`,
    );
  }
  const split = splitOf(parameters, inputs, targets);
  const { spreads } = split;
  /** Covariances of the targets in full; weights of 1 are not counted in the constants. */
  const full: Parameters = {
    ...split.targets,
    covarianceType: FULL.name,
    weights: new Float64Array(K).fill(1),
    covariances: spreads,
  };
  const rowsOf = (data: DataInput, argument: string = "data", side: readonly number[] = inputs): Matrix =>
    matrixOf(data, {
      argument,
      nFeatures: side.length,
      columns: names && side.map((d) => names[d]),
      widthName: `columns ${side} of the mixture`,
    });
  const run = (x: Matrix, width: number, out: Float64Array | undefined, prepare: Prepare): Float64Array =>
    conditionRows(split, x, width, outputOf(out, x.nRows * width, Float64Array), prepare);
  return {
    inputs: Object.freeze(inputs),
    targets: Object.freeze(targets),
    predict: (data, out) =>
      run(rowsOf(data), M, out, ({ kernels }, mean) => (_, count, resp, means) => {
        kernels.mixMoments(resp, means, 0, count, K, M, mean, 0);
      }),
    covariance: (data, out) =>
      run(rowsOf(data), M * M, out, (arena, covariance, rows) => {
        const [c, mean] = [arena.copyOf(spreads), arena.f64(rows * M)];
        return (first, count, resp, means) => {
          arena.kernels.mixMoments(resp, means, c, count, K, M, mean, covariance);
          const bad = arena.kernels.firstNotFinite(covariance, count * M * M);
          if (bad >= 0) throw overflow("covariances", first + Math.floor(bad / M / M));
        };
      }),
    logDensity: (data, given) => {
      const [x, y] = [rowsOf(data), rowsOf(given, "targets", targets)];
      if (y.nRows !== x.nRows) {
        throw new RangeError(`targets: expected as many rows as the data (${x.nRows}), got ${y.nRows}; pair them`);
      }
      const model = modelOf(full);
      return run(x, 1, undefined, (arena, density, rows) => {
        const { kernels } = arena;
        const [factor, logc] = [arena.copyOf(model.factor), arena.copyOf(model.logc)];
        const spread = describeModel(arena, { type: model.type, D: M, K, factor, logc });
        const [at, scratch] = [arena.f64(rows * M), arena.f64(2 * M)];
        return (first, count, resp, means) => {
          const values = arena.viewF64(at, count * M);
          y.copyRows(first, count, values);
          const bad = kernels.firstNotFinite(at, count * M);
          if (bad >= 0) throw notFinite(y, first * M + bad, values[bad], "targets");
          kernels.conditionalDensity(spread, resp, means, at, density, count, scratch);
        };
      });
    },
    quantile: (data, p) => {
      const shares = givenNumbers("p", p, 0, 1);
      const P = shares.length;
      if (M > 1) throw new RangeError(`targets: expected one for quantiles, got ${M}; name one`);
      return run(rowsOf(data), P, undefined, (arena, result) => {
        const [sigma, from] = [arena.copyOf(spreads.map(Math.sqrt)), arena.copyOf(shares)];
        return (_, count, resp, means) => {
          for (let n = 0; n < count; n++) {
            const row = n * K * 8;
            arena.kernels.quantiles(from, P, resp + row, means + row, sigma, K, -1, result + n * P * 8);
          }
        };
      });
    },
    sample: (data, sampling = {}) => {
      const seed = seedOf(optionsOf("options", sampling, ["seed"]).seed);
      return run(rowsOf(data), M, undefined, (arena, drawn) => {
        const [root, state] = [arena.copyOf(rootsOf(arena, full)), randomState(arena, seed)];
        const [z, label] = [arena.f64(M), arena.i32(1)];
        const { full: type } = TYPE_CODE;
        const of = describeModel(arena, { type, D: M, K });
        return (_, count, resp, means) => {
          const sums = arena.viewF64(resp, count * K);
          for (let i = 0; i < count * K; i++) if (i % K > 0) sums[i] += sums[i - 1];
          for (let n = 0; n < count; n++) {
            const [cumulative, mu, row] = [resp + n * K * 8, means + n * K * M * 8, drawn + n * M * 8];
            arena.kernels.describeModel(of, type, M, K, 0, mu, 0, 0);
            arena.kernels.sample(of, cumulative, root, state, row, label, 1, z);
          }
        };
      });
    },
  };
}

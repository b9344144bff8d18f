// Sums over rows as objects: to be added up where the rows do not lie in one place, and estimates from them.

import { narrower } from "../covariance/forms.ts";
import { meansOf } from "../covariance/given.ts";
import type { Parameters } from "../covariance/parameters.ts";
import { runSync } from "../engine/schedule.ts";
import { received } from "../errors.ts";
import { maximise as maximised } from "../families/maximise.ts";
import { familyNamed } from "../families/registry.ts";
import { Em } from "../fit/em/em.ts";
import { withRows } from "../fit/em/packing.ts";
import { priorFrom, withPrior } from "../fit/em/prior.ts";
import { problemOf } from "../fit/em/problem.ts";
import { regularisationOf } from "../fit/em/regularisation.ts";
import { nonNegative, optionsOf, wrongNumber } from "../input/checks.ts";
import type { DataInput } from "../input/data.ts";
import {
  type CovarianceType,
  type FamilyName,
  kindOf,
  type NestedOrFlat,
  type PriorOptions,
  priorSettings,
} from "../input/options.ts";
import { bytesOfSums, sumsOfBytes } from "../statistics/bytes.ts";
import { addedSums, recentredSums, type Sums, scaledSums } from "../statistics/sums.ts";
import { type MixtureParameters, modelGiven, rowsFor, sampleWeightsOf, type WeightOptions } from "./mixture.ts";

/**
 * What the rows of a table sum up to under a mixture: all that an M-step asks of them. Sums of parts add up to those of the
 * whole, in any order and from anywhere. Immutable; getters give copies.
 *
 * @example
 * const [some, others] = [rows.slice(0, 5), rows.slice(5)].map((part) => accumulate(mixture, part));
 * const { means } = maximise(some.add(others));
 */
export class Statistics {
  readonly #sums: Sums;

  private constructor(sums: Sums) {
    this.#sums = sums;
  }

  /**
   * Statistics from what {@link Statistics.toBytes} gave.
   *
   * @param bytes - all of them; at any offset of their buffer.
   * @returns the same statistics, to the bit.
   * @throws {TypeError} If it is not that.
   * @throws {RangeError} If it is damaged, of another version, or its numbers are no sums.
   * @example
   * const copy = Statistics.fromBytes(accumulate(mixture, rows).toBytes());
   */
  static fromBytes(bytes: Uint8Array): Statistics {
    return new Statistics(sumsOfBytes(bytes));
  }

  /** The shape of the covariances, and of `scatter`. */
  get covarianceType(): CovarianceType {
    return this.#sums.form.name;
  }

  /** The number of components K. */
  get nComponents(): number {
    return this.#sums.K;
  }

  /** The number of columns D. */
  get nFeatures(): number {
    return this.#sums.D;
  }

  /** Total log-likelihood of the rows under the mixture, each times its weight, in nats. */
  get logLikelihood(): number {
    return this.#sums.logLikelihood;
  }

  /** [K, D]: what moments and scatter are about, in the unit of the data. */
  get means(): Float64Array {
    return this.#sums.means.slice();
  }

  /** [K]: Σ r, the weighted responsibilities of each component. */
  get counts(): Float64Array {
    return this.#sums.counts.slice();
  }

  /** [K, D]: Σ r (x - mean), in the unit of the data. */
  get moments(): Float64Array {
    return this.#sums.moments.slice();
  }

  /** Σ r (x - mean)(x - mean)' in the shape of the covariances, of spherical ones the mean of the diagonal; in the unit of the data squared. */
  get scatter(): Float64Array {
    return this.#sums.scatter.slice();
  }

  /**
   * The sums of both.
   *
   * @param other - of other rows, about the same means.
   * @returns new statistics; both stay as they are.
   * @throws {TypeError} If `other` is no statistics.
   * @throws {RangeError} If it is about other means, or of another shape; see {@link Statistics.recentre}.
   * @example
   * const sum = accumulate(mixture, rows.slice(0, 5)).add(accumulate(mixture, rows.slice(5)));
   */
  add(other: Statistics): Statistics {
    const theirs = Statistics.sumsOf("other", other);
    const own = this.#sums;
    const isAlike = theirs.form === own.form && theirs.K === own.K && theirs.D === own.D;
    if (!isAlike || theirs.means.some((value, i) => value !== own.means[i])) {
      throw new RangeError(
        `other: expected ${own.form.name} statistics of ${own.K} components over ${own.D} columns about the same means, ` +
          `got ${isAlike ? "other means" : `${theirs.form.name} ones of ${theirs.K} over ${theirs.D}`}; accumulate both under one mixture`,
      );
    }
    return new Statistics(addedSums(own, theirs));
  }

  /**
   * The sums of the same rows about other means.
   *
   * @param means - [K, D], nested or flat, in the unit of the data.
   * @returns new statistics; these stay as they are.
   * @throws {TypeError | RangeError} If they are malformed.
   * @example
   * const moved = accumulate(mixture, rows).recentre([[2, 3], [6, 7]]);
   */
  recentre(means: NestedOrFlat): Statistics {
    const { K, D } = this.#sums;
    const flat = meansOf(means, K, "means");
    if (flat.length !== K * D) {
      throw new RangeError(
        `means: expected shape [${K}, ${D}], got ${flat.length} numbers; give one mean per component`,
      );
    }
    return new Statistics(recentredSums(this.#sums, flat));
  }

  /**
   * The sums of rows that weigh `factor` times as much: to let old rows fade.
   *
   * @param factor - a finite number, 0 or more.
   * @returns new statistics; these stay as they are.
   * @throws {TypeError | RangeError} If it is not a finite number, 0 or more.
   * @example
   * const faded = accumulate(mixture, rows).scale(0.9);
   */
  scale(factor: number): Statistics {
    if (!(typeof factor === "number" && factor >= 0 && factor < Infinity)) {
      throw wrongNumber("factor", "a finite number, 0 or more", factor, "write for example 0.5");
    }
    return new Statistics(scaledSums(this.#sums, factor));
  }

  /**
   * As bytes, versioned and with a checksum; docs/binary.md has the format. {@link Statistics.fromBytes} gives them back.
   *
   * @returns the bytes, in a buffer of their own.
   * @example
   * await writeFile("statistics.bin", accumulate(mixture, rows).toBytes());
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return bytesOfSums(this.#sums);
  }

  /** @internal */
  static of(sums: Sums): Statistics {
    return new Statistics(sums);
  }

  /** The sums of something that must be statistics. @throws {TypeError} If it is not. @internal */
  static sumsOf(argument: string, value: unknown): Sums {
    if (typeof value === "object" && value !== null && #sums in value) return value.#sums;
    throw new TypeError(`${argument}: expected Statistics, got ${received(value)}; make them with accumulate`);
  }
}

/**
 * One E-step as sums over the rows (Bishop, PRML, eq. 9.23 to 9.25): {@link maximise} makes parameters of them.
 *
 * @param mixture - its parameters; a `GaussianMixture` will do.
 * @param data - N rows of D numbers, in any form.
 * @param options - what the rows weigh.
 * @returns sums about the mixture's means.
 * @throws {TypeError | RangeError} If data, parameters or options are malformed or do not fit each other.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite, `NOT_FINITE` if a row is so far away
 *   that its density is 0.
 * @example
 * const statistics = accumulate(mixture, rows);
 * statistics.counts; // [K]: how many rows each component has
 */
export function accumulate(mixture: MixtureParameters, data: DataInput, options: WeightOptions = {}): Statistics {
  const model = modelGiven("mixture", mixture);
  const matrix = rowsFor(model, data);
  const weights = sampleWeightsOf(options, matrix.nRows);
  return runSync(
    withRows(matrix, model.nComponents, weights, function* (rows) {
      const problem = problemOf(rows, model.covarianceType, model.nComponents);
      const em = new Em(problem, yield* regularisationOf(problem, 0));
      yield* em.write(model);
      // a tied scatter as it is, not as what the other sums leave of the scatter of all rows
      yield* em.resume({ ...em.state, exact: true });
      yield* em.evaluate();
      return Statistics.of(em.sums);
    }),
  );
}

/** How to estimate from statistics. */
export interface MaximiseOptions {
  /** What the covariances may be: the shape that the statistics have, or a family of that shape. Default: the shape. */
  readonly covarianceType?: CovarianceType | FamilyName | undefined;
  /** Added to every variance, in the unit of the data squared. Default 0. */
  readonly regCovar?: number | undefined;
  /** A conjugate prior of means and covariances, with its `mean` and `scale`. Default: none. */
  readonly prior?: PriorOptions | undefined;
}

/**
 * One M-step from statistics: the parameters that fit best if the responsibilities are right (Bishop, PRML, eq. 9.24 to
 * 9.26), or with a prior those of the highest posterior density. A component without rows has weight 0, and keeps its mean;
 * its covariance is 0.
 *
 * @param statistics - of all rows.
 * @param options - a family, a number to add to the variances, a prior.
 * @returns weights [K], means [K, D] and covariances in the shape of the statistics. A covariance may be singular:
 *   `fromParameters` says so.
 * @throws {TypeError | RangeError} If an argument is malformed, or the statistics have no rows.
 * @example
 * const next = maximise(accumulate(mixture, rows));
 */
export function maximise(statistics: Statistics, options: MaximiseOptions = {}): Parameters {
  const sums = Statistics.sumsOf("statistics", statistics);
  const { form, K, D, counts } = sums;
  const given = optionsOf("options", options, ["covarianceType", "regCovar", "prior"]);
  const kind = kindOf("covarianceType", given.covarianceType ?? form.name);
  if (familyNamed(kind.family).form !== form) {
    throw new RangeError(
      `covarianceType: expected the shape of the statistics ("${form.name}") or a family of it, got "${given.covarianceType}"; accumulate with a mixture of the other shape`,
    );
  }
  if (!counts.some((count) => count > 0)) {
    throw new RangeError("statistics: expected rows of a weight above 0, got none; accumulate some first");
  }
  const regCovar = nonNegative("regCovar", given.regCovar ?? 0, "leave it out for 0");
  const family = familyNamed(kind.family);
  const none = (part: string) => (): never => {
    throw new TypeError(`prior.${part}: expected one, got none, and statistics do not tell it; give mean and scale`);
  };
  const wanted = priorSettings(given.prior);
  const prior = wanted && priorFrom(wanted, sums, { mean: none("mean"), scale: none("scale") });
  const previous = new Float64Array(sums.scatter.length);
  const reg = new Float64Array(D).fill(regCovar);
  const estimates = maximised(family, prior ? withPrior(sums, prior, family) : sums, previous, { reg });
  return { covarianceType: form.name, ...narrower(form, family.name), nComponents: K, nFeatures: D, ...estimates };
}

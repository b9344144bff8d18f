import type { Form } from "../../covariance/form.ts";
import { covarianceLength, narrower } from "../../covariance/forms.ts";
import type { Parameters } from "../../covariance/parameters.ts";
import { singularCovariance } from "../../covariance/roots.ts";
import { type PlacedModel, RECORD_BYTES } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import { perform, type Work } from "../../engine/schedule.ts";
import { MixtureError } from "../../errors.ts";
import type { Family } from "../../families/family.ts";
import { maximise } from "../../families/maximise.ts";
import type { Sums } from "../../statistics/sums.ts";
import { Factors } from "./factors.ts";
import type { FixedParameters } from "./fixed.ts";
import { groupCount, groupTiles } from "./groups.ts";
import { LabelledSums } from "./labelled-sums.ts";
import { logPrior, withPrior } from "./prior.ts";
import { type Problem, problemOf } from "./problem.ts";
import type { Regularisation } from "./regularisation.ts";
import { type OrderState, RowOrder } from "./row-order.ts";
import type { RowSource } from "./row-source.ts";
import { sumScatter } from "./total-covariance.ts";

/**
 * A component is dropped for eight rows when it holds less than exp(-40) / K of each: all dropped ones together are under
 * a tenth of a unit in the last place of a responsibility. See docs/numerics.md.
 */
const LAZY_MARGIN = 40;
/** How often larger the total scatter may be than the tied one before the shortcut would cost more than four digits. */
const TIED_RATIO = 1e4;

/** Pairs of lanes ahead of the components in a block of statistics (assembly/layout.ts). */
const STATS_HEADER = 2;

/** Below this a log-likelihood contains a row that no component explains: a distance has overflowed. */
const LOWEST = -1e300;

/** What a pass over the data depends on beside the parameters: how rows lie, and what was learned of them. */
export interface PassState {
  readonly order: OrderState;
  readonly exact: boolean;
}

/**
 * The parameters of one fit in progress, with what the E-step reads of them and the sums that the last pass left.
 * All memory is allocated here, once; it lives as long as the arena's mark that the caller took before.
 */
export class Em implements Problem {
  readonly rows: RowSource;
  readonly family: Family;
  readonly form: Form;
  readonly K: number;
  readonly regularisation: Regularisation;
  /** Numbers in weights, means and covariances together, which lie in one piece: see {@link vector}. */
  readonly length: number;
  /** Where they lie. */
  readonly pointer: Pointer;
  /** Whether passes may be left half done when the time is over: then they throw {@link timeOver}. */
  isOpen = false;
  /** What M-steps and leaps leave alone, if anything. */
  fixed: FixedParameters | undefined;
  readonly #regularise: boolean;
  /** See LAZY_MARGIN; infinite for passes that are not lazy. */
  readonly margin: number;
  readonly #factors: Factors;
  readonly #reg: Pointer;
  readonly #ridge: Pointer;
  /** What covariances may not fall below, or 0; and scratch for that. */
  readonly #floor: Pointer;
  readonly #floorScratch: Pointer;
  readonly order: RowOrder;
  readonly #statsLength: number;
  readonly #stats: Pointer;
  readonly #groups: number;
  /** Tiles whose rows may belong to any component. */
  readonly #free: number;
  readonly #labelled: LabelledSums | undefined;
  readonly #total: Pointer;
  #hasTotal = false;
  /** 0 until somebody asks. */
  #climbScratchBytes = 0;
  #logLikelihood = Number.NEGATIVE_INFINITY;
  /** Whether tied sums are about the means: what others leave of the total scatter would have lost too many digits. */
  exact = false;
  /** As things stood before the last pass. */
  #before: PassState | undefined;

  constructor(problem: Problem, regularisation: Regularisation, lazy = true) {
    const { rows, family, form, K } = problem;
    const { arena, N, D, T, nTiles, labelled } = rows;
    const { code: type } = form;
    const { kernels } = arena;
    this.rows = rows;
    this.family = family;
    this.form = form;
    this.K = K;
    this.regularisation = regularisation;
    this.#regularise = regularisation.reg.some((value) => value > 0) || regularisation.ridge.some((value) => value > 0);
    this.margin = lazy ? LAZY_MARGIN + kernels.log(K) : Infinity;
    this.length = K + K * D + covarianceLength(form, K, D);
    this.pointer = arena.bytesOf(this.length * 8);
    this.#factors = new Factors(problem, this.pointer, this.margin);
    this.#reg = arena.copyOf(regularisation.reg);
    this.#ridge = arena.copyOf(regularisation.ridge);
    this.#floor = regularisation.floor ? arena.copyOf(regularisation.floor) : 0;
    this.#floorScratch = this.#floor ? arena.bytesOf(kernels.raiseScratchBytes(type, D)) : 0;
    this.#statsLength = kernels.statisticsLength(type, D, K);
    this.#free = labelled?.free ?? nTiles;
    this.order = new RowOrder(this, this.#free, lazy);
    const free = { N: Math.min(N, this.#free * T), D, nTiles: this.#free };
    this.#groups = groupCount(free, K, this.#statsLength * 16);
    this.#labelled = labelled && new LabelledSums(problem, labelled, this.model);
    this.#stats = arena.bytesOf(this.#groups * this.#statsLength * 16);
    this.#total = form.isShared ? arena.bytesOf(kernels.statisticsLength(0, D, 1) * 16) : 0;
  }

  /** Weights, means and covariances, one after the other, as they stand. A view: use it at once. */
  get vector(): Float64Array {
    return this.rows.arena.viewF64(this.pointer, this.length);
  }

  /** What the kernels read of the parameters; all but their places must be {@link settle}d. */
  get model(): PlacedModel {
    return this.#factors.model;
  }

  /** Whether the time for the fit is over: then no new step of a search is begun. */
  get isTimeOver(): boolean {
    return this.rows.watch?.isOver ?? false;
  }

  /** Tells how far the work is. @param share - of the part under way. @param found - an objective. */
  tell(share: number, found?: number): void {
    const { watch, whole, N } = this.rows;
    // of a sample: as much for each of all rows
    watch?.tell(share, found === undefined ? undefined : (found / N) * (whole ?? N));
  }

  /** The log-likelihood of the parameters as they stand, of which `objective` is what is maximised. */
  logLikelihoodOf(objective: number): number {
    const { prior } = this.regularisation;
    return prior ? objective - logPrior(prior, this.read(), this.family) : objective;
  }

  /** The same regularisation over a part of the rows. */
  on(part: RowSource): Em {
    const { ridge } = this.regularisation;
    const share = part.totalWeight / this.rows.totalWeight;
    const problem = problemOf(part, this.family.name, this.K);
    const em = new Em(problem, { ...this.regularisation, ridge: ridge.map((value) => value * share) });
    em.isOpen = this.isOpen;
    return em;
  }

  /** A copy of the parameters, or of those in a vector of the form of {@link vector}. */
  read(vector: Float64Array = this.vector): Parameters {
    const { family, form, K } = this;
    const { D } = this.rows;
    return {
      covarianceType: form.name,
      ...narrower(form, family.name),
      nComponents: K,
      nFeatures: D,
      weights: vector.slice(0, K),
      means: vector.slice(K, K + K * D),
      covariances: vector.slice(K + K * D),
    };
  }

  /** Takes over parameters that are only the points about which the next sums are taken. */
  seat({ weights, means, covariances }: Pick<Parameters, "weights" | "means" | "covariances">): void {
    const { K, vector } = this;
    const { D } = this.rows;
    vector.set(weights);
    vector.set(means, K);
    vector.set(covariances, K + K * D);
    this.#factors.forget();
  }

  /** {@link seat} of a vector of the form of {@link vector}. */
  seatVector(values: Float64Array): void {
    this.vector.set(values);
    this.fixed?.restore(this.vector);
    this.#factors.forget();
  }

  /** Takes over parameters. @throws {MixtureError} `SINGULAR_COVARIANCE` if one is not positive definite. */
  *write(parameters: Pick<Parameters, "weights" | "means" | "covariances">): Work<void> {
    const { family, K } = this;
    const { D } = this.rows;
    const { weights, covariances } = parameters;
    // a start may be none of the family
    const members = family.constrained?.(covariances, { K, D, divisors: weights }) ?? covariances;
    this.seat({ ...parameters, covariances: members });
    this.check(yield* this.#factors.factors());
  }

  /** Takes over a vector of the form of {@link vector}. @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite. */
  *take(vector: Float64Array): Work<void> {
    this.seatVector(vector);
    this.check(yield* this.#factors.factors());
  }

  /** Takes over a vector of the form of {@link vector}; false, and no use until the next call, if it holds no valid parameters. */
  tryVector(values: Float64Array): boolean {
    this.seatVector(values);
    return this.#hasWeights() && this.#factors.factorise() === 0;
  }

  /** Makes what passes read of the parameters. @returns 0, or 1 + the first component whose covariance is not positive definite. */
  settle(): Work<number> {
    return this.#factors.settle();
  }

  #hasWeights(): boolean {
    const { vector } = this;
    for (let k = 0; k < this.K; k++) if (!(vector[k] >= 0)) return false;
    return true;
  }

  /** What the last {@link evaluate} found without the prior: the total log-likelihood, in nats. */
  get logLikelihood(): number {
    return this.#logLikelihood;
  }

  /**
   * E-step and sums at the current parameters, in fixed groups that merge in a fixed tree: the result does not depend on
   * who ran them.
   *
   * @returns what EM maximises: the total log-likelihood and the logarithm of the prior, if there is one, in nats.
   * @throws {MixtureError} `NOT_FINITE` if it overflows, `SINGULAR_COVARIANCE` if a covariance is not positive definite.
   */
  *evaluate(): Work<number> {
    const { rows, form, K } = this;
    const { arena, D, T } = rows;
    const { at } = this.model;
    if (!this.#factors.isSettled) this.check(yield* this.settle());
    yield* this.prepare();
    this.#before = { order: this.order.state, exact: this.exact };
    yield* this.order.prepare();
    const exact = this.exact ? 1 : 0;
    yield* this.#sum(
      "accumulate",
      arena.kernels.passScratchBytes(form.code, D, T, K),
      (first, last, stats) => [rows.at, at, first, last, this.order.homes, stats, exact, this.margin],
      this.#labelled,
    );
    if (this.#total && !this.exact) {
      const ratio = arena.kernels.tiedScatter(at, this.#stats, this.#total);
      if (ratio > TIED_RATIO) {
        this.exact = true;
        return yield* this.evaluate();
      }
    }
    const header = arena.viewF64(this.#stats, 3);
    const logLikelihood = header[0] + header[1];
    this.order.passed(header[2]);
    this.#logLikelihood = logLikelihood;
    const { prior } = this.regularisation;
    const objective = prior ? logLikelihood + logPrior(prior, this.read(), this.family) : logLikelihood;
    if (!(logLikelihood > LOWEST && objective > LOWEST && objective < Infinity)) throw this.notFinite(objective);
    return objective;
  }

  /** The error for what is maximised but has overflowed. */
  notFinite(objective: number): MixtureError {
    const { prior } = this.regularisation;
    return new MixtureError(
      "NOT_FINITE",
      `data: expected rows whose log-likelihood is finite${prior ? ", and so the prior of the parameters" : ""}, got ${objective}; ` +
        `scale the columns, or remove rows that lie far away${prior ? ", or leave prior to its defaults" : ""}`,
    );
  }

  /** Forgets how rows were sorted for other parameters: for a new start. */
  begin(): void {
    this.order.begin();
  }

  /** All that the last {@link evaluate} depended on, but for the parameters: {@link resume} makes the next one the same to the bit. */
  get state(): PassState {
    return this.#before ?? { order: this.order.state, exact: this.exact };
  }

  /**
   * Takes note of what passes of the kernel `climb` have left.
   *
   * @param logLikelihood - what the last one has found at the parameters as they are.
   */
  arrive(logLikelihood: number): void {
    this.#logLikelihood = logLikelihood;
    this.#factors.forget(true);
  }

  /** Whether M-steps take more than the kernel `climb` can. */
  get hasOwnSteps(): boolean {
    return Boolean(this.regularisation.prior || this.family.constrained || this.fixed);
  }

  /** Whether passes do, or are worth to be shared out among threads. */
  get hasOwnPasses(): boolean {
    return this.hasOwnSteps || this.#groups > 1 || this.#labelled !== undefined || this.#factors.isShared;
  }

  /** A record for the kernel `climb`, which lacks what that knows of its own way. It holds until the arena is rewound. */
  describeClimb(): Pointer {
    const { arena, at } = this.rows;
    const { homes } = this.order;
    const climb = arena.bytesOf(RECORD_BYTES);
    const [reg, ridge, floor] = [this.#reg, this.#ridge, this.#floor];
    arena.kernels.describeClimb(climb, at, this.model.at, this.#stats, homes, reg, ridge, floor, this.#total);
    return climb;
  }

  /** Bytes of scratch that the kernel `climb` needs. */
  get climbScratchBytes(): number {
    if (this.#climbScratchBytes === 0) {
      const { form, K, rows } = this;
      const { arena, D, T } = rows;
      const raising = this.#floor ? arena.kernels.raiseScratchBytes(form.code, D) : 0;
      const passing = arena.kernels.passScratchBytes(form.code, D, T, K);
      this.#climbScratchBytes = Math.max(this.#factors.scratchBytes, raising, passing);
    }
    return this.#climbScratchBytes;
  }

  /** Once, before rows are sorted for the first time: the order decides the last bits. */
  *prepare(): Work<void> {
    if (!this.#total || this.#hasTotal) return;
    yield* sumScatter(this.rows, this.model.centre, this.#total);
    this.#hasTotal = true;
  }

  /** Takes note that a kernel has changed the parameters. @returns whether they are valid. */
  *isValid(): Work<boolean> {
    this.moved();
    return this.#hasWeights() && (yield* this.settle()) === 0;
  }

  /** Takes note that a kernel has changed the parameters. */
  moved(): void {
    this.fixed?.restore(this.vector);
    this.#factors.forget();
  }

  /** Puts rows back into the caller's order: what follows depends on the parameters alone. */
  *renew(): Work<void> {
    yield* this.prepare();
    yield* this.order.renew();
    this.exact = false;
  }

  /** Brings rows and all else to where they were before a pass. Parameters are left as they were for the last sort. */
  *resume({ order, exact }: PassState): Work<void> {
    yield* this.prepare();
    yield* this.order.resume(order);
    this.exact = exact;
  }

  /** Sums with given responsibilities about the current means: by labels [N]. Rows are counted as they lie, sorted or not. */
  *sumLabels(labels: Pointer): Work<void> {
    const { arena, at, D, T } = this.rows;
    arena.viewF64(this.#stats, this.#groups * this.#statsLength * 2).fill(0);
    yield* this.#sum("accumulateGiven", arena.kernels.givenScratchBytes(D, T), (first, last, stats) => [
      ...[at, this.model.at, first, last, labels, 0, stats],
    ]);
  }

  /** Sums with responsibilities that `fill` writes for a range of rows as they lie, [count, K] row-major. */
  *sumResponsibilities(fill: (first: number, count: number, out: Float64Array) => void): Work<void> {
    const { K } = this;
    const { arena, at, N, D, T, nTiles } = this.rows;
    const mark = arena.mark();
    try {
      const resp = arena.f64(T * K);
      const scratch = arena.bytesOf(arena.kernels.givenScratchBytes(D, T));
      arena.viewF64(this.#stats, this.#statsLength * 2).fill(0);
      yield {
        groups: nTiles,
        run: (tile) => {
          const count = Math.min(T, N - tile * T);
          fill(tile * T, count, arena.viewF64(resp, count * K));
          arena.kernels.accumulateGiven(at, this.model.at, tile, tile + 1, 0, resp, this.#stats, scratch);
        },
      };
    } finally {
      arena.rewind(mark);
    }
  }

  /**
   * M-step from the last sums. A component without rows keeps its mean and covariance and has weight 0.
   *
   * @returns the number of such components.
   * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
   */
  *maximise(): Work<number> {
    const empty = this.maximiseOnly();
    this.check(yield* this.#factors.factors());
    return empty;
  }

  /** {@link maximise} without a look at the covariances, which the next {@link evaluate} will take. */
  maximiseOnly(): number {
    const { family } = this;
    const { arena } = this.rows;
    this.#holdMeans();
    let empty = 0;
    if (this.regularisation.prior || family.constrained) {
      const { prior, ridge, reg } = this.regularisation;
      const sums = prior ? withPrior(this.sums, prior, family) : this.sums;
      const estimates = maximise(family, sums, this.read().covariances, { ridge, reg });
      this.seat(estimates);
      empty = estimates.weights.filter((weight) => weight === 0).length;
    } else {
      empty = arena.kernels.maximise(this.model.at, this.#stats, this.#reg, this.#ridge);
    }
    // raises covariances to the floor, if there is one and they are below it
    if (this.#floor) arena.kernels.raiseCovariances(this.model.at, this.#floor, this.#floorScratch);
    this.moved();
    return empty;
  }

  /** What the last pass summed up, about the present means: until the M-step, which moves them. */
  get sums(): Sums {
    const { form, K } = this;
    const { arena, D } = this.rows;
    const mark = arena.mark();
    const length = covarianceLength(form, K, D);
    const out = arena.f64(K + K * D + length);
    arena.kernels.unpackStatistics(this.model.at, this.#stats, out);
    const values = arena.readF64(out, K + K * D + length);
    arena.rewind(mark);
    const counts = values.slice(0, K);
    return {
      ...{ form, K, D, counts, logLikelihood: this.#logLikelihood },
      means: this.vector.slice(K, K + K * D),
      meanDivisors: counts.slice(),
      divisors: counts.slice(),
      moments: values.slice(K, K + K * D),
      scatter: values.slice(K + K * D),
    };
  }

  /** Takes what rows say of a new mean out of the sums, where the mean is to stay: they are about it. */
  #holdMeans(): void {
    const { K, fixed } = this;
    if (!fixed) return;
    const { arena, D } = this.rows;
    const length = arena.kernels.statisticsLength(this.form.code, D, K + 1) - this.#statsLength;
    for (let k = 0; k < K; k++) {
      if (!fixed.holdsMean(k)) continue;
      arena.viewF64(this.#stats + (STATS_HEADER + k * length + 1) * 16, 2 * D).fill(0);
    }
  }

  /** Runs a summing kernel over fixed groups of tiles, each into its own block, and merges the blocks in a fixed tree. */
  *#sum(
    kernel: "accumulate" | "accumulateGiven",
    scratchBytes: number,
    args: (first: number, last: number, stats: Pointer) => readonly number[],
    labelled?: LabelledSums,
  ): Work<void> {
    const { arena, N, D, nTiles } = this.rows;
    const bytes = this.#statsLength * 16;
    const groups = this.#groups;
    labelled?.begin();
    const tiles = labelled ? this.#free : nTiles;
    yield* perform(N * this.K * D, {
      arena,
      kernel,
      groups: groups + (labelled?.jobs ?? 0),
      isOpen: this.isOpen,
      scratchBytes,
      args: (group) => {
        if (labelled && group >= groups) return labelled.args(group - groups, this.order.homes, this.exact ? 1 : 0);
        const [first, last] = groupTiles(tiles, groups, group);
        return args(first, last, this.#stats + group * bytes);
      },
    });
    for (let step = 1; step < groups; step *= 2) {
      for (let group = 0; group + step < groups; group += 2 * step) {
        arena.kernels.merge(this.#stats + group * bytes, this.#stats + (group + step) * bytes, this.#statsLength);
      }
    }
    labelled?.addTo(this.#stats);
  }

  /** @param status - 0, or 1 + a component. @throws {MixtureError} `SINGULAR_COVARIANCE` unless it is 0. */
  check(status: number): void {
    if (status === 0) return;
    const remedy = this.#regularise
      ? "use fewer components, or raise regCovar"
      : "use fewer components, or leave regCovar out to have it follow the scale of the data";
    throw singularCovariance(this.form.name, status - 1, remedy);
  }
}

// What passes over the rows read of the parameters, made when it is asked for.

import { hasOwnMatrices } from "../../covariance/forms.ts";
import { pivotTolerance } from "../../covariance/roots.ts";
import { describeModel, type PlacedModel } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import type { GroupKernel, KernelTask, Work } from "../../engine/schedule.ts";
import type { Problem } from "./problem.ts";

/** Bounds for pairs of components beyond this, in bytes, would cost more than they save. */
const MOST_PAIRS = 8 * 1024 * 1024;
/** With fewer rows than this for each component they cost more, too: 6 to 40 % of a pass over 36 rows each, while they save 20 % where 110 rows of each lie together. */
const LEAST_ROWS = 64;

/** From so much on, some 0.2 ms, it pays to share out the factors of full components, or what is known of pairs of them. */
const SHARED = 4e5;
/** How many multiplications of factors take as long as one of pairs, whose sums are short. */
const FACTOR_SPEED = 8;
/** Homes whose pairs are worked out together (assembly/separators.ts). */
const HOMES = 4;

/** Room for what is known of pairs of components (assembly/separators.ts, reach.ts), or none where it does not pay. */
function pairsOf({ rows: { arena, N, D }, form, K }: Problem): Pick<PlacedModel, "separators" | "reach"> {
  const length = hasOwnMatrices(form) ? K * K * (1 + D) : 0;
  if (K <= 2 || N < LEAST_ROWS * K || (length + K * K) * 8 > MOST_PAIRS) return { separators: 0, reach: 0 };
  return { separators: length > 0 ? arena.f64(length) : 0, reach: arena.f64(K * K) };
}

/** Factors and log-constants of the components, and what is known of pairs of them. */
export class Factors {
  /** The parameters and what follows from them, which is as they were when they were last {@link settle}d. */
  readonly model: PlacedModel;
  readonly #problem: Problem;
  readonly #scratch: Pointer;
  readonly #scratchLength: number;
  readonly #margin: number;
  #hasFactors = false;
  #hasPairs = false;

  /**
   * @param parameters - where weights, means and covariances lie, in one piece.
   * @param margin - see LAZY_MARGIN; infinite for passes that are not lazy.
   */
  constructor(problem: Problem, parameters: Pointer, margin: number) {
    const { rows, form, K } = problem;
    const { arena, D } = rows;
    const { code: type } = form;
    this.#problem = problem;
    this.#margin = margin;
    const mu = parameters + K * 8;
    const places = {
      ...{ type, D, K, weights: parameters, mu, cov: mu + K * D * 8 },
      // the point about which tied components are whitened
      centre: arena.copyOf(rows.columnMeans),
      factor: arena.f64(arena.kernels.factorLength(type, D, K)),
      logc: arena.f64(K),
      ...(margin < Infinity ? pairsOf(problem) : { separators: 0, reach: 0 }),
    };
    this.model = { ...places, at: describeModel(arena, places) };
    this.#scratchLength = form.isDense ? Math.max(12, 2 * D) * D : 0;
    this.#scratch = arena.f64(this.#scratchLength);
  }

  /** Whether all of it, or what is known of pairs, is so much that threads share it out. */
  get isShared(): boolean {
    const { rows, K } = this.#problem;
    const { D } = rows;
    return this.#isMuch((K * D * D * D) / FACTOR_SPEED) || this.#isMuch(K * K * D * D);
  }

  /** Bytes of scratch that a kernel needs which makes them. */
  get scratchBytes(): number {
    return this.#scratchLength * 8;
  }

  /** Whether all is there for the next pass. */
  get isSettled(): boolean {
    return this.#hasFactors && (this.#hasPairs || !this.model.reach);
  }

  /** Tells that the parameters have changed; or that all is there, as a kernel has made it. */
  forget(isThere = false): void {
    this.#hasFactors = isThere;
    this.#hasPairs = isThere;
  }

  /** Makes the factors here and now. @returns 0, or 1 + the first component whose covariance is not positive definite. */
  factorise(): number {
    const status = this.#hasFactors ? 0 : this.#run("factorise", this.#factorsOf(0, this.#problem.K));
    this.#hasFactors = status === 0;
    return status;
  }

  /** Makes the factors, by all threads where it is much. @returns as {@link factorise}. */
  *factors(): Work<number> {
    const { rows, K } = this.#problem;
    const { D } = rows;
    if (!this.#hasFactors && this.#isMuch((K * D * D * D) / FACTOR_SPEED)) {
      const statuses = new Float64Array(K);
      yield this.#inGroups("factorise", K, (k) => this.#factorsOf(k, k + 1), statuses);
      const singular = statuses.findIndex((status) => status > 0);
      if (singular >= 0) return 1 + singular;
      this.#hasFactors = true;
    }
    return this.factorise();
  }

  /** Makes what is not there yet, by all threads where it is much. @returns as {@link factorise}. */
  *settle(): Work<number> {
    const { rows, K } = this.#problem;
    const { D } = rows;
    const status = yield* this.factors();
    if (status > 0 || this.isSettled) return status;
    if (this.#isMuch(K * K * D * D)) {
      const pairsOf = (group: number): readonly number[] =>
        this.#pairsOf(group * HOMES, Math.min(K, (group + 1) * HOMES));
      yield this.#inGroups("relate", Math.ceil(K / HOMES), pairsOf);
    } else this.#run("relate", this.#pairsOf(0, K));
    this.#hasPairs = true;
    return 0;
  }

  #inGroups(
    kernel: GroupKernel,
    groups: number,
    args: (group: number) => readonly number[],
    results?: Float64Array,
  ): KernelTask {
    const { arena } = this.#problem.rows;
    return { arena, kernel, groups, args, scratchBytes: this.scratchBytes, ...(results && { results }) };
  }

  #isMuch(work: number): boolean {
    return hasOwnMatrices(this.#problem.form) && work >= SHARED;
  }

  #factorsOf(first: number, last: number): readonly number[] {
    return [this.model.at, first, last, pivotTolerance(this.#problem.rows.D)];
  }

  #pairsOf(first: number, last: number): readonly number[] {
    return [this.model.at, first, last, this.#margin];
  }

  #run(kernel: "factorise" | "relate", args: readonly number[]): number {
    const call = this.#problem.rows.arena.kernels[kernel] as (...args: readonly number[]) => number;
    return call(...args, this.#scratch);
  }
}

// What rows of known components add to a pass.
import { describeModel, type PlacedModel } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import type { Problem } from "./problem.ts";
import type { LabelledTiles } from "./row-source.ts";

/** Pairs of lanes ahead of the components in a block of statistics (assembly/layout.ts). */
const HEADER = 2;

/** Sums over the rows of known components: a mixture of one for each, with its weight. */
export class LabelledSums {
  readonly #problem: Problem;
  readonly #parts: LabelledTiles["parts"];
  readonly #model: PlacedModel;
  /** Each component by itself, as a mixture of one with its weight. */
  readonly #alone: readonly Pointer[];
  /** Statistics of each part. */
  readonly #stats: Pointer;
  readonly #length: number;
  /** Tied only: the factor of each component as if it were alone. */
  readonly #factors: Pointer;
  readonly #factorLength: number;

  constructor(problem: Problem, { parts }: LabelledTiles, model: PlacedModel) {
    const { rows, form, K } = problem;
    const { arena, D } = rows;
    const { code: type } = form;
    this.#problem = problem;
    this.#parts = parts;
    this.#model = model;
    this.#length = arena.kernels.statisticsLength(type, D, 1);
    this.#stats = arena.bytesOf(parts.length * this.#length * 16);
    this.#factorLength = arena.kernels.factorLength(type, D, 1);
    this.#factors = form.isShared ? arena.f64(K * this.#factorLength) : 0;
    this.#alone = Array.from({ length: K }, (_, k) => {
      const factor = (this.#factors || model.factor) + k * this.#factorLength * 8;
      return describeModel(arena, { type, D, K: 1, mu: model.mu + k * D * 8, factor, logc: model.logc + k * 8 });
    });
  }

  /** The number of jobs of a pass. */
  get jobs(): number {
    return this.#parts.length;
  }

  /** Makes ready for a pass. */
  begin(): void {
    const { rows, K } = this.#problem;
    const { arena, D } = rows;
    if (!this.#factors) return;
    // a triangle and the centre, which all share, then the component's own whitened mean
    const common = this.#factorLength - D;
    const shared = arena.viewF64(this.#model.factor, common + K * D);
    const factors = arena.viewF64(this.#factors, K * this.#factorLength);
    for (let k = 0; k < K; k++) {
      factors.set(shared.subarray(0, common), k * this.#factorLength);
      factors.set(shared.subarray(common + k * D, common + (k + 1) * D), k * this.#factorLength + common);
    }
  }

  /** The arguments of `accumulate` for a job, without the scratch. */
  args(job: number, homes: Pointer, exact: number): readonly number[] {
    const { component, first, last } = this.#parts[job];
    const stats = this.#stats + job * this.#length * 16;
    return [this.#problem.rows.at, this.#alone[component], first, last, homes, stats, exact, Infinity];
  }

  /** Adds the sums of all jobs to those of the free rows. */
  addTo(stats: Pointer): void {
    const { rows, form, K } = this.#problem;
    const { kernels } = rows.arena;
    const block = kernels.statisticsLength(form.code, rows.D, 2) - this.#length;
    const shared = this.#length - HEADER - block;
    this.#parts.forEach(({ component }, job) => {
      const own = this.#stats + job * this.#length * 16;
      const after = own + HEADER * 16;
      kernels.merge(stats, own, HEADER);
      kernels.merge(stats + (HEADER + component * block) * 16, after, block);
      kernels.merge(stats + (HEADER + K * block) * 16, after + block * 16, shared);
    });
  }
}

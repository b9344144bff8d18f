import { RECORD_BYTES } from "../../engine/descriptors.ts";
import type { Pointer } from "../../engine/kernels.ts";
import { perform, type Work } from "../../engine/schedule.ts";
import { groupCount, groupTiles } from "../em/groups.ts";
import type { RowSource } from "../em/row-source.ts";
import { LLOYD_BOUNDS, LLOYD_ITERATIONS, LLOYD_SHIFT } from "../policy.ts";

/** What the kernel `assign` works in. */
const ASSIGN_SCRATCH_BYTES = 128;

/** Working memory of k-means with K centres over some rows, and what it finds; allocated once, in the arena of the rows. */
export class KMeans {
  readonly rows: RowSource;
  readonly K: number;
  /** [K, D] f64. */
  readonly centres: Pointer;
  /** [N] i32, and room for the padding of the last tile. */
  readonly labels: Pointer;
  readonly #weights: Float64Array;
  readonly #metric: Pointer;
  readonly #distance: Pointer;
  /** The record by which the kernel `assign` is told of the clusters. */
  readonly #clusters: Pointer;
  /** See the kernel `assign`; undefined until they pay. */
  #bounds: { readonly bounds: Pointer; readonly drift: Pointer } | undefined;
  /** Whether each row's distance is that to the centres as they are. */
  #exact = false;
  readonly #groups: number;
  readonly #sums: Pointer;

  /** @param metric - [D] weight of each column's squared difference; ones for the plain distance. */
  constructor(rows: RowSource, K: number, metric: Float64Array) {
    const { arena, D, T, nTiles } = rows;
    this.rows = rows;
    this.K = K;
    this.centres = arena.f64(K * D);
    this.labels = arena.i32(nTiles * T);
    this.#weights = metric;
    this.#metric = arena.copyOf(metric);
    this.#distance = arena.f64(nTiles * T);
    this.#clusters = arena.bytesOf(RECORD_BYTES);
    this.#groups = groupCount(rows, K, K * (1 + D) * 8);
    this.#sums = arena.f64(this.#groups * K * (1 + D));
  }

  /**
   * Centres by greedy k-means++ (Arthur & Vassilvitskii 2007): each is the best of some rows drawn with probability
   * proportional to their squared distance from the centres so far.
   *
   * @param trials - how many rows; by default 2 + ln K, rounded down.
   * @param given - how many centres are there already.
   */
  *seed(random: Pointer, trials: number = 2 + Math.floor(this.rows.arena.kernels.log(this.K)), given = 0): Work<void> {
    const { K } = this;
    const { arena, at, N, D, T, nTiles, totalWeight } = this.rows;
    const { kernels } = arena;
    const centre = (k: number): Pointer => this.centres + k * D * 8;
    arena.viewF64(this.#distance, nTiles * T).fill(Infinity);
    const first = Math.max(1, given);
    if (given === 0) {
      kernels.readRow(at, kernels.pickRow(at, 0, kernels.uniform(random) * totalWeight), centre(0));
    }
    let potential = 0;
    for (let k = 0; k < first; k++) potential = yield* this.#nearest(centre(k));
    const mark = arena.mark();
    const places = arena.f64(trials * D);
    const place = (trial: number): Pointer => places + trial * D * 8;
    try {
      for (let k = first; k < K; k++) {
        for (let trial = 0; trial < trials; trial++) {
          const target = kernels.uniform(random) * potential;
          // all rows lie on the centres so far: any row will do
          const row =
            potential > 0 ? kernels.pickRow(at, this.#distance, target) : Math.floor(kernels.uniform(random) * N);
          kernels.readRow(at, row, place(trial));
        }
        const left = yield* this.#potentials(places, trials);
        const best = left.reduce((least, value, trial) => (value < left[least] ? trial : least), 0);
        arena.viewF64(centre(k), D).set(arena.viewF64(place(best), D));
        potential = yield* this.#nearest(centre(k));
      }
    } finally {
      arena.rewind(mark);
    }
  }

  /** Centres at rows drawn without repetition. */
  drawRows(random: Pointer): void {
    const { K } = this;
    const { arena, at, N, D } = this.rows;
    const drawn = new Set<number>();
    while (drawn.size < K) drawn.add(Math.floor(arena.kernels.uniform(random) * N));
    [...drawn].forEach((row, k) => {
      arena.kernels.readRow(at, row, this.centres + k * D * 8);
    });
  }

  /** Lloyd's iterations until no label changes, the centres rest, or `maxIter`; at 0, labels alone. @returns iterations. */
  *lloyd(maxIter: number = LLOYD_ITERATIONS): Work<number> {
    const { columnVariances, arena, N, D, T, nTiles } = this.rows;
    const spread = columnVariances.reduce((sum, variance, d) => sum + variance * this.#weights[d], 0);
    const tolerance = (LLOYD_SHIFT * spread) / D;
    arena.viewI32(this.labels, nTiles * T).fill(-1);
    let changed = yield* this.#assign(0, 0);
    let nIterations = 0;
    while (nIterations < maxIter && changed > 0 && !this.rows.watch?.isOver) {
      const shift = yield* this.#moveCentres();
      nIterations++;
      const settled = this.#bounds !== undefined && shift < Infinity;
      if (changed < LLOYD_BOUNDS * N) this.#bounds ??= this.#makeBounds();
      changed = yield* this.#assign(this.#bounds?.bounds ?? 0, settled ? (this.#bounds?.drift ?? 0) : 0);
      if (shift <= tolerance) break;
    }
    return nIterations;
  }

  /** [N]: each row's squared distance to its centre. */
  *distances(): Work<Float64Array> {
    yield* this.#measure();
    return this.rows.arena.viewF64(this.#distance, this.rows.N);
  }

  /** Makes each row's distance that to the centres as they are. */
  *#measure(): Work<void> {
    if (!this.#exact) yield* this.#assign(0, 0);
  }

  #makeBounds(): { readonly bounds: Pointer; readonly drift: Pointer } {
    const { arena, T, nTiles } = this.rows;
    return { bounds: arena.f64(2 * nTiles * T), drift: arena.f64(2 * this.K) };
  }

  /** Labels of all rows, with the sums that move the centres: see the kernel. @returns how many labels changed. */
  *#assign(bounds: Pointer, drift: Pointer): Work<number> {
    const { K } = this;
    const { arena, at, N, D, nTiles } = this.rows;
    const length = K * (1 + D);
    arena.viewF64(this.#sums, this.#groups * length).fill(0);
    const [metric, labels, distance] = [this.#metric, this.labels, this.#distance];
    arena.kernels.describeClusters(this.#clusters, K, this.centres, metric, labels, distance, bounds, drift);
    const changed = new Float64Array(this.#groups);
    yield* perform(N * K * D, {
      arena,
      kernel: "assign",
      groups: this.#groups,
      scratchBytes: ASSIGN_SCRATCH_BYTES,
      results: changed,
      args: (group) => [
        ...[at, this.#clusters, ...groupTiles(nTiles, this.#groups, group)],
        this.#sums + group * length * 8,
      ],
    });
    const sums = arena.viewF64(this.#sums, this.#groups * length);
    for (let group = 1; group < this.#groups; group++) {
      for (let i = 0; i < length; i++) sums[i] += sums[group * length + i];
    }
    this.#exact = drift === 0;
    return changed.reduce((sum, count) => sum + count, 0);
  }

  /** Each centre to the mean of its rows; a centre without rows to the row that is worst served. @returns Σ metric shift². */
  *#moveCentres(): Work<number> {
    const { K } = this;
    const { arena, at, N, D } = this.rows;
    const sums = arena.readF64(this.#sums, K * (1 + D));
    const moved = new Float64Array(K);
    const empty: number[] = [];
    for (let k = 0; k < K; k++) {
      const weight = sums[k * (1 + D)];
      if (!(weight > 0)) empty.push(k);
      for (let d = 0; d < D; d++) {
        const step = weight > 0 ? sums[k * (1 + D) + 1 + d] / weight : 0;
        sums[k * (1 + D) + 1 + d] = step;
        moved[k] += this.#weights[d] * step * step;
      }
    }
    if (empty.length > 0) yield* this.#measure();
    const centres = arena.viewF64(this.centres, K * D);
    for (let k = 0; k < K; k++) for (let d = 0; d < D; d++) centres[k * D + d] += sums[k * (1 + D) + 1 + d];
    for (const k of empty) {
      const row = arena.kernels.farthestRow(at, this.#distance);
      arena.kernels.readRow(at, row, this.centres + k * D * 8);
      arena.viewF64(this.#distance, N)[row] = 0;
    }
    this.#exact = false;
    if (empty.length > 0) return Infinity;
    if (this.#bounds) this.#writeDrift(this.#bounds.drift, moved.map(Math.sqrt));
    return moved.reduce((sum, square) => sum + square, 0);
  }

  #writeDrift(to: Pointer, moved: Float64Array): void {
    const { K } = this;
    const { arena } = this.rows;
    const drift = arena.viewF64(to, 2 * K);
    let [most, next, farthest] = [0, 0, -1];
    moved.forEach((distance, k) => {
      if (distance > most) [most, next, farthest] = [distance, most, k];
      else if (distance > next) next = distance;
    });
    moved.forEach((distance, k) => {
      drift[2 * k] = distance;
      drift[2 * k + 1] = k === farthest ? next : most;
    });
  }

  /** Each row's distance becomes that to a centre, if it is nearer. @returns Σ weight distance. */
  *#nearest(centre: Pointer): Work<number> {
    const { arena, at, N, D, nTiles } = this.rows;
    const parts = new Float64Array(this.#groups);
    yield* perform(N * this.K * D, {
      arena,
      kernel: "nearest",
      groups: this.#groups,
      scratchBytes: 0,
      results: parts,
      args: (group) => [
        ...[at, ...groupTiles(nTiles, this.#groups, group)],
        ...[centre, this.#metric, this.#distance, this.#distance],
      ],
    });
    return parts.reduce((sum, part) => sum + part, 0);
  }

  /** What {@link #nearest} would return for each of some places, [count, D]. */
  *#potentials(places: Pointer, count: number): Work<number[]> {
    const { arena, at, N, D, nTiles } = this.rows;
    const mark = arena.mark();
    try {
      const out = arena.f64(this.#groups * count * 2);
      yield* perform(N * this.K * D, {
        arena,
        kernel: "potentials",
        groups: this.#groups,
        scratchBytes: 0,
        args: (group) => [
          ...[at, ...groupTiles(nTiles, this.#groups, group)],
          ...[places, this.#metric, this.#distance, out + group * count * 16, count],
        ],
      });
      const parts = arena.viewF64(out, this.#groups * count * 2);
      return Array.from({ length: count }, (_, trial) => {
        let sum = 0;
        for (let group = 0; group < this.#groups; group++) sum += parts[(group * count + trial) * 2];
        return sum;
      });
    } finally {
      arena.rewind(mark);
    }
  }
}

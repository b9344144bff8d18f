// EM step by step, as the kernel `climb` does it, in plain TypeScript: what that is compared with, to the bit.
import { runSync, type Work } from "../../src/engine/schedule.ts";
import type { Em, PassState } from "../../src/fit/em/em.ts";
import type { IterateSettings } from "../../src/fit/em/iterate.ts";

/** What a continuation depends on. */
export interface PlainCheckpoint {
  readonly vector: Float64Array;
  readonly pass: PassState;
  readonly longest: number;
  readonly rate: number;
  readonly stop: readonly [gain: number, limit: number, level: number, checks: number];
  readonly iteration: number;
  readonly trace: readonly number[];
  readonly nIterations: number;
  readonly leapt: boolean;
}

/** How a climb went. */
export interface PlainRun {
  readonly vector: Float64Array;
  readonly trace: readonly number[];
  readonly told: readonly (readonly [iteration: number, logLikelihood: number])[];
  readonly converged: boolean;
  readonly checkpoint: PlainCheckpoint;
}

const ROUNDING = 8 * Number.EPSILON;
const isStill = (before: number, after: number): boolean => Math.abs(after - before) <= ROUNDING * Math.abs(after);

/** EM from the current parameters, or on from a checkpoint. */
export function* plainClimb(
  em: Em,
  { tol, maxIter, accelerate }: IterateSettings,
  from?: PlainCheckpoint,
): Work<PlainRun> {
  const leaps = accelerate && em.family.isAffine ? new Leaps(em) : undefined;
  const stop = new Stop(em, tol);
  const trace = [...(from?.trace ?? [])];
  const told: [number, number][] = [];
  let iteration = from?.iteration ?? 0;
  if (from) {
    yield* em.resume(from.pass);
    em.seatVector(from.vector);
    if (leaps) [leaps.longest, leaps.rate] = [from.longest, from.rate];
    stop.state = from.stop;
  } else em.begin();
  trace.push(yield* em.evaluate());
  const save = (): Omit<PlainCheckpoint, "trace" | "nIterations" | "leapt"> => ({
    ...{ vector: em.vector.slice(), pass: em.state, stop: stop.state, iteration },
    ...{ longest: leaps?.longest ?? 1, rate: leaps?.rate ?? 1 },
  });
  let [last, at] = [save(), trace.length - 1];
  let [converged, leapt] = [false, false];
  while (iteration < maxIter && !converged) {
    const before = trace[trace.length - 1];
    leaps?.begin();
    em.maximiseOnly();
    iteration++;
    const after = yield* em.evaluate();
    trace.push(after);
    told.push([iteration, em.logLikelihood]);
    converged = stop.reached(before, after, leaps?.rate);
    if (converged) break;
    if (leaps) {
      if (iteration + 1 >= maxIter && !(from?.leapt && iteration === from.iteration + 1)) continue;
      const leap = yield* leaps.leap(after);
      iteration++;
      trace.push(leap);
      told.push([iteration, em.logLikelihood]);
      leapt = converged = tol > 0 && isStill(after, leap) && !isStill(before, after);
      if (converged) break;
    }
    [last, at] = [save(), trace.length - 1];
  }
  const checkpoint = { ...last, trace: trace.slice(0, at), nIterations: iteration, leapt };
  return { vector: em.vector.slice(), trace, told, converged, checkpoint };
}

/** The squared extrapolation through two steps. */
class Leaps {
  readonly #em: Em;
  readonly #scale: Float64Array;
  #start = new Float64Array(0);
  longest = 1;
  rate = 1;

  constructor(em: Em) {
    this.#em = em;
    const { rows, form, K, length } = em;
    const { D, columnVariances } = rows;
    const spread = columnVariances.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 1));
    const block = form.outer(spread);
    this.#scale = Float64Array.from({ length }, (_, i) => {
      if (i < K) return 1;
      return i < K + K * D ? spread[(i - K) % D] : block[(i - K - K * D) % block.length];
    });
  }

  begin(): void {
    this.#start = this.#em.vector.slice();
  }

  *leap(floor: number): Work<number> {
    const em = this.#em;
    const [start, once] = [this.#start, em.vector.slice()];
    em.maximiseOnly();
    const twice = em.vector.slice();
    const r = start.map((value, i) => (once[i] - value) * this.#scale[i]);
    const s = once.map((value, i) => (twice[i] - value) * this.#scale[i]);
    const squares = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);
    const [rr, vv] = [squares(r), squares(s.map((value, i) => value - r[i]))];
    this.rate = rr > 0 ? Math.min(1, squares(s) / rr) : 0;
    let step = vv > 0 ? Math.max(1, Math.min(this.longest, Math.sqrt(rr / vv))) : 1;
    const isLongest = step === this.longest;
    for (let halving = 0; step > 1 && halving < 4; halving++, step = (step + 1) / 2) {
      if (!this.#seat(start, once, twice, step)) continue;
      const value = yield* em.evaluate();
      if (value >= floor) {
        if (isLongest && halving === 0) this.longest *= 4;
        return value;
      }
      break;
    }
    if (step > 1) {
      this.longest = Math.max(1, this.longest / 4);
      em.seatVector(twice);
    } else if (isLongest) this.longest *= 4;
    return yield* em.evaluate();
  }

  /** Takes the parameters that the step leads to; false if they are none. */
  #seat(start: Float64Array, once: Float64Array, twice: Float64Array, step: number): boolean {
    const em = this.#em;
    const { arena, D } = em.rows;
    const to = start.map((a, i) => {
      const first = once[i] - a;
      return a + 2 * step * first + step * step * (twice[i] - once[i] - first);
    });
    const weights = to.subarray(0, em.K);
    const sum = weights.reduce((all, weight) => all + weight, 0);
    to.set(weights.map((weight) => weight / sum));
    em.seatVector(to);
    const { floor } = em.regularisation;
    if (floor) {
      const scratch = arena.bytesOf(arena.kernels.raiseScratchBytes(em.form.code, D));
      arena.kernels.raiseCovariances(em.model.at, arena.copyOf(floor), scratch);
      em.seatVector(em.vector.slice());
    }
    return em.vector.subarray(0, em.K).every((weight) => weight >= 0) && runSync(em.settle()) === 0;
  }
}

/** The rule that ends a climb. */
class Stop {
  readonly #em: Em;
  readonly #tol: number;
  #gain = Infinity;
  #limit = Infinity;
  #calm = 0;
  #level = -Infinity;
  #checks = 0;

  constructor(em: Em, tol: number) {
    this.#em = em;
    this.#tol = tol * em.rows.totalWeight;
  }

  get state(): PlainCheckpoint["stop"] {
    return [this.#gain, this.#limit, this.#level, this.#checks];
  }

  set state([gain, limit, level, checks]: PlainCheckpoint["stop"]) {
    [this.#gain, this.#limit, this.#level, this.#checks] = [gain, limit, level, checks];
    this.#calm = limit < this.#tol ? 1 : 0;
  }

  reached(before: number, after: number, rate?: number): boolean {
    const gain = Math.abs(after - before);
    const ratio = rate ?? gain / this.#gain;
    const done = this.#em.K === 1 && this.#gain < Infinity;
    const moved = this.#gain < Infinity && this.#gain > ROUNDING * Math.abs(after);
    this.#gain = gain;
    const left = ratio < 1 ? (gain * ratio) / (1 - ratio) : Infinity;
    const still = isStill(before, after);
    this.#limit = still ? -1 : Math.max(left, gain);
    this.#calm = this.#limit < this.#tol ? this.#calm + 1 : 0;
    const wavers = this.#wavers(after);
    return (done || (still && moved) || this.#calm >= 2 || wavers) && this.#tol > 0;
  }

  #wavers(after: number): boolean {
    if (!(after > this.#level) || this.#checks > 0) {
      const { rows, regularisation } = this.#em;
      const rounding = (regularisation.floor ? 4 : 1 / 4) * Number.EPSILON * rows.totalWeight * inflation(this.#em);
      this.#checks = Math.abs(after - this.#level) <= rounding ? this.#checks + 1 : 0;
    }
    if (this.#checks === 0) this.#level = after;
    return this.#checks >= 3;
  }
}

/** Σ_k π_k Σ_d v_d (Σ_k⁻¹)_dd, v the variances, or those of the columns where the tied scatter is what others leave of the total one. */
function inflation({ rows, form, K, model, exact }: Em): number {
  const { arena, D, columnVariances } = rows;
  if (!form.isDense) return D;
  const matrices = form.isShared ? 1 : K;
  const triangle = arena.kernels.factorLength(0, D, 1);
  const weights = arena.viewF64(model.weights, K);
  const cov = arena.viewF64(model.cov, matrices * D * D);
  const factor = arena.viewF64(model.factor, matrices * triangle);
  const least = form.isShared && !exact ? columnVariances : new Float64Array(D);
  let sum = 0;
  for (let k = 0; k < matrices; k++) {
    const share = matrices > 1 ? weights[k] : 1;
    if (!(share > 0)) continue;
    let at = k * triangle;
    for (let i = 0; i < D; i += 2) {
      for (let j = 0; j < Math.min(D, i + 2); j++) {
        const variance = share * Math.max(cov[(k * D + j) * D + j], least[j]);
        for (let row = i; row < Math.min(D, i + 2); row++, at++) sum += variance * factor[at] * factor[at];
      }
    }
  }
  return sum;
}

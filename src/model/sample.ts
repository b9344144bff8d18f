import type { Parameters } from "../covariance/parameters.ts";
import { rootsOf } from "../covariance/roots.ts";
import { withArena } from "../engine/arena.ts";
import { describeModel } from "../engine/descriptors.ts";
import { TYPE_CODE } from "../engine/kernels.ts";
import { randomState } from "../engine/random.ts";

/** Rows drawn from a mixture. */
export interface Sample {
  /** [n, D], row-major. */
  readonly data: Float64Array;
  /** [n, D]; a sample can be given back as data. */
  readonly shape: readonly [number, number];
  /** [n]: the component that each row came from. */
  readonly labels: Int32Array;
}

/** Rows drawn at a time: the memory does not grow with the sample. */
const WINDOW_ROWS = 1024;

/** Draws rows; the same seed and stream give the same rows in every engine. */
export function drawSample(parameters: Parameters, n: number, seed: number, stream = 0): Sample {
  const { nComponents: K, nFeatures: D, weights, means, covarianceType } = parameters;
  const data = new Float64Array(n * D);
  const labels = new Int32Array(n);
  withArena((arena) => {
    const root = arena.copyOf(rootsOf(arena, parameters));
    const model = describeModel(arena, { type: TYPE_CODE[covarianceType], D, K, mu: arena.copyOf(means) });
    let sum = 0;
    const cumulative = arena.copyOf(weights.map((weight) => (sum += weight)));
    const state = randomState(arena, seed, stream);
    const z = arena.f64(D);
    const rows = arena.f64(WINDOW_ROWS * D);
    const picked = arena.i32(WINDOW_ROWS);
    for (let first = 0; first < n; first += WINDOW_ROWS) {
      const count = Math.min(WINDOW_ROWS, n - first);
      arena.kernels.sample(model, cumulative, root, state, rows, picked, count, z);
      data.set(arena.viewF64(rows, count * D), first * D);
      labels.set(arena.viewI32(picked, count), first);
    }
  });
  return { data, shape: [n, D], labels };
}

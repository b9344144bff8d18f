// When EM has come to rest, and when a table of criteria is small enough to be made at once.

/** EM rests where an iteration gains less than this, in nats per row. */
const AT_REST = 1e-7;

/** Whether the last of the log-likelihoods of N rows is hardly above the one before. */
export function isAtRest(trace: readonly number[], N: number): boolean {
  if (trace.length < 2) return false;
  return trace[trace.length - 1] - trace[trace.length - 2] < AT_REST * N;
}

/** Rows that criteria and several starts are computed from: of more, each so-and-so-many-th. */
export const MOST_ROWS = 20_000;

/** Every `step`-th row of N rows of D numbers, so that no more than {@link MOST_ROWS} are left. */
export function thinned(values: Float64Array, D: number): { values: Float64Array; step: number } {
  const N = values.length / D;
  const step = Math.max(1, Math.ceil(N / MOST_ROWS));
  if (step === 1) return { values, step };
  const count = Math.ceil(N / step);
  const kept = new Float64Array(count * D);
  for (let n = 0; n < count; n++) kept.set(values.subarray(n * step * D, (n * step + 1) * D), n * D);
  return { values: kept, step };
}

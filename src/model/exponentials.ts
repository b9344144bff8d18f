import { withArena } from "../engine/arena.ts";
import { logOf } from "./sums.ts";

/** Exponential function, the same bits in every engine (JavaScript's own differs). */
export function expOf(value: number): number {
  return withArena((arena) => arena.kernels.exp(value));
}

/** log Σ exp(term); -Infinity where every term is. */
export function logSumExp(terms: readonly number[]): number {
  const top = terms.reduce((most, term) => Math.max(most, term), -Infinity);
  return top === -Infinity ? top : top + logOf(terms.reduce((sum, term) => sum + expOf(term - top), 0));
}

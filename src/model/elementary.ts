// Functions of single numbers, by the kernels: the same bits in every engine, where JavaScript's own differ.
import { withArena } from "../engine/arena.ts";

/** Natural logarithm. */
export function logOf(value: number): number {
  return withArena((arena) => arena.kernels.log(value));
}

/** Exponential function. */
export function expOf(value: number): number {
  return withArena((arena) => arena.kernels.exp(value));
}

/** log Σ exp(term); -Infinity where every term is. */
export function logSumExp(terms: readonly number[]): number {
  const top = terms.reduce((most, term) => Math.max(most, term), -Infinity);
  if (top === -Infinity) return top;
  return withArena(({ kernels }) => top + kernels.log(terms.reduce((sum, term) => sum + kernels.exp(term - top), 0)));
}

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
  return top === -Infinity ? top : top + logOf(terms.reduce((sum, term) => sum + expOf(term - top), 0));
}

/** Φ(x), standard normal; right to 5e-16 of itself in the lower tail (docs/decisions/0011-normal-tails.md). */
export function normalCdf(x: number): number {
  return withArena((arena) => arena.kernels.normalTail(-x));
}

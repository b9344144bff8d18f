import { withArena } from "../engine/arena.ts";
import { rootBetween } from "./roots.ts";

/** Terms are brought down by this factor, whose logarithm follows, before they overflow. */
const SCALE = 1e-280;
const LOG_SCALE = -644.7238260383328;

/**
 * The number that a chi-squared variable exceeds with probability `outside`: the squared radius, in standard deviations,
 * that leaves this share of a normal in D dimensions outside.
 *
 * @param outside - above 0, below 1.
 */
export function chiSquaredBeyond(outside: number, D: number): number {
  return withArena(({ kernels }) => {
    /** log P(χ² > q): a finite sum of positive terms (Abramowitz & Stegun, 26.4.4 and 26.4.5). */
    const logTail = (q: number): number => {
      const odd = D % 2;
      let scale = -q / 2;
      // over exp(-q / 2); where that overflows, what comes later outweighs the first term by far
      let sum = odd && q < 1400 ? 2 * kernels.normalTail(Math.sqrt(q)) * kernels.exp(q / 2) : 0;
      let term = odd ? Math.sqrt((2 * q) / Math.PI) : 1;
      for (let s = odd ? 1.5 : 1; s <= D / 2; s++) {
        sum += term;
        term *= q / 2 / s;
        if (term > 1e280) {
          term *= SCALE;
          sum *= SCALE;
          scale -= LOG_SCALE;
        }
      }
      return kernels.log(sum) + scale;
    };
    const level = kernels.log(outside);
    // no quantile lies further out: Laurent & Massart 2000, lemma 1
    const most = D + 2 * Math.sqrt(-level * D) - 2 * level;
    return rootBetween((q) => logTail(q) - level, 0, most);
  });
}

// Split-and-merge moves: where EM may go on from a mixture at which it has stopped.
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "../em/em.ts";
import type { Values } from "../em/monotone.ts";
import { type Component, componentsOf, type Shares, splitsOf, valuesOf, withMerged, withParts } from "./split.ts";

/**
 * Mixtures after a merge and a split, the most promising first (Ueda, Nakano, Ghahramani & Hinton 2000, Neural Comput.
 * 12:2109): two components that share rows become one, another becomes two.
 */
export function* mergesAndSplits(em: Em, values: Values, moves: number, seed: number): Work<Values[]> {
  const { form, K } = em;
  const all = componentsOf(form, values);
  let changed: Component[][] = [];
  if (K === 2) {
    // the one that both become is the one to split
    const one = withMerged(form, all, 0, 1);
    const found = yield* splitsOf(em, one, seed);
    changed = found.map((split) => withParts(one, split));
  } else if (K > 2) {
    let pairs: Pair[] = [];
    const found = yield* splitsOf(em, all, seed, (shares) => {
      pairs = pairsOf(shares, K);
    });
    // a pair with a split of a third component: by the sum of their ranks, then by the pair's
    const ranked = pairs.flatMap(([i, j], rank) =>
      found
        .filter(({ component }) => component !== i && component !== j)
        .map((split, place) => ({ rank: rank + place, next: () => withMerged(form, withParts(all, split), i, j) })),
    );
    changed = ranked
      .sort((a, b) => a.rank - b.rank)
      .slice(0, moves)
      .map(({ next }) => next());
  }
  return changed.map((components) => valuesOf(form, components));
}

type Pair = readonly [i: number, j: number];

/** Pairs of components, those that share the most rows first: the cosine of their responsibilities. */
function pairsOf({ rows: { arena, totalWeight }, weights, stride }: Shares, K: number): Pair[] {
  // by a power of two, which changes no digit: fourth powers of weights are formed
  let unit = 1;
  while (totalWeight * unit > 2) unit /= 2;
  while (totalWeight * unit < 1) unit *= 2;
  const all = arena.viewF64(weights, K * stride).map((weight) => weight * unit);
  const dot = (i: number, j: number): number => {
    let sum = 0;
    for (let n = 0; n < stride; n++) sum += all[i * stride + n] * all[j * stride + n];
    return sum;
  };
  const squares = Float64Array.from({ length: K }, (_, k) => dot(k, k));
  const pairs: { readonly pair: Pair; readonly cosine: number }[] = [];
  for (let i = 0; i < K; i++) {
    for (let j = i + 1; j < K; j++) {
      const square = squares[i] * squares[j];
      pairs.push({ pair: [i, j], cosine: square > 0 ? dot(i, j) / Math.sqrt(square) : 1 });
    }
  }
  return pairs.sort((a, b) => b.cosine - a.cosine).map(({ pair }) => pair);
}

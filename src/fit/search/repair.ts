import type { Parameters } from "../../covariance/parameters.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "../em/em.ts";
import type { Values } from "../em/monotone.ts";
import { componentsOf, splitsOf, valuesOf, withParts } from "./split.ts";

/**
 * Where EM may go on from a solution with faults: some of its components are given up, and others are taken apart in their
 * place, each time the one whose rows gain most by it. A component that is split along what its rows look like is no copy of
 * another, as one would be that begins with a share of it.
 *
 * @param gone - the components to give up.
 * @returns undefined if there is nothing to take apart.
 */
export function* repaired(
  em: Em,
  parameters: Parameters,
  gone: readonly number[],
  seed: number,
): Work<Values | undefined> {
  const { form, K } = em;
  const kept = componentsOf(form, parameters).filter((_, k) => !gone.includes(k));
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) return undefined;
  let all = kept.map((one) => ({ ...one, weight: one.weight / total }));
  while (all.length < K) {
    const [best] = yield* splitsOf(em, all, seed);
    if (!best) return undefined;
    all = withParts(all, best);
  }
  return valuesOf(form, all);
}

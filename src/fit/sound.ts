import type { Parameters } from "../model/parameters.ts";
import type { Em } from "./em.ts";
import { spuriousComponents } from "./spurious.ts";
import { idleComponents } from "./twins.ts";

/** Whether every component counts: none is spurious or empty, and no two are the same. */
export function areSound(em: Pick<Em, "problem" | "regularisation">, parameters: Parameters): boolean {
  return spuriousComponents(em, parameters).length === 0 && idleComponents(parameters).length === 0;
}

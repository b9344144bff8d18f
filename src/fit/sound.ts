import type { Parameters } from "../model/parameters.ts";
import type { Em } from "./em.ts";
import { spuriousComponents } from "./spurious.ts";
import { twinsOf } from "./twins.ts";

/** Whether parameters are a solution: no component is spurious, and no two are the same. */
export function areSound(em: Pick<Em, "problem" | "regularisation">, parameters: Parameters): boolean {
  return spuriousComponents(em, parameters).length === 0 && twinsOf(parameters).length === 0;
}

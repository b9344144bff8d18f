import type { Parameters } from "../../covariance/parameters.ts";
import type { Em } from "../em/em.ts";
import { spuriousComponents } from "./spurious.ts";
import { idleComponents } from "./twins.ts";

/** What may be wrong with a solution: some component is spurious, or else idle: empty, or the same as another. */
export type Fault = "none" | "idle" | "spurious";

/** What is wrong with parameters. */
export function faultOf(em: Pick<Em, "problem" | "regularisation">, parameters: Parameters): Fault {
  if (spuriousComponents(em, parameters).length > 0) return "spurious";
  return idleComponents(parameters).length > 0 ? "idle" : "none";
}

/** Whether every component counts. */
export function areSound(em: Pick<Em, "problem" | "regularisation">, parameters: Parameters): boolean {
  return faultOf(em, parameters) === "none";
}

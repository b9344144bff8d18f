import type { Parameters } from "../../covariance/parameters.ts";
import { type Judged, spuriousComponents } from "./spurious.ts";
import { idleComponents } from "./twins.ts";

/** What may be wrong with a solution: some component is spurious, or else idle: empty, or the same as another. */
export type Fault = "none" | "idle" | "spurious";

/** What is wrong with parameters. @param share - see {@link spuriousComponents}. */
export function faultOf(em: Judged, parameters: Parameters, share?: number): Fault {
  if (spuriousComponents(em, parameters, share).length > 0) return "spurious";
  return idleComponents(parameters).length > 0 ? "idle" : "none";
}

/** Whether every component counts. @param share - see {@link spuriousComponents}. */
export function areSound(em: Judged, parameters: Parameters, share?: number): boolean {
  return faultOf(em, parameters, share) === "none";
}

// The library's inner kernels, one by one, for the bench beside this file. AssemblyScript.
export { logDensity } from "../../assembly/density";
export { expArray, logArray } from "../../assembly/elementary";
export { factorLength, heapBase, scatterLength } from "../../assembly/layout";
export { addMoments } from "../../assembly/moments";

import { laneSum } from "../../assembly/lanes";
import { responsibilities } from "../../assembly/responsibilities";

/** `responsibilities` with a result that JavaScript can take. */
export function share(logp: usize, masks: usize, top: usize, w: usize, list: usize, A: i32, T: i32, margin: f64): f64 {
  return laneSum(responsibilities(logp, masks, top, w, list, A, T, margin));
}

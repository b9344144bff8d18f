// The interface of the small module: what a mixture needs that is not fitted here. All of it is in index.ts too.
export { log } from "./elementary";
export { heapBase, factorLength } from "./layout";
export { describeRows, describeModel, describeFactors } from "./descriptors";
export { pack, firstNotFinite } from "./tiles";
export { factorise } from "./maximise";
export { cholesky, invertFactor } from "./cholesky";
export { scoreScratchBytes, score, mahalanobis } from "./score";
export { seedRandom } from "./random";
export { sample } from "./sample";

// The interface of the module and nothing else. Argument names: docs/notation.md.
export { exp, log, logArray } from "./elementary";
export { heapBase, statisticsLength, factorLength } from "./layout";
export { pack, firstNotFinite, columnMoments, readRow } from "./tiles";
export { passScratchBytes } from "./pass";
export { accumulate, merge } from "./accumulate";
export { sortScratchBytes, sortRows } from "./sort";
export { givenScratchBytes, accumulateGiven } from "./starts";
export { maximise, tiedScatter, factorise } from "./maximise";
export { stepSquares, extrapolate } from "./squarem";
export { relate } from "./reach";
export { cholesky, invertFactor } from "./cholesky";
export { scoreScratchBytes, score, mahalanobis } from "./score";
export { seedRandom, uniform } from "./random";
export { sample } from "./sample";
export { nearest, potentials, pickRow, farthestRow, assign } from "./kmeans";
export { conditionalMeans, mixMoments, conditionalDensity } from "./conditional";
export { normalTail, tails, quantiles } from "./normal";
export { whitenTiles } from "./whiten";

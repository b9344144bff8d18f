import type { Pointer } from "../engine/kernels.ts";
import { randomState } from "../engine/random.ts";
import type { InitSettings, InitStrategy } from "../input/options.ts";
import { covariancesOf, meansOf, type Parameters, weightsOf } from "../model/parameters.ts";
import { climb } from "./climb.ts";
import type { Work } from "./drive.ts";
import { Em } from "./em.ts";
import { KMeans } from "./kmeans.ts";
import type { Problem } from "./problem.ts";
import { subsample, subsampleRows } from "./subsample.ts";

/** EM on a subsample: what it still gains per row after this is less than what the other rows will change. */
const SUBSAMPLE_CLIMB = { tol: 1e-4, maxIter: 20, accelerate: true };

/**
 * Puts the parameters of a start into `em`.
 *
 * @param stream - which of several starts with one seed.
 * @throws {RangeError} If given parameters do not fit the data.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 */
export function* start(em: Em, init: InitSettings, seed: number, stream: number): Work<void> {
  const { arena } = em.problem;
  const mark = arena.mark();
  try {
    if (init.kind === "parameters") startFromParameters(em, init);
    else if (init.kind === "labels") yield* startFromLabels(em, init.labels);
    else if (init.kind === "responsibilities") yield* startFromResponsibilities(em, init.responsibilities);
    else {
      const random = randomState(arena, seed, stream);
      const rows = subsampleRows(em.problem);
      if (rows === undefined) yield* startFromStrategy(em, init.strategy, random);
      else yield* startFromSubsample(em, init.strategy, random, rows);
    }
  } finally {
    arena.rewind(mark);
  }
}

/** The strategy on some of the rows, and EM on those as far as they can tell: a start costs little beside one pass over all. */
function* startFromSubsample(em: Em, strategy: InitStrategy, random: Pointer, rows: number): Work<void> {
  const small = new Em(subsample(em.problem, rows, random), em.regularisation);
  yield* startFromStrategy(small, strategy, random);
  yield* climb(small, SUBSAMPLE_CLIMB, () => undefined);
  em.write(small.read());
}

function* startFromStrategy(em: Em, strategy: InitStrategy, random: Pointer): Work<void> {
  const { arena, K, D } = em.problem;
  if (strategy === "random") {
    yield* startFromRandom(em, random);
    return;
  }
  const clusters = new KMeans(em.problem, new Float64Array(D).fill(1));
  if (strategy === "random-from-data") {
    clusters.drawRows(random);
    em.write(pooled(em.problem, arena.readF64(clusters.centres, K * D)));
    return;
  }
  yield* clusters.seed(random);
  yield* clusters.lloyd(strategy === "kmeans" ? undefined : 0);
  yield* firstStep(em, arena.readF64(clusters.centres, K * D), () => em.sumLabels(clusters.labels));
}

/** Each row's responsibilities are K uniform numbers, divided by their sum. */
function* startFromRandom(em: Em, random: Pointer): Work<void> {
  const { arena, N, K } = em.problem;
  const responsibilities = new Float64Array(N * K);
  for (let n = 0; n < N; n++) {
    let sum = 0;
    // 1 - u is never 0
    for (let k = 0; k < K; k++) sum += responsibilities[n * K + k] = 1 - arena.kernels.uniform(random);
    for (let k = 0; k < K; k++) responsibilities[n * K + k] /= sum;
  }
  yield* startFromPacked(em, responsibilities);
}

function* startFromLabels(em: Em, labels: Int32Array): Work<void> {
  const { arena, N, kept } = em.problem;
  const packed = arena.i32(N);
  arena.viewI32(packed, N).set(kept ? kept.map((row) => labels[row]) : labels);
  yield* firstStep(em, columnMeansFor(em.problem), () => em.sumLabels(packed));
}

function* startFromResponsibilities(em: Em, responsibilities: Float64Array): Work<void> {
  const { K, N, kept } = em.problem;
  if (!kept) {
    yield* startFromPacked(em, responsibilities);
    return;
  }
  const packed = new Float64Array(N * K);
  kept.forEach((row, n) => {
    packed.set(responsibilities.subarray(row * K, (row + 1) * K), n * K);
  });
  yield* startFromPacked(em, packed);
}

function* startFromPacked(em: Em, responsibilities: Float64Array): Work<void> {
  yield* responsibilityMoments(em, responsibilities);
  em.maximise();
}

function* firstStep(em: Em, means: Float64Array, sum: () => Work<void>): Work<void> {
  yield* momentsAbout(em, means, sum);
  em.maximise();
}

/**
 * Sums from given responsibilities, twice: about rough means to get the means, then about those, so that the covariances
 * lose no digits. The next `maximise` takes them up; a component without rows has the data's spread about its rough mean.
 */
function* momentsAbout(em: Em, means: Float64Array, sum: () => Work<void>): Work<void> {
  em.seat(pooled(em.problem, means));
  yield* sum();
  em.maximiseOnly();
  yield* sum();
}

/** The M-step of given responsibilities [N, K], row-major over the packed rows, as sums for the next `maximise`. */
export function responsibilityMoments(em: Em, responsibilities: Float64Array): Work<void> {
  const { K } = em.problem;
  return momentsAbout(em, columnMeansFor(em.problem), () =>
    em.sumResponsibilities((first, count, out) => out.set(responsibilities.subarray(first * K, (first + count) * K))),
  );
}

function columnMeansFor({ columnMeans, K, D }: Problem): Float64Array {
  const means = new Float64Array(K * D);
  for (let k = 0; k < K; k++) means.set(columnMeans, k * D);
  return means;
}

/** Equal weights, the given means, and for every component the spread of the data along the axes. */
function pooled(problem: Problem, means: Float64Array): Parameters {
  const { K, D, covarianceType, columnVariances } = problem;
  const spread = columnVariances.map((variance) => (variance > 0 ? variance : 1));
  const diagonal = new Float64Array(D * D);
  spread.forEach((variance, d) => {
    diagonal[d * (D + 1)] = variance;
  });
  const one = {
    full: diagonal,
    tied: diagonal,
    diag: spread,
    spherical: Float64Array.of(columnVariances.reduce((sum, variance) => sum + variance, 0) / D || 1),
  }[covarianceType];
  const copies = covarianceType === "tied" ? 1 : K;
  const covariances = new Float64Array(copies * one.length);
  for (let k = 0; k < copies; k++) covariances.set(one, k * one.length);
  return { covarianceType, nComponents: K, nFeatures: D, weights: new Float64Array(K).fill(1 / K), means, covariances };
}

function startFromParameters(em: Em, init: Extract<InitSettings, { kind: "parameters" }>): void {
  const { K, D, covarianceType } = em.problem;
  const means = meansOf(init.means, K, "init.means");
  if (means.length !== K * D) {
    throw new RangeError(
      `init.means: expected shape [${K}, ${D}], got ${means.length} numbers; give one mean per component, in the columns of the data`,
    );
  }
  const standard = pooled(em.problem, means);
  const weights = init.weights === undefined ? standard.weights : weightsOf(init.weights, "init.weights");
  if (weights.length !== K) {
    throw new RangeError(
      `init.weights: expected ${K} numbers, one per component, got ${weights.length}; make it agree with nComponents`,
    );
  }
  const covariances =
    init.covariances === undefined
      ? standard.covariances
      : covariancesOf(init.covariances, covarianceType, K, D, "init.covariances");
  em.write({ weights, means, covariances });
}

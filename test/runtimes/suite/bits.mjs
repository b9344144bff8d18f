// Fits, predicts, samples and asks a fixed set of problems, and digests every bit of the results.
import { answersOf, numbersOf } from "./answers.mjs";
import { blobs, TYPES, uniforms } from "./data.mjs";

/** Every problem by its name: what it gives is arrays of numbers, which go into the digest. */
function* problems(gaussmix, together) {
  const { GaussianMixture, eStep, kMeans, logDensity, mStep } = gaussmix;
  const fitWith = (data, options) => {
    const fitMore = (more) =>
      GaussianMixture.fit(data, { threads: 1, tol: 0, maxIter: 6, init: "kmeans", ...options, ...more });
    // a few rows are one group of tiles, and one thread's
    return together && data.shape[0] > 5000 ? together(fitMore) : fitMore();
  };
  const fitted = async (data, options) => {
    const mixture = await fitWith(data, options);
    const { logLikelihood, trace, starts } = mixture.report;
    return [...parametersOf(mixture), [logLikelihood], trace, starts.map((start) => start.logLikelihood)];
  };
  const parametersOf = ({ weights, means, covariances, precisions }) => [weights, means, covariances, precisions];
  const asked = (mixture, data) => [
    ...[mixture.predict(data), mixture.predictProba(data), mixture.scoreSamples(data), mixture.mahalanobis(data)],
    [mixture.score(data), mixture.logLikelihood(data), mixture.bic(data), mixture.aic(data)],
  ];
  const drawn = (mixture, n) => {
    const { data, labels } = mixture.sample(n, { seed: 5 });
    return [data, labels];
  };

  // every number of columns has kernels of its own, or another remainder
  for (let D = 1; D <= 64; D++) {
    const data = blobs(140 + 3 * D, D, 3, D);
    for (const covarianceType of TYPES) {
      yield [
        `${covarianceType}, ${D} columns`,
        async () => {
          const mixture = await fitWith(data, { nComponents: 3, covarianceType, seed: D });
          return [...parametersOf(mixture), mixture.report.trace, ...asked(mixture, data), ...drawn(mixture, 40)];
        },
      ];
    }
  }

  // large enough to be cut into groups, which threads share
  for (const [N, D, K] of [
    [30_000, 3, 4],
    [20_000, 8, 5],
    [9_000, 17, 6],
  ]) {
    const data = blobs(N, D, K, 7);
    const uniform = uniforms(8);
    const sampleWeight = Float64Array.from({ length: N }, () => Math.max(0, uniform() - 0.1));
    for (const covarianceType of TYPES) {
      for (const options of [{ maxIter: 12 }, { sampleWeight, accelerate: false }]) {
        const how = options.sampleWeight ? "weighted" : "accelerated";
        yield [
          `${covarianceType}, ${N} x ${D}, ${how}`,
          () => fitted(data, { nComponents: K, covarianceType, seed: 3, ...options }),
        ];
      }
    }
  }

  const data = blobs(600, 4, 4, 9);
  for (const init of ["race", "kmeans", "k-means++", "random-from-data", "random"]) {
    yield [`start: ${init}`, () => fitted(data, { nComponents: 4, init, nInit: 3, seed: 2 ** 40 + 1 })];
  }
  // agglomerated at once, and by samples
  for (const effort of ["quick", "standard"]) {
    for (const [N, D, K] of [
      [600, 4, 4],
      [9_000, 3, 4],
    ]) {
      for (const covarianceType of TYPES) {
        const options = { nComponents: K, covarianceType, init: undefined, effort, nInit: 2, seed: 5 };
        yield [`effort: ${effort}, ${covarianceType}, ${N} x ${D}`, () => fitted(blobs(N, D, K, 9), options)];
      }
    }
  }
  yield ["to the end", () => fitted(data, { nComponents: 4, tol: 1e-6, maxIter: 500 })];
  yield ["far from 0", () => fitted(blobs(600, 4, 4, 9, 1e8), { nComponents: 4, maxIter: 30 })];
  const three = blobs(400, 3, 3, 23);
  for (const covarianceType of TYPES) {
    const options = { nComponents: 3, covarianceType, init: "kmeans", maxIter: 8, tol: 0, seed: 1 };
    yield [
      `functions, ${covarianceType}`,
      () => [numbersOf(answersOf(gaussmix, GaussianMixture.fitSync(three, options), three))],
    ];
  }
  yield [
    "select",
    async () => {
      const { best, candidates } = await gaussmix.select(three, {
        ...{ nComponents: [1, 2, 3], covarianceType: ["full", "diag"], init: "kmeans", folds: 2, criterion: "icl" },
      });
      return [
        ...parametersOf(best),
        numbersOf(candidates.map(({ bic, aic, icl, nec, cv }) => [bic, aic, icl, nec, cv])),
      ];
    },
  ];
  yield [
    "select, standard",
    async () => {
      const { best, candidates } = await gaussmix.select(three, { nComponents: [1, 2, 3, 5] });
      return [...parametersOf(best), numbersOf(candidates.map(({ bic, icl, nec }) => [bic, icl, nec]))];
    },
  ];
  yield [
    "improve",
    async () => {
      const start = GaussianMixture.fitSync(three, { nComponents: 3, init: "random", seed: 2, maxIter: 20 });
      const better = await gaussmix.improve(start, three, { seed: 5, moves: 2 });
      return [...parametersOf(better), better.report.trace];
    },
  ];
  yield [
    "building blocks",
    () => {
      const clusters = kMeans(data, { nClusters: 4, seed: 1 });
      const responsibilities = new Float64Array(600 * 4);
      clusters.labels.forEach((k, n) => {
        responsibilities[n * 4 + k] = 1;
      });
      const parameters = mStep(data, responsibilities);
      const step = eStep(data, parameters);
      const normal = { mean: parameters.means.subarray(0, 4), covariance: parameters.covariances.subarray(0, 16) };
      return [
        ...[clusters.labels, clusters.centres, [clusters.inertia]],
        ...[parameters.weights, parameters.means, parameters.covariances],
        ...[step.responsibilities, step.counts, [step.logLikelihood], logDensity(data, normal)],
      ];
    },
  ];
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => HEX[byte]).join("");
}

/** The arrays as 64-bit floats in little-endian order, one after the other. */
function bytesOf(arrays) {
  const view = new DataView(new ArrayBuffer(8 * arrays.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const array of arrays) {
    for (let i = 0; i < array.length; i++, at += 8) view.setFloat64(at, array[i], true);
  }
  return new Uint8Array(view.buffer);
}

/**
 * SHA-256 of all results, in hexadecimal, and of each problem's by its name.
 *
 * @param gaussmix - the library.
 * @param together - calls a large fit with what else it is to be told, such as a number of threads.
 */
export async function bitsOf(gaussmix, together) {
  const problem = {};
  for (const [name, solve] of problems(gaussmix, together)) problem[name] = await sha256(bytesOf(await solve()));
  return { all: await sha256(new TextEncoder().encode(Object.values(problem).join("\n"))), problem };
}

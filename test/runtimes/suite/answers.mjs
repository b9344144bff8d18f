// What the functions beside the class answer: every number of it, for the digest (bits.mjs).
import { BYTES } from "./onnx.mjs";

/** All numbers in a value, in the order of its keys; texts and functions are passed over. */
export function numbersOf(value) {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return [];
  if (ArrayBuffer.isView(value)) return Array.from(value);
  return Object.values(value).flatMap(numbersOf);
}

const parametersOf = ({ weights, means, covariances }) => [weights, means, covariances];

/**
 * @param gaussmix - the library.
 * @param mixture - of three columns and as many components.
 * @param data - rows of the mixture's.
 * @returns a list of results.
 */
export function answersOf(gaussmix, mixture, data) {
  const few = { nSamples: 2000, seed: 6 };
  const line = gaussmix.marginal(mixture, [0]);
  const other = gaussmix.marginal(mixture, [1, 2, 0]);
  const curve = gaussmix.regression(mixture, { targets: [1] });
  const [inputs, targets] = [gaussmix.marginal(mixture, [0, 2]), gaussmix.marginal(mixture, [1])].map(
    (part) => part.sample(20, { seed: 9 }).data,
  );
  const given = { data: inputs, shape: [20, 2] };
  const merging = gaussmix.merge(mixture, data);
  const labels = mixture.predict(data);
  const ends = [-1, 0, 1, 3, 8];
  const shares = [1e-9, 0.01, 0.5, 0.999];
  const pairs = [
    [mixture, other],
    [
      { mixture, component: 0 },
      { mixture, component: 2 },
    ],
  ];
  return [
    parametersOf(other),
    parametersOf(gaussmix.condition(mixture, { 1: 2.5 })),
    [curve.predict(given), curve.covariance(given), curve.sample(given, { seed: 3 })],
    [curve.logDensity(given, { data: targets, shape: [20, 1] }), curve.quantile(given, shares)],
    ["lower", "upper"].flatMap((tail) => [
      gaussmix.cdf(line, ends, { tail }),
      gaussmix.quantile(line, shares, { tail }),
    ]),
    [gaussmix.uncertainty(mixture, data), gaussmix.moments(mixture), gaussmix.entropy(mixture, few)],
    pairs.flatMap(([p, q]) => [
      ...[gaussmix.klDivergence(p, q, few), gaussmix.jsDivergence(p, q, few)],
      ...[gaussmix.bhattacharyya(p, q, few), gaussmix.overlapCoefficient(p, q, few)],
    ]),
    gaussmix.overlap(mixture, few),
    [gaussmix.ellipsoid(mixture, 1), gaussmix.ellipse(mixture, 2, { columns: [0, 2], mass: 0.5 })],
    [gaussmix.highestDensityRegion(line, { mass: 0.9 }), gaussmix.anomalyThreshold(mixture, { level: 0.02, ...few })],
    [merging.steps, merging.nClusters, merging.responsibilities(2)],
    [gaussmix.reduce(mixture, 2)].flatMap(({ mixture: smaller, klBound }) => [parametersOf(smaller), klBound]),
    [gaussmix.adjustedRandIndex(labels, merging.labels(2)), gaussmix.contingencyTable(labels, merging.labels(2))],
    [
      gaussmix.toBytes(mixture),
      gaussmix.toScikitLearn(mixture),
      gaussmix.toMclust(mixture),
      gaussmix.toMatlab(mixture),
    ],
    parametersOf(gaussmix.fromMclust(gaussmix.toMclust(mixture))),
    parametersOf(gaussmix.fromOnnx(BYTES)),
  ];
}

// The functions beside the class: one test for each, named after it, on problems whose answers are known in closed form
// or from tables (their sources are in test/; the numbers of normals are those of any table).
import { assert, close, equal } from "./check.mjs";
import { blobs, TYPES } from "./data.mjs";
import { BYTES, MEAN, VARIANCE } from "./onnx.mjs";

/** Two normals of variance 1, half each: their densities meet at 4.5. */
const TWO = { weights: [0.5, 0.5], means: [[3], [6]], covariances: [[[1]], [[1]]] };
/** A normal of two columns, correlated by a half. */
const PAIR = {
  weights: [1],
  means: [[0, 0]],
  covariances: [
    [
      [1, 0.5],
      [0.5, 1],
    ],
  ],
};
/** The standard normal: half its mass within 0.67, 95 % within 1.96. */
const STANDARD = { weights: [1], means: [[0]], covariances: [[[1]]] };
const [Z95, LOG_DENSITY_AT_Z95] = [1.959963984540054, -2.8396679435517354];
/** Φ(-1.5): what of either normal of TWO lies beyond 4.5. */
const BEYOND = 0.06680720126885807;

/**
 * @param gaussmix - the module `gaussmix`.
 * @param {import("./check.mjs").Checks} checks - where to add the tests.
 */
export function addFunctionChecks(gaussmix, checks) {
  const test = (name, run) => checks.test(name, run);
  const { GaussianMixture } = gaussmix;
  const mixtureOf = (parameters) => GaussianMixture.fromParameters(parameters);
  const two = () => mixtureOf(TWO);
  const components = () => [0, 1].map((component) => ({ mixture: two(), component }));
  /** An estimate within five of its standard errors, which are small. */
  const estimates = ({ value, standardError }, expected) => {
    assert(standardError > 0 && standardError < 0.02, `expected a small standard error, got ${standardError}`);
    close(value, expected, 5 * standardError);
  };
  const data = blobs(400, 2, 3, 17);
  const options = { nComponents: 3, init: "random", seed: 2, maxIter: 20 };

  test("adjustedRandIndex", () => {
    const { adjustedRandIndex } = gaussmix;
    equal(adjustedRandIndex([0, 0, 1, 1], ["b", "b", "a", "a"]), 1);
    close(adjustedRandIndex([0, 0, 1, 1], [0, 0, 1, 2]), 4 / 7, 1e-15);
  });
  test("contingencyTable", () => {
    const table = gaussmix.contingencyTable([0, 0, 1, 1], ["b", "b", "a", "b"]);
    equal(table.counts, Int32Array.of(0, 2, 1, 1));
    equal([...table.mapping, table.accuracy, table.errorRate], [[0, "b"], [1, "a"], 0.75, 0.25]);
  });
  test("marginal", () => {
    const { means, covariances } = gaussmix.marginal(mixtureOf({ ...PAIR, means: [[7, 8]] }), [1]);
    equal([...means, ...covariances], [8, 1]);
  });
  test("condition", () => {
    const { means, covariances } = gaussmix.condition(mixtureOf(PAIR), { 0: 1 });
    close([...means, ...covariances], [0.5, 0.75], 1e-15);
  });
  test("regression", () => {
    const curve = gaussmix.regression(mixtureOf(PAIR), { inputs: [0] });
    close([...curve.predict([[1]]), ...curve.covariance([[1]])], [0.5, 0.75], 1e-15);
    close(curve.logDensity([[1]], [[0.5]]), -0.7750974969787823, 1e-14);
    close(curve.quantile([[1]], [0.025, 0.975]), [0.5 - Z95 * Math.sqrt(0.75), 0.5 + Z95 * Math.sqrt(0.75)], 1e-12);
    const rows = Array.from({ length: 1000 }, () => [1]);
    const drawn = curve.sample(rows, { seed: 4 });
    close(drawn.reduce((sum, y) => sum + y) / 1000, 0.5, 5 * Math.sqrt(0.75 / 1000));
  });
  test("cdf", () => {
    close(gaussmix.cdf(mixtureOf(STANDARD), [0, Z95]), [0.5, 0.975], 1e-15);
    close(gaussmix.cdf(mixtureOf(STANDARD), 10, { tail: "upper" }), 7.619853024160527e-24, 1e-37);
  });
  test("quantile", () => close(gaussmix.quantile(mixtureOf(STANDARD), [0.025, 0.5, 0.975]), [-Z95, 0, Z95], 1e-14));
  test("uncertainty", () => {
    const expected = [2.7535691114583473e-5, 0.18242552380635635, 6.825602910446286e-8];
    close(gaussmix.uncertainty(two(), [[1], [4], [10]]), expected, 1e-15);
  });
  test("entropy", () => {
    close(gaussmix.entropy(mixtureOf(STANDARD)).value, 1.4189385332046727, 1e-15);
    estimates(gaussmix.entropy(two(), { seed: 3 }), 1.945715839725955);
  });
  test("klDivergence", () => {
    close(gaussmix.klDivergence(...components()).value, 4.5, 1e-14);
    const { value, upper, approximation } = gaussmix.klDivergence(two(), components()[0]);
    assert(value < upper + 0.1 && approximation > 0, "expected a value below its bound");
  });
  test("jsDivergence", () => estimates(gaussmix.jsDivergence(...components(), { seed: 3 }), 0.5267773065213349));
  test("bhattacharyya", () => {
    const { distance, coefficient } = gaussmix.bhattacharyya(...components());
    close([distance, coefficient], [1.125, 0.32465246735834974], 1e-14);
  });
  test("moments", () => {
    const { mean, covariance, skewness, kurtosis } = gaussmix.moments(two());
    close([...mean, ...covariance, ...skewness, ...kurtosis], [4.5, 3.25, 0, 21.5625 / 3.25 ** 2 - 3], 1e-14);
  });
  test("overlap", () => {
    const { probabilities, mean, max } = gaussmix.overlap(two());
    close([...probabilities, mean, max], [1, BEYOND, BEYOND, 1, 2 * BEYOND, 2 * BEYOND], 1e-14);
  });
  test("overlapCoefficient", () => close(gaussmix.overlapCoefficient(...components()).value, 2 * BEYOND, 1e-14));
  test("ellipsoid", () => {
    const { centre, axes, radius } = gaussmix.ellipsoid(mixtureOf(STANDARD), 0);
    close([...centre, ...axes, radius], [0, Z95, Z95], 1e-13);
  });
  test("ellipse", () => {
    const { centre, axes, angle, polygon } = gaussmix.ellipse(mixtureOf(PAIR), 0, { nPoints: 3 });
    // variances 3/2 and 1/2 along the diagonals; the square of the radius is -2 log 0.05
    const radius = 2.4477468306808166;
    close([...centre, ...axes, angle], [0, 0, radius * Math.sqrt(1.5), radius * Math.sqrt(0.5), Math.PI / 4], 1e-13);
    close(polygon.subarray(0, 2), [radius * Math.sqrt(0.75), radius * Math.sqrt(0.75)], 1e-13);
    equal(polygon.length, 6);
  });
  test("highestDensityRegion", () => {
    const { intervals, threshold, method } = gaussmix.highestDensityRegion(mixtureOf(STANDARD), { mass: 0.95 });
    close([...intervals, threshold], [-Z95, Z95, LOG_DENSITY_AT_Z95], 1e-12);
    equal(method, "exact");
  });
  test("anomalyThreshold", () => {
    close(gaussmix.anomalyThreshold(mixtureOf(STANDARD), { level: 0.05 }).threshold, LOG_DENSITY_AT_Z95, 1e-12);
    const drawn = gaussmix.anomalyThreshold(mixtureOf({ ...PAIR, weights: [0.5, 0.5], ...twice(PAIR) }), {
      level: 0.05,
    });
    equal(drawn.method, "monte-carlo");
  });
  test("assign", () => {
    const mixture = mixtureOf(STANDARD);
    const { component, logDensity } = gaussmix.assign(mixture, [[1.95], [0]]);
    equal([component, logDensity], [Int32Array.of(0, 0), mixture.scoreSamples([[1.95], [0]])]);
  });
  test("describe", () => {
    const { components } = gaussmix.describe(mixtureOf(STANDARD), [[1.95], [0]]);
    equal([components.length, components[0].size, components[0].mean], [1, 2, [0]]);
  });
  test("withThreshold", () => {
    const region = gaussmix.highestDensityRegion(mixtureOf(STANDARD), { mass: 0.95 });
    const watched = gaussmix.withThreshold(mixtureOf(STANDARD), region);
    const copy = gaussmix.fromBytes(gaussmix.toBytes(watched));
    equal([copy.anomalyThreshold?.threshold, copy.anomalyThreshold?.method], [region.threshold, "exact"]);
    equal(gaussmix.isAnomaly(copy, [[1.95], [1.97]]), Uint8Array.of(0, 1));
  });
  test("isAnomaly", () => {
    const region = gaussmix.anomalyThreshold(mixtureOf(STANDARD), { level: 0.05 });
    equal(gaussmix.isAnomaly(mixtureOf(STANDARD), [[1.95], [1.97], [-5]], region), Uint8Array.of(0, 1, 1));
  });
  test("merge", () => {
    // the first and the last component are the same; the other one is far away
    const parameters = { weights: [0.3, 0.4, 0.3], means: [[0], [50], [0]], covariances: [[[1]], [[1]], [[1]]] };
    const merging = gaussmix.merge(mixtureOf(parameters), [[-1], [1], [49], [51]]);
    equal(merging.steps[1].merged, [0, 2]);
    close(
      merging.steps.map(({ entropy }) => entropy),
      [2 * Math.LN2, 0, 0],
      1e-14,
    );
    equal(merging.labels(2), Int32Array.of(0, 0, 1, 1));
    close(merging.responsibilities(2), [1, 0, 1, 0, 0, 1, 0, 1], 1e-14);
  });
  test("reduce", () => {
    const { mixture, components: joined, klBound } = gaussmix.reduce(two(), 1);
    close([...mixture.means, ...mixture.covariances, klBound], [4.5, 3.25, 0.5893274981708231], 1e-14);
    equal(joined, Int32Array.of(0, 0));
  });
  test("select", async () => {
    const { best, candidates } = await gaussmix.select(data, {
      nComponents: { to: 4 },
      covarianceType: "full",
      init: "kmeans",
    });
    equal([best.nComponents, candidates.length], [3, 4]);
  });
  test("selectSync", async () => {
    const choice = { nComponents: [1, 2], covarianceType: ["tied", "diag"], init: "kmeans", criterion: "cv", folds: 2 };
    const [here, there] = [gaussmix.selectSync(data, choice), await gaussmix.select(data, choice)];
    equal(figuresOf(here), figuresOf(there));
  });
  test("improve", async () => {
    const mixture = GaussianMixture.fitSync(data, options);
    const better = await gaussmix.improve(mixture, data, { seed: 5, moves: 2 });
    assert(better.report.logLikelihood >= mixture.report.logLikelihood, "expected a mixture as likely or more");
  });
  test("improveSync", async () => {
    const mixture = GaussianMixture.fitSync(data, options);
    const how = { seed: 5, moves: 2 };
    equal(gaussmix.improveSync(mixture, data, how).toJSON(), (await gaussmix.improve(mixture, data, how)).toJSON());
  });

  /** What goes out comes back: parameters to the last bit, or as near as the format holds them. */
  const returns = (there, back, tolerance = 0) => {
    for (const covarianceType of TYPES) {
      const mixture = GaussianMixture.fitSync(data, { ...options, covarianceType });
      const copy = back(there(mixture));
      for (const name of ["weights", "means"]) close(copy[name], mixture[name], tolerance);
      close(copy.scoreSamples(data), mixture.scoreSamples(data), 1e-12);
    }
  };
  test("toBytes", () => equal([...gaussmix.toBytes(two()).subarray(0, 4)], [0x89, 0x47, 0x4d, 0x58]));
  test("fromBytes", () => returns(gaussmix.toBytes, gaussmix.fromBytes));
  // where each program's form has the means
  const meansIn = {
    ScikitLearn: (form) => form.means_,
    Mclust: (form) => form.parameters.mean,
    Matlab: (form) => form.mu,
  };
  for (const [program, means] of Object.entries(meansIn)) {
    const [to, from] = [`to${program}`, `from${program}`];
    test(to, () => equal(means(gaussmix[to](two())).flat(), [3, 6]));
    test(from, () => returns((mixture) => JSON.stringify(gaussmix[to](mixture)), gaussmix[from]));
  }
  test("fromOnnx", () => {
    const { means, covariances } = gaussmix.fromOnnx(BYTES);
    close([...means, ...covariances], [MEAN, VARIANCE], 1e-14);
  });
}

/** The one component of a mixture, twice. */
function twice({ means, covariances }) {
  return { means: [...means, ...means], covariances: [...covariances, ...covariances] };
}

function figuresOf({ best, candidates }) {
  return { best: best.toJSON(), figures: candidates.map(({ bic, aic, icl, nec, cv }) => [bic, aic, icl, nec, cv]) };
}

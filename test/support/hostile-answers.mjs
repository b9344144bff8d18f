// Asks everything of mixtures that a file may hold but no data would give; a process of its own, so that a call that does not
// end can be ended. Prints a line for each fault: `node hostile-answers.mjs SEED RUNS`.
import * as G from "gaussmix";
import { TYPES } from "./forms.mjs";
import { uniforms } from "./random.mjs";

const [seed, runs] = process.argv.slice(2).map(Number);
const uniform = uniforms(seed);
const pick = (list) => list[Math.floor(uniform() * list.length)];
const list = (length, of) => Array.from({ length }, (_, i) => of(i));

/** Numbers of every size, or some that are alike. */
function sizes(most) {
  return pick([
    () => pick([-1, 1]) * 10 ** (most * (2 * uniform() - 1)),
    () => pick([0, 1, -1, 5, 5000, 10 ** most, -(10 ** most), 10 ** -most]),
    () => 10 * uniform(),
  ]);
}

function mixtureOf() {
  const type = pick(TYPES);
  const [K, D] = [pick([1, 2, 2, 3, 5, 20]), pick([1, 1, 1, 2, 3])];
  const place = sizes(pick([3, 150, 300]));
  const spread = pick([
    () => 1,
    () => 10 ** (600 * uniform() - 300),
    () => pick([1e-300, 1, 1e-6, 1e300]),
    () => 0.5 + uniform(),
  ]);
  const equal = uniform() < 0.2;
  const shared = list(D, spread);
  const variances = list(K, () => (equal ? shared : list(D, spread)));
  const rho = pick([0, 0.5, -0.3]) / D;
  const matrix = (v) => v.map((_, i) => v.map((_, j) => (i === j ? v[i] : rho * Math.sqrt(v[i]) * Math.sqrt(v[j]))));
  const raw = list(K, () => pick([1, 1, 1, 0.1, 0, 1e-300, 1e-12]));
  if (raw.every((w) => w < 0.1)) raw[0] = 1;
  const total = raw.reduce((sum, w) => sum + w);
  const one = list(D, place);
  return {
    weights: raw.map((w) => w / total),
    means: list(K, () => (equal && uniform() < 0.7 ? one : list(D, place))),
    covarianceType: type,
    covariances: {
      full: () => variances.map(matrix),
      tied: () => matrix(shared),
      diag: () => variances,
      spherical: () => variances.map(([v]) => v),
    }[type](),
  };
}

/** Every number in what a call gave. */
function* numbersIn(value, path = "") {
  if (typeof value === "number") yield [path, value];
  else if (value instanceof G.Mixture) yield* numbersIn(value.toJSON(), path);
  else if (value instanceof Map) yield* numbersIn([...value], path);
  else if (typeof value === "object" && value !== null) {
    for (const key of Object.keys(value)) yield* numbersIn(value[key], `${path}.${key}`);
  } else if (value === null) yield [path, Number.NaN];
}

/** Answers that may be infinite, as documented: log-densities, distances, quantiles at 0 and 1, divergences, and what sums them. */
const INFINITE =
  /^(score|logLikelihood|bic|aic|mahalanobis|density|eStep\.logLikelihood|quantile0|klDivergence|bhattacharyya)/;

const json = (value) => JSON.parse(JSON.stringify(value));

function questions(given) {
  const m = G.GaussianMixture.fromParameters(given);
  const { nFeatures: D, nComponents: K, means } = m;
  const rows = {
    data: Float64Array.from([...means, ...means.map((x) => x + 1), ...new Float64Array(D)]),
    shape: [2 * K + 1, D],
  };
  const other = { mixture: m, component: K - 1 };
  const cheap = { nSamples: 64 };
  const p = [0, 1e-300, 1e-9, 0.01, 0.3, 0.5, 0.7, 0.99, 1];
  const inputs = { data: Float64Array.from(rows.data.filter((_, i) => i % D > 0)), shape: [2 * K + 1, D - 1] };
  const first = { data: rows.data.filter((_, i) => i % D === 0), shape: [2 * K + 1, 1] };
  const toward = D > 1 ? () => G.regression(m, { targets: [0] }) : undefined;
  return {
    precisions: () => m.precisions,
    predict: () => m.predict(rows),
    proba: () => m.predictProba(rows),
    scoreSamples: () => m.scoreSamples(rows),
    score: () => m.score(rows),
    logLikelihood: () => m.logLikelihood(rows),
    mahalanobis: () => m.mahalanobis(rows),
    bic: () => m.bic(rows),
    aic: () => m.aic(rows),
    sample: () => m.sample(20, { seed: 1 }),
    json: () => [m.toJSON(), G.GaussianMixture.fromJSON(JSON.stringify(m))],
    bytes: () => G.fromBytes(G.toBytes(m)),
    scikit: () => [json(G.toScikitLearn(m)), G.fromScikitLearn(JSON.stringify(G.toScikitLearn(m)))],
    mclust: () => [json(G.toMclust(m)), G.fromMclust(JSON.stringify(G.toMclust(m)))],
    matlab: () => [json(G.toMatlab(m)), G.fromMatlab(JSON.stringify(G.toMatlab(m)))],
    uncertainty: () => G.uncertainty(m, rows),
    threshold: () => G.anomalyThreshold(m, { level: 0.01, nSamples: 2000 }),
    thresholdTiny: () => G.anomalyThreshold(m, { level: 1e-300, nSamples: 2000 }),
    region: () => G.highestDensityRegion(m, { mass: 0.5, nSamples: 2000 }),
    regionAll: () => G.highestDensityRegion(m, { mass: 1 - 1e-12, nSamples: 2000 }),
    ellipsoid: () => G.ellipsoid(m, K - 1),
    moments: () => G.moments(m),
    entropy: () => G.entropy(m, cheap),
    klDivergence: () => G.klDivergence(m, other, cheap),
    klDivergenceBack: () => G.klDivergence(other, m, cheap),
    jsDivergence: () => G.jsDivergence(m, other, cheap),
    bhattacharyya: () => G.bhattacharyya(m, other, cheap),
    overlap: () => G.overlap(m, cheap),
    overlapCoefficient: () => G.overlapCoefficient(m, other, cheap),
    merge: () => G.merge(m, rows),
    reduce: () => G.reduce(m, 1),
    eStep: () => G.eStep(rows, m),
    marginal: () => G.marginal(m, [D - 1]),
    ...(D === 1 && {
      cdf: () => G.cdf(m, [-Infinity, ...means, Infinity]),
      quantile0: () => ordered(G.quantile(m, p)),
      quantile0Upper: () => ordered(G.quantile(m, p, { tail: "upper" }).reverse()),
    }),
    ...(D > 1 && {
      ellipse: () => G.ellipse(m, 0, { columns: [0, 1], nPoints: 8 }),
      condition: () => G.condition(m, { 0: means[0] }),
      conditionFar: () => G.condition(m, { 0: 0 }),
      regressionPredict: () => toward().predict(inputs),
      regressionCovariance: () => toward().covariance(inputs),
      densityGiven: () => toward().logDensity(inputs, first),
      quantile0Given: () => ordered(toward().quantile(inputs, p), p.length),
      regressionSample: () => toward().sample(inputs),
      regressionMany: () => G.regression(m, { inputs: [0] }).covariance(first),
    }),
  };
}

/** Rises in rows of a length. */
function ordered(values, length = values.length) {
  values.forEach((value, i) => {
    // but for the last digits
    const before = values[i - 1];
    if (i % length > 0 && !(value >= before - 4 * Number.EPSILON * Math.abs(before)))
      throw new Error(`falls from ${values[i - 1]} to ${value} at ${i}`);
  });
  return values;
}

const say = (text) => process.stdout.write(`${text}\n`);
for (let run = 0; run < runs; run++) {
  const given = mixtureOf();
  let asked;
  try {
    asked = questions(given);
  } catch (error) {
    if (error instanceof G.MixtureError) continue;
    throw error;
  }
  for (const [name, ask] of Object.entries(asked)) {
    say(`asks ${run} ${name}`);
    const fault = (text) => say(`fault ${name}: ${text}: ${JSON.stringify(given).slice(0, 600)}`);
    try {
      for (const [path, value] of numbersIn(ask(), name)) {
        if (Number.isFinite(value) || (!Number.isNaN(value) && INFINITE.test(path))) continue;
        fault(`${path} is ${value}`);
        break;
      }
    } catch (error) {
      const typed = error instanceof G.MixtureError || error instanceof RangeError || error instanceof TypeError;
      if (!typed || /falls|expected/.test(error.message) === false || error.message.startsWith("falls"))
        fault(error.stack);
    }
  }
}
say("done");

// The whole public API, with numbers known from elsewhere (test/worked-examples.test.ts has their sources). A test is
// named after the export or the member that it is about; the last ones ask that there is one for each, and that every
// function has been called.
import { assert, Checks, close, equal, refuses } from "./check.mjs";
import { blobs, TYPES } from "./data.mjs";
import { addFunctionChecks } from "./functions.mjs";

/** One dimension, two components: two normals of variance 1. */
const LINE = [[1], [2], [4], [7], [8], [10]];
const START = { weights: [0.5, 0.5], means: [[3], [6]], covariances: [[[1]], [[1]]] };
/** Fitted to the end, variances not regularised. */
const FITTED = {
  weights: [0.499142189874, 0.500857810126],
  means: [2.332167340679, 8.324219240394],
  covariances: [1.564245055221, 1.594523964417],
};
const PLAIN = { nComponents: 2, init: START, regCovar: 0, tol: 0, maxIter: 500 };

/** Members of a class: its statics, or what its instances have. */
const membersOf = (object) => Object.getOwnPropertyNames(object).filter((name) => name !== "constructor");

/**
 * @param gaussmix - the module `gaussmix`.
 * @param predict - the module `gaussmix/predict`.
 */
export function apiChecks(gaussmix, predict) {
  const { watched, called } = watch(gaussmix);
  const { GaussianMixture, Mixture, MixtureError, eStep, kMeans, logDensity, mStep } = watched;
  const checks = new Checks();
  const test = (name, run) => checks.test(name, run);
  const start = () => GaussianMixture.fromParameters(START);
  const data = blobs(500, 3, 3, 4);

  test("GaussianMixture.fit", async () => {
    const mixture = await GaussianMixture.fit(LINE, PLAIN);
    for (const name of ["weights", "means", "covariances"]) close(mixture[name], FITTED[name], 1e-11);
    close(mixture.report.logLikelihood, -13.990046251533586, 1e-12);
  });
  test("GaussianMixture.fit honours every option", async () => {
    const iterations = [];
    const controller = new AbortController();
    const { report, columns, nFeatures, covarianceType } = await GaussianMixture.fit(data, {
      ...{
        nComponents: 3,
        covarianceType: "diag",
        tol: 0,
        maxIter: 5,
        regCovar: 1e-3,
        nInit: 2,
        init: "random",
        seed: 7,
      },
      ...{ sampleWeight: new Float32Array(500).fill(2), accelerate: false, threads: 1, nFeatures: 3 },
      ...{ columns: ["a", "b", "c"], signal: controller.signal, onIteration: (progress) => iterations.push(progress) },
    });
    equal([report.starts.length, report.nIterations, report.totalWeight, report.nRows], [2, 5, 1000, 500]);
    equal([...columns, nFeatures, covarianceType], ["a", "b", "c", 3, "diag"]);
    equal(iterations.length, 10);
  });
  test("GaussianMixture.fit gives up when its signal aborts", async () => {
    const onIteration = ({ iteration }) => iteration === 3 && controller.abort();
    const controller = new AbortController();
    const options = { nComponents: 3, tol: 0, maxIter: 1e6, signal: controller.signal, onIteration };
    await refuses(() => GaussianMixture.fit(data, options), "AbortError", /abort/i);
  });
  test("GaussianMixture.fitSync", async () => {
    const options = { nComponents: 3, seed: 3 };
    const [here, there] = [GaussianMixture.fitSync(data, options), await GaussianMixture.fit(data, options)];
    equal(here.toJSON(), there.toJSON());
    equal(here.report, there.report);
  });
  test("GaussianMixture.fromParameters", () => {
    for (const type of TYPES) {
      const covariances = { full: [2, 2], tied: [2], diag: [2, 2], spherical: [2, 2] }[type];
      const mixture = GaussianMixture.fromParameters({ ...START, covariances, covarianceType: type });
      close(mixture.covariances, covariances, 0);
      equal(mixture.report, undefined);
    }
  });
  test("GaussianMixture.fromJSON", () => {
    const fitted = GaussianMixture.fitSync(data, { nComponents: 3 });
    const copy = GaussianMixture.fromJSON(JSON.stringify(fitted));
    assert(copy instanceof GaussianMixture && copy instanceof Mixture, "expected a GaussianMixture");
    equal(copy.scoreSamples(data), fitted.scoreSamples(data));
  });
  test("Mixture.fromParameters", () => {
    close(Mixture.fromParameters(START).logLikelihood(LINE), -22.969940001257743, 1e-13);
    assert(Mixture.fit === undefined, "expected a Mixture not to fit");
  });
  test("Mixture.fromJSON", () => equal(Mixture.fromJSON(start().toJSON()).means, start().means));

  test("Mixture#toJSON", () => equal(JSON.parse(JSON.stringify(start())).means, [[3], [6]]));
  test("GaussianMixture#toJSON", () => {
    const fitted = GaussianMixture.fitSync(LINE, { nComponents: 2 });
    const copy = GaussianMixture.fromJSON(JSON.stringify(fitted.toJSON({ report: true })));
    equal(copy.report?.trace, fitted.report?.trace);
  });
  test("GaussianMixture#selection", () => {
    const { nComponents, selection } = GaussianMixture.fitSync(LINE, { nComponents: [1, 2], covarianceType: "diag" });
    equal([selection?.best.nComponents, selection?.candidates.length], [nComponents, 2]);
  });
  test("Mixture#summary", () => {
    const lines = GaussianMixture.fitSync(LINE, { nComponents: 2 }).summary().split("\n");
    equal(lines[2].split(",")[0], "6 rows");
  });
  test("Mixture#toString", () => {
    const lines = String(start()).split("\n");
    equal(lines[0], "GaussianMixture of 2 components over 1 column, full covariance");
    equal(lines.at(-1).trim().split(/\s+/), ["0", "3.000", "6.000"]);
  });
  test("Mixture#components", () => {
    const [first, second] = start().components;
    equal(first, { weight: 0.5, mean: [3], sd: [1], covariance: [[1]] });
    equal(second, { weight: 0.5, mean: [6], sd: [1], covariance: [[1]] });
  });
  test("Mixture#anomalyThreshold", () => equal(start().anomalyThreshold, undefined));
  test("Mixture#nComponents", () => equal(start().nComponents, 2));
  test("Mixture#nFeatures", () => equal(start().nFeatures, 1));
  test("Mixture#nParameters", () => equal(start().nParameters, 5));
  test("Mixture#covarianceType", () => equal(start().covarianceType, "full"));
  test("Mixture#family", () => {
    equal(start().family, "VVV");
    const shared = GaussianMixture.fitSync(data, { nComponents: 2, covarianceType: "EEI", maxIter: 3 });
    equal([shared.family, predict.Mixture.fromJSON(JSON.stringify(shared)).family], ["EEI", "EEI"]);
  });
  test("Mixture#columns", () => {
    const mixture = GaussianMixture.fitSync({ x: [1, 2, 8, 9], y: [1, 3, 7, 9] }, { nComponents: 1 });
    equal([...mixture.columns], ["x", "y"]);
    equal(mixture.scoreSamples([{ y: 2, x: 8 }]), mixture.scoreSamples([[8, 2]]));
  });
  test("Mixture#toString", () => {
    const lines = [
      "component            0       1",
      "weight          0.5000  0.5000",
      "mean by column",
      "  0              3.000   6.000",
    ];
    equal(String(start()).split("\n").slice(1), lines);
    const [, ending] = String(GaussianMixture.fitSync(LINE, PLAIN)).split("\n");
    equal(ending, "stopped after 500 iterations, log-likelihood -13.99");
  });
  test("Mixture#components", () => {
    equal(
      start().components,
      [0, 1].map((k) => ({ weight: 0.5, mean: [3 + 3 * k], sd: [1], covariance: [[1]] })),
    );
    const [{ mean, covariance }] = Mixture.fromParameters({ ...START, columns: ["__proto__"] }).components;
    equal(
      [Object.entries(mean), Object.entries(Object.values(covariance)[0])],
      [[["__proto__", 3]], [["__proto__", 1]]],
    );
  });
  test("Mixture#weights", () => equal(start().weights, Float64Array.of(0.5, 0.5)));
  test("Mixture#means", () => equal(start().means, Float64Array.of(3, 6)));
  test("Mixture#covariances", () => equal(start().covariances, Float64Array.of(1, 1)));
  test("Mixture#precisions", () => {
    const mixture = GaussianMixture.fromParameters({ weights: [1], means: [[0, 0]], covariances: [4, 2, 2, 3] });
    close(mixture.precisions, [3 / 8, -1 / 4, -1 / 4, 1 / 2], 1e-15);
  });
  test("GaussianMixture#report", () => {
    const { report } = GaussianMixture.fitSync(data, { nComponents: 3 });
    assert(report.converged && report.trace.length === report.nIterations + 1, "expected a fit that has converged");
    equal(report.warnings, []);
  });
  test("GaussianMixture#nParameters", () => {
    equal(GaussianMixture.fitSync(LINE, PLAIN).nParameters, 5);
    // held weights and a held mean are not free
    equal(GaussianMixture.fitSync(LINE, { ...PLAIN, fixed: { weights: true, means: [0] } }).nParameters, 3);
  });
  test("Mixture#predict", () => equal(start().predict(LINE), Int32Array.of(0, 0, 0, 1, 1, 1)));
  test("Mixture#predictProba", () => {
    const shares = start().predictProba(LINE);
    close(
      shares.filter((_, i) => i % 2 === 0),
      [
        0.9999724643089, 0.9994472213631, 0.8175744761936, 0.0005527786369236, 0.00002753569111458,
        0.00000006825602910446,
      ],
      1e-13,
    );
  });
  test("Mixture#scoreSamples", () => {
    const normal = GaussianMixture.fromParameters({ weights: [1], means: [[0]], covariances: [[[1]]] });
    close(normal.scoreSamples([[0], [2]]), [-0.9189385332046727, -2.9189385332046727], 1e-15);
    equal(normal.scoreSamples([[1e200]]), Float64Array.of(-Infinity));
  });
  test("Mixture#mahalanobis", () => {
    const mixture = GaussianMixture.fromParameters({ ...START, covariances: [[[4]], [[9]]] });
    close(mixture.mahalanobis([[7]]), [2, 1 / 3], 1e-15);
  });
  test("Mixture#score", () => close(start().score(LINE), -22.969940001257743 / 6, 1e-14));
  test("Mixture#logLikelihood", () => {
    close(start().logLikelihood(LINE, { sampleWeight: [2, 2, 2, 2, 2, 2] }), 2 * -22.969940001257743, 1e-13);
  });
  test("Mixture#bic", () => close(start().bic(LINE), 2 * 22.969940001257743 + 5 * 1.791759469228055, 1e-13));
  test("Mixture#aic", () => close(start().aic(LINE), 2 * 22.969940001257743 + 10, 1e-13));
  test("Mixture#sample", () => {
    const { data: rows, shape, labels } = start().sample(2000, { seed: 3 });
    equal([...shape, rows.length, labels.length], [2000, 1, 2000, 2000]);
    close(start().score({ data: rows, shape }), -1.94, 0.1);
    equal(start().sample(3, { seed: 3 }).data, rows.slice(0, 3));
  });
  test("where a method is to write", () => {
    const out = new Float64Array(6);
    equal(start().scoreSamples(LINE, out) === out, true);
  });

  test("eStep", () => {
    const { responsibilities, counts, logLikelihood } = eStep(LINE, START);
    equal(responsibilities, start().predictProba(LINE));
    close(counts, [2.81757454445, 3.18242545555], 1e-11);
    close(logLikelihood, -22.969940001257743, 1e-13);
  });
  test("accumulate", () => {
    const { counts, logLikelihood } = watched.accumulate(START, LINE);
    const expected = eStep(LINE, START);
    close([...counts, logLikelihood], [...expected.counts, expected.logLikelihood], 1e-13);
  });
  test("maximise", () => {
    const found = watched.maximise(watched.accumulate(START, LINE));
    const expected = mStep(LINE, eStep(LINE, START).responsibilities);
    for (const key of ["weights", "means", "covariances"]) close([...found[key]], [...expected[key]], 1e-12);
  });
  test("Statistics", () => {
    const { Statistics } = watched;
    const all = watched.accumulate(START, LINE);
    equal(Statistics.fromBytes(all.toBytes()).scatter, all.scatter);
    equal(all.add(all).moments, all.scale(2).moments);
    close([...all.recentre(all.means).scatter], [...all.scatter], 1e-13);
  });
  test("mStep", () => {
    const after = mStep(LINE, eStep(LINE, START).responsibilities);
    close(after.means, [2.226473561353, 8.084005463435], 1e-11);
    close(eStep(LINE, after).counts, eStep(LINE, GaussianMixture.fromParameters(after)).counts, 0);
  });
  test("kMeans", () => {
    const { labels, centres, inertia } = kMeans([[1], [2], [9], [10]], { nClusters: 2, init: [[1], [9]] });
    equal([...labels, ...centres, inertia], [0, 0, 1, 1, 1.5, 9.5, 1]);
  });
  test("logDensity", () => {
    close(
      logDensity([[0, 0]], {
        mean: [0, 0],
        covariance: [
          [1, 0],
          [0, 1],
        ],
      }),
      -1.8378770664093453,
      1e-15,
    );
  });
  test("MixtureError", async () => {
    const options = { nComponents: 1, regCovar: 0 };
    await refuses(() => GaussianMixture.fitSync([[1], [1]], options), "MixtureError", /./, "SINGULAR_COVARIANCE");
    assert(new MixtureError("MEMORY", "full", { component: 1 }).component === 1, "expected the component");
  });
  test("bad input is refused", async () => {
    await refuses(() => GaussianMixture.fit(LINE, { nComponents: 2, tool: 1 }), "TypeError", /did you mean "tol"/);
    await refuses(() => start().predict([[1, 2]]), "RangeError", /expected/);
    await refuses(() => start().predict([[Number.NaN]]), "RangeError", /NaN/);
    await refuses(() => Mixture.fromJSON("{"), "SyntaxError", /./);
  });

  addFunctionChecks(watched, checks);

  test("gaussmix/predict gives the bits of gaussmix", () => {
    for (const covarianceType of TYPES) {
      const fitted = GaussianMixture.fitSync(data, { nComponents: 3, covarianceType, maxIter: 3 });
      const copy = predict.Mixture.fromJSON(JSON.stringify(fitted));
      for (const method of ["predict", "predictProba", "scoreSamples", "mahalanobis", "bic", "aic", "score"]) {
        equal(copy[method](data), fitted[method](data));
      }
      equal(copy.precisions, fitted.precisions);
      equal(copy.sample(50, { seed: 1 }), fitted.sample(50, { seed: 1 }));
    }
  });
  test("gaussmix/predict has what it names", () => {
    const names = [
      "Mixture",
      "MixtureError",
      "assign",
      "fromBytes",
      "fromOnnx",
      "fromScikitLearn",
      "isAnomaly",
      "uncertainty",
      "withThreshold",
    ];
    equal(Object.keys(predict).sort(), names);
  });

  test("every export and every member has a test", () => {
    const classes = { GaussianMixture, Mixture };
    const wanted = Object.keys(gaussmix).filter((name) => !(name in classes));
    for (const [name, type] of Object.entries(classes)) {
      const statics = membersOf(type).filter((member) => typeof type[member] === "function");
      wanted.push(...statics.filter((member) => member !== "prototype").map((member) => `${name}.${member}`));
      wanted.push(...membersOf(type.prototype).map((member) => `${name}#${member}`));
    }
    const missing = wanted.filter((name) => !checks.names.includes(name));
    assert(missing.length === 0, `test/runtimes/suite has no test of ${missing.join(", ")}`);
  });
  test("every exported function has been called", () => {
    const missing = Object.keys(gaussmix).filter((name) => isFunction(name) && !called.has(name));
    assert(missing.length === 0, `test/runtimes/suite calls no ${missing.join(", ")}`);
  });
  return checks;
}

/** Classes have a capital. */
const isFunction = (name) => /^[a-z]/.test(name);

/** The module with functions that note that they have been called. */
function watch(gaussmix) {
  const called = new Set();
  const noted =
    (name, value) =>
    (...options) => {
      called.add(name);
      return value(...options);
    };
  const entries = Object.entries(gaussmix).map(([name, value]) => [
    name,
    isFunction(name) ? noted(name, value) : value,
  ]);
  return { watched: Object.fromEntries(entries), called };
}

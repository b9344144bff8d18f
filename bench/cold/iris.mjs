// A process that loads the library, compiles the kernels and fits Iris once. Prints how long each took when asked to.
const start = performance.now();
const { GaussianMixture } = await import("gaussmix");
const loaded = performance.now();
const { IRIS } = await import("../iris.mjs");
const ready = performance.now();
const mixture = await GaussianMixture.fit(IRIS, { nFeatures: 4, nComponents: 3 });
const fitted = performance.now();
if (process.argv.includes("--marks")) {
  console.log(
    JSON.stringify({ load: loaded - start, fit: fitted - ready, logLikelihood: mixture.report?.logLikelihood }),
  );
}

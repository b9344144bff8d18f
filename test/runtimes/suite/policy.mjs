// What works under the page's content security policy. With ?threads it is one that lets workers start.
import { blobs } from "./data.mjs";
import { report } from "./report.mjs";
import { Watch } from "./threads.mjs";

await report(async () => {
  const { GaussianMixture } = await import("/node_modules/gaussmix/dist/gaussmix.min.js");
  const data = blobs(20_000, 9, 5, 12);
  const options = { nComponents: 5, seed: 4, maxIter: 40, tol: 0 };
  let alone;
  try {
    alone = GaussianMixture.fitSync(data, options);
  } catch ({ name, code, message }) {
    return { isolated: crossOriginIsolated, refused: { name, code, message } };
  }
  const watch = new Watch();
  const fit = (onIteration) => GaussianMixture.fit(data, { ...options, threads: 3, onIteration });
  const mixture = await watch.untilServed(fit, 1, location.search === "?threads" ? 60 : 2);
  const same = JSON.stringify(mixture) === JSON.stringify(alone);
  return { isolated: crossOriginIsolated, same, served: watch.took };
});

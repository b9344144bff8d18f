// What a bundle must still be able to do: fit with workers, and predict by the small entry.
import { GaussianMixture } from "gaussmix";
import { Mixture } from "gaussmix/predict";
import { blobs } from "./data.mjs";
import { Watch } from "./threads.mjs";

export async function fitWithWorkers() {
  const data = blobs(20_000, 9, 5, 12);
  const options = { nComponents: 5, seed: 4, maxIter: 40, tol: 0 };
  const watch = new Watch();
  const alone = JSON.stringify(GaussianMixture.fitSync(data, options));
  const mixture = await watch.untilServed(
    (onIteration) => GaussianMixture.fit(data, { ...options, threads: 3, onIteration }),
    2,
  );
  const copy = Mixture.fromJSON(alone);
  const labels = mixture.predict(data);
  const predicted = copy.predict(data).every((label, n) => label === labels[n]);
  return { same: JSON.stringify(mixture) === alone, served: watch.took, predicted };
}

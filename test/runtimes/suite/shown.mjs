// What the console of this runtime shows of what the library gives; between two, a line with `=`.
import { GaussianMixture, Mixture, MixtureError } from "gaussmix";

const mixture = GaussianMixture.fitSync({ x: [1, 2, 4, 7, 8, 10] }, { nComponents: 2 });
const error = new MixtureError("MEMORY", "full");
const all = [mixture, { mixture }, mixture.report, GaussianMixture, Mixture, error];
console.log(String(mixture));
for (const value of all) {
  console.log("=");
  console.log(value);
}

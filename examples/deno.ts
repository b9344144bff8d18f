// How many clusters? The Bayesian information criterion says. Run it: deno run --allow-read=. examples/deno.ts
import { type CovarianceType, GaussianMixture } from "npm:gaussmix";

const text = await Deno.readTextFile(new URL("iris.csv", import.meta.url));
const rows = text
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map((line) => line.split(",").slice(0, 4).map(Number));

const found: { covarianceType: CovarianceType; nComponents: number; bic: number }[] = [];
for (const covarianceType of ["full", "tied", "diag", "spherical"] as const) {
  for (let nComponents = 1; nComponents <= 6; nComponents++) {
    const mixture = await GaussianMixture.fit(rows, { nComponents, covarianceType, nInit: 3, seed: 1 });
    found.push({ covarianceType, nComponents, bic: mixture.bic(rows) });
  }
}
found.sort((a, b) => a.bic - b.bic);
for (const { covarianceType, nComponents, bic } of found.slice(0, 3)) {
  console.log(`${covarianceType}, ${nComponents} components: BIC ${bic.toFixed(2)}`);
}

// Finds three kinds of flowers in Fisher's iris measurements, without being told the species.
// Run it from a clone: npm install && npm start
import { readFileSync } from "node:fs";
import { GaussianMixture } from "gaussmix";

// 150 flowers: four measurements in centimetres, and the species, which the fit does not see.
const text = readFileSync(new URL("iris.csv", import.meta.url), "utf8");
const [header, ...lines] = text.trim().split(/\r?\n/);
const columns = header.split(",").slice(0, 4);
const rows = lines.map((line) => line.split(",").slice(0, 4).map(Number));
const species = lines.map((line) => line.split(",")[4]);

const mixture = await GaussianMixture.fit(rows, { nComponents: 3, seed: 1, columns });

// Parameters are flat typed arrays, row-major: means [K, D], covariances [K, D, D].
const { nComponents: K, nFeatures: D, weights, means, covariances } = mixture;
for (let k = 0; k < K; k++) {
  console.log(`component ${k}, weight ${weights[k].toFixed(4)}`);
  print(
    ["", "mean", "covariance", ...Array(D - 1).fill("")],
    columns.map((name, i) => {
      const row = (k * D + i) * D;
      return [name, means[k * D + i], ...covariances.subarray(row, row + D)];
    }),
  );
}

console.log(`log-likelihood  ${mixture.report.logLikelihood.toFixed(3)}`);
console.log(`BIC             ${mixture.bic(rows).toFixed(3)}\n`);

// How well do the components match the species?
const labels = mixture.predict(rows);
const kinds = [...new Set(species)];
print(
  ["flowers", ...kinds],
  Array.from({ length: K }, (_, k) => {
    const counts = kinds.map((kind) => species.filter((name, n) => name === kind && labels[n] === k).length);
    return [`component ${k}`, ...counts.map(String)];
  }),
);

/** Prints rows below their titles: names to the left, numbers to the right. */
function print(titles, body) {
  const texts = [titles, ...body].map((row) => row.map((cell) => (typeof cell === "number" ? cell.toFixed(4) : cell)));
  const widths = titles.map((_, i) => Math.max(...texts.map((row) => row[i].length)));
  for (const [name, ...cells] of texts) {
    const line = [name.padEnd(widths[0]), ...cells.map((cell, i) => cell.padStart(widths[i + 1]))];
    console.log(`  ${line.join("  ")}`.trimEnd());
  }
  console.log();
}

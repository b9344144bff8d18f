// Which flowers are unlike the rest? Run it: bun examples/bun.ts
import { GaussianMixture } from "gaussmix";

const text = await Bun.file(new URL("iris.csv", import.meta.url)).text();
const lines = text.trim().split(/\r?\n/).slice(1);
const rows = lines.map((line) => line.split(",").slice(0, 4).map(Number));

const mixture = await GaussianMixture.fit(rows, { nComponents: 3, seed: 1 });
const logDensities = mixture.scoreSamples(rows);
const order = [...rows.keys()].sort((a, b) => logDensities[a] - logDensities[b]);
for (const n of order.slice(0, 5)) {
  console.log(`row ${n + 1}: ${lines[n]}, log-density ${logDensities[n].toFixed(2)}`);
}

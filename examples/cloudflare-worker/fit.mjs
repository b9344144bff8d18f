// Fits the model that the worker scores by, and finds from which log-density downwards a flower is an anomaly: that of
// the rarest of 100. Writes model.json.
import { readFileSync, writeFileSync } from "node:fs";
import { GaussianMixture } from "gaussmix";

const text = readFileSync(new URL("../iris.csv", import.meta.url), "utf8");
const [header, ...lines] = text.trim().split(/\r?\n/);
const columns = header.split(",").slice(0, 4);
const rows = lines.map((line) => line.split(",").slice(0, 4).map(Number));

const mixture = await GaussianMixture.fit(rows, { nComponents: 3, seed: 1, columns });
const threshold = mixture.scoreSamples(rows).sort()[Math.floor(rows.length / 100)];
writeFileSync(new URL("model.json", import.meta.url), `${JSON.stringify({ threshold, mixture }, null, 2)}\n`);

// The other direction: what we write for scikit-learn, mclust and MATLAB (Octave) is loaded there with the lines of
// docs/interchange.md, and scores the same rows. Prints the largest relative difference of the log-densities.
//
//     npm run build && PYTHON=path/to/python node tools/reference/back/check.mjs
//
// PYTHON has scikit-learn; R with mclust and jsonlite, and Octave with its statistics package are on the path.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GaussianMixture, toMatlab, toMclust, toScikitLearn } from "../../../dist/index.js";
import { TYPES } from "../../../test/support/forms.mjs";

const { PYTHON = "python3" } = process.env;
const PEERS = [
  { name: "scikit-learn", write: toScikitLearn, command: [PYTHON], script: "scikit_learn.py" },
  { name: "mclust", write: toMclust, command: ["Rscript"], script: "mclust.R" },
  { name: "Octave", write: toMatlab, command: ["octave-cli", "--quiet"], script: "octave.m" },
];

const [, ...lines] = readFileSync(new URL("../../../examples/iris.csv", import.meta.url), "utf8")
  .trim()
  .split("\n");
const iris = lines.map((line) => line.split(",").slice(0, 4).map(Number));
const folder = mkdtempSync(join(tmpdir(), "gaussmix-back-"));
let failed = false;
try {
  for (const { name, write, command, script } of PEERS) {
    let largest = 0;
    for (const type of TYPES) {
      for (const [D, K] of [
        [4, 3],
        [4, 1],
        [1, 2],
        [1, 1],
      ]) {
        const rows = iris.map((row) => row.slice(0, D));
        const columns = ["a", "b", "c", "d"].slice(0, D);
        const mixture = GaussianMixture.fitSync(rows, { nComponents: K, covarianceType: type, columns });
        const paths = ["model.json", "rows.csv", "density.csv"].map((file) => join(folder, file));
        writeFileSync(paths[0], JSON.stringify(write(mixture)));
        writeFileSync(paths[1], `${rows.map((row) => row.join(",")).join("\n")}\n`);
        const run = spawnSync(
          command[0],
          [...command.slice(1), fileURLToPath(new URL(script, import.meta.url)), ...paths],
          {
            encoding: "utf8",
          },
        );
        if (run.status !== 0 && name !== "Octave") throw new Error(`${name}, ${type}, ${D} x ${K}: ${run.stderr}`);
        const theirs = readFileSync(paths[2], "utf8").trim().split("\n").map(Number);
        const ours = mixture.scoreSamples(rows);
        if (theirs.length !== ours.length) throw new Error(`${name}, ${type}: ${theirs.length} log-densities`);
        rmSync(paths[2]);
        theirs.forEach((value, n) => {
          const difference = Math.abs(value - ours[n]) / Math.max(1, Math.abs(ours[n]));
          if (!(difference <= largest)) largest = difference;
        });
      }
    }
    failed ||= !(largest < 1e-12);
    console.log(`${name}: ${largest.toExponential(1)}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

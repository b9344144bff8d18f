// The code that does what the page has done: in JavaScript, on the command line, and in Python.
import type { CovarianceType } from "gaussmix";

/** What was fitted, for the code. */
export interface Recipe {
  readonly file: string;
  /** Names of the columns fitted. */
  readonly columns: readonly string[];
  readonly nComponents: number;
  readonly covarianceType: CovarianceType;
  readonly seed: number;
}

export const CODE_LANGUAGES = ["JavaScript", "Command line", "Python"] as const;
export type Language = (typeof CODE_LANGUAGES)[number];

export function codeFor(language: Language, recipe: Recipe): string {
  if (language === "JavaScript") return javascript(recipe);
  return language === "Python" ? python(recipe) : commandLine(recipe);
}

function javascript({ file, columns, nComponents, covarianceType, seed }: Recipe): string {
  return [
    "// npm install gaussmix csv-parse",
    'import { readFileSync, writeFileSync } from "node:fs";',
    'import { parse } from "csv-parse/sync";',
    'import { GaussianMixture } from "gaussmix";',
    "",
    `const columns = ${JSON.stringify(columns)};`,
    `const rows = parse(readFileSync(${JSON.stringify(file)}, "utf8"), { columns: true, cast: true })`,
    '  .filter((row) => columns.every((name) => typeof row[name] === "number"));',
    "const mixture = await GaussianMixture.fit(rows, {",
    `  columns, nComponents: ${nComponents}, covarianceType: ${JSON.stringify(covarianceType)}, seed: ${seed},`,
    "});",
    "",
    "console.log(String(mixture));",
    "const labels = mixture.predict(rows); // the group of each row",
    "const sure = mixture.predictProba(rows); // how likely each group has made each row",
    'writeFileSync("model.json", JSON.stringify(mixture));',
  ].join("\n");
}

/** A text as a POSIX shell takes it for one word. */
function word(text: string): string {
  return /^[\w./=:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function commandLine({ file, columns, nComponents, covarianceType, seed }: Recipe): string {
  const from = word(file.startsWith("-") ? `./${file}` : file);
  // names are parted by commas: such a one cannot be named, and all columns of numbers are taken
  const use = columns.some((name) => name.includes(",")) ? "" : ` --columns ${word(columns.join(","))}`;
  const options = `-k ${nComponents} --covariance ${covarianceType}${use} --seed ${seed}`;
  return [
    "# npm install --global gaussmix",
    `gaussmix fit ${from} ${options} --out model.json`,
    `gaussmix predict model.json ${from} > labelled.csv`,
  ].join("\n");
}

function python({ file, columns, nComponents, covarianceType }: Recipe): string {
  const isMatrix = covarianceType === "full" || covarianceType === "tied";
  return [
    "# pip install scikit-learn pandas; model.json is saved by the button above",
    "import json",
    "import numpy as np",
    "import pandas as pd",
    "from sklearn.mixture import GaussianMixture",
    "",
    `table = pd.read_csv(${JSON.stringify(file)})`,
    `rows = table[${JSON.stringify(columns)}].dropna().to_numpy()`,
    'model = json.load(open("model.json"))',
    'covariances = np.array(model["covariances"])',
    "mixture = GaussianMixture(",
    `    n_components=${nComponents}, covariance_type="${covarianceType}",`,
    '    weights_init=model["weights"], means_init=model["means"],',
    `    precisions_init=${isMatrix ? "np.linalg.inv(covariances)" : "1 / covariances"},`,
    ").fit(rows)",
    "labels = mixture.predict(rows)  # the group of each row",
    "sure = mixture.predict_proba(rows)  # how likely each group has made each row",
  ].join("\n");
}

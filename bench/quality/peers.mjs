// The peers' default fits. Each is left out where it is not installed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MCLUST_NAMES } from "../../test/support/forms.mjs";

/**
 * @typedef {{ weights: number[], means: number[][], covariances: any }} Parameters
 * @typedef {{ version: string, cases: { defaults: number[], starts: (Parameters | { labels: number[] })[] }[] }} Peer
 *   defaults: log-likelihoods of default fits, one per seed. starts: where gaussmix may go on from.
 */

const UNIVARIATE = { full: "V", tied: "E", diag: "V", spherical: "V" };

/** @param {string} name */
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The Python that has scikit-learn, or undefined where there is none. */
export function pythonOf() {
  return [process.env.PYTHON, here("../peers/.installed/sklearn/bin/python")].find((path) => path && existsSync(path));
}

/** A sum over the numbers, so that what is kept is not taken for the fits of other data. @param {Float64Array} data */
export function digestOf(data) {
  let digest = 0;
  for (const word of new Uint32Array(data.buffer)) digest = (Math.imul(digest, 31) + word) | 0;
  return digest;
}

/**
 * What both found: read from the file that `--peers` names, if it is there; otherwise found, and written there.
 *
 * @param {import("./cases.mjs").Case[]} cases
 * @param {number} [seeds] of scikit-learn.
 * @returns {{ sklearn?: Peer, mclust?: Peer }}
 */
export function peersOf(cases, seeds = 100) {
  const at = process.argv.indexOf("--peers");
  const file = at < 0 ? undefined : process.argv[at + 1];
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const peers = { sklearn: sklearnFits(cases, seeds), mclust: mclustFits(cases) };
  if (file) writeFileSync(file, JSON.stringify(peers));
  return peers;
}

/**
 * The log-likelihoods of their default fits, and the labels that these give the rows; a list is empty where the fits failed.
 *
 * @typedef {{ logLikelihood: number, labels: number[] }} Fit
 * @param {import("./cases.mjs").Case[]} cases
 * @param {number} seeds of scikit-learn.
 * @returns {Record<"sklearn" | "mclust", { version: string, cases: Fit[][] } | undefined>}
 */
export function labelsOf(cases, seeds) {
  const sklearn = runSklearn(cases, `${seeds}`, "defaults");
  const mclust = mclustFits(cases);
  return {
    sklearn: sklearn && {
      version: sklearn.version,
      cases: sklearn.cases.map(({ defaults, labels }) =>
        defaults.map((logLikelihood, i) => ({ logLikelihood, labels: labels[i] })),
      ),
    },
    mclust: mclust && {
      version: mclust.version,
      cases: mclust.cases.map(({ defaults, starts }) =>
        defaults.map((logLikelihood, i) => ({ logLikelihood, labels: starts[i].labels })),
      ),
    },
  };
}

/** @param {import("./cases.mjs").Case[]} cases @param {number} seeds @returns {Peer | undefined} */
function sklearnFits(cases, seeds) {
  const out = runSklearn(cases, `${seeds}`);
  return out && { version: out.version, cases: out.cases.map(({ defaults, best }) => ({ defaults, starts: best })) };
}

/** What sklearn_fits.py prints. @param {import("./cases.mjs").Case[]} cases @param {string[]} args */
function runSklearn(cases, ...args) {
  const python = pythonOf();
  if (!python) return undefined;
  return inFolder((folder) => {
    const file = join(folder, "cases.json");
    const plain = cases.map(({ rows, K, covarianceType }) => ({
      data: [...rows.data],
      shape: rows.shape,
      K,
      covarianceType,
    }));
    writeFileSync(file, JSON.stringify(plain));
    const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
    const options = { encoding: "utf8", maxBuffer: 1e9, env };
    return JSON.parse(execFileSync(python, [here("sklearn_fits.py"), file, ...args], options));
  });
}

/** @param {import("./cases.mjs").Case[]} cases @returns {Peer | undefined} */
function mclustFits(cases) {
  return inFolder((folder) => {
    const file = join(folder, "cases.csv");
    const lines = cases.map(({ rows, K, covarianceType }, i) => {
      const [N, D] = rows.shape;
      const text = Array.from({ length: N }, (_, n) => rows.data.subarray(n * D, (n + 1) * D).join(","));
      writeFileSync(join(folder, `${i}.csv`), `${Array.from({ length: D }, (_, d) => `x${d}`)}\n${text.join("\n")}\n`);
      return [join(folder, `${i}.csv`), D, K, D === 1 ? UNIVARIATE[covarianceType] : MCLUST_NAMES[covarianceType]].join(
        ",",
      );
    });
    writeFileSync(file, `file,columns,K,model\n${lines.join("\n")}\n`);
    try {
      const text = execFileSync("Rscript", [here("mclust_fits.R"), file], { encoding: "utf8", maxBuffer: 1e9 });
      const [version, ...fits] = text.trim().split("\n");
      return {
        version: version.split(" ")[1],
        cases: fits.map((line) => {
          const [logLikelihood, ...labels] = line.trim().split(" ");
          if (logLikelihood === "NA") return { defaults: [], starts: [] };
          return { defaults: [Number(logLikelihood)], starts: [{ labels: labels.map(Number) }] };
        }),
      };
    } catch {
      return undefined;
    }
  });
}

/** @template T @param {(folder: string) => T} work @returns {T} */
function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "gaussmix-quality-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

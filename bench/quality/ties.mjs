// Problems with ties: whether default fits and selections find the groups, beside scikit-learn.
//
//     node bench/quality/ties.mjs [FIRST [LAST]] [--only fit,more,select] [--problems N] [--seeds 5,17] [--cache DIR] [--out FILE]
//
// Needs a built library. Blocks of 100 problems, by default 0 to 19; block i is always the same ones, so that a run can be cut
// in pieces; `--problems N` is the first N, `--seeds` some by number. What is measured: `fit`, default fits of all types with
// the true number of components; `more`, also with one more; `select`, selections; `peers`, nothing but what scikit-learn
// finds. Its fits (PYTHON, or bench/peers/install.sh) are kept in DIR, by default build/, as they do not change; with --out ours
// are kept by block, and blocks that are there are left out. Prints the tables of docs/numerics.md and each problem that went wrong.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { headline, host } from "../report.mjs";
import { digestOf, pythonOf } from "./peers.mjs";
import { judgeFits, judgeSelection, shiftOf } from "./ties-judge.mjs";
import { report } from "./ties-report.mjs";

/** @typedef {import("./ties-judge.mjs").Fit} Fit @typedef {import("./ties-judge.mjs").Selected} Selected */
/**
 * @typedef {{ seed: number, N: number, D: number, K: number, kinds: string[], clusters: boolean,
 *   shift: number, fits?: Record<string, Fit>, select?: Selected }} Outcome
 *   shift: what to add to a log-likelihood of scaled columns, as of "spherical", for that in the units of the data.
 */

const BLOCK = 100;
const PARTS = ["fit", "more", "select"];
const here = fileURLToPath(new URL("../../", import.meta.url));

/** @param {string[]} args @param {string} name */
function option(args, name) {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}

const args = process.argv.slice(2);
const only = option(args, "--only")?.split(",") ?? PARTS;
const problems = option(args, "--problems");
const seeds = option(args, "--seeds")?.split(",").map(Number);
const cache = resolve(option(args, "--cache") ?? `${here}build`);
const out = option(args, "--out");
const [first = 0, last = problems ? Math.ceil(Number(problems) / BLOCK) - 1 : 19] = args.map(Number);

mkdirSync(`${here}build`, { recursive: true });
mkdirSync(cache, { recursive: true });
const bundle = `${here}build/ties-${process.pid}.mjs`;
const entryPoints = [`${here}test/support/ties.ts`];
await build({ entryPoints, outfile: bundle, bundle: true, format: "esm", platform: "node", packages: "external" });
const { ties } = await import(bundle);
rmSync(bundle);

/** scikit-learn's fits of some problems: kept, or found now; none where it is not installed. @param {string} name @param {any[]} block */
function peersOf(name, block) {
  const file = `${cache}/ties-sklearn-${name}.json`;
  const digests = block.map(({ data }) => digestOf(data));
  const kept = existsSync(file) && JSON.parse(readFileSync(file, "utf8"));
  if (kept && kept.digests.join() === digests.join()) return kept;
  const python = pythonOf();
  if (!python) return undefined;
  const input = `${cache}/ties-problems-${process.pid}.json`;
  writeFileSync(input, JSON.stringify(block.map(({ data, shape, K }) => ({ data: [...data], shape, K }))));
  const script = fileURLToPath(new URL("sklearn_ties.py", import.meta.url));
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const found = JSON.parse(execFileSync(python, [script, input], { encoding: "utf8", maxBuffer: 1e9, env }));
  rmSync(input);
  writeFileSync(file, JSON.stringify({ digests, ...found }));
  return found;
}

/** @param {string} name @param {number[]} numbers @returns {Outcome[]} */
function outcomesOf(name, numbers) {
  const block = numbers.map((seed) => ties(seed));
  const peers = only.some((part) => part === "fit" || part === "peers") ? peersOf(name, block) : undefined;
  version ??= peers?.version;
  return block.map((problem, i) => {
    const { seed, shape, K, columns, clusters } = problem;
    const kinds = [...new Set(columns.map(({ kind }) => kind))];
    const outcome = { seed, N: shape[0], D: shape[1], K, kinds, clusters, shift: shiftOf(problem) };
    if (only.includes("fit")) outcome.fits = judgeFits(problem, peers?.fits[i], only.includes("more"));
    if (only.includes("select")) outcome.select = judgeSelection(problem);
    return outcome;
  });
}

/** @type {string | undefined} */
let version;
const blocks = out && existsSync(out) ? JSON.parse(readFileSync(out, "utf8")) : {};
if (seeds) report([...outcomesOf(`seeds-${seeds.join("-")}`, seeds)], true);
else {
  for (let block = first; block <= last; block++) {
    if (blocks[block]) continue;
    const numbers = Array.from({ length: BLOCK }, (_, i) => block * BLOCK + i);
    blocks[block] = outcomesOf(`${block}`, numbers);
    if (out) writeFileSync(out, JSON.stringify(blocks));
    process.stderr.write(`block ${block} done\n`);
  }
  console.log(`${headline(host())}; scikit-learn ${version ?? "not run"}\n`);
  const outcomes = Object.entries(blocks).flatMap(([i, block]) => (i >= first && i <= last ? block : []));
  if (!report(outcomes, false)) process.exitCode = 1;
}

// The file of figures that runs of one day complete, part by part.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { host, progress, slug } from "../report.mjs";

/**
 * @typedef {{
 *   processor: string, engine: string, commit: string, date: string, library: string, quick: boolean,
 *   versions: Record<string, string>,
 *   iterations: Record<string, Record<string, import("./measure.mjs").Measured | import("./measure.mjs").Failure>>,
 *   whole: Record<string, Record<string, import("./whole.mjs").Fits | import("./measure.mjs").Failure>>,
 * }} Results cases by name, and in each the peers.
 */

const folder = new URL("../results/", import.meta.url);

/** What is measured, whatever else was committed meanwhile: the built library. */
function libraryHash() {
  const dist = new URL("../../dist/", import.meta.url);
  const names = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => /\.(js|wasm)$/.test(name));
  const hash = createHash("sha256");
  for (const name of names.filter((one) => one !== "cli.js").sort()) hash.update(readFileSync(new URL(name, dist)));
  return hash.digest("hex").slice(0, 12);
}

/** @param {URL} file @returns {Results} */
export function readResults(file) {
  const results = JSON.parse(readFileSync(file, "utf8"));
  if (results.iterations === undefined)
    throw new Error(`${fileURLToPath(file)} is of an older bench: run npm run bench:peers`);
  return results;
}

/** The newest file that a full run has written. @returns {URL} */
export function newest() {
  const names = readdirSync(folder).filter((name) => name.endsWith("-peers.json"));
  const last = names.sort().at(-1);
  if (last === undefined) throw new Error("bench/results has no figures of peers: run npm run bench:peers");
  return new URL(last, folder);
}

/** One line per case, and six digits where no more are needed. @param {Results} results */
function textOf({ iterations, whole, ...about }) {
  const short = (name, value) =>
    typeof value === "number" && name !== "logLikelihood" ? Number(value.toPrecision(6)) : value;
  const lines = (cases) =>
    Object.entries(cases).map(([name, figures]) => `  ${JSON.stringify(name)}: ${JSON.stringify(figures, short)}`);
  const part = (name, cases) => `,\n ${JSON.stringify(name)}: {\n${lines(cases).join(",\n")}\n }`;
  const head = JSON.stringify(about, undefined, 1).replace(/\n}$/, "");
  return `${head}${part("iterations", iterations)}${part("whole", whole)}\n}\n`;
}

/**
 * The figures of today's earlier runs of the same library, or none.
 *
 * @param {boolean} quick
 * @param {Record<string, string>} versions of the peers of this run
 */
export function openResults(quick, versions) {
  const machine = host();
  const file = new URL(`${machine.date}-${slug(machine.processor)}-peers${quick ? "-quick" : ""}.json`, folder);
  const about = { ...machine, library: libraryHash(), quick };
  /** @type {Results} */
  let results = { ...about, versions, iterations: {}, whole: {} };
  try {
    const earlier = readResults(file);
    const changed = ["processor", "engine", "library"].filter((name) => earlier[name] !== about[name]);
    for (const [name, version] of Object.entries(versions)) {
      if ((earlier.versions[name] ?? version) !== version) changed.push(name);
    }
    if (changed.length === 0) results = { ...earlier, ...about, versions: { ...earlier.versions, ...versions } };
    else progress(`starting afresh: not the same as in ${fileURLToPath(file)}: ${changed.join(", ")}`);
  } catch (error) {
    if (error.code !== "ENOENT") progress(`starting afresh: ${error.message}`);
  }
  /** @param {"iterations" | "whole"} part @param {string} name @param {Record<string, object>} figures */
  const add = (part, name, figures) => {
    results[part][name] = { ...results[part][name], ...figures };
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, textOf(results));
  };
  return { file, results, add };
}

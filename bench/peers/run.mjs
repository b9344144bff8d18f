// One EM iteration of this library beside scikit-learn and Armadillo, in turn, on the same data from the same start:
// `node bench/peers/run.mjs [--quick] [--peers sklearn,armadillo] [--types full,diag,spherical,tied] [--threads 1|2]`.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { GRID, mixtureRows, nameOf, QUICK_GRID, startOf } from "../data.mjs";
import { medianOf, pairedRatio, summaryOf } from "../paired.mjs";
import { digits, headline, host, interval, markdown, progress } from "../report.mjs";
import { Peer } from "./peer.mjs";

/** Added to every variance; Armadillo instead lets no variance be smaller. */
const REG = 1e-6;
/** Relative difference of the log-likelihoods beyond which one of the two is wrong. */
const TOLERANCE = 1e-9;
/** Iterations before those that count: engines compile, and the start is far from any optimum. */
const WARMUP = 4;
/** Iterations of one peer before it is the next one's turn take at least so many milliseconds of this library. */
const TURN_MS = 10;
/** Milliseconds to spend on one case, and the fewest and most turns. */
const BUDGET = { quick: { ms: 2000, least: 4, most: 12 }, full: { ms: 5000, least: 4, most: 25 } };
const VARIANTS = {
  full: ["separated", "overlapping"],
  diag: ["separated"],
  spherical: ["separated"],
  tied: ["separated"],
};

/** The flag's words, all of them known. @param {string} flag @param {string} given @param {string[]} known */
function listOf(flag, given, known) {
  const words = given.split(",");
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0) throw new RangeError(`--${flag}: expected some of ${known}, got ${unknown}`);
  return words;
}

/** Whether what is measured is what was committed; changes to benches and tests do not matter. */
function libraryChanged() {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const parts = ["src", "assembly", "asconfig.json", "package-lock.json"];
  try {
    return execFileSync("git", ["status", "--porcelain", "--", ...parts], { cwd, encoding: "utf8" }).trim() !== "";
  } catch {
    return undefined;
  }
}

/** @param {string} path @param {Float64Array[]} arrays written one after the other. */
function write(path, arrays) {
  writeFileSync(path, "");
  for (const { buffer, byteOffset, byteLength } of arrays) {
    writeFileSync(path, new Uint8Array(buffer, byteOffset, byteLength), { flag: "a" });
  }
  return path;
}

/**
 * Loads the case into all peers and lets them iterate in turn. A peer that fails is left out of the rest of the case.
 *
 * @param {Peer[]} peers this library first.
 * @param {object} load
 * @param {{ ms: number, least: number, most: number }} budget
 */
async function inTurn(peers, load, budget) {
  const running = [...peers];
  const samples = Object.fromEntries(peers.map(({ name }) => [name, /** @type {number[]} */ ([])]));
  const failures = {};
  const each = async (act) => {
    for (const peer of [...running]) {
      try {
        await act(peer);
      } catch (error) {
        if (peer.name === "gaussmix") throw error;
        failures[peer.name] = error.message;
        running.splice(running.indexOf(peer), 1);
      }
    }
  };
  const last = {};
  await each((peer) => peer.ask("load", load));
  await each(async (peer) => {
    last[peer.name] = (await peer.run(WARMUP)).at(-1);
  });
  const turn = Math.max(1, Math.min(8, Math.ceil(TURN_MS / last.gaussmix)));
  const round = running.reduce((sum, { name }) => sum + last[name] * turn, 0);
  const turns = Math.max(budget.least, Math.min(budget.most, Math.round(budget.ms / round)));
  for (let i = 0; i < turns; i++) {
    await each(async (peer) => {
      // what the other has left in the caches and the sleep before are not this peer's doing: the median of its turn
      samples[peer.name].push(medianOf(await peer.run(turn)));
    });
  }
  const logLikelihoods = {};
  await each(async (peer) => {
    logLikelihoods[peer.name] = (await peer.ask("logLikelihood")).logLikelihood;
  });
  for (const peer of peers) await peer.ask("unload").catch(() => {});
  return { turns, turn, samples, failures, logLikelihoods };
}

/** A case's figures from the samples. @param {Awaited<ReturnType<typeof inTurn>>} measured */
function figures({ turns, turn, samples, failures, logLikelihoods }) {
  const { gaussmix } = samples;
  const peers = {};
  for (const [name, theirs] of Object.entries(samples)) {
    if (name === "gaussmix") continue;
    if (name in failures) {
      peers[name] = { failure: failures[name] };
      continue;
    }
    const difference = logLikelihoods[name] / logLikelihoods.gaussmix - 1;
    peers[name] = { ms: summaryOf(theirs), ratio: pairedRatio(theirs, gaussmix), difference };
  }
  const iterations = WARMUP + turns * turn;
  return { turns, turn, iterations, gaussmix: summaryOf(gaussmix), logLikelihood: logLikelihoods.gaussmix, peers };
}

/** @param {string} type @param {string} variant @param {number} threads @param {any[]} rows @param {string[]} names */
function tableOf(type, variant, threads, rows, names) {
  const cell = (name, show) => (row) => {
    const peer = row.peers[name];
    if (peer === undefined) return "-";
    return peer.failure === undefined ? show(peer) : "failed";
  };
  const difference = (name) =>
    cell(name, (peer) => {
      const text = peer.difference.toExponential(0);
      return Math.abs(peer.difference) <= TOLERANCE ? text : `**${text}**`;
    });
  const columns = { "N x d, K": (row) => row.shape, "gaussmix, ms": (row) => digits(row.gaussmix.median) };
  for (const name of names) {
    columns[`${name}, ms`] = cell(name, (peer) => digits(peer.ms.median));
    columns[`${name} / gaussmix`] = cell(name, (peer) => interval(peer.ratio));
    columns[`log-likelihood of ${name}`] = difference(name);
  }
  columns.turns = (row) => `${row.turns} of ${row.turn}`;
  return {
    title: `One EM iteration: ${type} covariance, ${variant} components, ${threads} thread${threads > 1 ? "s" : ""}`,
    note: "Medians; ratios: median of the paired ratios (95% interval), above 1 gaussmix is faster. Log-likelihoods: relative difference.",
    columns,
    rows,
  };
}

/** "amd-epyc". @param {string} text */
function slug(text) {
  const bare = text.toLowerCase().replace(/\(r\)|\(tm\)|@.*|,.*/g, "");
  return bare.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

/** Cases that an earlier run of the same day, commit and versions has measured, to be completed. */
function earlier(file, about) {
  try {
    const { cases, ...rest } = JSON.parse(readFileSync(file, "utf8"));
    return JSON.stringify(rest) === JSON.stringify(about) ? cases : {};
  } catch {
    return {};
  }
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    peers: { type: "string", default: "sklearn,armadillo" },
    types: { type: "string", default: "full,diag,spherical,tied" },
    threads: { type: "string", default: "1" },
  },
});
const names = listOf("peers", values.peers, ["sklearn", "armadillo"]);
const types = listOf("types", values.types, Object.keys(VARIANTS));
const threads = Number(listOf("threads", values.threads, ["1", "2"])[0]);
const budget = values.quick ? BUDGET.quick : BUDGET.full;

const peers = [];
const versions = {};
for (const name of /** @type {("gaussmix" | "sklearn" | "armadillo")[]} */ (["gaussmix", ...names])) {
  try {
    const peer = new Peer(name, threads);
    versions[name] = (await peer.ask("about")).version;
    peers.push(peer);
  } catch (error) {
    if (name === "gaussmix") throw error;
    progress(`without ${name}: ${error.message}`);
  }
}

const machine = host();
const about = { ...machine, libraryChanged: libraryChanged(), quick: values.quick, versions };
console.log(`${headline(machine)}\n${Object.values(versions).join("; ")}`);
const results = new URL("../results/", import.meta.url);
const quick = values.quick ? "-quick" : "";
const file = new URL(`${machine.date}-${slug(machine.processor)}-peers${quick}.json`, results);
const cases = earlier(file, about);
const folder = mkdtempSync(join(tmpdir(), "gaussmix-peers-"));
try {
  for (const type of types) {
    const able = peers.filter((peer) => peer.types.includes(type));
    for (const variant of VARIANTS[type]) {
      const rows = [];
      for (const shape of values.quick ? QUICK_GRID : GRID) {
        progress(`${type}, ${variant}, ${nameOf(shape)}, ${threads} threads`);
        const data = mixtureRows(shape, variant);
        const { weights, means, covariances } = startOf(data, shape, /** @type {any} */ (type));
        const load = {
          ...{ ...shape, covarianceType: type, regCovar: REG, threads },
          rows: write(join(folder, "rows.f64"), [data]),
          start: write(join(folder, "start.f64"), [weights, means, covariances]),
        };
        const row = { shape: nameOf(shape), ...figures(await inTurn(able, load, budget)) };
        const wrong = Math.abs(row.peers.sklearn?.difference ?? 0) > TOLERANCE;
        if (wrong) process.exitCode = 1;
        rows.push(row);
        cases[`${type}, ${variant}, ${row.shape}, ${threads} threads`] = row;
        mkdirSync(results, { recursive: true });
        writeFileSync(file, `${JSON.stringify({ ...about, cases }, undefined, 1)}\n`);
      }
      console.log(markdown(tableOf(type, variant, threads, rows, names)));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  for (const peer of peers) peer.end();
}
console.log(`\nWritten to bench/results/${file.pathname.split("/").pop()}`);

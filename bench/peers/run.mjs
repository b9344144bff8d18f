// This library beside its peers, in turn, on the same data from the same start; see ../README.md:
//   node bench/peers/run.mjs [--quick] [--whole] [--threads 1,2] [--type full,tied,diag,spherical]
//     [--data separated,moderate,overlapping] [--rows 100kx2,1Mx3] [--peers sklearn,armadillo] [--list]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { TYPES } from "../../test/support/forms.mjs";
import { GRID, mixtureOf, nameOf, QUICK_GRID, startNear } from "../data.mjs";
import { digits, headline, progress } from "../report.mjs";
import { measure } from "./measure.mjs";
import { KINDS, Peer, TOO_SLOW } from "./peer.mjs";
import { openResults } from "./results.mjs";
import { caseName, document, TOLERANCE, VARIANTS, wholeName } from "./tables.mjs";
import { measureFits, QUICK_WHOLE, WHOLE, WHOLE_VARIANTS } from "./whole.mjs";

/** Added to variances: some peers add nothing, so nobody does. */
const REG = 0;
const BUDGET = {
  quick: { ms: 200, least: 2, most: 5, patience: 2000 },
  full: { ms: 400, least: 3, most: 12, patience: 5000 },
};
const FITS = { quick: { ms: 0, least: 2, most: 2 }, full: { ms: 12_000, least: 3, most: 7 } };

/** The flag's words, all of them known. @param {string} flag @param {string | undefined} given @param {readonly string[]} known */
function wordsOf(flag, given, known) {
  const words = given?.split(",") ?? [...known];
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0) throw new RangeError(`--${flag}: expected some of ${known}, got ${unknown}`);
  return words;
}

/** "100kx2". @param {import("../data.mjs").Shape} shape */
const sizeOf = (shape) => nameOf(shape).replace(/,.*| /g, "");

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    whole: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    threads: { type: "string" },
    type: { type: "string" },
    data: { type: "string" },
    rows: { type: "string" },
    peers: { type: "string" },
  },
});
const budget = values.quick ? BUDGET.quick : BUDGET.full;
const fitBudget = values.quick ? FITS.quick : FITS.full;
const names = wordsOf("peers", values.peers, Object.keys(KINDS).slice(1));
const threads = wordsOf("threads", values.threads, ["1", "2"]).map(Number);
const types = /** @type {typeof TYPES} */ (wordsOf("type", values.type, TYPES));

/** Every peer that is installed, for each number of threads that it can have. @type {Peer[]} */
const peers = [];
const versions = {};
for (const name of ["gaussmix", ...names]) {
  for (const count of KINDS[name].several ? [1, 2] : [1]) {
    const wanted = threads.includes(count) || (name === "gaussmix" && count === 1);
    if (!wanted) continue;
    try {
      const peer = new Peer(name, count);
      versions[name] = (await peer.ask("about")).version;
      peers.push(peer);
    } catch (error) {
      if (name === "gaussmix") throw error;
      progress(`without ${name}: ${error.message}`);
      break;
    }
  }
}
const find = (name, count) => peers.find((peer) => peer.name === name && peer.threads === count);

const folder = mkdtempSync(join(tmpdir(), "gaussmix-peers-"));
/** @param {string} name @param {Float64Array[]} arrays written one after the other. */
function file(name, arrays) {
  const path = join(folder, name);
  writeFileSync(path, "");
  for (const { buffer, byteOffset, byteLength } of arrays) {
    writeFileSync(path, new Uint8Array(buffer, byteOffset, byteLength), { flag: "a" });
  }
  return path;
}

/** What was chosen of the grid, a case after the other; their files are there until the next. */
function* iterationCases() {
  const grid = values.quick ? QUICK_GRID : GRID;
  const sizes = wordsOf("rows", values.rows, grid.map(sizeOf));
  const variants = /** @type {typeof VARIANTS} */ (wordsOf("data", values.data ?? "separated,overlapping", VARIANTS));
  for (const shape of grid.filter((one) => sizes.includes(sizeOf(one)))) {
    for (const variant of variants) {
      const { rows: data, means } = mixtureOf(shape, variant);
      const rows = file("rows.f64", [data]);
      for (const type of types) {
        const { weights, means: moved, covariances } = startNear(means, shape, type);
        const start = file("start.f64", [weights, moved, covariances]);
        const message = { ...shape, covarianceType: type, regCovar: REG, rows, start };
        for (const count of threads) yield { shape, type, count, message, name: caseName(type, variant, shape, count) };
      }
    }
  }
}

/** Peers that were too slow for some case are not tried on larger ones. */
class Limits {
  /** @type {Map<string, { work: number, why: string }>} */
  #limits = new Map();

  /** @param {import("../data.mjs").Shape} shape */
  static #workOf = ({ N, d, K }) => N * K * d ** 2;

  /** @param {string} peer @param {import("../data.mjs").Shape} shape @param {string | undefined} failure */
  learn(peer, shape, failure) {
    if (!failure?.startsWith(TOO_SLOW) || this.#limits.has(peer)) return;
    this.#limits.set(peer, { work: Limits.#workOf(shape), why: `not tried, as ${failure} at ${nameOf(shape)}` });
  }

  /** @param {Peer[]} tried @param {import("../data.mjs").Shape} shape @returns {Map<Peer, string>} those not to try, and why. */
  hopeless(tried, shape) {
    const reached = tried.filter(({ name }) => this.#limits.get(name)?.work <= Limits.#workOf(shape));
    return new Map(reached.map((peer) => [peer, this.#limits.get(peer.name).why]));
  }
}

/** @param {ReturnType<typeof openResults>} results */
async function runIterations({ add }) {
  const limits = new Limits();
  for (const { shape, type, count, message, name } of iterationCases()) {
    progress(name);
    const others = peers.filter(
      (peer) => peer.name !== "gaussmix" && peer.threads === count && peer.kind.types.includes(type),
    );
    // with several threads this library is also measured beside itself with one
    if (count > 1) others.push(find("gaussmix", 1));
    const hopeless = limits.hopeless(others, shape);
    const figures = await measure(find("gaussmix", count), others, message, budget, hopeless);
    for (const [peer, { failure, difference }] of Object.entries(/** @type {any} */ (figures))) {
      limits.learn(peer, shape, failure);
      if (!KINDS[peer].exact) continue;
      if (failure !== undefined) progress(`${peer}: ${failure}`);
      if (!(Math.abs(difference) <= TOLERANCE)) process.exitCode = 1;
    }
    add("iterations", name, figures);
  }
}

/** @param {ReturnType<typeof openResults>} results */
async function runWhole({ add }) {
  const all = values.quick ? QUICK_WHOLE : WHOLE;
  const known = all.map(({ shape }) => sizeOf(shape));
  const sizes = wordsOf("rows", values.rows, known);
  const variants = /** @type {typeof WHOLE_VARIANTS} */ (wordsOf("data", values.data, WHOLE_VARIANTS));
  for (const { shape, peers: suited } of all.filter((one) => sizes.includes(sizeOf(one.shape)))) {
    for (const variant of variants) {
      const message = { ...shape, rows: file("rows.f64", [mixtureOf(shape, variant).rows]) };
      for (const count of threads) {
        const name = wholeName(variant, shape, count);
        progress(name);
        const others = suited.map((peer) => find(peer, count)).filter((peer) => peer !== undefined);
        const figures = await measureFits(find("gaussmix", count), others, message, fitBudget);
        for (const [peer, { failure }] of Object.entries(/** @type {any} */ (figures))) {
          if (failure !== undefined) progress(`${peer}: ${failure}`);
        }
        add("whole", name, figures);
      }
    }
  }
}

try {
  if (values.list) {
    console.log(Object.values(versions).join("\n"));
  } else {
    const before = performance.now();
    const opened = openResults(values.quick, versions);
    console.log(headline(opened.results));
    await (values.whole ? runWhole(opened) : runIterations(opened));
    const text = document(opened.results);
    const page = new URL(opened.file.href.replace(/json$/, "md"));
    writeFileSync(page, text);
    console.log(`${text}\n${digits((performance.now() - before) / 60_000)} minutes; ${fileURLToPath(page)} and .json`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  for (const peer of peers) peer.end();
}
